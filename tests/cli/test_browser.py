"""Signing in by the system browser from the command line: the real flow, with a stand-in for the browser."""

from __future__ import annotations

import json
import os
import pty
import socket
import subprocess
import sys

import pytest

from switchboard_app.training.x import SimulatedX
from tests import browser
from tests.cli import shapes
from tests.cli.conftest import Station
from tests.cli.forks import ROOT
from tests.cli.shapes import check
from tests.platforms import Served

CLIENT = "switchboard-training"
NAME = "Kanton Basel-Stadt"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@pytest.fixture
def station(switchboard: Station) -> Station:
    """A station whose browser consents to everything, and whose callback is registered."""
    switchboard.extra["BROWSER"] = browser.as_command()
    switchboard.settings(sign_in_port=free_port())
    return switchboard


def secret_of(station: Station, account: str) -> dict[str, str]:
    entries = {key: json.loads(text) for key, text in station.secrets.items() if f"account/{account}" in key}
    assert len(entries) == 1, "the former secret is forgotten once the new one has proved itself"
    found: dict[str, str] = next(iter(entries.values()))
    return found


def test_an_account_is_added_and_signed_in_again(station: Station, x_server: Served[SimulatedX]) -> None:
    x = x_server.platform
    add = ("account", "add", "x", "--name", NAME, "--api-base", x_server.base, "--browser")
    added = station.ok(*add, "--option", f"client_id={CLIENT}")
    check(added, shapes.ACCOUNT)
    assert added["health"] == "ok"
    secret = secret_of(station, added["id"])
    assert (secret["access_token"], secret["refresh_token"]) == (x.token, x.tokens.refresh)
    assert secret["client_id"] == CLIENT
    x.say("p", "Frage")
    assert station.ok("sync", "--once")["accounts"][0]["new"] == 1
    x.tokens.revoke_all()
    assert station("account", "check", NAME).code == 4
    again = station("account", "sign-in", NAME, "--browser", "--json")
    assert again.code == 0, "the app is the one of the former sign-in"
    assert again.json()["health"] == "ok"
    assert "copy this address" in again.err
    assert f"{x_server.base}/i/oauth2/authorize?" in again.err
    secret = secret_of(station, added["id"])
    assert secret["access_token"] == x.token
    for said in (again.out, again.err):
        assert x.token not in said
        assert x.tokens.refresh not in said


def test_the_app_may_come_from_the_settings_or_from_standard_input(
    station: Station, x_server: Served[SimulatedX]
) -> None:
    add = ("account", "add", "x", "--api-base", x_server.base, "--browser", "--name")
    assert "client id is missing" in station.refused(2, *add, NAME)
    x_server.platform.tokens.client_secret = "app-secret"
    given = {"client_id": CLIENT, "client_secret": "app-secret"}
    added = station.ok(*add, NAME, stdin=given)
    assert secret_of(station, added["id"])["client_secret"] == "app-secret"
    x_server.platform.tokens.client_secret = ""
    station.ok("account", "remove", NAME)
    station.settings(sign_in_port=0, x_client_id=CLIENT)
    assert station.ok(*add, "Kanton")["health"] == "ok"


def test_a_secret_is_refused_on_the_command_line(station: Station) -> None:
    for option in ("client_secret=x", "access_token=x", "refresh_token=x"):
        said = station.refused(2, "account", "add", "x", "--name", NAME, "--option", option)
        assert "command line" in said
    assert station.ok("account", "list") == {"accounts": []}


def test_what_has_no_sign_in_by_browser_says_so(station: Station) -> None:
    said = station.refused(2, "account", "add", "facebook", "--name", "Seite", "--browser")
    assert "standard input" in said


def test_a_taken_port_and_a_person_who_says_no(station: Station, x_server: Served[SimulatedX]) -> None:
    add = ("account", "add", "x", "--name", NAME, "--api-base", x_server.base, "--browser")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        station.settings(sign_in_port=taken.getsockname()[1], x_client_id=CLIENT)
        assert "sign_in_port" in station.refused(3, *add)
    assert station.ok("account", "list") == {"accounts": []}
    assert not [key for key in station.secrets if "account" in key]


def test_at_a_terminal_the_browser_is_the_way(station: Station, x_server: Served[SimulatedX]) -> None:
    """The real program at a real terminal: without JSON to read it opens the browser."""
    add = ["account", "add", "x", "--name", NAME, "--api-base", x_server.base, "--json"]
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", _AT_A_TERMINAL, *add, "--option", f"client_id={CLIENT}"],
            stdin=theirs,
            capture_output=True,
            text=True,
            env={**station.environment, "PYTHONPATH": str(ROOT)},
            timeout=60,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["health"] == "ok"


_AT_A_TERMINAL = """
import os, sys
from pathlib import Path
from switchboard_app import credentials
from tests.cli.forks import FileKeyring
credentials._by_platform = lambda: FileKeyring(Path(os.environ["TEST_KEYRING"]))
from switchboard_app.cli import main
sys.exit(main(sys.argv[1:]))
"""
