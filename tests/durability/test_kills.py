"""The program killed at random moments while it polls, sends, files notes and somebody types: nothing is lost.

One workspace lives through all kills. What the operator was told is stored is there after every kill, each answer is on
the platform at most once, every message of the platforms is in the queue once in the end, and what was typed is back
but for the last two seconds.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.model.enquiry import View
from switchboard_app.model.ids import EntryId, Operator
from switchboard_app.store import desk, drafts, queue
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.store.transaction import Transaction
from tests.tiers import count, seed

ROOT = Path(__file__).resolve().parents[2]
ME = Operator("ml")
TYPED_BACK_S = 2.0

pytestmark = pytest.mark.stations


@dataclass
class Told:
    """What one run of the program said, with the moment at which it was read."""

    process: subprocess.Popen[str]
    begun: float = field(default_factory=time.monotonic)
    ready: float = 0.0
    typed: list[tuple[float, str]] = field(default_factory=list)

    def read(self, until: float) -> None:
        """Read what it says until a moment."""
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        while time.monotonic() < until:
            for line in self.process.stdout.readlines():
                now = time.monotonic()
                if line.startswith("ready"):
                    self.ready = now
                elif line.startswith("typed"):
                    self.typed.append((now, f"w{line.split()[1]}"))
            time.sleep(0.01)

    def kill(self) -> float:
        """As `kill -9`; returns when it was, after reading what was said before."""
        killed = time.monotonic()
        self.process.kill()
        self.process.wait(20)
        self.read(time.monotonic() + 0.02)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return killed


@pytest.fixture
def runs(station_home: Path) -> Iterator[list[Told]]:
    """The runs of the program; killed after the test."""
    started: list[Told] = []
    yield started
    for one in started:
        one.kill()


def start(runs: list[Told], home: Path) -> Told:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME")}
    environment = {**kept, "SWITCHBOARD_HOME": str(home), "SWITCHBOARD_OPERATOR": ME, "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.durability.typist"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    runs.append(Told(process))
    end = time.monotonic() + 60
    while not runs[-1].ready:
        runs[-1].read(time.monotonic() + 0.05)
        assert time.monotonic() < end, "the window never came"
        assert process.poll() is None, "the program ended by itself"
    return runs[-1]


class Desk:
    """What a second process does on the same workspace, and what it was told is stored."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.notes: list[str] = []
        self.answers: dict[str, str] = {}

    def opened(self) -> Store:
        return Store(embedded(self.home / "training" / "workspace.db"))

    def work(self, store: Store, number: int) -> None:
        """File a note; answer what can be answered."""
        store.write(desk.take_note, desk.PhoneNote(f"Anruf {number}"), ME, note_id=EntryId(f"kill-{number}"))
        self.notes.append(f"kill-{number}")
        for row in store.read(queue.page, queue.QueueFilter(View.INBOX, ME), 0, 3):
            if row.account is not None and row.owner in (None, ME):
                text = f"Antwort {number} auf {row.number}"
                self.answers[store.write(desk.reply, row.id, text, ME).id] = text

    def truth(self) -> list[dict[str, Any]]:
        """The messages that the simulated platforms hold."""
        lines = (self.home / "training" / "platforms.jsonl").read_bytes().splitlines(keepends=True)
        told = [json.loads(line) for line in lines if line.endswith(b"\n")]
        return [line["values"] for line in told if line.get("what") == "message"]

    def check(self, store: Store, typed: list[str]) -> None:
        """Everything that was acknowledged is there, and no answer is on the platform twice."""
        have = {row[0] for row in store.read(_rows, "SELECT id FROM entry")}
        assert set(self.notes) <= have
        states: dict[str, str] = dict(store.read(_rows, "SELECT id, state FROM outbox"))
        assert set(self.answers) <= set(states)
        there = Counter(one["text"] for one in self.truth())
        for delivery, text in self.answers.items():
            assert there[text] <= 1, f"{text!r} was sent {there[text]} times"
            if states[delivery] == "sent":
                assert there[text] == 1, f"{text!r} is said to be sent"
        draft = json.loads(store.read(drafts.load, ME, "phone-note") or "{}").get("concern", "")
        assert set(typed) <= set(str(draft).split()), "what was typed is not back"


def _rows(tx: Transaction, sql: str) -> list[tuple[Any, ...]]:
    return list(tx.rows(sql))


@pytest.mark.timeout(3600)
def test_killed_at_random_moments(runs: list[Told], station_home: Path) -> None:
    chance = random.Random(seed("kills"))
    desk_ = Desk(station_home)
    starts: list[float] = []
    for number in range(count(4, 300)):
        run = start(runs, station_home)
        starts.append(run.ready - run.begun)
        lives = chance.uniform(0.0, 4.0)
        run.read(time.monotonic() + lives / 2)
        store = desk_.opened()
        desk_.work(store, number)
        run.read(time.monotonic() + lives / 2)
        killed = run.kill()
        runs.remove(run)
        desk_.check(store, [word for at, word in run.typed if at < killed - TYPED_BACK_S])
        store.close()
    middle = sorted(starts)[len(starts) // 2]
    print(f"\nstart after a kill: median {middle:.2f} s, longest {max(starts):.2f} s")  # noqa: T201 - shown with -s
    everything_arrives(runs, desk_)


def everything_arrives(runs: list[Told], desk_: Desk) -> None:
    """Left alone, the program brings every message of the platforms once and settles every answer."""
    start(runs, desk_.home)
    store = desk_.opened()
    end = time.monotonic() + 120
    while True:
        ids = [row[0] for row in store.read(_rows, "SELECT platform_id FROM entry WHERE platform_id IS NOT NULL")]
        missing = {one["id"] for one in desk_.truth() if not one["ours"]} - set(ids)
        waiting = store.read(_rows, "SELECT id FROM outbox WHERE state IN ('queued', 'sending')")
        if not missing and not waiting:
            break
        assert time.monotonic() < end, (missing, waiting)
        time.sleep(0.5)
    assert len(ids) == len(set(ids))
    desk_.check(store, [])
    store.close()
