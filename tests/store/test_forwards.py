"""Forwarding (product.md, rule 6): it ends by the office's word; until then it is watched; a declined one teaches."""

from __future__ import annotations

import json

import pytest

from switchboard_app.model import sending
from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import EntryKind, EventCode
from switchboard_app.model.errors import NotThere, Refused, WrongUse
from switchboard_app.model.forwarding import Forwarding, ForwardingState
from switchboard_app.model.ids import EnquiryId, ForwardingId, OfficeId, OutboxId
from switchboard_app.model.times import MINUTE
from switchboard_app.store import desk, directory, drafts, outbox
from switchboard_app.store.desk import Decision
from tests.store.town import DEAF, NOTARY, ROADS, Town, minutes


@pytest.fixture(autouse=True)
def _offices(town: Town) -> None:
    town.offices()


def forwarded(town: Town, enquiry: EnquiryId, office: OfficeId = ROADS, **more: int) -> Forwarding:
    """Forward the enquiry."""
    return town.store.write(desk.forward, enquiry, office, "Schlagloch an der Hochstrasse.", town.me, **more)


def word(town: Town, forwarding: Forwarding, said: ForwardingState, text: str = "") -> EnquiryState:
    """Enter what the office said."""
    return town.store.write(desk.office_word, forwarding.id, said, text, town.me)


def mail_of(town: Town, forwarding: Forwarding) -> OutboxId:
    """The mail's row in the outbox."""
    return OutboxId(town.rows("SELECT id FROM outbox WHERE forwarding_id = ?", forwarding.id)[0][0])


def test_a_forwarding_writes_its_mail_in_the_same_transaction(town: Town) -> None:
    enquiry = town.enquiry_of("Persönliches, das nicht in die Mail gehört")
    town.store.write(drafts.save, town.me, f"forward:{enquiry}", "Schlagloch")
    made = forwarded(town, enquiry, undo_millis=8000)
    assert (made.office_name, made.state, made.reference) == ("Tiefbauamt", ForwardingState.SENT, "[BS-000001]")
    assert made.due_at is not None
    assert made.delivery is not None
    assert made.delivery.state is DeliveryState.QUEUED
    head = town.head(enquiry)
    assert (head.state, head.owner, head.office) == (EnquiryState.WAITING_OFFICE, town.me, ROADS)
    ((kind, recipient, payload, not_before),) = town.rows("SELECT kind, recipient, payload, not_before FROM outbox")
    assert (kind, recipient, not_before) == ("mail", "t@bs.test", town.clock.now + 8000)
    mail = json.loads(payload)
    assert mail["text"] == "Schlagloch an der Hochstrasse."
    assert mail["subject"].endswith("[BS-000001]")
    assert "Persönliches" not in payload
    assert town.store.read(drafts.load, town.me, f"forward:{enquiry}") == ""
    (row,) = town.queue()
    assert (row.office_name, row.forwarded_at) == ("Tiefbauamt", town.clock.now)


def test_the_subject_names_the_matter_and_never_the_person(town: Town) -> None:
    enquiry = town.enquiry_of(who="anna")
    town.store.write(desk.set_tags, enquiry, ("strasse", "winter"), town.me)
    forwarded(town, enquiry)
    assert json.loads(town.rows("SELECT payload FROM outbox")[0][0])["subject"] == "strasse [BS-000001]"


def test_what_cannot_be_forwarded_is_refused_with_the_way_on(town: Town) -> None:
    enquiry = town.enquiry_of()
    before = town.head(enquiry)
    with pytest.raises(WrongUse, match="empty"):
        town.store.write(desk.forward, enquiry, ROADS, "  ", town.me)
    with pytest.raises(Refused, match="takes no e-mail") as caught:
        town.store.write(desk.forward, enquiry, DEAF, "Bitte", town.me)
    assert "061 267 00 00" in caught.value.next_step
    with pytest.raises(NotThere):
        town.store.write(desk.forward, enquiry, OfficeId("nirgends"), "Bitte", town.me)
    assert town.head(enquiry) == before
    assert town.rows("SELECT COUNT(*) FROM outbox") == [(0,)]


def test_taken_it_stays_with_the_office(town: Town) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    assert word(town, made, ForwardingState.ACKNOWLEDGED) is EnquiryState.WAITING_OFFICE
    (now,) = town.shown(enquiry).forwardings
    assert (now.state, now.answered_at) == (ForwardingState.ACKNOWLEDGED, None)
    assert town.head(enquiry).due_at == min(made.due_at or 0, town.head(enquiry).window_until or 0)


