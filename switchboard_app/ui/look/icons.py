"""Icons in the colour of the text, and the channels' marks.

`icon("search")` gives a Lucide icon from resources/icons in the colour of a token, crisp at every device pixel
ratio and tinted anew after a change of theme (the engine asks for the colour when it paints). Marks are plain
letters and a telephone drawn here, not trademarks' artwork. Refuses names with a path in them. Called by every
view.
"""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QIcon, QIconEngine, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from switchboard_app.config import resource_folder
from switchboard_app.ui.look import theme
from switchboard_app.ui.look.fonts import font
from switchboard_app.ui.look.tokens import MARK, Type

_NAME = re.compile(r"[a-z0-9-]+")
_FALLBACK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2">'
    '<rect x="5" y="5" width="14" height="14" rx="3"/></svg>'
)


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    """The SVG text of an icon; an empty square where the file is missing, so that a window never fails for a
    picture.
    """
    path = resource_folder() / "icons" / f"{name}.svg"
    return path.read_text(encoding="utf-8") if path.is_file() else _FALLBACK


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))


def paint_icon(painter: QPainter, rect: QRectF, name: str, tone: str = "text") -> None:
    """Paint an icon into `rect` in the colour of a token."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not the name of an icon: {name}")
    _renderer(name, theme.color(tone).name()).render(painter, rect)


class _Tinted(QIconEngine):
    """Paints at the size and in the colour of the moment, so that nothing is cached in the wrong theme."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self._name = name
        self._tone = tone

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        tone = "muted" if mode is QIcon.Mode.Disabled else self._tone
        paint_icon(painter, QRectF(rect), self._name, tone)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        return _Tinted(self._name, self._tone)


def icon(name: str, role: str = "text") -> QIcon:
    """The icon `name` in the colour of token `role`. Raises ValueError for a name that could be a path."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not the name of an icon: {name}")
    return QIcon(_Tinted(name, role))


_CHANNELS = frozenset({"phone", "facebook", "x", "instagram", "mastodon", "email"})


def channel_tone(kind: str) -> str:
    """The token of a channel's colour; that of muted text for a kind without one."""
    return kind if kind in _CHANNELS else "muted"


def channel_mark(painter: QPainter, rect: QRectF, kind: str) -> None:
    """The mark of a channel in a rounded square, by the channel's name; an unknown kind gets its first letter."""
    ground = channel_tone(kind)
    unit = rect.width() / MARK
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(ground))
    painter.drawRoundedRect(rect, 6 * unit, 6 * unit)
    ink = theme.color("on_mark")
    if kind == "phone":
        painter.translate(rect.topLeft())
        painter.scale(unit, unit)
        painter.fillPath(_telephone(), ink)
    elif kind == "email":
        side = 16 * unit
        _renderer("mail", ink.name()).render(
            painter, QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)
        )
    else:
        letters = {"facebook": "f", "instagram": "ig"}
        face = font(Type.BODY_STRONG)
        face.setWeight(QFont.Weight.Bold)
        face.setPixelSize(max(1, round(13 * unit)))
        painter.setFont(face)
        painter.setPen(ink)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, letters.get(kind, kind[:1].upper() or "?"))
    painter.restore()


@lru_cache(maxsize=1)
def _telephone() -> QPainterPath:
    """A telephone with its receiver on the cradle, on the 26 px square of a mark."""
    body = QPainterPath()
    body.addRoundedRect(QRectF(7.6, 11.6, 10.8, 7.0), 0.8, 0.8)
    neck = QPainterPath(QPointF(10.2, 9.8))
    for x, y in ((15.8, 9.8), (18.2, 13.0), (7.8, 13.0)):
        neck.lineTo(x, y)
    neck.closeSubpath()
    receiver = QPainterPath(QPointF(5.2, 12.2))
    receiver.cubicTo(5.0, 9.4, 7.4, 7.9, 13.0, 7.9)
    receiver.cubicTo(18.6, 7.9, 21.0, 9.4, 20.8, 12.2)
    receiver.cubicTo(20.8, 12.7, 20.5, 12.9, 20.1, 12.9)
    receiver.lineTo(17.4, 12.9)
    receiver.cubicTo(16.9, 12.9, 16.7, 12.6, 16.7, 12.2)
    receiver.lineTo(16.5, 10.9)
    receiver.cubicTo(14.2, 10.4, 11.8, 10.4, 9.5, 10.9)
    receiver.lineTo(9.3, 12.2)
    receiver.cubicTo(9.3, 12.6, 9.1, 12.9, 8.6, 12.9)
    receiver.lineTo(5.9, 12.9)
    receiver.cubicTo(5.5, 12.9, 5.2, 12.7, 5.2, 12.2)
    receiver.closeSubpath()
    dial = QPainterPath()
    dial.addEllipse(QPointF(13.0, 14.9), 2.1, 2.1)
    return body.united(neck).subtracted(dial).united(receiver)


class ChannelMark(QWidget):
    """A channel's mark as a widget: `ChannelMark("facebook", tr("Facebook"))`."""

    def __init__(self, kind: str, words: str = "", parent: QWidget | None = None, *, size: int = MARK) -> None:
        super().__init__(parent)
        self._kind = kind
        self._size = size
        self.setAccessibleName(words or kind)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.follow(self.retheme)

    def retheme(self) -> None:
        """Take the size and colours of the theme in use."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(self._size), theme.px(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        channel_mark(QPainter(self), QRectF(self.rect()), self._kind)
