"""Settings of a station under IT's policy: read strictly, saved whole, the policy wins."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from switchboard_app.config import StationSettings, load_settings, operator, save_settings, workspace_url
from switchboard_app.model.errors import DiskFull, Unreachable, UserError, WrongUse

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Where IT's policy would lie."""
    return tmp_path / "policy.toml"


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "settings.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def refused(folder: Path, policy: Path) -> WrongUse:
    with pytest.raises(WrongUse) as problem:
        load_settings(folder, policy)
    assert problem.value.next_step
    return problem.value


def test_no_file_is_the_usual_settings(station_home: Path, policy: Path) -> None:
    assert load_settings(station_home, policy) == StationSettings()
    assert load_settings(station_home / "nowhere", policy / "below a file that is none") == StationSettings()
    assert list(station_home.iterdir()) == [], "reading makes no file"


@pytest.mark.parametrize("whose", ["station", "policy"])
@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b'language = "en"\ntheme = "da', "damaged"),
        (b"\0" * 4096, "damaged"),
        (b'language = "\xff"', "damaged"),
        (b"[[[", "line 1"),
        (b'theme = "pink"', "theme"),
        (b"text_scale = 90", "text_scale"),
        (b"text_scale = 201", "text_scale"),
        (b"text_scale = true", "text_scale"),
        (b'compact_rows = "yes"', "compact_rows"),
        (b"mail_port = 0", "mail_port"),
        (b"sign_in_port = 65536", "sign_in_port"),
        (b"sign_in_port = '27417'", "sign_in_port"),
        (b'mail_host = "a\\nb"', "mail_host"),
        (b'proxy = "ftp://proxy"', "proxy"),
        (b'proxy = "http://proxy:99999"', "proxy"),
        (b'mail_security = "ssl"', "starttls, tls, none"),
        (b"version = 2", "newer version"),
        (b"version = 1.0", "version"),
        (b"version = true", "version"),
        (b"language = ['de']", "language"),
    ],
)
def test_a_file_that_cannot_be_used(station_home: Path, policy: Path, whose: str, text: bytes, named: str) -> None:
    file = written(station_home, text) if whose == "station" else policy
    file.write_bytes(text)
    problem = refused(station_home, policy)
    assert str(file) in problem.message
    assert named in str(problem)
    assert file.read_bytes() == text


def test_a_file_that_may_not_be_read(station_home: Path, policy: Path) -> None:
    (station_home / "settings.toml").mkdir()
    assert "settings.toml" in refused(station_home, policy).message
    (station_home / "settings.toml").rmdir()
    policy.mkdir()
    assert "policy.toml" in refused(station_home, policy).message


def test_a_byte_order_mark_is_no_damage(station_home: Path, policy: Path) -> None:
    """Windows' own editor and PowerShell write one."""
    written(station_home, b'\xef\xbb\xbftheme = "dark"\r\n')
    settings = load_settings(station_home, policy)
    assert settings.theme == "dark"
    save_settings(station_home, replace(settings, language="en"))
    assert load_settings(station_home, policy) == StationSettings(theme="dark", language="en")


def test_the_policy_wins_and_locks(station_home: Path, policy: Path) -> None:
    file = written(station_home, 'theme = "dark"\nmail_host = "own.example.ch"\n')
    policy.write_text('version = 1\nmail_host = "mail.example.ch"\nproxy = ""\nremark = "IT, 2026"\n')
    settings = load_settings(station_home, policy)
    assert (settings.theme, settings.mail_host) == ("dark", "mail.example.ch")
    assert {"mail_host", "proxy"} <= settings.locked, "also a key that is set to the usual value"
    assert "theme" not in settings.locked
    save_settings(station_home, replace(settings, theme="light", mail_host="slipped.example.ch", proxy="http://p:1"))
    assert load_settings(station_home, policy).mail_host == "mail.example.ch"
    policy.unlink()
    back = load_settings(station_home, policy)
    assert (back.theme, back.mail_host, back.proxy) == ("light", "own.example.ch", ""), file.read_text()


def test_every_setting_is_saved_and_read(station_home: Path, policy: Path) -> None:
    other = StationSettings(
        workspace="postgresql://desk@db.example.ch/switchboard",
        operator="Müller, «Anna»",
        language="en",
        theme="high-contrast",
        text_scale=150,
        compact_rows=True,
        notifications=False,
        proxy="http://proxy.example.ch:3128",
        x_client_id="Zm9vYmFy",
        sign_in_port=0,
        mail_host="mail.example.ch",
        mail_port=465,
        mail_security="tls",
        mail_user="zentrale",
        mail_sender="zentrale@example.ch",
    )
    usual = StationSettings()
    for one in fields(StationSettings):
        if one.name != "locked":
            assert getattr(other, one.name) != getattr(usual, one.name), f"{one.name} is not tried"
    save_settings(station_home, other)
    assert load_settings(station_home, policy) == other
    save_settings(station_home, usual)
    assert load_settings(station_home, policy) == usual, "back to the usual is saved as well"


