"""The invented enquiries of the pictures, read from ``resources/sample/cases.toml`` as values in the order of time.

Knows no store. The file's fields are told in the README beside it; a field that is not known is an error, so that a
slip does not pass for an option. Called by `sample_workspace`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from switchboard_app.model.times import Millis, parse_iso

DAY = "2026-11-20"
"""A Friday: offices are open, and what is due in the afternoon runs into Monday."""
NOW = parse_iso(f"{DAY}T10:05:00")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened. Which fields are used depends on `do`."""

    at: Millis
    do: str
    text: str = ""
    by: str = ""
    photo: str = ""
    name: str = ""
    action: str = "inbox"
    office: str = ""
    urgent: bool = False
    word: str = ""
    outcome: str = ""
    until: Millis | None = None
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class SampleCase:
    """One person with what happened. `selected` is the one the main picture shows."""

    channel: str
    person: str
    steps: tuple[Step, ...]
    handle: str = ""
    number: str = ""
    draft: str = ""
    selected: bool = False
    unclear: bool = False
    number_is: int = 0
    """The number that its enquiry must get, because another text names it."""


def moment(text: str) -> Millis:
    """``09:41`` on the day of the pictures, ``19.11. 16:36`` on another day of that year."""
    day, _, clock = text.rpartition(" ")
    if not day:
        return parse_iso(f"{DAY}T{clock}")
    number, month = day.strip(".").split(".")
    return parse_iso(f"2026-{month}-{number}T{clock}")


def _step(read: dict[str, Any]) -> Step:
    fields = dict(read)
    for key in {"at", "until"}.intersection(fields):
        fields[key] = moment(fields[key])
    return Step(**fields)


def read_cases(resources: Path) -> tuple[SampleCase, ...]:
    """All cases of the file. Raises TypeError for a field that is not known."""
    text = (resources / "sample" / "cases.toml").read_text("utf-8")
    return tuple(
        SampleCase(**(case | {"steps": tuple(_step(step) for step in case["steps"])}))
        for case in tomllib.loads(text)["case"]
    )


def in_order(cases: tuple[SampleCase, ...]) -> list[tuple[SampleCase, Step]]:
    """Every step of every case, oldest first."""
    pairs = [(case, step) for case in cases for step in case.steps]
    return sorted(pairs, key=lambda pair: pair[1].at)
