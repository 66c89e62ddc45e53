"""The look: everything a view needs so that it names no colour, no size and no font of its own.

    from switchboard_app.ui import look

Theme      look.apply(app, look.Theme.SYSTEM, 1.25)      light, dark, high-contrast or the system's; text 100-200 %
           look.px(12)                                   a distance at the text scale; every size goes through it
           look.color("muted"), look.current().dark      for painters, asked at every paint (names: look.Tokens)
           look.follow(self.retheme)                     called now and after each change of theme or scale
Type       look.font(look.Type.TITLE), look.metrics(..)  BODY 13, BODY_MEDIUM, BODY_STRONG, TITLE 15, HEADING 17,
                                                         FIGURE 26, SECONDARY 12, SECONDARY_MEDIUM,
                                                         SMALL 11, SMALL_MEDIUM, SMALL_STRONG
Distances  look.S1 … look.S5 (4, 8, 12, 16, 20), ROW 76, ROW_COMPACT 56, RADIUS, READABLE: look.px(look.S3)
Labels     look.Label("12 open", look.Type.SECONDARY, "muted", wrap=True)    plain text always; never use QLabel
           look.elided(name, look.Type.BODY_STRONG)      one line, "…" where the room ends
           look.EventLine("Marco Lüthi took over · 09:44")    the centred line of the timeline; line=False for a day
Texts      look.Paragraph(words, links=[look.Span(0, 5, address)]).link_clicked    airy lines, can be marked
           look.TextBlock(words, look.Type.BODY, width).paint(painter, QPointF(x, y), "text"); .height    for delegates
Chips      look.ChipLabel("Reply until 11:30", look.Tone.LATE)
           look.paint_chips(painter, x, y, width, [look.Chip("FR"), look.Chip("Land registry?", look.Tone.LINK)])
Buttons    look.KeyButton(tr("Take over"), "A"); KeyButton(tr("Send"), "Ctrl ⏎", primary=True); quiet, danger,
           icon_name, menu
           look.IconButton("paperclip", tr("Attach a file"))    words mandatory
           look.Tabs([tr("Answer"), tr("Internal note"), tr("To office")]).changed.connect(...)
Icons      look.icon("search", "muted"); look.paint_icon(painter, rect, "clock", "late")
           look.channel_mark(painter, rect, "facebook"), rect of look.px(look.MARK); look.ChannelMark("phone")
Side       look.SectionTitle(tr("My work")); look.NavRow(tr("Inbox"), 12, dot="phone"); look.paint_nav_row(...)
Cards      card = look.Card(tr("Person")); card.add_row(tr("Name"), name, strong=True); card.add(widget); card.clear()
Fields     look.Field(tr("Number"), look.LineField(tr("Number")), key="Alt N").set_mark(tr("..."))
           look.TextField(tr("Concern"), lines=4).submitted; look.ComboField(name); look.Radio(text); look.Check(text)
           look.KeyCap("F2")
Panes      look.Ground("side"); look.Bubble(out=True).column.addWidget(paragraph); look.Hairline(); look.Splitter()
Notices    look.Banner(text, look.Kind.LATE, action=tr("Sign in")).acted
           look.EmptyState("inbox", title, sentence).add_button(look.KeyButton(...))
           look.Toast(window).say(tr("Closed."), action=tr("Undo"), key="Z", seconds=8)    signals acted, gone
           look.TrainingStrip(words); look.paint_stripes(painter, rect)
Sheet      sheet = look.Sheet(window, title); sheet.body, sheet.foot, sheet.aside; sheet.open(); sheet.closed
           never exec()
Painting   look.box(painter, rect, "pane", "line"); look.text(painter, rect, words, look.Type.BODY, "muted")
           look.focus_ring(painter, rect); look.bubble(painter, rect, out=False); look.text_width(words, role)
           look.StillText(words, role, room), look.StillChips(chips, room), look.still_mark(kind, side, ratio): laid
           out once and painted often, for lists that must keep up with scrolling

Text that people wrote goes through `switchboard_app.ui.plain` (plain_text for painters, plain_tooltip,
plain_message_box, plain_title), links through `ui.links`. Refuses colours from outside `tokens`, rich text and exec().
"""

