"""Migrations: the schema they make is the schema of `tables`; old workspaces come along whole; nothing is half done."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peewee
import pytest
from sqlcipher3 import dbapi2

from switchboard_app.model.enquiry import EnquiryState, View
from switchboard_app.model.errors import NewerWorkspace, Unreachable
from switchboard_app.model.ids import Operator
from switchboard_app.store import attachments, backup, desk, directory, drafts, migrate, queue, search, timeline
from switchboard_app.store.database import Store, connect
from switchboard_app.store.location import Location, embedded
from switchboard_app.store.queue import QueueFilter
from switchboard_app.store.tables import INDEXES, TABLES
from tests.postgres import PostgresServer
from tests.workspaces import Workspace, random_key

ROOT = Path(__file__).resolve().parent.parent.parent
RELEASED = tuple(sorted(step.stem for step in migrate.FOLDER.glob("[0-9]*.py")))
OLD = sorted(Path(__file__).with_name("old").glob("*.db.gz"))
ME = Operator("ml")

NEXT = textwrap.dedent(
    '''
    """A step of a version to come, for tests."""
    from peewee import TextField

    def up(migrator, db):
        migrator.migrate(migrator.add_column("person", "salutation", TextField(default="")))
        db.execute_sql("UPDATE person SET salutation = 'Frau'")
        {more}
    '''
)


@pytest.fixture
def empty_database(postgres_server: PostgresServer) -> Iterator[Location]:
    """A PostgreSQL database with nothing in it, and that stays the test's own."""
    name = postgres_server.create()
    yield postgres_server.location(name)
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """A place where a workspace may be made."""
    if request.param == "sqlite":
        return Workspace(embedded(tmp_path / "workspace.db"), random_key(), None)
    return Workspace(request.getfixturevalue("empty_database"), "", None)


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lets the program know one migration more; the folder of its steps."""
    folder = tmp_path / "steps"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "9999_next.py").write_text(NEXT.format(more=""), "utf-8")
    monkeypatch.setattr(migrate, "FOLDER", folder)
    return folder


# -- schema ----------------------------------------------------------------------------------------------------------


def plain_sql(sql: str) -> str:
    """A definition as SQLite keeps it, without the ways of writing that mean nothing."""
    return " ".join(
        sql.replace('"', "").replace("BYTEA", "BLOB").replace("INTEGER NOT NULL", "BIGINT NOT NULL").split()
    )


def schema_of_file(database: peewee.Database) -> dict[str, Any]:
    """Columns and indexes of every table of ours."""
    found: dict[str, Any] = {}
    for kind, name, table, sql in database.execute_sql("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        if "_words" in table or table in ("sqlite_sequence", "schema_migration"):
            continue
        if kind == "table":
            columns = database.execute_sql(f'PRAGMA table_info("{name}")').fetchall()
            found[f"table {name}"] = [
                (column[1], re.sub("^(BIG|SMALL)INT$", "INTEGER", column[2].upper()), bool(column[3]), column[5])
                for column in columns
            ]
        elif sql is not None:
            found[f"index {name}"] = plain_sql(sql)
    return found


def schema_of_server(database: peewee.Database) -> dict[str, Any]:
    """The same as PostgreSQL's catalog tells it."""
    found: dict[str, Any] = {}
    columns = "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    for table, *column in database.execute_sql(f"{columns} WHERE table_schema = 'public' ORDER BY 1, ordinal_position"):
        if "_words" not in table and table != "schema_migration":
            found.setdefault(f"table {table}", []).append(tuple(column))
    indexes = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    for table, name, definition in database.execute_sql(indexes):
        if "_words" not in table and table != "schema_migration":
            found[f"index {name}"] = definition
    return found


def from_tables(database: peewee.Database) -> None:
    """Make the schema that `tables` declares."""
    with database.bind_ctx(TABLES):
        database.create_tables(TABLES, safe=False)
        for index in INDEXES:
            database.execute_sql(index)


