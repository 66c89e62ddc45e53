"""The phone note: what was said in a call opens an enquiry or joins one. A wrong field never blocks filing it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from switchboard_app.model.account import Channel
from switchboard_app.model.deadlines import URGENT_MINUTES
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import Direction, EntryKind, EventCode
from switchboard_app.model.errors import WrongUse
from switchboard_app.model.ids import EnquiryId, EntryId, OfficeId, Operator
from switchboard_app.model.language import tr
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.model.tongue import guess_language
from switchboard_app.store import directory, drafts, journal, people, settings
from switchboard_app.store.desk.closing import done
from switchboard_app.store.desk.forwards import forward
from switchboard_app.store.enquiries import add_entry, change, create, find, held
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
    taken_at = Millis(min(note.taken_at or tx.now, tx.now))
    person, shown = people.caller(tx, note.caller_number, note.caller_name)
    entry = note_id or EntryId(new_id())
    if note.joins is not None:
        here = held(tx, find(tx, note.joins))
        if here.state is EnquiryState.DONE:
            change(tx, here, by, "reopen", event=EventCode.REOPENED, state=EnquiryState.OPEN, closed_at=None, owner=by)
    else:
        due = _due(note, taken_at)
        here = create(
            tx,
            Channel.PHONE,
            shown,
            note.concern,
            person_id=person,
            opened_at=taken_at,
            last_at=taken_at,
            waiting_since=taken_at,
            answer_due_at=due,
            callback_at=note.callback_at,
            language=guess_language(note.concern),
            priority=int(note.urgent),
        )
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
    drafts.save(tx, by, "phone-note", "")
    remark = _act(tx, here.id, note, by, undo_millis)
    return TakenNote(here.id, here.number, entry, remark)


def _due(note: PhoneNote, taken_at: Millis) -> Millis:
    if note.urgent:
        return Millis(taken_at + URGENT_MINUTES * MINUTE)
    return settings.answer_due(taken_at, settings.Targets().first_answer_minutes)


def _act(tx: Transaction, enquiry: EnquiryId, note: PhoneNote, by: Operator, undo_millis: int) -> str:
    """Do what the note says should happen; what cannot be done leaves the note in the queue and says why."""
    if note.action in (NoteAction.ANSWERED, NoteAction.CONNECTED):
        outcome = Outcome.ANSWERED if note.action is NoteAction.ANSWERED else Outcome.FORWARDED_SETTLED
        done(tx, enquiry, outcome, by)
        return ""
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
    forward(tx, enquiry, note.office, summary, by, undo_millis=undo_millis)
    return ""
