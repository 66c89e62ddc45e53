"""Small strokes that several parts share: rounded boxes with a crisp one-pixel line, text at a baseline, the
focus ring.

For painters only; holds no widgets. Called by the parts of `look` and by delegates of views.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from switchboard_app.ui.look import theme
from switchboard_app.ui.look.fonts import font, metrics
from switchboard_app.ui.look.tokens import RADIUS, Type


def box(
    painter: QPainter,
    rect: QRectF,
    ground: str | None,
    line: str | None = None,
    *,
    radius: float = RADIUS,
    width: float = 1,
) -> None:
    """A rounded box within `rect`: filled with token `ground`, bordered inside with token `line`. `radius` in px
    at 100 %.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    corner = theme.px(radius)
    if line is None:
        painter.setPen(Qt.PenStyle.NoPen)
        inner = rect
    else:
        painter.setPen(QPen(theme.color(line), width))
        half = width / 2
        inner = rect.adjusted(half, half, -half, -half)
    painter.setBrush(theme.color(ground) if ground is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(inner, corner, corner)
    painter.restore()


def text(
    painter: QPainter,
    rect: QRectF,
    words: str,
    role: Type = Type.BODY,
    tone: str | QColor = "text",
    *,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
) -> None:
    """One line of `words` within `rect`, ended by "…" where the room ends. Give it cleaned text
    (`plain.plain_text`).
    """
    painter.setFont(font(role))
    painter.setPen(theme.color(tone) if isinstance(tone, str) else tone)
    shown = metrics(role).elidedText(words, Qt.TextElideMode.ElideRight, int(rect.width()) + 1)
    painter.drawText(rect, int(align) | int(Qt.TextFlag.TextSingleLine), shown)


def focus_ring(painter: QPainter, rect: QRectF, radius: float = RADIUS, tone: str = "accent") -> None:
    """The two-pixel ring that shows where the keyboard is, inside `rect`."""
    box(painter, rect, None, tone, radius=radius, width=2)
