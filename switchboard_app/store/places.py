"""Where an entry stands in its timeline: one number that sorts by time and is the row id of the search index.

The moment in milliseconds, then 20 bits for what happened in the same one: messages of a platform (which often knows
seconds only) count up from zero in the order they were served; what people do here takes the upper half, at a random
start for each transaction, so that two stations hardly ever meet and the lines of one step keep their order.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence

from switchboard_app.model.times import Millis
from switchboard_app.store.transaction import Transaction

_BITS = 20
_HALF = 1 << (_BITS - 1)
_LAST_MOMENT = (1 << 42) - 1


def _begin(at: Millis) -> int:
    return min(max(int(at), 0), _LAST_MOMENT) << _BITS


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
    """The place behind everything that stands in this moment's lower half, or further on when that is full."""
    last = tx.value("SELECT MAX(place) FROM entry WHERE place >= ? AND place < ?", begin, begin + _HALF)
    place = begin if last is None else int(last) + 1
    return place if place < begin + _HALF else _free(tx, place)


def place_now(tx: Transaction, at: Millis) -> int:
    """A free place for something done here; a later one of the same transaction and moment stands behind it."""
    if tx.tie is None:
        tx.tie = _HALF + secrets.randbelow(_HALF - 1024)
    else:
        tx.tie += 1
    return _free(tx, _begin(at) + tx.tie)


def _free(tx: Transaction, place: int) -> int:
    while tx.value("SELECT 1 FROM entry WHERE place = ?", place) is not None:
        place += 1
    return place
