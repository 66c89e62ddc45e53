"""A network that lies inside the process: ASGI apps by host name, and nothing else exists.

Training reaches its simulated platforms through it, so nothing can leave. Called by `app.training` and by tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx


class OnlyInside(httpx.AsyncBaseTransport):
    """Answers for the hosts it was given; any other host cannot be reached."""

    def __init__(self, apps: Mapping[str, Any]) -> None:
        """`apps` are ASGI applications by base address, e.g. ``https://facebook.training.invalid``."""
        self._hosts = {httpx.URL(base).host: httpx.ASGITransport(app) for base, app in apps.items()}
        self._away: set[str] = set()

    def cut_off(self, base: str, away: bool) -> None:
        """Take a host out of the network, or bring it back; on any thread."""
        (self._away.add if away else self._away.discard)(httpx.URL(base).host)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer for a simulated platform; refuse every other host.

        A platform that cuts the connection instead of answering is what it is in a real network: the request left, and
        nobody knows what became of it.
        """
        inside = self._hosts.get(request.url.host)
        if inside is None or request.url.host in self._away:
            raise httpx.ConnectError("no network inside", request=request)
        try:
            return await inside.handle_async_request(request)
        except ConnectionError as cut:
            raise httpx.ReadError("the connection was cut", request=request) from cut
