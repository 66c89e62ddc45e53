"""Answers that no Mastodon server should give, through door, translation and store: nothing unhandled, quick, small.

500 mutated answers on every push, 5,000 at night (``--sim-seed=N`` repeats one); HTML made to harm, as a post's text.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.store import accounts, timeline
from switchboard_app.store.enquiries import find
from switchboard_app.sync.connector import Grant
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.mastodon import MastodonConnector
from switchboard_app.sync.poller import Poll, poll
from tests import tiers
from tests.connectors.meter import MemoryMeter
from tests.cost import grows_by_at_most, within
from tests.platforms import FakeClock
from tests.receiving.hostile import Chances, changed
from tests.receiving.rig import OWN, Station, account_on, opened
from tests.receiving.test_hostile import EXTRA, LATER, SECONDS, Hostile, Saying

POSTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "connectors" / "fixtures" / "mastodon_posts.json").read_text("utf-8")
)["posts"]


@pytest.fixture
def station(embedded_template: tuple[Path, str], tmp_path: Path, clock: FakeClock) -> Iterator[Station]:
    """One workspace with one account."""
    store = opened(embedded_template, tmp_path, clock)
    account_on(store, Channel.MASTODON, 1)
    yield store
    store.close()


def polled(station: Station, clock: FakeClock, saying: Saying) -> Poll:
    """One poll of an account that has stored nothing yet; quick, and nothing escapes. `saying` gives the same again."""
    return within(SECONDS, partial(_poll_once, station, clock, saying))


def _poll_once(station: Station, clock: FakeClock, saying: Saying) -> Poll:
    (account,) = station.read(accounts.listed)
    station.write(lambda tx: tx.change("UPDATE account SET cursor = '{}' WHERE id = ?", account.id))
    clock.forward(LATER)

    async def whole() -> Poll:
        door = HttpDoor(clock, transport=Hostile(saying))
        grant = Grant(Channel.MASTODON, "https://social.example", {}, PlatformId(OWN), {"access_token": "t"})
        try:
            return await poll(station, account, MastodonConnector(grant, door, MemoryMeter(clock), clock))
        finally:
            await door.aclose()

    done = asyncio.run(whole())
    assert not done.skipped
    return done


def answers(posts: list[dict[str, Any]]) -> dict[str, Any]:
    """What the instance says at each place, by a part of the path."""
    rows = [{"id": str(n), "unread": True, "accounts": [posts[0]["account"]], "last_status": post}
            for n, post in enumerate(posts)]  # fmt: skip
    told = [{"id": str(n), "type": "mention", "created_at": post["created_at"], "status": post}
            for n, post in enumerate(posts)]  # fmt: skip
    return {
        "/conversations": rows,
        "/notifications": told,
        "/context": {"ancestors": posts[:1], "descendants": posts[1:]},
    }


def fitting(path: str, told: dict[str, Any]) -> Any:
    return next((answer for part, answer in told.items() if part in path), POSTS[0])


def test_mutated_answers(station: Station, clock: FakeClock) -> None:
    told = answers(POSTS)
    seen: set[Health] = set()

    def one(seed: int) -> None:
        def polling() -> Poll:
            chances = Chances(seed)
            return _poll_once(station, clock, lambda path: changed(fitting(path, told), chances.next(path)))

        seen.add(within(SECONDS, polling).health)

    with grows_by_at_most(EXTRA):
        made = tiers.each("receiving.hostile.posts", 500, 5_000, one)
    assert made == 1 or {Health.OK, Health.MALFORMED} <= seen
    for (number,) in station.read(lambda tx: tx.rows("SELECT number FROM enquiry ORDER BY number DESC LIMIT 20")):
        station.read(timeline.conversation, station.read(find, number))


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script><p>sichtbar</p>",
        "<p>" * 50_000 + "tief",
        '<a href="' + "x" * 100_000,
        "&lt;" * 50_000,
        "\u202e<b>umgekehrt</b>\u202c",
        "<img src=x onerror=alert(1)>Bild",
        "<p>\0\ufffe\ud800</p>",
        "<!--" * 10_000,
        "<plaintext><p>rest",
    ],
    ids=range(9),
)
def test_a_posts_markup_is_text(station: Station, clock: FakeClock, markup: str) -> None:
    told = answers([{**POSTS[0], "content": markup, "media_attachments": []}])
    assert polled(station, clock, lambda path: json.dumps(fitting(path, told)).encode()).health is Health.OK
    (text,) = station.read(lambda tx: tx.rows("SELECT text FROM entry"))[0]
    assert "<script" not in text
    assert "onerror" not in text


def test_what_is_sound_is_stored_as_it_is_read(station: Station, clock: FakeClock) -> None:
    told = answers(POSTS)
    assert polled(station, clock, lambda path: json.dumps(fitting(path, told)).encode()).health is Health.OK
    texts = {row[0] for row in station.read(lambda tx: tx.rows("SELECT text FROM entry"))}
    assert texts == {
        "Guten Tag, wo melde ich\nein Schlagloch?\n\nDanke & Gruss https://karte.example/ort?x=1&y=2",
        "Gerne, wir leiten es weiter.",
        "CW: Umfrage\n\nWas gilt?\n\n○ Tempo 30\n○ Tempo 50",
    }
    people = {row[0] for row in station.read(lambda tx: tx.rows("SELECT name FROM person"))}
    assert "@anna@buerger.example · Anna Muster" in people
