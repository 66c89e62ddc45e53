"""Everything the conversation view needs of one enquiry, read in one transaction, and what follows from it.

No SQL: it joins the store's own questions. Called by `conversation` through the bridge, on the store's thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from switchboard_app.model.entry import Direction, Entry, EntryKind
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.language import tr
from switchboard_app.store import drafts, timeline
from switchboard_app.store.drafts import DraftFile
from switchboard_app.store.timeline import Conversation
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.text.message import phone_note_head

DRAFTS = ("reply", "note", "forward")
"""What can be written about an enquiry, as the places of drafts name it."""
LONGEST_CONCERN = 3000
"""Characters of the citizen's words that a summary begins with."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """What I was writing about an enquiry."""

    answer: str = ""
    note: str = ""
    office: str = ""
    files: tuple[DraftFile, ...] = ()
    """Beside the answer."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What an enquiry is about, in the citizen's words, and whom to call back."""

    concern: str = ""
    caller: str = ""
    number: str = ""

    @property
    def callback(self) -> str:
        """The sentence for an office that shall call back; "" when nobody can be called."""
        who = " · ".join(part for part in (self.caller, self.number) if part)
        return tr("Please call back: {caller}").format(caller=who) if self.number else ""


@dataclass(frozen=True, slots=True)
class Read:
    """One enquiry as it stands now. `earlier` says whether its thread has messages from before it."""

    conversation: Conversation
    drafts: Drafts
    matter: Matter
    earlier: bool


def read(tx: Transaction, enquiry: EnquiryId, me: Operator, limit: int) -> Read:
    """The enquiry with its newest `limit` entries. Raises NotThere."""
    shown = timeline.conversation(tx, enquiry, limit)
    head = shown.enquiry
    earlier = bool(head.thread and not shown.more and timeline.earlier_entries(tx, head.thread, enquiry, 1))
    answer, note, office = (drafts.load(tx, me, f"{place}:{enquiry}") for place in DRAFTS)
    mine = Drafts(answer, note, office, drafts.files(tx, me, f"reply:{enquiry}"))
    return Read(shown, mine, matter(shown.entries), earlier)


def matter(entries: tuple[Entry, ...]) -> Matter:
    """The citizen's own words, the first ones first: that is where the concern and the place stand."""
    theirs = [one.text.strip() for one in entries if one.direction is Direction.IN and one.text.strip()]
    concern = "\n\n".join(theirs)[:LONGEST_CONCERN]
    calls = [phone_note_head(one) for one in entries if one.kind is EntryKind.PHONE_NOTE]
    last = calls[-1] if calls else None
    return Matter(concern, last.name if last else "", last.number if last else "")
