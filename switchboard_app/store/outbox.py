"""The outbox: what is to be sent, taken by one sender at a time, and what became of it.

``queued → sending → sent``; back to ``queued`` or on to ``failed`` only on positive proof that nothing was sent; else
``uncertain``, settled by reading the thread back or by a person. What a step leads to is said by `model.sending`; here
it is written, in one conditional UPDATE with the epoch as a fence. Called by `sync.sender`; people's side (reply, undo,
decide) is in `desk`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from switchboard_app.model import sending
from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind
from switchboard_app.model.ids import AccountId, EnquiryId, EntryId, OutboxId, PlatformId, ThreadId
from switchboard_app.model.sending import Terms
from switchboard_app.model.times import Millis
from switchboard_app.store import outbox_rows
from switchboard_app.store.ids import new_id
from switchboard_app.store.settling import (
    Unsettled,
    awaiting_echo,
    mail_arrived,
    record_read,
    recover,
    settle_echo,
    unsettled,
)
from switchboard_app.store.transaction import Transaction, marks

__all__ = [
    "Taken",
    "Unsettled",
    "awaiting_echo",
    "due",
    "hurry",
    "mail_arrived",
    "next_due",
    "record_failure",
    "record_read",
    "record_sent",
    "recover",
    "settle_echo",
    "settled",
    "summary",
    "take",
    "unsettled",
    "waiting",
]

_ITS_TURN = (
    "(o.thread_id IS NULL OR NOT EXISTS (SELECT 1 FROM outbox p WHERE p.thread_id = o.thread_id AND p.id <> o.id"
    " AND (p.state IN ('sending', 'uncertain') OR (p.state = 'queued'"
    " AND (p.created_at < o.created_at OR (p.created_at = o.created_at AND p.id < o.id))))))"
)
"""Nothing of the same conversation is unsettled or was queued before."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An outbox row that this sender may write to the platform until `permit_until`."""

    id: OutboxId
    kind: str
    epoch: int
    attempt: str
    entry: EntryId
    enquiry: EnquiryId
    account: AccountId | None
    thread: ThreadId | None
    thread_platform_id: PlatformId
    recipient: PlatformId
    text: str
    payload: dict[str, str]
    attempts: int
    permit_until: Millis
    terms: Terms
    last_inbound_at: Millis | None


def due(tx: Transaction, account: AccountId | None, kind: str, limit: int = 20) -> list[OutboxId]:
    """Rows to send now: queued, not held back, and nothing unsettled or earlier in the same conversation."""
    same = "account_id = ?" if account is not None else "account_id IS NULL"
    values = (account,) if account is not None else ()
    return [
        OutboxId(row[0])
        for row in tx.rows(
            f"SELECT o.id FROM outbox o WHERE o.state = 'queued' AND o.kind = ? AND {same} AND o.not_before <= ?"
            f" AND {_ITS_TURN} ORDER BY created_at, id LIMIT ?",
            kind,
            *values,
            tx.now,
            limit,
        )
    ]


def next_due(tx: Transaction, account: AccountId | None) -> Millis | None:
    """When the next queued row of the account comes due."""
    same = "account_id = ?" if account is not None else "account_id IS NULL"
    values = (account,) if account is not None else ()
    found = tx.value(f"SELECT MIN(not_before) FROM outbox WHERE state = 'queued' AND {same}", *values)
    return None if found is None else Millis(found)


def hurry(tx: Transaction, account: AccountId | None) -> None:
    """Do not wait for our own pause after a failure: a person has just asked to send. A platform's limit stands.

    None stands for the mails.
    """
    same = "account_id = ?" if account is not None else "account_id IS NULL"
    ours = (FailureKind.NETWORK, FailureKind.TIMEOUT, FailureKind.SERVER, FailureKind.AUTH, FailureKind.PERMISSION)
    tx.change(
        f"UPDATE outbox SET not_before = ? WHERE {same} AND state = 'queued' AND not_before > ?"
        f" AND failure_kind IN ({marks(len(ours))})",
        tx.now,
        *((account,) if account is not None else ()),
        tx.now,
        *(kind.value for kind in ours),
    )


