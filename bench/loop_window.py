"""A program: the whole window over a store while the engine takes in many messages; how long its loop stands still.

    python -m bench.loop_window FILE MESSAGES HOME

A timer of one millisecond notes when it is late. Three times over: nothing happens; the list is scrolled; the engine's
thread fetches the pages of a simulated X account (httpx in the process), the store takes them in, the views follow.
Prints one line of JSON: the lateness of each tick in milliseconds by what was done meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

from bench import corpus
from bench.pages import US, XPages, pages_of_x, recent
from bench.places import ME
from bench.stage import run, until
from switchboard_app.config import StationSettings
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import PlatformId
from switchboard_app.store import accounts
from switchboard_app.store.transaction import Transaction
from switchboard_app.sync.engine import Engine, Surroundings
from switchboard_app.sync.inside import OnlyInside
from switchboard_app.sync.thread import EngineThread
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.main_window import MainWindow
from switchboard_app.ui.verbs import Verbs

BASE = "https://x.bench.invalid"
QUIET, SCROLLED = 2.0, 2.0
"""Seconds."""
PATIENCE = 60.0


class Room:
    """The station as the window sees it."""

    workspace_name = "Bench"

    def __init__(self, home: Path) -> None:
        self.state_file = home / "window.json"

    @property
    def secrets(self) -> Room:
        """Nobody changes a password here."""
        return self

    def current(self) -> StationSettings:
        """The usual settings."""
        return StationSettings()

    def save(self, new: StationSettings) -> None:
        """Nothing is kept."""

    async def keep_mail_password(self, user: str, password: str) -> None:
        """Nothing is kept."""


class Token:
    """The secret of the simulated account."""

    def account_secret(self, _account: str) -> dict[str, str] | None:
        """Always the same."""
        return {"access_token": "t"}

    def keep_account_secret(self, account: str, secret: Mapping[str, str]) -> None:
        """Nothing is kept."""

    def former_secret(self, account: str) -> dict[str, str] | None:
        """There was none."""

    def secret_proved(self, account: str) -> None:
        """Nothing is kept."""

    def take_back_secret(self, account: str) -> None:
        """Nothing is kept."""

    def forget_account(self, account: str) -> None:
        """Nothing is kept."""


class Pulse(QObject):
    """How late each tick of a millisecond is."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append((now - self._last) * 1000 - 1)
        self._last = now

    def taken(self) -> list[float]:
        """What was noted since the last time."""
        late, self.late = self.late, []
        return late


def _account(tx: Transaction) -> None:
    """One account that nobody has polled; those of the corpus are left in peace."""
    for one in accounts.listed(tx):
        accounts.remove(tx, one.id, ME)
    made = accounts.add(tx, Channel.X, "Neues Konto", ME, api_base=BASE, options={"poll_seconds": "3600"})
    accounts.set_platform_user(tx, made.id, PlatformId(US), made.options)


async def measure(messages: int, home: Path, bridge: Bridge) -> None:
    """Everything, printed."""
    await bridge.run(_account)
    pages = pages_of_x(recent(list(corpus.conversations(messages // 4 + 50, seed=1)))[: messages // 4])
    whole = sum(len(json.loads(page)["data"]) for page in pages)
    window = MainWindow(bridge, Verbs(bridge), Room(home))
    window.resize(1440, 900)
    window.show()
    await until(lambda: window.queue.model.ready() and window._palette is not None)
    await asyncio.sleep(0.5)
    pulse = Pulse()
    found: dict[str, object] = {}
    await asyncio.sleep(QUIET)
    found["quiet"] = pulse.taken()
    found["scrolled"] = await _scrolled(window, pulse)
    began = time.perf_counter()
    engine = EngineThread(
        lambda: Engine(bridge.store, Surroundings(Token(), transport=OnlyInside({BASE: XPages(pages)})))
    )
    await asyncio.to_thread(engine.start)
    stored = 0
    while stored < whole and time.perf_counter() - began < PATIENCE:
        await asyncio.sleep(0.05)
        stored = await bridge.ask(_entries)
    found["seconds"] = time.perf_counter() - began
    await asyncio.sleep(0.3)
    found["ingest"] = pulse.taken()
    found["stored"], found["pages"] = stored, len(pages)
    await asyncio.to_thread(engine.stop)
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    window.hide()


def _entries(tx: Transaction) -> int:
    return int(tx.value("SELECT COUNT(*) FROM entry WHERE account_id = (SELECT id FROM account WHERE removed = 0)"))


async def _scrolled(window: MainWindow, pulse: Pulse) -> list[float]:
    """The wheel turns, sixty times a second."""
    bar = window.queue.view.verticalScrollBar()
    until_then = time.perf_counter() + SCROLLED
    while time.perf_counter() < until_then:
        bar.setValue((bar.value() + 53) % max(1, bar.maximum()))
        await asyncio.sleep(0.016)
    return pulse.taken()


if __name__ == "__main__":
    Path(sys.argv[3]).mkdir(parents=True, exist_ok=True)
    run(partial(measure, int(sys.argv[2]), Path(sys.argv[3])), Path(sys.argv[1]))
