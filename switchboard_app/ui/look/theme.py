"""The theme in use: picks a palette of tokens, and turns it into Qt's palette and style sheet.

`apply` may be called at any time; every part of `look` follows without a restart. Set to "system" it follows
the system's light, dark and high-contrast settings while the program runs. All sizes pass through `px`, so that
the text scale reaches everything. There are no animations anywhere in `look`, so reduced motion needs no
switch. Called by `app` (start) and the settings page; painters ask `current`, `color`, `px`. Refuses to hold
colours of its own: they live in `tokens`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import assert_never

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from switchboard_app.ui.look import fonts
from switchboard_app.ui.look.sheet_css import style_sheet
from switchboard_app.ui.look.tokens import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, Tokens, Type

MIN_SCALE, MAX_SCALE = 1.0, 2.0


class Theme(StrEnum):
    """What a person may choose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "high-contrast"


class _Changes(QObject):
    """Carries the one signal `changed`, emitted after palette, fonts and scale are in place."""

    changed = Signal()


class _InUse:
    def __init__(self) -> None:
        self.chosen = Theme.LIGHT
        self.tokens: Tokens = LIGHT
        self.scale = 1.0
        self.dark = False
        self.high = False
        self.colors: dict[str, QColor] = {}
        self.changes: _Changes | None = None
        self.followed: QApplication | None = None


_in_use = _InUse()


def current() -> Tokens:
    """The tokens in use; painters ask at every paint and keep nothing."""
    return _in_use.tokens


def chosen() -> Theme:
    """What was chosen, which may be `Theme.SYSTEM`."""
    return _in_use.chosen


def scale() -> float:
    """The text scale in use, 1.0 to 2.0."""
    return _in_use.scale


def px(pixels: float) -> int:
    """A distance given at 100 %, at the scale in use; never less than 1 for something that is more than 0."""
    if pixels <= 0:
        return 0
    return max(1, round(pixels * _in_use.scale))


def color(token: str) -> QColor:
    """The colour of a token, by its name in `Tokens`. Raises AttributeError for a name that is no token."""
    found = _in_use.colors.get(token)
    if found is None:
        found = QColor(getattr(_in_use.tokens, token))
        _in_use.colors[token] = found
    return QColor(found)


def changes() -> _Changes:
    """The object whose signal `changed` tells that tokens, fonts or scale are others now."""
    if _in_use.changes is None:
        _in_use.changes = _Changes()
    return _in_use.changes


def follow(retheme: Callable[[], None]) -> None:
    """Call `retheme` now and after every change. Give a bound method of a QObject: Qt drops the connection with
    the object.
    """
    changes().changed.connect(retheme)
    retheme()


def apply(app: QApplication, name: Theme | str = Theme.SYSTEM, scale: float = 1.0) -> None:
    """Put a theme and a text scale in force. `scale` is held within 1.0 to 2.0. Raises ValueError for an unknown
    name.
    """
    _in_use.chosen = Theme(name)
    _in_use.scale = min(MAX_SCALE, max(MIN_SCALE, scale))
    _ask_system(app)
    _put_in_force(app)


def _ask_system(app: QApplication) -> None:
    """Read the system's settings, and listen to them once per application."""
    hints = app.styleHints()
    wishes = hints.accessibility()
    _in_use.dark = hints.colorScheme() is Qt.ColorScheme.Dark
    _in_use.high = wishes.contrastPreference() is Qt.ContrastPreference.HighContrast
    if _in_use.followed is not app:
        _in_use.followed = app
        hints.colorSchemeChanged.connect(_scheme_changed)
        wishes.contrastPreferenceChanged.connect(_contrast_changed)


def _scheme_changed(scheme: Qt.ColorScheme) -> None:
    _in_use.dark = scheme is Qt.ColorScheme.Dark
    _system_changed()


def _contrast_changed(contrast: Qt.ContrastPreference) -> None:
    _in_use.high = contrast is Qt.ContrastPreference.HighContrast
    _system_changed()


def _system_changed() -> None:
    app = QApplication.instance()
    if isinstance(app, QApplication) and _resolve() is not _in_use.tokens:
        _put_in_force(app)


def _resolve() -> Tokens:
    """The palette for what was chosen; a system that does not say counts as light."""
    contrast = CONTRAST_DARK if _in_use.dark else CONTRAST_LIGHT
    match _in_use.chosen:
        case Theme.LIGHT:
            return LIGHT
        case Theme.DARK:
            return DARK
        case Theme.CONTRAST:
            return contrast
        case Theme.SYSTEM:
            if _in_use.high:
                return contrast
            return DARK if _in_use.dark else LIGHT
        case _:
            assert_never(_in_use.chosen)


def _put_in_force(app: QApplication) -> None:
    tokens = _resolve()
    _in_use.tokens = tokens
    _in_use.colors = {}
    fonts.use_scale(_in_use.scale)
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(palette(tokens))
    app.setFont(fonts.font(Type.BODY))
    app.setStyleSheet(style_sheet(tokens, px))
    changes().changed.emit()


def palette(tokens: Tokens) -> QPalette:
    """Qt's palette made from tokens, complete, so that no colour of the system shows through."""
    made = QPalette()
    role = QPalette.ColorRole
    pairs = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.pane,
        role.AlternateBase: tokens.window,
        role.Text: tokens.text,
        role.Button: tokens.pane,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.on_accent,
        role.ToolTipBase: tokens.toast,
        role.ToolTipText: tokens.on_toast,
        role.PlaceholderText: tokens.muted,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.pane,
        role.Midlight: tokens.line,
        role.Mid: tokens.line,
        role.Dark: tokens.control_line,
        role.Shadow: tokens.shadow,
    }
    for which, value in pairs.items():
        made.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.muted))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(tokens.line))
    return made
