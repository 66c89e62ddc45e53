"""The outbox: what is to be sent, taken by one sender at a time, and what became of it.

``queued → sending → sent``; back to ``queued`` or on to ``failed`` only on positive proof that nothing was sent; else
``uncertain``, settled by reading the thread back or by a person. Each step is one conditional UPDATE with the epoch as
a fence. Called by `sync.sender`; people's side (reply, undo, decide) is in `desk`.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import Any

from switchboard_app.model.delivery import ACCOUNT_WIDE, DeliveryState, Failure, FailureKind
from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.ids import AccountId, EnquiryId, EntryId, OutboxId, PlatformId, ThreadId
from switchboard_app.model.language import tr
from switchboard_app.model.remote import RemoteMessage
from switchboard_app.model.retry import next_try
from switchboard_app.model.times import MINUTE, SECOND, Millis
from switchboard_app.store import settings
from switchboard_app.store.enquiries import change, due_columns, held
from switchboard_app.store.ids import new_id
from switchboard_app.store.transaction import Transaction, marks

PERMIT = 45 * SECOND
"""For how long a sender may write after taking a row (reliability 4.4, step 2)."""
AFTER_PERMIT = 60 * SECOND
"""What a proxy in between may still deliver after the permit ended."""
READS_BEFORE_ASKING = 3
READ_SPACING = 4 * MINUTE
MATCH_BEFORE = 2 * MINUTE


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
    last_inbound_at: Millis | None


def due(tx: Transaction, account: AccountId | None, kind: str, limit: int = 20) -> list[OutboxId]:
    """Rows to send now: queued, not held back, and nothing unsettled or earlier in the same conversation."""
    same = "account_id = ?" if account is not None else "account_id IS NULL"
    values = (account,) if account is not None else ()
    return [
        OutboxId(row[0])
        for row in tx.rows(
            f"SELECT id FROM outbox o WHERE state = 'queued' AND kind = ? AND {same} AND not_before <= ?"
            " AND (thread_id IS NULL OR NOT EXISTS (SELECT 1 FROM outbox p"
            " WHERE p.thread_id = o.thread_id AND p.id <> o.id"
            " AND (p.state IN ('sending', 'uncertain') OR"
            " (p.state = 'queued' AND p.created_at < o.created_at))))"
            " ORDER BY created_at, id LIMIT ?",
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


def take(tx: Transaction, wanted: OutboxId) -> Taken | None:
    """Take a row for sending; None when another sender was faster or a person withdrew it."""
    until = Millis(tx.now + PERMIT)
    sql = (
        "UPDATE outbox SET state = 'sending', epoch = epoch + 1, holder = ?, permit_until = ?, attempt_at = ?,"
        " attempts = attempts + 1 WHERE id = ? AND state = 'queued' AND not_before <= ?"
    )
    if tx.change(sql, tx.station, until, tx.now, wanted, tx.now) != 1:
        return None
    row = tx.row(
        "SELECT o.kind, o.epoch, o.entry_id, o.enquiry_id, o.account_id, o.thread_id, t.platform_id, o.recipient,"
        " e.text, o.payload, o.attempts, q.last_inbound_at FROM outbox o"
        " LEFT JOIN entry e ON e.id = o.entry_id LEFT JOIN thread t ON t.id = o.thread_id"
        " LEFT JOIN enquiry q ON q.id = o.enquiry_id WHERE o.id = ?",
        wanted,
    )
    assert row is not None
    attempt = new_id()
    tx.change(
        "INSERT INTO outbox_attempt (id, outbox_id, epoch, holder, started_at, result) VALUES (?, ?, ?, ?, ?, '')",
        attempt,
        wanted,
        row[1],
        tx.station,
        tx.now,
    )
    tx.hint(f"enquiry:{row[3]}")
    return Taken(
        id=wanted,
        kind=row[0],
        epoch=row[1],
        attempt=attempt,
        entry=row[2],
        enquiry=row[3],
        account=row[4],
        thread=row[5],
        thread_platform_id=PlatformId(row[6] or ""),
        recipient=PlatformId(row[7]),
        text=row[8] or "",
        payload=json.loads(row[9]),
        attempts=row[10],
        permit_until=until,
        last_inbound_at=row[11],
    )


def record_sent(tx: Transaction, taken: Taken, platform_ids: tuple[PlatformId, ...]) -> bool:
    """The platform's positive answer. False when the row was taken away meanwhile: then nothing is written."""
    if not _mark_sent(tx, taken.id, taken.epoch, platform_ids):
        return False
    _end_attempt(tx, taken, "sent")
    return True


