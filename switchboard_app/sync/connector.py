"""The connector port: what every platform must do for us, and nothing else.

A connector speaks one platform for one account. It holds no state of its own beyond one exchange: cursors come in and
go out with the rows they describe, budgets live in its `Meter`, secrets in the OS keyring. It never writes to the store
and never decides whether to send again. Called by `sync.poller` and `sync.sender`; `sync.lines` alone knows which
connectors exist.

Errors leave a connector only as `PlatformFailure`, whose `Failure` says whether it is *certain* that nothing was sent.
Anything else that escapes is a bug.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.ids import OutboxId, PlatformId
from switchboard_app.model.remote import (
    Batch,
    Cursor,
    KeptRecord,
    RemoteAttachment,
    RemoteMessage,
    RemotePerson,
    RemoteThread,
)
from switchboard_app.model.times import Millis
from switchboard_app.sync.permit import Permit

__all__ = [
    "Batch",
    "Clock",
    "Connector",
    "Cursor",
    "Grant",
    "Known",
    "Meter",
    "Outgoing",
    "OutgoingFile",
    "Permit",
    "PlatformFailure",
    "Receipt",
    "RemoteAttachment",
    "RemoteMessage",
    "RemotePerson",
    "RemoteThread",
    "Self",
]

Clock = Callable[[], Millis]

Known = Callable[[Sequence[PlatformId]], Awaitable[frozenset[PlatformId]]]
"""Which of these message ids of the account are stored already."""


class PlatformFailure(Exception):
    """An exchange failed in a way that platform or network explain; carries the `Failure` and the health it means."""

    def __init__(self, failure: Failure, health: Health | None = None, health_detail: str = "") -> None:
        super().__init__(failure.text)
        self.failure = failure
        self.health = health
        self.health_detail = health_detail


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """An image or document that goes out; `content` within the account's limits (checked before queueing)."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One reply, typed by a person. The recipient was frozen when it was queued.

    `last_inbound_at` lets the connector choose RESPONSE or the HUMAN_AGENT tag (dossier 2.3). `permit` goes with every
    request that makes a message (`Call.permit`): the door asks it right before the first byte. `answered_raw` and
    `answered_text` are the platform's own record and the text of the citizen's last message: a mail names it.
    """

    id: OutboxId
    thread: PlatformId
    recipient: PlatformId
    text: str
    files: tuple[OutgoingFile, ...] = ()
    last_inbound_at: Millis | None = None
    permit: Permit = field(default_factory=Permit, compare=False, repr=False)
    answered_raw: str = field(default="", repr=False)
    answered_text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's positive answer. `platform_ids` holds more than one id where text and image are two messages."""

    platform_ids: tuple[PlatformId, ...]
    thread: PlatformId


@dataclass(frozen=True, slots=True)
class Self:
    """Who we are on the platform."""

    platform_id: PlatformId
    name: str
    handle: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    """What the platform says of this account's limits and places; kept among its options."""


AskAnew = Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]
"""Asks the platform for a new secret in place of this one. Raises PlatformFailure; `RenewalRefused` when it says no."""


class RenewalRefused(PlatformFailure):
    """The platform does not renew the sign-in: not a matter of waiting. Nothing was sent."""

    def __init__(self, why: str) -> None:
        super().__init__(Failure(FailureKind.AUTH, True, why), Health.NEEDS_SIGN_IN, why)


class Renewing(Protocol):
    """How a secret that runs out is renewed without losing any of it (`sync.renewal`)."""

    async def renew(self, dead: str, ask: AskAnew) -> Mapping[str, str]:
        """The secret in place of the one with the access token `dead`: what somebody else has kept meanwhile, or what
        `ask` brings, kept in the keyring before it is returned. Raises PlatformFailure, always certain."""

    async def proved(self) -> None:
        """The platform has taken the renewed secret."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a connector is made from: the account's address and options, and its secret from the keyring.

    `renewing` is there for secrets that run out (X refresh tokens are single use: kept before they are used).
    """

    kind: Channel
    api_base: str
    options: Mapping[str, str]
    platform_user: PlatformId | None
    secret: Mapping[str, str] = field(repr=False)
    renewing: Renewing | None = None


class Meter(Protocol):
    """The account's budget of requests, charged before each one and read from the platform's headers; kept in the store
    for all stations."""

    async def spend(self, bucket: str) -> None:
        """Take one request from `bucket`; raises PlatformFailure (rate limit, certain, retry_at) when none is left."""

    async def observed(self, bucket: str, limit: int, remaining: int, reset_at: Millis) -> None:
        """Take note of what the platform's headers say."""

    async def exhausted(self, bucket: str, until: Millis) -> None:
        """The platform refused a request for its limit: spend nothing from `bucket` before `until`."""


@runtime_checkable
class Forewarns(Protocol):
    """What a connector can do besides whose sign-in may be seen to end."""

    def forewarning(self) -> str:
        """What will go wrong unless somebody acts, in words; empty when nothing will. Asks nobody."""


@runtime_checkable
class Rereads(Protocol):
    """What a connector can do besides that translates records: make of a kept one what this version can."""

    async def reread(self, kept: KeptRecord) -> tuple[RemoteThread, RemoteMessage]:
        """A record from quarantine in our words, with its conversation; still unreadable, its reason says why.

        It is what an earlier version kept, without addresses. Asks no more than who we are; raises PlatformFailure.
        """


@runtime_checkable
class Learns(Protocol):
    """What a connector can do besides that finds out something about its account worth keeping for every station."""

    def learnt(self) -> Mapping[str, str]:
        """Options to remember with the account; never a secret. Asks nobody."""


class Connector(Protocol):
    """What every platform must do."""

    async def whoami(self) -> Self:
        """Ask the platform who we are and whether the sign-in holds. Raises PlatformFailure."""

    def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """Sweep what is new, oldest-safe: overlap re-read, paging followed to its end. Raises PlatformFailure."""

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Send one reply. Raises PlatformFailure; `failure.certain` only on positive proof that nothing was sent."""

    async def read_back(self, thread: PlatformId, person: PlatformId, since: Millis) -> tuple[RemoteMessage, ...]:
        """The messages of one conversation since a moment, for settling an uncertain send. Raises PlatformFailure."""

    async def fetch(self, attachment: RemoteAttachment, limit: int) -> bytes:
        """The bytes of an attachment, at most `limit`; raises PlatformFailure (CONTENT when too big or refused)."""

    async def aclose(self) -> None:
        """Let go of connections."""
