"""Random streams of posts through a misbehaving instance, the poller killed at random: each post once, byte for byte.

60 streams on every push, 2,000 at night; ``--sim-seed=N`` repeats one.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from typing import Any, cast

from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.sync.connector import PlatformFailure
from tests import tiers
from tests.connectors.bench import swept
from tests.connectors.canned import INSTANCE, Desk
from tests.connectors.stream_of_posts import mastodon
from tests.connectors.streams import BEGIN, ME, Stream
from tests.platforms import FakeClock

ORDERS = ("none", "order_oldest_first", "order_shuffled")
QUIRKS = (
    "dup_across_pages", "dup_inside_page", "next_cursor_loops", "empty_page_with_next", "cursor_expires",
    "page_500_once", "truncated_json_once", "unknown_field_types", "id_is_number", "account_token_expires",
)  # fmt: skip
TEXTS = ("Grüezi", "a\n\nb & <b>", f"https://karte.example/{'x' * 60}", "\U0001f469\u200d\U0001f4bb")
PASSING = {FailureKind.SERVER, FailureKind.MALFORMED, FailureKind.AUTH}


def case(chance: random.Random) -> dict[str, Any]:
    """A stream: posts in some conversations over some polls.

    Other servers deliver some of theirs hours or days late; our own are made where they are read. What is older than
    the overlap comes in order: in a list without any, nothing says where the new ends.
    """
    order = chance.choice(ORDERS)
    late_by = (0, 0, 0, HOUR, 40 * HOUR - DAY) if order != "none" else (0, 0, 0, HOUR, 40 * HOUR, 9 * DAY)
    conversations = chance.randint(1, 6)
    polls = sorted(chance.randint(1, 5) for _ in range(chance.randint(1, 30)))
    timeline = []
    for number, poll in enumerate(polls):
        sender = f"p{chance.randrange(4)}"
        late = 0 if sender == "p0" else chance.choice(late_by)
        message = {
            "id": str(100_000 + number),
            "conversation": f"c{chance.randrange(conversations)}",
            "sender": sender,
            "text": chance.choice(TEXTS),
            "time_ms": BEGIN - DAY + number * MINUTE - late,
        }
        timeline.append({"before_poll": poll, "op": "add", "message": message})
    quirks = [order, *chance.sample(QUIRKS, chance.randint(0, 4))]
    return {"page_size": chance.choice((1, 2, 5, 20)), "quirks": quirks, "timeline": timeline, "polls": polls[-1]}


async def killed(desk: Desk, batches: int) -> None:
    """A poll of a process that dies after so many batches were stored."""
    async with aclosing(cast(Any, desk.connector.poll(desk.shelf.cursor, desk.shelf.known))) as served:
        async for batch in served:
            desk.shelf.keep(batch)
            batches -= 1
            if batches <= 0:
                return


def trial(seed: int) -> None:
    """One stream to its end; then as many calm polls as a program that runs on would make."""
    chance = random.Random(seed)
    told = case(chance)
    stream, clock = Stream(told), FakeClock(BEGIN)
    desk = Desk(Channel.MASTODON, lambda asked: mastodon(stream, asked), clock=clock, me=ME, base=INSTANCE)

    met: set[FailureKind] = set()

    async def whole() -> None:
        for number in range(1, told["polls"] + 13):
            stream.before_poll(number)
            try:
                if number <= told["polls"] + 2 and chance.random() < 0.4:
                    await killed(desk, chance.randint(1, 4))
                else:
                    await swept(desk.connector, desk.shelf)
            except PlatformFailure as failure:
                met.add(failure.failure.kind)
            clock.now = Millis(BEGIN + number * 6 * MINUTE)

    asyncio.run(whole())
    assert met <= PASSING
    expected = {step["message"]["id"]: step["message"] for step in told["timeline"]}
    assert desk.shelf.messages.keys() == expected.keys()
    assert not desk.shelf.quarantine
    for name, message in desk.shelf.messages.items():
        assert message.text == expected[name]["text"]
        assert message.ours is (expected[name]["sender"] == "p0")


def test_random_streams() -> None:
    tiers.each("connectors.mastodon.streams", 60, 2_000, trial)
