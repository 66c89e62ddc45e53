"""A layout that goes on in the next line where a row would, so that chips and buttons are never cut off.

Used for rows of chips, links and buttons in the conversation, at 200 % text and in narrow panes. Refuses to shrink
what it holds, unless one item alone is wider than the line.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class Flow(QLayout):
    """`flow = Flow(gap=look.px(look.S2)); flow.addWidget(chip)`; items of a line are centred on it."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 6, line_gap: int | None = None) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._line_gap = gap if line_gap is None else line_gap
        self.setContentsMargins(0, 0, 0, 0)
        if parent is not None:
            parent.setLayout(self)

    def set_gap(self, gap: int, line_gap: int | None = None) -> None:
        """Other distances, after a change of the text scale."""
        self._gap, self._line_gap = gap, gap if line_gap is None else line_gap
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, place: int) -> QLayoutItem | None:
        return self._items[place] if 0 <= place < len(self._items) else None

    def takeAt(self, place: int) -> QLayoutItem | None:
        return self._items.pop(place) if 0 <= place < len(self._items) else None

    def clear(self) -> None:
        """Take everything out and delete it."""
        while self._items:
            widget = self._items.pop().widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.invalidate()

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in shown) + self._gap * max(0, len(shown) - 1)
        return self._with_margins(QSize(width, max((size.height() for size in shown), default=0)))

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return self._with_margins(size)

    def _with_margins(self, size: QSize) -> QSize:
        edge = self.contentsMargins()
        return size + QSize(edge.left() + edge.right(), edge.top() + edge.bottom())

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        edge = self.contentsMargins()
        inner = rect.adjusted(edge.left(), edge.top(), -edge.right(), -edge.bottom())
        y, line, x = inner.y(), list[tuple[QLayoutItem, QSize, int]](), inner.x()
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            size.setWidth(min(size.width(), max(1, inner.width())))
            if line and x + size.width() > inner.x() + inner.width():
                y += self._place(line, y, move=move) + self._line_gap
                line, x = [], inner.x()
            line.append((item, size, x))
            x += size.width() + self._gap
        y += self._place(line, y, move=move)
        return y + edge.bottom() - rect.y()

    def _place(self, line: list[tuple[QLayoutItem, QSize, int]], y: int, *, move: bool) -> int:
        """Put one line; returns how high it is."""
        height = max((size.height() for _, size, _ in line), default=0)
        if move:
            for item, size, x in line:
                item.setGeometry(QRect(QPoint(x, y + (height - size.height()) // 2), size))
        return height
