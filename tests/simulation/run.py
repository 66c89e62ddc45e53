"""One simulation from one seed: a workspace on the RAM disk, a loop of its own, a trace; and the same once more."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import random
import secrets
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from switchboard_app.model.times import Millis
from switchboard_app.store import ids, migrate
from switchboard_app.store.location import Location, embedded
from switchboard_app.sync.lead import LeadLost
from tests.simulation.loop import BEGIN, OWNER, VirtualLoop
from tests.simulation.station import Gone, Station
from tests.simulation.wire import Weather

_RAM = Path("/dev/shm")
_UNCLAIMED = (Gone, LeadLost)
"""What a future may have failed with though nobody asks it: its task was cancelled in the very same turn."""
_template: list[tuple[Path, str]] = []


class Simulation:
    """What a scene is given."""

    def __init__(self, seed: int, location: Location, key: str) -> None:
        self.dice = random.Random(seed)
        self.weather = Weather(random.Random(seed + 1))
        self.location = location
        self.key = key
        self.loop = VirtualLoop()
        self.loop.set_task_factory(self._task)  # type: ignore[arg-type]  # the stubs know no context yet
        self.loop.set_exception_handler(self._bug)
        self.bugs: list[str] = []
        self.stations: list[Station] = []
        self.trace: list[str] = []
        self._database_skew = 0
        self._counted = 0

    # -- time ------------------------------------------------------------------------------------------------------

    def now(self) -> Millis:
        """The right time, which the platform has."""
        return Millis(BEGIN + self.loop.millis)

    def database_now(self) -> Millis:
        """The database's clock."""
        return Millis(self.now() + self._database_skew)

    def step_database(self, millis: int) -> None:
        """Somebody sets the database's clock."""
        self.note(f"database steps {millis}")
        self._database_skew += millis

    async def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""
        await asyncio.sleep(seconds)

    # -- stations --------------------------------------------------------------------------------------------------

    def station(self, name: str, *, at_once: bool = False) -> Station:
        """A new process of the program on the same workspace.

        With `at_once` its transactions take no time, so that a scene may call `store.write` and `store.read` itself.
        """
        made = Station(self, name, at_once=at_once)
        self.stations.append(made)
        return made

    def count(self) -> int:
        """1, 2, 3 … for names."""
        self._counted += 1
        return self._counted

    def _task(self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **more: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=loop, **more)
        context = more.get("context")
        owner = context.get(OWNER) if context is not None else OWNER.get()
        if isinstance(owner, Station):
            owner.made(task)
        return task

    def _bug(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        problem = context.get("exception")
        if not isinstance(problem, _UNCLAIMED):
            self.bugs.append(f"{context['message']} {problem!r}")

    # -- the trace -------------------------------------------------------------------------------------------------

    def note(self, what: str) -> None:
        """One line of the trace."""
        self.trace.append(f"{self.loop.millis} {what}")

    def fingerprint(self) -> str:
        """The whole trace in one word."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def run(self, scene: Callable[[Simulation], Awaitable[Any]]) -> Any:
        """Run a scene to its end and end all stations."""
        asyncio.set_event_loop(self.loop)
        before, ids.source = ids.source, lambda: f"{self.count():032x}"
        chance, secrets.randbelow = secrets.randbelow, self.dice.randrange  # type: ignore[assignment]  # all that is asked
        try:
            result = self.loop.run_until_complete(self._whole(scene))
            assert not self.bugs, self.bugs
            return result
        finally:
            ids.source, secrets.randbelow = before, chance
            asyncio.set_event_loop(None)
            self.loop.close()

    async def _whole(self, scene: Callable[[Simulation], Awaitable[Any]]) -> Any:
        try:
            return await scene(self)
        finally:
            for station in self.stations:
                station.crash()
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in rest:
                task.cancel()  # a scene that fails leaves its mishaps behind, which would go on for ever
            await asyncio.gather(*rest, return_exceptions=True)


def workspace() -> tuple[Path, str]:
    """An empty workspace, made once a run and copied for each simulation."""
    if not _template:
        folder = Path(tempfile.mkdtemp(prefix="sim-", dir=_RAM if _RAM.is_dir() else None))
        key = secrets.token_hex(48)
        migrate.upgrade(embedded(folder / "workspace.db"), key)
        _template.append((folder / "workspace.db", key))
    return _template[0]


def once(seed: int, scene: Callable[[Simulation], Awaitable[Any]]) -> tuple[Any, Simulation]:
    """Run a scene once; its result and what is left of it."""
    template, key = workspace()
    with tempfile.TemporaryDirectory(prefix="sim-", dir=template.parent) as folder:
        path = Path(folder) / "workspace.db"
        shutil.copyfile(template, path)
        sim = Simulation(seed, embedded(path), key)
        result = sim.run(scene)
    return result, sim


def twice(seed: int, scene: Callable[[Simulation], Awaitable[Any]]) -> Any:
    """Run a scene twice: the result, if both runs left the same trace."""
    result, first = once(seed, scene)
    _, second = once(seed, scene)
    if first.fingerprint() != second.fingerprint():
        differing = [(a, b) for a, b in zip(first.trace, second.trace, strict=False) if a != b]
        raise AssertionError(f"one seed, two schedules; they part at {differing[:1]}")
    gc.collect(0)
    return result
