"""The clocks of this machine: the one on the wall, and the one that runs since it was started, sleep included.

It refuses to know what time means to anybody. Called by `database` (whoever has an open workspace asks that one, so
that a test or the simulator has its own clocks) and by `sync.permit`.
"""

from __future__ import annotations

import time

from switchboard_app.model.sending import Moment
from switchboard_app.model.times import Millis


def wall_clock() -> Millis:
    """The time of this machine, which people and time servers set."""
    return Millis(time.time_ns() // 1_000_000)


def boot_clock() -> Millis:
    """Milliseconds since this machine was started; nobody sets them, and they run on while it sleeps.

    Python's monotonic clock stands still while Linux sleeps; the ones used on macOS and Windows run on.
    """
    if hasattr(time, "CLOCK_BOOTTIME"):
        return Millis(time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000)
    if hasattr(time, "clock_gettime_ns"):
        return Millis(time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1_000_000)
    return Millis(time.monotonic_ns() // 1_000_000)


def both_clocks() -> Moment:
    """What both show now."""
    return Moment(wall_clock(), boot_clock())
