"""The accounts' budgets of requests: one row a bucket, charged before the request leaves.

All stations of a workspace spend from the same rows, and so do polling, sending and reading back; the arithmetic is
`model.budget`'s. Times are the database's clock: whoever asks hands in spans. Refuses to know any platform's numbers.
Called by the `Meter` of the connectors (`sync.meter`), by the poller and where budgets are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from switchboard_app.model import budget as rules
from switchboard_app.model.budget import UNTOLD, Budget
from switchboard_app.model.ids import AccountId
from switchboard_app.model.times import Millis
from switchboard_app.store.tables import Budget as BudgetTable
from switchboard_app.store.transaction import Row, Transaction

Note = Callable[..., None]
"""`observed` or `exhausted`."""

_COLUMNS = "allowed, remaining, reset_at, refill, guessed"


def _as_budget(row: Row) -> Budget:
    return Budget(int(row[0]), int(row[1]), Millis(row[2]), int(row[3]), bool(row[4]))


@dataclass(frozen=True, slots=True)
class Charged:
    """Whether a request may leave; if not, after how many milliseconds there will be one."""

    granted: bool
    wait: int = 0


def charge(tx: Transaction, account: AccountId, bucket: str) -> Charged:
    """Take one request out of `bucket` (with its tier); writes nothing where nothing is known of it."""
    name, tier = rules.name_and_tier(bucket)
    old = _of(tx, account, name)
    if old is None:
        return Charged(True)
    if not rules.allows(old, tier, tx.now):
        return Charged(False, rules.free_at(old, tx.now) - tx.now)
    _put(tx, account, name, old, rules.taken(old, tx.now))
    return Charged(True)


def observed(tx: Transaction, account: AccountId, bucket: str, limit: int, remaining: int, in_ms: int) -> None:
    """What the platform's headers say, or with `UNTOLD` what our own rule allows; the window ends `in_ms` from now."""
    old, end = _of(tx, account, bucket), Millis(tx.now + in_ms)
    if remaining == UNTOLD:
        _put(tx, account, bucket, old, rules.steady(old, limit, end, tx.now))
    else:
        _put(tx, account, bucket, old, rules.told(old, limit, remaining, end, tx.now))


def exhausted(tx: Transaction, account: AccountId, bucket: str, in_ms: int) -> None:
    """The platform refused: nothing goes out of this bucket for so long."""
    old = _of(tx, account, bucket)
    _put(tx, account, bucket, old, rules.refused(old, Millis(tx.now + in_ms)))


def of_account(tx: Transaction, account: AccountId) -> dict[str, Budget]:
    """All budgets of an account, by bucket."""
    rows = tx.rows(f"SELECT bucket, {_COLUMNS} FROM budget WHERE account_id = ? ORDER BY bucket", account)
    return {str(row[0]): _as_budget(row[1:]) for row in rows}


def _of(tx: Transaction, account: AccountId, name: str) -> Budget | None:
    sql = f"SELECT {_COLUMNS} FROM budget WHERE account_id = ? AND bucket = ?{tx.for_update}"
    row = tx.row(sql, account, name)
    return None if row is None else _as_budget(row)


def _put(tx: Transaction, account: AccountId, name: str, old: Budget | None, new: Budget) -> None:
    """Write `new`, if it is another; two stations that make the first row at once are told apart by its key."""
    if old == new:
        return
    values = (new.limit, new.remaining, new.reset_at, new.refill, int(new.guessed))
    if old is None:
        columns = ("account_id", "bucket", "allowed", "remaining", "reset_at", "refill", "guessed")
        tx.insert(BudgetTable, **dict(zip(columns, (account, name, *values), strict=True)))
        return
    tx.change(
        "UPDATE budget SET allowed = ?, remaining = ?, reset_at = ?, refill = ?, guessed = ?"
        " WHERE account_id = ? AND bucket = ?",
        *values,
        account,
        name,
    )
