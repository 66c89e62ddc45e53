"""`dev.py` speaks clearly before anything is installed: no display, a wrong verb, missing parts of the system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dev


def call(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """`dev.py` in a process of its own, without any display unless `changes` name one."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in screens} | changes
    command = [sys.executable, str(dev.ROOT / "dev.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(not dev.LINUX, reason="only Linux can be without a display")
def test_without_a_display_it_names_the_off_screen_ways() -> None:
    done = call("run")
    assert done.returncode == 4
    assert "no display" in done.stderr
    assert "python3 dev.py screenshots" in done.stderr
    assert "xvfb-run -a python3 dev.py run" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [[], ["dance"], ["check", "--fast"]])
def test_wrong_use_is_answered_with_code_2(arguments: list[str]) -> None:
    done = call(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "window"),
    [
        ([], True),
        (["--training"], True),
        (["--workspace", "sqlite:///a.db"], True),
        (["--workspace", "sqlite:///a.db", "enquiry", "list"], False),
        (["--json", "doctor"], False),
        (["--help"], False),
    ],
)
def test_only_calls_without_a_verb_need_a_display(arguments: list[str], window: bool) -> None:
    assert dev.opens_window(arguments) is window


def test_signs_of_the_system_are_read_by_their_form(tmp_path: Path) -> None:
    (tmp_path / "15").mkdir()
    assert dev.is_there(f"{tmp_path}/*")
    assert not dev.is_there(f"{tmp_path}/16")
    assert dev.is_there("module:json")
    assert not dev.is_there("module:no_such_module")
    assert not dev.is_there("libnosuchlibrary.so.1")
    assert not dev.is_there("no-such-program")


def test_the_line_to_type_installs_what_is_missing() -> None:
    line = dev.apt_line(dev.missing_packages((("no-such-program", "its-package"), ("module:json", "python3"))))
    assert line.startswith("sudo apt-get update && sudo apt-get install")
    assert line.endswith(" its-package")


def test_environment_of_development_serves_the_program_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    assert not dev.is_current(dev.RUN_LOCK)
    dev.STAMP.write_text(dev.stamp_of(dev.DEV_LOCK), "utf-8")
    assert dev.is_current(dev.RUN_LOCK)
    dev.STAMP.write_text(dev.stamp_of(dev.RUN_LOCK), "utf-8")
    assert dev.is_current(dev.RUN_LOCK)
    assert not dev.is_current(dev.DEV_LOCK)
