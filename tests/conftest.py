"""What holds for every test: no network, no real home, no real keyring, no display, no unexpected warning in the log.

This file guards; it builds nothing of the program. Fixtures that build a store, a station or a window stand in the
conftest of the folder that needs them. Pytest reads it by itself.
"""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import tiers

# Before anything imports Qt. A desktop's session bus is taken away, so that no test can open its user's keyring or
# put a notification on its screen; tests of the keyring start a bus of their own.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LANG"] = "C.UTF-8"
os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
for _name in [name for name in os.environ if name.startswith("SWITCHBOARD_") and name != tiers.NIGHTLY]:
    del os.environ[_name]

# A loaded machine is no bug: examples have no deadline. On the build machine they are the same every time.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "default")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that repeats a random trial."""
    parser.addoption("--sim-seed", type=int, default=None, help="run every random test with this seed alone")


def pytest_configure(config: pytest.Config) -> None:
    """Hand the option to `tests.tiers`."""
    tiers.ask_for(config.getoption("--sim-seed"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """At night random tests do a hundred times as much; a test that hangs ends in the morning."""
    if tiers.nightly:
        for item in items:
            item.add_marker(pytest.mark.timeout(tiers.NIGHT_SECONDS), append=False)


def pytest_collection_finish() -> None:
    """Five thousand tests and what they import stay to the end: nobody need look for dead cycles among them."""
    gc.collect()
    gc.freeze()


def _is_loopback(host: object) -> bool:
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if text in ("", "localhost", "None"):
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_the_network(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: connecting or asking for a name outside this machine ends the test that does it."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not _is_loopback(host):
        raise RuntimeError(f"a test reached for the network: {event} {host!r}")


sys.addaudithook(_refuse_the_network)


@pytest.fixture(autouse=True)
def station_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the program takes for this station's settings, spool and log; a new one for every test."""
    home = tmp_path / "station"
    home.mkdir()
    monkeypatch.setenv("SWITCHBOARD_HOME", str(home))
    return home


class _Warnings(logging.Handler):
    """Remembers what was logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test in which anything was logged as a warning or worse, unless it is marked `logs_warning`."""
    seen = _Warnings()
    logging.getLogger().addHandler(seen)
    yield
    logging.getLogger().removeHandler(seen)
    if seen.lines and request.node.get_closest_marker("logs_warning") is None:
        pytest.fail("unexpected in the log:\n" + "\n".join(seen.lines), pytrace=False)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of contracts and corpora that may lie beside the checkout; the test is skipped where it does not."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no ../shared beside this checkout (contracts and corpora)")
    return folder
