"""What every command is given: its arguments, its station, and how it answers (JSON for scripts, lines for people)."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from switchboard_app.app.station import Station, this_station
from switchboard_app.app.workspace import open_store
from switchboard_app.cli.words import Line, line, plain
from switchboard_app.model.errors import Unreachable, WrongUse
from switchboard_app.model.ids import Operator
from switchboard_app.model.language import tr
from switchboard_app.store.database import Store
from switchboard_app.store.location import Location

STDIN_LIMIT = 1_000_000


@dataclass
class Frame:
    """One run of one command."""

    arguments: argparse.Namespace
    station: Station = field(default_factory=this_station)
    """Read before the verb looks at its arguments: what it refuses is said in the station's language too."""

    @property
    def location(self) -> Location:
        """The workspace that was asked for."""
        return self.station.location(self.arguments.workspace)

    @property
    def me(self) -> Operator:
        """Who acts."""
        return self.station.acting(self.location)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The open workspace, closed at the end."""
        store = open_store(self.station, self.location)
        try:
            yield store
        finally:
            store.close()

    def answer(self, document: Any, lines: Callable[[], Sequence[Line]]) -> None:
        """Print one JSON document with ``--json``, else the lines for people. Always UTF-8, whatever the locale is."""
        if self.arguments.json:
            text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        else:
            text = "".join(line(one) + "\n" for one in lines())
        # in JSON a lone surrogate becomes its escape, which is the same text
        raw = text.encode("utf-8", "backslashreplace")
        try:
            sys.stdout.buffer.write(raw)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as problem:
            silence()
            raise Unreachable(
                tr("The answer could not be printed: {problem}.").format(problem=problem.strerror),
                tr("What was asked for is done; check where the output goes."),
            ) from problem

    @staticmethod
    def tell(sentence: str) -> None:
        """Say something to the person at the terminal."""
        sys.stderr.write(plain(sentence) + "\n")

    @staticmethod
    def stdin_object(example: str, *, needed: bool = True) -> dict[str, Any]:
        """One JSON object from standard input; unless `needed`, nothing at all is an empty one.

        Raises WrongUse; never repeats what was typed, it may be a secret.
        """
        shape = tr("Give one JSON object on standard input, for example {example}.").format(example=example)
        raw = read_stdin(shape)
        if not needed and not raw.strip():
            return {}
        try:
            read = json.loads(raw.decode("utf-8-sig"))  # PowerShell pipes with a byte order mark
        except (ValueError, RecursionError):
            raise WrongUse(tr("Standard input holds no JSON."), shape) from None
        if not isinstance(read, dict):
            raise WrongUse(tr("Standard input holds no JSON object."), shape)
        return read


def read_stdin(shape: str) -> bytes:
    """All of standard input, within bounds. `shape` says what belongs there. Raises WrongUse."""
    try:
        raw = b"" if sys.stdin is None else sys.stdin.buffer.read(STDIN_LIMIT + 1)
    except (OSError, ValueError):  # closed by whoever started us
        raw = b""
    if len(raw) > STDIN_LIMIT:
        raise WrongUse(tr("Standard input is too long."), shape)
    return raw


def silence() -> None:
    """Let standard output lead nowhere: it is gone or full, and the interpreter would complain once more at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = None  # no file behind it: nothing is left to be flushed
