"""Errors that people can do something about.

Three kinds of error exist: a `UserError` is shown with its next step, a `Failure` (see `delivery`) is recorded on a
delivery or an account, anything else is a bug and ends in a crash report. The exit codes are those of the command line.
"""

from __future__ import annotations

import traceback
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """What the command line answers to scripts."""

    DONE = 0
    BUG = 1
    WRONG_USE = 2
    REFUSED = 3
    UNREACHABLE = 4


class UserError(Exception):
    """Something a person can mend: what happened, and the next step, both already in words."""

    exit_code = ExitCode.REFUSED

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class WrongUse(UserError):
    """The command or the input is not of a form the program knows."""

    exit_code = ExitCode.WRONG_USE


class NotThere(WrongUse):
    """What was named does not exist."""


class Refused(UserError):
    """A rule says no: state, reply window, role, owner."""


class Stale(Refused):
    """The enquiry was changed by somebody else meanwhile; what was typed stays in the box."""


class Unreachable(UserError):
    """Database, platform, mail server or keyring cannot be reached."""

    exit_code = ExitCode.UNREACHABLE


class WrongKey(Unreachable):
    """The embedded workspace cannot be opened with the key at hand; the file was not touched."""


class NewerWorkspace(Unreachable):
    """The workspace was written by a newer version of the program; it was not touched."""


class DiskFull(Unreachable):
    """There is no room left to store what was typed; nothing was stored, nothing is lost from the form."""


def places(bug: BaseException) -> str:
    """What kind of error it is and where in the code it arose, without its own words: they may quote a citizen."""
    frames = traceback.extract_tb(bug.__traceback__)[-8:]
    where = " < ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in reversed(frames))
    return f"{type(bug).__name__} at {where}"
