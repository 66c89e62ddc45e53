"""Cold start in fresh processes: from nothing to the first page of the queue on the screen, the whole corpus in the
store, against an empty window and against the smallest honest client; and the memory at that moment.

The workspace is a plain file, as training's is: with an encrypted one the keyring is asked first, whose answer takes as
long as it takes. Says what was loaded before the page (``-X importtime``), because that decides it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import floor
from bench.measure import Figure, Goal, Of, alone, compared, ratio
from bench.places import ME, Places
from bench.probe import BEGAN

ROUNDS = 7
SMALL = 1000
DEAREST = 6
"""So many packages are named in the note."""


def figures(places: Places) -> list[Figure]:
    """All figures of this module."""
    programs = _programs(places)
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
    for number in range(ROUNDS + 1):
        for name, arguments in programs.items():
            said = run(places, arguments)
            if number:
                measured[name].append(said)
    return [*_against(measured), *_memory(measured), _loaded(places, programs["window"])]


def _programs(places: Places) -> dict[str, list[str]]:
    path = places.copy(places.store(plain=True), "start.db")
    programs = {
        "bare": ["bench.bare_window"],
        "least": ["bench.least_client", str(plain_floor(places))],
        "window": ["bench.whole_window", "--workspace", f"sqlite:///{path.as_posix().lstrip('/')}"],
    }
    if places.size > SMALL:
        small = places.copy(places.store(SMALL, plain=True), "start-small.db")
        programs["small"] = ["bench.whole_window", "--workspace", f"sqlite:///{small.as_posix().lstrip('/')}"]
    return programs


def plain_floor(places: Places) -> Path:
    """The floor's conversations without encryption and search, for the smallest client."""
    path = places.scratch("start-floor.db")
    made = floor.Floor(path, "")
    made.make()
    for conversations, _ in floor.rows(places.corpus, 5000):
        made.store(conversations, [])
    made.close()
    return path


def run(places: Places, arguments: Sequence[str], *options: str, errors: Path | None = None) -> dict[str, Any]:
    """Run a program of this folder in a fresh process; what it said of itself."""
    home = places.cache / "home"
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "SWITCHBOARD_HOME": str(home),
        "SWITCHBOARD_OPERATOR": ME,
        BEGAN: repr(time.time()),
    }
    command = [sys.executable, *options, "-m", *arguments]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    if errors is not None:
        errors.write_text(ended.stderr, "utf-8")
    try:
        said: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise RuntimeError(f"{arguments[0]} said nothing (code {ended.returncode}): {ended.stderr[-800:]}") from None
    return said


def _of(measured: Mapping[str, Sequence[Mapping[str, float]]], name: str, field: str) -> list[float]:
    return [one[field] for one in measured[name]]


def _against(measured: Mapping[str, Sequence[Mapping[str, float]]]) -> list[Figure]:
    window = _of(measured, "window", "cpu")
    made = [
        compared("cold start to the first page, CPU", window, _of(measured, "bare", "cpu"), Goal(1.6),
                 note="floor: an empty window"),
        compared("cold start to the first page, CPU", window, _of(measured, "least", "cpu"), Goal(1.15),
                 note="floor: the smallest honest client"),
        compared("the smallest honest client, CPU", _of(measured, "least", "cpu"), _of(measured, "bare", "cpu"),
                 note="floor: an empty window"),
        compared("cold start to the first page, wall", _of(measured, "window", "wall"), _of(measured, "bare", "wall")),
    ]  # fmt: skip
    if "small" in measured:
        made.append(
            compared("cold start, growth", window, _of(measured, "small", "cpu"), Goal(1.05),
                     note=f"floor: the same with {SMALL:,} enquiries")
        )  # fmt: skip
    return made


def _memory(measured: Mapping[str, Sequence[Mapping[str, float]]]) -> list[Figure]:
    window, bare = _of(measured, "window", "pss"), _of(measured, "bare", "pss")
    more = [one - other for one, other in zip(window, bare, strict=True)]
    return [
        alone("memory with the first page beyond an empty window, PSS", more, Goal(25, Of.VALUE), "MiB"),
        compared("memory with the first page, RSS", _of(measured, "window", "rss"), _of(measured, "bare", "rss"),
                 unit="MiB", note=f"{ratio(window, bare):.2f}× by PSS"),
    ]  # fmt: skip


def _loaded(places: Places, program: Sequence[str]) -> Figure:
    """How many modules are loaded before the page, and what is dearest among them."""
    told = places.scratch("importtime.txt")
    run(places, program, "-X", "importtime", errors=told)
    spent: dict[str, float] = {}
    count = 0
    for line in told.read_text("utf-8").splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            count += 1
            name = parts[2].strip().split(".")
            package = ".".join(name[:2] if name[0] == "switchboard_app" else name[:1])
            spent[package] = spent.get(package, 0.0) + int(parts[0]) / 1000
    dearest = sorted(spent.items(), key=lambda pair: -pair[1])[:DEAREST]
    words = ", ".join(f"{name} {value:.0f} ms" for name, value in dearest)
    return Figure("modules loaded before the first page", float(count), "modules", note=f"dearest: {words}")
