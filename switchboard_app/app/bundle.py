"""The support bundle: what somebody elsewhere needs to help, and nothing that belongs to a citizen or a colleague.

A zip of versions, findings, settings (whether something is set, where it could name somebody), counts and states of the
workspace, health history, the end of the log and the crash reports. Everything passes redaction once more, and the
names of this computer's user and of the operator are taken out. Refuses content, names, addresses and secrets.
Called by ``doctor --bundle`` and by the window.
"""

from __future__ import annotations

import getpass
import importlib.metadata
import io
import json
import platform
import re
import ssl
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from switchboard_app import __version__
from switchboard_app.app.checks import Finding, findings
from switchboard_app.app.station import Station
from switchboard_app.config import StationSettings, write_whole
from switchboard_app.model.errors import UserError
from switchboard_app.model.redaction import OUT, redact
from switchboard_app.store.database import Store
from switchboard_app.store.inventory import Inventory, inventory

LOG_BYTES: Final = 400_000
"""How much of the end of the log goes along: some days."""
CRASHES: Final = 5
_SHORTEST_NAME: Final = 3
_WHETHER: Final = frozenset({"workspace", "operator", "mail_user", "mail_sender", "x_client_id"})
"""Settings of which only is told whether they are set: they could name somebody or a place in somebody's home."""

Opened = Callable[[], AbstractContextManager[Store]]


def write_bundle(file: Path, station: Station, seen: Sequence[Finding], opened: Opened) -> None:
    """Write the bundle whole or not at all; a workspace that does not open is left out. Raises UserError."""
    try:
        with opened() as store:
            held: Inventory | None = store.read(inventory)
    except UserError:
        held = None  # what is wrong with it stands among the findings
    write_whole(file, _packed(_pieces(station, seen, held), _names(station)))


def bundle_of_window(file: Path, station: Station, opened: Opened) -> None:
    """The same with findings of its own, for the window. Raises UserError."""

    def location() -> Any:
        with opened() as store:
            return store.location

    write_bundle(file, station, findings(station, location, opened), opened)


def suggested_name() -> str:
    """«switchboard-support-20261122-0131.zip»."""
    return f"switchboard-support-{datetime.now(UTC):%Y%m%d-%H%M}.zip"


def _pieces(station: Station, seen: Sequence[Finding], held: Inventory | None) -> dict[str, str]:
    pieces = {
        "versions.json": _json(_versions()),
        "findings.json": _json([asdict(one) for one in seen]),
        "settings.json": _json(_settings(station.settings)),
        "log.txt": _end_of(station.folder / "log" / "switchboard.log"),
    }
    if held is not None:
        pieces["workspace.json"] = _json({"schema": held.schema, "rows": held.rows, "states": held.states})
        pieces["health.json"] = _json([{**asdict(one), "at": _moment(one.at)} for one in held.health])
    for report in sorted((station.folder / "crash").glob("*.txt"))[-CRASHES:]:
        pieces[f"crash/{report.name}"] = _end_of(report)
    return pieces


def _packed(pieces: dict[str, str], names: Sequence[str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in pieces.items():
            bundle.writestr(name, _without(redact(text), names))
    return held.getvalue()


def _versions() -> dict[str, Any]:
    """Of the program and of what it stands on."""
    named = ("PySide6-Essentials", "httpx", "httpcore", "peewee", "psycopg", "sqlcipher3", "qasync", "keyring")
    libraries = {}
    for name in named:
        try:
            libraries[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            libraries[name] = ""
    return {
        "switchboard": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "openssl": ssl.OPENSSL_VERSION,
        "libraries": libraries,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _settings(settings: StationSettings) -> dict[str, Any]:
    told = {name: value for name, value in asdict(settings).items() if name != "locked"}
    told |= {name: "(set)" if told.get(name) else "" for name in _WHETHER}
    told["proxy"] = _place(settings.proxy)
    return {**told, "locked": sorted(settings.locked)}


def _place(address: str) -> str:
    """Scheme, host and port of an address, without who signs in there."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""


def _end_of(file: Path) -> str:
    """The last lines of a text file; "" when there is none."""
    try:
        with file.open("rb") as opened:
            opened.seek(0, io.SEEK_END)
            opened.seek(max(0, opened.tell() - LOG_BYTES))
            cut = opened.tell() > 0
            text = opened.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return text.partition("\n")[2] if cut else text


def _names(station: Station) -> tuple[str, ...]:
    """What this computer's user and the operator are called: no line of the bundle may say it."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a system without a name for its user
        user = ""
    known = {str(Path.home()), str(station.folder), user, Path.home().name, str(station.operator)}
    return tuple(sorted((one for one in known if len(one) >= _SHORTEST_NAME), key=len, reverse=True))


def _without(text: str, names: Sequence[str]) -> str:
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", OUT, text)
    return text


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
