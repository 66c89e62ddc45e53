"""Small strokes that several parts share: rounded boxes with a crisp one-pixel line, text at a baseline, the
focus ring.

For painters only; holds no widgets. Called by the parts of `look` and by delegates of views.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from switchboard_app.ui.look import theme
from switchboard_app.ui.look.fonts import font, is_figures, metrics
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
    """One line of `words` within `rect`, ended by "…" where the room ends (numbers are never shortened). Give
    it cleaned text (`plain.plain_text`).
    """
    figures = is_figures(words)
    painter.setFont(font(role, figures=figures))
    painter.setPen(theme.color(tone) if isinstance(tone, str) else tone)
    flags = int(align) | int(Qt.TextFlag.TextSingleLine)
    if figures:  # half a number is worse than a number that stands out by a pixel
        painter.drawText(rect, flags | int(Qt.TextFlag.TextDontClip), words)
        return
    painter.drawText(rect, flags, metrics(role).elidedText(words, Qt.TextElideMode.ElideRight, int(rect.width()) + 1))


def focus_ring(painter: QPainter, rect: QRectF, radius: float = RADIUS, tone: str = "accent") -> None:
    """The two-pixel ring that shows where the keyboard is, inside `rect`."""
    box(painter, rect, None, tone, radius=radius, width=2)


def text_width(words: str, role: Type = Type.BODY) -> int:
    """The width `text` needs for `words`."""
    return metrics(role, figures=is_figures(words)).horizontalAdvance(words)


def bubble(painter: QPainter, rect: QRectF, *, out: bool, ground: str | None = None) -> None:
    """The ground of a message: round but for the upper corner on its writer's side. Inbound stands left, `out`
    right.
    """
    radius, sharp = float(theme.px(14)), float(theme.px(4))
    left, right = (radius, sharp) if out else (sharp, radius)
    path = QPainterPath(QPointF(rect.left() + left, rect.top()))
    path.lineTo(rect.right() - right, rect.top())
    path.arcTo(rect.right() - 2 * right, rect.top(), 2 * right, 2 * right, 90, -90)
    path.lineTo(rect.right(), rect.bottom() - radius)
    path.arcTo(rect.right() - 2 * radius, rect.bottom() - 2 * radius, 2 * radius, 2 * radius, 0, -90)
    path.lineTo(rect.left() + radius, rect.bottom())
    path.arcTo(rect.left(), rect.bottom() - 2 * radius, 2 * radius, 2 * radius, 270, -90)
    path.lineTo(rect.left(), rect.top() + left)
    path.arcTo(rect.left(), rect.top(), 2 * left, 2 * left, 180, -90)
    path.closeSubpath()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(path, theme.color(ground or ("bubble_out" if out else "bubble_in")))
    painter.restore()
