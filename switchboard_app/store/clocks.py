"""What starts and stops an enquiry's clocks besides the verbs themselves: an answer that counts, one that does not, an
office that still has it. Refuses to know who asks. Called by `desk`, `outbox` and `sorting_in`.

A follow-up (`snoozed_until`) stays on an enquiry that came back until somebody acts: that keeps it at the front.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.times import Millis
from switchboard_app.store import settings
from switchboard_app.store.enquiries import Held, change, held
from switchboard_app.store.transaction import Transaction

SYSTEM = "switchboard"


def ahead(moment: Millis | None, now: Millis) -> Millis | None:
    """The promised moment if it still lies ahead; a passed one is settled by whoever acts now."""
    return moment if moment is not None and moment > now else None


def taken_up(here: Held) -> EnquiryState:
    """Where an enquiry goes that somebody must look at: to its owner, else to everybody."""
    return EnquiryState.OPEN if here.owner else EnquiryState.NEW


def at_rest(here: Held) -> EnquiryState:
    """Where an answered enquiry waits: for an office as long as one still has it, else for the citizen."""
    return EnquiryState.WAITING_CITIZEN if here.office_due_at is None else EnquiryState.WAITING_OFFICE


def goes_on_elsewhere(tx: Transaction, here: Held) -> int | None:
    """The number of the other active enquiry of the same thread, or None."""
    sql = "SELECT number FROM enquiry WHERE thread_id = ? AND state <> 'done' AND id <> ?"
    number = tx.value(sql, here.thread_id, here.id) if here.thread_id else None
    return None if number is None else int(number)


def brought_back(tx: Transaction, here: Held) -> dict[str, Any]:
    """Columns that put an enquiry at the front of the queue; {} for a closed one whose thread goes on elsewhere."""
    columns: dict[str, Any] = {"snoozed_until": tx.now}
    if here.state is EnquiryState.DONE:
        if goes_on_elsewhere(tx, here) is not None:
            return {}
        columns |= {"closed_at": None, "outcome": None}
    if here.state not in (EnquiryState.NEW, EnquiryState.OPEN):
        columns["state"] = taken_up(here)
    return columns


def answered(tx: Transaction, enquiry: EnquiryId, written_at: Millis, by: str) -> None:
    """An answer that did not count (failed, unclear) counts again: it is on its way, or a person knows that it arrived.

    What the citizen wrote after it still waits.
    """
    here = held(tx, enquiry)
    if here.state not in (EnquiryState.NEW, EnquiryState.OPEN):
        return
    if here.last_inbound_at is not None and here.last_inbound_at > written_at:
        if here.snoozed_until is not None:
            change(tx, here, by, "answer_counts", snoozed_until=None)
        return
    change(
        tx,
        here,
        by,
        "answer_counts",
        state=at_rest(here),
        waiting_since=None,
        answer_due_at=None,
        snoozed_until=None,
        answered_at=max(written_at, here.answered_at or written_at),
    )


def unanswered(tx: Transaction, enquiry: EnquiryId, by: str = SYSTEM) -> None:
    """An answer did not get through or was taken back: unless another one did, the citizen waits again."""
    here = held(tx, enquiry)
    columns = brought_back(tx, here)
    if columns and here.last_inbound_at is not None and here.waiting_since is None:
        if _answered_otherwise(tx, here):
            return
        columns |= {
            "waiting_since": here.last_inbound_at,
            "answer_due_at": settings.answer_due(here.last_inbound_at, settings.targets(tx).answer_minutes),
        }
    if columns:
        change(tx, here, by, "unanswered", **columns)


def _answered_otherwise(tx: Transaction, here: Held) -> bool:
    """Whether anything else that was written to the citizen since arrived or is on its way."""
    sql = (
        "SELECT 1 FROM entry e LEFT JOIN outbox o ON o.entry_id = e.id WHERE e.enquiry_id = ? AND e.kind = 'message'"
        " AND e.direction = 'out' AND e.at >= ? AND (o.state IS NULL OR o.state NOT IN ('failed', 'withdrawn'))"
    )
    return tx.value(sql, here.id, here.last_inbound_at) is not None


@dataclass(frozen=True, slots=True)
class WithOffice:
    """The pending forwarding of an enquiry whose office's word is due first."""

    due_at: Millis | None
    office: str
    name: str
    sent_at: Millis


def with_office(tx: Transaction, enquiry: EnquiryId) -> WithOffice | None:
    """Which office still has the enquiry, if any."""
    row = tx.row(
        "SELECT due_at, office_id, office_name, sent_at FROM forwarding WHERE enquiry_id = ?"
        " AND state IN ('sent', 'acknowledged') ORDER BY due_at, sent_at LIMIT 1",
        enquiry,
    )
    return None if row is None else WithOffice(*row)


def office_columns(tx: Transaction, enquiry: EnquiryId) -> dict[str, Any]:
    """The columns that say which office has the enquiry, after one of its forwardings ended."""
    still = with_office(tx, enquiry)
    if still is None:
        return {"office_due_at": None, "office_id": None, "office_name": "", "forwarded_at": None}
    return {
        "office_due_at": still.due_at,
        "office_id": still.office,
        "office_name": still.name,
        "forwarded_at": still.sent_at,
    }
