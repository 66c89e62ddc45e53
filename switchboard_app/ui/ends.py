"""A line with something at its left and buttons at its right, which stand below where both do not fit.

Used at the foot of the composer's pages, in narrow panes and at 200 % text. Refuses to shrink the buttons.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from switchboard_app.ui import look
from switchboard_app.ui.flow import Flow


class Ends(QWidget):
    """`ends.left.addWidget(counter)`, `ends.right.addWidget(button)`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QWidget(self)
        self._buttons = QWidget(self)
        self.left = QHBoxLayout(self._words)
        self.left.setContentsMargins(0, 0, 0, 0)
        self.right = Flow(self._buttons)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        look.follow(self.retheme)

    def retheme(self) -> None:
        self.left.setSpacing(look.px(look.S2))
        self.right.set_gap(look.px(look.S2))
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(width, move=False)

    def sizeHint(self) -> QSize:
        words, buttons = self._words.sizeHint(), self._buttons.sizeHint()
        return QSize(words.width() + look.px(look.S2) + buttons.width(), max(words.height(), buttons.height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(look.px(140), self._buttons.minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width(), move=True)

    def _arrange(self, width: int, *, move: bool) -> int:
        gap = look.px(look.S2)
        words = self._words.minimumSizeHint()
        buttons = self._buttons.sizeHint()
        if words.width() + gap + buttons.width() <= width:
            tall = max(self._words.sizeHint().height(), buttons.height())
            if move:
                left = width - buttons.width()
                self._words.setGeometry(QRect(0, 0, left - gap, tall))
                self._buttons.setGeometry(
                    QRect(left, (tall - buttons.height()) // 2, buttons.width(), buttons.height())
                )
            return tall
        first = self._words.sizeHint().height()
        wide = min(width, buttons.width())
        second = self._buttons.heightForWidth(wide)
        if move:
            self._words.setGeometry(QRect(0, 0, width, first))
            self._buttons.setGeometry(QRect(width - wide, first + gap, wide, second))
        return first + gap + second
