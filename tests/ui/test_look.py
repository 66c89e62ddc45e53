"""The look: contrasts, themes, text scale, names, focus and tab order of every part."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontInfo, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from switchboard_app.model.channel import Channel
from switchboard_app.ui import look
from switchboard_app.ui.look import fonts, theme
from switchboard_app.ui.look.tokens import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, TYPE, Tokens

UI = Path(__file__).resolve().parents[2] / "switchboard_app" / "ui"
OpenWindow = Callable[[QWidget], QWidget]

# Every ink that `look` puts on a ground.
PAIRS = [
    *(
        (ink, ground)
        for ink in ("text", "muted", "accent")
        for ground in ("window", "pane", "side", "selected", "hover")
    ),
    *((ink, "pane") for ink in ("good", "late", "bad")),
    *((f"{tone}", f"{tone}_ground") for tone in ("good", "late", "bad")),
    *(("text", f"{tone}_ground") for tone in ("good", "late", "bad", "accent", "note")),
    ("muted", "neutral_ground"),
    ("muted", "accent_ground"),
    ("muted", "note_ground"),
    ("accent", "accent_ground"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("bubble_in_text", "bubble_in"),
    ("bubble_out_text", "bubble_out"),
    *(("on_mark", mark) for mark in Channel),
    ("pane", "muted"),
    ("on_toast", "toast"),
    ("toast_action", "toast"),
]


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK, CONTRAST_LIGHT, CONTRAST_DARK], ids=lambda t: t.name)
def test_every_text_can_be_read_on_its_ground(tokens: Tokens) -> None:
    least = 7.0 if tokens.name.startswith("contrast") else 4.5
    weak = {
        f"{ink} on {ground}": round(contrast(getattr(tokens, ink), getattr(tokens, ground)), 2)
        for ink, ground in PAIRS
        if contrast(getattr(tokens, ink), getattr(tokens, ground)) < (least if ink in ("text", "muted") else 4.5)
    }
    assert not weak


@pytest.mark.parametrize("tokens", [CONTRAST_LIGHT, CONTRAST_DARK], ids=lambda t: t.name)
def test_lines_of_the_high_contrast_themes_are_seen(tokens: Tokens) -> None:
    assert all(contrast(getattr(tokens, line), tokens.pane) >= 4.5 for line in ("line", "control_line", "accent"))


def test_only_tokens_name_colours() -> None:
    named = re.compile(
        r"""#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}["']|rgba?\(|GlobalColor\.(?!transparent)|QColor\(\s*["'\d]"""
    )
    offences = [
        f"{path.relative_to(UI)}:{number}"
        for path in UI.rglob("*.py")
        if path.name != "tokens.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if named.search(line)
    ]
    assert not offences


def test_tokens_are_the_designs() -> None:
    assert (LIGHT.window, LIGHT.pane, LIGHT.side) == ("#f4f5f7", "#ffffff", "#eceef1")
    assert (DARK.accent, DARK.on_accent, DARK.accent_ground) == ("#4fb6c6", "#08272d", "#17343a")
    assert TYPE[look.Type.BODY][0] == 13
    assert (look.ROW, look.ROW_COMPACT, look.RADIUS) == (76, 56, 8)


# --- theme --------------------------------------------------------------------------------------------------------


