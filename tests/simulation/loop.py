"""An asyncio loop whose time jumps to the next timer: hours pass in milliseconds, and always in the same order.

A callback belongs to the station in whose context it was made; while that station sleeps its callbacks wait.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from contextvars import Context, ContextVar
from typing import Any, NoReturn, Protocol

from switchboard_app.model.times import SECOND, Millis

BEGIN = Millis(1_795_262_400_000)
"""Saturday, 21 November 2026, 12:00 UTC."""


class Sleeper(Protocol):
    """Whoever's callbacks may have to wait."""

    asleep_until: float


OWNER: ContextVar[Sleeper | None] = ContextVar("owner", default=None)


_NOBODY = Context()


class Stuck(Exception):
    """Nothing is ready and no timer runs: somebody waits for something that never comes."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs what is ready; when nothing is, its clock jumps to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._turns = 0

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._now

    @property
    def millis(self) -> int:
        """Milliseconds since the loop was made."""
        return round(self._now * SECOND)

    def _run_once(self) -> None:
        ready: deque[asyncio.Handle] = self._ready  # type: ignore[attr-defined]
        timers: list[Any] = self._scheduled  # type: ignore[attr-defined]
        while timers and timers[0]._cancelled:
            heapq.heappop(timers)._scheduled = False
        if not ready:
            if not timers:
                raise Stuck
            self._now = max(self._now, timers[0]._when)
        while timers and timers[0]._when <= self._now:
            timer = heapq.heappop(timers)
            timer._scheduled = False
            if not timer._cancelled:
                ready.append(timer)
        for _ in range(len(ready)):
            handle: Any = ready.popleft()
            if handle._cancelled:
                continue
            owner: Sleeper | None = handle._context.get(OWNER)
            if owner is not None and owner.asleep_until > self._now:
                self.call_at(owner.asleep_until, ready.append, handle, context=_NOBODY)
            else:
                handle._run()

    def _write_to_self(self) -> None:
        """There is no other thread to wake up for."""

    def _process_events(self, event_list: Any) -> None:
        """There are no sockets."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> NoReturn:  # type: ignore[override]
        """Refused: a thread would bring its own time."""
        raise AssertionError(f"a thread in the simulation: {func}")
