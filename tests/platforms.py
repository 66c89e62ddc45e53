"""The simulated platforms as fixtures for every test folder.

``facebook`` and ``x`` are the platforms themselves, empty, on the `clock` fixture; reach them in process with
`in_process(platform)`. ``facebook_server`` and ``x_server`` serve the very same objects on a free port of loopback, so
that a test scripts faults and reads the truth in process while its client speaks over a real socket.

Use in the conftest of a folder: ``from tests.platforms import clock, facebook``, with ``__all__``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx
import pytest

from switchboard_app.model.times import Millis
from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.faults import Effect
from switchboard_app.training.instagram import SimulatedInstagram
from switchboard_app.training.loopback import LoopbackServer
from switchboard_app.training.mastodon import SimulatedMastodon
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
    home = {
        "facebook": "https://graph.facebook.com",
        "x": "https://api.x.com",
        "instagram": "https://graph.facebook.com",
        "mastodon": "https://mastodon.training.invalid",
    }[platform.kind]
    return httpx.AsyncClient(transport=httpx.ASGITransport(platform.app), base_url=base or home)


def ask(
    platform: SimulatedFacebook | SimulatedMastodon | SimulatedX, method: str, path: str, **request: Any
) -> httpx.Response:
    """One request to the platform inside the process, signed in unless `headers` say otherwise."""
    request.setdefault("headers", {"Authorization": f"Bearer {platform.token}"})

    async def once() -> httpx.Response:
        async with in_process(platform) as client:
            return await client.request(method, path, **request)

    return asyncio.run(once())


def send_fault(phrase: str, *, hang_s: float = 30.0) -> tuple[str, Effect] | None:
    """What a phrase of the corpus ``send_faults.json`` means: the request it matches and what happens to it.

    None for what no server can do to a client that does not reach it (no connection, no name, another certificate).
    """
    elsewhere = {"location": "http://127.0.0.1:9/elsewhere"}
    effects = {
        "200 ok": Effect(),
        "429 retry-after=2": Effect(accepted=False, refusal="limit", headers={"retry-after": "2"}),
        "accept, then close before status": faults.dropped(accepted=True),
        "accept, then hang past the deadline": faults.slow(hang_s),
        "accept, then hang": Effect(wait_s=hang_s, late_s=60),
        "accept, then 500": faults.server_error(500, accepted=True),
        "accept, then 502 html": faults.html(502, accepted=True),
        "accept, then truncated json": faults.truncated(),
        "accept, then 200 empty body": faults.empty(200),
        "accept, then 200 json without id": faults.other_shape({}),
        "close before reading the body": faults.dropped(accepted=False),
        "hang without accepting": faults.slow(hang_s, accepted=False),
        "500 without accepting": faults.server_error(500, accepted=False),
        "400 invalid parameter": faults.refused("parameter"),
        "401 expired token": faults.refused("token"),
        "403 outside window": faults.refused("window"),
        "302 to other host": faults.answer(302, b"", elsewhere),
        "307 to other host": faults.answer(307, b"", elsewhere),
        "slow loris 1 byte/s": Effect(drip_s=1.0),
        "200 gzip bomb 1:1000 (accepted)": faults.bomb(50),
        "200 with header of 1 MB (accepted)": Effect(headers={"x-filler": "x" * 1_000_000}),
    }
    refresh = {
        "token refresh ok": Effect(),
        "token refresh refused": faults.answer(400, {"error": "invalid_request", "error_description": "invalid"}),
    }
    if phrase in refresh:
        return "POST /2/oauth2/token", refresh[phrase]
    return ("POST /messages", effects[phrase]) if phrase in effects else None


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


@pytest.fixture
def instagram(clock: FakeClock) -> SimulatedInstagram:
    """An Instagram account «Kanton Basel-Stadt» nobody has written to, with its page."""
    return SimulatedInstagram(clock)


@pytest.fixture
def instagram_server(instagram: SimulatedInstagram) -> Iterator[Served[SimulatedInstagram]]:
    """The same account on loopback."""
    with LoopbackServer(instagram.app, instagram.faults) as server:
        yield Served(instagram, server.base)


@pytest.fixture
def mastodon(clock: FakeClock) -> SimulatedMastodon:
    """A Mastodon account «Kanton Basel-Stadt» nobody has written to."""
    return SimulatedMastodon(clock)


@pytest.fixture
def mastodon_server(mastodon: SimulatedMastodon) -> Iterator[Served[SimulatedMastodon]]:
    """The same account on loopback."""
    with LoopbackServer(mastodon.app, mastodon.faults) as server:
        yield Served(mastodon, server.base)
