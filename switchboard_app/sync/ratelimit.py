"""What answers' headers say of a platform's limits, and the pace of requests within a second.

Headers are read here for every platform; what they mean for the account's budget is `model.budget`'s arithmetic, kept
by the `Meter` (`sync.meter`). Refuses to remember anything but the pace. Called by the connectors.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from switchboard_app.model.budget import Budget
from switchboard_app.model.times import HOUR, MINUTE, SECOND, Millis, from_datetime

# --- headers ------------------------------------------------------------------------------------------------------


def retry_after(headers: Mapping[str, str], now: Millis) -> Millis | None:
    """The moment named by ``Retry-After`` (seconds or a date); None without one."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 8:
        return Millis(now + int(text) * SECOND)
    try:
        return max(now, from_datetime(parsedate_to_datetime(text)))
    except (ValueError, TypeError):
        return None


def windowed(headers: Mapping[str, str], now: Millis) -> Budget | None:
    """X's ``x-rate-limit-limit``, ``-remaining`` and ``-reset`` (Unix seconds); None unless all three are there.

    Windows are 15 minutes long: a reset more than an hour ahead is a wrong clock and counts as an hour.
    """
    try:
        limit, remaining, reset = (int(headers[f"x-rate-limit-{name}"]) for name in ("limit", "remaining", "reset"))
    except (KeyError, ValueError):
        return None
    return Budget(max(0, limit), max(0, remaining), Millis(min(reset * SECOND, now + HOUR)))


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of Meta's limits is used, in per cent (above 100 occurs), and when it is free again if it says so."""

    percent: int
    regain_at: Millis | None = None


def usage_of(headers: Mapping[str, str], now: Millis) -> Usage | None:
    """The highest of all figures in ``X-App-Usage`` and ``X-Business-Use-Case-Usage``; None without the headers.

    Source: contract dossier 2.3. The estimated time to regain access is given in minutes.
    """
    figures: list[float] = []
    minutes: list[float] = []
    for name in ("x-app-usage", "x-business-use-case-usage"):
        try:
            told = json.loads(headers.get(name, "null"))
        except ValueError:
            continue
        for entry in _entries(told):
            figures += [_figure(entry.get(key)) for key in ("call_count", "total_cputime", "total_time")]
            minutes.append(_figure(entry.get("estimated_time_to_regain_access")))
    if not figures:
        return None
    wait = int(max(minutes) * MINUTE)
    return Usage(int(max(figures)), Millis(now + wait) if wait else None)


def _figure(value: object) -> float:
    """A percentage or minutes; 0 for what is none, and never more than a day's worth."""
    return min(1440.0, max(0.0, float(value))) if isinstance(value, int | float) else 0.0


def _entries(told: object) -> list[dict[str, object]]:
    if not isinstance(told, dict):
        return []
    lists = [value for value in told.values() if isinstance(value, list)]
    nested = [entry for entries in lists for entry in entries if isinstance(entry, dict)]
    return nested or [told]


def slowdown(percent: int) -> float:
    """Seconds to wait before the next request: none below 80 per cent, rising to five seconds at 100."""
    return 0.0 if percent < 80 else min(5.0, (percent - 79) * 0.25)


Sleep = Callable[[float], Awaitable[None]]


class Pace:
    """At most so many requests a second, with a first burst; `strict` ends the burst once a platform complained.

    Meta allows two calls a second and page on the Conversations API (dossier 2.3) without saying over which span; a
    burst lets an ordinary sweep run at once.
    """

    def __init__(self, per_second: float, burst: int, sleep: Sleep = asyncio.sleep) -> None:
        self._interval = 1.0 / per_second
        self._slack = burst * self._interval
        self._sleep = sleep
        self._next = 0.0
        self._extra = 0.0

    def strict(self) -> None:
        """From now on without any burst."""
        self._slack = 0.0

    def slow(self, seconds: float) -> None:
        """Wait so much longer before every request, until told otherwise."""
        self._extra = seconds

    async def turn(self) -> None:
        """Wait until the next request may be made."""
        now = asyncio.get_running_loop().time()
        self._next = max(self._next, now - self._slack) + self._interval
        wait = self._next - self._interval - now + self._extra
        if wait > 0:
            await self._sleep(wait)
