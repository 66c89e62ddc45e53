"""What a mail repeats, folded away behind a small chip: the new words stand alone until somebody wants the rest.

Only mails are folded, by `model.quoting`; the text itself is whole in the store and in the clipboard once it is shown.
Refuses to fold anything else and to remember what was unfolded. Used by the rows of the timeline.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from switchboard_app.model.entry import Entry
from switchboard_app.model.language import tr
from switchboard_app.model.quoting import split
from switchboard_app.ui import look
from switchboard_app.ui.chip_button import ChipButton
from switchboard_app.ui.message_text import LONGEST


def is_mail(entry: Entry) -> bool:
    """Whether an entry came by mail."""
    return entry.detail.startswith("{") and "subject" in json.loads(entry.detail)


def new_words(entry: Entry) -> str:
    """What is new in an entry: all of it, unless it is a mail that repeats."""
    return entry.text[: split(entry.text).at].rstrip() if is_mail(entry) else entry.text


class QuotedPart(ChipButton):
    """The chip below a text; pressing it shows the text whole, pressing it again folds it."""

    def __init__(self, entry: Entry, shown: look.Paragraph, changed: Callable[[], object], parent: QWidget) -> None:
        super().__init__("", parent, tone="muted", ground="window", icon_name="chevron-down")
        self._entry = entry
        self._paragraph = shown
        self._changed = changed
        self._quotes = split(entry.text).quoted
        self.open = False
        self.setCheckable(False)
        self._say()
        self.clicked.connect(self.toggle)

    def toggle(self) -> None:
        """Show the rest, or fold it again."""
        self.open = not self.open
        text = self._entry.text[:LONGEST] if self.open else new_words(self._entry)
        self._paragraph.set_text(text)
        self._say()
        self._changed()

    def _say(self) -> None:
        if self.open:
            self.set_words(tr("Fold again"))
        else:
            self.set_words(tr("Earlier mail") if self._quotes else tr("Signature"))


def quoted_part(
    entry: Entry, shown: look.Paragraph, changed: Callable[[], object], parent: QWidget
) -> QuotedPart | None:
    """The chip for an entry whose text is folded; None where nothing is."""
    return QuotedPart(entry, shown, changed, parent) if len(new_words(entry)) < len(entry.text.rstrip()) else None
