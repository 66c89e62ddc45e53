"""A platform that answers as a test dictates, inside the process: a function from request to answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import OutboxId, PlatformId
from switchboard_app.model.times import Millis
from switchboard_app.sync.connector import Connector, Grant, Outgoing, OutgoingFile
from switchboard_app.sync.http import HttpDoor
from tests.connectors.bench import Renewals, Shelf, connector_for, swept
from tests.connectors.meter import MemoryMeter
from tests.platforms import FakeClock


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it reached the platform."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer; `body` is written as JSON unless it is bytes."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[Asked], Said]


class Canned(httpx.AsyncBaseTransport):
    """The transport: every request goes to `answering`, and is remembered."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.asked: list[Asked] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = Asked(
            request.method,
            request.url.path,
            dict(parse_qsl(request.url.query.decode(), keep_blank_values=True)),
            dict(request.headers),
            await request.aread(),
        )
        self.asked.append(asked)
        said = self.answering(asked)
        body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
        return httpx.Response(said.status, headers=dict(said.headers), stream=httpx.ByteStream(body))


async def _kept(_secret: Mapping[str, str]) -> None:
    """A keyring that takes everything."""


@dataclass(slots=True)
class Desk:
    """A connector in front of a canned platform."""

    kind: Channel
    answering: Answering
    clock: FakeClock = field(default_factory=FakeClock)
    secret: dict[str, str] = field(default_factory=lambda: {"access_token": "t0ken"})
    options: dict[str, str] = field(default_factory=dict)
    me: str = "300"
    base: str = ""
    keep: Callable[[Mapping[str, str]], Any] | None = None
    renewals: Renewals = field(init=False)
    shelf: Shelf = field(default_factory=Shelf)
    net: Canned = field(init=False)
    meter: MemoryMeter = field(init=False)
    connector: Connector = field(init=False)

    def __post_init__(self) -> None:
        self.net = Canned(self.answering)
        self.meter = MemoryMeter(self.clock)
        self.renewals = Renewals(self.secret, self.keep or _kept)
        me = PlatformId(self.me) if self.me else None
        grant = Grant(self.kind, self.base, self.options, me, self.secret, self.renewals)
        self.connector = connector_for(grant, HttpDoor(self.clock, transport=self.net), self.meter, self.clock)


def reply(
    text: str = "Danke",
    *,
    thread: str = "t_1",
    to: str = "222",
    last: Millis | None = None,
    files: tuple[OutgoingFile, ...] = (),
) -> Outgoing:
    """One reply."""
    return Outgoing(OutboxId("0199-reply"), PlatformId(thread), PlatformId(to), text, files, last)


PAGE = "111"


def page_desk(answering: Answering, **more: Any) -> Desk:
    """The connector of page 111 in front of a canned Graph API."""
    return Desk(Channel.FACEBOOK, answering, me=PAGE, **more)


def handle_desk(answering: Answering, **more: Any) -> Desk:
    """The connector of the X account 300 in front of a canned API."""
    return Desk(Channel.X, answering, **more)


def accepts(_asked: Asked) -> Said:
    """A page that takes every message."""
    return Said({"recipient_id": "222", "message_id": "m_new"})


def always(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answering:
    """The same answer to everything."""
    said = Said(body, status, headers or {})
    return lambda _asked: said


INSTANCE = "https://social.example"


def instance_desk(answering: Answering, **more: Any) -> Desk:
    """The connector of the Mastodon account 300 in front of a canned instance."""
    return Desk(Channel.MASTODON, answering, base=INSTANCE, **more)


def swept_desk(desk: Desk) -> None:
    """One poll of what stands behind a desk."""
    asyncio.run(swept(desk.connector, desk.shelf))
