"""A picture as a small PNG: 256 colours, without dithering, so that letters and lines stay as crisp as on the screen.

The frequent colours (grounds, texts, lines) are kept exactly; the rare shades of letters' edges and photos take the
nearest of them. Deterministic. Called by `screenshots`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtGui import QImage

_COLOURS = 256
_EXACT = 144
"""So many of the most frequent colours are kept as they are; the others stand for a neighbourhood."""
_OPAQUE = 0xFF000000

Rgb = tuple[int, int, int]


def _parts(colour: int) -> Rgb:
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255


def _apart(one: Rgb, other: Rgb) -> int:
    """How far two colours are apart for the eye, which is keenest for green."""
    return 2 * (one[0] - other[0]) ** 2 + 4 * (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2


def palette(colours: Counter[int]) -> list[int]:
    """The colours to keep: the frequent ones, then the most frequent of each neighbourhood that has none."""
    order = [colour for colour, _ in sorted(colours.items(), key=lambda pair: (-pair[1], pair[0]))]
    chosen = order[:_EXACT]
    taken = {_neighbourhood(colour) for colour in chosen}
    weight: Counter[Rgb] = Counter()
    stands_for: dict[Rgb, int] = {}
    for colour in order[_EXACT:]:
        place = _neighbourhood(colour)
        if place not in taken:
            weight[place] += colours[colour]
            stands_for.setdefault(place, colour)
    ranked = sorted(weight, key=lambda place: (-weight[place], place))
    return chosen + [stands_for[place] for place in ranked[: _COLOURS - len(chosen)]]


def _neighbourhood(colour: int) -> Rgb:
    red, green, blue = _parts(colour)
    return red >> 4, green >> 4, blue >> 4


def _nearest(colours: Iterable[int], kept: list[int]) -> dict[int, int]:
    """The place in the palette for each colour."""
    place = {colour: number for number, colour in enumerate(kept)}
    parts = [_parts(colour) for colour in kept]
    for colour in colours:
        if colour not in place:
            mine = _parts(colour)
            place[colour] = min(range(len(kept)), key=lambda number: _apart(mine, parts[number]))
    return place


def save_small(picture: QImage, path: Path) -> None:
    """Write `picture` as a PNG with at most 256 colours. Raises OSError when it cannot be written."""
    image = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = memoryview(image.constBits()).cast("I")
    colours = Counter(pixels)
    kept = palette(colours)
    places = bytes(map(_nearest(colours, kept).__getitem__, pixels))
    indexed = QImage(places, image.width(), image.height(), image.width(), QImage.Format.Format_Indexed8)
    indexed.setColorTable([colour | _OPAQUE for colour in kept])
    smallest = 0  # Qt's word for the strongest compression of a PNG
    if not indexed.save(str(path), quality=smallest):
        raise OSError(f"cannot write {path}")