def test_saving_keeps_remarks_and_keys_of_others(station_home: Path, policy: Path) -> None:
    text = '# by hand\nhologram = true # of a newer version\ntheme = "dark"\n[extra]\nx = 1\n'
    file = written(station_home, text)
    save_settings(station_home, replace(load_settings(station_home, policy), text_scale=120))
    saved = file.read_text()
    for kept in ("# by hand", "hologram = true # of a newer version", "[extra]\nx = 1", 'theme = "dark"'):
        assert kept in saved, saved
    assert load_settings(station_home, policy) == StationSettings(theme="dark", text_scale=120), saved


def test_saving_does_not_repair_by_overwriting(station_home: Path, policy: Path) -> None:
    """The file was damaged by hand after the start."""
    file = written(station_home, b'theme = "da')
    with pytest.raises(WrongUse, match="damaged"):
        save_settings(station_home, StationSettings(theme="dark"))
    assert file.read_bytes() == b'theme = "da'
    file.write_bytes(b"\xff")
    with pytest.raises(WrongUse, match="damaged"):
        save_settings(station_home, StationSettings(theme="dark"))


def test_saved_whole_or_not_at_all(station_home: Path, policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(station_home, 'theme = "dark"\n')
    settings = load_settings(station_home, policy)
    kinds: dict[int, type[UserError]] = {errno.ENOSPC: DiskFull, errno.EIO: Unreachable}
    for number, kind in kinds.items():

        def fail(_descriptor: int, number: int = number) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(kind) as problem:
            save_settings(station_home, replace(settings, theme="light"))
        assert problem.value.next_step
        assert file.read_text() == 'theme = "dark"\n'
        assert [one.name for one in station_home.iterdir()] == ["settings.toml"], "nothing half-written stays"


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unreachable) as problem:
        save_settings(tmp_path / "file" / "station", StationSettings(theme="dark"))
    assert "cannot be written" in problem.value.message


def test_killed_while_saving(station_home: Path, policy: Path) -> None:
    """Saved again and again by a process that is killed: what lies there is always one of the two, whole."""
    script = (
        "import sys; from pathlib import Path; from switchboard_app.config import *\n"
        "home = Path(sys.argv[1]); print('x', flush=True)\n"
        "while True:\n"
        "    for theme in ('dark', 'light'): save_settings(home, StationSettings(theme=theme, operator=theme * 2000))\n"
    )
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(station_home)], stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ}
        )
        assert process.stdout is not None
        process.stdout.readline()
        while not (station_home / "settings.toml").exists():
            assert process.poll() is None
        process.kill()
        process.wait(10)
        process.stdout.close()
        settings = load_settings(station_home, policy)
        assert settings.operator == settings.theme * 2000


def test_who_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = StationSettings(operator="Anna Muster")
    assert operator(settings) == "Anna Muster"
    monkeypatch.setenv("SWITCHBOARD_OPERATOR", "  ml  ")
    assert operator(settings) == "ml"
    monkeypatch.setenv("SWITCHBOARD_OPERATOR", "   ")
    assert operator(settings) == "Anna Muster"
    monkeypatch.setenv("LOGNAME", "os-user")
    assert operator(StationSettings()) == "os-user"
    assert operator(StationSettings(operator="   ")) == "os-user"


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31mred", "\udcff"])
def test_names_that_are_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """They would stand in every entry, log line and mail."""
    monkeypatch.setenv("SWITCHBOARD_OPERATOR", name)
    with pytest.raises(WrongUse) as problem:
        operator(StationSettings())
    assert "SWITCHBOARD_OPERATOR" in problem.value.next_step


def test_which_workspace(monkeypatch: pytest.MonkeyPatch, station_home: Path) -> None:
    settings = StationSettings(workspace="postgresql://own@db/x")
    assert workspace_url(settings, "sqlite:///given", station_home) == "sqlite:///given"
    assert workspace_url(settings, "", station_home) == "postgresql://own@db/x"
    monkeypatch.setenv("SWITCHBOARD_WORKSPACE", "sqlite:///environment")
    assert workspace_url(settings, "", station_home) == "sqlite:///environment"
    monkeypatch.setenv("SWITCHBOARD_WORKSPACE", "")
    assert workspace_url(StationSettings(), "", station_home).endswith("/station/workspace.db")
