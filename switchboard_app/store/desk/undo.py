"""Taking back the last step, instead of asking «Are you sure?» before it.

What can be undone left its `before` in the journal. Refused when something else happened since, or when an answer or a
mail has left already.
"""

from __future__ import annotations

import json
from typing import Any

from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.entry import EventCode
from switchboard_app.model.errors import Refused
from switchboard_app.model.ids import EnquiryId, ForwardingId, Operator, OutboxId
from switchboard_app.model.language import tr
from switchboard_app.store.desk.closing import refuse_two_open
from switchboard_app.store.desk.forwards import withdraw_mail
from switchboard_app.store.desk.replies import take_back
from switchboard_app.store.enquiries import Held, change, held
from switchboard_app.store.transaction import Transaction, marks

_STEPS = ("claim", "release", "reassign", "snooze", "done", "reopen", "merge", "reply", "forward")


def undoable(tx: Transaction, enquiry: EnquiryId, by: Operator) -> str:
    """The action that `undo` would take back now, or ""."""
    step = _last_step(tx, enquiry, by)
    return "" if step is None else step[0]


def _last_step(tx: Transaction, enquiry: EnquiryId, by: Operator) -> tuple[str, dict[str, Any]] | None:
    version = tx.value("SELECT version FROM enquiry WHERE id = ?", enquiry)
    sql = (
        f"SELECT action, detail FROM journal WHERE enquiry_id = ? AND who = ? AND action IN ({marks(len(_STEPS))})"
        " ORDER BY at DESC, id DESC LIMIT 8"
    )
    for action, stored in tx.rows(sql, enquiry, by, *_STEPS):
        detail: dict[str, Any] = json.loads(stored)
        if detail.get("version") == version and "before" in detail:
            return action, detail
    return None


def undo(tx: Transaction, enquiry: EnquiryId, by: Operator) -> str:
    """Take back the last step of this person on this enquiry; returns which. Raises Refused."""
    here = held(tx, enquiry)
    step = _last_step(tx, enquiry, by)
    if step is None:
        raise Refused(tr("There is nothing to undo here."), tr("Only the last step can be undone."))
    action, detail = step
    if here.state is EnquiryState.DONE:
        refuse_two_open(tx, here)
    if action == "reply":
        take_back(tx, OutboxId(detail["outbox"]), by)
    if action == "forward":
        withdraw_mail(tx, ForwardingId(detail["forwarding"]), by)
    if action == "merge":
        merged_into = tx.value("SELECT merged_into FROM enquiry WHERE id = ?", enquiry)
        change(tx, held(tx, merged_into), by, "unmerged", event=EventCode.UNDONE, event_text=str(here.number))
    _restore(tx, here, detail["before"], by)
    return action


def _restore(tx: Transaction, here: Held, before: dict[str, Any], by: Operator) -> None:
    """Write back what was before. The rules of states do not apply: this is how it was."""
    here.state = EnquiryState(before.get("state", here.state))
    change(tx, here, by, "undo", event=EventCode.UNDONE, **before)