def _mark_sent(tx: Transaction, wanted: OutboxId, epoch: int, platform_ids: tuple[PlatformId, ...]) -> bool:
    sql = (
        "UPDATE outbox SET state = 'sent', sent_at = ?, platform_ids = ?, failure_kind = NULL, failure_certain = NULL,"
        " failure_text = '' WHERE id = ? AND epoch = ? AND state IN ('sending', 'uncertain')"
    )
    if tx.change(sql, tx.now, json.dumps(list(platform_ids)), wanted, epoch) != 1:
        return False
    row = tx.row("SELECT entry_id, account_id, enquiry_id FROM outbox WHERE id = ?", wanted)
    assert row is not None
    entry, account, enquiry = row
    for position, platform_id in enumerate(platform_ids):
        _adopt(tx, account, platform_id, entry if position == 0 else None, wanted)
    _clear_mark(tx, enquiry)
    tx.hint(f"enquiry:{enquiry}")
    tx.hint("queue")
    return True


def _adopt(tx: Transaction, account: str, platform_id: PlatformId, entry: str | None, outbox_id: OutboxId) -> None:
    """Make a platform id ours; a copy that a poll stored before the answer came is folded into our entry."""
    stored = tx.row("SELECT id, place FROM entry WHERE account_id = ? AND platform_id = ?", account, platform_id)
    if stored is not None and stored[0] != entry:
        tx.change("DELETE FROM attachment WHERE entry_id = ?", stored[0])
        tx.change("DELETE FROM entry_words WHERE rowid = ?", stored[1])
        tx.change("DELETE FROM entry WHERE id = ?", stored[0])
    if entry is not None:
        tx.change("UPDATE entry SET platform_id = ? WHERE id = ?", platform_id, entry)
    if tx.value("SELECT 1 FROM echo WHERE account_id = ? AND platform_id = ?", account, platform_id) is None:
        tx.change(
            "INSERT INTO echo (account_id, platform_id, outbox_id) VALUES (?, ?, ?)", account, platform_id, outbox_id
        )


def record_failure(tx: Transaction, taken: Taken, failure: Failure) -> DeliveryState | None:
    """How an attempt failed; returns the state it leads to, None when the row was taken away meanwhile.

    Certain and worth another try: queued. Certain and final: failed. Not certain: uncertain, to be read back.
    """
    state, not_before = _after_failure(failure, taken.attempts, tx.now)
    refund = 1 if failure.certain and failure.kind in ACCOUNT_WIDE else 0
    sql = (
        "UPDATE outbox SET state = ?, not_before = ?, attempts = attempts - ?, failure_kind = ?, failure_certain = ?,"
        " failure_text = ?, reads = 0, next_read_at = ? WHERE id = ? AND epoch = ? AND state = 'sending'"
    )
    changed = tx.change(
        sql,
        state.value,
        not_before,
        refund,
        failure.kind.value,
        int(failure.certain),
        failure.text,
        tx.now + 5 * SECOND,
        taken.id,
        taken.epoch,
    )
    if changed != 1:
        return None
    _end_attempt(tx, taken, f"{state.value}:{failure.kind.value}")
    if state in (DeliveryState.FAILED, DeliveryState.UNCERTAIN):
        _needs_person(tx, taken.enquiry, state, mail=taken.kind == "mail")
    tx.hint(f"enquiry:{taken.enquiry}")
    return state


def _after_failure(failure: Failure, attempts: int, now: Millis) -> tuple[DeliveryState, Millis]:
    if not failure.certain:
        return DeliveryState.UNCERTAIN, now
    if failure.retry_at is None and failure.kind not in ACCOUNT_WIDE:
        return DeliveryState.FAILED, now
    return DeliveryState.QUEUED, max(failure.retry_at or now, next_try(attempts, now))


def _end_attempt(tx: Transaction, taken: Taken, result: str) -> None:
    tx.change("UPDATE outbox_attempt SET ended_at = ?, result = ? WHERE id = ?", tx.now, result, taken.attempt)


def _needs_person(tx: Transaction, enquiry: EnquiryId, state: DeliveryState, *, mail: bool = False) -> None:
    """Show in the queue that something did not get through; a failed one means that citizen or office know nothing."""
    tx.change("UPDATE enquiry SET delivery = ? WHERE id = ?", state.value, enquiry)
    tx.hint("queue")
    if state is not DeliveryState.FAILED:
        return
    here = held(tx, enquiry)
    columns: dict[str, Any] = {}
    if here.state is (EnquiryState.WAITING_OFFICE if mail else EnquiryState.WAITING_CITIZEN):
        columns["state"] = EnquiryState.OPEN
    if mail:
        columns["callback_at"] = tx.now
    if not mail and here.last_inbound_at is not None and here.waiting_since is None:
        minutes = settings.targets(tx).answer_minutes
        columns["waiting_since"] = here.last_inbound_at
        columns["answer_due_at"] = settings.answer_due(here.last_inbound_at, minutes)
    if columns:
        change(tx, here, "switchboard", "delivery_failed", **columns)


