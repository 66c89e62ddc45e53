"""Forwarding to an office, and the office's word (product.md, rule 6).

Forwarding writes the mail into the outbox in the same transaction; the mail holds the operator's summary, never the raw
thread. A forwarding ends by the office's word: taken, declined (back to the front of the queue, and the directory
learns) or answered.
"""

from __future__ import annotations

import json
from typing import Any

from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.entry import Direction, EntryKind, EventCode
from switchboard_app.model.errors import NotThere, Refused, WrongUse
from switchboard_app.model.forwarding import Forwarding, ForwardingState
from switchboard_app.model.ids import EnquiryId, ForwardingId, OfficeId, Operator
from switchboard_app.model.language import tr
from switchboard_app.store import directory, drafts, journal, outbox, settings, timeline
from switchboard_app.store.clocks import ahead, brought_back, office_columns, taken_up
from switchboard_app.store.desk.claims import owned_by_other
from switchboard_app.store.enquiries import add_entry, change, check_version, held
from switchboard_app.store.ids import new_id
from switchboard_app.store.tables import Forwarding as ForwardingTable
from switchboard_app.store.tables import Outbox
from switchboard_app.store.transaction import Transaction


def reference(number: int) -> str:
    """The tag that ends the subject of every mail about an enquiry."""
    return f"[BS-{number:06d}]"


def forward(
    tx: Transaction,
    enquiry: EnquiryId,
    office: OfficeId,
    summary: str,
    by: Operator,
    *,
    expected_version: int | None = None,
    undo_millis: int = 0,
    due_minutes: int | None = None,
) -> Forwarding:
    """Send the operator's summary to an office and watch for its word. Claims an enquiry that nobody owns.

    Raises Refused when the office takes no mail (the sentence says how to reach it), WrongUse for an empty summary.
    """
    if not summary.strip():
        raise WrongUse(tr("The summary for the office is empty."), tr("Say in a few words what it is about."))
    here = held(tx, enquiry)
    owned_by_other(here, by)
    check_version(here, expected_version)
    to = directory.one(tx, office)
    if not to.email:
        raise Refused(
            tr("{office} takes no e-mail.").format(office=to.title),
            tr("Call {phone} and note what was agreed.").format(phone=to.phone or "–"),
        )
    minutes = due_minutes if due_minutes is not None else settings.targets(tx).office_minutes
    due_at = settings.answer_due(tx.now, minutes)
    made = ForwardingId(new_id())
    tx.insert(
        ForwardingTable,
        id=made,
        enquiry_id=here.id,
        office_id=office,
        office_name=to.title,
        state=ForwardingState.SENT.value,
        reference=reference(here.number),
        summary=summary,
        sent_at=tx.now,
        due_at=due_at,
        by=by,
    )
    entry = add_entry(
        tx,
        here.id,
        EntryKind.EVENT,
        Direction.INTERNAL,
        by,
        to.title,
        event=EventCode.FORWARDED,
        detail=json.dumps({"forwarding": made, "due_at": due_at, "summary": summary}, ensure_ascii=False),
    )
    tx.insert(
        Outbox,
        id=new_id(),
        kind="mail",
        entry_id=entry,
        enquiry_id=here.id,
        forwarding_id=made,
        recipient=to.email,
        payload=json.dumps(
            {"subject": _subject(tx, here.id, here.number), "text": summary, "office": to.title}, ensure_ascii=False
        ),
        state=DeliveryState.QUEUED.value,
        not_before=tx.now + undo_millis,
        created_at=tx.now,
    )
    change(
        tx,
        here,
        by,
        "forward",
        undoable=True,
        note={"forwarding": made},
        owner=by,
        state=EnquiryState.WAITING_OFFICE,
        office_id=office,
        office_name=to.title,
        forwarded_at=tx.now,
        office_due_at=due_at,
        callback_at=ahead(here.callback_at, tx.now),
        snoozed_until=None,
        unread=0,
    )
    drafts.save(tx, by, f"forward:{enquiry}", "")
    tx.hint("outbox")
    return _forwarding(tx, here.id, made)


def _forwarding(tx: Transaction, enquiry: EnquiryId, wanted: ForwardingId) -> Forwarding:
    return next(one for one in timeline.forwardings(tx, enquiry) if one.id == wanted)


def _subject(tx: Transaction, enquiry: EnquiryId, number: int) -> str:
    """A subject that names the matter, not the person: mail subjects end up in many places."""
    tags = tx.value("SELECT tags FROM enquiry WHERE id = ?", enquiry) or ""
    topic = tags.split()[0] if tags else tr("Enquiry")
    return f"{topic} {reference(number)}"


def awaited(tx: Transaction, tag: str, email: str) -> ForwardingId | None:
    """The forwarding with this reference that the office at `email` has not ended yet."""
    found = tx.value(
        "SELECT f.id FROM forwarding f JOIN office o ON o.id = f.office_id WHERE f.reference = ? AND o.email = ?"
        " AND f.state IN ('sent', 'acknowledged') ORDER BY f.sent_at DESC LIMIT 1",
        tag,
        email,
    )
    return None if found is None else ForwardingId(found)


