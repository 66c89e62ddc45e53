"""Where an entry stands in its timeline: one number that sorts by time and is the row id of the search index.

The moment in milliseconds, then 20 bits that count up within the same one. Platforms often know seconds only: their
messages stand in the order they were served.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence

from switchboard_app.model.times import Millis
from switchboard_app.store.transaction import Transaction

_BITS = 20
_LAST_MOMENT = (1 << 42) - 1


def _begin(at: Millis) -> int:
    return min(max(int(at), 0), _LAST_MOMENT) << _BITS


def first_place(at: Millis) -> int:
    """The first place of a moment: what stands before it is earlier."""
    return _begin(at)


def places_for(tx: Transaction, moments: Sequence[Millis]) -> list[int]:
    """Free places for messages of these moments; those of one moment stand in the order given."""
    begins = [_begin(at) for at in moments]
    taken = {row[0] for row in tx.among("SELECT place FROM entry WHERE place IN ({marks})", begins)}
    crowded = taken | {begin for begin, n in Counter(begins).items() if n > 1}
    following = {begin: _behind(tx, begin) for begin in crowded}
    places = []
    for begin in begins:
        place = following.get(begin, begin)
        following[begin] = place + 1
        places.append(place)
    return places


def _behind(tx: Transaction, begin: int) -> int:
    """The place behind everything that stands in this moment."""
    last = tx.value("SELECT MAX(place) FROM entry WHERE place >= ? AND place < ?", begin, begin + (1 << _BITS))
    return begin if last is None else int(last) + 1


def place_now(tx: Transaction, at: Millis) -> int:
    """The place for something done here: behind everything of the moment.

    Two stations may find the same one; then one of the two transactions is run again and leaves a gap.
    """
    place = _behind(tx, _begin(at))
    return place + secrets.randbelow(1000) if tx.again else place
