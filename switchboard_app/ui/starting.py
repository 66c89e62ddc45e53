"""Work of the pages that are shown before there is a bridge: named tasks whose UserErrors are said on the page.

Used by the first start and by `no_entry`; everything later runs through the bridge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from switchboard_app.model.errors import UserError
from switchboard_app.model.language import tr
from switchboard_app.tasks import TaskGroup


class Starting:
    """`Starting(say).begin("create the workspace", work)`; `say` is given the UserError."""

    def __init__(self, say: Callable[[UserError], None]) -> None:
        self._say = say
        self._tasks = TaskGroup(self._failed)

    def begin(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `work` in the window's loop."""
        return self._tasks.start(name, self._watched(work))

    async def _watched(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except UserError as refusal:
            self._say(refusal)

    def _failed(self, _name: str, _error: BaseException) -> None:
        """A bug: it stands in the log; the page must not go on as if nothing were."""
        self._say(
            UserError(tr("Something went wrong in the program itself."), tr("The log of this station says more."))
        )

    async def stop(self) -> None:
        """Cancel and gather what runs."""
        await self._tasks.stop()
