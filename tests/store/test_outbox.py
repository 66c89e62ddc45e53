"""The outbox (product.md, rule 5): a reply is sent exactly once, or a person is asked."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from switchboard_app.model import sending
from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.ids import OutboxId, PlatformId
from switchboard_app.model.remote import RemoteAttachment, RemoteMessage, RemoteReaction
from switchboard_app.model.times import HOUR, SECOND, Millis
from switchboard_app.store import outbox
from switchboard_app.store.desk import File
from switchboard_app.store.transaction import Transaction
from tests.store.test_replies import PNG
from tests.store.town import Town, minutes
from tests.workspaces import Workspace

TIMEOUT = Failure(FailureKind.TIMEOUT, False, "Keine Antwort.")


def due(town: Town) -> list[OutboxId]:
    """What a sender would take now."""
    return town.store.read(outbox.due, town.account.id, "message")


def attempts(town: Town) -> list[str]:
    """How the attempts ended, oldest first."""
    return [row[0] for row in town.rows("SELECT result FROM outbox_attempt ORDER BY started_at, id")]


def test_a_reply_is_due_when_its_undo_has_passed(town: Town) -> None:
    delivery = town.replies(town.enquiry_of(), undo_millis=8 * SECOND)
    assert (due(town), town.store.read(outbox.next_due, town.account.id)) == ([], town.clock.now + 8 * SECOND)
    assert town.store.write(outbox.take, delivery.id) is None
    town.clock.forward(8 * SECOND)
    assert due(town) == [delivery.id]
    assert town.store.read(outbox.due, town.account.id, "mail") == []
    assert town.store.read(outbox.due, None, "message") == []


def test_taken_once_and_told_everything(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = town.replies(enquiry, "Guten Tag")
    taken = town.takes(delivery)
    assert (taken.text, taken.recipient, taken.thread_platform_id) == ("Guten Tag", "p_anna", "t_anna")
    assert (taken.epoch, taken.attempts, taken.kind) == (1, 1, "message")
    assert (taken.permit_until, taken.last_inbound_at) == (town.clock.now + sending.TEXT.permit, town.clock.now)
    assert town.store.write(outbox.take, delivery.id) is None
    assert (due(town), town.delivery(delivery).state) == ([], DeliveryState.SENDING)


def test_of_many_senders_one_takes_it(town: Town, workspace: Workspace) -> None:
    deliveries = [town.replies(town.enquiry_of(who=f"c{n}")) for n in range(5)]
    stations = [workspace.open() for _ in range(4)]
    took: list[OutboxId] = []
    start = threading.Barrier(len(stations))

    def work(number: int) -> None:
        start.wait()
        for delivery in deliveries:
            taken = stations[number].write(outbox.take, delivery.id)
            if taken is not None:
                took.append(taken.id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(stations))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(took) == sorted(delivery.id for delivery in deliveries)


def test_sent(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = town.replies(enquiry)
    town.clock.forward(SECOND)
    given = town.sends(delivery)
    now = town.delivery(delivery)
    assert (now.state, now.sent_at, attempts(town)) == (DeliveryState.SENT, town.clock.now, ["sent"])
    (entry,) = [e for e in town.messages(enquiry) if e.id == delivery.entry]
    assert entry.platform_id == given
    assert town.state(enquiry) is EnquiryState.WAITING_CITIZEN


def test_in_one_conversation_one_after_the_other(town: Town) -> None:
    enquiry = town.enquiry_of()
    first, second = town.replies(enquiry, "Eins"), town.replies(enquiry, "Zwei")
    other = town.replies(town.enquiry_of(who="beat"), "Anderswo")
    assert due(town) == [first.id, other.id]
    assert town.store.write(outbox.take, second.id) is None  # a stale list does not overtake
    taken = town.takes(first)
    assert due(town) == [other.id]
    assert town.store.write(outbox.take, second.id) is None
    town.store.write(outbox.record_failure, taken, TIMEOUT)
    assert town.store.write(outbox.take, second.id) is None  # unsettled
    town.clock.forward(HOUR)
    (one,) = town.store.read(outbox.unsettled, town.account.id)
    seen = (town.says("Eins", ours=True, at=taken.permit_until),)
    assert town.store.write(outbox.record_read, one, seen)
    assert due(town) == [second.id, other.id]


def test_held_back_it_holds_back_what_follows(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.replies(enquiry, "Eins", undo_millis=8 * SECOND)
    town.replies(enquiry, "Zwei")
    assert due(town) == []


def test_certain_and_worth_another_try_is_queued_again_later(town: Town) -> None:
    delivery = town.replies(town.enquiry_of())
    for attempt, pause in ((1, 2), (2, 4), (3, 8)):
        retry_at = Millis(town.clock.now)
        failure = Failure(FailureKind.NETWORK, True, "Keine Verbindung.", retry_at)
        taken = town.takes(delivery)
        assert taken.attempts == attempt
        assert town.store.write(outbox.record_failure, taken, failure) is DeliveryState.QUEUED
        assert town.delivery(delivery).not_before == town.clock.now + pause * SECOND
        assert due(town) == []
        town.clock.forward(pause * SECOND)
        assert due(town) == [delivery.id]
    assert attempts(town) == ["queued:network"] * 3


def test_the_platforms_own_time_for_another_try_counts(town: Town) -> None:
    delivery = town.replies(town.enquiry_of())
    later = Millis(town.clock.now + HOUR)
    town.store.write(
        outbox.record_failure, town.takes(delivery), Failure(FailureKind.RATE_LIMIT, True, "Zu viel.", later)
    )
    now = town.delivery(delivery)
    assert (now.state, now.not_before, now.attempts) == (DeliveryState.QUEUED, later, 0)


def test_a_dead_sign_in_costs_no_attempt(town: Town) -> None:
    delivery = town.replies(town.enquiry_of())
    for _ in range(3):
        failure = Failure(FailureKind.AUTH, True, "Anmeldung abgelaufen.")
        assert town.store.write(outbox.record_failure, town.takes(delivery), failure) is DeliveryState.QUEUED
        town.clock.forward(HOUR)
    assert town.delivery(delivery).attempts == 0


def test_asked_to_send_now_only_our_own_pause_is_cut_short(town: Town) -> None:
    kinds = (FailureKind.NETWORK, FailureKind.RATE_LIMIT)
    failed = {kind: town.replies(town.enquiry_of(who=kind.value)) for kind in kinds}
    for kind, delivery in failed.items():
        failure = Failure(kind, True, "", Millis(town.clock.now + HOUR))
        town.store.write(outbox.record_failure, town.takes(delivery), failure)
    held_back = town.replies(town.enquiry_of(who="c"), undo_millis=8 * SECOND)
    town.store.write(outbox.hurry, None)
    assert due(town) == []
    town.store.write(outbox.hurry, town.account.id)
    assert due(town) == [failed[FailureKind.NETWORK].id]
    assert town.delivery(held_back).not_before > town.clock.now


def test_certain_and_final_is_failed_with_its_words(town: Town) -> None:
    delivery = town.replies(town.enquiry_of())
    failure = Failure(FailureKind.WINDOW, True, "Das Fenster ist zu.")
    assert town.store.write(outbox.record_failure, town.takes(delivery), failure) is DeliveryState.FAILED
    now = town.delivery(delivery)
    assert (now.state, now.failure) == (DeliveryState.FAILED, failure)
    assert town.store.read(outbox.summary, town.account.id)["failed"] == 1


def test_a_sender_that_died_leaves_it_unclear_and_is_fenced_off(town: Town) -> None:
    delivery = town.replies(town.enquiry_of())
    taken = town.takes(delivery)
    town.clock.now = Millis(taken.permit_until + sending.AFTER_PERMIT)
    assert town.store.write(outbox.recover) == 0  # a proxy may still deliver
    town.clock.forward(1)
    assert town.store.write(outbox.recover) == 1
    assert town.store.write(outbox.recover) == 0
    now = town.delivery(delivery)
    assert now.state is DeliveryState.UNCERTAIN
    assert now.failure is not None
    assert now.failure.kind is FailureKind.CRASH
    assert not town.store.write(outbox.record_sent, taken, (PlatformId("late"),))
    assert town.store.write(outbox.take, delivery.id) is None
    assert [row.delivery for row in town.queue()] == ["uncertain"]


def unclear(town: Town, text: str = "Antwort") -> tuple[OutboxId, Millis]:
    """An answer of which nobody knows whether it arrived, and when it was tried."""
    delivery = town.replies(town.enquiry_of(), text)
    tried = town.clock.now
    assert town.store.write(outbox.record_failure, town.takes(delivery), TIMEOUT) is DeliveryState.UNCERTAIN
    return delivery.id, Millis(tried)


def reads(town: Town, *seen: RemoteMessage) -> bool:
    """Read the one unclear conversation back, as soon as it is due, and record what the platform showed."""
    for _ in range(100):
        unsettled = town.store.read(outbox.unsettled, town.account.id)
        if unsettled:
            return town.store.write(outbox.record_read, unsettled[0], seen)
        town.clock.forward(5 * SECOND)
    raise AssertionError("never due for a read-back")


def test_one_match_in_the_conversation_means_sent(town: Town) -> None:
    delivery, tried = unclear(town, "Grüsse  aus\nBasel")
    theirs = town.says("Grüsse aus Basel", at=tried)
    # platforms trim and normalise: here decomposed, with other white space
    assert reads(town, theirs, town.says("Gru\u0308sse aus Basel ", ours=True, at=tried + SECOND, known_as="p1"))
    now = town.store.read(lambda tx: tx.row("SELECT state, platform_ids FROM outbox WHERE id = ?", delivery))
    assert now == ("sent", '["p1"]')
    # the echo that a poll brings later is known
    assert town.arrives(town.says("Grüsse aus Basel", ours=True, at=tried + SECOND, known_as="p1")).new == 0


def test_several_matches_are_for_a_person(town: Town) -> None:
    delivery, tried = unclear(town)
    same = [town.says("Antwort", ours=True, at=tried + n * SECOND) for n in (1, 2)]
    assert not reads(town, *same)
    assert town.store.read(lambda tx: tx.value("SELECT state FROM outbox WHERE id = ?", delivery)) == "uncertain"


def test_an_earlier_same_answer_and_one_of_another_reply_are_no_proof(town: Town) -> None:
    _, tried = unclear(town)
    old = town.says("Antwort", ours=True, at=tried - HOUR)
    assert not reads(town, old)
    other = town.replies(town.enquiry_of(who="beat"), "Antwort")
    given = town.sends(other)
    assert not reads(town, town.says("Antwort", ours=True, at=tried, known_as=given))


def test_after_several_reads_over_ten_minutes_a_person_is_asked_and_nothing_is_sent_again(town: Town) -> None:
    delivery, tried = unclear(town)
    for n in range(4):
        assert town.state(town.last_of().id) is EnquiryState.WAITING_CITIZEN, n
        assert not reads(town)
    assert town.clock.now - tried >= minutes(10)
    head = town.last_of()
    assert (head.state, head.due_at) == (EnquiryState.OPEN, town.clock.now)
    town.clock.forward(24 * HOUR)
    assert due(town) == []
    assert town.store.read(outbox.waiting) == 1
    # and if it shows up after all, nobody need decide any more
    assert reads(town, town.says("Antwort", ours=True, at=tried + SECOND))
    assert (town.last_of().state, town.last_of().due_at) == (EnquiryState.WAITING_CITIZEN, None)
    assert town.store.read(lambda tx: tx.value("SELECT state FROM outbox WHERE id = ?", delivery)) == "sent"


def test_an_unclear_answer_that_closed_comes_back_to_be_asked_about(town: Town) -> None:
    delivery = town.replies(town.enquiry_of(), outcome=Outcome.ANSWERED)
    town.store.write(outbox.record_failure, town.takes(delivery), TIMEOUT)
    for _ in range(4):
        reads(town)
    assert town.last_of().state is EnquiryState.OPEN


# -- echoes ----------------------------------------------------------------------------------------------------------


def test_an_echo_after_the_answer_is_nothing_new(town: Town) -> None:
    enquiry = town.enquiry_of()
    given = town.sends(town.replies(enquiry, "Antwort"))
    stored = town.arrives(town.says("Antwort", ours=True, known_as=given))
    assert (stored.new, stored.settled) == (0, 0)
    assert len(town.messages(enquiry)) == 2


def test_an_echo_before_the_answer_settles_and_the_answer_agrees(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = town.replies(enquiry, "Antwort")
    taken = town.takes(delivery)
    stored = town.arrives(town.says("Antwort", ours=True, known_as="e1"))
    assert (stored.new, stored.settled) == (0, 1)
    assert town.delivery(delivery).state is DeliveryState.SENT
    assert town.store.write(outbox.record_sent, taken, (PlatformId("e1"),))
    assert attempts(town) == ["sent"]
    assert len(town.messages(enquiry)) == 2


def test_the_parts_of_an_answer_with_files_are_folded_into_one(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = town.replies(enquiry, "Der Plan", files=[File("plan.png", PNG)])
    taken = town.takes(delivery)
    # the poll sees both parts before their sender hears about them
    town.arrives(
        town.says("Der Plan", ours=True, known_as="e1"), town.says("", ours=True, known_as="e2"), town.says("Danke")
    )
    assert town.store.write(outbox.record_sent, taken, (PlatformId("e1"), PlatformId("e2")))
    # all three are of one millisecond, in which no order is promised
    assert sorted(e.text for e in town.messages(enquiry)) == ["Danke", "Der Plan", "Guten Tag"]
    assert town.arrives(town.says("", ours=True, known_as="e2")).new == 0


def test_a_copy_that_is_folded_away_leaves_nothing_behind(town: Town) -> None:
    delivery = town.replies(town.enquiry_of(), "Der Plan", files=[File("plan.png", PNG)])
    taken = town.takes(delivery)
    part = town.says("Bild", ours=True, known_as="e2")
    town.arrives(part)
    town.arrives(replace(part, text="Plan", reactions=(RemoteReaction(PlatformId("anna"), "👍"),)))
    assert town.store.write(outbox.record_sent, taken, (PlatformId("e1"), PlatformId("e2")))

    def orphans(tx: Transaction, table: str) -> object:
        return tx.value(f"SELECT COUNT(*) FROM {table} WHERE entry_id NOT IN (SELECT id FROM entry)")

    assert [town.store.read(orphans, table) for table in ("attachment", "entry_version", "reaction")] == [0, 0, 0]


def test_the_text_alone_does_not_settle_an_answer_with_a_file(town: Town) -> None:
    """A part may have been sent and the rest not: only a person or both parts in the thread can tell."""
    delivery = town.replies(town.enquiry_of(), "Der Plan", files=[File("plan.png", PNG)])
    town.store.write(outbox.record_failure, town.takes(delivery), TIMEOUT)
    text = town.says("Der Plan", ours=True, known_as="e1")
    assert town.arrives(text).settled == 0
    assert not reads(town, text)
    assert town.delivery(delivery).state is DeliveryState.UNCERTAIN
    plan = RemoteAttachment(PlatformId("a1"), "plan.png", "image/png")
    image = replace(town.says("", ours=True, known_as="e2"), attachments=(plan,))
    assert reads(town, text, image)
    assert town.delivery(delivery).state is DeliveryState.SENT


def test_an_echo_of_an_unclear_send_settles_it(town: Town) -> None:
    delivery, tried = unclear(town)
    assert town.arrives(town.says("Antwort", ours=True, at=tried + 2 * SECOND)).settled == 1
    assert town.store.read(lambda tx: tx.value("SELECT state FROM outbox WHERE id = ?", delivery)) == "sent"
    assert [row.delivery for row in town.queue()] == [""]


def test_a_reply_from_another_tool_is_shown_as_such_and_stops_the_clock(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.clock.forward(minutes(1))
    stored = town.arrives(town.says("Vom Handy beantwortet", ours=True))
    assert (stored.new, stored.settled) == (1, 0)
    entry = town.messages(enquiry)[-1]
    assert (entry.elsewhere, entry.author) == (True, "Rathaus Basel")
    head = town.head(enquiry)
    assert (head.state, head.due_at) == (EnquiryState.NEW, None)  # it may have been a machine


@pytest.mark.parametrize("twice", ["record", "fail"])
def test_an_outcome_counts_once(town: Town, twice: str) -> None:
    delivery = town.replies(town.enquiry_of())
    taken = town.takes(delivery)
    town.store.write(outbox.record_failure, taken, TIMEOUT)
    if twice == "fail":
        assert town.store.write(outbox.record_failure, taken, Failure(FailureKind.NETWORK, True, "")) is None
    else:
        # the answer came after all, before anybody else touched the row: it is the same attempt
        assert town.store.write(outbox.record_sent, taken, (PlatformId("p"),))
    expected = DeliveryState.UNCERTAIN if twice == "fail" else DeliveryState.SENT
    assert town.delivery(delivery).state is expected


def test_the_summary_counts_what_is_left(town: Town) -> None:
    town.sends(town.replies(town.enquiry_of(who="a")))
    town.replies(town.enquiry_of(who="b"))
    town.takes(town.replies(town.enquiry_of(who="c")))
    unclear(town)
    summary = town.store.read(outbox.summary, town.account.id)
    assert summary == {"queued": 1, "sending": 1, "uncertain": 1, "failed": 0}
    assert town.store.read(outbox.waiting) == 3
