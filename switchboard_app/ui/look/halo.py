"""The soft halo round a field that has the focus, painted outside the field by a widget of its own.

Fields keep their exact geometry, so that they align with labels and buttons; the halo lies three pixels beyond.
Called by `fields`.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from switchboard_app.ui.look import paint, theme
from switchboard_app.ui.look.tokens import RADIUS

REACH = 3


class Halo(QWidget):
    """Follows `field`: shown while it has the focus, just below it, three pixels larger on each side."""

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
        parent = self._field.parentWidget()
        if parent is None:
            self.hide()
            return
        if parent is not self.parentWidget():
            self.setParent(parent)
        reach = theme.px(REACH)
        self.setGeometry(self._field.geometry().adjusted(-reach, -reach, reach, reach))
        if focus:
            self.stackUnder(self._field)
        self.setVisible(focus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint.box(QPainter(self), QRectF(self.rect()), "halo", radius=RADIUS + REACH)
