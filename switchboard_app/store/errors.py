"""The database's errors in words: what happened, what it means, what to do. Refuses to hide a bug: others pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import peewee

from switchboard_app.model.errors import DiskFull, Unreachable, UserError, WrongKey
from switchboard_app.model.language import tr
from switchboard_app.store.location import Location

_RACES = frozenset({"23505", "40001", "40P01"})
"""PostgreSQL: a unique index hit by two at once, a serialisation failure, a deadlock that it broke."""
_TOO_SLOW = frozenset({"55P03", "57014", "25P03"})
"""PostgreSQL: lock time-out, statement time-out, a transaction that lay idle."""


def _sqlstate(problem: peewee.DatabaseError) -> str:
    """PostgreSQL's code of the error, which peewee keeps with the driver's own exception; "" on SQLite."""
    driver = getattr(problem, "orig", None)
    return str(getattr(driver, "sqlstate", None) or "")


def lost_a_race(problem: peewee.DatabaseError) -> bool:
    """Whether another station did the same at the same moment, so that running the transaction again can succeed."""
    return _sqlstate(problem) in _RACES


@contextmanager
def in_words(location: Location) -> Iterator[None]:
    """Turn errors of the database that people can mend into `UserError`s."""
    try:
        yield
    except peewee.DatabaseError as problem:
        cause = _before_rollback(problem)
        mended = _mendable(location, str(cause).lower(), cause)
        if mended is None:
            raise
        raise mended from problem


def _before_rollback(problem: peewee.DatabaseError) -> peewee.DatabaseError:
    """What went wrong first: on a full disk SQLite ends the transaction itself, so that peewee's rollback fails too."""
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, peewee.DatabaseError) and "cannot rollback" not in str(cause):
            return cause
        cause = cause.__context__
    return problem


def _wrong_key() -> WrongKey:
    return WrongKey(
        tr("The workspace cannot be opened with the key in the keyring."),
        tr("The file was not touched. Enter the recovery key: switchboard workspace restore FILE."),
    )


def _mendable(location: Location, words: str, problem: peewee.DatabaseError) -> UserError | None:
    if "disk is full" in words or "disk full" in words or "no space left" in words:
        return DiskFull(
            tr("There is no room left on the disk."),
            tr("Nothing was stored; what you typed stays in the form. Free some space and try again."),
        )
    return _of_the_file(location, words) if location.embedded else _of_the_server(problem)


def _of_the_file(location: Location, words: str) -> UserError | None:
    if "file is not a database" in words or "hmac check failed" in words:
        return _wrong_key()
    if "unable to open" in words or "readonly" in words or "read-only" in words or "disk i/o" in words:
        return Unreachable(
            tr("The workspace file cannot be read or written: {path}.").format(path=location.path),
            tr("Check that the folder exists, is writable and lies on a local disk."),
        )
    if "is locked" in words:
        return Unreachable(
            tr("Another program holds the workspace."),
            tr("Wait a moment and try again; close other tools that use it."),
        )
    if "malformed" in words or "corrupt" in words:
        return Unreachable(
            tr("The workspace file is damaged."), tr("Restore a backup: switchboard workspace restore FILE.")
        )
    return None


def _of_the_server(problem: peewee.DatabaseError) -> UserError | None:
    unusable = ("connection option", "uri query parameter", "connection string", "in uri")
    if isinstance(problem, peewee.ProgrammingError) and any(word in str(problem).lower() for word in unusable):
        return Unreachable(
            tr("The workspace address cannot be used: {problem}.").format(problem=str(problem).strip()),
            tr("Write it as postgresql://login@host:port/database."),
        )
    if _sqlstate(problem) in _TOO_SLOW | _RACES and not isinstance(problem, peewee.IntegrityError):
        return Unreachable(tr("The database takes too long to answer."), tr("Wait a moment and try again."))
    if isinstance(problem, peewee.OperationalError):
        return Unreachable(
            tr("The database cannot be reached or refuses the login."),
            tr("Check the network and the workspace address with: switchboard doctor."),
        )
    return None
