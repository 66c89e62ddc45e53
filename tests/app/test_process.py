"""The program itself, in a window that nobody sees: killed, started again, started twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from switchboard_app.model.enquiry import View
from switchboard_app.model.ids import Operator
from switchboard_app.store import accounts, desk
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.store.queue import QueueFilter, page, total

ROOT = Path(__file__).resolve().parents[2]
ME = Operator("ml")
EVERYTHING = QueueFilter(View.ALL, ME)

pytestmark = pytest.mark.stations


class Window:
    """One start of training mode."""

    def __init__(self, home: Path, log: Path) -> None:
        self.log = log
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME")}
        environment = {**kept, "SWITCHBOARD_HOME": str(home), "SWITCHBOARD_OPERATOR": ME, "PYTHONPATH": str(ROOT)}
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "switchboard_app", "--training"],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd=ROOT,
                env={**environment, "QT_QPA_PLATFORM": "offscreen"},
            )

    def kill(self) -> None:
        """As `kill -9`."""
        self.process.kill()
        self.process.wait(20)

    def said(self) -> str:
        """Everything it wrote, without what the display that is none always says."""
        lines = self.log.read_text().splitlines()
        return "\n".join(line for line in lines if "propagateSizeHints" not in line)


@pytest.fixture
def windows(station_home: Path, tmp_path: Path) -> Iterator[list[Window]]:
    """What was started; killed after the test."""
    started: list[Window] = []
    yield started
    for window in started:
        window.kill()


def start(windows: list[Window], home: Path, tmp_path: Path) -> Window:
    windows.append(Window(home, tmp_path / f"{len(windows)}.log"))
    return windows[-1]


def beside(home: Path) -> Store:
    """The command line's way into the same workspace, while the window has it open."""
    file = home / "training" / "workspace.db"
    until(lambda: file.exists() and file.stat().st_size > 4096)
    end = time.monotonic() + 30
    while True:
        store = Store(embedded(file))
        try:
            store.read(accounts.listed)
        except Exception:  # noqa: BLE001 - the window is still making it
            store.close()
            assert time.monotonic() < end
            time.sleep(0.1)
        else:
            return store


def until(true: object, seconds: float = 40.0) -> None:
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


def arrived(home: Path, text: str) -> int:
    """How often a text of ours stands in the record of the simulated platforms."""
    return (home / "training" / "platforms.jsonl").read_text().count(f'"text": "{text}"')


def test_killed_and_started_again(windows: list[Window], station_home: Path, tmp_path: Path) -> None:
    """Messages arrive, a reply and a note are taken, kill -9, and everything is there; the reply arrives once."""
    first = start(windows, station_home, tmp_path)
    store = beside(station_home)
    try:
        until(lambda: store.read(total, EVERYTHING) >= 10)
        row = store.read(page, EVERYTHING, 0, 1)[0]
        store.write(desk.note, row.id, "Interne Notiz vor dem Absturz", ME)
        store.write(desk.reply, row.id, "Antwort vor dem Absturz", ME)
        until(lambda: arrived(station_home, "Antwort vor dem Absturz") == 1)
        store.write(desk.reply, row.id, "Antwort im Absturz", ME)
        first.kill()
        before = store.read(total, EVERYTHING)
    finally:
        store.close()
    assert "Traceback" not in first.said(), first.said()
    second = start(windows, station_home, tmp_path)
    until(lambda: arrived(station_home, "Antwort im Absturz") == 1)
    store = beside(station_home)
    try:
        assert store.read(total, EVERYTHING) >= before
        time.sleep(2)
        assert arrived(station_home, "Antwort vor dem Absturz") == 1
        assert arrived(station_home, "Antwort im Absturz") == 1
    finally:
        store.close()
    assert second.process.poll() is None
    assert second.said() == ""
    log = (station_home / "log" / "switchboard.log").read_text()
    assert "ERROR" not in log, log
    for word in ("Absturz", "Notiz"):
        assert word not in log, "no content in the log"


def test_a_second_start_hands_over_and_ends(windows: list[Window], station_home: Path, tmp_path: Path) -> None:
    first = start(windows, station_home, tmp_path)
    store = beside(station_home)
    try:
        until(lambda: store.read(total, EVERYTHING) >= 10)
    finally:
        store.close()
    second = start(windows, station_home, tmp_path)
    assert second.process.wait(30) == 0
    assert second.said() == ""
    assert first.process.poll() is None
