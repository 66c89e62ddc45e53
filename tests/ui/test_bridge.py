"""The seam between the window and the rest: what is started, what is told, and what happens after the end."""

from __future__ import annotations

import asyncio

import pytest

from switchboard_app.model.errors import Refused, UserError
from tests.ui.workspace import Workspace, until


@pytest.mark.logs_warning
async def test_a_refusal_nobody_took_is_shown(workspace: Workspace) -> None:
    shown: list[UserError] = []
    workspace.bridge.failed.connect(shown.append)

    async def refused() -> None:
        raise Refused("No.", "Do something else.")

    workspace.bridge.start("try", refused())
    await until(lambda: shown)
    assert shown[0].message == "No."


async def test_nothing_is_begun_after_the_end(workspace: Workspace) -> None:
    """A timer may fire while the loop ends; what it would begin could never finish."""
    begun: list[str] = []

    async def work() -> None:
        begun.append("work")

    await workspace.bridge.stop()
    assert workspace.bridge.start("too late", work()) is None
    await asyncio.sleep(0.01)
    assert begun == []
