"""The crash report: what IT needs to mend a bug, without content and without secrets."""

from __future__ import annotations

import platform
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from switchboard_app import __version__
from switchboard_app.config import station_folder
from switchboard_app.log import logger, redact


def write_crash_report(bug: BaseException) -> Path | str:
    """Write the report into the station's folder; returns where, or a word when even that failed.

    Only the places in the code are kept, not the error's own text: it may quote what a citizen wrote.
    """
    frames = traceback.extract_tb(bug.__traceback__)
    lines = [
        f"Switchboard {__version__}, Python {platform.python_version()}, {sys.platform}",
        f"{datetime.now(UTC).isoformat(timespec='seconds')}",
        type(bug).__qualname__,
        *(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames),
    ]
    logger("crash").error("%s at %s", type(bug).__qualname__, lines[-1].strip())
    folder = station_folder() / "crash"
    path = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(redact("\n".join(lines)) + "\n", encoding="utf-8")
    except OSError as problem:
        return f"({problem.strerror})"
    return path
