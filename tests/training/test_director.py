"""The director lets the citizens write what is due, once, in training time, also after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from switchboard_app.model.errors import UserError
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND
from switchboard_app.training.cases import (
    Answer,
    Case,
    Cases,
    Citizen,
    CitizenMessage,
    Platform,
    Variation,
    load_cases,
)
from switchboard_app.training.director import Director
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.instagram import SimulatedInstagram
from switchboard_app.training.journal import Journal
from switchboard_app.training.mailroom import SimulatedMailbox
from switchboard_app.training.mastodon import SimulatedMastodon
from switchboard_app.training.pace import TrainingTime
from switchboard_app.training.x import SimulatedX
from tests.platforms import NOON, FakeClock

RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "training"


def message(text: str, after_s: int = 0, photo: Path | None = None) -> CitizenMessage:
    return CitizenMessage(text, after_s, photo, is_sticker=False)


CASE = Case(
    key="loch",
    topic="Schlagloch",
    arrives_after_s=60,
    messages=(message("Wer flickt das Loch?"), message("Hier ein Foto.", 30)),
    answers=(Answer("Güterstrasse 187.", 20), Answer("Merci!", 20)),
    patience_s=300,
    impatient="Hallo?",
    expect_office="Tiefbauamt",
    hint="Welche Strasse?",
    variations=(),
)
AGAIN = replace(CASE, variations=(Variation("Noch ein Loch.", "Danke.", impatient=""),))


def cases(*told: Case, platform: Platform = Platform.FACEBOOK) -> Cases:
    handle = "anna_m" if platform is Platform.X else ""
    return Cases((Citizen("anna", platform, "Anna Muster", handle, "de", told or (CASE,)),), ())


class Play:
    """All platforms and a director on a clock that is moved second by second."""

    def __init__(self, clock: FakeClock, played: Cases, *, pace: float = 1.0, journal: Journal | None = None) -> None:
        self.clock = clock
        self.facebook = SimulatedFacebook(clock, journal=journal)
        self.x = SimulatedX(clock, journal=journal)
        time = TrainingTime(clock, pace=pace, journal=journal)
        self.instagram = SimulatedInstagram(clock, journal=journal)
        self.mastodon = SimulatedMastodon(clock, journal=journal)
        self.mailbox = SimulatedMailbox(clock, journal=journal)
        stages = (self.facebook, self.x, self.instagram, self.mastodon, self.mailbox)
        self.stages = {Platform(one.kind): one for one in stages}
        self.director = Director(self.stages.values(), played, clock, time=time)

    def go_on(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.forward(SECOND)
            self.director.advance()

    @property
    def texts(self) -> list[str]:
        return [said.text for stage in self.stages.values() for said in stage.truth()]


@pytest.fixture
def play(clock: FakeClock) -> Play:
    return Play(clock, cases())


def test_messages_come_when_they_are_due(play: Play) -> None:
    play.go_on(59)
    assert play.texts == []
    play.go_on(1)
    assert play.texts == ["Wer flickt das Loch?"]
    play.go_on(29)
    assert len(play.texts) == 1
    play.go_on(1)
    assert play.texts == ["Wer flickt das Loch?", "Hier ein Foto."]
    first, second = play.facebook.truth()
    assert (first.at, second.at) == (NOON + 60 * SECOND, NOON + 90 * SECOND)


def test_a_reply_of_ours_is_answered_a_while_later(play: Play) -> None:
    play.go_on(90)
    play.facebook.accept(play.facebook.people["anna"], "Welche Strasse?")
    play.go_on(15)
    assert "Güterstrasse 187." not in play.texts
    play.go_on(10)
    assert "Güterstrasse 187." in play.texts
    play.go_on(100)
    assert "Merci!" not in play.texts, "the second answer waits for a second reply"
    play.facebook.say_as_page("anna", "Das Tiefbauamt kommt.")
    play.go_on(25)
    assert play.texts[-1] == "Merci!"
    play.facebook.accept(play.facebook.people["anna"], "Gern geschehen.")
    play.go_on(100)
    assert play.texts[-1] == "Gern geschehen.", "a third reply gets no answer"


def test_two_replies_at_once_get_one_answer(play: Play) -> None:
    play.go_on(90)
    for text in ("Grüezi", "Welche Strasse?"):
        play.facebook.accept(play.facebook.people["anna"], text)
    play.go_on(120)
    assert "Güterstrasse 187." in play.texts
    assert "Merci!" not in play.texts


def test_who_waits_too_long_asks_again_once(play: Play) -> None:
    play.go_on(90 + 299)
    assert "Hallo?" not in play.texts
    play.go_on(1000)
    assert play.texts.count("Hallo?") == 1


def test_who_was_answered_does_not_chase(play: Play) -> None:
    play.go_on(95)
    play.facebook.accept(play.facebook.people["anna"], "Wir schauen.")
    play.go_on(1000)
    assert "Hallo?" not in play.texts


def test_a_backlog_lies_there_from_the_start_with_its_own_times(clock: FakeClock) -> None:
    old = replace(CASE, key="alt", arrives_after_s=-90_000)
    play = Play(clock, cases(old), pace=10)
    assert [said.at for said in play.facebook.truth()] == [NOON - 90_000 * SECOND, NOON - 89_970 * SECOND]
    play.go_on(29)
    assert "Hallo?" not in play.texts, "patience counts from the start of training"
    play.go_on(2)
    assert "Hallo?" in play.texts


def test_pace_is_how_fast_training_passes(clock: FakeClock) -> None:
    play = Play(clock, cases(), pace=6)
    play.go_on(10)
    assert play.texts == ["Wer flickt das Loch?"]


def test_training_stands_still_while_the_machine_sleeps(play: Play) -> None:
    play.go_on(50)
    play.clock.forward(3 * HOUR)
    play.director.advance()
    assert play.texts == []
    play.go_on(5)
    assert play.texts == ["Wer flickt das Loch?"]


def test_a_clock_that_is_set_back_stops_nothing(play: Play) -> None:
    play.go_on(50)
    play.clock.forward(-HOUR)
    play.director.advance()
    play.clock.forward(HOUR)
    play.go_on(10)
    assert play.texts == ["Wer flickt das Loch?"]


def test_after_the_last_case_it_goes_on_in_other_words(clock: FakeClock) -> None:
    play = Play(clock, cases(AGAIN))
    play.go_on(300)
    assert play.texts[2] == "Noch ein Loch."
    play.go_on(600)
    refs = [said.ref for said in play.facebook.truth() if said.ref.endswith("m0")]
    assert refs[0] == "loch/m0"
    assert refs[1] == "loch~1/m0"
    assert len(refs) == len(set(refs)) > 5


def test_cases_that_happen_once_end(clock: FakeClock) -> None:
    play = Play(clock, cases(replace(CASE, impatient="", answers=())))
    play.go_on(400)
    assert len(play.texts) == 2


# --- after a crash -------------------------------------------------------------------------------------------------


@pytest.fixture
def journal_file(tmp_path: Path) -> Path:
    return tmp_path / "training" / "platforms.jsonl"


@pytest.fixture
def opened(journal_file: Path, clock: FakeClock) -> Iterator[list[Journal]]:
    """Journals opened by a test; the file is only let go at the end, as after ``kill -9``."""
    journals: list[Journal] = []
    yield journals
    for journal in journals:
        journal.close()


def restart(clock: FakeClock, journal_file: Path, opened: list[Journal], platform: Platform) -> Play:
    opened.append(Journal(journal_file, clock()))
    return Play(clock, cases(platform=platform), journal=opened[-1])


@pytest.mark.parametrize("platform", list(Platform))
def test_after_a_crash_everything_is_there_and_nothing_is_said_twice(
    clock: FakeClock, journal_file: Path, opened: list[Journal], platform: Platform
) -> None:
    first = restart(clock, journal_file, opened, platform)
    first.go_on(92)
    there = first.stages[platform]
    there.accept(there.people["anna"], "Welche Strasse? \ud83d")
    there.edit(there.truth()[1].id, "Hier ein Foto!")
    before = there.truth()
    with journal_file.open("ab") as torn:
        torn.write(b'{"on": "facebook", "what": "mess')

    clock.forward(3 * DAY)
    second = restart(clock, journal_file, opened, platform)
    again = second.stages[platform]
    assert again.truth() == before
    assert again.people == there.people
    second.go_on(15)
    assert again.truth() == before, "the days in between did not pass in training"
    second.go_on(10)
    assert [said.text for said in again.truth()[3:]] == ["Güterstrasse 187."]
    again.delete(again.truth()[0].id)

    third = restart(clock, journal_file, opened, platform)
    once_more = third.stages[platform]
    assert once_more.truth() == again.truth()
    third.go_on(20)
    refs = [said.ref for said in once_more.truth() if said.ref]
    assert len(refs) == len(set(refs))


def test_the_schedule_goes_on_where_it_stopped(clock: FakeClock, journal_file: Path, opened: list[Journal]) -> None:
    restart(clock, journal_file, opened, Platform.X).go_on(55)
    clock.forward(DAY)
    second = restart(clock, journal_file, opened, Platform.X)
    second.go_on(4)
    assert second.texts == []
    second.go_on(6)
    assert second.texts == ["Wer flickt das Loch?"]
    assert opened[-1].started_at == NOON


@pytest.mark.parametrize("line", ["{", "[]", '{"on": "x", "what": "message", "values": {"colour": "red"}}'])
def test_a_damaged_record_is_told_in_a_sentence(
    clock: FakeClock, journal_file: Path, opened: list[Journal], line: str
) -> None:
    restart(clock, journal_file, opened, Platform.X)
    with journal_file.open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(UserError, match=r"platforms\.jsonl") as told:
        restart(clock, journal_file, opened, Platform.X)
    assert told.value.next_step


# --- the cases that are shipped ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Cases:
    return load_cases(RESOURCES)


def test_the_shipped_citizens_fit_their_platforms(clock: FakeClock, shipped: Cases) -> None:
    play = Play(clock, shipped, pace=5)
    lying_there = len(play.texts)
    assert lying_there >= 10
    for _ in range(80 * 60 // 5):
        play.clock.forward(SECOND)
        play.director.advance()
    said = (*play.facebook.truth(), *play.x.truth())
    assert len({one.ref for one in said}) == len(said) > 100
    assert {one.conversation for one in play.facebook.truth()}
    assert all(one.handle for one in play.x.people.values())
    assert any(one.files for one in said)
    assert play.clock() - NOON > 15 * MINUTE


def test_the_same_schedule_comes_every_time(shipped: Cases) -> None:
    plays = []
    for _ in range(2):
        play = Play(FakeClock(), shipped, pace=5)
        for _ in range(300):
            play.clock.forward(SECOND)
            play.director.advance()
        plays.append(play)
    assert plays[0].facebook.truth() == plays[1].facebook.truth()
    assert plays[0].x.truth() == plays[1].x.truth()