from __future__ import annotations

from switchboard_app.ui.look.boxes import Bubble, Ground, Hairline, Splitter
from switchboard_app.ui.look.buttons import IconButton, KeyButton, Tab, Tabs, key_cap_size, paint_key_cap
from switchboard_app.ui.look.cards import Card
from switchboard_app.ui.look.chips import Chip, ChipLabel, Tone, chip_size, paint_chip, paint_chips
from switchboard_app.ui.look.choices import Check, Radio
from switchboard_app.ui.look.fields import ComboField, Field, KeyCap, LineField
from switchboard_app.ui.look.fonts import font, metrics, prefer_bundled
from switchboard_app.ui.look.icons import ChannelMark, channel_mark, channel_tone, icon, paint_icon
from switchboard_app.ui.look.labels import EventLine, Label, elided, paint_event_line
from switchboard_app.ui.look.nav import NavRow, SectionTitle, paint_dot, paint_nav_row
from switchboard_app.ui.look.notices import Banner, EmptyState, IconSpot, Kind, Toast, TrainingStrip, paint_stripes
from switchboard_app.ui.look.paint import box, bubble, focus_ring, text, text_width
from switchboard_app.ui.look.paragraph import Paragraph, Span, TextBlock
from switchboard_app.ui.look.sheet import Sheet
from switchboard_app.ui.look.still import StillChips, StillText, still_mark
from switchboard_app.ui.look.theme import Theme, apply, changes, chosen, color, current, follow, px, scale
from switchboard_app.ui.look.tokens import (
    CHIP,
    CONTROL,
    FIELD,
    MARK,
    NAV_ROW,
    RADIUS,
    READABLE,
    ROW,
    ROW_COMPACT,
    S1,
    S2,
    S3,
    S4,
    S5,
    STATUS_BAR,
    TOP_BAR,
    Tokens,
    Type,
)
from switchboard_app.ui.look.writing import TextField

__all__ = [
    "CHIP",
    "CONTROL",
    "FIELD",
    "MARK",
    "NAV_ROW",
    "RADIUS",
    "READABLE",
    "ROW",
    "ROW_COMPACT",
    "S1",
    "S2",
    "S3",
    "S4",
    "S5",
    "STATUS_BAR",
    "TOP_BAR",
    "Banner",
    "Bubble",
    "Card",
    "ChannelMark",
    "Check",
    "Chip",
    "ChipLabel",
    "ComboField",
    "EmptyState",
    "EventLine",
    "Field",
    "Ground",
    "Hairline",
    "IconButton",
    "IconSpot",
    "KeyButton",
    "KeyCap",
    "Kind",
    "Label",
    "LineField",
    "NavRow",
    "Paragraph",
    "Radio",
    "SectionTitle",
    "Sheet",
    "Span",
    "Splitter",
    "StillChips",
    "StillText",
    "Tab",
    "Tabs",
    "TextBlock",
    "TextField",
    "Theme",
    "Toast",
    "Tokens",
    "Tone",
    "TrainingStrip",
    "Type",
    "apply",
    "box",
    "bubble",
    "changes",
    "channel_mark",
    "channel_tone",
    "chip_size",
    "chosen",
    "color",
    "current",
    "elided",
    "focus_ring",
    "follow",
    "font",
    "icon",
    "key_cap_size",
    "metrics",
    "paint_chip",
    "paint_chips",
    "paint_dot",
    "paint_event_line",
    "paint_icon",
    "paint_key_cap",
    "paint_nav_row",
    "paint_stripes",
    "prefer_bundled",
    "px",
    "scale",
    "still_mark",
    "text",
    "text_width",
]
