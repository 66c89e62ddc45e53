"""Search over messages, newest 50, at full size: the product's enquiries against FTS5 alone on the same messages; and
until the rows are in hand while somebody types the beginning of a word.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Sequence

from bench import floor
from bench.floor import Floor
from bench.measure import Figure, Goal, Of, compared, percentile
from bench.places import KEY, Places, open_store
from switchboard_app.store import search
from switchboard_app.store.database import Store
from switchboard_app.store.transaction import Transaction

SEED = 7
EACH = 20
"""Different queries of a kind."""
TURNS = 7
_WORD = re.compile(r"[^\W\d_]+")


def figures(places: Places) -> list[Figure]:
    """All figures of this module."""
    store, bare = open_store(places.store()), Floor(places.floor(), KEY)
    made = []
    for kind, queries in terms(places).items():
        made += _compared(store, bare, kind, queries)
    store.close()
    bare.close()
    return made


def terms(places: Places) -> dict[str, list[tuple[str, str]]]:
    """Queries as typed and as FTS5 wants them, by kind; by how often a word occurs in the corpus."""
    often: Counter[str] = Counter()
    for one in places.corpus[:: max(1, places.size // 5000)]:
        for line in one.lines:
            often.update({word.lower() for word in _WORD.findall(line.text) if len(word) > 4})
    words = [word for word, _ in often.most_common()]
    chance = random.Random(SEED)
    middle, end = len(words) // 40, len(words) // 2
    kinds = {
        "common": words[:EACH],
        "medium": chance.sample(words[middle : middle * 4], min(EACH, middle * 3)),
        "rare": chance.sample(words[end:], min(EACH, len(words) - end)),
    }
    made = {kind: [(f'"{word}"', f'"{word}"') for word in some] for kind, some in kinds.items()}
    pairs = list(zip(kinds["common"], kinds["medium"], strict=False))
    made["two words"] = [(f'"{one}" "{other}"', f'"{one}" AND "{other}"') for one, other in pairs]
    made["beginning of a word (5 letters)"] = [(word[:5], f'"{word[:5]}" *') for word in kinds["medium"]]
    made["beginning of a common word"] = [(word[:5], f'"{word[:5]}" *') for word in kinds["common"]]
    made["beginning of a word (2 letters)"] = [(word[:2], f'"{word[:2]}" *') for word in kinds["medium"]]
    return made


def _compared(store: Store, bare: Floor, kind: str, queries: Sequence[tuple[str, str]]) -> list[Figure]:
    product: list[float] = []
    least: list[float] = []
    walls: list[float] = []

    def asked(tx: Transaction, query: str) -> float:
        began = time.thread_time_ns()
        search.enquiries(tx, query)
        return (time.thread_time_ns() - began) / 1e6

    for turn in range(TURNS + 1):
        for typed, match in queries:
            began = time.perf_counter_ns()
            spent = store.read(asked, typed)
            wall = (time.perf_counter_ns() - began) / 1e6
            before = time.thread_time_ns()
            bare.rows(floor.SEARCH, match)
            fast = (time.thread_time_ns() - before) / 1e6
            if turn:
                product.append(spent)
                walls.append(wall)
                least.append(fast)
    goal = None if "beginning" in kind else Goal(2)
    return [
        compared(f"search, {kind}", product, least, goal),
        Figure(f"search, {kind}, p95", percentile(product, 0.95), "ms", percentile(least, 0.95)),
        Figure(f"search, {kind}, wall p95 until in hand", percentile(walls, 0.95), "ms", goal=Goal(30, Of.VALUE)),
    ]  # fmt: skip
