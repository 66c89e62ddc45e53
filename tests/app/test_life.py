"""One run of the window: what stands in the way, the way on, the workspace, and an end that leaves nothing behind."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from switchboard_app.app.life import Life
from switchboard_app.app.station import Station
from switchboard_app.app.workspace import create
from switchboard_app.config import StationSettings, locale_folder, resource_folder
from switchboard_app.credentials import Credentials, Keyring
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import Operator
from switchboard_app.model.language import use_language
from switchboard_app.model.office_csv import read_directory
from switchboard_app.store import accounts, directory
from switchboard_app.ui import look
from switchboard_app.ui.first_start import FirstStart
from switchboard_app.ui.main_window import MainWindow
from switchboard_app.ui.no_entry import NoEntry
from switchboard_app.ui.page_window import PageWindow
from tests.app.conftest import MemoryRing


@pytest.fixture(autouse=True)
def plain_look(qapp: QApplication) -> None:
    """As `app.window` prepares the application."""
    look.prefer_bundled()
    look.apply(qapp, look.Theme.LIGHT)
    qapp.setQuitOnLastWindowClosed(False)
    use_language("en", locale_folder())


def station(home: Path, ring: Callable[[], Keyring], wait: float = 20.0) -> Station:
    return Station(home, StationSettings(operator="ml", language="en"), Credentials(ring, wait))


async def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Let the loop run until it is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def living(here: Station, *, training: bool = False) -> AsyncIterator[Life]:
    """A run of the window; ends as when somebody closes the window."""
    life = Life(here, "", training=training)
    living = asyncio.ensure_future(life.live())
    try:
        yield life
    finally:
        window = life._main or life._window
        if window is not None:
            window.close()
        begun = time.monotonic()
        code = await asyncio.wait_for(living, 30)
        took = time.monotonic() - begun
        for one in (life._main, life._window, life._former):
            if one is not None:
                one.deleteLater()
        await asyncio.sleep(0)
    assert code == 0
    assert took < 20, f"the end took {took:.1f} s"
    assert not [one.name for one in threading.enumerate() if one.name == "engine"], "the engine goes on"


def page(life: Life) -> object:
    return life._window.page if isinstance(life._window, PageWindow) else None


async def test_first_start(station_home: Path, ring: MemoryRing) -> None:
    async with living(station(station_home, lambda: ring)) as life:
        await until(lambda: isinstance(page(life), FirstStart))
        assert life._window is not None
        assert life._window.isVisible()
        assert not (station_home / "workspace.db").exists(), "nothing is made before somebody says so"


async def test_the_workspace_is_made_and_the_key_shown(station_home: Path, ring: MemoryRing) -> None:
    async with living(station(station_home, lambda: ring)) as life:
        await until(lambda: page(life) is not None)
        first = page(life)
        assert isinstance(first, FirstStart)
        first.make.click()
        await until(lambda: not first.key.isHidden())
        assert len(ring.entries) == 1
        assert b"SQLite" not in (station_home / "workspace.db").read_bytes()[:16]
        first.key.confirmed.emit()
        await until(lambda: not first.later.isHidden())
        first.later.click()
        await until(lambda: life._main is not None)
        assert isinstance(life._main, MainWindow)
        assert life._main.isVisible()
        await until(lambda: life._open is not None and life._open.engine is not None)


async def test_first_start_without_a_keyring(station_home: Path) -> None:
    """No bus in this process: the real back end has nothing to speak to."""
    here = Station(station_home, StationSettings(operator="ml", language="en"))
    async with living(here) as life:
        await until(lambda: page(life) is not None)
        first = page(life)
        assert isinstance(first, FirstStart)
        first.make.click()
        await until(lambda: "no keyring" in first.notice.accessibleName())
        assert first.make.isEnabled()
        assert not (station_home / "workspace.db").exists()


@pytest.fixture
def encrypted(station_home: Path, ring: MemoryRing) -> str:
    """A workspace; its recovery key."""
    here = station(station_home, lambda: ring)
    return create(here, here.location())


async def test_no_keyring_then_there_is_one(station_home: Path, ring: MemoryRing, encrypted: str) -> None:
    there = [False]

    def sometimes() -> Keyring:
        if not there[0]:
            raise OSError("no bus")
        return ring

    async with living(station(station_home, sometimes)) as life:
        await until(lambda: page(life) is not None)
        obstacle = page(life)
        assert isinstance(obstacle, NoEntry)
        assert "keyring" in obstacle.what.text()
        assert obstacle.step.text()
        assert obstacle.restore.isHidden(), "no recovery key is asked for: there is nothing to keep it in"
        obstacle.again.click()
        await until(obstacle.again.isEnabled)
        assert life._main is None
        there[0] = True
        obstacle.again.click()
        await until(lambda: life._main is not None)
        assert life._window is None


async def test_the_key_is_lost_and_typed_in(station_home: Path, ring: MemoryRing, encrypted: str) -> None:
    ring.entries.clear()
    before = (station_home / "workspace.db").read_bytes()
    async with living(station(station_home, lambda: ring)) as life:
        await until(lambda: page(life) is not None)
        obstacle = page(life)
        assert isinstance(obstacle, NoEntry)
        assert not obstacle.restore.isHidden()
        obstacle.key.setText(encrypted[:-1] + ("A" if encrypted[-1] != "A" else "B"))
        obstacle.restore.click()
        await until(lambda: "not a recovery key" in obstacle.what.text())
        assert (station_home / "workspace.db").read_bytes() == before
        assert not ring.entries
        obstacle.key.setText(encrypted.lower().replace("-", " "))
        obstacle.restore.click()
        await until(lambda: life._main is not None)
        assert len(ring.entries) == 1


async def test_training(station_home: Path) -> None:
    here = Station(station_home, StationSettings(operator="ml", language="en"))
    async with living(here, training=True) as life:
        await until(lambda: life._main is not None)
        main = life._main
        assert main is not None
        assert main.windowTitle().count("Training") == 1
        await until(lambda: main.queue.model.rowCount() >= 10)
        await until(lambda: life._open is not None and life._open.engine is not None)
        store = life._open.store if life._open is not None else None
    assert store is not None
    with pytest.raises(RuntimeError):
        store.read(lambda tx: tx.now)
    assert (station_home / "training" / "workspace.db").exists()
    assert not (station_home / "training" / "workspace.db-wal").exists(), "the last one out tidies up"


async def test_training_is_closed_at_once(station_home: Path) -> None:
    """Before its engine began."""
    here = Station(station_home, StationSettings(operator="ml", language="en"))
    async with living(here, training=True) as life:
        await until(lambda: life._main is not None)


async def test_a_broken_record_of_training_is_said(station_home: Path) -> None:
    (station_home / "training").mkdir()
    (station_home / "training" / "platforms.jsonl").write_bytes(b"nonsense\n")
    here = Station(station_home, StationSettings(operator="ml", language="en"))
    async with living(here, training=True) as life:
        await until(lambda: page(life) is not None)
        obstacle = page(life)
        assert isinstance(obstacle, NoEntry)
        assert "platforms.jsonl" in obstacle.what.text()


class SlowRing(MemoryRing):
    """Waits behind its password window until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.asked = threading.Event()
        self.only = ""
        """Only entries whose name holds this wait."""

    def get_password(self, service: str, username: str) -> str | None:
        """As keyring's back ends."""
        if self.only in service:
            self.asked.set()
            self.go.wait(30)
        return super().get_password(service, username)


