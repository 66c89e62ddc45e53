"""Sends of which nobody knows whether they arrived: settled by what the platform shows, never by sending again.

A poll that brings our own message settles it, so does reading the conversation back; after several reads that show
nothing a person is asked. Part of the outbox's interface: callers use it through `store.outbox`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from switchboard_app.model.delivery import DeliveryState, FailureKind
from switchboard_app.model.ids import AccountId, EnquiryId, ForwardingId, OutboxId, PlatformId, ThreadId
from switchboard_app.model.language import tr
from switchboard_app.model.remote import RemoteMessage
from switchboard_app.model.times import MINUTE, SECOND, Millis
from switchboard_app.store import outbox_rows
from switchboard_app.store.transaction import Transaction

AFTER_PERMIT = 60 * SECOND
"""What a proxy in between may still deliver after the permit ended."""
MATCH_BEFORE = 2 * MINUTE
_PAUSES = {1: 20 * SECOND, 2: 4 * MINUTE, 3: 6 * MINUTE}
"""The pause after each read-back that showed nothing."""


def recover(tx: Transaction, ended: Callable[[str], bool] | None = None) -> int:
    """Sends whose sender ended or lost its permit: nobody knows whether they arrived. The late holder is fenced.

    `ended` tells of a station that it is surely gone, where that can be known: then nobody waits for its permit.
    """
    sending = tx.rows(
        "SELECT id, enquiry_id, kind, holder, permit_until FROM outbox WHERE state = 'sending' ORDER BY enquiry_id"
    )
    rows = [
        (wanted, enquiry, kind)
        for wanted, enquiry, kind, holder, until in sending
        if until + AFTER_PERMIT < tx.now or (ended is not None and ended(holder))
    ]
    for wanted, enquiry, kind in rows:
        tx.change(
            "UPDATE outbox SET state = 'uncertain', epoch = epoch + 1, failure_kind = ?, failure_certain = 0,"
            " failure_text = ?, reads = 0, next_read_at = ? WHERE id = ? AND state = 'sending'",
            FailureKind.CRASH.value,
            tr("The program ended while this was being sent."),
            tx.now,
            wanted,
        )
        outbox_rows.show(tx, enquiry, DeliveryState.UNCERTAIN)
        if kind == "mail":
            outbox_rows.ask(tx, enquiry)  # a mail cannot be read back
        tx.hint(f"enquiry:{enquiry}")
    return len(rows)


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
    """Settle from what the platform shows: exactly one match means sent. Else it stays uncertain, read again later.

    After `READS_BEFORE_ASKING` reads without a match only a person decides; the program never sends again by itself.
    """
    text = tx.value("SELECT e.text FROM outbox o JOIN entry e ON e.id = o.entry_id WHERE o.id = ?", one.id) or ""
    account = tx.value("SELECT account_id FROM outbox WHERE id = ?", one.id)
    ours = [m for m in seen if m.ours and m.at >= one.since and not _claimed(tx, account, m.platform_id, one.id)]
    free = [m for m in ours if _same(m.text, text)]
    parts = _files_of(tx, one.id)
    shown = [m for m in ours if m.attachments]
    if len(free) == 1 and sum(len(m.attachments) for m in shown) >= parts:
        ids = dict.fromkeys((free[0].platform_id, *(m.platform_id for m in shown if parts)))
        return outbox_rows.mark_sent(tx, one.id, one.epoch, tuple(ids))
    reads = one.reads + 1
    tx.change(
        "UPDATE outbox SET reads = ?, next_read_at = ? WHERE id = ? AND epoch = ? AND state = 'uncertain'",
        reads,
        tx.now + _PAUSES.get(reads, 15 * MINUTE),
        one.id,
        one.epoch,
    )
    if reads == outbox_rows.READS_BEFORE_ASKING:
        outbox_rows.ask(tx, one.enquiry)
    tx.hint(f"enquiry:{one.enquiry}")
    return False


def _files_of(tx: Transaction, delivery: OutboxId) -> int:
    """How many files went with an answer: they may be messages of their own, which failed where the text did not."""
    sql = "SELECT COUNT(*) FROM attachment a JOIN outbox o ON o.entry_id = a.entry_id WHERE o.id = ?"
    return int(tx.value(sql, delivery))


def _claimed(tx: Transaction, account: str, platform_id: PlatformId, mine: OutboxId) -> bool:
    owner = tx.value("SELECT outbox_id FROM echo WHERE account_id = ? AND platform_id = ?", account, platform_id)
    return owner is not None and owner != mine


def _same(one: str, other: str) -> bool:
    """Equal after NFC and folding of white space: platforms trim and normalise."""
    return unicodedata.normalize("NFC", " ".join(one.split())) == unicodedata.normalize("NFC", " ".join(other.split()))


def awaiting_echo(tx: Transaction, threads: Iterable[ThreadId]) -> frozenset[ThreadId]:
    """Which of these threads have an attempt that an echo would settle: hardly ever any."""
    sql = (
        "SELECT thread_id FROM outbox WHERE thread_id IN ({marks})"
        " AND (state IN ('sending', 'uncertain') OR (state = 'sent' AND platform_ids = ''))"
    )
    return frozenset(row[0] for row in tx.among(sql, set(threads)))


def settle_echo(tx: Transaction, thread: ThreadId, message: RemoteMessage) -> bool:
    """Whether this message of ours is the echo of an open attempt in its thread; then the attempt is settled.

    Also of one that a person declared sent without knowing the platform's id. An attempt with files becomes several
    messages: its sender says which, or they are all seen when the thread is read back.
    """
    for wanted, epoch, account, entry, attempt_at, text, state, files in tx.rows(
        "SELECT o.id, o.epoch, o.account_id, o.entry_id, o.attempt_at, e.text, o.state,"
        " (SELECT COUNT(*) FROM attachment a WHERE a.entry_id = o.entry_id)"
        " FROM outbox o JOIN entry e ON e.id = o.entry_id WHERE o.thread_id = ?"
        " AND (o.state IN ('sending', 'uncertain') OR (o.state = 'sent' AND o.platform_ids = ''))"
        " ORDER BY o.created_at",
        thread,
    ):
        if (files and state != "sent") or message.at < attempt_at - MATCH_BEFORE or not _same(message.text, text):
            continue
        if state == "sent":
            outbox_rows.adopt(tx, account, message.platform_id, entry, wanted)
            tx.change("UPDATE outbox SET platform_ids = ? WHERE id = ?", json.dumps([message.platform_id]), wanted)
            return True
        return outbox_rows.mark_sent(tx, wanted, epoch, (message.platform_id,))
    return False


def mail_arrived(tx: Transaction, forwarding: ForwardingId) -> None:
    """The office answered, so its mail of which nobody was sure has arrived."""
    row = tx.row("SELECT id, enquiry_id FROM outbox WHERE forwarding_id = ? AND state = 'uncertain'", forwarding)
    if row is not None:
        tx.change("UPDATE outbox SET state = 'sent', sent_at = attempt_at, epoch = epoch + 1 WHERE id = ?", row[0])
        outbox_rows.clear_mark(tx, row[1])