class Watcher(QObject):
    """Counts how often it is told to retheme."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def retheme(self) -> None:
        self.times += 1


def test_everything_follows_a_change_of_theme(qapp: QApplication) -> None:
    watcher = Watcher()
    look.follow(watcher.retheme)
    label = look.Label("x", tone="muted")
    look.apply(qapp, "dark")
    assert watcher.times == 2
    assert look.current() is DARK
    assert label.palette().windowText().color() == look.color("muted")
    assert qapp.palette().window().color().name() == DARK.window
    look.apply(qapp, look.Theme.LIGHT)
    assert label.palette().windowText().color().name() == LIGHT.muted


def test_a_widget_that_is_gone_is_not_called(qapp: QApplication) -> None:
    label = look.Label("x")
    label.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    del label
    look.apply(qapp, "dark")


def test_system_theme_follows_the_system_while_running(qapp: QApplication) -> None:
    hints = qapp.styleHints()  # off-screen the system never speaks, so the test emits what it would
    wishes = hints.accessibility()
    look.apply(qapp, look.Theme.SYSTEM)
    assert look.current() is LIGHT
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert look.current() is DARK
    wishes.contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    assert look.current() is CONTRAST_DARK
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert look.current() is CONTRAST_LIGHT
    wishes.contrastPreferenceChanged.emit(Qt.ContrastPreference.NoPreference)
    assert look.current() is LIGHT
    look.apply(qapp, look.Theme.LIGHT)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert look.current() is LIGHT, "a chosen theme does not follow the system"


def test_an_unknown_theme_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="pink"):
        look.apply(qapp, "pink")


def test_scale_reaches_every_size(qapp: QApplication) -> None:
    button, field, row = look.KeyButton("Senden", "E"), look.LineField("x"), look.NavRow("Eingang", 12)
    small = (button.sizeHint(), field.height(), row.sizeHint().height(), look.font().pixelSize())
    look.apply(qapp, "light", 2.0)
    assert look.px(76) == 152
    assert look.font().pixelSize() == 2 * small[3] == 26
    assert row.sizeHint().height() == 2 * small[2]
    assert field.height() == 2 * small[1]
    assert abs(button.sizeHint().width() - 2 * small[0].width()) < 10
    assert qapp.font().pixelSize() == 26


@pytest.mark.parametrize(("asked", "given"), [(0.5, 1.0), (1.25, 1.25), (5.0, 2.0)])
def test_scale_is_held_in_bounds(qapp: QApplication, asked: float, given: float) -> None:
    look.apply(qapp, "light", asked)
    assert look.scale() == given


def test_bundled_font_is_used_and_figures_are_tabular() -> None:
    assert fonts.family() == "Inter"
    assert QFontInfo(look.font(look.Type.TITLE)).family() == "Inter"
    assert look.font(look.Type.TITLE).weight() == QFont.Weight.DemiBold
    wide = {look.metrics(figures=True).horizontalAdvance(d) for d in "0123456789"}
    assert len(wide) == 1
    assert fonts.is_figures("09:41")
    assert fonts.is_figures("1’284")
    assert not fonts.is_figures("E-Mail")
    assert look.text_width("11:11") == look.text_width("00:00")


# --- icons and marks ----------------------------------------------------------------------------------------------


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_icons_take_the_colour_of_the_theme_in_use(qapp: QApplication) -> None:
    icon = look.icon("search", "accent")
    light = colours(icon.pixmap(QSize(32, 32), 1.0).toImage())
    assert LIGHT.accent in light
    look.apply(qapp, "dark")
    dark = colours(icon.pixmap(QSize(32, 32), 1.0).toImage())
    assert DARK.accent in dark
    assert LIGHT.accent not in dark


def test_icons_are_crisp_at_twice_the_pixels() -> None:
    assert look.icon("search").pixmap(QSize(16, 16), 2.0).size() == QSize(32, 32)


@pytest.mark.parametrize("name", ["../x", "a/b", "A", ""])
def test_icon_names_are_no_paths(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of an icon"):
        look.icon(name)


def test_a_missing_icon_is_no_reason_to_fail() -> None:
    assert not look.icon("no-such-icon").pixmap(16, 16).isNull()


@pytest.mark.parametrize("kind", [*Channel, "other"])
def test_marks_are_drawn_on_their_own_colour(kind: str) -> None:
    image = QImage(52, 52, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    look.channel_mark(painter, QRectF(0, 0, 52, 52), kind)
    painter.end()
    seen = colours(image)
    assert getattr(LIGHT, kind, LIGHT.muted) in seen
    assert LIGHT.on_mark in seen
    assert image.pixelColor(0, 0).alpha() == 0, "the corner is round"


# --- chips --------------------------------------------------------------------------------------------------------


def test_chips_end_where_the_room_ends() -> None:
    image = QImage(200, 40, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    chips = [look.Chip("Antwort bis 11:30", look.Tone.LATE), look.Chip("Amt für Umwelt und Energie"), look.Chip("FR")]
    end = look.paint_chips(painter, 0, 4, 180, chips)
    painter.end()
    assert look.chip_size(chips[0]).width() < end <= 180
    assert not any(image.pixelColor(x, 12).alpha() for x in range(181, 200))


def test_nothing_is_animated() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (UI / "look").glob("*.py"))
    assert not re.search(r"QPropertyAnimation|QVariantAnimation|QTimeLine", source)
    assert theme.MAX_SCALE == 2.0


def test_the_look_knows_no_dialog_that_blocks() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (UI / "look").glob("*.py"))
    assert not re.search(r"\.exec\(\)", source.replace("never exec()", ""))
