"""The proof that nothing is missing: what a platform lists now, compared with what is stored.

A proof says how far back it looked and never more. `due` is when the next one is made by itself: once a night. Pure;
made by `sync.proving`, kept by `store.proof`, shown on the health page and by ``account check --complete``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from switchboard_app.model.times import HOUR, Millis, local

NIGHT: Final = range(1, 5)
"""The hours of the local day in which proofs are made by themselves: what they cost is spare then."""
_ONCE: Final = 18 * HOUR


@dataclass(frozen=True, slots=True)
class Proof:
    """`listed` messages were there at the platform, `missing` of them were not stored and have been fetched.

    `since` is the earliest moment it looked back to; `complete` when that is as far as the platform serves.
    """

    at: Millis
    listed: int = 0
    missing: int = 0
    since: Millis | None = None
    complete: bool = False

    @property
    def stored(self) -> int:
        """How many of the listed ones were stored already."""
        return self.listed - self.missing


def is_night(now: Millis) -> bool:
    """Whether requests are to spare, by the local clock."""
    return local(now).hour in NIGHT


def due(last: Proof | None, now: Millis) -> bool:
    """Whether a proof is made by itself now: at night, and not twice in one."""
    if not is_night(now):
        return False
    return last is None or now - last.at > _ONCE or not last.complete
