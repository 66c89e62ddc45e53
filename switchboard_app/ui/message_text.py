"""A text that people wrote, as the timeline shows it: a paragraph that can be marked, its links as chips below.

Links are chips that show the host; a click asks before anything is opened. A text longer than `LONGEST` is cut, with a
chip that shows it whole. Refuses markup: plain text by construction. Called by the rows of the timeline.
"""

from __future__ import annotations

import re

from PySide6.QtWidgets import QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.chip_button import ChipButton
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.links import find_links, judge
from switchboard_app.ui.timeline_row import Wishes

LONGEST = 20_000
"""Characters that are laid out within the timeline; no platform sends more, a pasted phone note may hold more."""
MOST_LINKS = 8
_MAYBE_LINK = re.compile(r"\w\.\w|://")


def paragraph(text: str, parent: QWidget, tone: str) -> look.Paragraph:
    """The words as plain text, cut when they are very many."""
    return look.Paragraph(text if len(text) <= LONGEST else f"{text[:LONGEST]} …", parent, tone=tone)


def chips_below(shown: look.Paragraph, source: str, wishes: Wishes, parent: QWidget) -> QWidget | None:
    """A row of chips for the links in a paragraph, and one for the whole of a text that was cut; None for none."""
    words = shown.text()
    addresses = (
        list(dict.fromkeys(span.address for span in find_links(words)))[:MOST_LINKS]
        if _MAYBE_LINK.search(words)
        else []
    )
    cut = len(source) > LONGEST
    if not addresses and not cut:
        return None
    holder = QWidget(parent)
    flow = Flow(holder, gap=look.px(6), line_gap=look.px(4))
    for address in addresses:
        chip = ChipButton(judge(address).host, holder, icon_name="external-link", hint=address)
        chip.clicked.connect(lambda _checked=False, address=address: wishes.link.emit(address))
        flow.addWidget(chip)
    if cut:
        whole = ChipButton(
            tr("Show the whole text ({n} characters)").format(n=f"{len(source):,}".replace(",", "’")), holder
        )
        whole.clicked.connect(lambda: wishes.whole_text.emit(source))
        flow.addWidget(whole)
    return holder
