"""Training without its window: real connectors, simulated platforms, no socket, and everything outlives a crash."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.app.station import Station
from switchboard_app.app.training import MASTODON_NAME, SENDER, Training
from switchboard_app.config import StationSettings
from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.enquiry import View
from switchboard_app.model.errors import Unreachable, UserError
from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.health import Health
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.times import Millis
from switchboard_app.model.trouble import Trouble
from switchboard_app.store import accounts, desk, directory, timeline
from switchboard_app.store.queue import QueueFilter, page, total
from switchboard_app.store.station_clock import wall_clock
from switchboard_app.store.timeline import Conversation
from switchboard_app.sync.engine import Report
from switchboard_app.sync.thread import EngineThread
from switchboard_app.training.mailbox import TrainingPost
from switchboard_app.training.truth import SimulatedMessage

ROOT = Path(__file__).resolve().parents[2]
ME = Operator("ml")
EVERYTHING = QueueFilter(View.ALL, ME)
_REACHED: list[list[str]] = []
"""Where what anything reaches for is noted, while a test wants to know."""


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _REACHED and event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"):
        _REACHED[-1].append(f"{event} {arguments}")


sys.addaudithook(_note)


class NoKeyring:
    """Training must never ask."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"training asked the keyring: {name}")


@pytest.fixture
def station(station_home: Path) -> Station:
    """A station without keyring."""
    settings = StationSettings(operator="ml", language="en", mail_host="mail.example.ch", proxy="http://proxy:3128")
    return Station(station_home, settings, NoKeyring())  # type: ignore[arg-type]


@pytest.fixture
def begin(station: Station) -> Iterator[Callable[[], Training]]:
    """Opens training; closed after the test."""
    opened: list[Training] = []

    def make() -> Training:
        opened.append(Training(station))
        return opened[-1]

    yield make
    for training in opened:
        training.close()


@pytest.fixture
def reached() -> Iterator[list[str]]:
    """Every address that anything connects to, listens on or asks for; loopback too."""
    _REACHED.append([])
    yield _REACHED[-1]
    _REACHED.pop()


def once(training: Training) -> list[Report]:
    """Poll and send until nothing is due."""

    async def run() -> list[Report]:
        engine = training.engine()
        try:
            return await engine.once()
        finally:
            await engine.close()

    return asyncio.run(run())


def enquiries(training: Training) -> int:
    return training.store.read(total, EVERYTHING)


def first(training: Training, channel: Channel) -> EnquiryId:
    rows = training.store.read(page, EVERYTHING, 0, 200)
    return next(row.id for row in rows if row.channel == channel)


def shown(training: Training, enquiry: EnquiryId) -> Conversation:
    return training.store.read(timeline.conversation, enquiry)


def ours(training: Training, text: str) -> int:
    """How often a text of ours arrived at the platforms."""
    return sum(message.ours and message.text == text for message in truth(training))


def truth(training: Training) -> tuple[SimulatedMessage, ...]:
    """What all platforms hold."""
    stages = (training.facebook, training.x, training.instagram, training.mastodon, training.mailbox)
    return tuple(message for stage in stages for message in stage.truth())


def test_a_first_start(begin: Callable[[], Training], reached: list[str]) -> None:
    training = begin()
    reports = once(training)
    assert [(one.health, one.reached) for one in reports] == [(Health.OK, True)] * 5
    arrived = len(truth(training))
    assert arrived >= 12
    assert sum(one.new for one in reports) == arrived, "every message came through the connectors"
    assert enquiries(training) >= 10
    assert {row.channel for row in training.store.read(page, EVERYTHING, 0, 200)} == {
        Channel.FACEBOOK,
        Channel.X,
        Channel.INSTAGRAM,
        Channel.MASTODON,
        Channel.EMAIL,
    }
    assert len(training.store.read(directory.listed)) > 20
    again = once(training)
    assert sum(one.new for one in again) == 0
    assert reached == []


