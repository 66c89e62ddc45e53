"""What was acknowledged is there after a kill and with a full disk, and what could not be stored is said."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from switchboard_app.model.errors import DiskFull
from switchboard_app.model.ids import Operator
from switchboard_app.store import backup, desk, drafts
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from tests.workspaces import Workspace

ROOT = Path(__file__).resolve().parent.parent.parent

SEED = 20261121
"""Of the moments at which the processes are killed; a failing run is repeated with it."""


# -- killed ----------------------------------------------------------------------------------------------------------

SCRIBE = textwrap.dedent(
    """
    import itertools, os, sys
    from switchboard_app.model.channel import Channel
    from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
    from switchboard_app.store import accounts, desk, drafts, intake
    from switchboard_app.store.database import Store
    from switchboard_app.store.location import parse_location

    # The parent forks once per kill, so that nobody waits for imports.
    url, key = sys.argv[1:3]
    store = Store(parse_location(url), key)
    account = store.write(accounts.add, Channel.X, "Konto", "ml")
    store.write(desk.take_note, desk.PhoneNote("Der erste Anruf"), "ml", note_id="first")
    store.close()

    def say(line):
        os.write(1, f"{line}\\n".encode())  # one call, so that a kill cannot cut a line in two

    say("ready")

    def work(start):
        store = Store(parse_location(url), key)
        for n in itertools.count(start):
            store.write(desk.take_note, desk.PhoneNote(f"Anruf {n}"), "ml", note_id=f"note-{n}")
            say(f"note {n}")
            store.write(drafts.save, "ml", "reply:1", f"getippt {n}")
            say(f"draft {n}")
            messages = tuple(
                RemoteMessage(f"m{n}.{i}", f"t{i}", RemotePerson(f"p{i}", "Anna"), False, f"Nachricht {n}.{i}", n)
                for i in range(20)
            )
            store.write(intake.ingest, account, Batch((), messages, {"at": str(n)}, True))
            say(f"batch {n}")

    for line in sys.stdin:
        start = int(line)
        child = os.fork()
        if child == 0:
            work(start)
        say(f"child {child}")
        os.waitpid(child, 0)
        say("ended")
    """
)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork (POSIX)")
def test_whatever_was_acknowledged_outlives_a_kill(embedded_workspace: Workspace) -> None:
    chance = random.Random(SEED)
    killing = threading.Timer(0, print)
    scribe = subprocess.Popen(
        [sys.executable, "-c", SCRIBE, str(embedded_workspace.location), embedded_workspace.key],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert scribe.stdin is not None
    assert scribe.stdout is not None
    assert scribe.stdout.readline() == "ready\n"
    acknowledged: dict[str, list[int]] = {"note": [], "draft": [], "batch": []}
    start = 0
    for _ in range(20):
        print(start, file=scribe.stdin, flush=True)
        for line in scribe.stdout:
            what, _, number = line.strip().partition(" ")
            if what == "ended":
                break
            if what == "child":
                killing = threading.Timer(chance.uniform(0.02, 0.4), os.kill, (int(number), signal.SIGKILL))
                killing.start()
            else:
                acknowledged[what].append(int(number))
                start = max(start, int(number) + 1)
        killing.join()
    scribe.stdin.close()
    scribe.stdout.close()
    assert scribe.wait(10) == 0
    assert min(map(len, acknowledged.values())) >= 5
    store = embedded_workspace.open()
    rows = store.read(lambda tx: tx.rows("SELECT id, text FROM entry WHERE kind = 'phone_note'"))
    assert {(f"note-{n}", f"Anruf {n}") for n in acknowledged["note"]} <= set(rows), SEED
    stored = {row[0] for row in store.read(lambda tx: tx.rows("SELECT platform_id FROM entry WHERE kind = 'message'"))}
    assert {f"m{n}.{i}" for n in acknowledged["batch"] for i in range(20)} <= stored, SEED
    assert len(stored) % 20 == 0  # a batch is there or it is not
    cursor = store.read(lambda tx: tx.value("SELECT cursor FROM account"))
    assert cursor == json.dumps({"at": str(max(int(known.split(".")[0][1:]) for known in stored))})
    draft = store.read(drafts.load, Operator("ml"), "reply:1")
    assert int(draft.split()[1]) >= max(acknowledged["draft"]), SEED
    embedded_workspace.close()
    assert backup.check_embedded(embedded_workspace.path, embedded_workspace.key) == ()


# -- disk full -------------------------------------------------------------------------------------------------------

FULL = textwrap.dedent(
    """
    import resource, sys
    from switchboard_app.model.errors import Unreachable
    from switchboard_app.store import desk
    from switchboard_app.store.database import Store
    from switchboard_app.store.location import parse_location

    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    store = Store(parse_location(sys.argv[1]), sys.argv[2])
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
    taken = 0
    try:
        while True:
            store.write(desk.take_note, desk.PhoneNote("x" * 20_000), "ml", note_id=f"note-{taken}")
            taken += 1
    except Unreachable as problem:
        print(problem.exit_code.value, taken, problem, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    note = desk.PhoneNote("x" * 20_000)
    print(store.write(desk.take_note, note, "ml", note_id=f"note-{taken}").entry)
    store.close()
    """
)


def test_a_full_disk_is_told_keeps_what_was_there_and_goes_on_when_there_is_room(
    small_disk: Path, embedded_template: tuple[Path, str], me: Operator
) -> None:
    template, key = embedded_template
    path = small_disk / "workspace.db"
    shutil.copyfile(template, path)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_500_000))
    store = Store(embedded(path), key)
    taken = []

    def takes_notes() -> None:
        while True:
            taken.append(store.write(desk.take_note, desk.PhoneNote("x" * 20_000), me))

    with pytest.raises(DiskFull) as caught:
        takes_notes()
    assert "stays in the form" in caught.value.next_step
    assert len(taken) > 5
    with pytest.raises(DiskFull):  # the bulk path says so too
        store.write(lambda tx: tx.many("INSERT INTO setting (key, value) VALUES (?, ?)", [("k", "x" * 3_000_000)]))
    count = store.read(lambda tx: tx.value("SELECT COUNT(*) FROM entry WHERE kind = 'phone_note'"))
    assert count == len(taken)
    ballast.unlink()
    store.write(desk.take_note, desk.PhoneNote("x" * 20_000), me)
    store.close()
    assert backup.check_embedded(path, key) == ()


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of file sizes")
def test_a_file_that_may_not_grow_loses_nothing_and_goes_on_when_it_may(embedded_workspace: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(embedded_workspace.location), embedded_workspace.key],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told, filed = done.stdout.splitlines()
    code, taken, words = told.split(" ", 2)
    assert (code, filed) == ("4", f"note-{taken}")
    assert words.startswith("The workspace file cannot be read or written")
    count = embedded_workspace.open().read(lambda tx: tx.value("SELECT COUNT(*) FROM entry WHERE kind = 'phone_note'"))
    assert count == int(taken) + 1
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