def test_answered_it_comes_back_with_the_answer(town: Town) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    town.clock.forward(minutes(30))
    assert word(town, made, ForwardingState.ANSWERED, "Wird am Montag geflickt.\r\nGruss") is EnquiryState.OPEN
    head = town.head(enquiry)
    assert (head.due_at, head.office) == (town.clock.now, ROADS)
    (note,) = [e for e in town.messages(enquiry) if e.kind is EntryKind.NOTE]
    assert (note.author, note.text) == ("Tiefbauamt", "Wird am Montag geflickt.\r\nGruss")
    assert EventCode.FORWARDING_ANSWERED in town.events(enquiry)
    town.sends(town.replies(enquiry, "Am Montag."))
    assert town.state(enquiry) is EnquiryState.WAITING_CITIZEN


def test_declined_it_goes_to_the_front_and_teaches(town: Town) -> None:
    enquiry = town.enquiry_of("Ein Schlagloch im Belag vor dem Haus von Sandra Brodbeck")
    before = town.store.read(directory.version)
    made = forwarded(town, enquiry, NOTARY)
    assert word(town, made, ForwardingState.DECLINED, "Nicht bei uns") is EnquiryState.OPEN
    head = town.head(enquiry)
    assert (head.due_at, head.office) == (town.clock.now, None)
    (row,) = town.queue()
    assert (row.office_name, row.forwarded_at) == ("", None)
    ((words, office, weight),) = town.store.read(directory.lessons)
    assert office == NOTARY
    assert weight
    assert {"schlagloch", "belag"} & set(words)
    assert not {"sandra", "brodbeck"} & set(words)  # nothing personal outlives the enquiry
    assert town.store.read(directory.version) != before


def test_an_office_has_one_last_word(town: Town) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    word(town, made, ForwardingState.DECLINED)
    for said in (ForwardingState.ANSWERED, ForwardingState.ACKNOWLEDGED):
        with pytest.raises(Refused, match="ended already"):
            word(town, made, said)
    with pytest.raises(WrongUse, match="take, decline or answer"):
        word(town, forwarded(town, enquiry), ForwardingState.WITHDRAWN)
    with pytest.raises(NotThere):
        town.store.write(desk.office_word, ForwardingId("none"), ForwardingState.ANSWERED, "", town.me)


def test_withdrawn_nobody_waits_for_the_office(town: Town) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    assert town.store.write(desk.withdraw_forwarding, made.id, town.me) is EnquiryState.OPEN
    (row,) = town.queue()
    assert (row.office_name, row.state) == ("", EnquiryState.OPEN)
    assert town.rows("SELECT state FROM outbox") == [("withdrawn",)]
    with pytest.raises(Refused, match="ended already"):
        town.store.write(desk.withdraw_forwarding, made.id, town.me)


