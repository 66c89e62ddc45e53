"""The queue's first page, a page deep down, counts and positions at full size, against SQLite's best: the covering
index of the floor for the first page, the bare statement for the rest. And how they grow from 1,000 enquiries on.
"""

from __future__ import annotations

from typing import Any

from bench import floor
from bench.floor import Floor
from bench.measure import Figure, Goal, Work, alone, compared, in_turns, ratio
from bench.places import KEY, ME, Places, open_store
from switchboard_app.model.enquiry import View
from switchboard_app.store import queue
from switchboard_app.store.database import Store
from switchboard_app.store.queue import QueueFilter
from switchboard_app.store.transaction import Transaction

ROUNDS = 15
REPEAT = 20
ROWS = 50
SMALL = 1000
"""The other size, for growth."""

OPEN = QueueFilter(View.OPEN, ME)
INBOX = QueueFilter(View.INBOX, ME)
ALL = QueueFilter(View.ALL, ME)


def within(store: Store, work: Any, *arguments: Any) -> Work:
    """`REPEAT` calls in one reading transaction, so that the way to the reading thread does not count."""

    def many(tx: Transaction) -> None:
        for _ in range(REPEAT):
            work(tx, *arguments)

    return lambda: store.read(many)


def figures(places: Places) -> list[Figure]:
    """All figures of this module."""
    store, bare = open_store(places.store()), Floor(places.floor(), KEY)
    made = [*_first_page(store, bare), *_deep(store, bare), *_counts(store, bare)]
    if places.size > SMALL:
        small = open_store(places.store(SMALL))
        made += _growth(store, small)
        small.close()
    store.close()
    bare.close()
    return made


def _first_page(store: Store, bare: Floor) -> list[Figure]:
    works: dict[str, Work] = {
        "floor": lambda: [bare.rows(floor.PAGE, ROWS, 0) for _ in range(REPEAT)],
        "open": within(store, queue.page, OPEN, 0, ROWS),
        "inbox": within(store, queue.page, INBOX, 0, ROWS),
        "asked": lambda: [store.read(queue.page, OPEN, 0, ROWS) for _ in range(REPEAT)],
    }
    spent = {name: [one / REPEAT for one in values] for name, values in in_turns(works, ROUNDS).items()}
    note = "floor: covering index, 9 columns, tuples; product: 22 columns as values"
    return [
        compared(f"queue, first {ROWS} of all open", spent["open"], spent["floor"], Goal(2), note=note),
        compared(f"queue, first {ROWS} of the inbox", spent["inbox"], spent["floor"], Goal(2)),
        compared(
            f"queue, first {ROWS}, asked from another thread", spent["asked"], spent["floor"],
            note="with the way to the reading thread and its transaction",
        ),
    ]  # fmt: skip


def _deep(store: Store, bare: Floor) -> list[Figure]:
    opened = store.read(queue.total, OPEN)
    deep = max(0, opened // 2 - ROWS)
    far = max(0, store.read(queue.total, ALL) * 9 // 10)
    one = store.read(queue.page, OPEN, deep, 1)[0].id

    def statement(tx: Transaction, offset: int) -> None:
        sql = f"SELECT {queue.COLUMNS} FROM enquiry ORDER BY sort_at, id LIMIT ? OFFSET ?"
        tx.rows(sql, ROWS, offset)

    works: dict[str, Work] = {
        "floor": lambda: [bare.rows(floor.PAGE, ROWS, deep) for _ in range(REPEAT)],
        "open": within(store, queue.page, OPEN, deep, ROWS),
        "all": within(store, queue.page, ALL, far, ROWS),
        "statement": within(store, statement, far),
        "position": within(store, queue.position, OPEN, one),
        "count": lambda: [bare.rows(floor.COUNT) for _ in range(REPEAT)],
    }
    spent = {name: [value / REPEAT for value in values] for name, values in in_turns(works, ROUNDS).items()}
    return [
        compared(f"queue, {ROWS} from row {deep:,} of all open", spent["open"], spent["floor"], Goal(2)),
        compared(f"queue, {ROWS} from row {far:,} of all", spent["all"], spent["statement"], Goal(2),
                 note="floor: the bare statement on the product's own index"),
        compared(f"position of row {deep:,}", spent["position"], spent["count"], Goal(2), note="floor: one count"),
    ]  # fmt: skip


def _counts(store: Store, bare: Floor) -> list[Figure]:
    works: dict[str, Work] = {
        "floor": lambda: [bare.rows(floor.COUNT) for _ in range(REPEAT)],
        "total": within(store, queue.total, OPEN),
        "inbox": within(store, queue.total, INBOX),
        "counts": within(store, queue.counts, ME),
    }
    spent = {name: [value / REPEAT for value in values] for name, values in in_turns(works, ROUNDS).items()}
    note = "floor: one count of all open; product: all views and accounts"
    return [
        compared("count of all open", spent["total"], spent["floor"], Goal(2)),
        compared("count of the inbox", spent["inbox"], spent["floor"], Goal(2)),
        compared("all numbers of the sidebar", spent["counts"], spent["floor"], note=note),
    ]


def _growth(store: Store, small: Store) -> list[Figure]:
    works: dict[str, Work] = {}
    for size, one in (("all", store), ("small", small)):
        works[f"page {size}"] = within(one, queue.page, INBOX, 0, ROWS)
        works[f"counts {size}"] = within(one, queue.counts, ME)
    spent = {name: [value / REPEAT for value in values] for name, values in in_turns(works, ROUNDS).items()}
    opened = store.read(queue.total, OPEN), small.read(queue.total, OPEN)
    return [
        compared(
            f"queue, first {ROWS} of the inbox, growth", spent["page all"], spent["page small"], Goal(1.1),
            note=f"floor: the same with {SMALL:,} enquiries",
        ),
        alone("all numbers of the sidebar, growth an open enquiry",
              [1000 * ratio(spent["counts all"], [1.0] * ROUNDS) / max(1, opened[0])], unit="µs"),
    ]  # fmt: skip