def _clear_mark(tx: Transaction, enquiry: EnquiryId) -> None:
    left = tx.value(
        "SELECT state FROM outbox WHERE enquiry_id = ? AND state IN ('uncertain', 'failed')"
        " ORDER BY state DESC LIMIT 1",
        enquiry,
    )
    tx.change("UPDATE enquiry SET delivery = ? WHERE id = ?", left or "", enquiry)


def recover(tx: Transaction) -> int:
    """Sends whose sender ended or lost its permit: nobody knows whether they arrived. The late holder is fenced."""
    rows = tx.rows(
        "SELECT id, enquiry_id FROM outbox WHERE state = 'sending' AND permit_until + ? < ?", AFTER_PERMIT, tx.now
    )
    for wanted, enquiry in rows:
        tx.change(
            "UPDATE outbox SET state = 'uncertain', epoch = epoch + 1, failure_kind = ?, failure_certain = 0,"
            " failure_text = ?, reads = 0, next_read_at = ? WHERE id = ? AND state = 'sending'",
            FailureKind.CRASH.value,
            tr("The program ended while this was being sent."),
            tx.now,
            wanted,
        )
        _needs_person(tx, enquiry, DeliveryState.UNCERTAIN)
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


def unsettled(tx: Transaction, account: AccountId) -> list[Unsettled]:
    """Uncertain sends of the account that are due for a read-back."""
    return [
        Unsettled(row[0], row[1], row[2], row[3], row[4], row[5], Millis(row[6] - MATCH_BEFORE), row[7])
        for row in tx.rows(
            "SELECT o.id, o.epoch, o.enquiry_id, o.thread_id, t.platform_id, o.recipient, o.attempt_at, o.reads"
            " FROM outbox o JOIN thread t ON t.id = o.thread_id"
            " WHERE o.state = 'uncertain' AND o.account_id = ? AND o.next_read_at <= ?",
            account,
            tx.now,
        )
    ]


def record_read(tx: Transaction, one: Unsettled, seen: tuple[RemoteMessage, ...]) -> bool:
    """Settle from what the platform shows: exactly one match means sent. Else it stays uncertain, read again later.

    After `READS_BEFORE_ASKING` reads without a match only a person decides; the program never sends again by itself.
    """
    text = tx.value("SELECT e.text FROM outbox o JOIN entry e ON e.id = o.entry_id WHERE o.id = ?", one.id) or ""
    ours = [m for m in seen if m.ours and m.at >= one.since and _same(m.text, text)]
    account = tx.value("SELECT account_id FROM outbox WHERE id = ?", one.id)
    free = [m for m in ours if not _claimed(tx, account, m.platform_id, one.id)]
    if len(free) == 1:
        return _mark_sent(tx, one.id, one.epoch, (free[0].platform_id,))
    reads = one.reads + 1
    wait = READ_SPACING if reads < READS_BEFORE_ASKING else 15 * MINUTE
    tx.change(
        "UPDATE outbox SET reads = ?, next_read_at = ? WHERE id = ? AND epoch = ? AND state = 'uncertain'",
        reads,
        tx.now + (wait if reads > 1 else 20 * SECOND),
        one.id,
        one.epoch,
    )
    tx.hint(f"enquiry:{one.enquiry}")
    return False


def _claimed(tx: Transaction, account: str, platform_id: PlatformId, mine: OutboxId) -> bool:
    owner = tx.value("SELECT outbox_id FROM echo WHERE account_id = ? AND platform_id = ?", account, platform_id)
    return owner is not None and owner != mine


def _same(one: str, other: str) -> bool:
    """Equal after NFC and folding of white space: platforms trim and normalise."""
    return unicodedata.normalize("NFC", " ".join(one.split())) == unicodedata.normalize("NFC", " ".join(other.split()))


def settle_echo(tx: Transaction, thread: ThreadId, message: RemoteMessage) -> bool:
    """Whether this message of ours is the echo of an open attempt in its thread; then the attempt is settled."""
    for wanted, epoch, attempt_at, text in tx.rows(
        "SELECT o.id, o.epoch, o.attempt_at, e.text FROM outbox o JOIN entry e ON e.id = o.entry_id"
        " WHERE o.thread_id = ? AND o.state IN ('sending', 'uncertain') ORDER BY o.created_at",
        thread,
    ):
        if message.at >= attempt_at - MATCH_BEFORE and _same(message.text, text):
            return _mark_sent(tx, wanted, epoch, (message.platform_id,))
    return False


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


def requeue_refresh(tx: Transaction, enquiry: EnquiryId) -> None:
    """Recompute the due time after people decided about a send."""
    _clear_mark(tx, enquiry)
    here = held(tx, enquiry)
    columns = due_columns(here, tx.now)
    assignments = ", ".join(f"{name} = ?" for name in columns)
    tx.change(f"UPDATE enquiry SET {assignments} WHERE id = ?", *columns.values(), enquiry)
    tx.hint("queue")
