"""What the trials of receiving are built from: a station that may die between any two steps, and a door without a net.

`Station` is the real store with everything on one thread; from the `dies_at`-th step on it is dead: each transaction
has three steps (before it, in it before the commit, after it), each request has two. `Net` answers a connector's calls
from a function, as JSON bytes that the real readers read. The poller, the connectors and the store are the product's.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import Operator, PlatformId
from switchboard_app.store import accounts
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.sync.connector import Connector, Grant
from switchboard_app.sync.facebook import FacebookConnector
from switchboard_app.sync.http import Answer, Call
from switchboard_app.sync.poller import Poll, poll
from switchboard_app.sync.x import XConnector
from tests.connectors.canned import Answering, Asked
from tests.connectors.meter import MemoryMeter
from tests.platforms import FakeClock

ME = Operator("ml")
OWN = "300"
NEVER = 1 << 60


class Killed(BaseException):
    """The process is gone."""


class AtOnce(Executor):
    """Does what it is given there and then."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The finished work."""
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as problem:  # noqa: BLE001 - it is the caller's, as with every executor
            done.set_exception(problem)
        return done


class Station(Store):
    """A station that dies at a step."""

    steps = 0
    dies_at = NEVER

    def step(self) -> None:
        """One more step, unless it is the last."""
        self.steps += 1
        if self.steps >= self.dies_at:
            raise Killed

    def live(self, dies_at: int = NEVER) -> None:
        """A process of its own, which dies at that step."""
        self.steps, self.dies_at = 0, dies_at

    async def run(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        """As `Store.run`."""

        def dying(tx: Any, *args: Any, **kwargs: Any) -> Any:
            result = verb(tx, *args, **kwargs)
            self.step()
            return result

        self.step()
        result = self.write(dying, *args, **kwargs)
        self.step()
        return result

    async def ask(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """As `Store.ask`."""
        self.step()
        return self.read(query, *args, **kwargs)


class Net:
    """The door of one connector: every call goes to `answering`."""

    def __init__(self, answering: Answering, step: Callable[[], None] = lambda: None) -> None:
        self.answering = answering
        self.requests = 0
        self._step = step

    async def ask(self, call: Call) -> Answer:
        """One exchange."""
        self._step()
        self.requests += 1
        path = urlsplit(call.url).path
        said = self.answering(Asked(call.method, path, dict(call.params), {}, b""))
        body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
        self._step()
        return Answer(said.status, dict(said.headers), body)

    async def fetch(self, *_: object) -> bytes:
        """No file can be had."""
        raise AssertionError("nothing here has files")


def opened(template: tuple[Path, str], folder: Path, clock: FakeClock) -> Station:
    """An empty workspace on one thread; not durable, for speed: durability is tried elsewhere."""
    path = folder / "workspace.db"
    shutil.copyfile(template[0], path)
    store = Station(embedded(path), template[1], clock, boot=clock, executors=lambda _name: AtOnce())
    store._connected()
    store._database.execute_sql("PRAGMA synchronous = off")
    return store


def account_on(store: Store, kind: Channel, number: int) -> Account:
    """One more account."""
    return store.write(accounts.add, kind, f"{kind.value} {number}", ME)


def connector_on(net: Net, kind: Channel, clock: FakeClock) -> Connector:
    """The real connector of a platform in front of a net."""
    grant = Grant(kind, "", {}, PlatformId(OWN), {"access_token": "t"})
    made: dict[Channel, Callable[..., Connector]] = {Channel.FACEBOOK: FacebookConnector, Channel.X: XConnector}
    return made[kind](grant, net, MemoryMeter(clock), clock)


async def polled(store: Station, account: Account, net: Net, clock: FakeClock) -> Poll | None:
    """One poll of a process; None when it died before its end. Every poll has a connector of its own."""
    net.requests = 0
    try:
        return await poll(store, account, connector_on(net, account.kind, clock))
    except Killed:
        return None
