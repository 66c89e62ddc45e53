"""Whether an account is quieter than it should be: «No message for 3 h; 20 min is usual», from its own history.

Nothing else notices that a platform serves an empty list, or that a page was unpublished. The rule compares the silence
with what came in the same stretch of the same weekday in the weeks before, counts business hours only, and says nothing
without enough history. Pure; the counts and the calendar are handed in. Called by `store.health`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis, local

WEEKS: Final = 4
LEAST_SILENCE: Final = HOUR
"""A shorter one is no sign of anything."""
LEAST_MESSAGES: Final = 40
"""Fewer in all these weeks, and chance says more than the account."""
EXPECTED: Final = 7.0
"""So many messages are missing before it is said: with as many expected, a chance silence is one in a thousand."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How long nothing has come, and how long it usually takes, in milliseconds of business time."""

    silent: int
    usual: int


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Inbound messages of the account by hour (hours since the epoch), and the moment of the last one."""

    by_hour: Mapping[int, int]
    last: Millis | None


def silence(arrivals: Arrivals, open_hours: frozenset[int], now: Millis) -> Silence | None:
    """The silence worth telling; None when all is as usual, or nobody can say.

    `open_hours` are the hours since the epoch that lie in business hours, now and in the weeks before.
    """
    here = now // HOUR
    if arrivals.last is None or here not in open_hours or now - arrivals.last < LEAST_SILENCE:
        return None
    if sum(arrivals.by_hour.values()) < LEAST_MESSAGES:
        return None
    first = arrivals.last // HOUR + 1  # the hour of the last message was not silent
    quiet = [hour for hour in range(max(first, here - 14 * 24), here) if hour in open_hours]
    if not quiet:
        return None
    weeks = [_in_week(arrivals, quiet, back, open_hours) for back in range(1, WEEKS + 1)]
    known = [count for count in weeks if count is not None]
    expected = sum(known) / len(known) if known else 0.0
    if len(known) < WEEKS - 1 or min(known) == 0 or expected < EXPECTED:
        return None
    silent = len(quiet) * HOUR + now % HOUR
    return Silence(silent, int(max(MINUTE, silent / expected)))


def _in_week(arrivals: Arrivals, quiet: list[int], back: int, open_hours: frozenset[int]) -> int | None:
    """What came in the same hours so many weeks ago; None for a week with a holiday or a change of the clock there."""
    same = [hour - back * 7 * 24 for hour in quiet]
    if not all(hour in open_hours for hour in same):
        return None
    if local(Millis(same[0] * HOUR)).hour != local(Millis(quiet[0] * HOUR)).hour:
        return None
    return sum(arrivals.by_hour.get(hour, 0) for hour in same)


def hours_since(now: Millis) -> range:
    """The hours that `silence` may ask about."""
    return range((now - (WEEKS * 7 + 14) * DAY) // HOUR, now // HOUR + 1)
