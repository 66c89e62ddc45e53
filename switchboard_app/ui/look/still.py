"""Words and chips laid out once and painted often, for delegates that must paint a screenful within a frame.

`StillText` and `StillChips` keep what Qt would work out anew at every paint: a screenful of rows costs a third. They
hold for the theme and scale they were made in: throw them away after a change. `still_mark` keeps the channels' marks
as pictures. Refuses texts of several lines. Called by the queue's delegate.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QStaticText, QTransform

from switchboard_app.ui.look import theme
from switchboard_app.ui.look.chips import GAP, PADDING, Chip, chip_colours
from switchboard_app.ui.look.fonts import font, is_figures, metrics
from switchboard_app.ui.look.icons import channel_mark
from switchboard_app.ui.look.tokens import CHIP, RADIUS_SMALL, Type

_marks: dict[tuple[str, int, float, str], QPixmap] = {}


class StillText:
    """One line of cleaned words, ended by "…" within `room`."""

    def __init__(self, words: str, role: Type = Type.BODY, room: int | None = None) -> None:
        figures = is_figures(words)
        measure = metrics(role, figures=figures)
        if room is not None and not figures:
            words = measure.elidedText(words, Qt.TextElideMode.ElideRight, room)
        self.width = measure.horizontalAdvance(words)
        self._font = font(role, figures=figures)
        self._text = QStaticText(words)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        self._text.prepare(QTransform(), self._font)
        self._height = self._text.size().height()

    def paint(self, painter: QPainter, left: float, top: float, height: float, ink: QColor) -> None:
        """Paint it from `left` on, in the middle of `height`."""
        painter.setFont(self._font)
        painter.setPen(ink)
        painter.drawStaticText(QPointF(left, round(top + (height - self._height) / 2)), self._text)


class StillChips:
    """Chips in a row within `room`; the last one that fits only in part is shortened, the rest left out."""

    def __init__(self, chips: Sequence[Chip], room: int, most: int = 9) -> None:
        pad, gap, least = 2 * theme.px(PADDING), theme.px(GAP), theme.px(40)
        self._chips: list[tuple[StillText, float, QColor, QColor | None]] = []
        at = 0
        for chip in chips[:most]:
            whole = metrics(Type.SMALL_MEDIUM).horizontalAdvance(chip.text) + pad
            width = min(whole, room - at)
            if width < min(least, whole):
                break
            ink, ground = chip_colours(chip.tone)
            text = StillText(chip.text, Type.SMALL_MEDIUM, width - pad + 1)
            self._chips.append((text, width, theme.color(ink), None if ground is None else theme.color(ground)))
            at += width + gap
        self.width = max(0, at - gap)

    def paint(self, painter: QPainter, left: float, top: float) -> None:
        """Paint them from left to right."""
        height, corner, gap = theme.px(CHIP), theme.px(RADIUS_SMALL), theme.px(GAP)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = left
        painter.setPen(Qt.PenStyle.NoPen)
        for _, width, _, ground in self._chips:
            if ground is not None:
                painter.setBrush(ground)
                painter.drawRoundedRect(QRectF(at, top, width, height), corner, corner)
            at += width + gap
        painter.restore()
        at = left + theme.px(PADDING)
        for text, width, ink, _ in self._chips:
            text.paint(painter, at, top, height, ink)
            at += width + gap


def still_mark(kind: str, side: int, ratio: float) -> QPixmap:
    """A channel's mark as a picture of `side` pixels for a screen of this device pixel ratio."""
    key = (kind, side, ratio, theme.current().name)
    found = _marks.get(key)
    if found is None:
        found = QPixmap(round(side * ratio), round(side * ratio))
        found.setDevicePixelRatio(ratio)
        found.fill(Qt.GlobalColor.transparent)
        painter = QPainter(found)
        channel_mark(painter, QRectF(0, 0, side, side), kind)
        painter.end()
        _marks[key] = found
    return found
