"""The phone note: what was said in a call opens an enquiry or joins one. A wrong field never blocks filing it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from switchboard_app.model.channel import Channel
from switchboard_app.model.deadlines import URGENT_MINUTES
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import Direction, EntryKind, EventCode
from switchboard_app.model.errors import Refused, WrongUse
from switchboard_app.model.ids import EnquiryId, EntryId, OfficeId, Operator
from switchboard_app.model.language import tr
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.model.tongue import guess_language
from switchboard_app.store import directory, drafts, journal, people, settings
from switchboard_app.store.clocks import goes_on_elsewhere, taken_up
from switchboard_app.store.desk.closing import done
from switchboard_app.store.desk.forwards import forward
from switchboard_app.store.enquiries import Held, add_entry, change, create, find, held
from switchboard_app.store.ids import new_id
from switchboard_app.store.transaction import Transaction


class NoteAction(StrEnum):
    """What is to happen after the call."""

    OFFICE_CALLBACK = "office_callback"
    """The office calls back: forwarded at once."""
    CONNECTED = "connected"
    """Put through; only to be recorded."""
    ANSWERED = "answered"
    """Answered on the phone; done."""
    INBOX = "inbox"
    """Into the queue."""


@dataclass(frozen=True, slots=True)
class PhoneNote:
    """A note as the form holds it; everything but the concern may be empty. `joins` is an enquiry's number."""

    concern: str
    caller_number: str = ""
    caller_name: str = ""
    office: OfficeId | None = None
    action: NoteAction = NoteAction.INBOX
    urgent: bool = False
    taken_at: Millis | None = None
    callback_at: Millis | None = None
    joins: int | None = None


@dataclass(frozen=True, slots=True)
class TakenNote:
    """What filing a note came to. `remark` says what could not be done as wished; the note is filed all the same."""

    enquiry: EnquiryId
    number: int
    entry: EntryId
    remark: str = ""


def take_note(
    tx: Transaction, note: PhoneNote, by: Operator, *, note_id: EntryId | None = None, undo_millis: int = 0
) -> TakenNote:
    """File the note; filing the same `note_id` again changes nothing. Raises WrongUse only for an empty concern."""
    if not note.concern.strip():
        raise WrongUse(tr("The note says nothing yet."), tr("Write down what the caller wants."))
    if note_id is not None:
        filed = tx.row(
            "SELECT e.enquiry_id, q.number FROM entry e JOIN enquiry q ON q.id = e.enquiry_id WHERE e.id = ?", note_id
        )
        if filed is not None:
            return TakenNote(EnquiryId(filed[0]), filed[1], note_id)
    taken_at = Millis(max(0, min(note.taken_at or tx.now, tx.now)))
    person, shown = people.caller(tx, note.caller_number, note.caller_name)
    entry = note_id or EntryId(new_id())
    remarks = []
    here = None
    if note.joins is not None:
        here = _joined(tx, note.joins)
        if here is None:
            remarks.append(tr("There is no enquiry {number}, so the note opens one.").format(number=note.joins))
    if here is None:
        here = create(
            tx,
            Channel.PHONE,
            shown,
            note.concern,
            person_id=person,
            opened_at=taken_at,
            last_at=taken_at,
            waiting_since=taken_at,
            answer_due_at=_due(tx, note, taken_at),
            callback_at=_callback(note),
            language=guess_language(note.concern),
            priority=int(note.urgent),
        )
    else:
        _called_again(tx, here, note, taken_at, by)
    add_entry(
        tx,
        here.id,
        EntryKind.PHONE_NOTE,
        Direction.IN,
        by,
        note.concern,
        entry_id=entry,
        at=taken_at,
        detail=json.dumps(
            {
                "number": note.caller_number.strip(),
                "name": note.caller_name.strip(),
                "action": note.action.value,
                "office": note.office or "",
                "urgent": note.urgent,
            },
            ensure_ascii=False,
        ),
    )
    journal.write(tx, by, "phone_note", here.id, entry)
    if note_id is not None:  # the window made the id with its form; a note of a script leaves the form alone
        drafts.save(tx, by, "phone-note", "")
    remarks.append(_act(tx, here.id, note, by, undo_millis))
    return TakenNote(here.id, here.number, entry, " ".join(remark for remark in remarks if remark))


