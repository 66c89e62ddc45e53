"""What the tests of connectors are built from: a platform with its connector, and a store that is only a dictionary.

`Bench` holds one platform (simulated, on loopback or in process), the connector that speaks to it and what a poller
would have stored; `poll()` is one poll of a poller that stores each batch together with its cursor.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from switchboard_app.model.budget import Budget
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import OutboxId, PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemoteThread, ThreadGap
from switchboard_app.model.sending import Moment
from switchboard_app.model.times import Millis
from switchboard_app.sync.connector import AskAnew, Connector, Grant, Outgoing, OutgoingFile, PlatformFailure
from switchboard_app.sync.facebook import FacebookConnector
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.instagram import InstagramConnector
from switchboard_app.sync.mastodon import MastodonConnector
from switchboard_app.sync.permit import Permit
from switchboard_app.sync.x import XConnector
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.mastodon import SimulatedMastodon
from switchboard_app.training.mastodon_posts import shown
from switchboard_app.training.platform import SimulatedPlatform
from switchboard_app.training.x import SimulatedX
from tests.connectors.meter import MemoryMeter
from tests.platforms import FakeClock

T = TypeVar("T")

_NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody and is made at once; loopback speaks plain http."""

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\x0f\0\0\x01\x01"
    b"\0\x05\x18\xd8N\0\0\0\0IEND\xaeB`\x82"
)


@dataclass(slots=True)
class Shelf:
    """What a poller has stored: messages by id, each once, with the cursor that is true for them."""

    cursor: Mapping[str, str] = field(default_factory=dict)
    messages: dict[PlatformId, RemoteMessage] = field(default_factory=dict)
    quarantine: dict[PlatformId, RemoteMessage] = field(default_factory=dict)
    threads: dict[PlatformId, RemoteThread] = field(default_factory=dict)
    gaps: list[tuple[Millis, Millis]] = field(default_factory=list)
    thread_gaps: list[ThreadGap] = field(default_factory=list)

    async def known(self, ids: Sequence[PlatformId]) -> frozenset[PlatformId]:
        return frozenset(one for one in ids if one in self.messages or one in self.quarantine)

    def keep(self, batch: Batch) -> None:
        """One transaction: the rows and the cursor that describes them."""
        self.threads.update((thread.platform_id, thread) for thread in batch.threads)
        for message in batch.messages:
            shelf = self.quarantine if message.unreadable else self.messages
            if message.deleted:
                assert message.platform_id in self.messages, "only what is stored can be taken back"
            elif not message.unreadable:
                assert message.thread in self.threads, "a readable message comes with its conversation"
                assert self.threads[message.thread].person.platform_id
            shelf.setdefault(message.platform_id, message)
        self.cursor = batch.cursor
        if batch.gap is not None:
            self.gaps.append(batch.gap)
        self.thread_gaps.extend(batch.thread_gaps)

    @property
    def texts(self) -> list[str]:
        """All texts, by the platform's time."""
        return [message.text for message in sorted(self.messages.values(), key=lambda one: one.at)]


