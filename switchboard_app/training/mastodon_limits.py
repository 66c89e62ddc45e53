"""The limits of the simulated Mastodon instance (contract dossier 3): the headers describe the limit of that call.

What it is for: 300 calls in five minutes, 300 posts in three hours, 30 files in thirty minutes; a reset in ISO 8601
with microseconds. What it refuses to do: sleeping; the clock is given. Called by `training.mastodon`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from switchboard_app.model.times import HOUR, MINUTE, Millis
from switchboard_app.training.mastodon_wire import NotAnswered
from switchboard_app.training.platform import Clock

CALLS: Final = "calls"
POSTS: Final = "posts"
FILES: Final = "files"
DOCUMENTED: Final[Mapping[str, int]] = {CALLS: 300, POSTS: 300, FILES: 30}
_WINDOWS: Final[Mapping[str, int]] = {CALLS: 5 * MINUTE, POSTS: 3 * HOUR, FILES: 30 * MINUTE}


class Limits:
    """How much of each limit is used. `limits` may be changed while it runs."""

    def __init__(self, clock: Clock, limits: Mapping[str, int]) -> None:
        self.limits = {**DOCUMENTED, **limits}
        self._clock = clock
        self._used: dict[str, tuple[int, int]] = {}

    def take(self, method: str, path: str) -> dict[str, str]:
        """Use one request and say what the headers say then. Raises NotAnswered when none is left."""
        name = _name(method, path)
        window, used = self._window(name)
        refused = used >= self.limits[name]
        self._used[name] = (window, min(used + 1, self.limits[name]))
        headers = self._headers(name)
        if refused:
            raise NotAnswered(429, "Too many requests", tuple(headers.items()))
        return headers

    def left(self, name: str) -> int:
        """How many requests a limit has left."""
        return self.limits[name] - self._window(name)[1]

    def headers_when_used_up(self, refusal: str) -> Mapping[str, str]:
        """The headers of a refusal for the limit."""
        if refusal != "limit":
            return {}
        return self._headers(CALLS) | {"x-ratelimit-remaining": "0"}

    def _window(self, name: str) -> tuple[int, int]:
        """The window that runs now (Mastodon's begin at full multiples), and how much of it is used."""
        window = self._clock() // _WINDOWS[name]
        known, used = self._used.get(name, (window, 0))
        return (window, used) if known == window else (window, 0)

    def _headers(self, name: str) -> dict[str, str]:
        window, used = self._window(name)
        reset = Millis((window + 1) * _WINDOWS[name])
        moment = datetime.fromtimestamp(reset / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"
        return {
            "x-ratelimit-limit": str(self.limits[name]),
            "x-ratelimit-remaining": str(self.limits[name] - used),
            "x-ratelimit-reset": moment,
        }


def _name(method: str, path: str) -> str:
    if method == "POST":
        return FILES if path.endswith("/media") else POSTS
    return CALLS