async def test_a_keyring_that_waits_is_told(station_home: Path, ring: MemoryRing, encrypted: str) -> None:
    slow = SlowRing()
    slow.entries = ring.entries
    try:
        async with living(station(station_home, lambda: slow)) as life:
            await until(slow.asked.is_set)
            await until(lambda: page(life) is not None, 10)
            waiting = page(life)
            assert isinstance(waiting, NoEntry)
            assert "keyring is being asked" in waiting.what.text()
            assert not waiting.again.isEnabled(), "it is being asked already"
            slow.go.set()
            await until(lambda: life._main is not None)
            assert life._window is None
    finally:
        slow.go.set()


async def test_closed_while_the_keyring_waits(station_home: Path, ring: MemoryRing, encrypted: str) -> None:
    slow = SlowRing()
    slow.entries = ring.entries
    try:
        async with living(station(station_home, lambda: slow)) as life:
            await until(lambda: page(life) is not None, 10)
    finally:
        slow.go.set()


async def test_closed_while_the_engine_waits_for_the_keyring(
    station_home: Path, ring: MemoryRing, encrypted: str
) -> None:
    """The account's secret lies behind a prompt: the window's end does not wait for it."""
    slow = SlowRing()
    slow.entries = ring.entries
    slow.only = "account"
    try:
        here = station(station_home, lambda: slow, wait=60.0)
        async with living(here) as life:
            await until(lambda: life._main is not None)
            store = life._open.store if life._open is not None else None
            assert store is not None
            await asyncio.to_thread(store.write, accounts.add, Channel.X, "Kanton Basel-Stadt", Operator("ml"))
            await until(slow.asked.is_set)
    finally:
        slow.go.set()


async def test_a_keyring_that_waits_too_long(station_home: Path, ring: MemoryRing, encrypted: str) -> None:
    slow = SlowRing()
    slow.entries = ring.entries
    try:
        async with living(station(station_home, lambda: slow, wait=2.0)) as life:
            await until(lambda: page(life) is not None, 10)
            obstacle = page(life)
            assert isinstance(obstacle, NoEntry)
            await until(lambda: "does not answer" in obstacle.what.text())
            assert obstacle.again.isEnabled()
            slow.go.set()
            await until(lambda: slow.entries is not None)
            await asyncio.sleep(0.2)
            obstacle.again.click()
            await until(lambda: life._main is not None)
    finally:
        slow.go.set()


async def test_later_is_not_asked_again(station_home: Path, ring: MemoryRing) -> None:
    """The first start was left with «Later»; what it waited for comes afterwards, in the main window."""
    async with living(station(station_home, lambda: ring)) as life:
        await until(lambda: page(life) is not None)
        first = page(life)
        assert isinstance(first, FirstStart)
        first.make.click()
        await until(lambda: not first.key.isHidden())
        first.key.confirmed.emit()
        await until(lambda: not first.later.isHidden())
        first.later.click()
        await until(lambda: life._main is not None)
        main, opened = life._main, life._open
        assert opened is not None
        await opened.store.run(accounts.add, Channel.X, "Kanton", Operator("ml"))
        sample = resource_folder() / "directory" / "basel-stadt-sample.csv"
        await opened.store.run(directory.replace, read_directory(sample.read_bytes()), Operator("ml"))
        await asyncio.sleep(0.5)
        assert life._main is main, "no second window"
