"""An error that nobody caught: a report with places in the code, not a word of it anywhere, nothing on the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WORDS = "Kanarienvogel EAAcanary000000000000"
BEGIN = (
    "import threading\n"
    "from switchboard_app.app.crash import catch_all\n"
    "from switchboard_app.config import station_folder\n"
    "from switchboard_app.log import start_logging\n"
    "start_logging(station_folder() / 'log')\n"
    "catch_all()\n"
)
IN_THE_MAIN_THREAD = f"def poll(): raise ValueError('{WORDS}')\npoll()\n"
WITH_A_CAUSE = (
    f"try:\n    raise KeyError('{WORDS}')\nexcept KeyError as cause:\n    raise ValueError('{WORDS}') from cause\n"
)
IN_A_THREAD = (
    f"def poll(): raise ValueError('{WORDS}')\nthread = threading.Thread(target=poll)\nthread.start()\nthread.join()\n"
)
IN_A_SLOT = (
    "from PySide6.QtCore import QCoreApplication, QTimer\n"
    f"def poll(): raise ValueError('{WORDS}')\n"
    "app = QCoreApplication([])\nQTimer.singleShot(0, poll)\nQTimer.singleShot(50, app.quit)\napp.exec()\n"
)


@pytest.mark.parametrize("program", [IN_THE_MAIN_THREAD, WITH_A_CAUSE, IN_A_THREAD, IN_A_SLOT])
def test_an_error_nobody_caught(tmp_path: Path, program: str) -> None:
    environment = {**os.environ, "SWITCHBOARD_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + program], env=environment, capture_output=True, check=False, timeout=60
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    [report] = (tmp_path / "crash").iterdir()
    text = report.read_text("utf-8")
    assert "ValueError" in text
    assert ("because of KeyError" in text) is (program is WITH_A_CAUSE)
    log = (tmp_path / "log" / "switchboard.log").read_text("utf-8")
    assert "switchboard.crash ValueError at" in log
    for place in (text, log):
        assert "Kanarienvogel" not in place
        assert "EAAcanary" not in place


def test_what_breaks_at_the_end_of_an_object(tmp_path: Path) -> None:
    program = f"class Rest:\n    def __del__(self): raise ValueError('{WORDS}')\nRest()\n"
    environment = {**os.environ, "SWITCHBOARD_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + program], env=environment, capture_output=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    log = (tmp_path / "log" / "switchboard.log").read_text("utf-8")
    assert "at the end of an object: ValueError" in log
    assert "Kanarienvogel" not in log


@pytest.mark.logs_warning
def test_only_the_newest_reports_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from switchboard_app.app import crash

    monkeypatch.setenv("SWITCHBOARD_HOME", str(tmp_path))
    folder = tmp_path / "crash"
    folder.mkdir()
    for number in range(30):
        (folder / f"20200101-0000{number:02d}.txt").write_text("old")
    written = crash.write_crash_report(ValueError("x"))
    kept = sorted(folder.iterdir())
    assert len(kept) == crash.KEPT
    assert kept[-1] == written
