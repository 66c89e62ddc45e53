"""Whether a piece of work stays within its CPU time and its memory on any machine.

Bad input must not make the program slow or large for ever; how slow is a figure, and belongs into the bench. What a
test can hold is a bound far above the usual cost and far below that of a pattern that has gone quadratic. A bound of
time is written for the machine on which the figures were taken and grows on slower ones; work that is over it is
measured twice more, because other threads and the collector of cycles share its clock. Called by the tests.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

USUAL_FLOOR = 0.018
"""CPU seconds of the floor on the machine for which the bounds are written."""
TRIALS = 3
_PROC = Path("/proc/self")


def within(seconds: float, work: Callable[[], T]) -> T:
    """Do `work` and return what it gives; fails if its CPU time exceeds `seconds` every time that it is measured.

    `work` may be done up to three times and has to bear it.
    """
    floor, allowed = _floor(), seconds
    used: list[float] = []
    for _ in range(TRIALS):
        spent, made = _measured(work)
        allowed = max(allowed, seconds * floor / USUAL_FLOOR)
        if spent <= allowed:
            return made
        used.append(spent)
        floor = _floor.__wrapped__()  # of this moment: the machine may be slower than at the first test that asked
    raise AssertionError(f"{min(used):.2f} s of CPU time at best; {allowed:.2f} s are allowed on this machine")


@contextmanager
def grows_by_at_most(kilobytes: int) -> Iterator[None]:
    """Fails if the process was, at any time within, larger than at its beginning by more than this.

    Measured on Linux alone, which tells the largest size since a given moment.
    """
    if sys.platform != "linux":
        yield
        return
    gc.collect()
    _PROC.joinpath("clear_refs").write_text("5")  # from here on VmHWM counts anew: proc(5)
    before = _kilobytes("VmRSS")
    yield
    grown = _kilobytes("VmHWM") - before
    assert grown <= kilobytes, f"{grown} kB more than at the beginning; {kilobytes} kB are allowed"


def _kilobytes(name: str) -> int:
    lines = _PROC.joinpath("status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _measured(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds of this process, with the collector of cycles at rest."""
    collects = gc.isenabled()
    gc.disable()
    try:
        began = time.process_time()
        made = work()
        return time.process_time() - began, made
    finally:
        if collects:
            gc.enable()


@cache
def _floor() -> float:
    """A fixed piece of plain Python: the best of five."""
    rows = [{"id": str(number), "text": f"Nachricht {number}", "parts": list(range(10))} for number in range(5000)]

    def work() -> int:
        told = json.loads(json.dumps(rows))
        return sum(len(row["text"].split(" ")) + sum(row["parts"]) for row in told)

    return min(_measured(work)[0] for _ in range(5))
