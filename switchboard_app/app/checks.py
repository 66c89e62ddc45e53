"""What the program stands on, looked at piece by piece, each with what to do: for ``doctor`` and for support bundles.

Refuses to name anybody: neither the user in a path, nor an account by its name. Called by `cli.doctor`, `app.bundle`.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from switchboard_app.app.station import Station
from switchboard_app.app.workspace import NoWorkspace, head
from switchboard_app.model.errors import UserError
from switchboard_app.model.health import Health
from switchboard_app.model.language import tr
from switchboard_app.model.workspace_key import PLAIN_HEAD
from switchboard_app.store import accounts
from switchboard_app.store.database import Store
from switchboard_app.store.location import Location

MIN_FREE = 500 * 1024 * 1024
MAX_SKEW_MILLIS = 120_000
_PROBE = "doctor-probe"

Opened = Callable[[], AbstractContextManager[Store]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, whether it is well, what was seen, what to do."""

    what: str
    ok: bool
    seen: str
    next_step: str = ""


def findings(station: Station, location: Callable[[], Location], opened: Opened) -> list[Finding]:
    """Look at everything. `location` and `opened` may raise UserError: that is a finding too."""
    seen = [_python(), _qt(), _sqlite(), _disk(station), _guarded(tr("Keyring"), lambda: _keyring(station))]
    seen += _workspace(location, opened)
    return [*seen, _guarded(tr("Mail to offices"), lambda: _mail(station))]


def _guarded(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except UserError as problem:
        return Finding(what, False, problem.message, problem.next_step)


def _python() -> Finding:
    return Finding("Python", sys.version_info >= (3, 11), platform.python_version(), "")


def _qt() -> Finding:
    """Only the version is asked: loading Qt would need a display's libraries."""
    try:
        version = importlib.metadata.version("PySide6-Essentials")
    except importlib.metadata.PackageNotFoundError:
        return Finding("Qt", False, tr("not installed"), tr("Install Switchboard again."))
    broken = version.startswith("6.12.0") and sys.version_info < (3, 12)
    step = tr("This version aborts on Python 3.11: install 6.11.3.") if broken else ""
    return Finding("Qt", not broken, version, step)


def _sqlite() -> Finding:
    from switchboard_app.store.backup import sqlite_version

    version = sqlite_version()
    well = tuple(int(part) for part in version.split(".")) >= (3, 51, 3)
    step = "" if well else tr("Older versions can damage a file that two programs use: install Switchboard again.")
    return Finding("SQLite", well, version, step)


def _disk(station: Station) -> Finding:
    folder = station.folder
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    step = "" if free > MIN_FREE else tr("Free some space; below 500 MB nothing is safe.")
    return Finding(tr("Disk"), free > MIN_FREE, tr("{n} MB free").format(n=free // 1_048_576), step)


def _keyring(station: Station) -> Finding:
    station.credentials.account_secret(_PROBE)
    return Finding(tr("Keyring"), True, tr("answers"))


def _workspace(asked: Callable[[], Location], opened: Opened) -> list[Finding]:
    name = tr("Workspace")
    try:
        location = asked()
        with opened() as store:
            plain = location.path is not None and head(location.path) == PLAIN_HEAD
            step = tr("It is not encrypted: for trials with invented people only.") if plain else ""
            return [Finding(name, True, _place(location), step), _clock(store), *_accounts(store)]
    except NoWorkspace as problem:
        return [Finding(name, False, problem.message, problem.next_step)]
    except UserError as problem:
        return [Finding(name, False, problem.message, problem.next_step)]


def _place(location: Location) -> str:
    """Where the workspace lies, without naming its user."""
    home = str(Path.home())
    if location.path is not None:
        path = str(location.path)
        return f"~{path.removeprefix(home)}" if len(home) > 1 and path.startswith(f"{home}{os.sep}") else path
    parts = urlsplit(location.dsn)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _clock(store: Store) -> Finding:
    skew = abs(store.read(lambda tx: tx.now) - store.now())
    well = skew <= MAX_SKEW_MILLIS
    step = "" if well else tr("Set the clock of this station: due times and windows depend on it.")
    return Finding(tr("Clock"), well, tr("{n} s from the workspace's").format(n=skew // 1000), step)


def _accounts(store: Store) -> list[Finding]:
    """Accounts by kind and health; their names stay out of a support bundle."""
    return [
        Finding(f"{tr('Account')} {one.kind}", one.health is Health.OK, one.reason, one.next_step)
        for one in store.read(accounts.listed)
    ]


def _mail(station: Station) -> Finding:
    settings = station.settings
    name = tr("Mail to offices")
    if not settings.mail_host:
        return Finding(name, True, tr("no mail server set; forwardings wait"), tr("Set one to forward by e-mail."))
    from switchboard_app.app.outside import check_mail

    place = asyncio.run(check_mail(station))
    return Finding(name, True, f"{place} ({settings.mail_security})")
