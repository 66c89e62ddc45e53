"""The soft halo round a field that has the focus, painted outside the field by a widget of its own.

Fields keep their exact geometry, so that they align with labels and buttons; the halo lies three pixels beyond.
Called by `fields` and `writing`.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSplitter, QWidget

from switchboard_app.ui.look import theme
from switchboard_app.ui.look.tokens import RADIUS

REACH = 3
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.ParentChange, QEvent.Type.Show)


class Halo(QWidget):
    """Follows `field`: shown while it has the focus, a ring of three pixels just outside it.

    It is a child of the nearest ancestor in which it is not cut off, and watches everything between the two for moves.
    """

    def __init__(self, field: QWidget) -> None:
        super().__init__(field.parentWidget())
        self._field = field
        self._between: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        field.installEventFilter(self)
        field.destroyed.connect(self.deleteLater)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._field and kind is QEvent.Type.FocusIn:
            self._place()
        elif watched is self._field and kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.hide()
        elif kind in _MOVES and self._field.hasFocus():
            self._place()
        return False

    def _place(self) -> None:
        ring = self._field.rect().adjusted(-theme.px(REACH), -theme.px(REACH), theme.px(REACH), theme.px(REACH))
        between: list[QWidget] = []
        parent = self._field.parentWidget()
        while parent is not None and not parent.isWindow() and not self._room(parent, ring):
            between.append(parent)
            parent = parent.parentWidget()
        if parent is None:
            self.hide()
            return
        self._watch(between)
        if parent is not self.parentWidget():
            self.setParent(parent)
        self.setGeometry(ring.translated(self._field.mapTo(parent, QPoint(0, 0))))
        self.show()
        self.raise_()

    def _room(self, parent: QWidget, ring: QRect) -> bool:
        """Whether the ring fits into `parent`. A splitter would take the halo for one of its panes."""
        fits = parent.rect().contains(ring.translated(self._field.mapTo(parent, QPoint(0, 0))))
        return fits and not isinstance(parent, QSplitter)

    def _watch(self, between: list[QWidget]) -> None:
        for widget in between:
            if widget not in self._between:
                widget.installEventFilter(self)
        for widget in self._between:
            if widget not in between:
                widget.removeEventFilter(self)
        self._between = between

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        reach = float(theme.px(REACH))
        painter.setPen(QPen(theme.color("halo"), reach))
        corner = theme.px(RADIUS) + reach / 2
        half = reach / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), corner, corner)
