"""Rows of the outbox as taking, settling and deciding change them alike. Private to `outbox`, `settling` and `desk`.

A row is loaded as the value that `model.sending` reasons about, and what the rules say is written by one conditional
UPDATE: the epoch and the state it was loaded with are the fence, so whoever was faster wins.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind, Sighting
from switchboard_app.model.ids import EnquiryId, OutboxId, PlatformId
from switchboard_app.model.sending import Duty, Send
from switchboard_app.model.times import Millis
from switchboard_app.store import clocks, search
from switchboard_app.store.enquiries import change, held
from switchboard_app.store.transaction import Transaction

_SEND = (
    "kind, state, epoch, attempts, repeats, not_before, attempt_at, permit_until, sent_at, failure_kind,"
    " failure_certain, failure_text, reads, next_read_at, read_from, read_at, asked_at, seen"
)


def load(tx: Transaction, wanted: OutboxId) -> Send | None:
    """What is known of one send, locked for this transaction."""
    row = tx.row(f"SELECT {_SEND} FROM outbox WHERE id = ?{tx.for_update}", wanted)
    if row is None:
        return None
    failure = None if row[9] is None else Failure(FailureKind(row[9]), bool(row[10]), row[11])
    return Send(
        kind=row[0],
        state=DeliveryState(row[1]),
        epoch=row[2],
        attempts=row[3],
        repeats=row[4],
        not_before=row[5],
        attempt_at=row[6],
        permit_until=row[7],
        sent_at=row[8],
        failure=failure,
        reads=row[12],
        next_read_at=row[13],
        read_from=row[14],
        read_at=row[15],
        asked_at=row[16],
        seen=sightings(row[17]),
    )


def write(
    tx: Transaction, wanted: OutboxId, before: Send, after: Send, *, holder: str | None = None, only_if: str = ""
) -> bool:
    """Write what the rules say; False when the row is no longer as it was loaded: then nothing is written.

    `holder` is who takes it; `only_if` is one more condition, on the row as `o`.
    """
    failure = after.failure
    columns = {
        "state": after.state.value,
        "epoch": after.epoch,
        "attempts": after.attempts,
        "repeats": after.repeats,
        "not_before": after.not_before,
        "attempt_at": after.attempt_at,
        "permit_until": after.permit_until,
        "sent_at": after.sent_at,
        "failure_kind": failure and failure.kind.value,
        "failure_certain": None if failure is None else int(failure.certain),
        "failure_text": failure.text if failure is not None else "",
        "reads": after.reads,
        "next_read_at": after.next_read_at,
        "read_from": after.read_from,
        "read_at": after.read_at,
        "asked_at": after.asked_at,
        "seen": as_text(after.seen),
    }
    if holder is not None:
        columns["holder"] = holder
    names = ", ".join(f"{name} = ?" for name in columns)
    sql = f"UPDATE outbox AS o SET {names} WHERE id = ? AND epoch = ? AND state = ?{only_if}"
    return tx.change(sql, *columns.values(), wanted, before.epoch, before.state.value) == 1


def files_of(tx: Transaction, wanted: OutboxId) -> int:
    """How many files go with it."""
    sql = "SELECT COUNT(*) FROM attachment a JOIN outbox o ON o.entry_id = a.entry_id WHERE o.id = ?"
    return int(tx.value(sql, wanted))


def after_all(tx: Transaction, thread: str | None) -> Millis:
    """When a row is queued: now, yet after all that waits in its conversation, even if the clock was set back."""
    waiting = "SELECT MAX(created_at) FROM outbox WHERE thread_id = ? AND state IN ('queued', 'sending', 'uncertain')"
    last = tx.value(waiting, thread) if thread else None
    return tx.now if last is None or last <= tx.now else Millis(last + 1)


def sightings(stored: str) -> tuple[Sighting, ...]:
    """What a read-back showed, out of its column."""
    return tuple(Sighting(Millis(one["at"]), one["text"]) for one in json.loads(stored or "[]"))


def as_text(seen: tuple[Sighting, ...]) -> str:
    """What a read-back showed, for its column."""
    return json.dumps([{"at": one.at, "text": one.text} for one in seen], ensure_ascii=False) if seen else ""


def fulfil(tx: Transaction, wanted: OutboxId, after: Send, duties: Iterable[Duty]) -> None:
    """Do what a step asks besides its row."""
    row = tx.row("SELECT enquiry_id, created_at FROM outbox WHERE id = ?", wanted)
    assert row is not None
    enquiry, written_at = EnquiryId(row[0]), Millis(row[1])
    for duty in duties:
        if duty is Duty.SHOW:
            show(tx, enquiry, after.state)
        elif duty is Duty.ASK:
            ask(tx, enquiry)
        elif duty is Duty.WAITS:
            clocks.unanswered(tx, enquiry)
        elif duty is Duty.ANSWERED:
            clocks.answered(tx, enquiry, written_at, clocks.SYSTEM)
    tx.hint(f"enquiry:{enquiry}")


def identify(tx: Transaction, wanted: OutboxId, platform_ids: tuple[PlatformId, ...]) -> None:
    """The row was sent for sure, under these ids."""
    row = tx.row("SELECT entry_id, account_id, enquiry_id FROM outbox WHERE id = ?", wanted)
    assert row is not None
    entry, account, enquiry = row
    tx.change("UPDATE outbox SET platform_ids = ? WHERE id = ?", json.dumps(list(platform_ids)), wanted)
    for position, platform_id in enumerate(platform_ids):
        adopt(tx, account, platform_id, entry if position == 0 else None, wanted)
    clear_mark(tx, enquiry)
    tx.hint(f"enquiry:{enquiry}")
    tx.hint("queue")


def adopt(tx: Transaction, account: str, platform_id: PlatformId, entry: str | None, outbox_id: OutboxId) -> None:
    """Make a platform id ours; a copy that a poll stored before the answer came is folded into our entry."""
    stored = tx.row("SELECT id, place FROM entry WHERE account_id = ? AND platform_id = ?", account, platform_id)
    if stored is not None and stored[0] != entry:
        for table in ("attachment", "entry_version", "reaction"):  # what was put to it comes again with the next poll
            tx.change(f"DELETE FROM {table} WHERE entry_id = ?", stored[0])
        search.forget_entry(tx, stored[1])
        tx.change("DELETE FROM entry WHERE id = ?", stored[0])
    if entry is not None:
        tx.change("UPDATE entry SET platform_id = ? WHERE id = ?", platform_id, entry)
    if tx.value("SELECT 1 FROM echo WHERE account_id = ? AND platform_id = ?", account, platform_id) is None:
        tx.change(
            "INSERT INTO echo (account_id, platform_id, outbox_id) VALUES (?, ?, ?)", account, platform_id, outbox_id
        )


def show(tx: Transaction, enquiry: EnquiryId, state: DeliveryState) -> None:
    """Show in the queue that something did not get through for sure."""
    tx.change("UPDATE enquiry SET delivery = ? WHERE id = ?", state.value, enquiry)
    tx.hint("queue")


def ask(tx: Transaction, enquiry: EnquiryId) -> None:
    """Bring the enquiry to the front, because only a person can decide about a send."""
    here = held(tx, enquiry)
    columns = clocks.brought_back(tx, here)
    if columns:
        change(tx, here, clocks.SYSTEM, "delivery_unsettled", **columns)


def clear_mark(tx: Transaction, enquiry: EnquiryId) -> None:
    """Let the enquiry's mark show what is left to decide about its sends."""
    left = tx.value(
        "SELECT state FROM outbox WHERE enquiry_id = ? AND state IN ('uncertain', 'failed')"
        " ORDER BY state DESC LIMIT 1",
        enquiry,
    )
    tx.change("UPDATE enquiry SET delivery = ? WHERE id = ?", left or "", enquiry)
