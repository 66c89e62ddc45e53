"""What was acknowledged is there after a kill, a full disk, a wrong key; what is damaged is said, never guessed at."""

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
from collections.abc import Iterator
from pathlib import Path

import pytest

from switchboard_app.model.errors import DiskFull, Unreachable, UserError, WrongKey
from switchboard_app.model.ids import Operator
from switchboard_app.store import backup, desk, drafts, migrate, settings
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded, parse_location
from tests.store.town import Town, found
from tests.workspaces import Workspace, random_key

ROOT = Path(__file__).resolve().parent.parent.parent

SEED = 20261121
"""Of the moments at which the processes are killed; a failing run is repeated with it."""


# -- killed ----------------------------------------------------------------------------------------------------------

SCRIBE = textwrap.dedent(
    """
    import itertools, os, sys
    from switchboard_app.model.account import Channel
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
    print("ready", flush=True)

    def work(start):
        store = Store(parse_location(url), key)
        for n in itertools.count(start):
            store.write(desk.take_note, desk.PhoneNote(f"Anruf {n}"), "ml", note_id=f"note-{n}")
            print(f"note {n}", flush=True)
            store.write(drafts.save, "ml", "reply:1", f"getippt {n}")
            print(f"draft {n}", flush=True)
            messages = tuple(
                RemoteMessage(f"m{n}.{i}", f"t{i}", RemotePerson(f"p{i}", "Anna"), False, f"Nachricht {n}.{i}", n)
                for i in range(20)
            )
            store.write(intake.ingest, account, Batch((), messages, {"at": str(n)}, True))
            print(f"batch {n}", flush=True)

    for line in sys.stdin:
        start = int(line)
        child = os.fork()
        if child == 0:
            work(start)
        print(f"child {child}", flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of four megabytes; skipped where nobody may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("this machine mounts no small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


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


# -- keys, damage, rights --------------------------------------------------------------------------------------------


def files(path: Path) -> dict[str, bytes]:
    """The workspace's files as they lie on the disk."""
    return {one.name: one.read_bytes() for one in path.parent.glob(f"{path.name}*")}


@pytest.mark.parametrize("key", ["", "00" * 48, "zz" * 48])
def test_a_wrong_key_is_said_and_the_file_is_not_touched(embedded_workspace: Workspace, key: str) -> None:
    found(embedded_workspace.open(), embedded_workspace.clock, Operator("ml")).enquiry_of()  # type: ignore[arg-type]
    embedded_workspace.close()
    before = files(embedded_workspace.path)
    for attempt in (
        lambda: migrate.exists(embedded_workspace.location, key),
        lambda: migrate.upgrade(embedded_workspace.location, key),
        lambda: Store(embedded_workspace.location, key).read(settings.targets),
        lambda: Store(embedded_workspace.location, key).write(settings.put, "x", "y"),
        lambda: backup.check_embedded(embedded_workspace.path, key),
        lambda: backup.copy_embedded(embedded_workspace.path, key, embedded_workspace.path.with_name("copy")),
    ):
        with pytest.raises(WrongKey) as caught:
            attempt()
        assert "not touched" in caught.value.next_step
        assert files(embedded_workspace.path) == before
    assert not embedded_workspace.path.with_name("copy").exists()
    assert embedded_workspace.open().read(settings.targets) == settings.Targets()


def test_a_file_that_is_something_else_is_said(tmp_path: Path) -> None:
    path = tmp_path / "brief.txt"
    path.write_text("Sehr geehrte Damen und Herren " * 400)
    with pytest.raises(WrongKey):
        migrate.exists(embedded(path), random_key())
    assert path.read_text().startswith("Sehr geehrte")
    empty = tmp_path / "leer.db"
    empty.touch()
    assert not migrate.exists(embedded(empty), random_key())
    assert not migrate.exists(embedded(tmp_path / "fehlt.db"), random_key())
    assert not (tmp_path / "fehlt.db").exists()


def test_a_damaged_file_is_said_and_never_half_read(embedded_workspace: Workspace) -> None:
    town = found(embedded_workspace.open(), embedded_workspace.clock, Operator("ml"))  # type: ignore[arg-type]
    town.arrives(*[town.says("Text " * 50, f"c{n}") for n in range(300)])
    embedded_workspace.close()
    whole = embedded_workspace.path.read_bytes()
    chance = random.Random(SEED)
    for _ in range(6):
        broken = bytearray(whole)
        for _ in range(12):
            place = chance.randrange(8192, len(broken) - 4096)
            broken[place : place + 64] = chance.randbytes(64)
        embedded_workspace.path.write_bytes(bytes(broken))
        assert backup.check_embedded(embedded_workspace.path, embedded_workspace.key)
        store = embedded_workspace.open()
        try:
            store.read(lambda tx: [tx.rows(f"SELECT * FROM {table}") for table in ("entry", "enquiry", "journal")])
        except UserError as problem:
            assert isinstance(problem, Unreachable)  # noqa: PT017  # it may also lie where nobody reads
        embedded_workspace.close()
    embedded_workspace.path.write_bytes(whole[: len(whole) // 2])
    assert backup.check_embedded(embedded_workspace.path, embedded_workspace.key)
    with pytest.raises(Unreachable, match="damaged"):
        embedded_workspace.open().read(lambda tx: tx.rows("SELECT * FROM entry"))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="cannot be read or written"):
        migrate.upgrade(embedded(tmp_path / "nirgends" / "workspace.db"), random_key())


def test_a_file_held_by_another_program_is_said(embedded_workspace: Workspace) -> None:
    one, other = embedded_workspace.open(), embedded_workspace.open()
    other.write(lambda tx: tx.rows("PRAGMA busy_timeout = 50"))

    def meanwhile(_: object) -> None:
        with pytest.raises(Unreachable, match="Another program holds"):
            other.write(settings.put, "x", "3")

    one.write(meanwhile)
    other.write(settings.put, "x", "4")
    assert one.read(settings.get, "x") == "4"


@pytest.mark.postgres
def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(Unreachable, match="cannot be reached") as caught:
        Store(parse_location("postgresql://nobody@127.0.0.1:1/nothing")).read(settings.targets)
    assert "doctor" in caught.value.next_step


@pytest.mark.postgres
def test_an_address_with_an_unknown_option_is_said() -> None:
    with pytest.raises(Unreachable, match="cannot be used"):
        Store(parse_location("postgresql://nobody@127.0.0.1:1/nothing?nonsense=1")).read(settings.targets)


# -- copies ----------------------------------------------------------------------------------------------------------

CANARY = "Kanarienvogel-756-Muster"


def filled(workspace: Workspace) -> Town:
    """A workspace that holds the canary everywhere."""
    town = found(workspace.open(), workspace.clock, Operator("ml"))  # type: ignore[arg-type]
    enquiry = town.enquiry_of(CANARY, who=CANARY)
    town.replies(enquiry, CANARY)
    town.store.write(desk.take_note, desk.PhoneNote(CANARY, CANARY, CANARY), town.me)
    town.store.write(drafts.save, town.me, "phone-note", CANARY)
    return town


def test_nothing_lies_in_plain_text_in_file_wal_or_copy(embedded_workspace: Workspace, tmp_path: Path) -> None:
    filled(embedded_workspace)
    target = tmp_path / "copies" / "copy.db"
    target.parent.mkdir()
    backup.copy_embedded(embedded_workspace.path, embedded_workspace.key, target)
    on_disk = {**files(embedded_workspace.path), **files(target)}
    assert set(on_disk) >= {"workspace.db", "workspace.db-wal", "copy.db"}
    assert set(files(target)) == {"copy.db"}
    for name, content in on_disk.items():
        for trace in (CANARY, CANARY.casefold(), "kanarienvogel", "SQLite format", "CREATE TABLE"):
            for coded in (trace.encode(), trace.encode("utf-16-le")):
                assert coded not in content, name
    assert embedded_workspace.key.encode() not in b"".join(on_disk.values())


def test_a_copy_is_complete_and_sound_while_others_write(embedded_workspace: Workspace, tmp_path: Path) -> None:
    town = filled(embedded_workspace)
    target = tmp_path / "copy.db"
    pending = [town.store.submit(settings.put, f"k{n}", "x" * 2000) for n in range(200)]
    backup.copy_embedded(embedded_workspace.path, embedded_workspace.key, target)
    for one in pending:
        one.result()
    assert backup.check_embedded(target, embedded_workspace.key) == ()
    copy = Store(embedded(target), embedded_workspace.key)
    assert copy.read(drafts.load, town.me, "phone-note") == CANARY
    copy.close()
    with pytest.raises(UserError, match="exists already"):
        backup.copy_embedded(embedded_workspace.path, embedded_workspace.key, target)
    with pytest.raises(UserError, match="no file"):
        backup.copy_embedded(tmp_path / "fehlt.db", embedded_workspace.key, tmp_path / "other.db")


def test_a_copy_that_cannot_be_finished_leaves_nothing(embedded_workspace: Workspace, small_disk: Path) -> None:
    filled(embedded_workspace)
    (small_disk / "ballast").write_bytes(bytes(3_900_000))
    with pytest.raises(Unreachable):
        backup.copy_embedded(embedded_workspace.path, embedded_workspace.key, small_disk / "copy.db")
    assert [one.name for one in small_disk.iterdir()] == ["ballast"]


def test_restored_everything_is_back_and_the_old_file_is_kept(embedded_workspace: Workspace, tmp_path: Path) -> None:
    town = filled(embedded_workspace)
    copy = tmp_path / "copy.db"
    backup.copy_embedded(embedded_workspace.path, embedded_workspace.key, copy)
    town.store.write(drafts.save, town.me, "phone-note", "nach der Kopie")
    embedded_workspace.close()
    kept = backup.restore_embedded(copy, embedded_workspace.key, embedded_workspace.path)
    assert kept is not None
    assert embedded_workspace.open().read(drafts.load, town.me, "phone-note") == CANARY
    embedded_workspace.close()
    before = Store(embedded(kept), embedded_workspace.key)
    assert before.read(drafts.load, town.me, "phone-note") == "nach der Kopie"
    before.close()
    again = backup.restore_embedded(copy, embedded_workspace.key, embedded_workspace.path)
    assert again not in (None, kept)
    target = tmp_path / "new.db"
    assert backup.restore_embedded(copy, embedded_workspace.key, target) is None
    assert backup.check_embedded(target, embedded_workspace.key) == ()


def test_a_broken_or_foreign_copy_replaces_nothing(embedded_workspace: Workspace, tmp_path: Path) -> None:
    filled(embedded_workspace)
    copy = tmp_path / "copy.db"
    backup.copy_embedded(embedded_workspace.path, embedded_workspace.key, copy)
    embedded_workspace.close()
    before = files(embedded_workspace.path)
    with pytest.raises(WrongKey):
        backup.restore_embedded(copy, random_key(), embedded_workspace.path)
    broken = bytearray(copy.read_bytes())
    broken[40_000:40_100] = bytes(100)
    copy.write_bytes(bytes(broken))
    with pytest.raises(Unreachable, match="is damaged"):
        backup.restore_embedded(copy, embedded_workspace.key, embedded_workspace.path)
    assert files(embedded_workspace.path) == before


def test_a_plain_file_for_training_needs_no_key(tmp_path: Path, me: Operator) -> None:
    place = embedded(tmp_path / "training.db")
    migrate.upgrade(place)
    store = Store(place)
    store.write(drafts.save, me, "phone-note", "Übung")
    store.close()
    assert (tmp_path / "training.db").read_bytes().startswith(b"SQLite format 3")
    with pytest.raises(WrongKey):
        Store(place, random_key()).read(settings.targets)
    assert backup.check_embedded(tmp_path / "training.db", "") == ()
