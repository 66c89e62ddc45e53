"""The side column: section titles and rows with a count. As widgets, and as a paint function for delegates.

Used by the main window's side.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from switchboard_app.ui.look import paint, theme
from switchboard_app.ui.look.buttons import WIDEST, Painted
from switchboard_app.ui.look.labels import Label
from switchboard_app.ui.look.tokens import NAV_ROW, S1, S2, Type
from switchboard_app.ui.plain import plain_button_text, plain_text

_INDENT = 10


def paint_nav_row(
    painter: QPainter,
    rect: QRectF,
    words: str,
    count: str = "",
    *,
    selected: bool = False,
    hover: bool = False,
    dot: str | None = None,
) -> None:
    """A row of the side: words left, count right; `dot` is the token of a channel's dot before the words."""
    if selected or hover:
        paint.box(painter, rect, "selected" if selected else "neutral_ground", radius=6)
    inner = rect.adjusted(theme.px(_INDENT), 0, -theme.px(_INDENT), 0)
    if dot is not None:
        paint_dot(painter, QRectF(inner.left(), inner.top(), theme.px(8), inner.height()), dot)
        inner.setLeft(inner.left() + theme.px(8 + 9))
    if count:
        width = paint.text_width(count, Type.BODY)
        spot = QRectF(inner.right() - width, inner.top(), width, inner.height())
        paint.text(painter, spot, count, Type.BODY, "muted")
        inner.setRight(spot.left() - theme.px(S2))
    paint.text(painter, inner, words, Type.BODY_STRONG if selected else Type.BODY, "accent" if selected else "text")


def paint_dot(painter: QPainter, rect: QRectF, tone: str) -> None:
    """A dot of 8 px in the middle of `rect`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(tone))
    side = theme.px(8)
    painter.drawEllipse(QRectF(rect.left(), rect.center().y() - side / 2, side, side))
    painter.restore()


class NavRow(Painted):
    """`NavRow(tr("Inbox"), 12)`; `dot` is a token such as "phone". Checkable: put rows of one side into one
    QButtonGroup.
    """

    def __init__(
        self, words: str, count: int | None = None, parent: QWidget | None = None, *, dot: str | None = None
    ) -> None:
        super().__init__(parent)
        self._words = ""
        self._count = ""
        self._dot = dot
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_words(words)
        self.set_count(count)
        theme.follow(self.retheme)

    def set_words(self, words: str) -> None:
        """Show other words."""
        self._words = plain_text(words)
        self.setText(plain_button_text(words))
        self._speak()

    def set_count(self, count: int | str | None) -> None:
        """Show a count at the right; None shows none."""
        self._count = "" if count is None else str(count)
        self._speak()

    def set_dot(self, tone: str | None) -> None:
        """Colour of the dot before the words."""
        self._dot = tone
        self.update()

    def _speak(self) -> None:
        self.setAccessibleName(f"{self._words}, {self._count}" if self._count else self._words)
        self.update()

    def sizeHint(self) -> QSize:
        width = paint.text_width(self._words, Type.BODY_STRONG) + theme.px(2 * _INDENT)
        if self._count:
            width += paint.text_width(self._count, Type.BODY) + theme.px(S2)
        width += theme.px(17) if self._dot else 0
        return QSize(min(width, theme.px(WIDEST)), theme.px(NAV_ROW))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), theme.px(NAV_ROW))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint_nav_row(
            painter,
            rect,
            self._words,
            self._count,
            selected=self.isChecked(),
            hover=self.underMouse(),
            dot=self._dot,
        )
        if self.hasFocus():
            paint.focus_ring(painter, rect, 6)


class SectionTitle(Label):
    """The small muted title above a group of rows."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, Type.SMALL_STRONG, "muted", parent)

    def retheme(self) -> None:
        super().retheme()
        self.setContentsMargins(theme.px(_INDENT), theme.px(S2 + S1), theme.px(_INDENT), theme.px(S1))
