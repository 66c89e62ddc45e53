"""Labels with a role of type and a tone of colour, that follow the theme.

`Label` is a `PlainLabel`: it shows its text and never interprets it. Used by every view instead of QLabel.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from switchboard_app.ui.look import theme
from switchboard_app.ui.look.fonts import font, is_figures
from switchboard_app.ui.look.tokens import READABLE, S3, Type
from switchboard_app.ui.plain import PlainLabel


class Label(PlainLabel):
    """`Label("12 open", Type.SECONDARY, "muted")`. `tone` is the name of a colour token."""

    def __init__(
        self,
        text: str = "",
        role: Type = Type.BODY,
        tone: str = "text",
        parent: QWidget | None = None,
        *,
        wrap: bool = False,
        elide: Qt.TextElideMode | None = None,
        selectable: bool = False,
    ) -> None:
        self._styled = False
        super().__init__(text, parent, wrap=wrap, elide=elide, selectable=selectable)
        self._role = role
        self._tone = tone
        self._styled = True
        theme.follow(self.retheme)

    def setText(self, text: str) -> None:
        """Show `text`; numbers and times in tabular figures."""
        super().setText(text)
        if self._styled:
            self.setFont(font(self._role, figures=is_figures(text)))

    def set_tone(self, tone: str) -> None:
        """Take the colour of another token."""
        if tone != self._tone:
            self._tone = tone
            self.retheme()

    def changeEvent(self, event: QEvent) -> None:
        """Keep the colour: a styled scroll area that gets another parent gives its labels back their first palette."""
        super().changeEvent(event)
        lost = event.type() is QEvent.Type.PaletteChange and self._styled
        if lost and self.palette().color(QPalette.ColorRole.WindowText) != theme.color(self._tone):
            self.retheme()

    def retheme(self) -> None:
        """Take font and colour from the theme in use."""
        self.setFont(font(self._role, figures=is_figures(self.source())))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, theme.color(self._tone))
        palette.setColor(QPalette.ColorRole.Highlight, theme.color("accent"))
        palette.setColor(QPalette.ColorRole.HighlightedText, theme.color("on_accent"))
        self.setPalette(palette)


def elided(text: str, role: Type = Type.BODY, tone: str = "text", parent: QWidget | None = None) -> Label:
    """A label on one line that ends in "…" where the room ends, instead of asking for more."""
    return Label(text, role, tone, parent, elide=Qt.TextElideMode.ElideRight)


class EventLine(QWidget):
    """A thin line with muted words in its middle: "—— Marco Lüthi took over · 09:44 ——". Without a line for days:
    `line=False`.
    """

    def __init__(self, text: str, parent: QWidget | None = None, *, line: bool = True) -> None:
        super().__init__(parent)
        self._text = text
        self._line = line
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.follow(self.retheme)

    def retheme(self) -> None:
        self.setFont(font(Type.SECONDARY))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = min(self.fontMetrics().horizontalAdvance(self._text), theme.px(READABLE))
        return QSize(width, self.fontMetrics().height() + theme.px(4))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        paint_event_line(painter, QRectF(self.rect()), self._text, line=self._line)


def paint_event_line(painter: QPainter, rect: QRectF, text: str, *, line: bool = True) -> None:
    """Paint what `EventLine` shows, for delegates. Uses the painter's font."""
    fm = painter.fontMetrics()
    gap = theme.px(S3)
    edge = theme.px(4)
    shown = fm.elidedText(text, Qt.TextElideMode.ElideRight, max(0, int(rect.width()) - 2 * gap))
    width = fm.horizontalAdvance(shown)
    painter.setPen(theme.color("muted"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, shown)
    if not line:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    y = round(rect.center().y())
    left = rect.center().x() - width / 2 - gap
    right = rect.center().x() + width / 2 + gap
    colour: QColor = theme.color("line")
    if left > rect.left() + edge:
        painter.fillRect(QRectF(rect.left() + edge, y, left - rect.left() - edge, 1), colour)
        painter.fillRect(QRectF(right, y, rect.right() - edge - right, 1), colour)
