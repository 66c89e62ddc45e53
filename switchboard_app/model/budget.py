"""Budgets of requests: what a platform lets us ask, as arithmetic on ``(budget, now)``.

Two kinds: one *told* by the platform (so many until a moment; X's headers) and one of our own that *refills* steadily
(Meta's rule of 200 calls a day for each engaged person). A request may say how much it matters by a suffix of its
bucket: ``reads`` takes what is left, ``reads/spare`` leaves the last few for reading a conversation back after a send,
``reads/deep`` also leaves what the polls until the reset will need. The refilling budget refuses only ``/spare``: it
holds back the start of a sweep, never its end, never a citizen's answer.

It refuses to wait, to ask the clock by itself, to remember, and to know any platform's numbers. What is spent is kept
in the workspace (`store.budgets`); the connectors reach it through their `Meter`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from switchboard_app.model.times import MINUTE, SECOND, Millis

SPARE: Final = "/spare"
DEEP: Final = "/deep"
UNTOLD: Final = -1
"""As `remaining` of `Meter.observed`: only our own rule is known, ``limit`` requests from now to ``reset_at``, and so
on for ever; the budget refills steadily."""

POLL_EVERY: Final = 75 * SECOND
"""How often an account on X is polled (design note on ingest); what ``/deep`` reckons with."""

WINDOW: Final = 15 * MINUTE
"""How long a window is taken to be whose end no answer has told yet."""

ANY: Final = 1_000_000
"""As `limit`: nothing is known but that the platform refused until a moment."""

_KEPT_BACK: Final = 3
_SAME_WINDOW: Final = 2 * SECOND
"""Resets are told in whole seconds; closer than this they mean the same window."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Requests of one bucket.

    Told by the platform: `remaining` of `limit` until `reset_at`. Of our own (`refill` > 0): one request comes back
    every `refill` milliseconds, and `reset_at` is when the bucket will be full again. `guessed`: the told window has
    ended and requests were made since, whose answers will tell the end of the new one; until then it is counted here,
    so that many stations together do not ask more often than one window allows.
    """

    limit: int
    remaining: int
    reset_at: Millis
    refill: int = 0
    guessed: bool = False


def name_and_tier(bucket: str) -> tuple[str, str]:
    """The bucket, and how much the request matters: "", `SPARE` or `DEEP`."""
    for tier in (SPARE, DEEP):
        if bucket.endswith(tier):
            return bucket.removesuffix(tier), tier
    return bucket, ""


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


def allows(budget: Budget, tier: str, now: Millis) -> bool:
    """Whether one more request may be made."""
    if budget.refill and tier != SPARE:
        return True
    if not budget.refill and now >= budget.reset_at:
        return budget.limit > 0
    return left(budget, now) > kept_back(budget, tier, now)


def free_at(budget: Budget, now: Millis) -> Millis:
    """When the next request may be made."""
    if budget.refill:
        return Millis(max(now, budget.reset_at - (budget.limit - 1) * budget.refill))
    return Millis(max(now, budget.reset_at))


def taken(budget: Budget, now: Millis) -> Budget:
    """The budget after one more request."""
    if budget.refill:
        return replace(budget, reset_at=Millis(max(budget.reset_at, now) + budget.refill))
    if now < budget.reset_at:
        return replace(budget, remaining=budget.remaining - 1)
    if budget.limit >= ANY:  # a refusal that is over, of a platform that tells no figures
        return budget
    return Budget(budget.limit, budget.limit - 1, Millis(now + WINDOW), guessed=True)


def told(old: Budget | None, limit: int, remaining: int, reset_at: Millis, now: Millis) -> Budget:
    """The budget after an answer's headers.

    Within one window it never grows: another station's request, counted here before it left, may not have reached the
    platform when it wrote this answer. What a window that is over says changes nothing.
    """
    new = Budget(limit, remaining, reset_at)
    if old is None or old.refill or old.limit >= ANY:
        return new
    if reset_at <= now:
        return old
    ended = now >= old.reset_at
    if ended or not (old.guessed or reset_at <= old.reset_at + _SAME_WINDOW):
        return new
    used = old.limit - old.remaining
    end = reset_at if old.guessed else old.reset_at  # the same moment, give or take what two clocks differ
    return Budget(limit, max(0, min(remaining, limit - used)), end)


def steady(old: Budget | None, limit: int, full_at: Millis, now: Millis) -> Budget:
    """Our own rule: `limit` requests from now to `full_at`, refilling steadily. What was used stays used."""
    refill = max(1, (full_at - now) // max(1, limit))
    if old is None or not old.refill:
        return Budget(limit, UNTOLD, now, refill)
    if old.limit == limit and abs(old.refill - refill) * 100 <= old.refill:
        return old  # the same rule, give or take the milliseconds between two looks at the clock
    owed = max(0, old.reset_at - now) * refill // old.refill
    return Budget(limit, UNTOLD, Millis(now + owed), refill)


def refused(old: Budget | None, until: Millis) -> Budget:
    """The budget after the platform refused a request for its limit: nothing goes out before `until`."""
    limit = max(1, old.limit) if old is not None and not old.refill else ANY
    return Budget(limit, 0, until)
