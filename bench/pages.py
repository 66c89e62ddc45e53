"""First ingest from the bytes of a platform's pages: X's connector, httpx in the process instead of a socket, the
store. The floor reads the same bytes with json.loads and writes the messages with executemany and FTS5.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import httpx

from bench import corpus, floor
from bench.corpus import Conversation
from bench.measure import Figure, Goal, compared, cpu_ms
from bench.places import KEY, ME, Places, clock, open_store
from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.times import DAY, Millis, iso
from switchboard_app.store import accounts, intake, migrate
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.sync.connector import Grant
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.x import XConnector

ROUNDS = 7
PAGE = 100
"""Events on a page of X (dossier 1.3)."""
PAGES = 50
"""The connector reads at most sixty in one sweep."""
US = "77"


class FreeMeter:
    """A budget that never ends."""

    async def spend(self, bucket: str) -> None:
        """Nothing is counted."""

    async def observed(self, bucket: str, limit: int, remaining: int, reset_at: Millis) -> None:
        """Nothing is noted."""

    async def exhausted(self, bucket: str, until: Millis) -> None:
        """Nothing is noted."""


class XPages:
    """A server in the process that hands out pages made before."""

    def __init__(self, pages: Sequence[bytes]) -> None:
        self._pages = pages

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """One request."""
        asked = dict(part.split("=", 1) for part in scope["query_string"].decode().split("&") if "=" in part)
        body = self._pages[int(asked.get("pagination_token", "0"))]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})


def figures(places: Places) -> list[Figure]:
    """All figures of this module."""
    made = recent(places.corpus)
    pages = pages_of_x(made)
    messages = sum(len(json.loads(page)["data"]) for page in pages)
    rows = list(floor.rows(made, PAGE))
    product: list[float] = []
    least: list[float] = []
    for number in range(ROUNDS + 1):
        spent, fast = _product(places, pages, messages), _least(places, pages, rows)
        if number:
            product.append(messages / (spent / 1000))
            least.append(messages / (fast / 1000))
    note = f"{PAGE} a page and transaction, httpx and connector included; floor: json.loads and executemany"
    goal = Goal(0.6, at_least=True)
    return [compared("first ingest, page bytes of X to commit", product, least, goal, "messages/s", note)]


def _product(places: Places, pages: Sequence[bytes], messages: int) -> float:
    path = places.scratch("pages.db")
    migrate.upgrade(embedded(path), KEY)
    store = open_store(path)
    account = store.write(accounts.add, Channel.X, "Kanton", ME)
    stored: list[int] = []
    spent = cpu_ms(lambda: stored.append(asyncio.run(_sweep(store, account, pages))))
    store.close()
    assert stored == [messages], f"{stored} of {messages} messages were stored"
    return spent


async def _sweep(store: Store, account: Account, pages: Sequence[bytes]) -> int:
    grant = Grant(Channel.X, "https://api.x.invalid", {}, PlatformId(US), {"access_token": "t"})
    door = HttpDoor(clock, transport=httpx.ASGITransport(XPages(pages)))
    connector = XConnector(grant, door, FreeMeter(), clock)

    async def known(ids: Sequence[PlatformId]) -> frozenset[PlatformId]:
        return await store.ask(intake.known, account.id, ids)

    new = 0
    async for batch in connector.poll({}, known):
        new += (await store.run(intake.ingest, account, batch, first_sweep=True)).new
    await connector.aclose()
    await door.aclose()
    return new


def _least(places: Places, pages: Sequence[bytes], rows: Sequence[floor.Rows]) -> float:
    bare = floor.Floor(places.scratch("pages-floor.db"), KEY)
    bare.make()

    def work() -> None:
        for page in pages:
            json.loads(page)
        for conversations, messages in rows:
            bare.store(conversations, messages)

    spent = cpu_ms(work)
    bare.close()
    return spent


def recent(made: Sequence[Conversation]) -> list[Conversation]:
    """As many conversations as the pages hold, moved into the 30 days that X serves."""
    some = made[:: max(1, len(made) * 4 // (PAGE * PAGES))][: PAGE * PAGES // 4]
    moved = []
    for number, one in enumerate(some):
        begin = one.lines[0].at
        first = corpus.NOW - 29 * DAY + number * 26 * DAY // len(some)
        lines = tuple(
            corpus.Line(line.id, line.ours, Millis(first + (line.at - begin) // 2), line.text) for line in one.lines
        )
        moved.append(corpus.Conversation(1, one.thread, one.person, one.name, lines))
    return moved


def pages_of_x(made: Sequence[Conversation]) -> list[bytes]:
    """The conversations as X serves them: the newest event first, with the people of the page beside."""
    events = sorted(((line, one) for one in made for line in one.lines), key=lambda pair: -pair[0].at)
    pages: list[bytes] = []
    for first in range(0, len(events), PAGE):
        some = events[first : first + PAGE]
        people = {_person(one): one.name for _, one in some}
        meta: dict[str, object] = {"result_count": len(some)}
        if first + PAGE < len(events):
            meta["next_token"] = str(len(pages) + 1)
        document = {
            "data": [_event(line, one) for line, one in some],
            "includes": {"users": [{"id": key, "name": name, "username": f"u{key}"} for key, name in people.items()]},
            "meta": meta,
        }
        pages.append(json.dumps(document, ensure_ascii=False).encode())
    return pages


def _person(one: Conversation) -> str:
    """A person's id; X's are digits. One person a conversation, as X has one thread with each."""
    return "1" + one.thread.removeprefix("t-").zfill(9)


def _event(line: corpus.Line, one: Conversation) -> dict[str, object]:
    person = _person(one)
    return {
        "id": "9" + "".join(sign for sign in line.id if sign.isdigit()).zfill(12),
        "event_type": "MessageCreate",
        "text": line.text,
        "sender_id": US if line.ours else person,
        "participant_ids": [person, US],
        "dm_conversation_id": f"{US}-{person}",
        "created_at": iso(line.at),
    }
