"""The rules of a send, without a store: permits, proof, read-backs, decisions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from switchboard_app.model import sending
from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind, Sighting
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.sending import Decision, Duty, Moment, Own, Send
from switchboard_app.model.times import MINUTE, SECOND, Millis
from switchboard_app.sync import http, mail

NOW = Millis(1_000_000_000)
QUEUED = Send("message", DeliveryState.QUEUED)
UNSURE = Failure(FailureKind.TIMEOUT, False, "keine Antwort")


def under_way(kind: str = "message") -> Send:
    taken = sending.taken(replace(QUEUED, kind=kind), sending.terms(kind, 0), NOW)
    assert taken is not None
    return taken


def unclear() -> Send:
    return sending.failed(under_way(), UNSURE, NOW).send


def own(at: int, text: str = "Guten Tag", known_as: str = "m1", files: int = 0) -> Own:
    return Own(PlatformId(known_as), Millis(NOW + at), text, files)


@pytest.mark.parametrize("under", [sending.TEXT, sending.FILES, sending.MAILS])
def test_every_attempt_is_over_ten_seconds_before_its_permit_and_decided_within_three_minutes(
    under: sending.Terms,
) -> None:
    assert under.write_within + under.deadline + 10 * SECOND <= under.permit
    assert under.permit + sending.AFTER_PERMIT <= 3 * MINUTE


def test_the_door_and_the_mail_keep_to_the_terms() -> None:
    assert (http.DEADLINE_S, http.MEDIA_DEADLINE_S) == (20.0, 60.0)
    assert sending.TEXT.deadline / 1000 == http.DEADLINE_S
    assert sending.MAILS.permit > mail.DEADLINE_SECONDS * 1000


def test_a_permit_counts_by_the_pessimist_of_two_clocks() -> None:
    begun = Moment(Millis(50_000), Millis(1_000))
    for wall, boot in ((50_000 + 15_000, 1_000), (50_000, 16_000), (0, 16_000), (9_000_000, 1_001)):
        assert not sending.may_write(sending.TEXT, begun, Moment(Millis(wall), Millis(boot)))
    assert sending.may_write(sending.TEXT, begun, Moment(Millis(64_999), Millis(15_999)))


def test_only_positive_proof_leads_back_to_the_queue() -> None:
    for kind in FailureKind:
        for again in (None, Millis(NOW + 5)):
            after = sending.failed(under_way(), Failure(kind, False, "", again), NOW).send
            assert after.state is DeliveryState.UNCERTAIN


def test_what_lapsed_is_unclear_and_its_holder_fenced() -> None:
    one = under_way()
    assert one.permit_until is not None
    assert not sending.lapsed(one, Millis(one.permit_until + sending.AFTER_PERMIT))
    assert sending.lapsed(one, Millis(one.permit_until + sending.AFTER_PERMIT + 1))
    assert sending.lapsed(one, NOW, holder_ended=True)
    after = sending.recovered(one, NOW)
    assert (after.send.state, after.send.epoch, after.duties) == (DeliveryState.UNCERTAIN, 2, (Duty.SHOW,))


def test_a_mail_goes_once_more_and_then_never_by_itself() -> None:
    again = sending.failed(under_way(sending.MAIL), UNSURE, NOW).send
    assert (again.state, again.repeats) == (DeliveryState.QUEUED, 1)
    taken = sending.taken(again, sending.MAILS, Millis(NOW + 10 * MINUTE))
    assert taken is not None
    for step in (sending.failed(taken, UNSURE, NOW), sending.recovered(taken, NOW)):
        assert (step.send.state, step.send.asked_at) == (DeliveryState.UNCERTAIN, NOW)
        assert Duty.ASK in step.duties


def test_one_match_is_sent_whatever_was_done_to_its_white_space_and_accents() -> None:
    found = sending.read_back(unclear(), "Grüezi  Herr é", 0, [own(1, "Gr\u0075\u0308ezi Herr e\u0301\n")], NOW)
    assert (found.step.send.state, found.ids) == (DeliveryState.SENT, (PlatformId("m1"),))


@pytest.mark.parametrize(
    "shown",
    [
        [own(1), own(2, known_as="m2")],
        [own(-40 * SECOND)],
        [own(-40 * SECOND), own(1, known_as="m2")],
    ],
)
def test_several_or_one_that_may_be_an_earlier_one_are_for_a_person_at_once(shown: list[Own]) -> None:
    found = sending.read_back(unclear(), "Guten Tag", 0, shown, NOW)
    assert (found.ids, found.step.send.asked_at, found.step.duties) == ((), NOW, (Duty.ASK,))
    assert len(found.step.send.seen) == len(shown)


def test_nothing_seen_is_asked_after_three_reads_over_ten_minutes_and_not_before() -> None:
    one, now, asked = unclear(), NOW, []
    for _ in range(5):
        if one.asked_at is not None:
            break
        now = max(Millis(one.next_read_at or 0), now)
        step = sending.read_back(one, "Guten Tag", 0, [own(5, "etwas anderes " * 100)], now).step
        one = step.send
        asked.append(step.duties)
        assert one.state is DeliveryState.UNCERTAIN
    assert one.asked_at == now
    assert one.read_from is not None
    assert one.reads >= 3
    assert now - one.read_from >= 10 * MINUTE
    assert asked[-1] == (Duty.ASK,)
    assert not any(asked[:-1])
    assert [len(seen.text) for seen in one.seen] == [Sighting.LONGEST]
    again = sending.read_back(one, "Guten Tag", 0, [], Millis(now + 1))
    assert again.step.duties == (), "asked once"
    late = sending.read_back(one, "Guten Tag", 0, [own(5)], Millis(now + 2)).step
    assert (late.send.state, late.duties) == (DeliveryState.SENT, (Duty.ANSWERED,))


def test_files_are_counted() -> None:
    text_only = sending.read_back(unclear(), "Guten Tag", 1, [own(1)], NOW).step.send
    assert (text_only.state, text_only.asked_at) == (DeliveryState.UNCERTAIN, None)
    both = sending.read_back(unclear(), "Guten Tag", 1, [own(1), own(2, "", "m2", 1)], NOW)
    assert both.ids == (PlatformId("m1"), PlatformId("m2"))
    pictures = [own(1, "", "m1", 1), own(2, "", "m2", 1)]
    assert sending.read_back(unclear(), "", 2, pictures, NOW).ids == (PlatformId("m1"), PlatformId("m2"))
    assert sending.read_back(unclear(), "", 2, pictures[:1], NOW).ids == ()


def test_a_person_decides() -> None:
    for decision, state in (
        (Decision.WAS_SENT, DeliveryState.SENT),
        (Decision.SEND_AGAIN, DeliveryState.QUEUED),
        (Decision.DROP, DeliveryState.WITHDRAWN),
    ):
        step = sending.decided(unclear(), decision, NOW)
        assert step is not None
        assert (step.send.state, step.send.epoch, step.send.asked_at) == (state, 2, None)
    refused = replace(unclear(), state=DeliveryState.FAILED)
    assert sending.decided(refused, Decision.WAS_SENT, NOW) is None
    assert [sending.decidable(replace(QUEUED, state=state)) for state in DeliveryState].count(True) == 2
