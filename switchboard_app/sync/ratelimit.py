"""Budgets of requests: what the platforms' headers say is left, and what we allow ourselves where they say nothing.

What it is for: every connector takes each request out of a bucket of its `Meter` before it makes it, and tells the
meter what the answer's headers said. `AccountMeter` is that meter, in memory; the poller keeps `snapshot()` in the
store, so that a restart and a second station go on with the same budget. The functions on `Budget` are pure.

Two kinds of budget: one *told* by the platform (so many until a moment; X's headers) and one of our own that *refills*
steadily (Meta's rule of 200 calls a day for each engaged person). A request may say how much it matters by a suffix of
its bucket: ``reads`` takes what is left, ``reads/spare`` leaves the last few for reading a conversation back after a
send, ``reads/deep`` also leaves what the polls until the reset will need. The refilling budget refuses only ``/spare``:
it holds back the start of a sweep, never its end, never a citizen's answer.

It refuses to wait, to ask the clock by itself, and to know any platform's numbers. Called by the connectors, the poller
and the sender.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Final

from switchboard_app.model.times import HOUR, MINUTE, SECOND, Millis, from_datetime
from switchboard_app.sync.connector import Clock
from switchboard_app.sync.failures import rate_limited

SPARE: Final = "/spare"
DEEP: Final = "/deep"
UNTOLD: Final = -1
"""As `remaining` of `Meter.observed`: only our own rule is known, ``limit`` requests from now to ``reset_at``, and so
on for ever; the budget refills steadily."""

POLL_EVERY: Final = 75 * SECOND
"""How often an account on X is polled (design note on ingest); what ``/deep`` reckons with."""

_KEPT_BACK: Final = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """Requests of one bucket.

    Told by the platform: `remaining` of `limit` until `reset_at`. Of our own (`refill` > 0): one request comes back
    every `refill` milliseconds, and `reset_at` is when the bucket will be full again.
    """

    limit: int
    remaining: int
    reset_at: Millis
    refill: int = 0


def left(budget: Budget, now: Millis) -> int:
    """How many requests may be made now."""
    if budget.refill:
        owed = max(0, budget.reset_at - now)
        return max(0, budget.limit - -(-owed // budget.refill))
    return budget.limit if now >= budget.reset_at else max(0, budget.remaining)


def kept_back(budget: Budget, tier: str, now: Millis) -> int:
    """How many requests must stay for something that matters more."""
    if budget.refill or tier not in (SPARE, DEEP):
        return 0
    reserve = min(_KEPT_BACK, budget.limit // 5)
    if tier == SPARE:
        return reserve
    polls = max(0, budget.reset_at - now) // POLL_EVERY
    return min(reserve, 1 + polls) + polls  # close to the reset, what was kept back is spent on the second look


def free_at(budget: Budget, now: Millis) -> Millis:
    """When the next request may be made."""
    if budget.refill:
        return Millis(max(now, budget.reset_at - (budget.limit - 1) * budget.refill))
    return Millis(max(now, budget.reset_at))


def taken(budget: Budget, now: Millis) -> Budget:
    """The budget after one more request."""
    if budget.refill:
        return replace(budget, reset_at=Millis(max(budget.reset_at, now) + budget.refill))
    if now >= budget.reset_at:  # a new window, whose end the next answer will tell
        return budget
    return replace(budget, remaining=budget.remaining - 1)


class AccountMeter:
    """The `Meter` of one account. Not safe to use from several threads: it lives in the engine's loop."""

    def __init__(self, clock: Clock, budgets: Mapping[str, Budget] | None = None) -> None:
        self._clock = clock
        self._budgets = dict(budgets or {})

    def snapshot(self) -> dict[str, Budget]:
        """All budgets, for keeping in the store; `AccountMeter(clock, snapshot)` goes on with them."""
        return dict(self._budgets)

    def free_at(self, bucket: str) -> Millis:
        """When the bucket gives its next request; now, when it has one."""
        now, (name, tier) = self._clock(), _name_and_tier(bucket)
        budget = self._budgets.get(name)
        return now if budget is None or self._allows(budget, tier, now) else free_at(budget, now)

    def spend(self, bucket: str) -> None:
        """Take one request. Raises PlatformFailure (rate limit, certain) with the moment when there will be one."""
        now, (name, tier) = self._clock(), _name_and_tier(bucket)
        budget = self._budgets.get(name)
        if budget is None:
            return
        if not self._allows(budget, tier, now):
            raise rate_limited(free_at(budget, now))
        self._budgets[name] = taken(budget, now)

    def observed(self, bucket: str, limit: int, remaining: int, reset_at: Millis) -> None:
        """What the platform's headers say, or (`UNTOLD`) what our own rule allows until `reset_at`."""
        now, old = self._clock(), self._budgets.get(bucket)
        if remaining != UNTOLD:
            self._budgets[bucket] = Budget(limit, remaining, reset_at)
            return
        refill = max(1, (reset_at - now) // max(1, limit))
        owed = -(-max(0, old.reset_at - now) // old.refill) if old is not None and old.refill else 0
        self._budgets[bucket] = Budget(limit, UNTOLD, Millis(now + owed * refill), refill)

    def exhausted(self, bucket: str, until: Millis) -> None:
        """The platform refused: nothing goes out of this bucket before `until`."""
        old = self._budgets.get(bucket)
        self._budgets[bucket] = Budget(max(1, old.limit) if old else _ANY, 0, until)

    @staticmethod
    def _allows(budget: Budget, tier: str, now: Millis) -> bool:
        if budget.refill and tier != SPARE:
            return True
        if not budget.refill and now >= budget.reset_at:
            return True
        return left(budget, now) > kept_back(budget, tier, now)


_ANY: Final = 1_000_000


def _name_and_tier(bucket: str) -> tuple[str, str]:
    for tier in (SPARE, DEEP):
        if bucket.endswith(tier):
            return bucket.removesuffix(tier), tier
    return bucket, ""


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
