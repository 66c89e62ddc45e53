"""Streams of events through misbehaving platforms: nothing lost, nothing twice, whatever the order and the paging."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.training.mastodon_posts import shown
from tests.connectors.bench import swept
from tests.connectors.canned import INSTANCE, Desk
from tests.connectors.stream_of_posts import mastodon
from tests.connectors.streams import BEGIN, ME, Stream, facebook, x
from tests.platforms import FakeClock

QUIRKS = (
    "none", "dup_across_pages", "dup_inside_page", "next_cursor_loops", "empty_page_with_next", "order_oldest_first",
    "order_shuffled", "cursor_expires", "page_500_once", "truncated_json_once", "unknown_field_types", "id_is_number",
    "account_token_expires",
)  # fmt: skip


def _play(case: dict[str, Any]) -> Desk:
    """All polls of a case, then a few more, as a program that runs on would do; each failure is one that passes."""
    stream = Stream(case)
    answering = {"facebook": facebook, "x": x, "mastodon": mastodon}[case["platform"]]
    clock = FakeClock(BEGIN)
    base = INSTANCE if case["platform"] == "mastodon" else ""
    desk = Desk(Channel(case["platform"]), lambda asked: answering(stream, asked), clock=clock, me=ME, base=base)
    met: set[FailureKind] = set()
    last = max(step["before_poll"] for step in case["timeline"])

    async def whole() -> None:
        for number in range(1, last + 7):
            stream.before_poll(number)
            try:
                await swept(desk.connector, desk.shelf)
            except PlatformFailure as failure:
                met.add(failure.failure.kind)
            clock.now = Millis(BEGIN + number * 2 * MINUTE)

    asyncio.run(whole())
    assert met <= {FailureKind.SERVER, FailureKind.MALFORMED, FailureKind.AUTH}
    assert not desk.shelf.quarantine
    return desk


@pytest.mark.parametrize("platform", ["", "mastodon"])
def test_the_corpus_of_streams(shared: Path, platform: str) -> None:
    """Every message of every case, byte-exact unless it was edited, on the platform it was written for and on
    Mastodon. Silent edits and deletions are not looked for."""
    corpus = json.loads((shared / "corpora/own/event_streams.json").read_text("utf-8"))
    wrong = []
    shows = shown if platform == "mastodon" else str
    for case in corpus["cases"]:
        desk = _play({**case, "platform": platform or case["platform"]})
        expected = {one["id"]: one for one in case["expect"]["messages"]}
        missing = expected.keys() - desk.shelf.messages.keys()
        extra = desk.shelf.messages.keys() - expected.keys()
        changed = [
            name
            for name, message in desk.shelf.messages.items()
            if name in expected and not expected[name]["edits"] and message.text != shows(expected[name]["text"] or "")
        ]
        if missing or extra or changed:
            wrong.append((case["id"], case["quirks"], sorted(missing), sorted(extra), changed))
    assert wrong == []


def _case(platform: str, quirks: tuple[str, ...], page_size: int) -> dict[str, Any]:
    """Thirty messages in three conversations over four polls, three of them late by an hour."""
    timeline = []
    for number in range(30):
        late = number % 11 == 10
        timeline.append(
            {
                "before_poll": 1 + number // 8,
                "op": "add",
                "message": {
                    "id": str(100000000000001000 + number),
                    "conversation": f"c{number % 3}",
                    "sender": (None if number == 7 else f"p{number % 4}"),
                    "text": None if number == 9 else f"Text {number} \0 \N{GRINNING FACE}",
                    "time_ms": BEGIN - 10_000_000 + number * 60_000 - (3_600_000 if late else 0),
                },
            }
        )
    return {"id": "own", "platform": platform, "page_size": page_size, "quirks": list(quirks), "timeline": timeline}


@pytest.mark.parametrize("platform", ["facebook", "x", "mastodon"])
@pytest.mark.parametrize("page_size", [1, 4, 25])
@pytest.mark.parametrize("quirk", QUIRKS)
def test_own_streams(platform: str, page_size: int, quirk: str) -> None:
    case = _case(platform, (quirk,), page_size)
    desk = _play(case)
    told = {step["message"]["id"]: step["message"] for step in case["timeline"]}
    assert desk.shelf.messages.keys() == told.keys()
    for name, message in desk.shelf.messages.items():
        assert message.text == (told[name]["text"] or "")
        assert message.ours is (told[name]["sender"] == "p0")
        assert message.at // 1000 == told[name]["time_ms"] // 1000


@pytest.mark.parametrize("platform", ["facebook", "x", "mastodon"])
def test_all_quirks_at_once(platform: str) -> None:
    quirks = tuple(quirk for quirk in QUIRKS if not quirk.startswith(("order", "none")))
    case = _case(platform, quirks, 4)
    assert len(_play(case).shelf.messages) == 30
