"""A station of the simulation: its process, its clocks, its database threads that are none, its sleep and its end."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from functools import partial
from typing import TYPE_CHECKING, Any

from switchboard_app.model.sending import Moment
from switchboard_app.model.times import Millis
from switchboard_app.store.database import Store
from switchboard_app.sync.http import HttpDoor
from tests.simulation.loop import BEGIN, OWNER
from tests.simulation.wire import Serve, Weather, Wire

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

_MACHINE_STARTED = 5_000_000


class Gone(Exception):
    """The station's process has ended: nothing of it reaches the database any more."""


class Inline(Executor):
    """Runs a transaction at once and tells the outcome a moment later, as a database thread does; the last transaction
    before a death is committed, and nobody hears of it."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        station = self._station
        outcome: Future[Any] = Future()
        if station.dead:
            outcome.set_exception(Gone())
            return outcome
        verb = args[0].__name__ if args else work.__name__
        if station.note("before", verb):
            return outcome
        tell: Callable[[], None]
        try:
            tell = partial(outcome.set_result, work(*args, **kwargs))
        except Exception as problem:  # noqa: BLE001 - handed to whoever waits for it
            tell = partial(outcome.set_exception, problem)
        station.note("after", verb)
        if station.at_once:
            tell()
        else:
            pause = station.sim.weather.database()
            station.sim.loop.call_later(pause, lambda: None if station.dead or outcome.cancelled() else tell())
        return outcome

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """There is no thread to end."""


class Station:
    """Made by `Simulation.station`."""

    def __init__(self, sim: Simulation, name: str, *, at_once: bool = False) -> None:
        self.sim = sim
        self.name = name
        self.at_once = at_once
        """Whether its transactions take no time: then a scene may use `store.write` and `store.read`."""
        self.dead = False
        self.asleep_until = 0.0
        self.skew = 0
        self.dies_at: int | None = None
        """Dies at this event of its own, counted from its start."""
        self.sleeps_at: dict[str, float] = {}
        """Falls asleep for so many seconds when this happens for the first time, e.g. ``after take``."""
        self._events = 0
        self._tasks: list[asyncio.Task[Any]] = []
        self._context = contextvars.copy_context()
        self._context.run(OWNER.set, self)
        self.store = Store(
            sim.location,
            sim.key,
            clock=sim.database_now,
            wall=self.wall,
            boot=self.boot,
            station=f"{name}-{sim.count()}",
            executors=lambda _: Inline(self),
        )

    # -- its clocks ------------------------------------------------------------------------------------------------

    def wall(self) -> Millis:
        """The clock on its wall, which may be wrong."""
        return Millis(BEGIN + self.sim.loop.millis + self.skew)

    def boot(self) -> Millis:
        """The clock since its start: it runs on while it sleeps."""
        return Millis(_MACHINE_STARTED + self.sim.loop.millis)

    def clocks(self) -> Moment:
        """Both."""
        return Moment(self.wall(), self.boot())

    # -- its life --------------------------------------------------------------------------------------------------

    def door(self, serve: Serve, weather: Weather | None = None) -> HttpDoor:
        """The real door, on a simulated network that leads to `serve`."""
        return HttpDoor(self.wall, transport=Wire(self, serve, weather or self.sim.weather), traced=True)

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Let a coroutine live on this station; every task that it makes dies with it."""
        return self._context.run(lambda: self.sim.loop.create_task(self._lived(work)))

    async def _lived(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await work
        except Gone:
            return None

    def made(self, task: asyncio.Task[Any]) -> None:
        """A task was made in this station's context."""
        self._tasks.append(task)

    def note(self, event: str, detail: str = "") -> bool:
        """Something happened on it: into the trace. True when it was the last thing before its death."""
        self.sim.note(f"{self.name} {event} {detail}")
        self._events += 1
        if (seconds := self.sleeps_at.pop(f"{event} {detail}".strip(), 0)) and not self.dead:
            self.sleep(seconds)
        if self._events == self.dies_at:
            self.crash()
        return self.dead

    def crash(self) -> None:
        """Its process ends here and now; what it wrote to the network is on its way."""
        if self.dead:
            return
        self.dead = True
        self.asleep_until = 0.0
        self.sim.note(f"{self.name} dies")
        for task in self._tasks:
            self.sim.loop.call_soon(task.cancel)
        self.store._database.close()

    def sleep(self, seconds: float) -> None:
        """It is suspended: nothing of it runs until it wakes."""
        self.sim.note(f"{self.name} sleeps {seconds:.0f}")
        self.asleep_until = max(self.asleep_until, self.sim.loop.time() + seconds)

    def step(self, millis: int) -> None:
        """Somebody sets its wall clock."""
        self.sim.note(f"{self.name} steps {millis}")
        self.skew += millis
