"""Chips: small words on a tinted ground that say a state ("Reply until 11:30"). The colour only repeats the words.

`Chip` is a value that delegates measure and paint; `ChipLabel` is the widget. Refuses colours: a chip has a
`Tone`. Called by the queue's delegate, the conversation's head and the cards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from switchboard_app.ui.look import paint, theme
from switchboard_app.ui.look.tokens import CHIP, Type
from switchboard_app.ui.plain import plain_text

PADDING = 6
GAP = 6
WIDEST = 320


class Tone(StrEnum):
    """How a chip looks. LINK is accent-coloured text without a ground of its own."""

    NEUTRAL = "neutral"
    ACCENT = "accent"
    GOOD = "good"
    LATE = "late"
    BAD = "bad"
    LINK = "link"


_COLOURS: dict[Tone, tuple[str, str | None]] = {
    Tone.NEUTRAL: ("muted", "neutral_ground"),
    Tone.ACCENT: ("accent", "accent_ground"),
    Tone.GOOD: ("good", "good_ground"),
    Tone.LATE: ("late", "late_ground"),
    Tone.BAD: ("bad", "bad_ground"),
    Tone.LINK: ("accent", None),
}


def chip_colours(tone: Tone) -> tuple[str, str | None]:
    """The tokens of a chip's words and of its ground."""
    return _COLOURS[tone]


@dataclass(frozen=True, slots=True)
class Chip:
    """Words and their tone."""

    text: str
    tone: Tone = Tone.NEUTRAL


def chip_size(chip: Chip) -> QSize:
    """The room a chip takes at the scale in use."""
    return QSize(paint.text_width(chip.text, Type.SMALL_MEDIUM) + 2 * theme.px(PADDING), theme.px(CHIP))


def paint_chip(painter: QPainter, rect: QRectF, chip: Chip) -> None:
    """Paint `chip` so that it fills `rect`; words too long for it end in "…"."""
    ink, ground = _COLOURS[chip.tone]
    if ground is not None:
        paint.box(painter, rect, ground, radius=5)
    pad = theme.px(PADDING)
    paint.text(painter, rect.adjusted(pad, 0, -pad, 0), chip.text, Type.SMALL_MEDIUM, ink)


def paint_chips(painter: QPainter, left: float, top: float, width: float, chips: Iterable[Chip]) -> float:
    """Paint chips from left to right within `width`; the last that fits only in part is shortened, the rest left out.

    Returns the right end of what was painted.
    """
    at, end = left, left + width
    least = theme.px(40)
    for chip in chips:
        size = chip_size(chip)
        room = min(float(size.width()), end - at)
        if room < min(least, size.width()):
            break
        paint_chip(painter, QRectF(at, top, room, size.height()), chip)
        at += room + theme.px(GAP)
    return max(left, at - theme.px(GAP))


class ChipLabel(QWidget):
    """A chip as a widget; a screen reader reads its words."""

    def __init__(self, text: str, tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chip = Chip(plain_text(text), tone)
        self.setAccessibleName(self._chip.text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.follow(self.retheme)

    def chip(self) -> Chip:
        """What it shows."""
        return self._chip

    def set_chip(self, text: str, tone: Tone) -> None:
        """Show other words; hidden when there are none."""
        self._chip = Chip(plain_text(text), tone)
        self.setAccessibleName(self._chip.text)
        self.setVisible(bool(text))
        self.retheme()

    def retheme(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return chip_size(self._chip).boundedTo(QSize(theme.px(WIDEST), theme.px(CHIP)))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(theme.px(40), self.sizeHint().width()), theme.px(CHIP))

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_chip(QPainter(self), QRectF(self.rect()), self._chip)


def count_tone(*, urgent: bool = False, first: bool = False) -> Tone:
    """The tone of a number in a small square: bad when it is urgent, accent for the first, else neutral."""
    if urgent:
        return Tone.BAD
    return Tone.ACCENT if first else Tone.NEUTRAL


__all__ = [
    "GAP",
    "PADDING",
    "Chip",
    "ChipLabel",
    "Tone",
    "chip_colours",
    "chip_size",
    "count_tone",
    "paint_chip",
    "paint_chips",
]
