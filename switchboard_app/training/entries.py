"""Strict reading of the training files: every mistake is named by file, place and key.

What it is for: `Entry` wraps one JSON object and hands out checked values. What it refuses to do: guessing. A
missing key, a wrong type, a number out of range, a key used twice and a key nobody asked for are all errors.

Called by `training.cases` only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from switchboard_app.model.errors import WrongUse
from switchboard_app.model.language import tr


class CaseFileError(WrongUse):
    """A training file says something impossible. Its text names the file, the place in it and what is wrong."""

    def __init__(self, file: Path, place: str, problem: str) -> None:
        super().__init__(
            tr("Training file {file}, {place}: {problem}.").format(file=file.name, place=place, problem=problem),
            tr("Correct the file as README.md beside it says, or install the program again."),
        )
        self.file = file
        self.place = place


class Entry:
    """One JSON object of a file, read key by key."""

    def __init__(self, file: Path, place: str, values: object) -> None:
        if not isinstance(values, dict):
            raise CaseFileError(file, place, tr("must be an object in braces"))
        self._file = file
        self._place = place
        self._values: Final[dict[str, object]] = values
        self._asked: set[str] = set()

    def wrong(self, key: str, problem: str) -> CaseFileError:
        """The error to raise for a value that is well formed but impossible."""
        return CaseFileError(self._file, f"{self._place}.{key}", problem)

    def text(self, key: str, *, longest: int, empty: bool = False, default: str | None = None) -> str:
        """A text of at most `longest` characters; `empty` allows ""."""
        value = self._get(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, tr("must be a text"))
        if not value.strip() and not (empty and value == ""):
            raise self.wrong(key, tr("must not be empty"))
        if len(value) > longest:
            raise self.wrong(key, tr("has {n} characters, {most} are allowed").format(n=len(value), most=longest))
        return value

    def key(self, key: str) -> str:
        """A short name made of small letters, digits and hyphens."""
        value = self.text(key, longest=60)
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
            raise self.wrong(key, tr("must be small letters, digits and hyphens"))
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed words."""
        value = self.text(key, longest=60)
        if value not in allowed:
            raise self.wrong(key, tr("must be one of {words}").format(words=", ".join(allowed)))
        return value

    def whole_number(self, key: str, low: int, high: int, *, default: int | None = None) -> int:
        """A whole number from `low` to `high`, both included."""
        value = self._get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(key, tr("must be a whole number"))
        if not low <= value <= high:
            raise self.wrong(key, tr("must lie between {low} and {high}").format(low=low, high=high))
        return value

    def flag(self, key: str) -> bool:
        """true or false; false when the key is absent."""
        value = self._get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, tr("must be true or false"))
        return value

    def texts(self, key: str, fewest: int, most: int, *, longest: int) -> tuple[str, ...]:
        """A list of non-empty texts."""
        texts: list[str] = []
        for number, value in enumerate(self._list(key, fewest, most)):
            place = f"{key}[{number}]"
            if not isinstance(value, str) or not value.strip() or len(value) > longest:
                raise self.wrong(place, tr("must be a text of 1 to {most} characters").format(most=longest))
            texts.append(value)
        return tuple(texts)

    def entries(self, key: str, fewest: int, most: int) -> Iterator[Entry]:
        """A list of objects, each as an entry of its own."""
        for number, value in enumerate(self._list(key, fewest, most)):
            yield Entry(self._file, _place(f"{self._place}.{key}", number, value), value)

    def end(self) -> None:
        """Refuse keys that nobody asked for."""
        unknown = sorted(set(self._values) - self._asked)
        if unknown:
            raise self.wrong(unknown[0], tr("is not a known key"))

    def _get(self, key: str, default: object) -> object:
        self._asked.add(key)
        if key not in self._values and default is None:
            raise self.wrong(key, tr("is missing"))
        return self._values.get(key, default)

    def _list(self, key: str, fewest: int, most: int) -> list[object]:
        value = self._get(key, [] if fewest == 0 else None)
        if not isinstance(value, list):
            raise self.wrong(key, tr("must be a list in brackets"))
        if not fewest <= len(value) <= most:
            problem = tr("has {n} entries, {fewest} to {most} are allowed")
            raise self.wrong(key, problem.format(n=len(value), fewest=fewest, most=most))
        return value


def read_entries(file: Path, key: str) -> Iterator[Entry]:
    """The entries of the one list that a training file holds under `key`."""
    try:
        values = json.loads(file.read_bytes().decode("utf-8"), object_pairs_hook=lambda pairs: _no_twins(file, pairs))
    except OSError as error:
        raise CaseFileError(file, key, tr("cannot be read: {reason}").format(reason=error.strerror)) from error
    except UnicodeDecodeError as error:
        raise CaseFileError(file, key, tr("is not UTF-8 at byte {n}").format(n=error.start)) from error
    except json.JSONDecodeError as error:
        place = tr("line {line}, column {column}").format(line=error.lineno, column=error.colno)
        raise CaseFileError(file, place, tr("is not JSON: {reason}").format(reason=error.msg)) from error
    top = Entry(file, "file", values)
    yield from top.entries(key, 1, 10_000)
    top.end()


def _place(path: str, number: int, value: object) -> str:
    """Where an entry stands: by its own key when it has one, else by its number."""
    name = value.get("key") if isinstance(value, dict) else None
    return f"{path.removeprefix('file.')}[{name if isinstance(name, str) else number}]"


def _no_twins(file: Path, pairs: list[tuple[str, object]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in pairs:
        if key in values:
            raise CaseFileError(file, key, tr("stands twice in one object"))
        values[key] = value
    return values
