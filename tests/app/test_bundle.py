"""The support bundle by itself: what is cut, what is left out, whose names are taken out."""

from __future__ import annotations

import json
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from switchboard_app.app.bundle import CRASHES, LOG_BYTES, suggested_name, write_bundle
from switchboard_app.app.checks import Finding
from switchboard_app.app.station import Station
from switchboard_app.config import StationSettings
from switchboard_app.model.errors import Unreachable
from switchboard_app.store.database import Store


def nothing_opens() -> AbstractContextManager[Store]:
    """The workspace cannot be reached."""
    raise Unreachable("No workspace.", "Start the server.")


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setenv("LOGNAME", "kanaria.m")
    monkeypatch.setenv("HOME", "/heim/kanaria.m")
    settings = StationSettings(
        operator="Kanaria Musterfrau", mail_sender="kanaria@example.org", mail_host="mail.bs.test"
    )
    (tmp_path / "log").mkdir()
    (tmp_path / "crash").mkdir()
    return Station(tmp_path, settings, None)  # type: ignore[arg-type]  # nobody asks the keyring here


def packed(station: Station, tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "b.zip"
    seen = [Finding("Workspace", False, "file /heim/kanaria.m/x.db of kanaria.m", "Call 061 267 81 81")]
    write_bundle(file, station, seen, nothing_opens)
    with zipfile.ZipFile(file) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def test_whose_computer_it_is_stands_nowhere(station: Station, tmp_path: Path) -> None:
    (tmp_path / "log" / "switchboard.log").write_text(f"opened {tmp_path}/workspace.db for Kanaria Musterfrau\n")
    pieces = packed(station, tmp_path)
    everything = "".join(pieces.values())
    for name in ("kanaria.m", "Kanaria", "kanaria@example.org", str(tmp_path), "267 81 81"):
        assert name not in everything, name
    settings = json.loads(pieces["settings.json"])
    assert (settings["operator"], settings["mail_sender"], settings["mail_user"]) == ("(set)", "(set)", "")
    assert settings["mail_host"] == "mail.bs.test"
    assert "workspace.json" not in pieces, "it did not open"
    assert json.loads(pieces["findings.json"])[0]["ok"] is False


def test_a_long_log_is_cut_at_a_line_and_few_reports_go_along(station: Station, tmp_path: Path) -> None:
    lines = [f"line {number:06d} " + "x" * 80 for number in range(10_000)]
    (tmp_path / "log" / "switchboard.log").write_text("\n".join(lines))
    for number in range(9):
        (tmp_path / "crash" / f"2026112{number}-000000.txt").write_text(f"report {number}")
    pieces = packed(station, tmp_path)
    assert len(pieces["log.txt"]) < LOG_BYTES
    assert pieces["log.txt"].startswith("line ")
    assert pieces["log.txt"].endswith(lines[-1])
    reports = [name for name in pieces if name.startswith("crash/")]
    assert len(reports) == CRASHES
    assert "crash/20261128-000000.txt" in reports


def test_its_name_says_when() -> None:
    assert suggested_name().startswith("switchboard-support-20")
    assert suggested_name().endswith(".zip")
