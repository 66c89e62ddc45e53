"""Fixtures of the connectors' tests: each platform as a `Bench`, alone and as a parameter of the contract suite."""

from __future__ import annotations

import httpx
import pytest

from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.instagram import SimulatedInstagram
from switchboard_app.training.mastodon import SimulatedMastodon
from switchboard_app.training.platform import SimulatedPlatform
from switchboard_app.training.x import SimulatedX
from tests.connectors.bench import Bench
from tests.platforms import (
    FakeClock,
    Served,
    clock,
    facebook,
    facebook_server,
    instagram,
    instagram_server,
    mastodon,
    mastodon_server,
    x,
    x_server,
)

__all__ = ["clock", "facebook", "facebook_server", "instagram", "instagram_server", "mastodon", "mastodon_server", "x",
           "x_server"]  # fmt: skip
"""The fixtures of tests/platforms.py, for every test of this folder."""


@pytest.fixture
def page(facebook_server: Served[SimulatedFacebook], clock: FakeClock) -> Bench:
    """The page on loopback."""
    return Bench(facebook_server.platform, facebook_server.base, clock)


@pytest.fixture
def handle(x_server: Served[SimulatedX], clock: FakeClock) -> Bench:
    """The X account on loopback."""
    return Bench(x_server.platform, x_server.base, clock)


@pytest.fixture
def behind_a_page(instagram_server: Served[SimulatedInstagram], clock: FakeClock) -> Bench:
    """The Instagram account on loopback."""
    return Bench(instagram_server.platform, instagram_server.base, clock)


@pytest.fixture
def instance(mastodon_server: Served[SimulatedMastodon], clock: FakeClock) -> Bench:
    """The Mastodon account on loopback."""
    return Bench(mastodon_server.platform, mastodon_server.base, clock)


@pytest.fixture(params=["facebook", "x", "instagram", "mastodon"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """Each platform on loopback, one after the other."""
    made: Bench = request.getfixturevalue(
        {"facebook": "page", "x": "handle", "instagram": "behind_a_page", "mastodon": "instance"}[request.param]
    )
    return made


@pytest.fixture(params=["facebook", "x", "instagram", "mastodon"])
def inside(request: pytest.FixtureRequest, clock: FakeClock) -> Bench:
    """Each platform inside the process, as training reaches it."""
    platform: SimulatedPlatform = request.getfixturevalue(request.param)
    base = "https://mastodon.training.invalid" if platform.kind == "mastodon" else ""
    return Bench(platform, base, clock, transport=httpx.ASGITransport(platform.app))
