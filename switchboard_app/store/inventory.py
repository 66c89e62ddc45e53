"""What a workspace holds in numbers and codes, for a support bundle: nothing that anybody wrote, no name, no address.

Refuses to read a column of words that people or platforms chose. Called by `app.bundle`.
"""

from __future__ import annotations

from dataclasses import dataclass

from switchboard_app.model.times import Millis
from switchboard_app.store.tables import TABLES
from switchboard_app.store.transaction import Transaction

_CHANGES = 500


@dataclass(frozen=True, slots=True)
class HealthLine:
    """How an account was from `at` on; `account` is our own id of it, which says nothing outside the workspace."""

    account: str
    kind: str
    at: Millis
    health: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """`rows` by table, `states` by table and state, `schema` the steps that were applied."""

    schema: tuple[str, ...]
    rows: dict[str, int]
    states: dict[str, dict[str, int]]
    health: tuple[HealthLine, ...]


def inventory(tx: Transaction) -> Inventory:
    """Count everything; a whole look at each table, so only for when somebody asks."""
    names = sorted(table._meta.table_name for table in TABLES)  # peewee's way to ask
    counted = {
        "enquiry by state": "SELECT state, COUNT(*) FROM enquiry GROUP BY state ORDER BY state",
        "outbox by state": "SELECT state, COUNT(*) FROM outbox GROUP BY state ORDER BY state",
        "outbox by failure": "SELECT failure_kind, COUNT(*) FROM outbox WHERE failure_kind IS NOT NULL"
        " GROUP BY failure_kind ORDER BY failure_kind",
        "account by kind": "SELECT kind, COUNT(*) FROM account GROUP BY kind ORDER BY kind",
        "attachment by state": "SELECT state, COUNT(*) FROM attachment GROUP BY state ORDER BY state",
    }
    changes = tx.rows(
        "SELECT h.account_id, a.kind, h.at, h.health FROM health_change h JOIN account a ON a.id = h.account_id"
        f" ORDER BY h.at DESC, h.id DESC LIMIT {_CHANGES}"
    )
    return Inventory(
        schema=tuple(str(name) for (name,) in tx.rows("SELECT name FROM schema_migration ORDER BY name")),
        rows={name: int(tx.value(f'SELECT COUNT(*) FROM "{name}"')) for name in names},
        states={what: {str(state): int(n) for state, n in tx.rows(sql)} for what, sql in counted.items()},
        health=tuple(HealthLine(str(one), str(kind), Millis(at), str(how)) for one, kind, at, how in changes),
    )
