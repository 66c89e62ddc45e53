"""Sends of which nobody knows whether they arrived: settled by what the platform shows, never by sending again.

A poll that brings our own message settles it, so does reading the conversation back; after several reads that show
nothing a person is asked. Part of the outbox's interface: callers use it through `store.outbox`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from switchboard_app.model import sending
from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.ids import AccountId, EnquiryId, ForwardingId, OutboxId, PlatformId, ThreadId
from switchboard_app.model.remote import RemoteMessage
from switchboard_app.model.sending import MATCH_BEFORE, Ended, Own
from switchboard_app.model.times import Millis
from switchboard_app.store import outbox_rows
from switchboard_app.store.transaction import Transaction


def recover(tx: Transaction, ended: Ended | None = None) -> int:
    """Sends whose sender ended or lost its permit: nobody knows whether they arrived. The late holder is fenced.

    `ended` tells of a station that it is surely gone, where that can be known: then nobody waits for its permit.
    """
    done = 0
    for wanted, holder in tx.rows("SELECT id, holder FROM outbox WHERE state = 'sending' ORDER BY enquiry_id, id"):
        before = outbox_rows.load(tx, wanted)
        if before is None or not sending.lapsed(before, tx.now, holder_ended=ended is not None and ended(holder)):
            continue
        step = sending.recovered(before, tx.now)
        if outbox_rows.write(tx, wanted, before, step.send):
            outbox_rows.fulfil(tx, wanted, step.send, step.duties)
            done += 1
    return done


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An uncertain send whose conversation must be read back."""

    id: OutboxId
    epoch: int
    enquiry: EnquiryId
    thread: ThreadId
    thread_platform_id: PlatformId
    person: PlatformId
    since: Millis
    reads: int


def unsettled(tx: Transaction, account: AccountId, ahead: int = 0) -> list[Unsettled]:
    """Uncertain sends of the account that are due for a read-back, now or within `ahead` milliseconds."""
    return [
        Unsettled(row[0], row[1], row[2], row[3], row[4], row[5], Millis(row[6] - MATCH_BEFORE), row[7])
        for row in tx.rows(
            "SELECT o.id, o.epoch, o.enquiry_id, o.thread_id, t.platform_id, o.recipient, o.attempt_at, o.reads"
            " FROM outbox o JOIN thread t ON t.id = o.thread_id"
            " WHERE o.state = 'uncertain' AND o.account_id = ? AND o.next_read_at <= ?",
            account,
            tx.now + ahead,
        )
    ]


def record_read(tx: Transaction, one: Unsettled, seen: tuple[RemoteMessage, ...]) -> bool:
    """Settle from what the platform shows; True when that was the send. Else what was seen is kept for a person.

    What was stored before the attempt, or is known to be another send, cannot be this one.
    """
    before = outbox_rows.load(tx, one.id)
    if before is None or (before.epoch, before.state) != (one.epoch, DeliveryState.UNCERTAIN):
        return False
    row = tx.row("SELECT o.account_id, e.text FROM outbox o JOIN entry e ON e.id = o.entry_id WHERE o.id = ?", one.id)
    account, text = row if row is not None else ("", "")
    others = _others(tx, account, one.id, before.attempt_at, [m.platform_id for m in seen if m.ours])
    shown = [
        Own(m.platform_id, m.at, m.text, len(m.attachments)) for m in seen if m.ours and m.platform_id not in others
    ]
    reading = sending.read_back(before, text, outbox_rows.files_of(tx, one.id), shown, tx.now)
    if not outbox_rows.write(tx, one.id, before, reading.step.send):
        return False
    if reading.ids:
        outbox_rows.identify(tx, one.id, reading.ids)
    outbox_rows.fulfil(tx, one.id, reading.step.send, reading.step.duties)
    return bool(reading.ids)


def _others(
    tx: Transaction, account: str, mine: OutboxId, attempt_at: Millis | None, ids: list[PlatformId]
) -> frozenset[PlatformId]:
    """Which of these messages are surely not this send: another one's, or stored before it was tried."""
    claimed = tx.among(
        "SELECT platform_id FROM echo WHERE account_id = ? AND outbox_id <> ? AND platform_id IN ({marks})",
        ids,
        account,
        mine,
    )
    stored = tx.among(
        "SELECT platform_id FROM entry WHERE account_id = ? AND received_at < ? AND platform_id IN ({marks})",
        ids,
        account,
        attempt_at or 0,
    )
    return frozenset(row[0] for row in (*claimed, *stored))


def awaiting_echo(tx: Transaction, threads: Iterable[ThreadId]) -> frozenset[ThreadId]:
    """Which of these threads have an attempt that an echo would settle: hardly ever any."""
    sql = (
        "SELECT thread_id FROM outbox WHERE thread_id IN ({marks})"
        " AND (state IN ('sending', 'uncertain') OR (state = 'sent' AND platform_ids = ''))"
    )
    return frozenset(row[0] for row in tx.among(sql, set(threads)))


def settle_echo(tx: Transaction, thread: ThreadId, message: RemoteMessage) -> bool:
    """Whether this message of ours is the echo of an open attempt in its thread; then the attempt is settled.

    Also of one that a person declared sent without knowing the platform's id.
    """
    own = Own(message.platform_id, message.at, message.text, len(message.attachments))
    for wanted, account, entry, text, files in tx.rows(
        "SELECT o.id, o.account_id, o.entry_id, e.text,"
        " (SELECT COUNT(*) FROM attachment a WHERE a.entry_id = o.entry_id)"
        " FROM outbox o JOIN entry e ON e.id = o.entry_id WHERE o.thread_id = ?"
        " AND (o.state IN ('sending', 'uncertain') OR (o.state = 'sent' AND o.platform_ids = ''))"
        " ORDER BY o.created_at",
        thread,
    ):
        before = outbox_rows.load(tx, wanted)
        assert before is not None
        declared = before.state is DeliveryState.SENT
        if not sending.is_echo(own, text, 0 if declared else files, before.attempt_at or tx.now):
            continue
        if declared:
            outbox_rows.adopt(tx, account, message.platform_id, entry, wanted)
            tx.change("UPDATE outbox SET platform_ids = ? WHERE id = ?", json.dumps([message.platform_id]), wanted)
            return True
        step = sending.arrived(before, tx.now)
        if not outbox_rows.write(tx, wanted, before, step.send):
            return False
        outbox_rows.identify(tx, wanted, (message.platform_id,))
        outbox_rows.fulfil(tx, wanted, step.send, step.duties)
        return True
    return False


def mail_arrived(tx: Transaction, forwarding: ForwardingId) -> None:
    """The office answered, so its mail of which nobody was sure has arrived; a second copy need not go."""
    sql = (
        "SELECT id, enquiry_id FROM outbox WHERE forwarding_id = ?"
        " AND (state = 'uncertain' OR (state = 'queued' AND repeats > 0))"
    )
    row = tx.row(sql, forwarding)
    if row is not None:
        tx.change("UPDATE outbox SET state = 'sent', sent_at = attempt_at, epoch = epoch + 1 WHERE id = ?", row[0])
        outbox_rows.clear_mark(tx, row[1])
