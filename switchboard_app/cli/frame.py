"""What every command is given: its arguments, its station, and how it answers (JSON for scripts, lines for people)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from switchboard_app.app.station import Station, this_station
from switchboard_app.app.workspace import open_store
from switchboard_app.cli.words import plain
from switchboard_app.model.errors import WrongUse
from switchboard_app.model.ids import Operator
from switchboard_app.model.language import tr
from switchboard_app.store.database import Store
from switchboard_app.store.location import Location

STDIN_LIMIT = 1_000_000


@dataclass
class Frame:
    """One run of one command."""

    arguments: argparse.Namespace

    @cached_property
    def station(self) -> Station:
        """This station; read when it is first needed, so that ``--help`` needs nothing."""
        return this_station()

    @property
    def location(self) -> Location:
        """The workspace that was asked for."""
        return self.station.location(self.arguments.workspace)

    @property
    def me(self) -> Operator:
        """Who acts."""
        return self.station.operator

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The open workspace, closed at the end."""
        store = open_store(self.station, self.location)
        try:
            yield store
        finally:
            store.close()

    def answer(self, document: Any, lines: Callable[[], list[str]]) -> None:
        """Print one JSON document with ``--json``, else the lines for people."""
        if self.arguments.json:
            sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        else:
            for line in lines():
                sys.stdout.write(plain(line) + "\n")
        sys.stdout.flush()

    @staticmethod
    def tell(sentence: str) -> None:
        """Say something to the person at the terminal."""
        sys.stderr.write(plain(sentence) + "\n")

    @staticmethod
    def stdin_object(example: str) -> dict[str, Any]:
        """One JSON object from standard input. Raises WrongUse; never repeats what was typed, it may be a secret."""
        raw = sys.stdin.buffer.read(STDIN_LIMIT + 1)
        shape = tr("Give one JSON object on standard input, for example {example}.").format(example=example)
        if len(raw) > STDIN_LIMIT:
            raise WrongUse(tr("Standard input is too long."), shape)
        try:
            read = json.loads(raw.decode())
        except ValueError:
            raise WrongUse(tr("Standard input holds no JSON."), shape) from None
        if not isinstance(read, dict):
            raise WrongUse(tr("Standard input holds no JSON object."), shape)
        return read
