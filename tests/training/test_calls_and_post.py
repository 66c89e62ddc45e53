"""Calls ring one after the other; forwarding mails stay in the process and offices answer."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage

from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.times import HOUR, MINUTE, SECOND, Millis
from switchboard_app.training.calls import CallBoard
from switchboard_app.training.cases import Call, Cases, Urgency
from switchboard_app.training.mailbox import OfficeWord, TrainingPost
from switchboard_app.training.pace import TrainingTime
from tests.platforms import FakeClock


def call(key: str, rings_after_s: int, gives_up_after_s: int = 20) -> Call:
    return Call(
        key=key,
        topic="Auskunft",
        rings_after_s=rings_after_s,
        gives_up_after_s=gives_up_after_s,
        number="061 555 12 34",
        caller="Vreni Muster",
        language="de",
        lines=("Grüezi.",),
        expect_office="Tiefbauamt",
        urgency=Urgency.NORMAL,
        callback="",
        hint="-",
    )


CASES = Cases((), (call("a", 60), call("b", 65), call("c", 400)))


def keys(board: CallBoard, clock: FakeClock, seconds: int) -> list[str]:
    """What rings in each of the next seconds, without repetitions."""
    seen: list[str] = []
    for _ in range(seconds):
        ringing = board.ringing(clock.forward(SECOND))
        name = ringing.call.key if ringing else "-"
        if seen[-1:] != [name]:
            seen.append(name)
    return seen


def test_a_call_rings_until_its_caller_gives_up_and_then_comes_the_next(clock: FakeClock) -> None:
    board = CallBoard(CASES, clock)
    assert keys(board, clock, 59) == ["-"]
    ringing = board.ringing(clock.forward(SECOND))
    assert ringing is not None
    assert (ringing.call.key, ringing.since, ringing.gives_up_at - ringing.since) == ("a", clock(), 20 * SECOND)
    assert keys(board, clock, 45) == ["a", "b", "-"]
    assert [missed.call.key for missed in board.missed] == ["a", "b"]


def test_a_second_caller_waits_until_the_line_is_free(clock: FakeClock) -> None:
    board = CallBoard(CASES, clock)
    keys(board, clock, 61)
    taken = board.accept()
    assert taken is not None
    assert taken.call.key == "a"
    assert board.on_line == taken
    assert keys(board, clock, 120) == ["-"]
    board.hang_up()
    assert keys(board, clock, 5) == ["b"]
    assert board.missed == ()


def test_taking_a_call_that_has_just_ended_takes_nothing(clock: FakeClock) -> None:
    board = CallBoard(CASES, clock)
    keys(board, clock, 61)
    board.miss()
    assert board.accept() is None
    assert board.on_line is None


def test_calls_come_again_for_ever_in_another_order(clock: FakeClock) -> None:
    board = CallBoard(CASES, clock)
    seen = [key for key in keys(board, clock, 2 * HOUR // SECOND) if key != "-"]
    assert seen[:3] == ["a", "b", "c"]
    assert len(seen) > 15


def test_calls_of_an_earlier_run_do_not_ring_again(clock: FakeClock) -> None:
    time = TrainingTime(clock)
    time.played_s = 100.0
    assert [key for key in keys(CallBoard(CASES, clock, time=time), clock, 301) if key != "-"] == ["c"]


# --- post ----------------------------------------------------------------------------------------------------------


def mail(subject: str, to: str = "tiefbauamt@example.org") -> EmailMessage:
    message = EmailMessage()
    message["subject"], message["to"] = subject, to
    message.set_content("Bitte übernehmen.")
    return message


def words(post: TrainingPost, now: Millis) -> list[tuple[str, ForwardingState]]:
    return [(word.reference, word.kind) for word in post.office_words(now)]


def test_an_office_takes_the_matter_and_then_answers(clock: FakeClock) -> None:
    post = TrainingPost(clock, declines=lambda *_: False)
    asyncio.run(post.send(mail("Schlagloch [BS-000123]")))
    assert words(post, clock()) == []
    assert words(post, clock.forward(MINUTE)) == [("[BS-000123]", ForwardingState.ACKNOWLEDGED)]
    assert words(post, clock.forward(4 * MINUTE)) == [("[BS-000123]", ForwardingState.ANSWERED)]
    assert words(post, clock.forward(HOUR)) == []
    assert [str(sent["to"]) for sent in post.mails] == ["tiefbauamt@example.org"]


def test_the_wrong_office_declines_and_the_next_is_asked(clock: FakeClock) -> None:
    post = TrainingPost(clock, declines=lambda _reference, office, _before: office.startswith("steuer"))
    asyncio.run(post.send(mail("Loch [BS-7]", "steuern@example.org")))
    (declined,) = post.office_words(clock.forward(MINUTE))
    assert isinstance(declined, OfficeWord)
    assert (declined.kind, declined.office) == (ForwardingState.DECLINED, "steuern@example.org")
    assert declined.text
    asyncio.run(post.send(mail("Loch [BS-7]")))
    assert words(post, clock.forward(5 * MINUTE))[-1] == ("[BS-7]", ForwardingState.ANSWERED)


def test_left_to_chance_some_first_offices_decline_and_no_second_one(clock: FakeClock) -> None:
    post = TrainingPost(clock)
    for number in range(60):
        asyncio.run(post.send(mail(f"Anliegen [BS-{number:06d}]")))
    first = [kind for _, kind in words(post, clock.forward(MINUTE))]
    assert 3 <= first.count(ForwardingState.DECLINED) <= 20
    clock.forward(HOUR)
    post.office_words(clock())
    for number in range(60):
        asyncio.run(post.send(mail(f"Anliegen [BS-{number:06d}]", "andere@example.org")))
    assert {kind for _, kind in words(post, clock.forward(MINUTE))} == {ForwardingState.ACKNOWLEDGED}


def test_a_reminder_and_a_mail_without_reference_get_no_word(clock: FakeClock) -> None:
    post = TrainingPost(clock, declines=lambda *_: False)
    for subject in ("Loch [BS-7]", "Erinnerung: Loch [BS-7]", "Guten Tag"):
        asyncio.run(post.send(mail(subject)))
    assert len(words(post, clock.forward(HOUR))) == 2
    assert len(post.mails) == 3
