"""Bringing a workspace to this version's schema: locked, backed up, refused when it is ahead.

Migrations are numbered scripts run by `playhouse.migrations`; additive first, destructive one release later, so that
two versions of the program can run side by side. Called by `workspace init`, `workspace upgrade` and at every opening.
"""

from __future__ import annotations

from pathlib import Path

from peewee import Database
from playhouse.migrations import Runner

from switchboard_app.log import logger
from switchboard_app.model.errors import NewerWorkspace, Unreachable
from switchboard_app.model.language import tr
from switchboard_app.store.backup import copy_embedded
from switchboard_app.store.database import connect
from switchboard_app.store.errors import in_words
from switchboard_app.store.location import Location

FOLDER = Path(__file__).with_name("migrations")
LOCK = 0x5377697463  # an advisory lock of PostgreSQL: "Switc"
KEPT_COPIES = 3


def exists(location: Location, key: str = "") -> bool:
    """Whether there is a workspace at the location (an empty file or database is none)."""
    if location.path is not None and (not location.path.exists() or location.path.stat().st_size == 0):
        return False
    with in_words(location):
        database = connect(location, key)
        database.connect()
        try:
            return bool(database.table_exists("setting"))
        finally:
            database.close()


def upgrade(location: Location, key: str = "") -> tuple[str, ...]:
    """Apply what is missing and return the names applied; raises NewerWorkspace for one that is ahead of us."""
    with in_words(location):
        database = connect(location, key)
        database.connect()
        try:
            return _upgrade(database, location, key)
        finally:
            database.close()


def _upgrade(database: Database, location: Location, key: str) -> tuple[str, ...]:
    runner = Runner(database, str(FOLDER))
    status = runner.status()
    ahead = [step.name for step in status if step.path is None]
    if ahead:
        raise NewerWorkspace(
            tr("The workspace was written by a newer version of Switchboard."),
            tr("It was not touched. Install the newer version on this station."),
        )
    if all(step.applied for step in status):
        return ()
    fresh = not any(step.applied for step in status)
    if location.path is not None:
        if not fresh:
            _back_up(location.path, key)
        applied: list[str] = runner.up()
    else:
        database.execute_sql("SELECT pg_advisory_lock(%s)", (LOCK,))
        try:
            applied = runner.up()
        finally:
            database.execute_sql("SELECT pg_advisory_unlock(%s)", (LOCK,))
    logger("store").info("workspace upgraded: %s", ", ".join(applied))
    return tuple(applied)


def _back_up(path: Path, key: str) -> None:
    """Copy the file beside itself before anything is changed; the last three copies are kept."""
    numbers = [int(old.suffix[2:]) for old in path.parent.glob(f"{path.name}.v*") if old.suffix[2:].isdigit()]
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
