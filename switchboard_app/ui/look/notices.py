"""What speaks up: banner, toast with «Undo», empty state, and the striped strip of training mode.

Each says what happened in words and offers at most a few buttons; none takes the focus, none blocks. Used by
the main window and its views.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import words
from switchboard_app.ui.look import paint, theme
from switchboard_app.ui.look.buttons import IconButton, KeyButton
from switchboard_app.ui.look.icons import paint_icon
from switchboard_app.ui.look.labels import Label
from switchboard_app.ui.look.paragraph import Paragraph
from switchboard_app.ui.look.tokens import RADIUS, S2, S3, S4, Type
from switchboard_app.ui.plain import plain_text, plain_tooltip


class Kind(StrEnum):
    """What a banner is about; the words say it, the colour repeats it."""

    NOTICE = "notice"
    GOOD = "good"
    LATE = "late"
    BAD = "bad"


_BANNER = {
    Kind.NOTICE: ("accent_ground", "accent", "info"),
    Kind.GOOD: ("good_ground", "good", "check"),
    Kind.LATE: ("late_ground", "late", "triangle-alert"),
    Kind.BAD: ("bad_ground", "bad", "circle-alert"),
}


class IconSpot(QWidget):
    """An icon that is only decoration."""

    def __init__(self, name: str, tone: str = "muted", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tone, self._size = name, tone, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.follow(self.retheme)

    def set_icon(self, name: str, tone: str) -> None:
        """Show another icon."""
        self._name, self._tone = name, tone
        self.update()

    def retheme(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(self._size), theme.px(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_icon(QPainter(self), QRectF(self.rect()), self._name, self._tone)


class Banner(QWidget):
    """`Banner(tr("Facebook asks for a new sign-in."), Kind.LATE, action=tr("Sign in"))`; `acted` when the button
    is pressed.
    """

    acted = Signal()
    dismissed = Signal()

    def __init__(
        self,
        text: str,
        kind: Kind = Kind.NOTICE,
        parent: QWidget | None = None,
        *,
        action: str = "",
        dismissable: bool = False,
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._spot = IconSpot("info", "accent", parent=self)
        self._text = Paragraph("", self)
        self._action = KeyButton(action, parent=self)
        self._close = IconButton("x", "–", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(S3), theme.px(S2), theme.px(S3), theme.px(S2))
        row.setSpacing(theme.px(S2))
        row.addWidget(self._spot)
        row.addWidget(self._text, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self._action.clicked.connect(self.acted)
        self._close.clicked.connect(self._dismiss)
        self._close.setVisible(dismissable)
        self.say(text, kind, action)
        words.follow(self.retranslate)

    def retranslate(self) -> None:
        self._close.set_words(tr("Dismiss"))

    def say(self, text: str, kind: Kind, action: str = "") -> None:
        """Say something else."""
        self._kind = kind
        _ground, ink, icon_name = _BANNER[kind]
        self._spot.set_icon(icon_name, ink)
        self._text.set_text(text)
        self._action.set_words(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(plain_text(text))
        self.update()

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint.box(QPainter(self), QRectF(self.rect()), _BANNER[self._kind][0], radius=RADIUS)


class Toast(QWidget):
    """The dark bar at the window's foot: `toast.say(tr("Closed."), action=tr("Undo"), key="Z", seconds=8)`.

    Emits `acted` when its button is pressed, `gone` when its time is over or it was replaced without being
    pressed. Never takes the focus.
    """

    acted = Signal()
    gone = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._words = Label("", Type.BODY, "on_toast", self)
        self._action = _ToastAction(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(S4), theme.px(S2), theme.px(S2), theme.px(S2))
        row.setSpacing(theme.px(S4))
        row.addWidget(self._words)
        row.addWidget(self._action)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._over)
        self._action.clicked.connect(self._act)
        window.installEventFilter(self)
        self.hide()

    def say(self, text: str, *, action: str = "", key: str = "", seconds: float = 8) -> None:
        """Show `text` for `seconds`, in place of what was there."""
        if self.isVisible():
            self._over()
        self._words.setText(text)
        self._action.set_words(action, key)
        self._action.setVisible(bool(action))
        self.setAccessibleName(plain_text(text))
        self.adjustSize()
        self.place()
        self.show()
        self.raise_()
        self._clock.start(round(seconds * 1000))

    def place(self) -> None:
        """Stand in the middle of the window's foot."""
        window = self.parentWidget()
        if window is not None:
            self.move((window.width() - self.width()) // 2, window.height() - self.height() - theme.px(44))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parentWidget() and event.type() is QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def _act(self) -> None:
        self._clock.stop()
        self.hide()
        self.acted.emit()

    def _over(self) -> None:
        self._clock.stop()
        self.hide()
        self.gone.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint.box(QPainter(self), QRectF(self.rect()), "toast", radius=RADIUS)


class _ToastAction(KeyButton):
    """The toast's button, in the toast's own colours."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent=parent, quiet=True)
        self._cap = ""

    def set_words(self, text: str, key: str = "") -> None:
        self._cap = key
        super().set_words(f"{text}  {key}" if key else text)
        self.setAccessibleName(plain_text(text))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.hasFocus() or self.underMouse():
            paint.focus_ring(painter, rect, 6, "toast_action")
        paint.text(painter, rect, self.words(), Type.BODY_STRONG, "toast_action", align=Qt.AlignmentFlag.AlignCenter)


class EmptyState(QWidget):
    """What a pane says while it has nothing to show: icon, title, a sentence, and buttons that help on."""

    def __init__(self, icon_name: str, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        centre = Qt.AlignmentFlag.AlignHCenter
        column = QVBoxLayout(self)
        column.setSpacing(theme.px(S2))
        column.addStretch(2)
        column.addWidget(IconSpot(icon_name, "muted", 32, self), 0, centre)
        self._title = Label(title, Type.TITLE, "text", self)
        self._title.setAlignment(centre)
        column.addWidget(self._title, 0, centre)
        self._sentence = Paragraph(sentence, self, tone="muted", centred=True)
        self._sentence.setMaximumWidth(theme.px(420))
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self._sentence, 100)
        line.addStretch(1)
        column.addLayout(line)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.px(S2))
        self._buttons.addStretch(1)
        self._buttons.addStretch(1)
        column.addSpacing(theme.px(S2))
        column.addLayout(self._buttons)
        column.addStretch(3)

    def add_button(self, button: KeyButton) -> KeyButton:
        """Put a button in the row below the sentence; returns it."""
        self._buttons.insertWidget(self._buttons.count() - 1, button)
        return button

    def say(self, title: str, sentence: str) -> None:
        """Say something else."""
        self._title.setText(title)
        self._sentence.set_text(sentence)


class TrainingStrip(QWidget):
    """A strip of diagonal stripes with words, so that nobody mistakes training for the real thing."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = plain_text(words)
        self.setAccessibleName(self._words)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.follow(self.retheme)

    def set_words(self, words: str) -> None:
        """Say something else."""
        self._words = plain_text(words)
        self.setAccessibleName(self._words)
        plain_tooltip(self, words)
        self.update()

    def aside(self) -> int:
        """Pixels at the right that the words leave free."""
        return 0

    def plate(self) -> QRectF:
        """Where the words stand: in the middle as long as there is room, else from the left on."""
        room = self.width() - self.aside()
        width = min(paint.text_width(self._words, Type.SECONDARY_MEDIUM) + 2 * theme.px(S4), room)
        return QRectF(min((self.width() - width) / 2, room - width), 0, width, self.height())

    def retheme(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(24))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_stripes(painter, QRectF(self.rect()))
        plate, edge = self.plate(), theme.px(S2)
        painter.fillRect(plate, theme.color("late_ground"))
        inside, centre = plate.adjusted(edge, 0, -edge, 0), Qt.AlignmentFlag.AlignCenter
        paint.text(painter, inside, self._words, Type.SECONDARY_MEDIUM, "late", align=centre)


def paint_stripes(painter: QPainter, rect: QRectF) -> None:
    """Diagonal stripes in the colours of "late" across `rect`; also for a frame round the window."""
    painter.save()
    painter.setClipRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(rect, theme.color("late_ground"))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("note_line"))
    step = float(theme.px(18))
    half = step / 2
    x = rect.left() - rect.height() - step
    while x < rect.right() + step:
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(x, rect.bottom()),
                    QPointF(x + half, rect.bottom()),
                    QPointF(x + half + rect.height(), rect.top()),
                    QPointF(x + rect.height(), rect.top()),
                ]
            )
        )
        x += step
    painter.restore()
