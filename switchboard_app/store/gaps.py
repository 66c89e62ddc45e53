"""Stretches of time in which messages may be missing that a platform no longer serves: noted once, shown with from–to.

A gap belongs to an account, or to one conversation of it. It is never closed: what the platform does not give any more
does not come back; somebody can look it up in the platform's own inbox. Filled by `intake`; shown on the health page
(`listed`) and in the conversations (`store.timeline`).
"""

from __future__ import annotations

from dataclasses import dataclass

from switchboard_app.model.ids import AccountId, ThreadId
from switchboard_app.model.times import Millis
from switchboard_app.store.ids import new_id
from switchboard_app.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Gap:
    """From when to when; `from_at` 0 means since the conversation began. `missing` is 0 when nobody knows how many."""

    from_at: Millis
    to_at: Millis
    noticed_at: Millis
    missing: int = 0
    person: str = ""
    """Whose conversation it is in; empty when it may be any of the account."""


def note(
    tx: Transaction, account: str, from_at: Millis, to_at: Millis, thread: ThreadId | str = "", missing: int = 0
) -> None:
    """Note a gap; one that touches a known one of the same conversation widens it."""
    known = tx.row(
        "SELECT id, from_at, to_at, missing FROM gap WHERE account_id = ? AND thread_id = ? AND from_at <= ?"
        " AND to_at >= ? ORDER BY noticed_at LIMIT 1",
        account,
        thread,
        to_at,
        from_at,
    )
    if known is None:
        tx.change(
            "INSERT INTO gap (id, account_id, from_at, to_at, noticed_at, thread_id, missing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            new_id(), account, from_at, to_at, tx.now, thread, missing,
        )  # fmt: skip
    else:
        wider = (min(known[1], from_at), max(known[2], to_at), max(known[3], missing))
        tx.change("UPDATE gap SET from_at = ?, to_at = ?, missing = ? WHERE id = ?", *wider, known[0])
    tx.hint("accounts")


def listed(tx: Transaction, account: AccountId) -> tuple[Gap, ...]:
    """The account's gaps, the newest first."""
    sql = (
        "SELECT g.from_at, g.to_at, g.noticed_at, g.missing, COALESCE(p.name, '') FROM gap g"
        " LEFT JOIN thread t ON t.id = g.thread_id LEFT JOIN person p ON p.id = t.person_id"
        " WHERE g.account_id = ? ORDER BY g.noticed_at DESC, g.id"
    )
    return tuple(Gap(*row) for row in tx.rows(sql, account))


def around(tx: Transaction, account: AccountId, thread: ThreadId, until: Millis) -> tuple[Gap, ...]:
    """The gaps that concern a conversation up to a moment, oldest first: its own, and the account's since it began."""
    sql = (
        "SELECT from_at, to_at, noticed_at, missing FROM gap WHERE account_id = ? AND to_at <= ? AND (thread_id = ?"
        " OR (thread_id = '' AND to_at > COALESCE((SELECT MIN(opened_at) FROM enquiry WHERE thread_id = ?), to_at)))"
        " ORDER BY to_at"
    )
    return tuple(Gap(*row) for row in tx.rows(sql, account, until, thread, thread))
