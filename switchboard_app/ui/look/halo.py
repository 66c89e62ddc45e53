"""The soft halo round a field that has the focus, painted outside the field by a widget of its own.

Fields keep their exact geometry, so that they align with labels and buttons; the halo lies three pixels beyond.
Called by `fields`.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from switchboard_app.ui.look import theme
from switchboard_app.ui.look.tokens import RADIUS

REACH = 3


class Halo(QWidget):
    """Follows `field`: shown while it has the focus, a ring of three pixels just outside it.

    It is a child of the nearest ancestor in which it is not cut off."""

    def __init__(self, field: QWidget) -> None:
        super().__init__(field.parentWidget())
        self._field = field
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field:
            kind = event.type()
            if kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut, QEvent.Type.Show, QEvent.Type.Hide):
                self._place(focus=kind is QEvent.Type.FocusIn or (kind is QEvent.Type.Show and self._field.hasFocus()))
            elif kind in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.ParentChange, QEvent.Type.ZOrderChange):
                self._place(focus=self.isVisible() and self._field.hasFocus())
        return False

    def _place(self, *, focus: bool) -> None:
        if not focus:
            self.hide()
            return
        reach = theme.px(REACH)
        around = self._field.rect().adjusted(-reach, -reach, reach, reach)
        parent = self._field.parentWidget()
        while parent is not None and not parent.isWindow():
            if parent.rect().contains(around.translated(self._field.mapTo(parent, QPoint(0, 0)))):
                break
            parent = parent.parentWidget()
        if parent is None:
            self.hide()
            return
        if parent is not self.parentWidget():
            self.setParent(parent)
        self.setGeometry(around.translated(self._field.mapTo(parent, QPoint(0, 0))))
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        reach = float(theme.px(REACH))
        painter.setPen(QPen(theme.color("halo"), reach))
        corner = theme.px(RADIUS) + reach / 2
        half = reach / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), corner, corner)
