"""The simulated platforms as fixtures for every test folder.

``facebook`` and ``x`` are the platforms themselves, empty, on the `clock` fixture; reach them in process with
`in_process(platform)`. ``facebook_server`` and ``x_server`` serve the very same objects on a free port of loopback, so
that a test scripts faults and reads the truth in process while its client speaks over a real socket.

Use in the conftest of a folder: ``from tests.platforms import clock as clock, facebook as facebook`` and so on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx
import pytest

from switchboard_app.model.times import Millis
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.loopback import LoopbackServer
from switchboard_app.training.platform import SimulatedPlatform
from switchboard_app.training.x import SimulatedX

NOON = Millis(1_795_262_400_000)
"""Saturday, 21 November 2026, 12:00 UTC: where the clock of a test begins."""


@dataclass(slots=True)
class FakeClock:
    """A clock that a test moves; call it for the time, add to `now` to let time pass."""

    now: Millis = NOON

    def __call__(self) -> Millis:
        return self.now

    def forward(self, millis: int) -> Millis:
        """Let time pass and say what time it is then."""
        self.now = Millis(self.now + millis)
        return self.now


PlatformT = TypeVar("PlatformT", bound=SimulatedPlatform)


@dataclass(frozen=True, slots=True)
class Served(Generic[PlatformT]):
    """A platform that answers on loopback: `base` is its address, e.g. ``http://127.0.0.1:40123``."""

    platform: PlatformT
    base: str


def in_process(platform: SimulatedPlatform, base: str = "") -> httpx.AsyncClient:
    """A client that reaches the platform without a socket; it is not signed in."""
    home = {"facebook": "https://graph.facebook.com", "x": "https://api.x.com"}[platform.kind]
    return httpx.AsyncClient(transport=httpx.ASGITransport(platform.app), base_url=base or home)


def ask(platform: SimulatedFacebook | SimulatedX, method: str, path: str, **request: Any) -> httpx.Response:
    """One request to the platform inside the process, signed in unless `headers` say otherwise."""
    request.setdefault("headers", {"Authorization": f"Bearer {platform.token}"})

    async def once() -> httpx.Response:
        async with in_process(platform) as client:
            return await client.request(method, path, **request)

    return asyncio.run(once())


@pytest.fixture
def clock() -> FakeClock:
    """The clock of the platforms of this test."""
    return FakeClock()


@pytest.fixture
def facebook(clock: FakeClock) -> SimulatedFacebook:
    """An empty page «Rathaus Basel»."""
    return SimulatedFacebook(clock)


@pytest.fixture
def facebook_server(facebook: SimulatedFacebook) -> Iterator[Served[SimulatedFacebook]]:
    """The same page on loopback; its Graph API begins at ``base``."""
    with LoopbackServer(facebook.app, facebook.faults) as server:
        yield Served(facebook, server.base)


@pytest.fixture
def x(clock: FakeClock) -> SimulatedX:
    """An account «Kanton Basel-Stadt» nobody has written to."""
    return SimulatedX(clock)


@pytest.fixture
def x_server(x: SimulatedX) -> Iterator[Served[SimulatedX]]:
    """The same account on loopback; its API begins at ``base``."""
    with LoopbackServer(x.app, x.faults) as server:
        yield Served(x, server.base)
