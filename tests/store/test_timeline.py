"""One enquiry as the conversation view reads it; people's cards; what is similar."""

from __future__ import annotations

import pytest

from switchboard_app.model.enquiry import Outcome
from switchboard_app.model.entry import Direction, EntryKind, EventCode
from switchboard_app.model.errors import NotThere
from switchboard_app.model.ids import OutboxId, PersonId
from switchboard_app.model.people import Identity, IdentityKind
from switchboard_app.model.times import DAY
from switchboard_app.store import desk, people, search, timeline
from tests.store.town import Town, minutes


def test_the_newest_page_and_whether_there_is_more(town: Town) -> None:
    town.arrives(*[town.says(f"Nr. {n}", at=town.clock.now + n) for n in range(130)])
    enquiry = town.last_of().id
    shown = town.store.read(timeline.conversation, enquiry, 100)
    assert [entry.text for entry in shown.entries] == [f"Nr. {n}" for n in range(30, 130)]
    assert shown.more
    whole = town.store.read(timeline.conversation, enquiry, 130)
    assert (len(whole.entries), whole.more) == (130, False)


def test_lines_say_who_spoke_to_whom(town: Town) -> None:
    enquiry = town.enquiry_of("Frage")
    town.store.write(desk.claim, enquiry, town.me)
    town.clock.forward(1)
    town.replies(enquiry, "Antwort")
    town.clock.forward(1)
    town.store.write(desk.note, enquiry, "Vermerk", town.me)
    told = [(e.kind, e.direction, e.author, e.text, e.event) for e in town.shown(enquiry).entries]
    assert told == [
        (EntryKind.MESSAGE, Direction.IN, "Anna", "Frage", None),
        (EntryKind.EVENT, Direction.INTERNAL, town.me, "", EventCode.CLAIMED),
        (EntryKind.MESSAGE, Direction.OUT, town.me, "Antwort", None),
        (EntryKind.NOTE, Direction.INTERNAL, town.me, "Vermerk", None),
    ]


def test_lines_of_one_step_and_one_moment_keep_their_order(town: Town) -> None:
    enquiry = town.enquiry_of("Frage")
    town.replies(enquiry, "Antwort", outcome=Outcome.ANSWERED)
    town.store.write(desk.reopen, enquiry, town.me)
    town.store.write(desk.note, enquiry, "Vermerk", town.me)
    assert [e.event or e.text for e in town.shown(enquiry).entries] == [
        "Frage",
        "Antwort",
        EventCode.DONE,
        EventCode.REOPENED,
        "Vermerk",
    ]


def test_earlier_enquiries_of_a_thread_stand_before_this_one_in_order(town: Town) -> None:
    for n in range(3):
        town.arrives(town.says(f"Anliegen {n}"))
        enquiry = town.last_of()
        town.clock.forward(minutes(1))
        town.store.write(desk.done, enquiry.id, Outcome.NO_CONCERN, town.me)
        town.clock.forward(8 * DAY)
    first, _, last = town.all_of()
    assert last.thread is not None
    texts = [e.text for e in town.store.read(timeline.earlier_entries, last.thread, last.id)]
    assert texts == ["Anliegen 0", "Anliegen 1"]
    assert town.store.read(timeline.earlier_entries, last.thread, first.id) == ()
    assert [e.text for e in town.store.read(timeline.earlier_entries, last.thread, last.id, 1)] == ["Anliegen 1"]


def test_only_active_ones_are_similar(town: Town) -> None:
    mine = town.enquiry_of("Schlagloch in der Hochstrasse", "a")
    town.enquiry_of("Schlagloch in der Güterstrasse", "b")
    closed = town.enquiry_of("Schlagloch geflickt", "c")
    town.store.write(desk.done, closed, Outcome.ANSWERED, town.me)
    places = town.store.read(search.places, "schlagloch", 50)
    assert [number for number, *_ in town.store.read(timeline.similar, mine, places)] == [2]
    assert town.store.read(timeline.similar, mine, []) == []


def test_a_person_with_several_identities(town: Town) -> None:
    enquiry = town.enquiry_of("Über Facebook")
    person = town.head(enquiry).person
    assert person is not None
    phone = Identity(IdentityKind.PHONE, "+41612678181", "061 267 81 81")
    town.store.write(people.add_identity, person, phone)
    town.clock.forward(minutes(1))
    town.store.write(desk.take_note, desk.PhoneNote("Ruft auch an", "061 267 81 81"), town.me)
    card = town.store.read(people.card, person)
    assert [one.kind for one in card.identities] == [IdentityKind.FACEBOOK, IdentityKind.PHONE]
    assert [(one.number, one.excerpt) for one in card.earlier] == [(2, "Ruft auch an"), (1, "Über Facebook")]
    assert [hit.id for hit in town.store.read(search.people, "0612678")] == [person]
    assert [hit.id for hit in town.store.read(search.people, "anna")] == [person]


def test_what_does_not_exist_is_said(town: Town) -> None:
    with pytest.raises(NotThere):
        town.store.read(people.card, PersonId("none"))
    with pytest.raises(NotThere):
        town.store.write(people.rename, PersonId("none"), "X", town.me)
    with pytest.raises(NotThere):
        town.store.read(timeline.delivery, OutboxId("none"))
    assert town.store.read(people.by_number, "061 267 81 81") is None
