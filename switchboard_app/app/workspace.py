"""Finding, creating, opening and restoring a workspace, with its key in the keyring.

An embedded workspace is encrypted; its key is kept before its file is made, so that no file can exist without its key.
Refuses to touch a file it cannot open. All functions may wait (keyring, disk): never call them on the window's thread.
"""

from __future__ import annotations

from pathlib import Path

from switchboard_app.app.station import Station
from switchboard_app.model.errors import Refused, Unreachable, WrongKey, WrongUse
from switchboard_app.model.language import tr
from switchboard_app.model.workspace_key import PLAIN_HEAD, SALT_BYTES, WorkspaceKey, key_from_recovery, new_key
from switchboard_app.store import backup, migrate
from switchboard_app.store.database import Store
from switchboard_app.store.location import Location


class NoWorkspace(Unreachable):
    """There is no workspace here yet."""


def head(path: Path) -> bytes:
    """The first bytes of a workspace file: its salt, or SQLite's own name for a plain file; empty for no file."""
    try:
        with path.open("rb") as file:
            return file.read(SALT_BYTES)
    except FileNotFoundError:
        return b""
    except OSError as problem:
        raise Unreachable(
            tr("The workspace file cannot be read or written: {path}.").format(path=path),
            tr("Check that the folder exists, is writable and lies on a local disk."),
        ) from problem


def key_of(station: Station, path: Path) -> str:
    """The key of an embedded file as the database wants it; "" for a plain one. Raises WrongKey, Unreachable."""
    salt = head(path)
    if not salt or salt == PLAIN_HEAD:
        return ""
    key = station.credentials.workspace_key(salt)
    if key is None:
        raise WrongKey(
            tr("The keyring of this station has no key for the workspace {path}.").format(path=path),
            tr("The file was not touched. Enter the recovery key: switchboard workspace restore {path}.").format(
                path=path
            ),
        )
    return WorkspaceKey(key, salt).raw


def create(station: Station, location: Location, *, unencrypted: bool = False) -> str:
    """Create a workspace; returns the recovery key of an encrypted one, which is shown once, else "".

    Raises Refused when there is one already.
    """
    if location.path is None:
        if migrate.exists(location):
            raise _exists(location)
        migrate.upgrade(location)
        return ""
    if head(location.path):
        raise _exists(location)
    try:
        location.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise Unreachable(
            tr("The folder {path} cannot be made: {problem}.").format(
                path=location.path.parent, problem=problem.strerror
            ),
            tr("Choose another place with --workspace, or mend the rights of the folder."),
        ) from problem
    if unencrypted:
        migrate.upgrade(location)
        return ""
    made = new_key()
    station.credentials.keep_workspace_key(made.salt, made.key)
    migrate.upgrade(location, made.raw)
    return made.recovery


def _exists(location: Location) -> Refused:
    return Refused(
        tr("There is a workspace already: {location}.").format(location=location),
        tr("Open it, or choose another place with --workspace."),
    )


def upgraded(station: Station, location: Location) -> tuple[str, tuple[str, ...]]:
    """Bring the workspace to this version's schema; its key and what was applied.

    Raises NoWorkspace, WrongKey, NewerWorkspace, Unreachable. Makes no workspace where there is none.
    """
    if location.path is None:
        if not migrate.exists(location):
            raise NoWorkspace(
                tr("There is no workspace in this database yet."), tr("Create it with: switchboard workspace init.")
            )
        return "", migrate.upgrade(location)
    if not head(location.path):
        raise NoWorkspace(
            tr("There is no workspace yet: {location}.").format(location=location),
            tr("Create it with: switchboard workspace init."),
        )
    key = key_of(station, location.path)
    return key, migrate.upgrade(location, key)


def open_store(station: Station, location: Location) -> Store:
    """Open the workspace, brought to this version's schema. Raises NoWorkspace, WrongKey, Unreachable."""
    key, _ = upgraded(station, location)
    return Store(location, key)


def restore(station: Station, location: Location, file: Path, recovery: str) -> Path | None:
    """Bring a workspace back from a copy, or its key back from the recovery key when `file` is the workspace itself.

    Returns where the former file was put aside, if there was one. Raises WrongKey, WrongUse, Unreachable; then nothing
    was changed.
    """
    if location.path is None:
        raise WrongUse(tr("A shared workspace is restored with PostgreSQL's own tools."), tr("See docs/operations.md."))
    salt = head(file)
    if not salt:
        raise WrongUse(tr("There is no file {path}.").format(path=file), tr("Check the name."))
    key = WorkspaceKey(_raw_key(station, file, salt, recovery), salt).raw if salt != PLAIN_HEAD else ""
    problems = backup.check_embedded(file, key)
    if problems:
        raise Unreachable(
            tr("{path} is damaged: {problem}.").format(path=file, problem=problems[0]), tr("Take another copy.")
        )
    if key:
        station.credentials.keep_workspace_key(salt, bytes.fromhex(key)[:-SALT_BYTES])
    if file.resolve() == location.path.resolve():
        return None
    return backup.restore_embedded(file, key, location.path)


def _raw_key(station: Station, file: Path, salt: bytes, recovery: str) -> bytes:
    if recovery.strip():
        return key_from_recovery(recovery)
    key = station.credentials.workspace_key(salt)
    if key is None:
        raise WrongKey(
            tr("The keyring of this station has no key for the workspace {path}.").format(path=file),
            tr("Give the recovery key on standard input."),
        )
    return key