def test_nothing_else_can_be_reached(begin: Callable[[], Training], reached: list[str]) -> None:
    training = begin()
    training.store.write(accounts.add, Channel.FACEBOOK, "Echte Seite", ME, api_base="https://graph.facebook.com")
    real = next(one for one in training.store.read(accounts.listed) if one.name == "Echte Seite")
    training.secrets.keep_account_secret(real.id, {"access_token": training.facebook.token})
    reports = {one.name: one for one in once(training)}
    assert reports["Echte Seite"].reached is False
    assert reports["Rathaus Basel"].health is Health.OK
    assert reached == []


def test_citizens_go_on_writing(begin: Callable[[], Training], reached: list[str]) -> None:
    training = begin()
    once(training)
    before = enquiries(training)
    began, said = wall_clock(), 0
    for step in range(1, 200):
        said += training.director.advance(Millis(began + step * 5000))
    assert said > 0
    assert sum(one.new for one in once(training)) == said
    assert enquiries(training) > before
    assert reached == []


@pytest.mark.parametrize("channel", [Channel.FACEBOOK, Channel.X, Channel.MASTODON])
def test_a_reply_arrives_once_and_is_answered(
    begin: Callable[[], Training], reached: list[str], channel: Channel
) -> None:
    training = begin()
    once(training)
    enquiry = first(training, channel)
    text = "Grüezi, wir kümmern uns darum. 👷 <b>Ihr</b> Kanton"
    training.store.write(desk.reply, enquiry, text, ME)
    assert ours(training, text) == 0
    assert sum(one.sent for one in once(training)) == 1
    assert ours(training, text) == 1
    for _ in range(2):
        once(training)
    assert ours(training, text) == 1
    entries = [one for one in shown(training, enquiry).entries if one.text == text]
    assert len(entries) == 1, "what we wrote stands in the conversation once, also after it was polled"
    assert reached == []


def test_an_answer_whose_receipt_is_lost_is_found_again(begin: Callable[[], Training], reached: list[str]) -> None:
    """On Mastodon: the post was made, nobody said so, the account's own posts show it at once."""
    training = begin()
    once(training)
    enquiry, text = first(training, Channel.MASTODON), "Das Laub wird heute geräumt."
    training.rehearsal.play(MASTODON_NAME, Trouble.ANSWER_LOST)
    training.store.write(desk.reply, enquiry, text, ME)
    once(training)
    assert ours(training, text) == 1
    (sent,) = [entry for entry in shown(training, enquiry).entries if entry.text == text]
    assert sent.delivery is not None
    assert sent.delivery.state is DeliveryState.SENT
    assert reached == []


def test_an_office_takes_and_answers(begin: Callable[[], Training], reached: list[str]) -> None:
    training = begin()
    training.post = TrainingPost(wall_clock, declines=lambda *_: False, pace=100.0)
    once(training)
    enquiry = first(training, Channel.FACEBOOK)
    office = next(one for one in training.store.read(directory.listed) if one.email)
    made = training.store.write(desk.forward, enquiry, office.id, "Bitte übernehmen.", ME)
    once(training)
    (mail,) = training.post.mails
    assert mail["to"] == office.email
    assert SENDER in mail["from"]

    async def listen() -> None:
        playing = asyncio.create_task(training.play())
        for _ in range(400):
            await asyncio.sleep(0.05)
            now = next(one for one in shown(training, enquiry).forwardings if one.id == made.id)
            if now.state is ForwardingState.ANSWERED:
                break
        playing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await playing
        assert now.state is ForwardingState.ANSWERED

    asyncio.run(listen())
    assert reached == []


def test_a_withdrawn_forwarding_does_not_stop_the_offices(begin: Callable[[], Training]) -> None:
    training = begin()
    training.post = TrainingPost(wall_clock, declines=lambda *_: False, pace=1000.0)
    once(training)
    office = next(one for one in training.store.read(directory.listed) if one.email)
    gone, other = first(training, Channel.FACEBOOK), first(training, Channel.X)
    for enquiry in (gone, other):
        training.store.write(desk.forward, enquiry, office.id, "Bitte übernehmen.", ME)
    once(training)
    training.store.write(desk.withdraw_forwarding, shown(training, gone).forwardings[-1].id, ME)

    async def listen() -> None:
        playing = asyncio.create_task(training.play())
        for _ in range(400):
            await asyncio.sleep(0.05)
            assert not playing.done()
            if shown(training, other).forwardings[-1].state is ForwardingState.ANSWERED:
                break
        playing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await playing

    asyncio.run(listen())
    assert shown(training, other).forwardings[-1].state is ForwardingState.ANSWERED
    assert shown(training, gone).forwardings[-1].state is ForwardingState.WITHDRAWN


