"""What a platform served and this program could not read: kept raw, shown with its reason, tried again.

Nothing here blocks anything else: a record in quarantine counts as known, so no poll stumbles over it twice. It is
read again when a newer version of the program comes, three times at most by itself, and whenever a person asks. Filled
by `intake`; read by the health page and the command line; `due` and `tried` are for the poller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from switchboard_app import __version__
from switchboard_app.model.ids import AccountId, PlatformId
from switchboard_app.model.remote import KeptRecord, RemoteMessage
from switchboard_app.model.times import Millis
from switchboard_app.store.transaction import Transaction

TRIES = 3
"""So often a record is tried by itself, the first time included."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that could not be read. `size` is that of the raw record in bytes, `version` the program's that tried
    last."""

    platform_id: PlatformId
    reason: str
    at: Millis
    size: int
    tries: int
    version: str


def listed(tx: Transaction, account: AccountId, limit: int = 200) -> tuple[Quarantined, ...]:
    """What could not be read, the newest first."""
    return tuple(
        Quarantined(row[0], row[1], row[2], len(row[3].encode()), row[4], row[5])
        for row in tx.rows(
            "SELECT platform_id, reason, at, raw, tries, version FROM quarantine WHERE account_id = ?"
            " ORDER BY at DESC, platform_id LIMIT ?",
            account,
            limit,
        )
    )


def count(tx: Transaction, account: AccountId) -> int:
    """How many records of the account could not be read."""
    return int(tx.value("SELECT COUNT(*) FROM quarantine WHERE account_id = ?", account))


def keep(tx: Transaction, account: AccountId, messages: Sequence[RemoteMessage]) -> None:
    """Put unreadable ones here."""
    tx.many(
        "INSERT INTO quarantine (account_id, platform_id, reason, raw, at, tries, version, thread)"
        " VALUES (?, ?, ?, ?, ?, 1, ?, ?)",
        [(account, one.platform_id, one.unreadable, one.raw, tx.now, __version__, one.thread) for one in messages],
    )
    tx.hint("accounts")


def due(tx: Transaction, account: AccountId, *, asked: bool = False) -> tuple[KeptRecord, ...]:
    """Records worth another try: those that another version tried last, or all when somebody asked."""
    sql = "SELECT platform_id, thread, raw FROM quarantine WHERE account_id = ?"
    if asked:
        rows = tx.rows(f"{sql} ORDER BY at LIMIT ?", account, _AT_ONCE)
    else:
        newer = f"{sql} AND version <> ? AND tries < ? ORDER BY at LIMIT ?"
        rows = tx.rows(newer, account, __version__, TRIES, _AT_ONCE)
    return tuple(KeptRecord(row[0], row[1], row[2]) for row in rows)


def tried(tx: Transaction, account: AccountId, still: Iterable[tuple[PlatformId, str]]) -> None:
    """These could not be read again; each with the reason of this version."""
    tx.many(
        "UPDATE quarantine SET tries = tries + 1, version = ?, reason = ? WHERE account_id = ? AND platform_id = ?",
        [(__version__, reason, account, platform_id) for platform_id, reason in still],
    )
    tx.hint("accounts")


def among(tx: Transaction, account: AccountId, ids: Iterable[PlatformId]) -> frozenset[PlatformId]:
    """Which of these are here."""
    sql = "SELECT platform_id FROM quarantine WHERE account_id = ? AND platform_id IN ({marks})"
    return frozenset(row[0] for row in tx.among(sql, ids, account))


def release(tx: Transaction, account: AccountId, ids: Iterable[PlatformId]) -> None:
    """These can be read now."""
    tx.many("DELETE FROM quarantine WHERE account_id = ? AND platform_id = ?", [(account, one) for one in ids])
    tx.hint("accounts")
