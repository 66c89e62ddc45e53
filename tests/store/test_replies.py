"""Answers, notes, drafts, and what people decide about what did not get through (product.md, rules 4 and 5)."""

from __future__ import annotations

import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import Direction, EntryKind
from switchboard_app.model.errors import NotThere, Refused, Stale, WrongUse
from switchboard_app.model.ids import EnquiryId, Operator, OutboxId, PlatformId
from switchboard_app.model.times import DAY, HOUR, Millis
from switchboard_app.store import attachments, desk, drafts, outbox, search
from switchboard_app.store.database import Store
from switchboard_app.store.desk import Decision, File
from tests.platforms import FakeClock
from tests.store.town import Town, found, minutes

SARA = Operator("sara")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0" + bytes(64)


def test_a_reply_is_queued_claims_and_waits_for_the_citizen(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = town.replies(enquiry, "Guten Tag\n  Frau Muster ", undo_millis=8000)
    assert (delivery.state, delivery.not_before) == (DeliveryState.QUEUED, town.clock.now + 8000)
    head = town.head(enquiry)
    assert (head.owner, head.state, head.unread, head.due_at) == (town.me, EnquiryState.WAITING_CITIZEN, 0, None)
    (entry,) = [e for e in town.messages(enquiry) if e.direction is Direction.OUT]
    assert (entry.text, entry.author, entry.delivery) == ("Guten Tag\n  Frau Muster ", town.me, delivery)


def test_the_same_reply_twice_is_one(town: Town) -> None:
    enquiry, known_as = town.enquiry_of(), OutboxId("r-1")
    first = town.replies(enquiry, "Ja", reply_id=known_as)
    version = town.head(enquiry).version
    assert town.replies(enquiry, "Ja, wirklich", reply_id=known_as, expected_version=0) == first
    assert town.head(enquiry).version == version
    assert [e.text for e in town.messages(enquiry)] == ["Guten Tag", "Ja"]


def test_a_reply_may_close(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.replies(enquiry, outcome=Outcome.REFERRED)
    head = town.head(enquiry)
    assert (head.state, head.outcome, head.closed_at) == (EnquiryState.DONE, Outcome.REFERRED, town.clock.now)


@pytest.mark.parametrize(
    ("text", "why"), [("", "empty"), (" \n ", "empty"), ("x" * 2001, "2001 characters; this channel takes 2000")]
)
def test_what_the_channel_does_not_take_is_refused_before_it_is_queued(town: Town, text: str, why: str) -> None:
    enquiry = town.enquiry_of()
    before = town.head(enquiry)
    with pytest.raises((Refused, WrongUse), match=why):
        town.replies(enquiry, text)
    assert town.head(enquiry) == before
    assert town.store.read(outbox.waiting) == 0


def test_the_window_closes(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.clock.forward(7 * DAY)
    town.replies(enquiry, "gerade noch")
    town.clock.forward(1)
    with pytest.raises(Refused, match="reply window closed"):
        town.replies(enquiry, "zu spät")


def test_a_caller_cannot_be_written_to(town: Town) -> None:
    note = town.store.write(desk.take_note, desk.PhoneNote("Ruft an"), town.me)
    with pytest.raises(Refused, match="came by telephone"):
        town.replies(note.enquiry)


def test_a_stale_reply_stays_in_the_box(town: Town) -> None:
    enquiry = town.enquiry_of()
    seen = town.head(enquiry).version
    town.store.write(drafts.save, town.me, f"reply:{enquiry}", "Halb getippt")
    town.arrives(town.says("Inzwischen dies"))
    with pytest.raises(Stale, match="changed meanwhile"):
        town.replies(enquiry, "Halb getippt", expected_version=seen)
    assert town.store.read(drafts.load, town.me, f"reply:{enquiry}") == "Halb getippt"


def test_images_go_along_within_the_channels_limits(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = town.replies(enquiry, "", files=[File("plan.png", PNG)])
    (entry,) = [e for e in town.messages(enquiry) if e.id == delivery.entry]
    (file,) = entry.attachments
    assert (file.name, file.mime, file.size) == ("plan.png", "image/png", len(PNG))
    assert town.store.read(attachments.content, file.id) == PNG
    with pytest.raises(Refused, match="does not take"):
        town.replies(enquiry, "", files=[File("plan.png", b"MZ no image")])
    with pytest.raises(Refused, match="this channel takes 8 MB"):
        town.replies(enquiry, "", files=[File("plan.png", PNG + bytes(8 * 1024 * 1024))])


def test_x_takes_one_file(store: Store, clock: FakeClock, me: Operator) -> None:
    town = found(store, clock, me, Channel.X)
    enquiry = town.enquiry_of()
    with pytest.raises(Refused, match="one file a message"):
        town.replies(enquiry, "", files=[File("a.png", PNG), File("b.png", PNG)])


def test_an_internal_note_is_for_colleagues(town: Town) -> None:
    enquiry = town.enquiry_of()
    before = town.head(enquiry)
    town.store.write(desk.note, enquiry, "Ruft oft an", SARA)
    (note,) = [e for e in town.messages(enquiry) if e.kind is EntryKind.NOTE]
    assert (note.direction, note.author, note.text) == (Direction.INTERNAL, "sara", "Ruft oft an")
    assert town.head(enquiry) == before
    with pytest.raises(WrongUse, match="empty"):
        town.store.write(desk.note, enquiry, " ", SARA)


# -- drafts ----------------------------------------------------------------------------------------------------------


def test_drafts_are_kept_per_person_and_place(town: Town) -> None:
    for who, place, text in (
        (town.me, "phone-note", "Anruf"),
        (town.me, "reply:1", "Antwort\r\n\t"),
        (SARA, "reply:1", "Andere"),
    ):
        town.store.write(drafts.save, who, place, text)
    town.store.write(drafts.save, town.me, "phone-note", "Anruf von")
    assert town.store.read(drafts.load, town.me, "phone-note") == "Anruf von"
    assert town.store.read(drafts.load, town.me, "reply:1") == "Antwort\r\n\t"
    assert town.store.read(drafts.load, SARA, "reply:1") == "Andere"
    town.store.write(drafts.save, SARA, "reply:1", "")
    assert town.store.read(drafts.load, SARA, "reply:1") == ""


def test_the_draft_is_gone_once_it_was_sent_and_not_before(town: Town) -> None:
    enquiry = town.enquiry_of()
    for place in ("reply", "note"):
        town.store.write(drafts.save, town.me, f"{place}:{enquiry}", "Getippt")
    with pytest.raises(WrongUse):
        town.replies(enquiry, "")
    assert town.store.read(drafts.load, town.me, f"reply:{enquiry}") == "Getippt"
    town.replies(enquiry, "Getippt")
    town.store.write(desk.note, enquiry, "Getippt", town.me)
    assert [town.store.read(drafts.load, town.me, f"{place}:{enquiry}") for place in ("reply", "note")] == ["", ""]


# -- taking back -----------------------------------------------------------------------------------------------------


def test_a_withdrawn_answer_is_a_draft_again_and_the_citizen_waits(town: Town) -> None:
    enquiry = town.enquiry_of()
    waiting = town.head(enquiry)
    delivery = town.replies(enquiry, "Doch nicht", undo_millis=8000)
    assert town.store.write(desk.withdraw, delivery.id, town.me) == "Doch nicht"
    assert town.store.read(drafts.load, town.me, f"reply:{enquiry}") == "Doch nicht"
    assert [e.text for e in town.messages(enquiry)] == ["Guten Tag"]
    assert town.store.read(search.enquiries, "doch nicht") == []
    head = town.head(enquiry)
    assert (head.state, head.owner) == (EnquiryState.OPEN, town.me)
    assert head.due_at is not None
    assert waiting.due_at is not None
    assert head.due_at <= waiting.due_at
    assert town.store.write(outbox.take, delivery.id) is None


def test_withdrawing_keeps_what_was_begun_since(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = town.replies(enquiry, "Erste", undo_millis=8000)
    town.store.write(drafts.save, town.me, f"reply:{enquiry}", "Zweite")
    town.store.write(desk.withdraw, delivery.id, town.me)
    assert town.store.read(drafts.load, town.me, f"reply:{enquiry}") == "Erste\n\nZweite"


def test_a_withdrawn_answer_that_closed_opens_again(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = town.replies(enquiry, outcome=Outcome.ANSWERED, undo_millis=8000)
    town.store.write(desk.withdraw, delivery.id, SARA)
    head = town.head(enquiry)
    assert (head.state, head.outcome, head.closed_at) == (EnquiryState.OPEN, None, None)
    assert head.due_at is not None


def test_withdrawing_one_of_two_answers_leaves_the_other_count(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.replies(enquiry, "Erste")
    second = town.replies(enquiry, "Zweite", undo_millis=8000)
    town.store.write(desk.withdraw, second.id, town.me)
    assert town.state(enquiry) is EnquiryState.WAITING_CITIZEN


def test_what_left_cannot_be_withdrawn(town: Town) -> None:
    delivery = town.replies(town.enquiry_of())
    town.takes(delivery)
    with pytest.raises(Refused, match="too late"):
        town.store.write(desk.withdraw, delivery.id, town.me)
    with pytest.raises(NotThere):
        town.store.write(desk.withdraw, OutboxId("nothing"), town.me)


# -- deciding --------------------------------------------------------------------------------------------------------


def fails(town: Town, enquiry: EnquiryId, *, certain: bool, outcome: Outcome | None = None) -> OutboxId:
    """A reply whose sending fails for good, certainly or not."""
    delivery = town.replies(enquiry, "Antwort", outcome=outcome)
    kind = FailureKind.CONTENT if certain else FailureKind.TIMEOUT
    failure = Failure(kind, certain, "Nicht angenommen.")
    state = DeliveryState.FAILED if certain else DeliveryState.UNCERTAIN
    assert town.store.write(outbox.record_failure, town.takes(delivery), failure) is state
    return delivery.id


def test_a_failed_answer_brings_the_enquiry_back(town: Town) -> None:
    enquiry = town.enquiry_of()
    fails(town, enquiry, certain=True)
    head = town.head(enquiry)
    assert (head.state, head.due_at) == (EnquiryState.OPEN, town.clock.now)
    assert [row.delivery for row in town.queue()] == ["failed"]
    with pytest.raises(Refused, match="did not get through"):
        town.store.write(desk.done, enquiry, Outcome.ANSWERED, town.me)


def test_a_failed_answer_reopens_what_it_had_closed(town: Town) -> None:
    enquiry = town.enquiry_of()
    fails(town, enquiry, certain=True, outcome=Outcome.ANSWERED)
    head = town.head(enquiry)
    assert (head.state, head.outcome, head.due_at) == (EnquiryState.OPEN, None, town.clock.now)


@pytest.mark.parametrize("certain", [True, False])
def test_sent_again_it_counts_as_the_answer(town: Town, certain: bool) -> None:
    enquiry = town.enquiry_of()
    delivery = fails(town, enquiry, certain=certain)
    assert town.store.write(desk.decide, delivery, Decision.SEND_AGAIN, town.me) is DeliveryState.QUEUED
    head = town.head(enquiry)
    assert (head.state, head.due_at) == (EnquiryState.WAITING_CITIZEN, None)
    assert [row.delivery for row in town.queue()] == [""]
    assert town.store.read(outbox.due, town.account.id, "message") == [delivery]


def test_sent_again_what_the_citizen_wrote_meanwhile_still_waits(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = fails(town, enquiry, certain=True)
    town.clock.forward(HOUR)
    town.arrives(town.says("Hallo?"))
    town.store.write(desk.decide, delivery, Decision.SEND_AGAIN, town.me)
    head = town.head(enquiry)
    assert head.state is EnquiryState.OPEN
    assert head.due_at is not None


def test_a_person_knows_that_it_arrived(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = fails(town, enquiry, certain=False)
    assert [row.delivery for row in town.queue()] == ["uncertain"]
    assert town.store.write(desk.decide, delivery, Decision.WAS_SENT, town.me) is DeliveryState.SENT
    assert town.state(enquiry) is EnquiryState.WAITING_CITIZEN
    # when the platform shows it later, it is the same message
    assert town.arrives(town.says("Antwort", ours=True, at=town.clock.forward(minutes(3)))).settled == 1
    assert [e.text for e in town.messages(enquiry)] == ["Guten Tag", "Antwort"]


@pytest.mark.parametrize("certain", [True, False])
def test_dropped_the_citizen_waits_again(town: Town, certain: bool) -> None:
    enquiry = town.enquiry_of()
    delivery = fails(town, enquiry, certain=certain)
    assert town.store.write(desk.decide, delivery, Decision.DROP, town.me) is DeliveryState.WITHDRAWN
    head = town.head(enquiry)
    assert head.state is EnquiryState.OPEN
    assert head.due_at is not None
    assert [row.delivery for row in town.queue()] == [""]
    assert town.store.read(outbox.due, town.account.id, "message") == []


def test_what_is_settled_needs_no_decision(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = fails(town, enquiry, certain=True)
    with pytest.raises(Refused, match="did not take"):
        town.store.write(desk.decide, delivery, Decision.WAS_SENT, town.me)
    town.store.write(desk.decide, delivery, Decision.SEND_AGAIN, town.me)
    with pytest.raises(Refused, match="settled already"):
        town.store.write(desk.decide, delivery, Decision.DROP, town.me)
    with pytest.raises(NotThere):
        town.store.write(desk.decide, OutboxId("nothing"), Decision.DROP, town.me)


def test_a_sender_that_comes_late_is_fenced_off_by_a_decision(town: Town) -> None:
    delivery = town.replies(town.enquiry_of())
    taken = town.takes(delivery)
    town.clock.forward(minutes(3))
    assert town.store.write(outbox.recover) == 1
    town.store.write(desk.decide, delivery.id, Decision.DROP, town.me)
    assert not town.store.write(outbox.record_sent, taken, (PlatformId("late"),))
    assert town.store.write(outbox.record_failure, taken, Failure(FailureKind.NETWORK, True, "")) is None
    assert town.delivery(delivery).state is DeliveryState.WITHDRAWN


def test_the_moment_of_a_note_is_not_an_answer(town: Town) -> None:
    enquiry = town.enquiry_of()
    due_at = town.head(enquiry).due_at
    town.store.write(desk.note, enquiry, "Abklären", town.me)
    assert town.head(enquiry).due_at == due_at
    assert town.head(enquiry).last_at == Millis(town.clock.now)
