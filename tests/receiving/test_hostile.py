"""Answers that no platform should give, through door, translation and store: nothing unhandled, quick, small.

2,000 mutated recordings on every push, 20,000 at night (``--sim-seed=N`` repeats one), half Graph's and half X's, and
the JSON corpus where it is at hand. The other account of the workspace goes on as if nothing were.

The rule for text that a database or a screen cannot hold is written at `store.transaction` and `sync.json_answer`: the
raw record keeps its escape, half a surrogate pair is shown as U+FFFD everywhere, U+0000 on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.store import accounts, timeline
from switchboard_app.store.enquiries import find
from switchboard_app.sync.connector import Connector, Grant
from switchboard_app.sync.facebook import FacebookConnector
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.poller import Poll, poll
from switchboard_app.sync.x import XConnector
from tests import tiers
from tests.connectors.meter import MemoryMeter
from tests.cost import grows_by_at_most, within
from tests.platforms import FakeClock
from tests.receiving.hostile import Chances, changed
from tests.receiving.rig import OWN, Station, account_on, opened

FIXTURES = Path(__file__).parent.parent / "connectors" / "fixtures"
PARTS = 5
SECONDS = 1.0
EXTRA = 64 * 1024
"""Kilobytes that all trials together may add to the process."""
LATER = 60_000

Saying = Callable[[str], bytes]


@pytest.fixture
def station(embedded_template: tuple[Path, str], tmp_path: Path, clock: FakeClock) -> Iterator[Station]:
    """One workspace."""
    store = opened(embedded_template, tmp_path, clock)
    yield store
    store.close()


def recordings() -> dict[Channel, list[tuple[str, Any]]]:
    """Answers of both platforms, with a part of the path that they belong to; written after the contracts."""
    graph = json.loads((FIXTURES / "graph_records.json").read_text("utf-8"))
    messages = [one["record"] for one in graph["cases"]]
    paging = {"cursors": {"after": "A"}, "next": "https://graph.facebook.com/x?after=A"}
    row = {
        "id": "t_1", "updated_time": "2026-11-21T11:00:00+0000", "message_count": len(messages), "link": "/t",
        "participants": {"data": [{"id": "222", "name": "Anna"}, {"id": OWN}]},
    }  # fmt: skip
    events = json.loads((FIXTURES / "x_events.json").read_text("utf-8"))
    told = [one["record"] for one in events["cases"]]
    return {
        Channel.FACEBOOK: [
            ("/conversations", {"data": [row, {**row, "id": "t_2"}], "paging": paging}),
            ("/t_", {"id": "t_1", "messages": {"data": messages, "paging": paging}}),
        ],
        Channel.X: [
            ("dm_events", {"data": told, "includes": events["includes"], "meta": {"result_count": len(told)}}),
        ],
    }


class Hostile(httpx.AsyncBaseTransport):
    """The network: every request is answered by `saying`."""

    def __init__(self, saying: Saying) -> None:
        self.saying = saying

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(self.saying(request.url.path)))


async def polled(store: Station, account: Account, saying: Saying, clock: FakeClock) -> Poll:
    """One poll through the real door."""
    door = HttpDoor(clock, transport=Hostile(saying))
    grant = Grant(account.kind, "", {}, PlatformId(OWN), {"access_token": "t"})
    made: dict[Channel, Callable[..., Connector]] = {Channel.FACEBOOK: FacebookConnector, Channel.X: XConnector}
    try:
        return await poll(store, account, made[account.kind](grant, door, MemoryMeter(clock), clock))
    finally:
        await door.aclose()


def every_enquiry_can_be_shown(store: Station) -> None:
    """What was stored can be read back, whatever it was."""
    for (number,) in store.read(lambda tx: tx.rows("SELECT number FROM enquiry ORDER BY number DESC LIMIT 5")):
        store.read(timeline.conversation, store.read(find, number))


def trial(store: Station, account: Account, clock: FakeClock, saying: Saying) -> Poll:
    """One poll of an account that has stored nothing yet; quick, and nothing escapes. `saying` gives the same again."""
    return within(SECONDS, partial(_poll_once, store, account, clock, saying))


def _poll_once(store: Station, account: Account, clock: FakeClock, saying: Saying) -> Poll:
    store.write(lambda tx: tx.change("UPDATE account SET cursor = '{}' WHERE id = ?", account.id))
    clock.forward(LATER)
    done = asyncio.run(polled(store, account, saying, clock))
    assert not done.skipped
    return done


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_recordings(station: Station, clock: FakeClock, part: int) -> None:
    recorded = recordings()
    pair = {kind: account_on(station, kind, 1) for kind in recorded}
    sound = account_on(station, Channel.X, 2)
    calm = json.dumps(recorded[Channel.X][0][1]).encode()
    seen: set[Health] = set()

    def one(seed: int) -> None:
        kind = (Channel.FACEBOOK, Channel.X)[seed % 2]

        def polling() -> Poll:
            chances = Chances(seed)

            def saying(path: str) -> bytes:
                fitting = [answer for part, answer in recorded[kind] if part in path] or [recorded[kind][0][1]]
                chance = chances.next(path)
                return changed(chance.choice(fitting), chance)

            return _poll_once(station, pair[kind], clock, saying)

        seen.add(within(SECONDS, polling).health)
        if seed % 200 == 0:
            assert trial(station, sound, clock, lambda _path: calm).health is Health.OK, "the other one goes on"
            every_enquiry_can_be_shown(station)

    with grows_by_at_most(EXTRA):
        made = tiers.each(f"receiving.hostile.{part}", 2000 // PARTS, 20_000 // PARTS, one)
    assert made == 1 or {Health.OK, Health.MALFORMED} <= seen
    assert len(station.read(accounts.listed)) == 3


def corpus_bytes(case: dict[str, Any]) -> bytes:
    """The bytes of one file of the corpus; very long ones are written as a rule."""
    if "b64" in case:
        return base64.b64decode(case["b64"])
    rule = case["repeat"]
    return (str(rule["text"]) * int(rule["times"]) + str(rule.get("tail", ""))).encode()


def always(answer: bytes, listed: bytes | None = None) -> Saying:
    """The same answer to everything, but perhaps for the list of conversations."""
    return lambda path: answer if listed is None or "/conversations" not in path else listed


@pytest.mark.parametrize("kind", [Channel.FACEBOOK, Channel.X])
def test_the_json_corpus(station: Station, clock: FakeClock, shared: Path, kind: Channel) -> None:
    """Each file as an answer, and as the value of a message's text and id."""
    corpus = json.loads((shared / "corpora/third_party/jsontestsuite_parsing.json").read_text("utf-8"))
    account = account_on(station, kind, 1)
    (_, listed), *rest = recordings()[kind]
    around, whole = json.dumps(rest[0][1] if rest else listed).encode(), json.dumps(listed).encode()
    for case in corpus["cases"]:
        raw = corpus_bytes(case)
        trial(station, account, clock, always(raw))
        inside = around.replace(b'"message": "', b'"message": ' + raw + b', "y": "', 1)
        inside = inside.replace(b'"text": "', b'"text": ' + raw + b', "y": "', 1)
        trial(station, account, clock, always(inside, whole))
    every_enquiry_can_be_shown(station)
