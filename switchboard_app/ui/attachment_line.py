"""What the lines of files share: a frame, words with a sign before them, and buttons beside them or, where it is narrow
or the text is large, below them.

Used by `file_line` and `sound_line`.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.ui import look

_LEAST_WORDS = 190
"""The room that words keep beside the buttons, at 100 %."""


class _Beside(QBoxLayout):
    """Words and buttons beside each other while the words keep their room, else below each other.

    The height for a width is that of the way in which it will be laid out at this width, whatever it is now.
    """

    def __init__(self, parent: QWidget, words: QHBoxLayout, buttons: QHBoxLayout) -> None:
        super().__init__(QBoxLayout.Direction.LeftToRight, parent)
        self._words = words
        self._buttons = buttons
        self.indent = 0
        self.addLayout(words, 1)
        self.addLayout(buttons)

    def _narrow(self, room: int) -> bool:
        least = self.indent + look.px(_LEAST_WORDS)
        return self._buttons.count() > 0 and room < least + self.spacing() + self._buttons.minimumSize().width()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        room = width - margins.left() - margins.right()
        edges = margins.top() + margins.bottom()
        buttons = self._buttons.sizeHint() if self._buttons.count() else QSize(0, 0)
        if not self._buttons.count():
            return edges + self._tall(room)
        if self._narrow(room):
            return edges + self._tall(room) + self.spacing() + buttons.height()
        return edges + max(self._tall(room - self.spacing() - self._buttons.minimumSize().width()), buttons.height())

    def _tall(self, width: int) -> int:
        words = self._words
        return words.heightForWidth(width) if words.hasHeightForWidth() else words.sizeHint().height()

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        wide = max(self._words.minimumSize().width(), look.px(100))
        return QSize(wide + margins.left() + margins.right(), super().minimumSize().height())

    def setGeometry(self, rect: QRect) -> None:
        margins = self.contentsMargins()
        narrow = self._narrow(rect.width() - margins.left() - margins.right())
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if way is not self.direction():
            self.setDirection(way)
            self.setAlignment(self._buttons, Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag.AlignVCenter)
        self._buttons.setContentsMargins(self.indent if narrow else 0, 0, 0, 0)
        super().setGeometry(rect)


class AttachmentLine(QWidget):
    """`words` is the column of words, `sign` goes before it, `buttons` beside or below it."""

    def __init__(self, sign: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = sign
        sign.setParent(self)
        self._told = QHBoxLayout()
        self._told.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        self.words = QVBoxLayout()
        self.words.setSpacing(look.px(1))
        self._told.addLayout(self.words, 1)
        self.buttons = QHBoxLayout()
        self._outer = _Beside(self, self._told, self.buttons)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def retheme(self) -> None:
        """Lay out anew at another text scale."""
        edge, gap = look.px(10), look.px(look.S2)
        self._outer.setContentsMargins(edge, look.px(8), edge, look.px(8))
        for row in (self._outer, self._told, self.buttons):
            row.setSpacing(gap)
        self._outer.indent = self._sign.sizeHint().width() + gap
        self._outer.invalidate()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "pane", "line")
