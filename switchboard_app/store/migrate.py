"""Bringing a workspace to this version's schema: locked, backed up, refused when it is ahead.

Migrations are numbered scripts run by `playhouse.migrations`; additive first, destructive one release later, so that
two versions of the program can run side by side. Called by `workspace init`, `workspace upgrade` and at every opening.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from peewee import Database, PostgresqlDatabase

from switchboard_app.log import logger
from switchboard_app.model.errors import NewerWorkspace, Unreachable
from switchboard_app.model.language import tr
from switchboard_app.store.backup import copy_embedded
from switchboard_app.store.database import connect, open_connection
from switchboard_app.store.drivers import load_runner
from switchboard_app.store.errors import in_words
from switchboard_app.store.location import Location

if TYPE_CHECKING:
    from playhouse.migrations import Runner

FOLDER = Path(__file__).with_name("migrations")
LOCK = 0x5377697463  # an advisory lock of PostgreSQL: "Switc"
KEPT_COPIES = 3


def exists(location: Location, key: str = "") -> bool:
    """Whether there is a workspace at the location (an empty file or database is none). Changes nothing."""
    if location.path is not None and (not location.path.exists() or location.path.stat().st_size == 0):
        return False
    with _looking(location, key) as database:
        return bool(database.table_exists("setting"))


def upgrade(location: Location, key: str = "") -> tuple[str, ...]:
    """Apply what is missing and return the names applied; raises NewerWorkspace for one that is ahead of us.

    Several stations may do so at once: one does the work, the others wait for it.
    """
    if location.path is None or location.path.exists():
        with _looking(location, key) as database:
            if _is_current(database) or not _missing(_runner(database)):
                return ()
    with in_words(location):
        database = connect(location, key)
        open_connection(database)
        try:
            with _alone(database):
                applied = _upgrade(_runner(database), location, key)
        finally:
            database.close()
    if applied:
        logger("store").info("workspace upgraded: %s", ", ".join(applied))
    return applied


@contextmanager
def _looking(location: Location, key: str) -> Iterator[Database]:
    """A connection that leaves a file as it is: not even its journal mode is set."""
    with in_words(location):
        database = connect(location, key, looking=True)
        open_connection(database)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Nobody else upgrades meanwhile; on SQLite nobody else writes."""
    if not isinstance(database, PostgresqlDatabase):
        with database.atomic("IMMEDIATE"):
            yield
        return
    for setting in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        database.execute_sql(f"SET {setting} = 0")  # an upgrade takes as long as it takes
    database.execute_sql("SELECT pg_advisory_lock(%s)", (LOCK,))
    try:
        yield
    finally:
        database.execute_sql("SELECT pg_advisory_unlock(%s)", (LOCK,))


def _is_current(database: Database) -> bool:
    """Whether exactly the steps we know were applied: the usual case, told without the library that applies them."""
    if not database.table_exists("schema_migration"):
        return False
    applied = {name for (name,) in database.execute_sql("SELECT name FROM schema_migration").fetchall()}
    return applied == {step.stem for step in FOLDER.glob("[0-9]*.py")}


def _runner(database: Database) -> Runner:
    return load_runner()(database, str(FOLDER))


def _missing(runner: Runner) -> list[str]:
    """The steps to apply; raises NewerWorkspace when there are steps we do not know."""
    status = runner.status()
    if any(step.path is None for step in status):
        raise NewerWorkspace(
            tr("The workspace was written by a newer version of Switchboard."),
            tr("It was not touched. Install the newer version on this station."),
        )
    return [step.name for step in status if not step.applied]


def _upgrade(runner: Runner, location: Location, key: str) -> tuple[str, ...]:
    if not _missing(runner):
        return ()
    if location.path is not None and runner.applied():
        _back_up(location.path, key)
    return tuple(runner.up())


def _back_up(path: Path, key: str) -> None:
    """Copy the file beside itself before anything is changed; the last three copies are kept."""
    numbers = [int(old.suffix[2:]) for old in path.parent.glob(f"{escape(path.name)}.v*") if old.suffix[2:].isdigit()]
    target = path.with_name(f"{path.name}.v{max(numbers, default=0) + 1}")
    try:
        copy_embedded(path, key, target)
    except OSError as problem:
        raise Unreachable(
            tr("The workspace could not be backed up before the upgrade, so it was left as it is."),
            tr("Free some space beside the workspace file and start again."),
        ) from problem
    for number in sorted(numbers)[: max(0, len(numbers) + 1 - KEPT_COPIES)]:
        path.with_name(f"{path.name}.v{number}").unlink(missing_ok=True)
