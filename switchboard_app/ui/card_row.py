"""A row of a side card that can be pressed: two lines, and perhaps the digit that presses it.

Used for suggested offices, earlier enquiries, and enquiries that may be about the same matter.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from switchboard_app.ui import look
from switchboard_app.ui.look.buttons import Painted
from switchboard_app.ui.plain import plain_button_text, plain_text, plain_tooltip

_FIRST, _SECOND, _EDGE = 19, 16, 6


class CardRow(Painted):
    """`CardRow("Tiefbauamt", "Strassenunterhalt · «Schlagloch»", digit="1")`; the first of a card is `strong`."""

    def __init__(
        self, title: str, below: str = "", parent: QWidget | None = None, *, digit: str = "", strong: bool = False
    ) -> None:
        super().__init__(parent)
        self._title, self._below, self._digit = plain_text(title), plain_text(below), digit
        self._strong = strong
        self.setText(plain_button_text(title))
        self.setAccessibleName(", ".join(part for part in (self._title, self._below) if part))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if self._below:
            plain_tooltip(self, f"{title}\n{below}")
        look.follow(self.retheme)

    def title(self) -> str:
        """Its first line."""
        return self._title

    def below(self) -> str:
        """Its second line."""
        return self._below

    def sizeHint(self) -> QSize:
        tall = look.px(_FIRST) + (look.px(_SECOND) if self._below else 0) + 2 * look.px(_EDGE)
        return QSize(look.px(180), tall)

    def minimumSizeHint(self) -> QSize:
        return QSize(look.px(90), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        out = look.px(6)
        if self.underMouse() or self.hasFocus():
            look.box(painter, rect.adjusted(0, 1, 0, -1), "hover", radius=6)
        inner = rect.adjusted(0, look.px(_EDGE), 0, -look.px(_EDGE))
        if self.underMouse() or self.hasFocus():
            inner.adjust(out, 0, -out, 0)
        first = QRectF(inner.left(), inner.top(), inner.width(), look.px(_FIRST))
        if self._digit:
            chip = look.Chip(self._digit, look.Tone.ACCENT if self._strong else look.Tone.NEUTRAL)
            size = look.chip_size(chip)
            top = first.center().y() - size.height() / 2
            look.paint_chip(painter, QRectF(first.right() - size.width(), top, size.width(), size.height()), chip)
            first.setRight(first.right() - size.width() - look.px(look.S2))
        look.text(painter, first, self._title, look.Type.BODY_STRONG if self._strong else look.Type.BODY)
        if self._below:
            second = QRectF(inner.left(), first.bottom(), inner.width(), look.px(_SECOND))
            look.text(painter, second, self._below, look.Type.SMALL, "muted")
        if self.hasFocus():
            look.focus_ring(painter, rect, 6)
