"""Fields of forms: line and combo, each with its label above. (Several lines: `writing`; one of several: `choices`.)

Painted from tokens; the focus is a two-pixel accent ring with a soft halo. A field keeps what a person typed
whatever it thinks of it: `set_mark` only says in words what looks wrong. Refuses rich text on paste. Used by
the phone note, the composer, the settings.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from switchboard_app.ui.look import paint, theme
from switchboard_app.ui.look.buttons import WIDEST, key_cap_size, paint_key_cap
from switchboard_app.ui.look.fonts import font
from switchboard_app.ui.look.halo import Halo
from switchboard_app.ui.look.icons import paint_icon
from switchboard_app.ui.look.labels import Label
from switchboard_app.ui.look.tokens import CHIP, FIELD, RADIUS, S2, S3, Type
from switchboard_app.ui.plain import plain_text


def paint_field(widget: QWidget, painter: QPainter, *, focus: bool, ground: str = "pane", wrong: bool = False) -> None:
    """The box of a field: white, rounded, with a line, or the accent ring while it has the focus."""
    rect = QRectF(widget.rect())
    if focus:
        paint.box(painter, rect, ground, "accent", radius=RADIUS, width=1.5)
    else:
        paint.box(painter, rect, ground, "bad" if wrong else "control_line", radius=RADIUS)


def clear_base(widget: QWidget) -> None:
    """Let the painted box show through Qt's own ground, and take colours for text and selection."""
    palette = QPalette(widget.palette())
    palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
    palette.setColor(QPalette.ColorRole.Text, theme.color("text"))
    palette.setColor(QPalette.ColorRole.PlaceholderText, theme.color("muted"))
    palette.setColor(QPalette.ColorRole.Highlight, theme.color("accent"))
    palette.setColor(QPalette.ColorRole.HighlightedText, theme.color("on_accent"))
    widget.setPalette(palette)


class LineField(QLineEdit):
    """`LineField(tr("Number"))`: one line; `name` is what a screen reader calls it. `key` shows a key cap at its
    right end.
    """

    def __init__(
        self, name: str, parent: QWidget | None = None, *, placeholder: str = "", key: str = "", height: int = FIELD
    ) -> None:
        super().__init__(parent)
        self._key = key
        self._height = height
        self._wrong = False
        self.setAccessibleName(plain_text(name))
        self.setPlaceholderText(placeholder)
        self.setFrame(False)
        self._halo = Halo(self)
        theme.follow(self.retheme)

    def set_wrong(self, wrong: bool) -> None:
        """Draw its line in the colour of errors; the words beside it say why."""
        self._wrong = wrong
        self.update()

    def retheme(self) -> None:
        self.setFont(font(Type.BODY))
        clear_base(self)
        side = theme.px(S3 - 1)
        self.setTextMargins(side, 0, side + (key_cap_size(self._key).width() if self._key else 0), 0)
        self.setFixedHeight(theme.px(self._height))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_field(
            self, painter, focus=self.hasFocus(), wrong=self._wrong, ground="pane" if self.isEnabled() else "window"
        )
        if self._key:
            cap = key_cap_size(self._key)
            left = self.width() - theme.px(S2 + 2) - cap.width()
            paint_key_cap(
                painter, QRectF(left, (self.height() - cap.height()) / 2, cap.width(), cap.height()), self._key
            )
        painter.end()
        super().paintEvent(event)


class ComboField(QComboBox):
    """A choice from a list that opens below. Its entries are data: they are shown exactly."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(plain_text(name))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setItemDelegate(QStyledItemDelegate(self))
        self._halo = Halo(self)
        theme.follow(self.retheme)

    def retheme(self) -> None:
        self.setFont(font(Type.BODY))
        self.setFixedHeight(theme.px(FIELD))

    def sizeHint(self) -> QSize:
        widest = max((self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        return QSize(min(widest, theme.px(WIDEST)) + theme.px(2 * S3 + S2 + 16), theme.px(FIELD))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), theme.px(FIELD))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_field(self, painter, focus=self.hasFocus())
        side = theme.px(16)
        rect = QRectF(self.rect()).adjusted(theme.px(S3), 0, -theme.px(S3) - side, 0)
        paint.text(painter, rect, plain_text(self.currentText()), Type.BODY, "text" if self.isEnabled() else "muted")
        spot = QRectF(self.width() - theme.px(S3) - side, round((self.height() - side) / 2), side, side)
        paint_icon(painter, spot, "chevron-down", "muted")


class Field(QWidget):
    """A field with its label above, perhaps a key cap beside the label, and a line of words below for what looks
    wrong.
    """

    def __init__(self, label: str, field: QWidget, parent: QWidget | None = None, *, key: str = "") -> None:
        super().__init__(parent)
        self.field = field
        self._label = Label(label, Type.SECONDARY_MEDIUM, "muted", self)
        self._mark = Label("", Type.SECONDARY, "bad", self, wrap=True)
        self._mark.hide()
        head = QHBoxLayout()
        head.setSpacing(theme.px(4))
        head.addWidget(self._label)
        if key:
            head.addWidget(KeyCap(key, self))
        head.addStretch(1)
        self._label.setMinimumHeight(theme.px(CHIP))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addLayout(head)
        column.addWidget(field)
        column.addWidget(self._mark)
        self.setFocusProxy(field)

    def set_label(self, words: str) -> None:
        """Show another label."""
        self._label.setText(words)

    def set_mark(self, words: str, tone: str = "bad") -> None:
        """Say below the field what looks wrong; empty takes it away. Never blocks anything."""
        self._mark.setText(words)
        self._mark.set_tone(tone)
        self._mark.setVisible(bool(words))
        self.field.setAccessibleDescription(plain_text(words))


class KeyCap(QWidget):
    """A key as a small cap: `KeyCap("Alt Z")`."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setAccessibleName(key)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.follow(self.retheme)

    def retheme(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return key_cap_size(self._key)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_key_cap(QPainter(self), QRectF(self.rect()), self._key)


__all__ = ["ComboField", "Field", "KeyCap", "LineField"]
