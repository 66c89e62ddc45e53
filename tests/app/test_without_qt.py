"""Everything but the window works on a machine without Qt and without a display, and says so where it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HIDDEN = """
import importlib, pkgutil, sys
sys.modules["PySide6"] = None
sys.modules["qasync"] = None
import switchboard_app
names = [one.name for one in pkgutil.walk_packages(switchboard_app.__path__, "switchboard_app.")
         if not one.name.startswith("switchboard_app.ui")]
without = [name for name in names if name not in ("switchboard_app.app.window", "switchboard_app.app.life")]
assert len(without) > 100, without
for name in without:
    importlib.import_module(name)
assert not [name for name in sys.modules if name.startswith(("PySide6.", "shiboken6"))]

import asyncio
from switchboard_app.app.station import this_station
from switchboard_app.app.training import Training
from switchboard_app.model.enquiry import View
from switchboard_app.store import desk
from switchboard_app.store.queue import QueueFilter, page

training = Training(this_station())

async def once():
    engine = training.engine()
    try:
        return await engine.once()
    finally:
        await engine.close()

asyncio.run(once())
row = training.store.read(page, QueueFilter(View.ALL, "ml"), 0, 1)[0]
training.store.write(desk.reply, row.id, "Hin und zurück.", "ml")
asyncio.run(once())
said = [one.text for one in (*training.facebook.truth(), *training.x.truth()) if one.ours]
assert said.count("Hin und zurück.") == 1, said
training.close()
print("well")
"""


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "SWITCHBOARD_HOME")}
    environment = {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **env}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False, timeout=90)


def test_from_the_platform_to_the_outbox_and_back_without_qt(station_home: Path) -> None:
    done = run("-c", HIDDEN)
    assert (done.returncode, done.stdout, done.stderr) == (0, "well\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only there a session can be without a display")
@pytest.mark.parametrize("arguments", [(), ("--training",), ("--workspace", "sqlite:///tmp/x.db")])
def test_no_display(station_home: Path, arguments: tuple[str, ...]) -> None:
    (station_home / "settings.toml").write_text('language = "en"')
    done = run("-m", "switchboard_app", *arguments)
    assert (done.returncode, done.stdout) == (4, "")
    assert len(done.stderr.splitlines()) == 2, "what is the matter, and the next step"
    assert "xvfb-run" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (station_home / "training").exists(), "nothing was begun"


@pytest.mark.parametrize("arguments", [(), ("--training",), ("enquiry", "list")])
def test_damaged_settings(station_home: Path, arguments: tuple[str, ...]) -> None:
    file = station_home / "settings.toml"
    file.write_bytes(b'theme = "da')
    done = run("-m", "switchboard_app", *arguments, QT_QPA_PLATFORM="offscreen")
    assert (done.returncode, done.stdout) == (2, "")
    assert str(file) in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert "Traceback" not in done.stderr
    assert file.read_bytes() == b'theme = "da'
