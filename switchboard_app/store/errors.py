"""The database's errors in words: what happened, what it means, what to do. Refuses to hide a bug: others pass."""

from __future__ import annotations

import shutil
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
_NO_ROOM = frozenset({"SQLITE_FULL", "53100"})
_TOO_LITTLE = 1 << 20
"""With fewer bytes left than this, a failed write (of the file beside the WAL, for one) is for want of room."""
_UNREADABLE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_PERM")
_HELD = ("SQLITE_BUSY", "SQLITE_LOCKED")


def _codes(problem: BaseException) -> list[str]:
    """SQLite's and PostgreSQL's codes of an error and of those that led to it, the first cause last.

    A failed commit is followed by a failed rollback, which says nothing.
    """
    found: list[str] = []
    here: BaseException | None = problem
    while here is not None:
        for one in (here, getattr(here, "orig", None)):
            found += [code for name in ("sqlite_errorname", "sqlstate") if (code := getattr(one, name, None))]
        here = here.__context__
    return found


def lost_a_race(problem: peewee.DatabaseError) -> bool:
    """Whether another station did the same at the same moment, so that running the transaction again can succeed."""
    return not _RACES.isdisjoint(_codes(problem))


def held_by_another(problem: peewee.DatabaseError) -> bool:
    """Whether another process holds the file just now."""
    return any(code.startswith(_HELD) for code in _codes(problem))


@contextmanager
def in_words(location: Location) -> Iterator[None]:
    """Turn errors of the database that people can mend into `UserError`s."""
    try:
        yield
    except peewee.DatabaseError as problem:
        codes = _codes(problem)
        if not _NO_ROOM.isdisjoint(codes) or ("SQLITE_IOERR" in codes and _no_room(location)):
            raise _disk_full() from problem
        mended = _of_the_file(location, codes) if location.embedded else _of_the_server(problem, codes)
        if mended is None:
            raise
        raise mended from problem


def _no_room(location: Location) -> bool:
    try:
        return location.path is not None and shutil.disk_usage(location.path.parent).free < _TOO_LITTLE
    except OSError:
        return False  # the disk itself is gone: the caller says so


def _disk_full() -> DiskFull:
    return DiskFull(
        tr("There is no room left on the disk."),
        tr("Nothing was stored; what you typed stays in the form. Free some space and try again."),
    )


def _of_the_file(location: Location, codes: list[str]) -> UserError | None:
    if "SQLITE_NOTADB" in codes:
        return WrongKey(
            tr("The workspace cannot be opened with the key in the keyring."),
            tr("The file was not touched. Enter the recovery key: switchboard workspace restore FILE."),
        )
    if any(code.startswith("SQLITE_CORRUPT") for code in codes):
        return Unreachable(
            tr("The workspace file is damaged."), tr("Restore a backup: switchboard workspace restore FILE.")
        )
    if any(code.startswith(_UNREADABLE) for code in codes):
        return Unreachable(
            tr("The workspace file cannot be read or written: {path}.").format(path=location.path),
            tr("Check that the folder exists, is writable and lies on a local disk."),
        )
    if any(code.startswith(_HELD) for code in codes):
        return Unreachable(
            tr("Another program holds the workspace."),
            tr("Wait a moment and try again; close other tools that use it."),
        )
    return None


_UNUSABLE = ("connection option", "uri query parameter", "connection string", "in uri")


def _of_the_server(problem: peewee.DatabaseError, codes: list[str]) -> UserError | None:
    if isinstance(problem, peewee.ProgrammingError) and any(word in str(problem).lower() for word in _UNUSABLE):
        return Unreachable(
            tr("The workspace address cannot be used: {problem}.").format(problem=str(problem).strip()),
            tr("Write it as postgresql://login@host:port/database."),
        )
    if not isinstance(problem, peewee.OperationalError):
        return None
    if not (_TOO_SLOW | _RACES).isdisjoint(codes):
        return Unreachable(tr("The database takes too long to answer."), tr("Wait a moment and try again."))
    return Unreachable(
        tr("The database cannot be reached or refuses the login."),
        tr("Check the network and the workspace address with: switchboard doctor."),
    )
