"""From what the queue shows to what the store says now: which rows to put in and take out, as few as possible.

Only a part of the list is known, before and after; the rest is counted. Plain values without Qt, so that a property
test can try every case. Called by `queue_model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_STEPS = 16
"""More than this is another list rather than a changed one."""


@dataclass(frozen=True, slots=True)
class Part:
    """A known stretch of a long list: the rows `first`, `first + 1`, … have these ids; the list has `total` rows."""

    first: int
    ids: Sequence[str]
    total: int

    @property
    def end(self) -> int:
        """The first row after the stretch."""
        return self.first + len(self.ids)


@dataclass(frozen=True, slots=True)
class Step:
    """`count` rows are put in before row `first` (positive) or taken out from there on (negative)."""

    first: int
    count: int


def steps(old: Part, new: Part) -> list[Step] | None:
    """What makes `old` into `new`, one after the other; None when it is easier to start anew.

    A row that leaves the known stretch at an edge has usually only moved out of sight, so edges are settled by
    counting. Rows that moved are taken out and put in again.
    """
    codes = SequenceMatcher(None, old.ids, new.ids, autojunk=False).get_opcodes()
    same = [code for code in codes if code[0] == "equal"]
    if not same:
        return [] if not old.ids and not new.ids and old.total == new.total else None
    begin, end = codes.index(same[0]), codes.index(same[-1])
    stood, stands = old.first + same[0][1], new.first + same[0][3]  # the first common row, before and now
    made = [Step(min(stood, stands), stands - stood)] if stands != stood else []
    at, total = stands, old.total + stands - stood
    for tag, old_from, old_to, new_from, new_to in codes[begin : end + 1]:
        if tag != "equal" and old_to > old_from:
            made.append(Step(at, old_from - old_to))
        if tag != "equal" and new_to > new_from:
            made.append(Step(at, new_to - new_from))
        at += new_to - new_from
        total += (new_to - new_from) - (old_to - old_from)
    if new.total != total:
        made.append(Step(at, new.total - total))
    return made if len(made) <= MOST_STEPS else None
