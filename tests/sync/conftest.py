"""The engine against simulated platforms on loopback and a workspace on the test's clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.entry import Entry, EntryKind
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.store import accounts, timeline
from switchboard_app.store.database import Store
from switchboard_app.store.enquiries import find
from switchboard_app.sync.engine import Engine, Report, Surroundings
from switchboard_app.sync.mail import Post
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.x import SimulatedX
from tests.platforms import Served, facebook, facebook_server, x, x_server  # noqa: F401 - fixtures
from tests.workspaces import *  # noqa: F403

T = TypeVar("T")
ME = Operator("ml")


class Ring:
    """Secrets in memory; `problem` is raised instead of an answer."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, str]] = {}
        self.former: dict[str, dict[str, str]] = {}
        self.problem: Exception | None = None
        self.asked = 0

    def account_secret(self, account: str) -> dict[str, str] | None:
        """As `Credentials`."""
        self.asked += 1
        if self.problem is not None:
            raise self.problem
        return self.known.get(account)

    def keep_account_secret(self, account: str, secret: Mapping[str, str]) -> None:
        """As `Credentials`."""
        if account in self.known:
            self.former[account] = self.known[account]
        self.known[account] = dict(secret)

    def former_secret(self, account: str) -> dict[str, str] | None:
        """As `Credentials`."""
        return self.former.get(account)

    def secret_proved(self, account: str) -> None:
        """As `Credentials`."""
        self.former.pop(account, None)

    def take_back_secret(self, account: str) -> None:
        """As `Credentials`."""
        if account in self.former:
            self.known[account] = self.former.pop(account)

    def forget_account(self, account: str) -> None:
        """As `Credentials`."""
        self.known.pop(account, None)
        self.former.pop(account, None)


@pytest.fixture
def ring() -> Ring:
    """The keyring of the station."""
    return Ring()


def connect(store: Store, ring: Ring, kind: Channel, served: Served[Any], name: str = "", **options: str) -> Account:
    """Connect an account; nobody has asked the platform yet."""
    account = store.write(accounts.add, kind, name or kind.value, ME, api_base=served.base, options=options)
    ring.keep_account_secret(account.id, {"access_token": served.platform.token})
    return account


@pytest.fixture
def page(embedded_store: Store, ring: Ring, facebook_server: Served[SimulatedFacebook]) -> Account:  # noqa: F811
    """The page, connected."""
    return connect(embedded_store, ring, Channel.FACEBOOK, facebook_server)


@pytest.fixture
def handle(embedded_store: Store, ring: Ring, x_server: Served[SimulatedX]) -> Account:  # noqa: F811
    """The handle, connected."""
    return connect(embedded_store, ring, Channel.X, x_server)


@asynccontextmanager
async def engine_of(store: Store, ring: Ring, post: Post | None = None, **more: Any) -> AsyncIterator[Engine]:
    """An engine, closed at the end."""
    engine = Engine(store, Surroundings(ring, post, "Telefonzentrale <tz@example.org>", **more))
    try:
        yield engine
    finally:
        await engine.close()


class Desk:
    """A workspace with its engine in a loop that stands still between the steps of a test."""

    def __init__(self, store: Store, ring: Ring, post: Post | None = None) -> None:
        self.store = store
        self.ring = ring
        self._runner = asyncio.Runner()
        self.engine = self._runner.run(self._make(post))

    async def _make(self, post: Post | None) -> Engine:
        return Engine(self.store, Surroundings(self.ring, post, "Telefonzentrale <tz@example.org>"))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` in the engine's loop."""
        return self._runner.run(work)

    def sync(self) -> dict[str, Report]:
        """``sync --once``; the reports by the accounts' names."""
        return {one.name: one for one in self.run(self.engine.once())}

    def close(self) -> None:
        """Let go of everything."""
        self._runner.run(self.engine.close())
        self._runner.close()


@pytest.fixture
def desk_(embedded_store: Store, ring: Ring) -> Iterator[Desk]:
    """The desk of this test."""
    made = Desk(embedded_store, ring)
    yield made
    made.close()


def outbound(store: Store, number: int) -> list[Entry]:
    """Our answers of an enquiry, oldest first."""
    entries = store.read(timeline.conversation, store.read(find, number), 1000).entries
    return [one for one in entries if one.kind is EntryKind.MESSAGE and one.direction == "out"]


def enquiry(store: Store, number: int) -> EnquiryId:
    """The id of an enquiry."""
    return store.read(find, number)


@pytest.fixture
def desks(embedded_store: Store, ring: Ring) -> Iterator[Callable[[Post | None], Desk]]:
    """Makes desks that send their mails by a post."""
    made: list[Desk] = []

    def make(post: Post | None) -> Desk:
        made.append(Desk(embedded_store, ring, post))
        return made[-1]

    yield make
    for one in made:
        one.close()
