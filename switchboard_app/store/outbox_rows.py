"""Rows of the outbox as taking, settling and deciding change them alike. Private to `outbox`, `settling` and `desk`."""

from __future__ import annotations

import json

from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.ids import EnquiryId, OutboxId, PlatformId
from switchboard_app.store import clocks, search
from switchboard_app.store.enquiries import change, held
from switchboard_app.store.transaction import Transaction

READS_BEFORE_ASKING = 4
"""So many read-backs, over ten minutes and more, find nothing before a person is asked."""


def mark_sent(tx: Transaction, wanted: OutboxId, epoch: int, platform_ids: tuple[PlatformId, ...]) -> bool:
    """The row was sent for sure, under these ids; False when its epoch has passed or it is settled already."""
    sql = (
        "UPDATE outbox SET state = 'sent', sent_at = ?, platform_ids = ?, failure_kind = NULL, failure_certain = NULL,"
        " failure_text = '' WHERE id = ? AND epoch = ? AND state IN ('sending', 'uncertain')"
    )
    if tx.change(sql, tx.now, json.dumps(list(platform_ids)), wanted, epoch) != 1:
        return False
    row = tx.row("SELECT entry_id, account_id, enquiry_id, reads, created_at FROM outbox WHERE id = ?", wanted)
    assert row is not None
    entry, account, enquiry, reads, written_at = row
    for position, platform_id in enumerate(platform_ids):
        adopt(tx, account, platform_id, entry if position == 0 else None, wanted)
    clear_mark(tx, enquiry)
    if reads >= READS_BEFORE_ASKING:
        clocks.answered(tx, enquiry, written_at, clocks.SYSTEM)  # nobody need decide any more
    tx.hint(f"enquiry:{enquiry}")
    tx.hint("queue")
    return True


def adopt(tx: Transaction, account: str, platform_id: PlatformId, entry: str | None, outbox_id: OutboxId) -> None:
    """Make a platform id ours; a copy that a poll stored before the answer came is folded into our entry."""
    stored = tx.row("SELECT id, place FROM entry WHERE account_id = ? AND platform_id = ?", account, platform_id)
    if stored is not None and stored[0] != entry:
        tx.change("DELETE FROM attachment WHERE entry_id = ?", stored[0])
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
