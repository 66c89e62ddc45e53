"""Who acts in the window: on PostgreSQL the login of the database, whatever the settings say."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from switchboard_app.app.life import Life, Open
from switchboard_app.app.outside import EngineOutside
from switchboard_app.app.station import Station
from switchboard_app.config import StationSettings
from switchboard_app.credentials import Credentials
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import Operator
from switchboard_app.store import accounts
from switchboard_app.sync.engine import Engine, Surroundings
from switchboard_app.sync.thread import EngineThread
from switchboard_app.ui.bridge import Outside
from tests.app.conftest import MemoryRing
from tests.workspaces import *  # noqa: F403
from tests.workspaces import Workspace


@pytest.fixture
def station(tmp_path: Path, ring: MemoryRing) -> Station:
    """A station whose settings name somebody."""
    return Station(tmp_path, StationSettings(operator="somebody else"), Credentials(lambda: ring))


async def test_the_window_acts_as_the_login(workspace: Workspace, station: Station, qapp: QApplication) -> None:
    store = workspace.open()
    me = Operator(store.location.login or "somebody else")
    engine = EngineThread(lambda: Engine(store, Surroundings(station.credentials)))
    engine.start()
    try:
        outside = EngineOutside(store, engine, station, station.credentials)
        account = await asyncio.to_thread(store.write, accounts.add, Channel.X, "Kanton", me)
        await outside.remove_account(account.id)
    finally:
        await asyncio.to_thread(engine.stop)
    who = store.read(lambda tx: tx.rows("SELECT who FROM journal WHERE action = 'account_removed'"))
    assert [row[0] for row in who] == [me]

    def connect() -> tuple[EngineThread, Outside]:
        raise AssertionError("nobody asked for the engine")

    life = Life(station, "", training=False)
    bridge = life._bridge(Open(store, None, None, connect, store.close))
    assert bridge.me == me
    life._engine_clock.stop()
    await bridge.stop()
