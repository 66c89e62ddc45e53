"""Follow-up, done, reopened, merged: when an enquiry rests or ends (product.md, rule 1)."""

from __future__ import annotations

from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import EventCode
from switchboard_app.model.errors import Refused, WrongUse
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis, iso
from switchboard_app.store.clocks import SYSTEM, ahead, goes_on_elsewhere, taken_up
from switchboard_app.store.desk.claims import not_done, owned_by_other
from switchboard_app.store.enquiries import Held, change, check_version, due_columns, find, held
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
        callback_at=ahead(here.callback_at, tx.now),
        owner=by,
    )
    return here.state


def wake_due(tx: Transaction) -> int:
    """Bring back what was put away and is due; returns how many came back. Called every minute by who syncs.

    What is due because a reply window closed in the meantime is sorted by what comes next.
    """
    rows = tx.rows("SELECT id FROM enquiry WHERE state = 'snoozed' AND snoozed_until <= ? ORDER BY id", tx.now)
    for (enquiry,) in rows:
        here = held(tx, enquiry)
        change(tx, here, SYSTEM, "woken", event=EventCode.WOKEN, state=taken_up(here))
    _closed_windows(tx)
    return len(rows)


def _closed_windows(tx: Transaction) -> None:
    """Sort by the next clock what was sorted by a window that is closed now; not a change that anybody made."""
    sql = "SELECT id FROM enquiry WHERE state <> 'done' AND sort_at <= ? AND due_reason = 'window' ORDER BY id"
    for (enquiry,) in tx.rows(sql, tx.now):
        columns = due_columns(held(tx, enquiry), tx.now)
        assignments = ", ".join(f"{name} = ?" for name in columns)
        tx.change(f"UPDATE enquiry SET {assignments} WHERE id = ?", *columns.values(), enquiry)
        tx.hint("queue")
        tx.hint(f"enquiry:{enquiry}")


def done(
    tx: Transaction, enquiry: EnquiryId, outcome: Outcome, by: Operator, expected_version: int | None = None
) -> EnquiryState:
    """Close the enquiry with its outcome; doing so twice changes nothing. Refused while an answer is not settled."""
    here = held(tx, enquiry)
    if here.state is EnquiryState.DONE and here.outcome == outcome.value:
        return here.state
    owned_by_other(here, by)
    check_version(here, expected_version)
    not_done(here)
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
    refuse_two_open(tx, here)
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
        merged_into=None,
        owner=by,
    )
    return here.state


def refuse_two_open(tx: Transaction, here: Held) -> None:
    """Raise Refused when the thread of a closed enquiry has another active one: a citizen has one concern at a time."""
    other = goes_on_elsewhere(tx, here)
    if other is not None:
        raise Refused(
            tr("This conversation goes on in enquiry {number}.").format(number=other), tr("Open that one instead.")
        )


def merge(tx: Transaction, enquiry: EnquiryId, other: int, by: Operator) -> EnquiryState:
    """Close this enquiry because `other` is about the same matter; both keep their history and point at each other."""
    named = find(tx, other)
    if enquiry == named:
        raise WrongUse(tr("An enquiry cannot be merged with itself."), tr("Name the other one."))
    # always in the same order, so that two people who merge the same two cannot wait for each other
    both = {one: held(tx, one) for one in sorted((enquiry, named))}
    here, target = both[enquiry], both[named]
    owned_by_other(here, by)
    not_done(here)
    not_done(target)
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
        snoozed_until=None,
        callback_at=None,
        owner=here.owner or by,
    )
    change(tx, target, by, "merged_in", event=EventCode.MERGED, event_text=str(here.number))
    return here.state
