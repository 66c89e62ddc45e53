"""Phone notes: filed whatever the form holds; what cannot be done as wished is said and done by hand."""

from __future__ import annotations

import json

import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.enquiry import DueReason, EnquiryState, Outcome, View
from switchboard_app.model.entry import EntryKind, EventCode
from switchboard_app.model.errors import WrongUse
from switchboard_app.model.ids import EntryId, OfficeId, Operator
from switchboard_app.model.times import DAY, HOUR, Millis
from switchboard_app.store import desk, drafts, outbox, people, settings
from switchboard_app.store.desk import NoteAction, PhoneNote, TakenNote
from tests.store.town import DEAF, ROADS, Town, minutes

SARA = Operator("sara")


def takes(town: Town, note: PhoneNote, note_id: str | None = None) -> TakenNote:
    """File a note."""
    return town.store.write(desk.take_note, note, town.me, note_id=None if note_id is None else EntryId(note_id))


def test_into_the_queue(town: Town) -> None:
    town.store.write(drafts.save, town.me, "phone-note", "Möchte")
    note = PhoneNote("Möchte Kaufvertrag beurkunden lassen", "061 555 01 88", "Mehmet Yılmaz")
    taken = takes(town, note, "n-1")
    (row,) = town.queue(View.INBOX)
    assert (row.id, row.number, row.channel, row.state) == (taken.enquiry, 1, Channel.PHONE, EnquiryState.NEW)
    assert row.person_name == "061 555 01 88 · Mehmet Yılmaz"
    assert taken.remark == ""
    (entry,) = town.messages(taken.enquiry)
    assert (entry.kind, entry.author, entry.id) == (EntryKind.PHONE_NOTE, town.me, taken.entry)
    assert json.loads(entry.detail)["number"] == "061 555 01 88"
    assert town.store.read(drafts.load, town.me, "phone-note") == ""
    assert town.journal(taken.enquiry) == ["phone_note"]


def test_a_note_of_a_script_leaves_the_form_of_the_window_alone(town: Town) -> None:
    town.store.write(drafts.save, town.me, "phone-note", "Möchte")
    takes(town, PhoneNote("Von der Telefonanlage", "061 555 01 88"))
    assert town.store.read(drafts.load, town.me, "phone-note") == "Möchte"


def test_filed_twice_it_is_one(town: Town) -> None:
    first = takes(town, PhoneNote("Ruft an", "061 555 01 88"), "n-1")
    assert takes(town, PhoneNote("Ruft an, zweiter Klick", "061 555 01 88"), "n-1") == first
    assert len(town.queue()) == 1


def test_an_empty_note_is_the_only_one_refused(town: Town) -> None:
    for concern in ("", " \n\t"):
        with pytest.raises(WrongUse, match="says nothing yet"):
            takes(town, PhoneNote(concern, "061 555 01 88"))
    assert town.rows("SELECT COUNT(*) FROM person") == [(0,)]


@pytest.mark.parametrize(
    "note",
    [
        PhoneNote("x", caller_number="kein Anschluss"),
        PhoneNote("x", caller_number="+" * 5000),
        PhoneNote("x", caller_number="0" * 5000, caller_name="N" * 100_000),
        PhoneNote("x", caller_number="\0061", caller_name="A\0\ud800B"),
        PhoneNote("x\0\udfff", caller_name="\u202e"),
        PhoneNote("x", office=OfficeId("nirgends"), action=NoteAction.OFFICE_CALLBACK),
        PhoneNote("x", action=NoteAction.OFFICE_CALLBACK),
        PhoneNote("x", office=DEAF, action=NoteAction.OFFICE_CALLBACK),
        PhoneNote("x", taken_at=Millis(-5)),
        PhoneNote("x", taken_at=Millis(1 << 70)),
        PhoneNote("x", callback_at=Millis(1 << 70)),
        PhoneNote("x", callback_at=Millis(-1)),
        PhoneNote("x", joins=999),
        PhoneNote("x", joins=-1),
        PhoneNote("x", joins=1 << 70),
        PhoneNote("x" * 300_000),
    ],
    ids=[f"note{n}" for n in range(16)],
)
def test_a_broken_field_never_blocks(town: Town, note: PhoneNote) -> None:
    town.offices()
    taken = takes(town, note)
    (row,) = town.queue(View.INBOX)
    assert row.id == taken.enquiry
    expects_remark = note.action is NoteAction.OFFICE_CALLBACK or note.joins is not None
    assert bool(taken.remark) is expects_remark


@pytest.mark.parametrize(
    ("action", "outcome"),
    [(NoteAction.ANSWERED, Outcome.ANSWERED), (NoteAction.CONNECTED, Outcome.FORWARDED_SETTLED)],
)
def test_what_was_settled_on_the_phone_is_done(town: Town, action: NoteAction, outcome: Outcome) -> None:
    taken = takes(town, PhoneNote("Öffnungszeiten", action=action))
    head = town.head(taken.enquiry)
    assert (head.state, head.outcome, head.owner, head.due_at) == (EnquiryState.DONE, outcome, town.me, None)
    assert town.queue(View.INBOX) == []


def test_the_office_calls_back(town: Town) -> None:
    town.offices()
    note = PhoneNote("Schlagloch", "061 555 01 88", "Rosa Meier", office=ROADS, action=NoteAction.OFFICE_CALLBACK)
    taken = takes(town, note)
    assert (taken.remark, town.state(taken.enquiry)) == ("", EnquiryState.WAITING_OFFICE)
    (forwarding,) = town.shown(taken.enquiry).forwardings
    assert forwarding.summary == "Schlagloch\n\nPlease call back: Rosa Meier · 061 555 01 88"


