"""Background tasks with a name, whose errors cannot vanish.

A task that ends in an error says so in the log and to `on_error`; a group cancels and gathers its tasks before its loop
ends. Called by the engine and by the window's bridge.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from switchboard_app.model.errors import places


class TaskGroup:
    """Named tasks of one loop; unlike asyncio's, one failing task does not end the others."""

    def __init__(self, on_error: Callable[[str, BaseException], None] | None = None) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_error = on_error

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `work` in the running loop under `name`."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            logging.getLogger("switchboard.tasks").error("task %s ended in %s", task.get_name(), places(error))
            if self._on_error is not None:
                self._on_error(task.get_name(), error)

    async def stop(self) -> None:
        """Cancel all tasks and wait until each has ended."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
