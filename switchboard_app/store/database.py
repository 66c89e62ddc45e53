"""The store: a workspace that is open. Two threads with one connection each (writing, reading), transactions as
ordinary functions, change hints after the commit.

``await store.run(desk.claim, enquiry, by=me)`` runs one whole write transaction; `ask` reads; `write` and `read` are
the same for callers without a loop (command line). Refuses to run database work on the caller's thread, so the window
never waits. Called by `app`, `cli`, `sync` and the window's `ui.bridge`.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from peewee import Database, DatabaseError, OperationalError, PostgresqlDatabase
from playhouse.sqlcipher_ext import SqlCipherDatabase

from switchboard_app.log import logger
from switchboard_app.model.errors import UserError
from switchboard_app.model.sending import Moment
from switchboard_app.model.times import Millis
from switchboard_app.store import drivers
from switchboard_app.store.errors import held_by_another, in_words, lost_a_race
from switchboard_app.store.ids import new_id
from switchboard_app.store.location import Location
from switchboard_app.store.station_clock import boot_clock, wall_clock
from switchboard_app.store.transaction import Transaction

P = ParamSpec("P")
T = TypeVar("T")

Listener = Callable[[frozenset[str]], None]

log = logger("store")

EVERYTHING = "*"
"""The topic that means: another process wrote, read everything again."""

CHANNEL = "switchboard"
WATCH_SECONDS = 0.5
MANY_TOPICS = 100
"""A transaction that changed more than this says `EVERYTHING` instead: reading again is cheaper than comparing."""
ATTEMPTS = 4
OPENING_SECONDS = 5.0

_QUIET = ("cipher_log_level", "none")
"""SQLCipher would write every failure to the standard error as well; it is raised and told in words."""

_PRAGMAS = (
    _QUIET,
    ("busy_timeout", 5000),
    ("journal_mode", "wal"),
    ("synchronous", "full"),  # NORMAL loses acknowledged notes in a power cut
    ("foreign_keys", "on"),
    ("secure_delete", "on"),
    ("mmap_size", 0),
    ("cache_size", -16000),
    ("temp_store", "memory"),  # nothing of an encrypted workspace may reach a temporary file
)


def connect(location: Location, key: str = "", *, looking: bool = False) -> Database:
    """A peewee database for the location; `key` is the raw key with salt (96 hex digits) or empty for a plain file.

    Nothing is opened yet. One for `looking` sets nothing that a file keeps.
    """
    if location.path is not None:
        passphrase = f"x'{key}'" if key else ""
        pragmas = (_QUIET,) if looking else _PRAGMAS
        database: Database = SqlCipherDatabase(
            str(location.path), passphrase=passphrase, pragmas=pragmas, autoconnect=False
        )
        return database
    drivers.load_psycopg()
    return PostgresqlDatabase(
        location.dsn,
        prefer_psycopg3=True,
        autoconnect=False,
        connect_timeout=5,
        options="-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s",
    )


def open_connection(database: Database) -> None:
    """Connect, waiting while several stations open a new file at once.

    The first of them puts the file into WAL mode; SQLite answers the others at once that it is locked, whatever their
    busy time-out says, because waiting could be for ever.
    """
    ends = time.monotonic() + OPENING_SECONDS
    while True:
        try:
            database.connect()
        except OperationalError as problem:
            if not held_by_another(problem) or time.monotonic() >= ends:
                raise
            time.sleep(0.02)
        else:
            return


def _thread(name: str) -> Executor:
    return ThreadPoolExecutor(1, name)


class Store:
    """An open workspace. Close it; leaving it open at exit only delays the exit, it loses nothing."""

    def __init__(
        self,
        location: Location,
        key: str = "",
        clock: Callable[[], Millis] | None = None,
        *,
        wall: Callable[[], Millis] | None = None,
        boot: Callable[[], Millis] = boot_clock,
        station: str = "",
        executors: Callable[[str], Executor] = _thread,
    ) -> None:
        """All but location and key is for tests: `clock` is the database's, `wall` and `boot` are the station's own; a
        simulator runs several stations on one thread."""
        self.location = location
        self.station = station or f"{os.getpid()}-{new_id()[-8:]}"
        self._key = key
        self._clock = clock
        self._wall = wall or clock or wall_clock
        self._boot = boot
        self._database = connect(location, key)
        self._writer = executors("store-writer")
        self._reader = executors("store-reader")
        self._listeners: list[Listener] = []
        self._closing = threading.Event()
        self._watch: threading.Thread | None = None

    # -- running functions -----------------------------------------------------------------------------------------

    async def run(self, verb: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `verb` as one write transaction; all of it is stored when this returns, nothing when it raises.

        Cancelling the caller does not abandon the transaction.
        """
        return await asyncio.shield(asyncio.wrap_future(self.submit(verb, *args, **kwargs)))

    async def ask(self, query: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` on the reading connection."""
        return await asyncio.wrap_future(self._reader.submit(self._reading, query, args, kwargs))

    def write(self, verb: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `run`, waiting on the caller's thread."""
        return self.submit(verb, *args, **kwargs).result()

    def read(self, query: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `ask`, waiting on the caller's thread."""
        return self._reader.submit(self._reading, query, args, kwargs).result()

    def submit(self, verb: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a write transaction; its outcome is the future's."""
        return self._writer.submit(self._writing, verb, args, kwargs)

    def _writing(self, verb: Callable[..., T], args: Any, kwargs: Any) -> T:
        with in_words(self.location):
            for left in reversed(range(ATTEMPTS)):
                try:
                    result, topics = self._attempt(verb, args, kwargs, again=left < ATTEMPTS - 1)
                    break
                except DatabaseError as problem:
                    # Two stations did the same at once (the same caller, the next number): the verb is a function of
                    # what is stored, so it is run again and sees what the other one did.
                    if left == 0 or not lost_a_race(problem):
                        raise
        self._tell(topics)
        return result

    def _attempt(self, verb: Callable[..., T], args: Any, kwargs: Any, *, again: bool) -> tuple[T, frozenset[str]]:
        with self._unit(*(() if self.postgres else ("IMMEDIATE",))):
            tx = self._transaction(again=again)
            result = verb(tx, *args, **kwargs)
            topics = frozenset(tx.topics) if len(tx.topics) <= MANY_TOPICS else frozenset({EVERYTHING})
            if self.postgres and topics:
                tx.rows("SELECT pg_notify(?, ?)", CHANNEL, " ".join((self.station, *sorted(topics))))
        return result, topics

    def _reading(self, query: Callable[..., T], args: Any, kwargs: Any) -> T:
        with in_words(self.location), self._unit():
            return query(self._transaction(), *args, **kwargs)

    @contextmanager
    def _unit(self, *how: str) -> Iterator[None]:
        """One transaction on this thread's connection; a connection that died while it was idle is opened again."""
        self._connected()
        with ExitStack() as unit:
            try:
                unit.enter_context(self._database.atomic(*how))
            except OperationalError:
                if not self._lost():
                    raise
                self._connected()
                unit.enter_context(self._database.atomic(*how))
            yield

    def _lost(self) -> bool:
        return self.postgres and not self._database.is_closed() and bool(self._database.connection().closed)

    def _connected(self) -> None:
        """This thread's connection; a PostgreSQL connection that died is opened again."""
        if self._lost():
            self._database.close()
        if self._database.is_closed():
            open_connection(self._database)

    def _transaction(self, *, again: bool = False) -> Transaction:
        if self._clock is not None:
            now = self._clock()
        elif self.postgres:
            sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
            now = Millis(self._database.execute_sql(sql).fetchone()[0])
        else:
            now = wall_clock()
        return Transaction(self._database, postgres=self.postgres, now=now, station=self.station, again=again)

    def now(self) -> Millis:
        """The time of this station, for deciding when to look again; what is stored takes the database's clock."""
        return self._wall()

    def moment(self) -> Moment:
        """What both clocks of this station show, for measuring how long something took, sleep included."""
        return Moment(self.now(), self._boot())

    @property
    def postgres(self) -> bool:
        """Whether the workspace is a PostgreSQL database."""
        return not self.location.embedded

    # -- change hints ----------------------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> None:
        """Call `listener` with the topics after each change, ours or another process's, on one of our threads.

        Told `EVERYTHING` once when the watch over other processes stands: what they wrote before may have been missed.
        """
        self._listeners.append(listener)
        if self._watch is None:
            self._watch = threading.Thread(target=self._watching, name="store-watch", daemon=True)
            self._watch.start()

    def forget(self, listener: Listener) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    def _tell(self, topics: frozenset[str]) -> None:
        for listener in tuple(self._listeners) if topics else ():
            try:
                listener(topics)
            except Exception:
                # what is committed is committed: a listener's bug must not make the verb look failed
                log.exception("a listener for change hints failed")

    def _watching(self) -> None:
        """Notice what other processes write: NOTIFY on PostgreSQL, ``data_version`` of the writing connection here.

        The writing connection's ``data_version`` moves only when somebody else commits.
        """
        if self.postgres:
            from switchboard_app.store.notices import watch_notices  # loads psycopg

            watch_notices(self.location.dsn, CHANNEL, self.station, self._tell, self._closing)
            return
        seen: int | None = None
        while not self._closing.is_set():
            try:
                version = self._writer.submit(self._read_data_version).result()
            except RuntimeError:  # the writer was shut down before the submit: we are closing
                return
            if version is not None and version != seen:
                seen = version
                self._tell(frozenset({EVERYTHING}))
            self._closing.wait(WATCH_SECONDS)

    def _read_data_version(self) -> int | None:
        try:
            with in_words(self.location):
                self._connected()
                return int(self._database.execute_sql("PRAGMA data_version").fetchone()[0])
        except UserError as problem:
            log.warning("the change watch could not read the workspace: %s", type(problem).__name__)
            return None

    # -- end -------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Finish what is queued, then close both connections. May be called twice."""
        if self._closing.is_set():
            return
        self._closing.set()
        for pool in (self._writer, self._reader):
            pool.submit(self._close_connection).result()
            pool.shutdown()
        if self._watch is not None:
            self._watch.join(timeout=5)

    def _close_connection(self) -> None:
        if not self._database.is_closed():
            self._database.close()