@dataclass(slots=True)
class Bench:
    """A platform, the connector that speaks to it, and what was stored."""

    platform: SimulatedPlatform
    base: str
    clock: FakeClock
    transport: httpx.AsyncBaseTransport | None = None
    secret: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    budgets: dict[str, Budget] = field(default_factory=dict)
    kept_secrets: list[Mapping[str, str]] = field(default_factory=list)
    deadline: float = 5.0
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def kind(self) -> str:
        return self.platform.kind

    @property
    def posts(self) -> str:
        """How a fault names the request that makes a message."""
        return self.platform.sends

    @property
    def two_parts(self) -> int:
        """With so many files an answer is at least two messages."""
        return 5 if self.kind == "mastodon" else 2

    def shown(self, text: str) -> str:
        """What the platform itself makes of a text, before anybody reads it: Mastodon takes blanks off its ends. A
        mention that says nothing else is read as the name alone."""
        return (shown(text) or f"@{self.platform.own_handle}") if self.kind == "mastodon" else text

    def run(self, work: Callable[[Connector], Coroutine[Any, Any, T]]) -> T:
        """Build door, meter and connector, do the work, let go of everything."""

        async def whole() -> T:
            meter = MemoryMeter(self.clock, self.budgets)
            door = HttpDoor(self.clock, transport=self.transport, deadline=self.deadline, tls=_NO_TRUST)
            connector = connector_for(self.grant(), door, meter, self.clock)
            try:
                return await work(connector)
            finally:
                self.budgets = meter.snapshot()
                await connector.aclose()
                await door.aclose()

        return asyncio.run(whole())

    def grant(self) -> Grant:
        known = SimulatedFacebook | SimulatedMastodon | SimulatedX
        token = self.platform.token if isinstance(self.platform, known) else "token"
        return Grant(
            Channel(self.kind),
            self.base,
            self.options,
            PlatformId(self.platform.own_id),
            self.secret or {"access_token": token},
            Renewals(self.secret or {"access_token": token}, self._keep_secret),
        )

    async def _keep_secret(self, secret: Mapping[str, str]) -> None:
        self.kept_secrets.append(dict(secret))
        self.secret = dict(secret)

    def poll(self) -> list[Batch]:
        """One poll; what came before a failure stays stored, then the failure leaves."""
        return self.run(lambda connector: swept(connector, self.shelf))

    def poll_failing(self) -> PlatformFailure:
        """One poll that must fail."""
        try:
            self.poll()
        except PlatformFailure as failure:
            return failure
        raise AssertionError("the poll did not fail")

    def send(self, person: str, text: str = "", **more: Any) -> Any:
        """One reply to somebody."""
        return self.run(lambda connector: connector.send(self.outgoing(person, text, **more)))

    def send_failing(self, person: str, text: str = "Danke", **more: Any) -> PlatformFailure:
        """One reply that must fail."""
        try:
            self.send(person, text, **more)
        except PlatformFailure as failure:
            return failure
        raise AssertionError("the reply did not fail")

    def outgoing(
        self, person: str, text: str, *, files: tuple[OutgoingFile, ...] = (), last: Millis | None = None
    ) -> Outgoing:
        someone = self.platform.people[person]
        return Outgoing(
            OutboxId("0199-reply"),
            PlatformId(self.platform.conversation_with(someone)),
            PlatformId(someone.id),
            text,
            files,
            self.clock() if last is None else last,
            permit=Permit(lambda: Moment(self.clock(), self.clock())),
        )


class Renewals:
    """What `sync.renewal` does, without keyring and lease: the secret of now, asked anew, kept, given back."""

    def __init__(self, secret: Mapping[str, str], keep: Callable[[Mapping[str, str]], Awaitable[None]]) -> None:
        self.secret = dict(secret)
        self._keep = keep
        self._one = asyncio.Lock()
        self.proofs = 0

    async def renew(self, dead: str, ask: AskAnew) -> Mapping[str, str]:
        """As `Renewing`."""
        async with self._one:
            if self.secret.get("access_token") == dead:
                fresh = dict(await ask(self.secret))
                await self._keep(fresh)
                self.secret = fresh
            return self.secret

    async def proved(self) -> None:
        """As `Renewing`."""
        self.proofs += 1


async def swept(connector: Connector, shelf: Shelf) -> list[Batch]:
    """One poll of a poller."""
    batches = []
    async for batch in connector.poll(shelf.cursor, shelf.known):
        shelf.keep(batch)
        batches.append(batch)
    return batches


def connector_for(grant: Grant, door: HttpDoor, meter: MemoryMeter, clock: FakeClock) -> Connector:
    made: dict[Channel, Callable[..., Connector]] = {
        Channel.FACEBOOK: FacebookConnector,
        Channel.INSTAGRAM: InstagramConnector,
        Channel.MASTODON: MastodonConnector,
        Channel.X: XConnector,
    }
    return made[grant.kind](grant, door, meter, clock)


def failure_of(work: Awaitable[object]) -> PlatformFailure:
    """The failure with which an exchange ends."""

    async def whole() -> PlatformFailure:
        try:
            await work
        except PlatformFailure as failure:
            return failure
        raise AssertionError("the exchange did not fail")

    return asyncio.run(whole())


def the_page(bench: Bench) -> SimulatedFacebook:
    """The simulated page behind a bench."""
    assert isinstance(bench.platform, SimulatedFacebook)
    return bench.platform


def the_account(bench: Bench) -> SimulatedX:
    """The simulated X account behind a bench."""
    assert isinstance(bench.platform, SimulatedX)
    return bench.platform
