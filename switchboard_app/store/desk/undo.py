"""Taking back the last step, instead of asking «Are you sure?» before it.

What can be undone left its `before` in the journal. Refused when something else happened since, or when an answer or a
mail has left already.
"""

from __future__ import annotations

import json

from switchboard_app.model.entry import EventCode
from switchboard_app.model.errors import Refused
from switchboard_app.model.ids import EnquiryId, ForwardingId, Operator, OutboxId
from switchboard_app.model.language import tr
from switchboard_app.store.desk.forwards import withdraw_mail
from switchboard_app.store.desk.replies import withdraw
from switchboard_app.store.enquiries import change, held
from switchboard_app.store.transaction import Transaction

_STEPS = ("claim", "release", "reassign", "snooze", "done", "reopen", "merge", "reply", "forward")
_UNRESTORED = frozenset({"version"})


def undoable(tx: Transaction, enquiry: EnquiryId, by: Operator) -> str:
    """The action that `undo` would take back now, or ""."""
    step = _last_step(tx, enquiry, by)
    return "" if step is None else step[0]


def _last_step(tx: Transaction, enquiry: EnquiryId, by: Operator) -> tuple[str, dict[str, object]] | None:
    marks = ", ".join("?" * len(_STEPS))
    row = tx.row(
        f"SELECT action, detail FROM journal WHERE enquiry_id = ? AND who = ? AND action IN ({marks})"
        " ORDER BY at DESC, id DESC LIMIT 1",
        enquiry,
        by,
        *_STEPS,
    )
    if row is None:
        return None
    detail: dict[str, object] = json.loads(row[1])
    version = tx.value("SELECT version FROM enquiry WHERE id = ?", enquiry)
    return (row[0], detail) if detail.get("version") == version and "before" in detail else None


def undo(tx: Transaction, enquiry: EnquiryId, by: Operator) -> str:
    """Take back the last step of this person on this enquiry; returns which. Raises Refused."""
    step = _last_step(tx, enquiry, by)
    if step is None:
        raise Refused(tr("There is nothing to undo here."), tr("Only the last step can be undone."))
    action, detail = step
    if action == "reply":
        withdraw(tx, OutboxId(str(detail["outbox"])), by)
    if action == "forward":
        withdraw_mail(tx, ForwardingId(str(detail["forwarding"])))
    before = detail["before"]
    assert isinstance(before, dict)
    columns = {name: value for name, value in before.items() if name not in _UNRESTORED}
    here = held(tx, enquiry)
    _restore(tx, here.id, columns, by)
    return action


def _restore(tx: Transaction, enquiry: EnquiryId, columns: dict[str, object], by: Operator) -> None:
    """Write back what was before. The rules of states do not apply: this is how it was."""
    tx.change("UPDATE enquiry SET state = ? WHERE id = ?", columns.get("state", "open"), enquiry)
    here = held(tx, enquiry)
    change(tx, here, by, "undo", event=EventCode.UNDONE, **columns)  # type: ignore[arg-type]  # columns of the table
