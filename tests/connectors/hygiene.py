"""What the thirty checks of the one HTTP door work with, and their list (invariant 50). Run by test_hygiene.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.sync.addresses import MediaHosts
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.http import MEDIA_LIMIT, Answer, Call, HttpDoor
from tests.platforms import FakeClock

TOKEN = "EAAcanaryTOKENcanary"
SLACK_S = 5.0
"""How much later than a deadline a failure may come, on a machine that is busy with something else."""
EARLY_S = 0.05
"""The clocks of a loop and of a test differ by so much."""
MEGABYTE = 1024 * 1024


class Tools:
    """What a check works with."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        self.folder = folder
        self.patch = monkeypatch
        self.log = caplog

    @asynccontextmanager
    async def door(self, **more: Any) -> AsyncIterator[HttpDoor]:
        door = HttpDoor(FakeClock(), **{"deadline": 5.0, **more})
        try:
            yield door
        finally:
            await door.aclose()

    async def ask(self, call: Call, **more: Any) -> Answer:
        async with self.door(**more) as door:
            return await door.ask(call)

    async def fetch(self, address: str, base: str, limit: int = MEDIA_LIMIT, **more: Any) -> bytes:
        async with self.door(**more) as door:
            return await door.fetch(address, MediaHosts(("fbcdn.net",), base), limit, token=TOKEN)

    async def fails(self, work: Awaitable[object]) -> PlatformFailure:
        with pytest.raises(PlatformFailure) as caught:
            await work
        return caught.value


Check = Callable[[Tools], Coroutine[Any, Any, None]]
CHECKS: list[Check] = []


def check(one: Check) -> Check:
    CHECKS.append(one)
    return one


def calls(base: str) -> tuple[Call, Call]:
    """A read and a write, with everything that a connector puts into them."""
    proof = {"fields": "id", "appsecret_proof": "p"}
    return Call("GET", f"{base}/a", proof, TOKEN), Call("POST", f"{base}/b", proof, TOKEN, json={"text": "x"})