def schemas(location: Location, other: Location, key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema that migrations make, and the one that `tables` declares."""
    migrate.upgrade(location, key)
    made = []
    for place, declared in ((location, False), (other, True)):
        database = connect(place, key)
        database.connect()
        if declared:
            from_tables(database)
        made.append(schema_of_file(database) if place.embedded else schema_of_server(database))
        database.close()
    return made[0], made[1]


def test_migrations_make_the_schema_of_the_tables_in_a_file(tmp_path: Path) -> None:
    migrated, declared = schemas(embedded(tmp_path / "a.db"), embedded(tmp_path / "b.db"), random_key())
    assert migrated == declared
    assert len(migrated) > 50


@pytest.mark.postgres
def test_migrations_make_the_schema_of_the_tables_on_a_server(
    postgres_server: PostgresServer, empty_database: Location
) -> None:
    name = postgres_server.create()
    migrated, declared = schemas(empty_database, postgres_server.location(name), "")
    postgres_server.drop(name)
    assert migrated == declared
    assert len(migrated) > 50


def test_the_search_index_merges_seldom(fresh: Workspace) -> None:
    migrate.upgrade(fresh.location, fresh.key)
    if fresh.location.embedded:
        config: dict[str, int] = dict(fresh.open().read(lambda tx: tx.rows("SELECT k, v FROM entry_words_config")))
        assert (config["automerge"], config["crisismerge"]) == (16, 64)
        fresh.close()


def test_every_table_is_in_the_list() -> None:
    assert len(TABLES) == len({table._meta.table_name for table in TABLES})


# -- making and coming along -----------------------------------------------------------------------------------------


def test_a_workspace_is_made_once(fresh: Workspace) -> None:
    assert not migrate.exists(fresh.location, fresh.key)
    assert migrate.upgrade(fresh.location, fresh.key) == RELEASED
    assert migrate.exists(fresh.location, fresh.key)
    assert migrate.upgrade(fresh.location, fresh.key) == ()
    store = fresh.open()
    store.write(desk.take_note, desk.PhoneNote("Der erste Anruf"), ME)
    assert len(store.read(queue.page, QueueFilter(View.INBOX, ME), 0, 5)) == 1
    fresh.close()


def unpacked(old: Path, folder: Path) -> Path:
    """An old workspace, as a plain file."""
    path = folder / "workspace.db"
    path.write_bytes(gzip.decompress(old.read_bytes()))
    return path


def encrypted(path: Path, key: str) -> Path:
    """The same file with a key, as SQLCipher itself makes it."""
    target = path.with_name("encrypted.db")
    with dbapi2.connect(str(path), isolation_level=None) as connection:
        connection.execute(f"ATTACH DATABASE '{target}' AS copy KEY \"x'{key}'\"")
        connection.execute("SELECT sqlcipher_export('copy')")
        connection.execute("DETACH DATABASE copy")
    connection.close()
    return target


def everything_is_there(store: Store) -> None:
    """Read an old workspace's contents as the window does."""
    rows = sorted(store.read(queue.page, QueueFilter(View.ALL, ME), 0, 10), key=lambda row: row.number)
    assert [row.state for row in rows] == [EnquiryState.WAITING_CITIZEN, EnquiryState.NEW, EnquiryState.DONE]
    assert rows[0].delivery == "uncertain"
    shown = store.read(timeline.conversation, rows[0].id)
    texts = [entry.text for entry in shown.entries if entry.event is None]
    assert texts == [
        "Grüezi, ein Schlagloch im Belag",
        "Noch da?",
        "Wir schauen es uns an.",
        "nicht unsere Strasse",
        "Noch eine Antwort",
    ]
    assert store.read(attachments.content, shown.entries[0].attachments[0].id) == b"abc"
    assert len(shown.forwardings) == 1
    assert [hit.row.id for hit in store.read(search.enquiries, "schlagloch")] == [rows[0].id]
    assert [hit.name for hit in store.read(search.people, "061 267")] == ["Rosa Meier"]
    assert store.read(drafts.load, ME, "phone-note") == "halb getippt"
    assert len(store.read(directory.listed)) == 4
    assert store.read(directory.lessons)
    store.write(desk.note, rows[0].id, "geht weiter", ME)


@pytest.mark.parametrize("old", OLD, ids=[path.name.split(".")[0] for path in OLD])
@pytest.mark.parametrize("key", ["", random_key()], ids=["plain", "encrypted"])
def test_an_old_workspace_comes_along_whole(old: Path, key: str, tmp_path: Path) -> None:
    path = unpacked(old, tmp_path)
    if key:
        path = encrypted(path, key)
    migrate.upgrade(embedded(path), key)
    assert backup.check_embedded(path, key) == ()
    store = Store(embedded(path), key, clock=lambda: 1_795_262_500_000)  # type: ignore[arg-type, return-value]
    everything_is_there(store)
    store.close()


def test_there_is_an_old_workspace_for_every_migration() -> None:
    steps = {path.stem for path in migrate.FOLDER.glob("[0-9]*.py")}
    assert steps == {path.name.removesuffix(".db.gz") for path in OLD}, "python -m tests.migrations.make_old"


def test_the_next_version_upgrades_and_keeps_a_copy(next_version: Path, tmp_path: Path) -> None:
    key = random_key()
    path = encrypted(unpacked(OLD[-1], tmp_path), key)
    assert migrate.upgrade(embedded(path), key) == ("9999_next",)
    store = Store(embedded(path), key, clock=lambda: 1_795_262_500_000)  # type: ignore[arg-type, return-value]
    everything_is_there(store)
    assert store.read(lambda tx: tx.rows("SELECT DISTINCT salutation FROM person")) == [("Frau",)]
    store.close()
    copy = path.with_name("encrypted.db.v1")
    assert backup.check_embedded(copy, key) == ()
    before = Store(embedded(copy), key)
    with pytest.raises(peewee.OperationalError, match="salutation"):
        before.read(lambda tx: tx.rows("SELECT salutation FROM person"))
    before.close()
    assert migrate.upgrade(embedded(path), key) == ()
    assert not path.with_name("encrypted.db.v2").exists()


def test_three_copies_are_kept(next_version: Path, tmp_path: Path) -> None:
    folder = tmp_path / "[seltsam] *"
    folder.mkdir()
    path = unpacked(OLD[-1], folder)
    for n in range(5):
        assert migrate.upgrade(embedded(path)) == (f"{9999 + n}_next",)
        (next_version / f"{10_000 + n}_next.py").write_text(
            "def up(migrator, db):\n    db.execute_sql('UPDATE person SET note = note')\n"
        )
    assert sorted(one.name for one in folder.glob("workspace.db.v*")) == [f"workspace.db.v{n}" for n in (3, 4, 5)]


@pytest.mark.postgres
def test_the_next_version_upgrades_a_shared_workspace(next_version: Path, empty_database: Location) -> None:
    assert migrate.upgrade(empty_database) == (*RELEASED, "9999_next")
    assert migrate.upgrade(empty_database) == ()


# -- nothing by halves -----------------------------------------------------------------------------------------------


def test_a_step_that_fails_leaves_everything_as_it_was(
    fresh: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.upgrade(fresh.location, fresh.key)
    folder = tmp_path / "steps"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "9998_fine.py").write_text("def up(migrator, db):\n    db.execute_sql('CREATE TABLE fine (a TEXT)')\n")
    (folder / "9999_next.py").write_text(NEXT.format(more='db.execute_sql("SELECT nonsense")'), "utf-8")
    monkeypatch.setattr(migrate, "FOLDER", folder)
    with pytest.raises(peewee.DatabaseError):
        migrate.upgrade(fresh.location, fresh.key)
    monkeypatch.undo()
    if fresh.location.embedded:
        assert migrate.upgrade(fresh.location, fresh.key) == ()
    else:
        with pytest.raises(NewerWorkspace):  # there each step is a transaction of its own
            migrate.upgrade(fresh.location, fresh.key)
    store = fresh.open()
    with pytest.raises(peewee.DatabaseError, match="salutation"):
        store.read(lambda tx: tx.rows("SELECT salutation FROM person"))
    fresh.close()


def test_without_room_for_a_copy_nothing_is_changed(
    next_version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = unpacked(OLD[-1], tmp_path)
    before = path.read_bytes()

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("switchboard_app.store.backup.os.fsync", no_room)
    with pytest.raises(Unreachable, match=r"could not be (copied|backed up)"):
        migrate.upgrade(embedded(path))
    store = Store(embedded(path))
    with pytest.raises(peewee.DatabaseError, match="salutation"):
        store.read(lambda tx: tx.rows("SELECT salutation FROM person"))
    store.close()
    assert len(path.read_bytes()) == len(before)


def add_step(workspace: Workspace, name: str) -> None:
    """A newer version was here."""
    database = connect(workspace.location, workspace.key)
    database.connect()
    mark = "?" if workspace.location.embedded else "%s"
    database.execute_sql(f"INSERT INTO schema_migration (name, applied) VALUES ({mark}, '2030-01-01')", (name,))
    database.close()


def test_a_newer_workspace_is_refused_and_not_touched(fresh: Workspace) -> None:
    migrate.upgrade(fresh.location, fresh.key)
    add_step(fresh, "0002_later")
    before = fresh.path.read_bytes() if fresh.location.embedded else b""
    with pytest.raises(NewerWorkspace) as caught:
        migrate.upgrade(fresh.location, fresh.key)
    assert "Install the newer version" in caught.value.next_step
    assert migrate.exists(fresh.location, fresh.key)
    if fresh.location.embedded:
        assert fresh.path.read_bytes() == before
        assert not list(fresh.path.parent.glob("workspace.db.v*"))


def test_a_newer_copy_that_was_put_back_is_not_touched_either(tmp_path: Path) -> None:
    made = Workspace(embedded(tmp_path / "workspace.db"), random_key(), None)
    migrate.upgrade(made.location, made.key)
    add_step(made, "0002_later")
    backup.copy_embedded(made.path, made.key, tmp_path / "copy.db")
    before = (tmp_path / "copy.db").read_bytes()
    with pytest.raises(NewerWorkspace):
        migrate.upgrade(embedded(tmp_path / "copy.db"), made.key)
    assert (tmp_path / "copy.db").read_bytes() == before
    assert not (tmp_path / "copy.db-wal").exists()


UPGRADER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from switchboard_app.store import migrate
    from switchboard_app.store.location import parse_location

    migrate.FOLDER = Path(sys.argv[3])
    print("ready", flush=True)
    sys.stdin.readline()
    print(migrate.upgrade(parse_location(sys.argv[1]), sys.argv[2]), flush=True)
    """
)


@pytest.mark.parametrize("made_before", [False, True], ids=["new", "old"])
def test_several_stations_upgrade_at_once_and_one_does_the_work(
    fresh: Workspace, tmp_path: Path, made_before: bool
) -> None:
    if made_before:
        migrate.upgrade(fresh.location, fresh.key)
    folder = tmp_path / "steps"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "9999_next.py").write_text(NEXT.format(more="import time; time.sleep(0.2)"), "utf-8")
    command = [sys.executable, "-c", UPGRADER, str(fresh.location), fresh.key, str(folder)]
    stations = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(3)
    ]
    for station in stations:
        assert station.stdout is not None
        assert station.stdout.readline() == "ready\n"
    for station in stations:
        assert station.stdin is not None
        station.stdin.write("go\n")
        station.stdin.flush()
    said = sorted(station.communicate(timeout=60)[0].strip() for station in stations)
    work = "('9999_next',)" if made_before else str((*RELEASED, "9999_next"))
    assert said == sorted([work, "()", "()"])
    assert [station.returncode for station in stations] == [0, 0, 0]
