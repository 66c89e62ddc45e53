"""A poll that brings fifty new messages, from the GET to the commit, against the shortest program that does the same:
`httpx.Client.get`, `json.loads`, `executemany` with FTS5.

Both ask the same little server in a process of its own on loopback, in turns, and write into workspaces that hold a
town's enquiries already. Wall time, because that is what somebody waits for.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection

import httpx

from bench import corpus, floor
from bench.measure import Figure, Goal, compared
from bench.pages import US, FreeMeter
from bench.places import KEY, ME, Places, clock, open_store
from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.times import MINUTE, Millis, iso
from switchboard_app.store import accounts, intake
from switchboard_app.store.database import Store
from switchboard_app.sync.connector import Grant
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.x import XConnector

NEW = 50
ROUNDS = 40
STORED = 5000
"""Enquiries that the workspaces hold."""


KNOWN = 20
"""People who wrote before, in the other figure."""


def page(number: int, *, strangers: bool) -> bytes:
    """Fifty messages that nobody has seen, the newest first: from fifty strangers, or from people who wrote before."""
    people = [f"{5000 + (number * NEW + n if strangers else n % KNOWN)}" for n in range(NEW)]
    texts = corpus.Speech(corpus.SEED + number)
    rows = [
        {
            "id": f"{8_000_000_000 + number * NEW + NEW - n}", "event_type": "MessageCreate",
            "text": f"Guten Tag, {texts.places[n]} {texts.words[n]} {texts.words[n + 100]} bitte um Auskunft",
            "sender_id": person, "dm_conversation_id": f"{US}-{person}",
            "created_at": iso(Millis(corpus.NOW - 10 * MINUTE + number * 1000 - n)),
        }
        for n, person in enumerate(people)
    ]  # fmt: skip
    users = [{"id": person, "name": f"Person {person}", "username": f"u{person}"} for person in dict.fromkeys(people)]
    return json.dumps({"data": rows, "includes": {"users": users}, "meta": {"result_count": NEW}}).encode()


class _Answers(BaseHTTPRequestHandler):
    """Each request gets the next page; what counts is the order, and each side has a server of its own."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # as platforms do: else the body waits 40 ms for the head to be acknowledged
    pages: Sequence[bytes] = ()
    given = 0

    def do_GET(self) -> None:
        """One page."""
        body = self.pages[min(type(self).given, len(self.pages) - 1)]
        type(self).given += 1
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _serve(pipe: Connection, pages: Sequence[bytes]) -> None:
    _Answers.pages = pages
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    pipe.send(server.server_port)
    server.serve_forever()


class _Server:
    """A server in a process of its own while the block runs."""

    def __init__(self, pages: Sequence[bytes]) -> None:
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, pages), daemon=True)
        self._process.start()
        self.base = f"http://127.0.0.1:{ours.recv()}"

    def __enter__(self) -> str:
        return self.base

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()


def figures(places: Places) -> list[Figure]:
    """Both figures of this module."""
    return [
        _figure(places, f"from {KNOWN} people who wrote before", strangers=False),
        _figure(places, f"from {NEW} strangers", strangers=True),
    ]


def _figure(places: Places, who: str, *, strangers: bool) -> Figure:
    pages = [page(number, strangers=strangers) for number in range(ROUNDS + 1)]
    with _Server(pages) as ours, _Server(pages) as theirs:
        product, least = asyncio.run(_in_turns(places, ours, theirs))
    note = f"{NEW} messages on one page, {ROUNDS} rounds; floor: httpx.Client, json.loads, executemany with FTS5"
    return compared(f"poll of 50 new messages {who}, GET to commit", product[1:], least[1:], Goal(1.5), "ms", note)


async def _in_turns(places: Places, ours: str, theirs: str) -> tuple[list[float], list[float]]:
    store = open_store(places.copy(places.store(STORED), "poll.db"))
    bare = floor.Floor(places.copy(places.floor(STORED), "poll-floor.db"), KEY)
    account = store.write(accounts.add, Channel.X, "Poll", ME)
    grant = Grant(Channel.X, ours, {}, PlatformId(US), {"access_token": "t"})
    door = HttpDoor(clock)
    connector = XConnector(grant, door, FreeMeter(), clock)
    product, least, cursor = [], [], {"swept": str(corpus.NOW)}
    with httpx.Client() as client:
        for number in range(ROUNDS + 1):
            began = time.perf_counter()
            cursor = await _product(store, account, connector, cursor)
            product.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            _least(client, theirs, bare, number)
            least.append((time.perf_counter() - began) * 1000)
    await connector.aclose()
    await door.aclose()
    store.close()
    bare.close()
    return product, least


async def _product(store: Store, account: Account, connector: XConnector, cursor: dict[str, str]) -> dict[str, str]:
    async def known(ids: Sequence[PlatformId]) -> frozenset[PlatformId]:
        return await store.ask(intake.known, account.id, ids)

    new = 0
    async for batch in connector.poll(cursor, known):
        new += (await store.run(intake.ingest, account, batch)).new
        cursor = dict(batch.cursor)
    assert new == NEW, new
    return cursor


def _least(client: httpx.Client, base: str, bare: floor.Floor, number: int) -> None:
    document = json.loads(client.get(f"{base}/2/dm_events").content)
    first = 10_000_000 + number * NEW
    names = {user["id"]: user for user in document["includes"]["users"]}
    conversations, messages = [], []
    for n, row in enumerate(reversed(document["data"])):
        who = names[row["sender_id"]]
        at = corpus.NOW + n
        conversations.append(
            (first + n, "x", row["dm_conversation_id"], who["name"], who["username"], row["text"][:60], "de", 1, "open",
             None, at, at)
        )  # fmt: skip
        messages.append((first + n, first + n, row["id"], at, "in", who["name"], row["text"]))
    bare.store(conversations, messages)
