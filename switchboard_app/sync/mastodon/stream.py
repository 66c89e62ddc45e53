"""Mastodon's stream of events, as a hint that a poll is worth while.

What it is for: `Stream.news` waits until something was said. It says so too whenever a connection has been made,
because nobody listened before. It reads no message: what is new comes by the poll, which runs without it. The server
sends a line at least every 15 seconds (``:thump``); silence for longer means that the connection is dead. Called by
`mastodon.connector`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final
from urllib.parse import urlsplit

from switchboard_app.sync.addresses import is_loopback
from switchboard_app.sync.http import Call, HttpDoor, NoStream

IDLE_S: Final = 60.0
"""Four heartbeats."""
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

    def __init__(self, door: HttpDoor, base: str, told: str) -> None:
        self._door = door
        self._address = f"{streaming_base(base, told)}/api/v1/streaming/direct"
        self._lines: AsyncGenerator[bytes, None] | None = None

    async def news(self, token: str) -> bool:
        """Wait for news; False when the instance offers no stream. Raises PlatformFailure when it broke off."""
        try:
            if self._lines is None:
                self._lines = self._door.lines(Call("GET", self._address, token=token), idle=IDLE_S)
                await anext(self._lines)
                return True
            event = b""
            async for line in self._lines:
                if line.startswith(b"event:"):
                    event = line.removeprefix(b"event:").strip()
                elif not line and event:
                    if event not in _NO_NEWS:
                        return True
                    event = b""
        except NoStream as refused:
            self._lines = None
            if refused.status in _NOT_HERE:
                return False
            raise
        except BaseException:
            self._lines = None
            raise
        self._lines = None
        return True  # ended in good order: asked again, it is opened again

    async def aclose(self) -> None:
        """Let go of the connection."""
        lines, self._lines = self._lines, None
        if lines is not None:
            await lines.aclose()