def _joined(tx: Transaction, number: int) -> Held | None:
    """The enquiry a note joins; for a closed one whose conversation goes on in another, that other. None for none."""
    found = tx.value("SELECT id FROM enquiry WHERE number = ?", number) if 0 < number < 1 << 53 else None
    if found is None:
        return None
    here = held(tx, EnquiryId(found))
    other = goes_on_elsewhere(tx, here) if here.state is EnquiryState.DONE else None
    return here if other is None else held(tx, find(tx, other))


def _called_again(tx: Transaction, here: Held, note: PhoneNote, taken_at: Millis, by: Operator) -> None:
    """A call is a message from the citizen: it wakes what waits, reopens what is done, and starts the clocks."""
    columns: dict[str, Any] = {"last_at": max(here.last_at, taken_at)}
    event = None
    if here.state not in (EnquiryState.NEW, EnquiryState.OPEN):
        event = EventCode.REOPENED if here.state is EnquiryState.DONE else EventCode.WOKEN
        columns |= {"state": taken_up(here), "snoozed_until": None, "closed_at": None, "outcome": None}
    due_at = _due(tx, note, taken_at)
    if here.waiting_since is None:
        columns |= {"waiting_since": taken_at, "answer_due_at": due_at}
    elif note.urgent:
        columns["answer_due_at"] = min(here.answer_due_at or due_at, due_at)
    if note.urgent:
        columns["priority"] = 1
    if (callback_at := _callback(note)) is not None:
        columns["callback_at"] = callback_at
    change(tx, here, by, "called_again", event=event, **columns)


def _callback(note: PhoneNote) -> Millis | None:
    """The promised moment, unless the form held nonsense."""
    return note.callback_at if note.callback_at is not None and 0 < note.callback_at < 1 << 53 else None


def _due(tx: Transaction, note: PhoneNote, taken_at: Millis) -> Millis:
    if note.urgent:
        return Millis(taken_at + URGENT_MINUTES * MINUTE)
    return settings.answer_due(taken_at, settings.targets(tx).first_answer_minutes)


def _act(tx: Transaction, enquiry: EnquiryId, note: PhoneNote, by: Operator, undo_millis: int) -> str:
    """Do what the note says should happen; what cannot be done leaves the note in the queue and says why."""
    if note.action in (NoteAction.ANSWERED, NoteAction.CONNECTED):
        outcome = Outcome.ANSWERED if note.action is NoteAction.ANSWERED else Outcome.FORWARDED_SETTLED
        return _tried(lambda: done(tx, enquiry, outcome, by))
    if note.action is not NoteAction.OFFICE_CALLBACK:
        return ""
    if note.office is None:
        return tr("No office was chosen, so the note waits in the inbox.")
    office = directory.find(tx, note.office)
    if office is None:
        return tr("The office is not in the directory any more, so the note waits in the inbox.")
    if not office.email:
        return tr("{office} takes no e-mail; call {phone}. The note waits in the inbox.").format(
            office=office.title, phone=office.phone or "–"
        )
    caller = " · ".join(part for part in (note.caller_name.strip(), note.caller_number.strip()) if part)
    summary = (
        note.concern
        if not caller
        else tr("{concern}\n\nPlease call back: {caller}").format(concern=note.concern, caller=caller)
    )
    office_id = note.office
    return _tried(lambda: forward(tx, enquiry, office_id, summary, by, undo_millis=undo_millis))


def _tried(step: Callable[[], object]) -> str:
    """Do the step; when a rule says no, the note stays filed and the reason is the remark."""
    try:
        step()
    except Refused as problem:
        return tr("{problem} The note is filed.").format(problem=problem.message)
    return ""
