"""Boxes and lines that hold other things: a ground in a token's colour, a hairline, a splitter.

Used by every view for its panes, so that none needs a style sheet of its own.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QSplitter, QSplitterHandle, QVBoxLayout, QWidget

from switchboard_app.ui.look import paint, theme


class Ground(QWidget):
    """A plain pane: `Ground("pane")`, `Ground("side")`; with `line` and `radius` it is a rounded box."""

    def __init__(
        self, ground: str = "pane", parent: QWidget | None = None, *, line: str | None = None, radius: float = 0
    ) -> None:
        super().__init__(parent)
        self._ground = ground
        self._line = line
        self._radius = radius
        theme.follow(self.retheme)

    def set_ground(self, ground: str, line: str | None = None) -> None:
        """Take other colours."""
        self._ground, self._line = ground, line
        self.update()

    def retheme(self) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._radius or self._line:
            paint.box(painter, QRectF(self.rect()), self._ground, self._line, radius=self._radius)
        else:
            painter.fillRect(self.rect(), theme.color(self._ground))


class Bubble(QWidget):
    """A message's ground; put a `Paragraph` into its layout: `Bubble(out=True)`."""

    def __init__(self, parent: QWidget | None = None, *, out: bool = False, ground: str | None = None) -> None:
        super().__init__(parent)
        self._out = out
        self._ground = ground
        self.column = QVBoxLayout(self)
        theme.follow(self.retheme)

    def retheme(self) -> None:
        side, top = theme.px(13), theme.px(9)
        self.column.setContentsMargins(side, top, side, top)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint.bubble(QPainter(self), QRectF(self.rect()), out=self._out, ground=self._ground)


class Hairline(QWidget):
    """A line of one pixel between two parts."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        fixed, grows = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(fixed if vertical else grows, grows if vertical else fixed)
        theme.follow(self.retheme)

    def retheme(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(1, 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("line"))


class _Handle(QSplitterHandle):
    """One pixel to see; Qt makes the place to grab two pixels wider on either side."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        lit = self.underMouse()
        tone = "accent" if lit else "line"
        if self.orientation() is Qt.Orientation.Horizontal:
            painter.fillRect(self.width() // 2, 0, 1, self.height(), theme.color(tone))
        else:
            painter.fillRect(0, self.height() // 2, self.width(), 1, theme.color(tone))


class Splitter(QSplitter):
    """Panes with a line of one pixel between them, which lights up where it can be grabbed."""

    def __init__(self, orientation: Qt.Orientation = Qt.Orientation.Horizontal, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self.setHandleWidth(1)
        self.setOpaqueResize(True)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)
