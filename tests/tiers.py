"""How much a random test does, and with which seeds: little on every push, much every night.

`SWITCHBOARD_NIGHTLY=1` chooses the nightly numbers. `each` runs a trial for every seed and writes the failing one onto
the error; ``--sim-seed=N`` repeats that one alone. A seed that once failed goes into ``regressions.json`` under the
name of its test and is tried first from then on. On a push the seeds are the same every time (a red push is somebody's
change), at night they are new ones. Called by the tests; `conftest` hands the environment and the option in.
"""

from __future__ import annotations

import json
import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

REGRESSIONS = Path(__file__).with_name("regressions.json")

NIGHTLY = "SWITCHBOARD_NIGHTLY"
NIGHT_SECONDS = 2 * 3600
"""For one test at night; by day pytest's own setting counts."""
nightly: bool = os.environ.get(NIGHTLY, "") not in ("", "0")

_asked: list[int] = []


def ask_for(seed: int | None) -> None:
    """Every random test of this run uses this one seed (the option ``--sim-seed``)."""
    _asked[:] = [] if seed is None else [seed]


def count(push: int, at_night: int) -> int:
    """How many trials this run makes."""
    return at_night if nightly else push


def seed(name: str) -> int:
    """One seed for a test that uses a single one; printed, so that a failure shows it."""
    chosen = _asked[0] if _asked else _base(name)
    print(f"{name}: repeat with --sim-seed={chosen}")  # noqa: T201 - captured, shown with a failure
    return chosen


def seeds(name: str, push: int, at_night: int) -> Iterator[int]:
    """The seeds of a test: the one asked for, else those that failed once and then as many as the tier says."""
    if _asked:
        yield _asked[0]
        return
    known = json.loads(REGRESSIONS.read_text()).get(name, [])
    yield from known
    base = _base(name)
    yield from range(base, base + count(push, at_night))


def each(name: str, push: int, at_night: int, trial: Callable[[int], object]) -> int:
    """Run `trial` with every seed; returns how many ran. A failure carries its seed as a note."""
    done = 0
    for chosen in seeds(name, push, at_night):
        try:
            trial(chosen)
        except BaseException as problem:
            problem.add_note(f"{name}: repeat with --sim-seed={chosen}; put it into {REGRESSIONS.name}")
            raise
        done += 1
    return done


def _base(name: str) -> int:
    return secrets.randbelow(2**31) if nightly else zlib.crc32(name.encode()) % 1_000_000 * 1000
