"""The phone note's form as a value, and how it lies in the workspace while it is not filed.

The note being written lies at the place ``phone-note``, which filing clears in its own transaction; notes put aside
lie at ``phone-note:2`` and so on. What moves between them moves in one transaction, so that none is ever in neither
place.
Called by `phone_note` only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace

from switchboard_app.model.errors import Refused
from switchboard_app.model.ids import EntryId, OfficeId, Operator
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.store import drafts
from switchboard_app.store.desk import NoteAction, PhoneNote
from switchboard_app.store.ids import new_id
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.callback_time import reachable

ACTIVE = "phone-note"
ASIDE = tuple(f"{ACTIVE}:{number}" for number in range(2, 10))


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """Everything the form holds. `note_id` makes filing it twice one note."""

    note_id: EntryId
    opened_at: Millis
    number: str = ""
    name: str = ""
    concern: str = ""
    office: str = ""
    office_words: str = ""
    action: str = NoteAction.OFFICE_CALLBACK.value
    urgent: bool = False
    joins: int = 0
    """The number of the enquiry it belongs to; 0 opens one of its own."""
    called: bool = False
    """It came with a call, whose time runs from `opened_at`."""

    @property
    def bare(self) -> bool:
        """Nothing but who calls: no words of the matter, no office."""
        return not (self.concern.strip() or self.office_words.strip() or self.office)

    @property
    def blank(self) -> bool:
        """Nothing at all that could be lost."""
        return self.bare and not (self.number.strip() or self.name.strip())

    def caller(self) -> str:
        """Who it is from, for a list of drafts."""
        who = " · ".join(part for part in (self.number.strip(), self.name.strip()) if part)
        return who or tr("Anonymous")

    def as_note(self, now: Millis) -> PhoneNote:
        """As the desk files it."""
        named = reachable(self.concern, now)
        return PhoneNote(
            concern=self.concern,
            caller_number=self.number,
            caller_name=self.name,
            office=OfficeId(self.office) if self.office else None,
            action=NoteAction(self.action),
            urgent=self.urgent,
            taken_at=self.opened_at,
            callback_at=named.at if named is not None and named.until else None,
            joins=self.joins or None,
        )

    def as_text(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self), ensure_ascii=False)


def fresh(now: Millis, **known: object) -> NoteDraft:
    """An empty form, opened now."""
    return replace(NoteDraft(EntryId(new_id()), now), **known)  # type: ignore[arg-type]  # fields of the draft


def from_text(text: str, now: Millis) -> NoteDraft | None:
    """A stored draft, also one of another version of the program: what is not known is left out. None for none."""
    try:
        read = json.loads(text) if text else None
    except ValueError:
        return fresh(now, concern=text)  # not ours to throw away
    if not isinstance(read, dict):
        return None
    usual = fresh(now)
    known = {
        one.name: read[one.name]
        for one in fields(NoteDraft)
        if one.name in read and type(read[one.name]) is type(getattr(usual, one.name))
    }
    made = replace(usual, **known)
    return made if made.action in set(NoteAction) else replace(made, action=usual.action)


def stored(tx: Transaction, who: Operator) -> dict[str, str]:
    """All stored drafts by place."""
    found = {place: drafts.load(tx, who, place) for place in (ACTIVE, *ASIDE)}
    return {place: text for place, text in found.items() if text}


def keep(tx: Transaction, who: Operator, active: str, aside: Sequence[str], gone: Sequence[str]) -> list[str]:
    """Keep `active` as the note being written, put `aside` at free places and clear the places `gone`, all or nothing.

    Returns the places. Raises Refused when there is no place left.
    """
    for place in gone:
        drafts.save(tx, who, place, "")
    free = [place for place in ASIDE if not drafts.load(tx, who, place)]
    if len(free) < len(aside):
        raise Refused(
            tr("{n} notes wait as drafts already.").format(n=len(ASIDE)), tr("File or discard one of them first.")
        )
    for place, text in zip(free, aside, strict=False):
        drafts.save(tx, who, place, text)
    drafts.save(tx, who, ACTIVE, active)
    return free[: len(aside)]
