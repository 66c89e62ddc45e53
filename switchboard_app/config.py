"""Settings of this station, under IT's policy file, which wins.

The station's file is `settings.toml` in the station's folder (SWITCHBOARD_HOME, else the platform's usual place); the
policy file lies where only IT can write. Both are TOML with the same keys. Holds no secret and nothing that the whole
workspace shares. Refuses to guess: a file that cannot be read is an error with its line, never silently the defaults.
"""

from __future__ import annotations

import contextlib
import errno
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import platformdirs

from switchboard_app.model.errors import DiskFull, Unreachable, WrongUse
from switchboard_app.model.ids import Operator
from switchboard_app.model.language import tr

VERSION = 1
HOME = "SWITCHBOARD_HOME"
OPERATOR = "SWITCHBOARD_OPERATOR"
WORKSPACE = "SWITCHBOARD_WORKSPACE"

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "language": ("de", "en"),
    "theme": ("system", "light", "dark", "high-contrast"),
    "mail_security": ("starttls", "tls", "none"),
}


def _is_proxy(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return not text or (parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0)
    except ValueError:
        return False


_SOUND: Mapping[str, Callable[[Any], bool]] = {
    "text_scale": lambda percent: 100 <= percent <= 200,
    "mail_port": lambda port: 1 <= port <= 65535,
    "sign_in_port": lambda port: 0 <= port <= 65535,
    "proxy": _is_proxy,
}
"""What else must hold of a value of the right type."""


@dataclass(frozen=True, slots=True)
class StationSettings:
    """Everything a station can set. An empty text means: the program's own choice."""

    workspace: str = ""
    operator: str = ""
    language: str = "de"
    theme: str = "system"
    text_scale: int = 100
    """Per cent, 100 to 200."""
    compact_rows: bool = False
    notifications: bool = True
    proxy: str = ""
    """The only proxy ever used; the environment's is ignored."""
    x_client_id: str = ""
    """The app by which people sign in to X accounts in the browser; no secret."""
    sign_in_port: int = 27417
    """Where the browser comes back to on this computer after a sign-in; 0 takes any free port."""
    mail_host: str = ""
    mail_port: int = 587
    mail_security: str = "starttls"
    mail_user: str = ""
    mail_sender: str = ""
    locked: frozenset[str] = field(default_factory=frozenset)
    """Keys that the policy sets; the window shows them read-only."""


def station_folder() -> Path:
    """Where this station keeps settings, log and the embedded workspace."""
    chosen = os.environ.get(HOME)
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("switchboard", appauthor=False))


