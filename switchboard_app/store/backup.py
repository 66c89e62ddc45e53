"""Copies of an embedded workspace: taken while it is open, checked before they are trusted.

A copy keeps the encryption and the key of its original. Refuses to overwrite.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from switchboard_app.model.errors import Refused, Unreachable, WrongKey, WrongUse
from switchboard_app.model.language import tr

_DEAD_MAN_SWITCH = 128


def sqlite_version() -> str:
    """The version of SQLite inside the library that opens workspaces."""
    return str(sqlcipher.sqlite_version)


def _open(path: Path, key: str, *, create: bool = False) -> Any:
    if not create and not path.exists():
        raise WrongUse(tr("There is no file {path}.").format(path=path), tr("Check the name."))
    connection = sqlcipher.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA cipher_log_level = none")
    if key:
        connection.execute(f"PRAGMA key=\"x'{key}'\"")
    return connection


def copy_embedded(source: Path, key: str, target: Path) -> None:
    """Copy the workspace at `source` to `target` while others use it; both have the same key. Refuses an existing file.

    The target is complete and on disk when this returns, or it is not there.
    """
    unfinished = target.with_name(target.name + ".part")
    try:
        if target.exists():
            raise WrongUse(tr("{path} exists already.").format(path=target), tr("Choose another name."))
        unfinished.unlink(missing_ok=True)
    except OSError as problem:
        raise _not_copied(problem.strerror or "") from problem
    old = _open(source, key)
    try:
        new = _open(unfinished, key, create=True)
        try:
            old.backup(new)
            new.execute("PRAGMA journal_mode=delete")
        finally:
            new.close()
    except sqlcipher.DatabaseError as problem:
        unfinished.unlink(missing_ok=True)
        if "not a database" in str(problem):
            raise _wrong_key(source) from problem
        raise _not_copied(str(problem)) from problem
    finally:
        old.close()
    try:
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.rename(target)
        _sync_folder(target.parent)
    except OSError as problem:
        unfinished.unlink(missing_ok=True)
        raise _not_copied(problem.strerror or "") from problem


def _not_copied(why: str) -> Unreachable:
    return Unreachable(
        tr("The workspace could not be copied: {problem}.").format(problem=why),
        tr("Check the space on the disk and the folder's rights."),
    )


def _sync_folder(folder: Path) -> None:
    """Make a renaming outlive a power cut; Windows does so by itself."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _wrong_key(path: Path) -> WrongKey:
    return WrongKey(
        tr("{path} cannot be opened with this key.").format(path=path),
        tr("Check the recovery key; the file was not touched."),
    )


def check_embedded(path: Path, key: str) -> tuple[str, ...]:
    """What is wrong with the file, in words of the database; empty when it is sound. Raises WrongKey."""
    connection = _open(path, key)
    try:
        problems = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        problems += [f"{row[0]}: row {row[1]}" for row in connection.execute("PRAGMA foreign_key_check")]
        if key:
            problems += [row[0] for row in connection.execute("PRAGMA cipher_integrity_check")]
    except sqlcipher.DatabaseError as problem:
        if "not a database" in str(problem):
            raise _wrong_key(path) from problem
        return (str(problem),)
    finally:
        connection.close()
    return tuple(problems)


def restore_embedded(copy: Path, key: str, target: Path) -> Path | None:
    """Put a checked copy in the place of the workspace; the old file is kept beside it and its path returned.

    Raises Refused when somebody has the workspace open, WrongKey or Unreachable, and leaves everything as it was.
    """
    if target.exists() and _is_open(target):
        raise Refused(
            tr("The workspace is open in another program."),
            tr("Close every window of Switchboard on it, then try again."),
        )
    problems = check_embedded(copy, key)
    if problems:
        raise Unreachable(
            tr("{path} is damaged: {problem}.").format(path=copy, problem=problems[0]), tr("Take another copy.")
        )
    arriving = target.with_name(target.name + ".arriving")
    arriving.unlink(missing_ok=True)
    copy_embedded(copy, key, arriving)
    kept = _set_aside(target) if target.exists() else None
    arriving.rename(target)
    _sync_folder(target.parent)
    return kept


def _is_open(path: Path) -> bool:
    """Whether another process has the file open: each connection holds a lock on one byte of the shared index.

    The byte is SQLite's "dead man switch" (os_unix.c, UNIX_SHM_DMS). Windows does not move an open file anyway.
    """
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        with path.with_name(path.name + "-shm").open("rb+") as shared:
            fcntl.lockf(shared, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _DEAD_MAN_SWITCH)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _set_aside(target: Path) -> Path:
    number = 1
    while (kept := target.with_name(f"{target.name}.before-restore-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm"):
        beside = target.with_name(target.name + suffix)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + suffix))
    target.rename(kept)
    return kept
