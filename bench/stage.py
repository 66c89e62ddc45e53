"""What the programs that measure a window stand on: Qt with the look, the window's loop, a bridge over a store.

Used by `list_window` and `loop_window`, which run as processes of their own.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from bench.places import KEY, ME, clock
from switchboard_app.app.window import SWITCH_SECONDS
from switchboard_app.config import resource_folder
from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import AccountId
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.collector import Collector

SETTLED_MILLIS = 500


class Nobody:
    """The outside of a window that is only looked at."""

    def look_now(self, account: AccountId | None = None) -> None:
        """Nothing is fetched."""

    async def add_account(
        self, kind: Channel, name: str, secret: Mapping[str, str], api_base: str, options: Mapping[str, str]
    ) -> Account:
        raise NotImplementedError

    async def add_by_browser(
        self, kind: Channel, name: str, client: Mapping[str, str], api_base: str, show: Callable[[str], None]
    ) -> Account:
        raise NotImplementedError

    async def sign_in_by_browser(
        self, account: AccountId, client: Mapping[str, str], show: Callable[[str], None]
    ) -> Account:
        raise NotImplementedError

    async def sign_in_again(self, account: AccountId, secret: Mapping[str, str]) -> Account:
        raise NotImplementedError

    async def check_account(self, account: AccountId) -> Account:
        raise NotImplementedError

    async def remove_account(self, account: AccountId) -> None:
        raise NotImplementedError


def run(work: Callable[[Bridge], Coroutine[Any, Any, None]], path: Path, *, plain: bool = False) -> None:
    """Run `work` in a window's loop on the store of this file, with the interpreter set as `app.window` sets it."""
    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication(sys.argv[:1])
    look.apply(app, look.Theme.LIGHT, 1.0)
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    store = Store(embedded(path), "" if plain else KEY, clock=clock)
    collector = Collector(app)
    QTimer.singleShot(SETTLED_MILLIS, collector.start)

    async def whole() -> None:
        bridge = Bridge(store, ME, Nobody(), resources=resource_folder(), clock=clock)
        try:
            await work(bridge)
        finally:
            await bridge.stop()

    with loop:
        loop.run_until_complete(whole())
    collector.stop()
    store.close()


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Let the loop go on until the condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is about widgets, which know no asyncio.Event
            await asyncio.sleep(0.001)
