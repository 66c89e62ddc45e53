"""The command line as its users meet it: a station with a folder of its own, a keyring, and platforms on loopback.

``switchboard("enquiry", "list", "--json")`` runs one command. ``facebook`` and ``x`` are simulated platforms that live
on the machine's own clock, as the program does; `connected` has both accounts added.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.store.station_clock import wall_clock
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.loopback import LoopbackServer
from switchboard_app.training.x import SimulatedX
from tests.cli.forks import Done, Forks
from tests.platforms import Served

if sys.platform == "win32":
    pytest.skip("these tests fork", allow_module_level=True)


@dataclass(slots=True)
class Station:
    """One workstation; call it to run a command."""

    forks: Forks
    home: Path
    keyring: Path
    operator: str = "ml"
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What its commands are started with."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {
            "SWITCHBOARD_HOME": str(self.home),
            "SWITCHBOARD_OPERATOR": self.operator,
            "TEST_KEYRING": str(self.keyring),
        }
        return {**kept, **own, **self.extra}

    def __call__(
        self, *arguments: str | bytes, stdin: bytes | str | dict[str, Any] = b"", env: dict[str, str] | None = None
    ) -> Done:
        raw = json.dumps(stdin).encode() if isinstance(stdin, dict) else stdin
        raw = raw.encode() if isinstance(raw, str) else raw
        return self.forks.run(arguments, raw, {**self.environment, **(env or {})})

    def ok(self, *arguments: str | bytes, stdin: bytes | str | dict[str, Any] = b"") -> Any:
        """Run a command with ``--json`` that must succeed; its document."""
        done = self(*arguments, "--json", stdin=stdin)
        assert done.code == 0, done
        return done.json()

    def refused(self, code: int, *arguments: str | bytes, stdin: bytes | str | dict[str, Any] = b"") -> str:
        """Run a command that must end with this exit code, say why on stderr, and nothing on stdout; what it said."""
        done = self(*arguments, stdin=stdin)
        assert (done.code, done.out) == (code, ""), done
        assert done.err.strip(), "it says nothing"
        assert "Traceback" not in done.err, done.err
        return done.err

    def settings(self, **values: Any) -> None:
        """Write the station's settings file; English unless told."""
        chosen = {"language": "en", **values}
        lines = [f"{key} = {json.dumps(value)}" for key, value in chosen.items()]
        (self.home / "settings.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    @property
    def file(self) -> Path:
        """Its workspace."""
        return self.home / "workspace.db"

    def opened(self) -> Store:
        """Its workspace, opened by the test itself: quicker than many commands."""
        salt = self.file.read_bytes()[:16].hex()
        return Store(embedded(self.file), self.secrets[f"switchboard/workspace/{salt} switchboard"] + salt)

    @property
    def secrets(self) -> dict[str, str]:
        """What its keyring holds."""
        read: dict[str, str] = json.loads(self.keyring.read_text()) if self.keyring.exists() else {}
        return read


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """The process that has the program loaded."""
    made = Forks()
    yield made
    made.close()


@pytest.fixture
def bare(forks: Forks, station_home: Path, tmp_path: Path) -> Station:
    """A station that speaks English and has no workspace yet."""
    made = Station(forks, station_home, tmp_path / "keyring.json")
    made.settings()
    return made


@pytest.fixture(scope="session")
def first_station(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Station:
    """A station that was just set up; others begin as its copies."""
    home = tmp_path_factory.mktemp("first")
    made = Station(forks, home, home / "keyring.json")
    assert made("workspace", "init").code == 0
    return made


@pytest.fixture
def switchboard(bare: Station, first_station: Station) -> Station:
    """A station with an encrypted workspace."""
    shutil.copyfile(first_station.file, bare.file)
    shutil.copyfile(first_station.keyring, bare.keyring)
    return bare


@pytest.fixture
def facebook() -> SimulatedFacebook:
    """An empty page, on the machine's clock."""
    return SimulatedFacebook(wall_clock)


@pytest.fixture
def facebook_server(facebook: SimulatedFacebook) -> Iterator[Served[SimulatedFacebook]]:
    """The page on loopback."""
    with LoopbackServer(facebook.app, facebook.faults) as server:
        yield Served(facebook, server.base)


@pytest.fixture
def x() -> SimulatedX:
    """An empty account, on the machine's clock."""
    return SimulatedX(wall_clock)


@pytest.fixture
def x_server(x: SimulatedX) -> Iterator[Served[SimulatedX]]:
    """The account on loopback."""
    with LoopbackServer(x.app, x.faults) as server:
        yield Served(x, server.base)


@pytest.fixture
def page(switchboard: Station, facebook_server: Served[SimulatedFacebook]) -> Station:
    """The station with the page «Rathaus Basel» connected."""
    add(switchboard, "facebook", "Rathaus Basel", facebook_server)
    return switchboard


@pytest.fixture
def connected(page: Station, x_server: Served[SimulatedX]) -> Station:
    """The station with page and handle connected."""
    add(page, "x", "Kanton Basel-Stadt", x_server)
    return page


def add(station: Station, kind: str, name: str, served: Served[Any], *more: str) -> dict[str, Any]:
    """Connect an account."""
    secret = {"access_token": served.platform.token}
    added = station.ok("account", "add", kind, "--name", name, "--api-base", served.base, *more, stdin=secret)
    assert added["health"] == "ok", added
    return dict(added)


def numbers(rows: Sequence[dict[str, Any]]) -> list[int]:
    """The numbers of rows."""
    return [row["number"] for row in rows]
