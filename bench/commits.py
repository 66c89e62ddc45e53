"""What one act of a person costs until it is on the disk: claim and reply, against the bare commit of the same file
kind at the same durability (FULL), and what the screen waits for it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from bench.floor import Floor
from bench.measure import Figure, Goal, compared
from bench.places import KEY, ME, Places, open_store
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import View
from switchboard_app.model.ids import EnquiryId
from switchboard_app.store import desk, queue
from switchboard_app.store.database import Store
from switchboard_app.store.queue import QueueFilter

EACH = 150
TEXT = "Guten Tag, vielen Dank für Ihre Nachricht. Wir klären das ab und melden uns bei Ihnen."


def figures(places: Places) -> list[Figure]:
    """All figures of this module."""
    store = open_store(places.copy(places.store(), "commits.db"))
    bare = Floor(places.copy(places.floor(), "commits-floor.db"), KEY)
    rows = store.read(queue.page, QueueFilter(View.INBOX, ME), 0, 6 * EACH)
    free = [row.id for row in rows if row.owner is None and row.channel is Channel.X]
    made = [*_claims(store, bare, free[:EACH]), *_replies(store, bare, free[:EACH])]
    store.close()
    bare.close()
    return made


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    work()
    return (time.process_time_ns() - cpu) / 1e6, (time.perf_counter_ns() - wall) / 1e6


def _both(name: str, product: list[tuple[float, float]], least: list[tuple[float, float]], note: str) -> list[Figure]:
    cpu, wall = [one[0] for one in product], [one[1] for one in product]
    floor_cpu, floor_wall = [one[0] for one in least], [one[1] for one in least]
    return [
        compared(f"{name}, CPU", cpu, floor_cpu, Goal(2), note=note),
        Figure(f"{name}, wall", statistics.median(wall), "ms", statistics.median(floor_wall)),
    ]


def _claims(store: Store, bare: Floor, free: list[EnquiryId]) -> list[Figure]:
    product, least = [], []
    for number, enquiry in enumerate(free):
        product.append(_spent(lambda enquiry=enquiry: store.write(desk.claim, enquiry, ME)))  # type: ignore[misc]
        least.append(_spent(lambda number=number: _bare_claim(bare, number + 1)))  # type: ignore[misc]
    note = "floor: one UPDATE; product: version, journal, timeline, undo"
    return _both("claim, committed at FULL", product[5:], least[5:], note)


def _replies(store: Store, bare: Floor, mine: list[EnquiryId]) -> list[Figure]:
    product, least = [], []
    first = bare.rows("SELECT MAX(id) FROM message")[0][0]
    for number, enquiry in enumerate(mine):
        product.append(_spent(lambda enquiry=enquiry: store.write(desk.reply, enquiry, TEXT, ME)))  # type: ignore[misc]
        least.append(_spent(lambda number=number: _bare_reply(bare, first + number + 1)))  # type: ignore[misc]
    note = "floor: one message with FTS; product: outbox, clocks, journal, draft, undo"
    return _both("reply, committed at FULL", product[5:], least[5:], note)


def _bare_claim(bare: Floor, number: int) -> None:
    sql = "UPDATE conversation SET owner = 'ml', version = version + 1 WHERE id = ? AND version >= 1"
    bare.rows(sql, number)


def _bare_reply(bare: Floor, number: int) -> None:
    bare.rows("BEGIN IMMEDIATE")
    bare.rows("INSERT INTO message VALUES (?, 1, ?, 1, 'out', 'ml', ?)", number, f"new-{number}", TEXT)
    bare.rows("INSERT INTO words (rowid, text) VALUES (?, ?)", number, TEXT)
    bare.rows("COMMIT")
