"""Files beside a draft survive a kill: what the screen showed is in the store, whole, and goes out with the answer."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.store import desk, drafts, timeline
from switchboard_app.store.database import Store
from switchboard_app.store.desk import File
from switchboard_app.store.location import embedded
from switchboard_app.store.migrate import upgrade
from tests.platforms import FakeClock
from tests.store.town import found
from tests.tiers import count, seed

ROOT = Path(__file__).resolve().parents[2]
ME = Operator("ml")
HEADS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"%PDF-1.7\n", "pdf"))


def _files(folder: Path, chance: random.Random) -> dict[str, str]:
    """Forty files of different sizes; their names with what their bytes hash to."""
    folder.mkdir()
    made = {}
    for number in range(40):
        head, ending = HEADS[number % 2]
        content = head + chance.randbytes(chance.choice((2_000, 60_000, 900_000)))
        name = f"{number:02d}.{ending}"
        (folder / name).write_bytes(content)
        made[name] = hashlib.sha256(content).hexdigest()
    return made


def _shown_until_killed(path: Path, enquiry: str, folder: Path, after: int, chance: random.Random) -> list[str]:
    """Let the program attach files, kill it at some moment after the n-th was shown; those that were shown."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.durability.attacher", str(path), enquiry, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**kept, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert process.stdout is not None
    try:
        shown = []
        for line in process.stdout:
            shown.append(line.split()[1])
            if len(shown) >= after:
                break
        time.sleep(chance.random() * 0.02)
    finally:
        process.kill()
        process.wait(30)
    shown += [line.split()[1] for line in process.stdout if line.endswith("\n")]
    process.stdout.close()
    return shown


def test_what_was_shown_beside_the_draft_is_there_after_a_kill(tmp_path: Path) -> None:
    chance = random.Random(seed("kept_files"))
    for run in range(count(3, 30)):
        here = tmp_path / str(run)
        here.mkdir()
        path = here / "workspace.db"
        made = _files(here / "files", chance)
        upgrade(embedded(path))
        clock = FakeClock()
        store = Store(embedded(path), clock=clock)
        enquiry: EnquiryId = found(store, clock, ME, Channel.FACEBOOK).enquiry_of()
        store.close()
        shown = _shown_until_killed(path, enquiry, here / "files", chance.randint(1, 25), chance)
        assert shown
        store = Store(embedded(path), clock=FakeClock(Millis(clock.now + MINUTE)))
        try:
            kept = store.read(drafts.files, ME, f"reply:{enquiry}")
            names = [one.name for one in kept]
            assert names[: len(shown)] == shown
            assert len(names) <= len(shown) + 1  # one more may have been stored and not yet shown
            contents = [store.read(drafts.file_content, one.id) for one in kept]
            assert [hashlib.sha256(content).hexdigest() for content in contents] == [made[name] for name in names]
            files = [File(one.name, content) for one, content in zip(kept, contents, strict=True)]
            store.write(desk.reply, enquiry, "Anbei", ME, files=files)
            sent = store.read(timeline.conversation, enquiry).entries[-1]
            assert [file.name for file in sent.attachments] == names
            assert store.read(drafts.files, ME, f"reply:{enquiry}") == ()
        finally:
            store.close()
