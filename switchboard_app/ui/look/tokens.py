"""The tokens of the window: every colour, distance, radius and type size has its name here and nowhere else.

Plain values without Qt, so that tests can compute contrasts from them. This module refuses to know widgets;
`theme` picks one of the four palettes and everything else in `look` asks `theme.current()`. No other module of
`ui` names a colour.

Source of the values: the design's token table; `selected`, `hover` and the marks' colours are measured in its
pictures. Two departures, both for a contrast of at least 4.5 : 1: section titles use `muted` (the pictures'
paler grey reaches 2.6) and Facebook's mark is a shade darker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Tokens:
    """One palette. Every field but `name` and `dark` is a colour "#rrggbb", or "#aarrggbb" where it lies over
    something.
    """

    name: str
    dark: bool
    window: str
    pane: str
    side: str
    line: str
    control_line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_hover: str
    accent_ground: str
    selected: str
    hover: str
    halo: str
    bubble_in: str
    bubble_in_text: str
    bubble_out: str
    bubble_out_text: str
    note_ground: str
    note_line: str
    neutral_ground: str
    good: str
    good_ground: str
    late: str
    late_ground: str
    bad: str
    bad_ground: str
    phone: str
    facebook: str
    x: str
    instagram: str
    mastodon: str
    email: str
    on_mark: str
    toast: str
    on_toast: str
    toast_action: str
    scrim: str
    shadow: str


LIGHT = Tokens(
    name="light",
    dark=False,
    window="#f4f5f7",
    pane="#ffffff",
    side="#eceef1",
    line="#dde1e6",
    control_line="#dde1e6",
    text="#1b1f24",
    muted="#5f6b7a",
    accent="#0b6e7f",
    on_accent="#ffffff",
    accent_hover="#095d6c",
    accent_ground="#e2f1f3",
    selected="#e2f1f3",
    hover="#f4f5f7",
    halo="#e2f1f3",
    bubble_in="#f0f2f5",
    bubble_in_text="#1b1f24",
    bubble_out="#0b6e7f",
    bubble_out_text="#ffffff",
    note_ground="#fff7df",
    note_line="#ecd9a0",
    neutral_ground="#f0f2f5",
    good="#1f7a3d",
    good_ground="#e3f3e8",
    late="#93590a",
    late_ground="#fdf0d8",
    bad="#b3261e",
    bad_ground="#fce8e6",
    phone="#1f7a3d",
    facebook="#166fe5",
    x="#15181c",
    instagram="#b32d7a",
    mastodon="#563acc",
    email="#7a4a1f",
    on_mark="#ffffff",
    toast="#1b1f24",
    on_toast="#ffffff",
    toast_action="#7fd3e0",
    scrim="#6615181c",
    shadow="#15181c",
)

DARK = Tokens(
    name="dark",
    dark=True,
    window="#15181c",
    pane="#1b1f24",
    side="#181c20",
    line="#2c333b",
    control_line="#2c333b",
    text="#e7eaee",
    muted="#a3adb9",
    accent="#4fb6c6",
    on_accent="#08272d",
    accent_hover="#6cc5d3",
    accent_ground="#17343a",
    selected="#1d3a40",
    hover="#20252b",
    halo="#17343a",
    bubble_in="#262c33",
    bubble_in_text="#e7eaee",
    bubble_out="#175c69",
    bubble_out_text="#e7eaee",
    note_ground="#33301f",
    note_line="#57502d",
    neutral_ground="#262c33",
    good="#7ccf97",
    good_ground="#193425",
    late="#f0b964",
    late_ground="#3a2d16",
    bad="#ff8f86",
    bad_ground="#401d1b",
    phone="#7ccf97",
    facebook="#5b9df7",
    x="#d8dde3",
    instagram="#f08cc4",
    mastodon="#a99bff",
    email="#b9a3ea",
    on_mark="#15181c",
    toast="#e7eaee",
    on_toast="#15181c",
    toast_action="#0b6e7f",
    scrim="#99000000",
    shadow="#000000",
)

CONTRAST_LIGHT = replace(
    LIGHT,
    name="contrast-light",
    window="#ffffff",
    side="#ffffff",
    line="#4a5563",
    control_line="#1b1f24",
    text="#000000",
    muted="#333a43",
    accent="#00505e",
    accent_hover="#003a45",
    accent_ground="#d5edf1",
    selected="#d5edf1",
    hover="#eceef1",
    halo="#00505e",
    bubble_in_text="#000000",
    bubble_out="#00505e",
    note_line="#6b5200",
    good="#0d5425",
    late="#663c00",
    bad="#8c1009",
    phone="#0d5425",
    facebook="#0b4fae",
    x="#000000",
    instagram="#8a1a58",
    mastodon="#3020a0",
    email="#4a3080",
    toast="#000000",
)

CONTRAST_DARK = replace(
    DARK,
    name="contrast-dark",
    window="#000000",
    pane="#000000",
    side="#000000",
    line="#a3adb9",
    control_line="#ffffff",
    text="#ffffff",
    muted="#dde1e6",
    accent="#7fe3f2",
    on_accent="#000000",
    accent_hover="#b4f0f8",
    accent_ground="#0f3a42",
    selected="#0f3a42",
    hover="#20252b",
    halo="#7fe3f2",
    bubble_in_text="#ffffff",
    bubble_out="#0c4550",
    bubble_out_text="#ffffff",
    note_line="#ecd9a0",
    good="#a5ecbc",
    late="#ffd490",
    bad="#ffb8b2",
    on_mark="#000000",
    toast="#ffffff",
    on_toast="#000000",
    toast_action="#00505e",
)

# Distances, in pixels at 100 % text size; `theme.px()` scales them.
S1, S2, S3, S4, S5 = 4, 8, 12, 16, 20
RADIUS = 8
RADIUS_SMALL = 5
ROW = 76
ROW_COMPACT = 56
CONTROL = 32
FIELD = 37
CHIP = 18
MARK = 26
NAV_ROW = 30
TOP_BAR = 47
STATUS_BAR = 25
LINE_HEIGHT = 1.4
READABLE = 680
"""Widest measure of running text, so that lines stay readable on wide screens."""


class Type(StrEnum):
    """Roles of type; their sizes and weights stand in `TYPE`."""

    BODY = "body"
    BODY_MEDIUM = "body-medium"
    BODY_STRONG = "body-strong"
    TITLE = "title"
    HEADING = "heading"
    SECONDARY = "secondary"
    SECONDARY_MEDIUM = "secondary-medium"
    SMALL = "small"
    SMALL_MEDIUM = "small-medium"
    SMALL_STRONG = "small-strong"
    FIGURE = "figure"


TYPE: dict[Type, tuple[int, int]] = {
    Type.BODY: (13, 400),
    Type.BODY_MEDIUM: (13, 500),
    Type.BODY_STRONG: (13, 600),
    Type.TITLE: (15, 600),
    Type.HEADING: (17, 700),
    Type.SECONDARY: (12, 400),
    Type.SECONDARY_MEDIUM: (12, 500),
    Type.SMALL: (11, 400),
    Type.SMALL_MEDIUM: (11, 500),
    Type.SMALL_STRONG: (11, 600),
    Type.FIGURE: (26, 600),
}
"""Role -> (pixel size at 100 %, weight 1–1000)."""
