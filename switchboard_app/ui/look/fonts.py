"""Fonts by role: `font(Type.TITLE)`. The bundled Inter where it lies in resources/fonts, else the system's
interface font.

Sizes are pixels at 100 % times the text scale; figures are tabular, so that counts and clocks do not dance.
Windows and macOS have good interface fonts of their own and keep them unless `prefer_bundled` is called (the
pictures do, to look the same everywhere). Called by `theme` (scale) and by every painter.
"""

from __future__ import annotations

import sys

from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics

from switchboard_app.ui.look.resources import resources
from switchboard_app.ui.look.tokens import TYPE, Type

BUNDLED = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf")


class _Fonts:
    def __init__(self) -> None:
        self.scale = 1.0
        self.family: str | None = None
        self.bundled = not sys.platform.startswith(("win", "darwin"))
        self.made: dict[Type, QFont] = {}
        self.metrics: dict[Type, QFontMetrics] = {}


_fonts = _Fonts()


def use_scale(scale: float) -> None:
    """Set the text scale of all later `font` calls. Only `theme.apply` calls this."""
    if scale != _fonts.scale:
        _fonts.scale = scale
        _fonts.made.clear()
        _fonts.metrics.clear()


def prefer_bundled() -> None:
    """Use Inter even where the system's own font is good; for pictures."""
    _fonts.bundled = True
    _fonts.family = None
    _fonts.made.clear()
    _fonts.metrics.clear()


def family() -> str:
    """The family in use; loads the bundled files at the first call. Needs a QGuiApplication."""
    if _fonts.family is None:
        _fonts.family = _load() if _fonts.bundled else ""
        if not _fonts.family:
            _fonts.family = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    return _fonts.family


def _load() -> str:
    """Load Inter; an empty string when a file is missing or unreadable."""
    folder = resources() / "fonts"
    loaded = ""
    for name in BUNDLED:
        path = folder / name
        number = QFontDatabase.addApplicationFont(str(path)) if path.is_file() else -1
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        if not families:
            return loaded
        loaded = loaded or families[0]
    return loaded


def font(role: Type | str = Type.BODY) -> QFont:
    """The font of a role at the scale in use. A copy: change it as you like. Raises ValueError for an unknown role."""
    kind = Type(role)
    made = _fonts.made.get(kind)
    if made is None:
        pixels, weight = TYPE[kind]
        made = QFont(family())
        made.setPixelSize(max(1, round(pixels * _fonts.scale)))
        made.setWeight(QFont.Weight(weight))
        made.setFeature(QFont.Tag("tnum"), 1)
        made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        _fonts.made[kind] = made
    return QFont(made)


def metrics(role: Type | str = Type.BODY) -> QFontMetrics:
    """Measures of a role's font, kept between calls; for painters."""
    kind = Type(role)
    found = _fonts.metrics.get(kind)
    if found is None:
        found = QFontMetrics(font(kind))
        _fonts.metrics[kind] = found
    return found