def test_an_urgent_one_is_due_in_a_quarter_of_an_hour(town: Town) -> None:
    head = town.head(takes(town, PhoneNote("Wasser", urgent=True)).enquiry)
    assert (head.due_at, head.priority) == (town.clock.now + minutes(15), 1)


def test_a_note_written_later_keeps_the_time_of_the_call(town: Town) -> None:
    called = Millis(town.clock.now - minutes(30))
    taken = takes(town, PhoneNote("Vorhin", taken_at=called))
    assert town.head(taken.enquiry).opened_at == town.messages(taken.enquiry)[0].at == called


# -- who calls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["061 267 81 81", "+41612678181", "0041 61 267 81 81", "061/267.81.81"])
def test_a_caller_is_known_by_the_number_however_it_is_written(town: Town, written: str) -> None:
    takes(town, PhoneNote("Erster Anruf", "061 267 81 81", "Rosa Meier"))
    known = town.store.read(people.by_number, written)
    assert known is not None
    assert (known.name, [one.value for one in known.identities]) == ("Rosa Meier", ["+41612678181"])
    taken = takes(town, PhoneNote("Zweiter Anruf", written))
    assert town.head(taken.enquiry).person == known.id
    assert town.head(taken.enquiry).person_name == "061 267 81 81 · Rosa Meier"
    again = town.store.read(people.card, known.id)
    assert [one.excerpt for one in again.earlier] == ["Zweiter Anruf", "Erster Anruf"]


def test_a_nameless_caller_gets_the_name_when_it_is_known(town: Town) -> None:
    takes(town, PhoneNote("Ohne Namen", "061 267 81 81"))
    takes(town, PhoneNote("Mit Namen", "061 267 81 81", "Rosa Meier"))
    known = town.store.read(people.by_number, "061 267 81 81")
    assert known is not None
    assert known.name == "Rosa Meier"
    takes(town, PhoneNote("Sohn ruft an", "061 267 81 81", "Urs Meier"))
    assert town.store.read(people.card, known.id).name == "Rosa Meier"  # a person is not renamed by a call


def test_a_withheld_number_makes_nobody(town: Town) -> None:
    taken = takes(town, PhoneNote("Unterdrückt", "unbekannt"))
    assert (town.head(taken.enquiry).person, town.head(taken.enquiry).person_name) == (None, "unbekannt")
    assert town.head(takes(town, PhoneNote("Nichts")).enquiry).person_name == ""


# -- joining ---------------------------------------------------------------------------------------------------------


def test_joining_an_enquiry_is_a_message_from_the_citizen(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.sends(town.replies(enquiry))
    town.clock.forward(HOUR)
    taken = takes(town, PhoneNote("Ruft an, weil nichts kam", joins=1))
    assert (taken.enquiry, taken.number, taken.remark) == (enquiry, 1, "")
    head = town.head(enquiry)
    assert (head.state, head.owner, head.last_at) == (EnquiryState.OPEN, town.me, town.clock.now)
    assert head.due_at is not None
    assert EventCode.WOKEN in town.events(enquiry)
    assert town.messages(enquiry)[-1].kind is EntryKind.PHONE_NOTE


def test_joining_keeps_callback_and_urgency(town: Town) -> None:
    enquiry = town.enquiry_of()
    promised = Millis(town.clock.now + minutes(10))
    takes(town, PhoneNote("Rückruf", joins=1, callback_at=promised, urgent=True))
    head = town.head(enquiry)
    assert (head.due_at, head.due_reason, head.priority) == (promised, DueReason.CALLBACK, 1)
    town.clock.forward(minutes(11))
    town.store.write(desk.snooze, enquiry, Millis(town.clock.now + DAY), town.me)
    assert town.head(enquiry).due_reason is DueReason.WINDOW


def test_joining_a_colleagues_enquiry_leaves_it_theirs(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.claim, enquiry, SARA)
    taken = takes(town, PhoneNote("Noch etwas dazu", joins=1, action=NoteAction.ANSWERED))
    assert (town.head(enquiry).owner, town.state(enquiry)) == (SARA, EnquiryState.OPEN)
    assert "is with sara" in taken.remark
    assert [e.text for e in town.messages(enquiry)] == ["Guten Tag", "Noch etwas dazu"]


def test_joining_a_closed_one_reopens_it(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.done, enquiry, Outcome.SPAM, town.me)
    takes(town, PhoneNote("Doch kein Spam", joins=1))
    assert (town.state(enquiry), town.head(enquiry).outcome) == (EnquiryState.OPEN, None)
    assert EventCode.REOPENED in town.events(enquiry)


def test_joining_a_closed_one_whose_conversation_goes_on_joins_that(town: Town) -> None:
    town.store.write(settings.put, "target.reopen_days", "0")
    enquiry = town.enquiry_of()
    town.store.write(desk.done, enquiry, Outcome.ANSWERED, town.me)
    town.clock.forward(1)
    town.arrives(town.says("Neues"))
    taken = takes(town, PhoneNote("Ruft an", joins=1))
    assert taken.number == 2
    assert town.state(enquiry) is EnquiryState.DONE


def test_a_note_is_filed_though_an_answer_is_unclear(town: Town) -> None:
    enquiry = town.enquiry_of()
    taken_row = town.takes(town.replies(enquiry))
    town.store.write(outbox.record_failure, taken_row, Failure(FailureKind.TIMEOUT, False, ""))
    taken = takes(town, PhoneNote("Ruft an", joins=1, action=NoteAction.ANSWERED))
    assert "did not get through" in taken.remark
    assert town.state(enquiry) is EnquiryState.OPEN
