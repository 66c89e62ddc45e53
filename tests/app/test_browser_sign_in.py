"""The window's sign-in by the browser: told in its own loop, left without a trace, never of another account."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from switchboard_app.app.outside import EngineOutside
from switchboard_app.app.station import Station
from switchboard_app.config import StationSettings
from switchboard_app.credentials import Credentials
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Refused, WrongUse
from switchboard_app.model.health import Health
from switchboard_app.store import accounts
from switchboard_app.store.database import Store
from switchboard_app.sync.engine import Engine, Surroundings
from switchboard_app.sync.thread import EngineThread
from switchboard_app.training.x import SimulatedX
from tests.app.conftest import MemoryRing
from tests.browser import StandIn
from tests.platforms import Served, x, x_server
from tests.workspaces import *  # noqa: F403

__all__ = ["x", "x_server"]

NAME = "Kanton Basel-Stadt"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@pytest.fixture
def station(tmp_path: Path, ring: MemoryRing) -> Station:
    """A station that knows which app asks."""
    settings = StationSettings(operator="ml", x_client_id="switchboard-training", sign_in_port=free_port())
    return Station(tmp_path, settings, Credentials(lambda: ring))


@pytest.fixture
def outside(embedded_store: Store, station: Station) -> Iterator[EngineOutside]:
    """The engine as the window has it."""
    engine = EngineThread(lambda: Engine(embedded_store, Surroundings(station.credentials)))
    engine.start()
    yield EngineOutside(embedded_store, engine, station, station.credentials)
    engine.stop()


async def test_an_account_is_connected_and_signed_in_again(
    outside: EngineOutside, embedded_store: Store, ring: MemoryRing, x_server: Served[SimulatedX]
) -> None:
    browser, threads = StandIn(), []

    def show(address: str) -> None:
        threads.append(threading.current_thread())
        browser(address)

    account = await outside.add_by_browser(Channel.X, NAME, {}, x_server.base, show)
    assert (account.health, account.name) == (Health.OK, NAME)
    assert threads == [threading.main_thread()], "a view may only be told in its own thread"
    x = x_server.platform
    x.tokens.revoke_all()
    assert (await outside.check_account(account.id)).health is Health.NEEDS_SIGN_IN
    assert (await outside.sign_in_by_browser(account.id, {}, show)).health is Health.OK
    assert x.token in next(iter(ring.entries.values()))
    assert len(ring.entries) == 1
    x.own_id, x.own_name = "4242", "Somebody"
    with pytest.raises(Refused, match="Somebody"):
        await outside.sign_in_by_browser(account.id, {}, show)
    assert embedded_store.read(accounts.one, account.id).platform_user == account.platform_user


async def test_leaving_closes_the_way_back_and_connects_nothing(
    outside: EngineOutside, embedded_store: Store, station: Station, ring: MemoryRing, x_server: Served[SimulatedX]
) -> None:
    told = asyncio.Event()
    asking = asyncio.ensure_future(
        outside.add_by_browser(Channel.X, NAME, {}, x_server.base, lambda _address: told.set())
    )
    await asyncio.wait_for(told.wait(), 10)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    for _ in range(100):
        try:
            socket.create_server(("127.0.0.1", station.settings.sign_in_port)).close()
            break
        except OSError:
            await asyncio.sleep(0.05)
    else:
        raise AssertionError("the port stays taken")
    assert embedded_store.read(accounts.listed) == []
    assert ring.entries == {}


async def test_without_an_app_nothing_is_begun(
    outside: EngineOutside, station: Station, x_server: Served[SimulatedX]
) -> None:
    station.settings = StationSettings(operator="ml")
    browser = StandIn()
    with pytest.raises(WrongUse, match="client id"):
        await outside.add_by_browser(Channel.X, NAME, {}, x_server.base, browser)
    assert browser.opened == []