def policy_file() -> Path:
    """Where IT's policy lies."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "Switchboard" / "policy.toml"
    return Path("/etc/switchboard/policy.toml")


def resource_folder() -> Path:
    """Icons, fonts, translations, sample directory, training cases: beside the package, or inside it once installed."""
    here = Path(__file__).resolve().parent
    beside = here.parent / "resources"
    return beside if beside.is_dir() else here / "_resources"


def locale_folder() -> Path:
    """Where the catalogues of the languages lie."""
    return resource_folder() / "locale"


def load_settings(folder: Path, policy: Path | None = None) -> StationSettings:
    """The settings in force. Raises WrongUse naming file, line and key when one of the files cannot be read."""
    own = _read(folder / "settings.toml")
    rules = _read(policy or policy_file())
    settings = _apply(StationSettings(), own, folder / "settings.toml")
    settings = _apply(settings, rules, policy or policy_file())
    return replace(settings, locked=frozenset(rules) - {"version"})


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as problem:
        raise WrongUse(
            tr("The settings file {path} cannot be read: {problem}.").format(path=path, problem=problem.strerror),
            tr("Check the rights of the file."),
        ) from problem
    import tomllib  # only who has settings pays for reading them

    try:
        return tomllib.loads(raw.decode("utf-8-sig"))  # Windows' own editor begins with a byte order mark
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise WrongUse(
            tr("The settings file {path} is damaged: {problem}.").format(path=path, problem=problem),
            tr("Mend that line, or rename the file to start with the usual settings."),
        ) from problem


def _apply(settings: StationSettings, read: Mapping[str, Any], path: Path) -> StationSettings:
    version = read.get("version", VERSION)
    if type(version) is not int:
        raise _wrong_value(path, "version", version)
    if version > VERSION:
        raise WrongUse(
            tr("The settings file {path} is of a newer version of Switchboard.").format(path=path),
            tr("Install the newer version on this station."),
        )
    known = {one.name: type(getattr(settings, one.name)) for one in fields(settings) if one.name != "locked"}
    values: dict[str, Any] = {}
    for key, value in read.items():
        if key == "version":
            continue
        if key not in known:
            continue  # a newer version's setting, or IT's remark: kept in the file, not used
        if type(value) is not known[key] or value not in _CHOICES.get(key, (value,)):
            raise _wrong_value(path, key, value)
        if isinstance(value, str) and not value.isprintable():
            raise _wrong_value(path, key, value)
        if key in _SOUND and not _SOUND[key](value):
            raise _wrong_value(path, key, value)
        values[key] = value
    return replace(settings, **values)


def _wrong_value(path: Path, key: str, value: object) -> WrongUse:
    return WrongUse(
        tr("The settings file {path} has a wrong value for «{key}»: {value}.").format(path=path, key=key, value=value),
        tr("Possible: {choices}.").format(choices=", ".join(_CHOICES[key]))
        if key in _CHOICES
        else tr("Correct it or remove the line."),
    )


def save_settings(folder: Path, settings: StationSettings) -> None:
    """Write the station's settings, whole or not at all; keys that the policy locks and unknown keys stay.

    Raises WrongUse, and writes nothing, when the file was damaged since it was read; DiskFull or Unreachable.
    """
    import tomlkit  # 40 ms that only saving pays

    path = folder / "settings.toml"
    _read(path)
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig")) if path.is_file() else tomlkit.document()
    document["version"] = VERSION
    usual = StationSettings()
    for one in fields(settings):
        if one.name == "locked" or one.name in settings.locked:
            continue
        value = getattr(settings, one.name)
        if value != getattr(usual, one.name) or one.name in document:
            document[one.name] = value
    write_whole(path, tomlkit.dumps(document).encode())


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step, on disk when this returns. Raises DiskFull or Unreachable; then the old one stays."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):  # the first problem is the one to tell
            unfinished.unlink(missing_ok=True)
        if problem.errno == errno.ENOSPC:
            raise DiskFull(tr("There is no room left on the disk."), tr("Free some space and try again.")) from problem
        raise Unreachable(
            tr("{path} cannot be written: {problem}.").format(path=path, problem=problem.strerror),
            tr("Check the rights of the folder."),
        ) from problem


def operator(settings: StationSettings) -> Operator:
    """Who acts on an embedded workspace: SWITCHBOARD_OPERATOR, the settings, else the OS user. Raises WrongUse."""
    chosen = os.environ.get(OPERATOR, "").strip() or settings.operator.strip()
    if not chosen.isprintable():
        raise WrongUse(
            tr("The name in {variable} holds characters that no name has.").format(variable=OPERATOR),
            tr("Set {variable} to a name in plain letters.").format(variable=OPERATOR),
        )
    try:
        return Operator(chosen or getpass.getuser())
    except (KeyError, OSError) as nameless:  # a container's user may have a number and no name
        raise WrongUse(
            tr("The operating system does not say who you are."),
            tr("Set {variable}, or «operator» in the settings file.").format(variable=OPERATOR),
        ) from nameless


def workspace_url(settings: StationSettings, given: str, folder: Path) -> str:
    """The workspace to open: the command line's, the environment's, the station's, else the embedded one."""
    chosen = given or os.environ.get(WORKSPACE) or settings.workspace
    return chosen or f"sqlite:///{quote((folder / 'workspace.db').absolute().as_posix().lstrip('/'), safe='/:')}"
