"""Answers as a broken or hostile platform might give them: recordings, changed at random in bytes and in structure."""

from __future__ import annotations

import json
import random
from collections import Counter
from copy import deepcopy
from typing import Any

_ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, 2**63, 10**400, "", "\0", "\ud800", "\u202e" * 50, "x" * 20_000, [], {}, [[[[]]]],
    {"data": None}, "2026-13-45T00:00:00+0000", "9999-12-31T23:59:59Z", "NaN", "../../etc/passwd",
    "https://169.254.169.254/latest", {"id": {"id": "m"}}, ["m_1"], "t_1\n\r", "%00", "' OR 1=1 --",
)  # fmt: skip


_MOST = 200_000
"""So many bytes at most come in by one repetition: repetitions of repetitions would fill the memory."""


class Chances:
    """Chance for every answer of one trial: the same for the same request, in whatever order requests come."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._asked: Counter[str] = Counter()

    def next(self, path: str) -> random.Random:
        """For the next answer to a request for this path."""
        self._asked[path] += 1
        return random.Random(f"{self._seed} {self._asked[path]} {path}")


def changed(recording: Any, chance: random.Random) -> bytes:
    """One answer out of a recording: a few members odd, gone, doubled or swapped; sometimes also its bytes."""
    document = json.loads(json.dumps(recording))
    for _ in range(chance.randint(0, 4)):
        places = list(_places(document))
        holder, key = chance.choice(places)
        match chance.randrange(6):
            case 0:
                del holder[key]
            case 1 | 2:
                holder[key] = deepcopy(chance.choice(_ODD))  # later changes may go into it
            case 3:
                other, there = chance.choice(places)
                if _still_there(other, there) and _still_there(holder, key):
                    holder[key] = json.loads(json.dumps(other[there]))
            case 4 if isinstance(holder, list):
                piece = json.dumps(holder[key])
                times = min(chance.choice((1, 3, 200)), 1 + _MOST // len(piece))
                holder.extend(json.loads(piece) for _ in range(times))
            case _:
                nested: Any = holder[key]
                for _ in range(chance.choice((1, 20, 120))):
                    nested = [nested] if chance.random() < 0.5 else {"data": nested}
                holder[key] = nested
        if not list(_places(document)):
            break
    body = json.dumps(document).encode("utf-8", "surrogatepass")
    return _bytes_changed(body, chance) if chance.random() < 0.3 else body


def _bytes_changed(body: bytes, chance: random.Random) -> bytes:
    raw = bytearray(body)
    for _ in range(chance.choice((1, 1, 5, 40))):
        if not raw:
            break
        at = chance.randrange(len(raw))
        match chance.randrange(4):
            case 0:
                raw[at] = chance.randrange(256)
            case 1:
                del raw[at : at + chance.choice((1, 10, 1000))]
            case 2:
                raw[at:at] = chance.choice(
                    (b"\0", b"\xff\xfe", b"\xed\xa0\x80", b'"', b"{", b"NaN", b"1e999", b"]" * 50)
                )
            case _:
                raw = raw[:at]
    return bytes(raw)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every member and element, with what holds it."""
    found: list[tuple[Any, Any]] = []
    left = [value]
    while left:
        holder = left.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            found.append((holder, key))
            left.append(holder[key])
    return found


def _still_there(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)
