"""Streams of events through translation, poller and store: the stored set is the platform's, whatever dies when.

On every push 2,000 random streams, 20,000 at night, half of them with processes that die between any two steps; and the
streams of the corpus where it is at hand. Repeat one with ``--sim-seed=N``.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from switchboard_app.store import migrate
from switchboard_app.store.location import embedded
from tests import tiers
from tests.platforms import FakeClock
from tests.receiving.cases import case
from tests.receiving.rig import Station, opened
from tests.receiving.trial import play

Stations = Callable[[], Station]
PARTS = 10
A_WORKSPACE = 125
"""So many streams share a workspace."""


@pytest.fixture
def stations(tmp_path: Path, clock: FakeClock) -> Iterator[Stations]:
    """A fresh workspace whenever one is asked for; every stream has an account of its own in it."""
    template = tmp_path / "template.db"
    migrate.upgrade(embedded(template), "")
    made: list[Station] = []

    def fresh() -> Station:
        while made:
            made.pop().close()
        made.append(opened((template, ""), tmp_path, clock))
        return made[0]

    yield fresh
    while made:
        made.pop().close()


def test_the_corpus(stations: Stations, clock: FakeClock, shared: Path) -> None:
    """Also what was changed or taken back silently is noticed, wherever a page lists what stands round it."""
    corpus = json.loads((shared / "corpora/own/event_streams.json").read_text("utf-8"))
    station, unnoticed = stations(), []
    for number, one in enumerate(corpus["cases"]):
        done = asyncio.run(play(station, clock, one, number))
        rows = {row[0]: row for row in done.rows}
        assert rows.keys() == {str(message["id"]) for message in one["expect"]["messages"]}, one["id"]
        for expected in one["expect"]["messages"]:
            _, _, _, deleted, edited = rows[str(expected["id"])]
            if (bool(deleted), bool(edited)) != (expected["deleted"], bool(expected["edits"])):
                unnoticed.append((one["id"], one["quirks"], expected["id"], deleted, edited))
    assert unnoticed == []


@pytest.mark.parametrize("part", range(PARTS))
def test_random_streams(stations: Stations, clock: FakeClock, part: int) -> None:
    kills, played, station = 0, 0, stations()

    def trial(seed: int) -> None:
        nonlocal kills, played, station
        played += 1
        if played % A_WORKSPACE == 0:
            station = stations()
        chance = random.Random(seed) if seed % 2 else None
        kills += asyncio.run(play(station, clock, case(seed), seed, chance=chance)).kills

    made = tiers.each(f"receiving.streams.{part}", 2000 // PARTS, 20_000 // PARTS, trial)
    assert made == 1 or kills > made // 8, "processes died"
