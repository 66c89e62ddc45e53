"""How long the window's loop stands still: while nothing happens, while the list is scrolled, and while the engine's
thread takes in 2,000 messages. The quiet time of the same process is the floor: the machine and its other users.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.measure import Figure, Goal, Of, percentile
from bench.places import Places
from bench.start import run

MESSAGES = 2000
LONGEST = 8.0
"""Milliseconds; half a frame of a screen."""


def figures(places: Places) -> list[Figure]:
    """All figures of this module."""
    path = places.copy(places.store(), "loop.db")
    said = run(places, ["bench.loop_window", str(path), str(MESSAGES), str(places.cache / "home" / "loop")])
    rate = said["stored"] / said["seconds"]
    note = f"{said['stored']:,} messages on {said['pages']} pages, {rate:,.0f} a second of the clock"
    return [
        *_gaps("while nothing happens", said["quiet"], None),
        *_gaps("while the list is scrolled", said["scrolled"], said["quiet"]),
        *_gaps("while the engine takes in messages", said["ingest"], said["quiet"], note),
    ]


def _gaps(what: str, late: Sequence[float], quiet: Sequence[float] | None, note: str = "") -> list[Figure]:
    goal = None if quiet is None else Goal(LONGEST, Of.VALUE)
    made = []
    for name, share in (("p99", 0.99), ("longest", 1.0)):
        value = percentile(late, share)
        least = None if quiet is None else percentile(quiet, share)
        made.append(Figure(f"gap of the window's loop {what}, {name}", value, "ms", least, goal=goal, note=note))
    return made
