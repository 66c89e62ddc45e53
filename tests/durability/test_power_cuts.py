"""A power cut at any moment loses nothing that was acknowledged and damages no file.

The real store works in a process of its own under ``strace``; what it wrote and flushed is cut at random moments, with
whatever was not flushed kept, dropped or torn, and every remainder is opened as the program opens it. A store that does
not flush (NORMAL) must fail the same test, or it would prove nothing.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import Operator
from switchboard_app.store import accounts
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.store.migrate import upgrade
from tests.durability.recorded import Cut, Step, cuts, record
from tests.durability.scribe import MESSAGES
from tests.tiers import count, seed
from tests.workspaces import random_key

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here (Debian: strace)")
ROUNDS = 24


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: the cuts are files that are read once."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    folder = memory / f"switchboard-{tmp_path.name}-{random_key()[:8]}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def recorded(disk: Path, key: str, synchronous: str) -> tuple[dict[str, bytes], list[Step]]:
    """The files before the run, and the run."""
    path = disk / "workspace.db"
    upgrade(embedded(path), key)
    store = Store(embedded(path), key)
    store.write(accounts.add, Channel.X, "Konto", Operator("ml"))
    store.close()
    before = {path.name: path.read_bytes()}
    command = [sys.executable, "-m", "tests.durability.scribe", str(path), key, str(ROUNDS), synchronous]
    return before, record(command, path, disk / "trace")


def complaints(cut: Cut, folder: Path, key: str) -> list[str]:
    """What is wrong with the files that a cut left; empty when everything acknowledged is there."""
    for old in folder.iterdir():
        old.unlink()
    for name, content in cut.files.items():
        (folder / name).write_bytes(content)
    database = dbapi2.connect(str(folder / "workspace.db"))
    try:
        database.execute("PRAGMA cipher_log_level = none")
        database.execute(f"PRAGMA key = \"x'{key}'\"")
        found = [f"damaged: {row[0]}" for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found or [f"lost: {line}" for line in cut.said if not _there(database, line)] + _halves(database)
    except dbapi2.DatabaseError as problem:
        return [f"damaged: {problem}"]
    finally:
        database.close()


_QUESTIONS = {
    "note": "SELECT 1 FROM entry WHERE id = ?",
    "draft": "SELECT 1 FROM draft WHERE place = 'reply:1' AND CAST(text AS INTEGER) >= ?",
    "batch": "SELECT 1 FROM account WHERE CAST(json_extract(cursor, '$.at') AS INTEGER) >= ?",
    "reply": "SELECT 1 FROM outbox WHERE id = ?",
    "taken": "SELECT 1 FROM outbox WHERE id = ? AND state IN ('sending', 'sent')",
    "sent": "SELECT 1 FROM outbox WHERE id = ? AND state = 'sent'",
}


def _there(database: dbapi2.Connection, line: str) -> bool:
    what, _, which = line.partition(" ")
    if what == "end":
        return True
    value = int(which) if what in ("draft", "batch") else which
    return database.execute(_QUESTIONS[what], (value,)).fetchone() is not None


def _halves(database: dbapi2.Connection) -> list[str]:
    """Transactions of which a part is there: the cursor and its batch, an answer and its row in the outbox."""
    at = database.execute("SELECT json_extract(cursor, '$.at') FROM account").fetchone()[0]
    stored = database.execute("SELECT COUNT(*) FROM entry WHERE direction = 'in' AND platform_id LIKE 'm%'").fetchone()
    found = [] if stored[0] == (int(at) + 1 if at else 0) * MESSAGES else [f"half: cursor {at}, {stored[0]} messages"]
    lonely = database.execute("SELECT COUNT(*) FROM outbox WHERE entry_id NOT IN (SELECT id FROM entry)").fetchone()[0]
    return [*found, *(["half: an answer without its words"] if lonely else [])]


def judged(disk: Path, synchronous: str, times: int, base: int) -> tuple[list[str], int]:
    """The complaints over so many cuts, and at how many steps of the run the cuts could be."""
    key = random_key()
    before, steps = recorded(disk, key, synchronous)
    assert sum(1 for step in steps if step.kind == "said") > 3 * ROUNDS
    folder = disk / "cut"
    folder.mkdir()
    wrong: list[str] = []
    for cut in cuts(before, steps, times, random.Random(base)):
        wrong += [f"after step {cut.after} of {len(steps)}: {one}" for one in complaints(cut, folder, key)]
    return wrong, len(steps)


@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_and_no_file_is_damaged(disk: Path) -> None:
    wrong, _ = judged(disk, "full", count(2_000, 10_000), seed("power cuts"))
    assert wrong == []


def test_a_store_that_does_not_flush_is_found_out(disk: Path) -> None:
    wrong, _ = judged(disk, "normal", 150, seed("power cuts without flushing"))
    assert any("lost" in one for one in wrong)
