"""The database's errors in words: what happened, what it means, what to do. Refuses to hide a bug: others pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import peewee

from switchboard_app.model.errors import DiskFull, Unreachable, UserError, WrongKey
from switchboard_app.model.language import tr
from switchboard_app.store.location import Location


@contextmanager
def in_words(location: Location) -> Iterator[None]:
    """Turn errors of the database that people can mend into `UserError`s."""
    try:
        yield
    except peewee.DatabaseError as problem:
        mended = _mendable(location, str(problem).lower(), problem)
        if mended is None:
            raise
        raise mended from problem
    except Exception as problem:
        # peewee connects through the driver's own exceptions; only sqlcipher's "not a database" is ours to explain
        if "file is not a database" in str(problem):
            raise _wrong_key() from problem
        raise


def _wrong_key() -> WrongKey:
    return WrongKey(
        tr("The workspace cannot be opened with the key in the keyring."),
        tr("The file was not touched. Enter the recovery key: switchboard workspace restore FILE."),
    )


def _mendable(location: Location, words: str, problem: peewee.DatabaseError) -> UserError | None:
    if "file is not a database" in words or "hmac check failed" in words:
        return _wrong_key()
    if "disk is full" in words or "disk full" in words or "no space left" in words:
        return DiskFull(
            tr("There is no room left on the disk."),
            tr("Nothing was stored; what you typed stays in the form. Free some space and try again."),
        )
    if "unable to open" in words or "readonly" in words or "read-only" in words or "disk i/o" in words:
        return Unreachable(
            tr("The workspace file cannot be read or written: {path}.").format(path=location.path),
            tr("Check that the folder exists, is writable and lies on a local disk."),
        )
    if "database is locked" in words:
        return Unreachable(
            tr("Another program holds the workspace."),
            tr("Wait a moment and try again; close other tools that use it."),
        )
    if "malformed" in words and location.embedded:
        return Unreachable(
            tr("The workspace file is damaged."), tr("Restore a backup: switchboard workspace restore FILE.")
        )
    if isinstance(problem, peewee.OperationalError) and not location.embedded:
        return Unreachable(
            tr("The database cannot be reached or refuses the login."),
            tr("Check the network and the workspace address with: switchboard doctor."),
        )
    return None
