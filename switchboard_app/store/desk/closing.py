"""Follow-up, done, reopened, merged: when an enquiry rests or ends (product.md, rule 1)."""

from __future__ import annotations

from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import EventCode
from switchboard_app.model.errors import Refused, WrongUse
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis, iso
from switchboard_app.store.desk.claims import owned_by_other
from switchboard_app.store.enquiries import change, check_version, find, held
from switchboard_app.store.transaction import Transaction


def snooze(
    tx: Transaction, enquiry: EnquiryId, until: Millis, by: Operator, expected_version: int | None = None
) -> EnquiryState:
    """Put the enquiry away until a moment; it comes back by itself, or when the citizen writes."""
    if until <= tx.now:
        raise WrongUse(tr("The follow-up lies in the past."), tr("Choose a later time."))
    here = held(tx, enquiry)
    owned_by_other(here, by)
    check_version(here, expected_version)
    change(
        tx,
        here,
        by,
        "snooze",
        event=EventCode.SNOOZED,
        event_text=iso(until) or "",
        undoable=True,
        state=EnquiryState.SNOOZED,
        snoozed_until=until,
        owner=by,
    )
    return here.state


def wake_due(tx: Transaction) -> int:
    """Bring back what was put away and is due; returns how many came back. Called every minute by who syncs."""
    rows = tx.rows("SELECT id FROM enquiry WHERE state = 'snoozed' AND snoozed_until <= ? ORDER BY id", tx.now)
    for (enquiry,) in rows:
        here = held(tx, enquiry)
        state = EnquiryState.OPEN if here.owner else EnquiryState.NEW
        change(tx, here, "switchboard", "woken", event=EventCode.WOKEN, state=state, callback_at=here.snoozed_until)
    return len(rows)


def done(
    tx: Transaction, enquiry: EnquiryId, outcome: Outcome, by: Operator, expected_version: int | None = None
) -> EnquiryState:
    """Close the enquiry with its outcome. Refused while an answer of it is not settled."""
    here = held(tx, enquiry)
    owned_by_other(here, by)
    check_version(here, expected_version)
    unsettled = "SELECT 1 FROM outbox WHERE enquiry_id = ? AND state IN ('uncertain', 'failed') AND kind = 'message'"
    if tx.value(unsettled, here.id) is not None:
        raise Refused(
            tr("An answer of enquiry {number} did not get through for sure.").format(number=here.number),
            tr("Decide about it first: was sent, send again, or drop."),
        )
    change(
        tx,
        here,
        by,
        "done",
        event=EventCode.DONE,
        event_text=outcome.value,
        undoable=True,
        state=EnquiryState.DONE,
        outcome=outcome.value,
        closed_at=tx.now,
        unread=0,
        snoozed_until=None,
        callback_at=None,
        owner=here.owner or by,
    )
    return here.state


def reopen(tx: Transaction, enquiry: EnquiryId, by: Operator, expected_version: int | None = None) -> EnquiryState:
    """Take up a closed enquiry again; refused when its thread has a newer active one."""
    here = held(tx, enquiry)
    check_version(here, expected_version)
    if here.state is not EnquiryState.DONE:
        raise Refused(tr("Enquiry {number} is not closed.").format(number=here.number), "")
    newer = tx.value("SELECT number FROM enquiry WHERE thread_id = ? AND state <> 'done'", here.thread_id)
    if newer is not None:
        raise Refused(
            tr("This conversation goes on in enquiry {number}.").format(number=newer), tr("Open that one instead.")
        )
    change(
        tx,
        here,
        by,
        "reopen",
        event=EventCode.REOPENED,
        undoable=True,
        state=EnquiryState.OPEN,
        outcome=None,
        closed_at=None,
        owner=by,
    )
    return here.state


def merge(tx: Transaction, enquiry: EnquiryId, other: int, by: Operator) -> EnquiryState:
    """Close this enquiry because `other` is about the same matter; both keep their history and point at each other."""
    here, target = held(tx, enquiry), held(tx, find(tx, other))
    if here.id == target.id:
        raise WrongUse(tr("An enquiry cannot be merged with itself."), tr("Name the other one."))
    owned_by_other(here, by)
    if target.state is EnquiryState.DONE:
        raise Refused(tr("Enquiry {number} is done.").format(number=target.number), tr("Reopen it first."))
    change(
        tx,
        here,
        by,
        "merge",
        event=EventCode.MERGED,
        event_text=str(target.number),
        undoable=True,
        state=EnquiryState.DONE,
        outcome=Outcome.MERGED.value,
        closed_at=tx.now,
        merged_into=target.id,
        unread=0,
        owner=here.owner or by,
    )
    change(tx, target, by, "merged_in", event=EventCode.MERGED, event_text=str(here.number))
    return here.state