def test_a_second_start_goes_on(begin: Callable[[], Training], reached: list[str]) -> None:
    training = begin()
    once(training)
    enquiry, text = first(training, Channel.X), "Das ist unsere Antwort."
    training.store.write(desk.reply, enquiry, text, ME)
    once(training)
    before, entries = enquiries(training), shown(training, enquiry).entries
    there = truth(training)
    training.close()
    again = begin()
    assert truth(again) == there
    assert len(again.store.read(accounts.listed)) == 5
    reports = once(again)
    assert [one.health for one in reports] == [Health.OK] * 5
    assert sum(one.new + one.sent for one in reports) == 0
    assert enquiries(again) == before
    assert [one.text for one in shown(again, enquiry).entries] == [one.text for one in entries]
    assert ours(again, text) == 1
    assert reached == []


KILLED = """
import sys
sys.modules["PySide6"] = None
from switchboard_app.app.station import this_station
from switchboard_app.app.training import Training
from switchboard_app.model.enquiry import View
from switchboard_app.store import desk
from switchboard_app.store.queue import QueueFilter, page
from switchboard_app.sync.thread import EngineThread
training = Training(this_station())
engine = EngineThread(training.engine)
engine.start()
engine.submit(lambda _: training.play())
ME, number = "ml", 0
while number < 1000:
    for row in training.store.read(page, QueueFilter(View.ALL, ME), 0, 200):
        text = f"Antwort {number}"
        training.store.write(desk.reply, row.id, text, ME)
        number += 1
        print(text, flush=True)
        engine.look_now()
"""


@pytest.mark.stations
def test_killed_in_the_middle(begin: Callable[[], Training], station_home: Path) -> None:
    """`kill -9` while replies are queued and sent: each that was acknowledged arrives, none twice."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("QT_QPA_PLATFORM", None)
    process = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, env=environment, cwd=ROOT)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().decode().strip() for _ in range(60)]
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    acknowledged += process.stdout.read().decode().split("\n")
    process.stdout.close()
    promised = [text for text in acknowledged if text.startswith("Antwort ")]
    assert len(promised) >= 60
    training = begin()
    for _ in range(20):
        once(training)
    counts = {text: ours(training, text) for text in promised}
    assert max(counts.values()) <= 1, {text: n for text, n in counts.items() if n > 1}
    rows = training.store.read(page, EVERYTHING, 0, 500)
    stored = {one.text: one.delivery for row in rows for one in shown(training, row.id).entries}
    assert [text for text in promised if text not in stored] == [], "acknowledged and lost"
    states = {text: delivery.state for text in promised if (delivery := stored[text]) is not None}
    arrived = {text for text, n in counts.items() if n}
    assert arrived == {text for text, state in states.items() if state is DeliveryState.SENT}, states
    assert len(arrived) > 10, "it was not killed before it did anything"


def test_the_engines_thread_plays_and_stops(begin: Callable[[], Training]) -> None:
    training = begin()
    engine = EngineThread(training.engine)
    engine.start()
    playing = engine.submit(lambda _engine: training.play())
    for _ in range(400):
        if enquiries(training) >= 10:
            break
        time.sleep(0.05)
    assert enquiries(training) >= 10
    engine.stop()
    assert playing.done(), "nothing goes on in a loop that has ended"
    with pytest.raises(Unreachable):
        engine.submit(lambda _engine: training.play())


def test_a_damaged_record_of_training_says_what_to_do(begin: Callable[[], Training], station_home: Path) -> None:
    training = begin()
    training.close()
    record = station_home / "training" / "platforms.jsonl"
    record.write_bytes(b"{nonsense\n" + record.read_bytes())
    with pytest.raises(UserError) as problem:
        begin()
    assert "platforms.jsonl" in problem.value.message
    assert problem.value.next_step
