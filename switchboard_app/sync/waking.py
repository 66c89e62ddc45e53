"""Platforms that say by themselves that something is new: IMAP's IDLE, Mastodon's streaming.

What it is for: `Wakes`, which a connector may offer beside the port, and `listen`, which the engine runs for every
account that has it: each word of the platform asks for a poll. A word is only a hint: what is new comes by the poll,
which also runs without it, so a listener that dies costs minutes and no message. It refuses to store, to read messages
and to decide how an account is. Called by `sync.engine`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final, Protocol, runtime_checkable

from switchboard_app.log import logger
from switchboard_app.model.ids import AccountId
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.tasks import TaskGroup

SHORTEST_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 300.0
"""The pause after a listener broke off doubles between these; polling goes on meanwhile."""
CALM_SECONDS: Final = 1.0
"""A flood of words is one poll a second."""


@runtime_checkable
class Wakes(Protocol):
    """What a connector offers that can be woken."""

    async def wake(self) -> bool:
        """Wait until the platform says that something is new; False when it offers no such word.

        Keeps its connection alive by itself. Raises PlatformFailure when the connection broke or was not made.
        """


async def listen(
    connector: Wakes, news: Callable[[], None], *, shortest: float = SHORTEST_SECONDS, calm: float = CALM_SECONDS
) -> None:
    """Call `news` at each word of the platform, until cancelled or until it says that it offers none."""
    pause = shortest
    while True:
        try:
            if not await connector.wake():
                return
        except PlatformFailure as failure:
            logger("sync").info("listening broke off: %s", failure.failure.kind)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_SECONDS)
            news()  # something may have come while nobody listened
        else:
            pause = shortest
            news()
            await asyncio.sleep(calm)


class HasConnector(Protocol):
    """What the engine holds of an account."""

    @property
    def connector(self) -> object: ...


class Ears:
    """One listener for each account whose connector can be woken."""

    def __init__(self, tasks: TaskGroup, news: Callable[[AccountId], None]) -> None:
        self._tasks = tasks
        self._news = news
        self._heard: dict[AccountId, tuple[object, asyncio.Task[Any]]] = {}

    def heed(self, account: AccountId, line: HasConnector | None) -> None:
        """Listen, unless it is listened to already or has nothing to say; a connector made anew takes the place."""
        connector = None if line is None else line.connector
        heard, task = self._heard.get(account, (None, None))
        if heard is connector or not isinstance(connector, Wakes):
            return
        if task is not None:
            task.cancel()
        work = listen(connector, partial(self._news, account))
        self._heard[account] = connector, self._tasks.start(f"listen {account}", work)
