"""Mastodon's stream of events, as a hint that a poll is worth while.

What it is for: `Stream.news` waits until something was said. It says so too whenever a connection has been made,
because nobody listened before. It reads no message: what is new comes by the poll, which runs without it. The server
sends a line at least every 15 seconds (``:thump``); silence for longer means that the connection is dead. Called by
`mastodon.connector`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.language import tr
from switchboard_app.sync.addresses import is_loopback
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.http import Call, HttpDoor, NoStream

IDLE_S: Final = 60.0
"""Four heartbeats."""
_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 300.0
_NO_NEWS: Final = (b"filters_changed", b"announcement", b"announcement.reaction", b"announcement.delete")
_NOT_HERE: Final = (404, 405, 410, 501)


def streaming_base(base: str, told: str) -> str:
    """Where to listen. The instance may name another host (dossier 3), but the token is shown to a host of the
    instance's own domain only; otherwise it is asked of the instance itself."""
    try:
        home, there = urlsplit(base), urlsplit(told)
        host, place = home.hostname or "", there.hostname or ""
        port = there.port
    except ValueError:
        return base
    scheme = {"wss": "https", "ws": "http", "https": "https", "http": "http"}.get(there.scheme, "")
    near = place == host or place.endswith(f".{host}") or (is_loopback(host) and is_loopback(place))
    if not host or not near or not scheme or (scheme == "http" and not is_loopback(place)):
        return base
    shown = f"[{place}]" if ":" in place else place
    return f"{scheme}://{shown}{'' if port is None else f':{port}'}"


class Stream:
    """One account's stream. It is opened at the first question and kept."""

    def __init__(
        self, door: HttpDoor, base: str, told: str, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._door = door
        self._address = f"{streaming_base(base, told)}/api/v1/streaming/direct"
        self._sleep = sleep
        self._lines: AsyncGenerator[bytes, None] | None = None
        self._short = 0
        """Connections in a row that did not last: each says that something may be new, so they are not made quickly."""
        self._opened_at = 0.0

    async def news(self, token: str) -> bool:
        """Wait for news; False when the instance offers no stream. Raises PlatformFailure when it broke off."""
        try:
            if self._lines is None:
                await self._open(token)
                return True
            if await self._heard(self._lines):
                return True
        except NoStream as refused:
            self._broken()
            if refused.status in _NOT_HERE:
                return False
            raise
        except BaseException:
            self._broken()
            raise
        self._broken()
        raise PlatformFailure(Failure(FailureKind.NETWORK, True, tr("The platform ended the stream of events.")))

    async def _open(self, token: str) -> None:
        if self._short:
            await self._sleep(min(_LONGEST_PAUSE_S, _PAUSE_S * 2.0 ** (self._short - 1)))
        self._lines = self._door.lines(Call("GET", self._address, token=token), idle=IDLE_S)
        await anext(self._lines)
        self._opened_at = asyncio.get_running_loop().time()

    @staticmethod
    async def _heard(lines: AsyncGenerator[bytes, None]) -> bool:
        """Whether an event came before the stream ended."""
        event = b""
        async for line in lines:
            if line.startswith(b"event:"):
                event = line.removeprefix(b"event:").strip()
            elif not line and event:
                if event not in _NO_NEWS:
                    return True
                event = b""
        return False

    def _broken(self) -> None:
        self._lines = None
        lasted = asyncio.get_running_loop().time() - self._opened_at
        self._short = 0 if self._opened_at and lasted > IDLE_S else min(self._short + 1, 10)
        self._opened_at = 0.0

    async def aclose(self) -> None:
        """Let go of the connection."""
        lines, self._lines = self._lines, None
        if lines is not None:
            await lines.aclose()
