"""When to try again: exponential with a ceiling, without chance (the caller adds jitter where many stations retry)."""

from __future__ import annotations

from switchboard_app.model.times import MINUTE, SECOND, Millis

FIRST = 2 * SECOND
CEILING = 15 * MINUTE


def pause(attempts: int) -> int:
    """Milliseconds to wait after this many failed attempts: 2 s, 4 s, 8 s … at most 15 min."""
    return int(min(FIRST * 2 ** max(0, min(attempts, 20) - 1), CEILING))


def next_try(attempts: int, now: Millis) -> Millis:
    """The moment of the next attempt."""
    return Millis(now + pause(attempts))
