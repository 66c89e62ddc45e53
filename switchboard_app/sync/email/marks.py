"""Where reading a folder stands: which UIDs are stored, as one line of the cursor.

A folder's UIDs only grow, but a server may show a lower one later than a higher one (several deliverers, replication).
So not the highest is remembered alone: the last thousand or so are remembered one by one, and what is listed among them
and not remembered is read. Pure values; called by `email.reading`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

OVERLAP: Final = 1000
"""How far below the highest UID a late one is still found."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`floor` is the lowest UID still looked at, `seen` what is stored from there on. Validity 0 is a folder unread."""

    validity: int = 0
    floor: int = 0
    seen: frozenset[int] = frozenset()

    def left(self, listed: Iterable[int]) -> tuple[int, ...]:
        """What of the listed UIDs is to be read, oldest first."""
        return tuple(uid for uid in sorted(listed) if uid >= self.floor and uid not in self.seen)

    def with_stored(self, uids: Iterable[int]) -> Mark:
        """The mark once these are stored."""
        return replace(self, seen=self.seen | set(uids))

    def settled(self) -> Mark:
        """The mark once everything listed is stored: what lies far below is not looked at again."""
        if not self.seen:
            return self
        floor = max(self.floor, max(self.seen) - OVERLAP)
        return replace(self, floor=floor, seen=frozenset(uid for uid in self.seen if uid >= floor))

    @property
    def text(self) -> str:
        """As a line: ``validity floor 3:7,9``."""
        return f"{self.validity} {self.floor} {_ranges(sorted(self.seen))}".rstrip()


def mark_of(line: str) -> Mark:
    """The mark of a line; an unread folder for anything that is none."""
    steps = line.split()
    if len(steps) not in (2, 3) or not (steps[0].isdecimal() and steps[1].isdecimal()):
        return Mark()
    seen: set[int] = set()
    for one in steps[2].split(",") if len(steps) == 3 else ():
        low, _, high = one.partition(":")
        if not low.isdecimal() or not (high or low).isdecimal() or int(high or low) - int(low) > 100 * OVERLAP:
            return Mark()
        seen.update(range(int(low), int(high or low) + 1))
    return Mark(int(steps[0]), int(steps[1]), frozenset(seen))


def _ranges(uids: list[int]) -> str:
    parts: list[list[int]] = []
    for uid in uids:
        if parts and parts[-1][1] == uid - 1:
            parts[-1][1] = uid
        else:
            parts.append([uid, uid])
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in parts)