def office_word(
    tx: Transaction, forwarding: ForwardingId, word: ForwardingState, text: str, by: Operator
) -> EnquiryState:
    """Enter what the office said: acknowledged, declined or answered. `text` is its answer or its reason."""
    row = tx.row("SELECT enquiry_id, office_id, office_name FROM forwarding WHERE id = ?", forwarding)
    if row is None:
        raise NotThere(tr("There is no such forwarding."), tr("See them with: switchboard enquiry show NUMBER."))
    enquiry, office, name = row
    if word not in (ForwardingState.ACKNOWLEDGED, ForwardingState.DECLINED, ForwardingState.ANSWERED):
        raise WrongUse(tr("An office can take, decline or answer."), "")
    ended = None if word is ForwardingState.ACKNOWLEDGED else tx.now
    sql = "UPDATE forwarding SET state = ?, answered_at = ? WHERE id = ? AND state IN ('sent', 'acknowledged')"
    if tx.change(sql, word.value, ended, forwarding) != 1:
        raise Refused(tr("This forwarding has ended already."), tr("Forward the enquiry again if needed."))
    outbox.mail_arrived(tx, forwarding)
    here = held(tx, EnquiryId(enquiry))
    if text.strip():
        add_entry(tx, here.id, EntryKind.NOTE, Direction.INTERNAL, name, text, detail=json.dumps({"office": office}))
    event = {
        ForwardingState.ACKNOWLEDGED: EventCode.FORWARDING_TAKEN,
        ForwardingState.DECLINED: EventCode.FORWARDING_DECLINED,
        ForwardingState.ANSWERED: EventCode.FORWARDING_ANSWERED,
    }[word]
    columns: dict[str, Any] = {}
    if word is not ForwardingState.ACKNOWLEDGED:
        columns = office_columns(tx, here.id)
        if word is ForwardingState.ANSWERED and columns["office_id"] is None:
            columns = {"office_due_at": None}  # who answered stays in sight
        if here.state is not EnquiryState.DONE:
            columns |= brought_back(tx, here)  # a declined or answered one is the next thing to do
    if word is ForwardingState.DECLINED:
        directory.learn(tx, here.id, OfficeId(office))
    change(tx, here, by, event.value, event=event, event_text=name, **columns)
    return here.state


def withdraw_forwarding(tx: Transaction, forwarding: ForwardingId, by: Operator) -> EnquiryState:
    """Stop waiting for an office, for example because the matter settled itself."""
    row = tx.row("SELECT enquiry_id, office_name FROM forwarding WHERE id = ?", forwarding)
    if row is None:
        raise NotThere(tr("There is no such forwarding."), tr("See them with: switchboard enquiry show NUMBER."))
    sql = (
        "UPDATE forwarding SET state = 'withdrawn', answered_at = ? WHERE id = ? AND state IN ('sent', 'acknowledged')"
    )
    if tx.change(sql, tx.now, forwarding) != 1:
        raise Refused(tr("This forwarding has ended already."), "")
    sql = "UPDATE outbox SET state = 'withdrawn' WHERE forwarding_id = ? AND state IN ('queued', 'failed')"
    tx.change(sql, forwarding)
    return no_longer_there(tx, EnquiryId(row[0]), row[1], by)


def no_longer_there(tx: Transaction, enquiry: EnquiryId, office_name: str, by: Operator) -> EnquiryState:
    """Nobody waits for this office any more; another one may still have the enquiry."""
    outbox.settled(tx, enquiry)
    here = held(tx, enquiry)
    columns = office_columns(tx, here.id)
    still_with_one = columns["office_id"] is not None
    state = taken_up(here) if here.state is EnquiryState.WAITING_OFFICE and not still_with_one else here.state
    event = EventCode.FORWARDING_WITHDRAWN
    change(tx, here, by, "withdraw_forwarding", event=event, event_text=office_name, state=state, **columns)
    tx.hint("outbox")
    return here.state


def withdraw_mail(tx: Transaction, forwarding: ForwardingId, by: Operator) -> None:
    """Undo a forwarding whose mail has not left; raises Refused when it has."""
    sql = "UPDATE outbox SET state = 'withdrawn' WHERE forwarding_id = ? AND state IN ('queued', 'failed')"
    if tx.change(f"{sql} AND repeats = 0", forwarding) != 1:
        raise Refused(tr("The mail to the office has left already."), tr("Tell the office if it was a mistake."))
    tx.change("UPDATE forwarding SET state = 'withdrawn', answered_at = ? WHERE id = ?", tx.now, forwarding)
    journal.write(tx, by, "mail_withdrawn", object_id=forwarding)
    tx.hint("outbox")
