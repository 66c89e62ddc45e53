"""The engine in a thread of its own, so that no amount of network stalls the window (measured: 120–180 ms otherwise).

Called by `app` and the window through it. Refuses to be used after `stop`.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from switchboard_app.log import logger
from switchboard_app.model.errors import Unreachable, places
from switchboard_app.model.ids import AccountId
from switchboard_app.model.language import tr
from switchboard_app.sync.engine import Engine

T = TypeVar("T")

STOP_SECONDS = 25.0
"""How long a send under way may take to end before the program leaves its row to be recovered."""


class EngineThread:
    """Runs an engine until stopped."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._make = make
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._engine: Engine | None = None
        self._main: asyncio.Task[None] | None = None
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)

    def start(self) -> None:
        """Start polling and sending. Raises what kept the engine from being made."""
        self._thread.start()
        self._ready.wait()
        if self._engine is None and self._problem is not None:
            raise self._problem

    def _work(self) -> None:
        # on Windows psycopg's waits need a selector loop
        factory = asyncio.SelectorEventLoop if sys.platform == "win32" else asyncio.new_event_loop
        try:
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(self._life())
        except Exception as bug:  # noqa: BLE001 - the end of a thread: nobody is left to raise it to
            self._problem = bug
            if self._engine is not None:
                logger("sync").error("the engine ended in %s", places(bug))
        finally:
            self._ready.set()

    async def _life(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._engine = self._make()
        self._main = asyncio.ensure_future(self._engine.run())
        self._ready.set()
        try:
            await self._main
        except asyncio.CancelledError:
            logger("sync").info("the engine stops")
        finally:
            await self._engine.close()

    def submit(self, work: Callable[[Engine], Coroutine[Any, Any, T]]) -> Future[T]:
        """Run `work` in the engine's loop. Raises Unreachable after `stop`."""
        assert self._loop is not None
        assert self._engine is not None
        begun = work(self._engine)
        try:
            return asyncio.run_coroutine_threadsafe(begun, self._loop)
        except RuntimeError as ended:
            begun.close()
            raise Unreachable(tr("The engine has ended."), tr("Start Switchboard again.")) from ended

    def look_now(self, account: AccountId | None = None) -> None:
        """Poll and send soon."""
        if self._loop is not None and self._engine is not None:
            with contextlib.suppress(RuntimeError):  # the loop may have ended a moment ago
                self._loop.call_soon_threadsafe(self._engine.look_now, account)

    def stop(self) -> None:
        """End the engine; a send under way is waited for. May be called twice."""
        if self._loop is not None and self._main is not None and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._main.cancel)
            self._thread.join(STOP_SECONDS)
