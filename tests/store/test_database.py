"""How a workspace is opened and how transactions run: settings of the connections, all or nothing, threads, retries."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

import peewee
import pytest

from switchboard_app.model.enquiry import View
from switchboard_app.model.errors import Refused, Unreachable
from switchboard_app.model.ids import Operator
from switchboard_app.store import desk, drafts, journal, queue, settings
from switchboard_app.store.database import Store, connect, open_connection
from switchboard_app.store.location import embedded
from switchboard_app.store.queue import QueueFilter
from switchboard_app.store.tables import Setting
from switchboard_app.store.transaction import Transaction, storable
from tests.postgres import PostgresServer
from tests.store.town import Town
from tests.workspaces import Workspace


def test_an_empty_workspace_has_an_empty_queue(store: Store, me: Operator) -> None:
    assert store.read(queue.page, QueueFilter(View.INBOX, me), 0, 50) == []


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL: what was acknowledged outlives a power cut
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("temp_store", 2),  # nothing of an encrypted file in a temporary one
        ("mmap_size", 0),
        ("busy_timeout", 5000),
    ],
)
def test_both_connections_to_a_file_have_these_settings(embedded_store: Store, pragma: str, value: str | int) -> None:
    def asked(tx: Transaction) -> object:
        return tx.value(f"PRAGMA {pragma}")

    assert embedded_store.read(asked) == value
    # inside a transaction `synchronous` reads as set; outside is where it counts
    assert embedded_store.write(asked) == value


def test_many_open_a_new_file_at_the_same_moment(tmp_path: Path) -> None:
    """SQLite refuses at once, without its busy time-out, when two put one file into WAL mode."""
    refused: list[BaseException] = []

    def opened(path: Path, together: threading.Barrier) -> None:
        database = connect(embedded(path), "ab" * 48)
        together.wait()
        try:
            open_connection(database)
        except peewee.OperationalError as problem:
            refused.append(problem)
        database.close()

    for number in range(40):
        together = threading.Barrier(8)
        path = tmp_path / f"{number}.db"
        stations = [threading.Thread(target=opened, args=(path, together)) for _ in range(8)]
        for station in stations:
            station.start()
        for station in stations:
            station.join()
    assert refused == []


@pytest.mark.postgres
def test_a_shared_workspace_has_time_limits(shared_workspace: Workspace) -> None:
    def shown(tx: Transaction) -> tuple[object, object]:
        return tx.value("SHOW lock_timeout"), tx.value("SHOW statement_timeout")

    assert shared_workspace.open().read(shown) == ("5s", "30s")


# -- all or nothing --------------------------------------------------------------------------------------------------


def test_an_error_leaves_nothing_behind_not_even_a_line_in_the_journal(town: Town) -> None:
    enquiry = town.enquiry_of()
    before = (town.head(enquiry), town.journal(), len(town.shown(enquiry).entries))

    def half(tx: Transaction) -> None:
        desk.claim(tx, enquiry, town.me)
        desk.reply(tx, enquiry, "Antwort", town.me)
        journal.write(tx, town.me, "something", enquiry)
        raise Refused("no", "")

    with pytest.raises(Refused):
        town.store.write(half)
    assert (town.head(enquiry), town.journal(), len(town.shown(enquiry).entries)) == before
    assert town.rows("SELECT COUNT(*) FROM outbox") == [(0,)]


def test_what_a_verb_does_and_its_line_in_the_journal_come_together(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.claim, enquiry, town.me)
    ((at, who, action, detail),) = town.rows(
        "SELECT at, who, action, detail FROM journal WHERE enquiry_id = ?", enquiry
    )
    assert (at, who, action) == (town.clock.now, town.me, "claim")
    assert "Guten Tag" not in detail


def test_the_journal_holds_no_content(town: Town) -> None:
    enquiry = town.enquiry_of("Geheimes Anliegen")
    town.replies(enquiry, "Geheime Antwort")
    town.store.write(desk.note, enquiry, "Geheime Notiz", town.me)
    town.store.write(desk.take_note, desk.PhoneNote("Geheimer Anruf", "061 267 81 81", "Rosa Geheim"), town.me)
    assert "Geheim" not in str(town.rows("SELECT who, action, object_id, detail FROM journal"))


def test_bulk_rows_are_all_or_nothing_too(store: Store) -> None:
    def twice(tx: Transaction) -> None:
        tx.insert_many(Setting, ("key", "value"), [("a", "1"), ("b", "2"), ("a", "3")])

    with pytest.raises(peewee.IntegrityError):
        store.write(twice)
    assert store.read(settings.get, "a") == ""


def test_a_reader_of_a_file_sees_one_moment(embedded_workspace: Workspace) -> None:
    one, other = embedded_workspace.open(), embedded_workspace.open()
    one.write(settings.put, "x", "1")

    def looks_twice(tx: Transaction) -> tuple[str, str]:
        first = settings.get(tx, "x")
        other.write(settings.put, "x", "2")
        return first, settings.get(tx, "x")

    assert one.read(looks_twice) == ("1", "1")
    assert one.read(settings.get, "x") == "2"


# -- running ---------------------------------------------------------------------------------------------------------


def test_verbs_run_off_the_callers_thread(store: Store) -> None:
    names = {
        store.write(lambda _: threading.current_thread().name),
        store.read(lambda _: threading.current_thread().name),
    }
    assert all(name.startswith("store-") for name in names)
    assert len(names) == 2


def test_a_cancelled_caller_does_not_abandon_the_transaction(store: Store, me: Operator) -> None:
    gate = threading.Event()

    def slow(tx: Transaction) -> None:
        gate.wait(10)
        drafts.save(tx, me, "phone-note", "getippt")

    async def main() -> None:
        task = asyncio.create_task(store.run(slow))
        await asyncio.sleep(0.05)
        task.cancel()
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await store.ask(drafts.load, me, "phone-note") in ("", "getippt")

    asyncio.run(main())
    assert store.write(drafts.load, me, "phone-note") == "getippt"


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    gate, began = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        settings.put(tx, "x", "1")
        began.set()
        gate.wait(10)

    future = store.submit(slow)
    began.wait(10)
    assert store.read(settings.get, "x") == ""
    gate.set()
    future.result()
    assert store.read(settings.get, "x") == "1"


def test_closing_finishes_what_is_queued_and_may_be_done_twice(workspace: Workspace) -> None:
    store = workspace.open()
    futures = [store.submit(settings.put, f"k{n}", "v") for n in range(20)]
    store.close()
    store.close()
    assert all(future.done() and future.exception() is None for future in futures)
    other = workspace.open()
    assert other.read(lambda tx: tx.value("SELECT COUNT(*) FROM setting WHERE key LIKE 'k%'")) == 20


def test_now_is_the_clock_that_was_given(store: Store) -> None:
    assert store.read(lambda tx: tx.now) == store.write(lambda tx: tx.now) == store.now()


def test_without_one_it_is_the_databases(workspace: Workspace) -> None:
    workspace.clock = None
    store = workspace.open()
    before = time.time() * 1000
    now = store.write(lambda tx: tx.now)
    assert before - 5000 < now < time.time() * 1000 + 5000


@pytest.mark.postgres
def test_a_connection_that_died_while_idle_is_opened_again(
    postgres_server: PostgresServer, shared_workspace: Workspace
) -> None:
    store = shared_workspace.open()
    store.write(settings.put, "x", "1")
    assert store.read(settings.get, "x") == "1"
    database = store.read(lambda tx: tx.value("SELECT current_database()"))
    assert postgres_server.cut_off(database) == 2
    store.write(settings.put, "x", "2")
    assert store.read(settings.get, "x") == "2"


@pytest.mark.postgres
def test_one_that_dies_in_the_middle_is_told_and_nothing_is_stored(
    postgres_server: PostgresServer, shared_workspace: Workspace
) -> None:
    store = shared_workspace.open()
    database = store.read(lambda tx: tx.value("SELECT current_database()"))

    def interrupted(tx: Transaction) -> None:
        settings.put(tx, "x", "1")
        postgres_server.cut_off(database)
        settings.put(tx, "y", "1")

    with pytest.raises(Unreachable, match="cannot be reached"):
        store.write(interrupted)
    assert store.read(settings.get, "x") == ""
    store.write(settings.put, "x", "2")
    assert store.read(settings.get, "x") == "2"


@pytest.mark.postgres
def test_who_waits_too_long_for_another_station_hears_so(shared_workspace: Workspace) -> None:
    one, other = shared_workspace.open(), shared_workspace.open()
    one.write(settings.put, "x", "1")
    gate, holds = threading.Event(), threading.Event()

    def holding(tx: Transaction) -> None:
        settings.put(tx, "x", "2")
        holds.set()
        gate.wait(20)

    future = one.submit(holding)
    holds.wait(10)

    def impatient(tx: Transaction) -> None:
        tx.rows("SELECT set_config('lock_timeout', '100ms', true)")
        settings.put(tx, "x", "3")

    with pytest.raises(Unreachable, match="too long"):
        other.write(impatient)
    gate.set()
    future.result()
    assert one.read(settings.get, "x") == "2"


# -- what a database can hold ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("postgres", [True, False])
def test_one_rule_for_text_that_no_database_can_hold(postgres: bool) -> None:
    def held(text: str) -> object:
        return storable(text, postgres=postgres)

    assert held("a\ud800b\udfff") == "a\ufffdb\ufffd"
    assert held("a\0b") == ("a\ufffdb" if postgres else "a\0b")
    for sound in ("", "Grüezi", "🙈\u202e\u2028", "\U0010ffff", "\ufffe\uffff"):
        assert held(sound) is sound or held(sound) == sound
    assert held(View.INBOX) == "inbox"
    assert type(held(View.INBOX)) is str
    for other in (None, 5, 1.5, b"\0"):
        assert storable(other, postgres=postgres) is other


def test_a_question_mark_and_a_percent_sign_are_only_text(store: Store) -> None:
    store.write(settings.put, "100% ?", "%s ? %% %(x)s $1 :a")
    assert store.read(settings.get, "100% ?") == "%s ? %% %(x)s $1 :a"


def test_a_list_of_any_length(store: Store) -> None:
    def ask(tx: Transaction, n: int) -> int:
        tx.insert_many(Setting, ("key", "value"), [(f"k{i}", "") for i in range(0, n, 2)])
        return len(
            tx.among("SELECT key FROM setting WHERE value = ? AND key IN ({marks})", [f"k{i}" for i in range(n)], "")
        )

    assert store.write(ask, 2600) == 1300
    assert store.read(lambda tx: tx.among("SELECT key FROM setting WHERE key IN ({marks})", [])) == []


def test_every_row_of_a_table_takes_its_defaults(store: Store) -> None:
    store.write(lambda tx: tx.insert(Setting, key="k"))
    assert store.read(settings.get, "k", "nothing") == ""


Verb = Callable[[Transaction], object]


def test_a_bug_in_a_verb_stays_a_bug(store: Store) -> None:
    bad: list[Verb] = [lambda tx: tx.rows("SELECT nonsense FROM nowhere"), lambda tx: 1 / 0, lambda tx: tx.change("")]
    for verb in bad[:2]:
        with pytest.raises((peewee.DatabaseError, ZeroDivisionError)):
            store.write(verb)
    store.write(settings.put, "still", "there")
