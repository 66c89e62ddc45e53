"""Keys, damage and copies of a workspace: a wrong key or a broken file is said, never guessed at, and not touched."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from switchboard_app.model.errors import Unreachable, UserError, WrongKey
from switchboard_app.model.ids import Operator
from switchboard_app.store import backup, desk, drafts, migrate, settings
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded, parse_location
from tests.store.town import Town, found
from tests.workspaces import Workspace, random_key

SEED = 20261121
"""Of the places at which files are damaged."""


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
