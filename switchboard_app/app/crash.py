"""The crash report: what IT needs to mend a bug, without content and without secrets.

A report names the kind of each error and the places in the code, never the error's own words: they may quote what a
citizen wrote. `catch_all` makes sure that nothing of it reaches a terminal either (Python and Qt would print the words
of an error that nobody caught, and a desktop keeps what its programs print). Called by the command line and the window.
"""

from __future__ import annotations

import platform
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path

from switchboard_app import __version__
from switchboard_app.config import station_folder
from switchboard_app.log import logger, redact
from switchboard_app.model.errors import places

KEPT = 20
"""Reports that stay; older ones are deleted when another one is written."""
_CAUSES = 5


def write_crash_report(bug: BaseException) -> Path | str:
    """Write the report into the station's folder; returns where, or a word when even that failed."""
    lines = [
        f"Switchboard {__version__}, Python {platform.python_version()}, {sys.platform}",
        f"{datetime.now(UTC).isoformat(timespec='seconds')}",
        *_told(bug),
    ]
    logger("crash").error("%s", places(bug))
    folder = station_folder() / "crash"
    path = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(redact("\n".join(lines)) + "\n", encoding="utf-8")
        for old in sorted(folder.glob("*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as problem:
        return f"({problem.strerror})"
    return path


def _told(bug: BaseException | None) -> list[str]:
    """The error and what caused it: kinds and places."""
    lines: list[str] = []
    for number in range(_CAUSES):
        if bug is None:
            break
        lines.append(type(bug).__qualname__ if number == 0 else f"because of {type(bug).__qualname__}")
        frames = traceback.extract_tb(bug.__traceback__)
        lines += [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
        bug = bug.__cause__ or bug.__context__
    return lines


def catch_all() -> None:
    """From now on an error that nobody caught, in whatever thread or slot, becomes a report instead of a print."""

    def uncaught(_kind: type[BaseException], bug: BaseException, _trace: object) -> None:
        if not isinstance(bug, KeyboardInterrupt):
            write_crash_report(bug)

    def in_a_thread(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
            write_crash_report(told.exc_value)

    def in_an_end(told: sys.UnraisableHookArgs) -> None:
        if told.exc_value is not None:
            logger("crash").error("at the end of an object: %s", places(told.exc_value))

    sys.excepthook = uncaught
    threading.excepthook = in_a_thread
    sys.unraisablehook = in_an_end
