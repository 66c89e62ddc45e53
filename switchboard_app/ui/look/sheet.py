"""A sheet: a rounded card over the dimmed window, for the phone note and every other form that opens over the work.

Not a dialog and never `exec()`: it is a child of the window that covers it, so opening costs a `show()`. Esc
closes it, the focus stays within and returns to where it was. Used by views that open forms.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from switchboard_app.ui.look import paint, theme
from switchboard_app.ui.look.labels import Label
from switchboard_app.ui.look.tokens import S3, Type

_MARGIN = 22
_SHADOW = 76
_LAYERS = 28
_REACH = 4
"""The room round the body for the halo of a field at its edge."""


class _SheetCard(QWidget):
    def paintEvent(self, _event: QPaintEvent) -> None:
        paint.box(QPainter(self), QRectF(self.rect()), "pane", "line", radius=12)


class _Scroll(QScrollArea):
    """Holds the body, and scrolls it where the window is too small for it. As high as the body otherwise."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.inner = QWidget()
        self.column = QVBoxLayout(self.inner)
        self.setWidget(self.inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.inner.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def height_for(self, width: int) -> int:
        """The height the body wants at this width."""
        if self.column.hasHeightForWidth():
            return self.column.totalHeightForWidth(width)
        return self.column.totalSizeHint().height()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, theme.px(80))


class Sheet(QWidget):
    """`sheet = Sheet(window, tr("Phone note")); sheet.body.addWidget(...); sheet.foot.addWidget(...); sheet.open()`.

    `body` is the column of the card, `foot` the row at its end, `aside` the muted label at the right of the
    title. `width` in px at 100 %.
    """

    closed = Signal()
    """After it went away, by Esc or by `close()`."""

    def __init__(self, window: QWidget, title: str, *, width: int = 820) -> None:
        super().__init__(window)
        self._width = width
        self._shadow: QPixmap | None = None
        self._came_from: QWidget | None = None
        self.card = _SheetCard(self)
        self.title = Label(title, Type.HEADING, "text", self.card)
        self.aside = Label("", Type.BODY, "muted", self.card)
        self._head = head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.aside)
        self._scroll = _Scroll(self.card)
        self.body = self._scroll.column
        self.foot = QHBoxLayout()
        column = QVBoxLayout(self.card)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        column.addLayout(self.foot)
        self._column = column
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        window.installEventFilter(self)
        self.card.installEventFilter(self)
        self._scroll.inner.installEventFilter(self)
        self.hide()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._show_focus)
        theme.follow(self.retheme)

    def retheme(self) -> None:
        reach = theme.px(_REACH)
        side = theme.px(_MARGIN) - reach
        self._column.setContentsMargins(side, theme.px(22), side, theme.px(20))
        self._column.setSpacing(theme.px(16) - reach)
        for row in (self._head, self.foot):
            row.setContentsMargins(reach, 0, reach, 0)
        self.body.setContentsMargins(reach, reach, reach, reach)
        self.body.setSpacing(theme.px(S3))
        self.foot.setSpacing(theme.px(8))
        self._shadow = None
        self._place()

    def open(self, focus: QWidget | None = None) -> None:
        """Show it above everything in the window, with the focus in `focus` or in its first field."""
        if not self.isVisible():
            self._came_from = QApplication.focusWidget()
        self._place()
        self.show()
        self.raise_()
        first = focus or self._first_field()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def close(self) -> bool:
        """Put it away; what was typed stays in its fields."""
        if not self.isVisible():
            return True
        self.hide()
        if self._came_from is not None and self._came_from.isVisible():
            self._came_from.setFocus(Qt.FocusReason.OtherFocusReason)
        self._came_from = None
        self.closed.emit()
        return True

    def _fields(self) -> list[QWidget]:
        """Widgets of the card that Tab reaches, in tab order."""
        found: list[QWidget] = []
        widget = self.card.nextInFocusChain()
        while widget is not None and widget is not self.card:
            tabs = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
            if tabs and self.card.isAncestorOf(widget) and widget.isEnabled() and widget.isVisibleTo(self.card):
                found.append(widget)
            widget = widget.nextInFocusChain()
        return found

    def _first_field(self) -> QWidget | None:
        fields = self._fields()
        return fields[0] if fields else None

    def _show_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Scroll what has the focus into sight, however it came there."""
        if now is not None and self._scroll.inner.isAncestorOf(now):
            self._scroll.ensureWidgetVisible(now, 0, theme.px(S3))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round within the card."""
        fields = self._fields()
        if not fields:
            return False
        now = QApplication.focusWidget()
        at = fields.index(now) if now in fields else -1
        fields[(at + (1 if forward else -1)) % len(fields)].setFocus(
            Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        )
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        grown = watched is self.parentWidget() and event.type() is QEvent.Type.Resize and self.isVisible()
        ours = watched is self.card or watched is self._scroll.inner
        if grown or (ours and event.type() is QEvent.Type.LayoutRequest):
            self._place()
        return False

    def _place(self) -> None:
        window = self.parentWidget()
        if window is None:
            return
        self.setGeometry(window.rect())
        edge = theme.px(16)
        width = max(1, min(theme.px(self._width), window.width() - 2 * edge))
        height = min(self._wanted_height(width), window.height() - 2 * edge)
        top = max(edge, min(theme.px(92), (window.height() - height) // 2))
        self.card.setGeometry((window.width() - width) // 2, top, width, height)

    def _wanted_height(self, width: int) -> int:
        """The height at which nothing has to be scrolled."""
        margins = self._column.contentsMargins()
        body = self._scroll.height_for(width - margins.left() - margins.right())
        rows = self._head.sizeHint().height() + self.foot.sizeHint().height() + 2 * self._column.spacing()
        return margins.top() + margins.bottom() + body + rows

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("scrim"))
        reach = theme.px(_SHADOW)
        painter.drawPixmap(self.card.pos() - QPoint(reach, reach), self._shade(reach))

    def _shade(self, reach: int) -> QPixmap:
        """The card's soft shadow, made once per size."""
        size = self.card.size().grownBy(QMargins(reach, reach, reach, reach))
        ratio = self.devicePixelRatioF()
        if self._shadow is None or self._shadow.deviceIndependentSize().toSize() != size:
            made = QPixmap(size * ratio)
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            painter = QPainter(made)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            colour = theme.color("shadow")
            colour.setAlpha(2)
            painter.setBrush(colour)
            edge = QRectF(self.card.rect()).translated(reach, reach * 1.2)
            for step in range(_LAYERS):
                spread = (reach * 0.8) * (1 - step / _LAYERS) ** 1.3
                corner = theme.px(12) + spread
                painter.drawRoundedRect(edge.adjusted(-spread, -spread, spread, spread), corner, corner)
            painter.end()
            self._shadow = made
        return self._shadow
