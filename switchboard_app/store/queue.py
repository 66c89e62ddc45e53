"""The queue as the window pages through it: tuples from covering indexes, most urgent first, nothing computed.

Refuses to join: everything a row shows is kept on the enquiry. Called by the window's queue model and `enquiry list`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import DueReason, EnquiryState, QueueRow, View
from switchboard_app.model.ids import AccountId, EnquiryId, Operator
from switchboard_app.store.transaction import Transaction

COLUMNS = (
    "id, number, state, owner, due_at, due_reason, channel, account_id, person_id, person_name, excerpt, last_at,"
    " unread, language, priority, window_until, office_id, office_name, forwarded_at, tags, version, delivery"
)

COUNT_CAP = 1000
"""`total` counts up to here and then says "1000+"."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which rows: a view, seen by `me`, perhaps of one channel or account."""

    view: View
    me: Operator
    channel: Channel | None = None
    account: AccountId | None = None


_STATES = {state.value: state for state in EnquiryState}
_REASONS: dict[str | None, DueReason | None] = {None: None} | {reason.value: reason for reason in DueReason}
_CHANNELS = {channel.value: channel for channel in Channel}


def as_row(row: tuple[Any, ...]) -> QueueRow:
    """One row of `COLUMNS` as a value; by looking words up, because a page of these stands between two key presses."""
    return QueueRow(
        row[0],
        row[1],
        _STATES[row[2]],
        row[3],
        row[4],
        _REASONS[row[5]],
        _CHANNELS[row[6]],
        row[7],
        row[8],
        row[9],
        row[10],
        row[11],
        row[12],
        row[13],
        row[14],
        row[15],
        row[16],
        row[17],
        row[18],
        tuple(row[19].split()) if row[19] else (),
        row[20],
        row[21],
    )


_AT_HAND = "state NOT IN ('done', 'waiting_citizen', 'waiting_office', 'snoozed')"
"""New and open ones, said so that only the inbox's own index fits: with ``IN`` the planner takes the one by state and
sorts thousands of rows for one page."""


def _condition(wanted: QueueFilter) -> tuple[str, tuple[Any, ...]]:
    """The WHERE clause of a view; each fits one of the queue's indexes."""
    clauses: dict[View, tuple[str, tuple[Any, ...]]] = {
        View.INBOX: (f"{_AT_HAND} AND (owner IS NULL OR owner = ?)", (wanted.me,)),
        View.MINE: ("owner = ? AND state <> 'done'", (wanted.me,)),
        View.WAITING_OFFICE: ("state = 'waiting_office'", ()),
        View.WAITING_CITIZEN: ("state = 'waiting_citizen'", ()),
        View.SNOOZED: ("state = 'snoozed'", ()),
        View.OPEN: ("state <> 'done'", ()),
        View.DONE: ("state = 'done'", ()),
        View.ALL: ("1 = 1", ()),
    }
    where, parameters = clauses[wanted.view]
    if wanted.channel is not None:
        where, parameters = f"{where} AND channel = ?", (*parameters, wanted.channel.value)
    if wanted.account is not None:
        where, parameters = f"{where} AND account_id = ?", (*parameters, wanted.account)
    return where, parameters


def page(tx: Transaction, wanted: QueueFilter, offset: int, limit: int) -> list[QueueRow]:
    """Rows `offset` to `offset + limit` of the view, most urgent first."""
    where, parameters = _condition(wanted)
    sql = f"SELECT {COLUMNS} FROM enquiry WHERE {where} ORDER BY sort_at, id LIMIT ? OFFSET ?"
    return [as_row(row) for row in tx.rows(sql, *parameters, limit, offset)]


def total(tx: Transaction, wanted: QueueFilter) -> int:
    """How many rows the view has; the window needs it for the length of its scroll bar."""
    where, parameters = _condition(wanted)
    return int(tx.value(f"SELECT COUNT(*) FROM enquiry WHERE {where}", *parameters))


def capped_total(tx: Transaction, wanted: QueueFilter) -> int:
    """As `total`, but never above `COUNT_CAP + 1`."""
    where, parameters = _condition(wanted)
    sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM enquiry WHERE {where} LIMIT ?) AS capped"
    return int(tx.value(sql, *parameters, COUNT_CAP + 1))


def position(tx: Transaction, wanted: QueueFilter, enquiry: EnquiryId) -> int | None:
    """At which row of the view the enquiry stands, or None when it is not in it."""
    where, parameters = _condition(wanted)
    here = tx.row(f"SELECT sort_at, id FROM enquiry WHERE {where} AND id = ?", *parameters, enquiry)
    if here is None:
        return None
    sql = f"SELECT COUNT(*) FROM enquiry WHERE {where} AND (sort_at, id) < (?, ?)"
    return int(tx.value(sql, *parameters, *here))


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers beside the views and channels. `accounts` has the key "" for the phone."""

    views: Mapping[View, int] = field(default_factory=dict)
    accounts: Mapping[str, int] = field(default_factory=dict)


_COUNTS = (
    "SELECT state, owner, account_id, COUNT(*) FROM enquiry WHERE state <> 'done' GROUP BY state, owner, account_id"
)
"""In the order of an index that holds nothing else."""


def counts(tx: Transaction, me: Operator) -> Counts:
    """Everything the sidebar counts, in one pass over the active enquiries."""
    rows = tx.rows(_COUNTS)
    views = dict.fromkeys(
        (View.INBOX, View.MINE, View.WAITING_OFFICE, View.WAITING_CITIZEN, View.SNOOZED, View.OPEN), 0
    )
    accounts: dict[str, int] = {}
    same = {"waiting_office": View.WAITING_OFFICE, "waiting_citizen": View.WAITING_CITIZEN, "snoozed": View.SNOOZED}
    for state, owner, account, n in rows:
        views[View.OPEN] += n
        accounts[account or ""] = accounts.get(account or "", 0) + n
        if owner == me:
            views[View.MINE] += n
        if state in ("new", "open") and owner in (None, me):
            views[View.INBOX] += n
        elif state in same:
            views[same[state]] += n
    return Counts(views, accounts)
