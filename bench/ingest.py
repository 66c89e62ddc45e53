"""First ingest and the same pages again: from the connectors' values through `store.intake` to the commit, against
executemany with FTS5 of the same messages at the same batch size. `pages` begins at the bytes of a platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench import corpus, floor
from bench.corpus import Conversation
from bench.measure import Figure, Goal, compared, cpu_ms
from bench.places import BATCH, KEY, Places, connect, open_store
from switchboard_app.model.account import Account
from switchboard_app.model.remote import Batch
from switchboard_app.store import intake, migrate
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded

ROUNDS = 3
"""Whole ingests of the corpus take minutes; each is measured over hundreds of transactions."""


@dataclass(slots=True)
class _Spent:
    """CPU milliseconds of each round."""

    product: list[float]
    again: list[float]
    least: list[float]
    rows_again: int = 0


def figures(places: Places) -> list[Figure]:
    """All figures of this module."""
    made = places.corpus
    messages = sum(len(one.lines) for one in made)
    spent = _Spent([], [], [])
    for _ in range(ROUNDS):
        _one_round(places, made, spent)
    rate = [messages / (one / 1000) for one in spent.product]
    least = [messages / (one / 1000) for one in spent.least]
    again = [messages / (one / 1000) for one in spent.again]
    batch = f"{BATCH} messages a transaction"
    return [
        compared("first ingest, values to commit", rate, least, Goal(0.6, at_least=True), "messages/s", batch),
        compared(
            "the same pages again", again, rate, Goal(2, at_least=True), "messages/s",
            f"floor: the first time; rows written: {spent.rows_again}",
        ),
    ]  # fmt: skip


def _one_round(places: Places, made: list[Conversation], spent: _Spent) -> None:
    path = places.scratch("ingest.db")
    migrate.upgrade(embedded(path), KEY)
    store = open_store(path)
    work = [(account, list(corpus.batches(made, number, BATCH))) for number, account in enumerate(connect(store))]
    spent.product.append(cpu_ms(lambda: _ingest(store, work)))
    before = _rows(store)
    spent.again.append(cpu_ms(lambda: _ingest(store, work)))
    spent.rows_again = max(spent.rows_again, _rows(store) - before)
    store.close()
    rows = list(floor.rows(made, BATCH))
    least = floor.Floor(places.scratch("ingest-floor.db"), KEY)
    least.make()
    spent.least.append(cpu_ms(lambda: _write(least, rows)))
    least.close()


def _ingest(store: Store, work: Sequence[tuple[Account, Sequence[Batch]]]) -> None:
    for account, batches in work:
        for one in batches:
            store.write(intake.ingest, account, one, first_sweep=True)


def _write(least: floor.Floor, rows: Sequence[floor.Rows]) -> None:
    for conversations, messages in rows:
        least.store(conversations, messages)


def _rows(store: Store) -> int:
    tables = ("entry", "enquiry", "thread", "person", "identity", "journal", "entry_words")
    return sum(store.read(lambda tx, name=table: int(tx.value(f"SELECT COUNT(*) FROM {name}"))) for table in tables)  # type: ignore[misc]
