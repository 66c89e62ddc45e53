"""Fonts by role: `font(Type.TITLE)`. The bundled Inter where it lies in resources/fonts, else the system's
interface font.

Sizes are pixels at 100 % times the text scale; numbers get tabular figures, so that counts and clocks do not
dance. Windows and macOS have good interface fonts of their own and keep them unless `prefer_bundled` is called
(the pictures do, to look the same everywhere). Called by `theme` (scale) and by every painter.
"""

from __future__ import annotations

import re
import sys

from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics

from switchboard_app.config import resource_folder
from switchboard_app.ui.look.tokens import TYPE, Type

BUNDLED = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf")

_FIGURES = re.compile(r"[0-9 ’'.,:/+%]*[0-9][0-9 ’'.,:/+%]*")


class _Fonts:
    def __init__(self) -> None:
        self.scale = 1.0
        self.family: str | None = None
        self.bundled = not sys.platform.startswith(("win", "darwin"))
        self.made: dict[tuple[Type, bool], QFont] = {}
        self.metrics: dict[tuple[Type, bool], QFontMetrics] = {}


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
    folder = resource_folder() / "fonts"
    loaded = ""
    for name in BUNDLED:
        path = folder / name
        number = QFontDatabase.addApplicationFont(str(path)) if path.is_file() else -1
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        if not families:
            return loaded
        loaded = loaded or families[0]
    return loaded


def font(role: Type | str = Type.BODY, *, figures: bool = False) -> QFont:
    """The font of a role at the scale in use; `figures` for numbers that stand in a column or change while one looks.

    Tabular figures are for numbers only: the feature also gives hyphens the width of a digit. A copy: change it
    as you like. Raises ValueError for an unknown role.
    """
    key = (Type(role), figures)
    made = _fonts.made.get(key)
    if made is None:
        pixels, weight = TYPE[key[0]]
        made = QFont(family())
        made.setPixelSize(max(1, round(pixels * _fonts.scale)))
        made.setWeight(QFont.Weight(weight))
        if figures:
            made.setFeature(QFont.Tag("tnum"), 1)
        made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        _fonts.made[key] = made
    return QFont(made)


def metrics(role: Type | str = Type.BODY, *, figures: bool = False) -> QFontMetrics:
    """Measures of a role's font, kept between calls; for painters."""
    key = (Type(role), figures)
    found = _fonts.metrics.get(key)
    if found is None:
        found = QFontMetrics(font(key[0], figures=figures))
        _fonts.metrics[key] = found
    return found


def is_figures(words: str) -> bool:
    """Whether `words` are a number, a time or a count such as "1’284", "09:41", "88/2000", and want tabular figures."""
    return bool(words) and _FIGURES.fullmatch(words) is not None
