"""The log of this station: for IT, without content and without secrets.

`logger(room)` is the only way to log. A redacting formatter on every handler takes out what looks like a secret or a
personal number (`model.redaction`). Refuses content by convention: callers log ids and kinds.
"""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

from switchboard_app.model.redaction import redact

__all__ = ["logger", "redact", "start_logging"]

_ROOT = "switchboard"


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def logger(room: str) -> logging.Logger:
    """The logger of a room of the house: store, sync, ui …"""
    return logging.getLogger(f"{_ROOT}.{room}")


class _LogFile(logging.handlers.RotatingFileHandler):
    """A log that never puts a traceback on the screen: a full disk is told by the verb that meets it, in words."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """The line is lost; the program goes on."""


def start_logging(folder: Path | None, *, level: int = logging.INFO) -> None:
    """Write the log into `folder`/switchboard.log (1 MB, five kept).

    Without a folder, or where it cannot be made, only warnings go to stderr.
    """
    root = logging.getLogger(_ROOT)
    root.setLevel(level)
    root.propagate = False
    for old in tuple(root.handlers):
        root.removeHandler(old)
        old.close()
    handler: logging.Handler
    if folder is None or not _made(folder):
        handler = logging.StreamHandler()
        handler.setLevel(logging.WARNING)
    else:
        handler = _LogFile(folder / "switchboard.log", maxBytes=1_000_000, backupCount=5, encoding="utf-8", delay=True)
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root.addHandler(handler)
    for noisy in ("httpx", "httpcore", "keyring", "qasync", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _made(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False  # whatever needs the folder says so with its next step
    return True
