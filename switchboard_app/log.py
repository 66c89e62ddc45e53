"""The log of this station: for IT, without content and without secrets.

`logger(room)` is the only way to log. A redacting formatter on every handler, ours and the root's, takes out what looks
like a secret or a personal number (`model.redaction`); of an error it writes the kind and the places in the code, never
its own words, because they may quote a citizen. Refuses content by convention: callers log ids and kinds.
"""

from __future__ import annotations

import logging
import logging.handlers
from copy import copy
from pathlib import Path
from types import TracebackType

from switchboard_app.model.errors import places
from switchboard_app.model.redaction import redact

__all__ = ["logger", "redact", "start_logging"]

_ROOT = "switchboard"
_CAUSES = 5

_ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler may have written the error with its words
        return redact(super().format(record))

    def formatException(self, ei: _ErrorInfo) -> str:  # noqa: N802 - logging's own name
        error, lines = ei[1], list[str]()
        while error is not None and len(lines) < _CAUSES:
            lines.append(places(error))
            error = error.__cause__ or error.__context__
        return "\n  because of ".join(lines)


def logger(room: str) -> logging.Logger:
    """The logger of a room of the house: store, sync, ui …"""
    return logging.getLogger(f"{_ROOT}.{room}")


class _LogFile(logging.handlers.RotatingFileHandler):
    """A log that never puts a traceback on the screen: a full disk is told by the verb that meets it, in words."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """The line is lost; the program goes on."""


class _Elsewhere(logging.Filter):
    """What libraries say; ours has its own handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.name != _ROOT and not record.name.startswith(f"{_ROOT}.")


def start_logging(folder: Path | None, *, level: int = logging.INFO) -> None:
    """Write the log into `folder`/switchboard.log (1 MB, five kept), warnings of libraries among it.

    Without a folder, or where it cannot be made, only warnings go to stderr.
    """
    own, everybody = logging.getLogger(_ROOT), logging.getLogger()
    own.setLevel(level)
    own.propagate = False
    for where in (own, everybody):
        for old in [one for one in where.handlers if where is own or isinstance(one.formatter, _Redacting)]:
            where.removeHandler(old)
            old.close()
    handler: logging.Handler
    if folder is None or not _made(folder):
        handler = logging.StreamHandler()
        handler.setLevel(logging.WARNING)
    else:
        handler = _LogFile(folder / "switchboard.log", maxBytes=1_000_000, backupCount=5, encoding="utf-8", delay=True)
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    own.addHandler(handler)
    libraries = _Passing(handler)
    libraries.addFilter(_Elsewhere())
    libraries.setFormatter(handler.formatter)
    everybody.addHandler(libraries)
    for noisy in ("httpx", "httpcore", "keyring", "qasync", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _Passing(logging.Handler):
    """Gives warnings of libraries on to the handler of the log: one file has one writer.

    Of each only the first line: asyncio adds a line that shows the task, and in it the error with its words.
    """

    def __init__(self, to: logging.Handler) -> None:
        super().__init__(logging.WARNING)
        self._to = to

    def emit(self, record: logging.LogRecord) -> None:
        line = copy(record)
        line.msg, line.args = record.getMessage().partition("\n")[0], None
        self._to.handle(line)


def _made(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False  # whatever needs the folder says so with its next step
    return True