def take(tx: Transaction, wanted: OutboxId) -> Taken | None:
    """Take a row for sending; None when another sender was faster, a person withdrew it, or it is not its turn."""
    before = outbox_rows.load(tx, wanted)
    if before is None:
        return None
    under = sending.terms(before.kind, outbox_rows.files_of(tx, wanted))
    after = sending.taken(before, under, tx.now)
    if after is None or not outbox_rows.write(
        tx, wanted, before, after, holder=tx.station, only_if=f" AND {_ITS_TURN}"
    ):
        return None
    row = tx.row(
        "SELECT o.entry_id, o.enquiry_id, o.account_id, o.thread_id, t.platform_id, o.recipient, e.text, o.payload,"
        " q.last_inbound_at FROM outbox o LEFT JOIN entry e ON e.id = o.entry_id"
        " LEFT JOIN thread t ON t.id = o.thread_id LEFT JOIN enquiry q ON q.id = o.enquiry_id WHERE o.id = ?",
        wanted,
    )
    assert row is not None
    attempt = new_id()
    tx.change(
        "INSERT INTO outbox_attempt (id, outbox_id, epoch, holder, started_at, result) VALUES (?, ?, ?, ?, ?, '')",
        attempt,
        wanted,
        after.epoch,
        tx.station,
        tx.now,
    )
    tx.hint(f"enquiry:{row[1]}")
    return Taken(
        id=wanted,
        kind=after.kind,
        epoch=after.epoch,
        attempt=attempt,
        entry=row[0],
        enquiry=row[1],
        account=row[2],
        thread=row[3],
        thread_platform_id=PlatformId(row[4] or ""),
        recipient=PlatformId(row[5]),
        text=row[6] or "",
        payload=json.loads(row[7]),
        attempts=after.attempts,
        permit_until=after.permit_until or tx.now,
        terms=under,
        last_inbound_at=row[8],
    )


def record_sent(tx: Transaction, taken: Taken, platform_ids: tuple[PlatformId, ...]) -> bool:
    """The platform's positive answer. False when the row was taken away meanwhile: then nothing is written.

    A poll may have seen the message before the answer came: then only what it did not see is added.
    """
    before = outbox_rows.load(tx, taken.id)
    if before is None or before.epoch != taken.epoch:
        return False
    if before.state is DeliveryState.SENT:
        _add_unseen(tx, taken, platform_ids)
    elif before.state in (DeliveryState.SENDING, DeliveryState.UNCERTAIN):
        step = sending.arrived(before, tx.now)
        if not outbox_rows.write(tx, taken.id, before, step.send):
            return False
        outbox_rows.identify(tx, taken.id, platform_ids)
        outbox_rows.fulfil(tx, taken.id, step.send, step.duties)
    else:
        return False
    _end_attempt(tx, taken, "sent")
    return True


def _add_unseen(tx: Transaction, taken: Taken, platform_ids: tuple[PlatformId, ...]) -> None:
    row = tx.row("SELECT account_id, platform_ids FROM outbox WHERE id = ?", taken.id)
    assert row is not None
    seen = json.loads(row[1] or "[]")
    more = [one for one in platform_ids if one not in seen]
    for platform_id in more:
        outbox_rows.adopt(tx, row[0], platform_id, None, taken.id)
    tx.change("UPDATE outbox SET platform_ids = ? WHERE id = ?", json.dumps([*seen, *more]), taken.id)


def record_failure(tx: Transaction, taken: Taken, failure: Failure) -> DeliveryState | None:
    """How an attempt failed; returns the state it leads to, None when the row was taken away meanwhile."""
    before = outbox_rows.load(tx, taken.id)
    if before is None or (before.epoch, before.state) != (taken.epoch, DeliveryState.SENDING):
        return None
    step = sending.failed(before, failure, tx.now)
    if not outbox_rows.write(tx, taken.id, before, step.send):
        return None
    _end_attempt(tx, taken, f"{step.send.state.value}:{failure.kind.value}")
    outbox_rows.fulfil(tx, taken.id, step.send, step.duties)
    return step.send.state


def _end_attempt(tx: Transaction, taken: Taken, result: str) -> None:
    tx.change("UPDATE outbox_attempt SET ended_at = ?, result = ? WHERE id = ?", tx.now, result, taken.attempt)


def summary(tx: Transaction, account: AccountId) -> dict[str, int]:
    """How many sends of the account are queued, uncertain and failed."""
    states = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN, DeliveryState.FAILED)
    found = {state.value: 0 for state in states}
    sql = f"SELECT state, COUNT(*) FROM outbox WHERE account_id = ? AND state IN ({marks(4)}) GROUP BY state"
    found.update(dict(tx.rows(sql, account, *(state.value for state in states))))
    return found


def waiting(tx: Transaction) -> int:
    """How many rows of the whole outbox are not settled yet, for the status bar."""
    return int(tx.value("SELECT COUNT(*) FROM outbox WHERE state IN ('queued', 'sending', 'uncertain')"))


def settled(tx: Transaction, enquiry: EnquiryId) -> None:
    """People decided about a send: the enquiry's mark shows what is left to decide."""
    outbox_rows.clear_mark(tx, enquiry)
    tx.hint("queue")
    tx.hint(f"enquiry:{enquiry}")
