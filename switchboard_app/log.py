"""The log of this station: for IT, without content and without secrets.

`logger(room)` is the only way to log. A redacting filter on every handler replaces what looks like a token, an address
with a query, a phone number or an AHV number. Refuses content by convention: callers log ids and kinds.
"""

from __future__ import annotations

import logging
import logging.handlers
import re
from pathlib import Path

_ROOT = "switchboard"

_SECRETS = (
    (
        re.compile(r"(?i)(\w*token|client_secret|app_secret|password|appsecret_proof|code)=[^&\s\"']+"),
        r"\1=•••",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), r"\1 •••"),
    (re.compile(r"\bEAA[A-Za-z0-9]{12,}"), "•••"),
    (re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']*"), r"\1?•••"),
    (re.compile(r"\b756[ .]?\d{4}[ .]?\d{4}[ .]?\d{2}\b"), "756.••••.••••.••"),
    (re.compile(r"(?<![\w.])(?:\+|00)\d{2}[\d /.()-]{7,}\d"), "•••"),
    (re.compile(r"(?<![\w.])0\d{2}[ /.-]?\d{3}[ /.-]?\d{2}[ /.-]?\d{2}(?!\w)"), "•••"),
    (re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,128}\.[A-Za-z]{2,24}"), "•••@•••"),
)


def redact(text: str) -> str:
    """The text without what looks like a secret or a personal number."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


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
