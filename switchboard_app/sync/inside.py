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

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer for a simulated platform; refuse every other host."""
        inside = self._hosts.get(request.url.host)
        if inside is None:
            raise httpx.ConnectError("no network inside", request=request)
        return await inside.handle_async_request(request)