def test_of_two_offices_the_other_is_still_watched(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.sends(town.replies(enquiry, "Wir fragen nach."))
    first = forwarded(town, enquiry, ROADS, due_minutes=30)
    second = forwarded(town, enquiry, NOTARY, due_minutes=60)
    assert town.store.write(desk.withdraw_forwarding, second.id, town.me) is EnquiryState.WAITING_OFFICE
    (row,) = town.queue()
    assert (row.office_name, row.due_at) == ("Tiefbauamt", first.due_at)
    third = forwarded(town, enquiry, NOTARY, due_minutes=90)
    assert word(town, first, ForwardingState.DECLINED) is EnquiryState.OPEN
    (row,) = town.queue()
    assert (row.office_name, row.due_at) == ("Notariat", town.clock.now)
    town.replies(enquiry, "Noch ein wenig Geduld.")
    head = town.head(enquiry)
    assert (head.state, head.due_at) == (EnquiryState.WAITING_OFFICE, third.due_at)
    word(town, third, ForwardingState.ANSWERED)
    assert town.head(enquiry).state is EnquiryState.OPEN


def test_the_offices_word_on_a_closed_enquiry_is_kept(town: Town) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    town.store.write(desk.done, enquiry, Outcome.FORWARDED_SILENT, town.me)
    assert word(town, made, ForwardingState.ANSWERED, "Erledigt") is EnquiryState.DONE
    assert [e.text for e in town.messages(enquiry)][-1] == "Erledigt"
    assert town.head(enquiry).due_at is None


def mail_fails(town: Town, made: Forwarding, *, certain: bool, copies: int = 2) -> OutboxId:
    """The mail server refuses the mail, or nobody knows, not even of its second copy."""
    mail = mail_of(town, made)
    for _ in range(1 if certain else copies):
        taken = town.store.write(outbox.take, mail)
        assert taken is not None
        failure = Failure(FailureKind.RECIPIENT if certain else FailureKind.TIMEOUT, certain, "Abgelehnt.")
        town.store.write(outbox.record_failure, taken, failure)
        town.clock.forward(2 * MINUTE)
    return mail


def test_an_unclear_mail_goes_once_more_and_then_a_person_decides(town: Town) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    mail = mail_fails(town, made, certain=False, copies=1)
    (now,) = town.shown(enquiry).forwardings
    assert now.delivery is not None
    assert (now.delivery.state, now.delivery.repeats, now.delivery.asked_at) == (DeliveryState.QUEUED, 1, None)
    assert town.store.read(outbox.due, None, "mail") == [mail]
    with pytest.raises(Refused):  # it may have left: undo does not pretend that it has not
        town.store.write(desk.withdraw, mail, town.me)
    taken = town.store.write(outbox.take, mail)
    assert taken is not None
    refused = Failure(FailureKind.RECIPIENT, True, "Abgelehnt.")
    assert town.store.write(outbox.record_failure, taken, refused) is DeliveryState.UNCERTAIN  # the first may be there
    (now,) = town.shown(enquiry).forwardings
    assert now.delivery is not None
    assert now.delivery.asked_at == town.clock.now
    assert town.store.read(outbox.due, None, "mail") == []


def test_a_mail_that_failed_means_that_no_office_has_it(town: Town) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    mail = mail_fails(town, made, certain=True)
    (row,) = town.queue()
    assert (row.state, row.due_at, row.delivery) == (EnquiryState.OPEN, town.clock.now - 2 * MINUTE, "failed")
    town.store.write(desk.decide, mail, Decision.SEND_AGAIN, town.me)
    (row,) = town.queue()
    assert (row.state, row.delivery) == (EnquiryState.WAITING_OFFICE, "")
    assert town.store.read(outbox.due, None, "mail") == [mail]


@pytest.mark.parametrize("certain", [True, False])
def test_a_dropped_mail_ends_the_forwarding(town: Town, certain: bool) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    mail = mail_fails(town, made, certain=certain)
    assert town.store.write(desk.decide, mail, Decision.DROP, town.me) is DeliveryState.WITHDRAWN
    (now,) = town.shown(enquiry).forwardings
    assert now.state is ForwardingState.WITHDRAWN
    (row,) = town.queue()
    assert (row.state, row.office_name, row.delivery) == (EnquiryState.OPEN, "", "")


@pytest.mark.parametrize("copies", [1, 2])
def test_the_offices_word_proves_that_its_mail_arrived(town: Town, copies: int) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    mail = mail_fails(town, made, certain=False, copies=copies)
    word(town, made, ForwardingState.ANSWERED, "Gern")
    assert town.rows("SELECT state FROM outbox WHERE id = ?", mail) == [("sent",)]
    assert [row.delivery for row in town.queue()] == [""]


def test_a_mail_whose_sender_died_is_for_a_person(town: Town) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    for _ in range(2):  # the first copy and the second
        taken = town.store.write(outbox.take, mail_of(town, made))
        assert taken is not None
        town.clock.now = taken.permit_until
        town.clock.forward(sending.AFTER_PERMIT + 1)
        town.store.write(outbox.recover)
        town.clock.forward(2 * MINUTE)
    (row,) = town.queue()
    assert (row.state, row.delivery) == (EnquiryState.OPEN, "uncertain")


def test_withdrawing_the_mail_itself_gives_the_summary_back(town: Town) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    assert town.store.write(desk.withdraw, mail_of(town, made), town.me) == "Schlagloch an der Hochstrasse."
    (now,) = town.shown(enquiry).forwardings
    assert now.state is ForwardingState.WITHDRAWN
    assert town.state(enquiry) is EnquiryState.OPEN


def test_a_mail_from_the_office_finds_its_forwarding(town: Town) -> None:
    enquiry = town.enquiry_of()
    made = forwarded(town, enquiry)
    assert town.store.read(desk.awaited, "[BS-000001]", "t@bs.test") == made.id
    assert town.store.read(desk.awaited, "[BS-000001]", "n@bs.test") is None
    word(town, made, ForwardingState.ANSWERED)
    assert town.store.read(desk.awaited, "[BS-000001]", "t@bs.test") is None
