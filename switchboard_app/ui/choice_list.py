"""A few choices with a digit each: how an enquiry ended, when it shall come back. One key, or arrows and Enter.

The digits act wherever the focus stands in the list, also where the window has other plans for them. Refuses to know
what it offers. Used by the composer and the sheets.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from switchboard_app.ui import look
from switchboard_app.ui.look.buttons import Painted
from switchboard_app.ui.plain import plain_button_text, plain_text

_TALL = 30
_WIDEST = 380


class ChoiceRow(Painted):
    """One choice: its key, its words, and at the right what it comes to."""

    def __init__(self, key: str, words: str, aside: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key, self._words, self._aside = key, plain_text(words), plain_text(aside)
        self.setText(plain_button_text(words))
        self.setAccessibleName(f"{self._words} {self._aside}".strip())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.follow(self.retheme)

    def sizeHint(self) -> QSize:
        width = look.text_width(self._words) + look.key_cap_size(self._key).width() + look.px(30)
        if self._aside:
            width += look.text_width(self._aside) + look.px(look.S4)
        return QSize(min(width, look.px(_WIDEST)), look.px(_TALL))

    def minimumSizeHint(self) -> QSize:
        return QSize(look.px(120), look.px(_TALL))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.hasFocus():
            look.box(painter, rect, "selected", radius=6)
            look.focus_ring(painter, rect, 6)
        elif self.underMouse():
            look.box(painter, rect, "hover", radius=6)
        inner = rect.adjusted(look.px(look.S2), 0, -look.px(look.S2), 0)
        cap = look.key_cap_size(self._key)
        top = (rect.height() - cap.height()) / 2
        look.paint_key_cap(painter, QRectF(inner.left(), top, cap.width(), cap.height()), self._key)
        inner.setLeft(inner.left() + cap.width() + look.px(look.S2))
        if self._aside:
            wide = look.text_width(self._aside)
            spot = QRectF(inner.right() - wide, inner.top(), wide, inner.height())
            look.text(painter, spot, self._aside, look.Type.BODY, "muted")
            inner.setRight(spot.left() - look.px(look.S2))
        look.text(painter, inner, self._words)


class ChoiceList(QWidget):
    """`ChoiceList([(tr("In 1 h"), "10:48", moment), ...]).chosen.connect(...)`; at most nine.

    `cap` is how the keys are shown, for a list that is reached by other keys as well ("Alt {n}").
    """

    chosen = Signal(object)
    """The value of what was chosen."""
    left = Signal()
    """Esc, where the list itself can be left."""

    def __init__(
        self,
        choices: Sequence[tuple[str, str, object]] = (),
        parent: QWidget | None = None,
        *,
        columns: int = 1,
        leaves: bool = False,
        cap: str = "{n}",
    ) -> None:
        super().__init__(parent)
        self._leaves = leaves
        self._cap = cap
        self._columns = columns
        self._values: list[object] = []
        self.rows: list[ChoiceRow] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(look.px(2))
        self.offer(choices)

    def offer(self, choices: Sequence[tuple[str, str, object]]) -> None:
        """Offer these: words, what stands at the right, value."""
        for row in self.rows:
            self._grid.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._values = [value for _, _, value in choices]
        self.rows = []
        per_column = -(-len(choices) // self._columns)
        for place, (words, aside, value) in enumerate(choices):
            row = ChoiceRow(self._cap.format(n=place + 1), words, aside, self)
            row.clicked.connect(lambda _checked=False, value=value: self.chosen.emit(value))
            self._grid.addWidget(row, place % per_column, place // per_column)
            row.show()
            self.rows.append(row)

    def focus_first(self) -> None:
        """Put the focus on the first choice, which Enter takes."""
        if self.rows:
            self.rows[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._ours(event):
            event.accept()  # the digit is ours, not the window's
            return True
        return super().event(event)

    def _ours(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        leaves = self._leaves and event.key() == Qt.Key.Key_Escape
        return plain and (leaves or 0 <= event.key() - Qt.Key.Key_1 < len(self._values))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._ours(event) and event.key() != Qt.Key.Key_Escape:
            self.chosen.emit(self._values[event.key() - Qt.Key.Key_1])
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() == Qt.Key.Key_Escape and self._leaves:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        at = next((place for place, row in enumerate(self.rows) if row.hasFocus()), 0)
        self.rows[(at + by) % len(self.rows)].setFocus(Qt.FocusReason.TabFocusReason)
