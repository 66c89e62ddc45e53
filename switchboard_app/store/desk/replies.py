"""Answers and internal notes, and what people decide about answers that did not get through.

An answer is stored and queued in one transaction under an id that the window made, so a double click is one reply.
Whether it goes out is the sender's business.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from switchboard_app.model import sending
from switchboard_app.model.attaching import Candidate, first_objection
from switchboard_app.model.channel import Capabilities, Channel, length_of
from switchboard_app.model.delivery import Delivery, DeliveryState
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import Direction, EntryKind, EventCode
from switchboard_app.model.errors import NotThere, Refused, WrongUse
from switchboard_app.model.ids import EnquiryId, EntryId, ForwardingId, Operator, OutboxId
from switchboard_app.model.language import tr
from switchboard_app.model.length import Counting, mentions
from switchboard_app.model.sending import Decision, Duty
from switchboard_app.model.times import Millis, when
from switchboard_app.store import attachments, clocks, drafts, journal, outbox, outbox_rows, search, timeline
from switchboard_app.store.abilities import abilities_of, addressees
from switchboard_app.store.desk.claims import not_done, owned_by_other
from switchboard_app.store.desk.forwards import no_longer_there, withdraw_forwarding, withdraw_mail
from switchboard_app.store.enquiries import Held, add_entry, change, check_version, held
from switchboard_app.store.ids import new_id
from switchboard_app.store.tables import Outbox
from switchboard_app.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class File:
    """A file that a person attached."""

    name: str
    content: bytes


def reply(
    tx: Transaction,
    enquiry: EnquiryId,
    text: str,
    by: Operator,
    *,
    reply_id: OutboxId | None = None,
    files: Sequence[File] = (),
    expected_version: int | None = None,
    undo_millis: int = 0,
    outcome: Outcome | None = None,
) -> Delivery:
    """Queue an answer through the channel the citizen used. Claims an enquiry that nobody owns.

    `text` goes out byte for byte. `undo_millis` holds it back so that it can be withdrawn. With `outcome` the enquiry
    is closed in the same step. Repeating a `reply_id` changes nothing and returns the first delivery. Raises Refused
    (owner, state, window, length, channel), Stale, WrongUse.
    """
    if reply_id is not None and tx.value("SELECT 1 FROM outbox WHERE id = ?", reply_id) is not None:
        return timeline.delivery(tx, reply_id)
    here = held(tx, enquiry)
    owned_by_other(here, by)
    check_version(here, expected_version)
    _may_answer(tx, here, text, files)
    thread = tx.row("SELECT recipient, platform_id FROM thread WHERE id = ?", here.thread_id)
    assert thread is not None
    entry = add_entry(
        tx, here.id, EntryKind.MESSAGE, Direction.OUT, by, text, thread=here.thread_id, account=here.account_id
    )
    for position, file in enumerate(files):
        mime = attachments.kind_of(file.content)
        attachments.add_outgoing(tx, entry, position, file.name, mime, file.content)
    made = reply_id or OutboxId(new_id())
    tx.insert(
        Outbox,
        id=made,
        kind="message",
        entry_id=entry,
        enquiry_id=here.id,
        account_id=here.account_id,
        thread_id=here.thread_id,
        recipient=thread[0],
        payload=json.dumps({}),
        state=DeliveryState.QUEUED.value,
        not_before=tx.now + undo_millis,
        created_at=outbox_rows.after_all(tx, here.thread_id),
    )
    _answered(tx, here, by, made, outcome)
    drafts.save(tx, by, f"reply:{enquiry}", "")
    drafts.forget_files(tx, by, f"reply:{enquiry}")
    tx.hint("outbox")
    return timeline.delivery(tx, made)


def _answered(tx: Transaction, here: Held, by: Operator, made: OutboxId, outcome: Outcome | None) -> None:
    """Where an enquiry goes when it was answered: done, or waiting for the citizen unless an office still has it."""
    state = clocks.at_rest(here)
    columns: dict[str, object] = {"state": state}
    if outcome is not None:
        columns = {"state": EnquiryState.DONE, "outcome": outcome.value, "closed_at": tx.now}
    change(
        tx,
        here,
        by,
        "reply",
        event=EventCode.DONE if outcome is not None else None,
        event_text=outcome.value if outcome is not None else "",
        undoable=True,
        note={"outbox": made},
        owner=by,
        unread=0,
        waiting_since=None,
        answer_due_at=None,
        answered_at=tx.now,
        snoozed_until=None,
        callback_at=None if outcome is not None else clocks.ahead(here.callback_at, tx.now),
        **columns,
    )


def _may_answer(tx: Transaction, here: Held, text: str, files: Sequence[File]) -> None:
    now = tx.now
    abilities = abilities_of(tx, here.channel, here.account_id, here.thread_id)
    if here.channel is Channel.PHONE or here.thread_id is None:
        raise Refused(
            tr("Enquiry {number} came by telephone; there is nobody to write to.").format(number=here.number),
            tr("Call back, then note what was said."),
        )
    not_done(here)
    if not text.strip() and not files:
        raise WrongUse(tr("The answer is empty."), tr("Write something first."))
    length = length_of(text, abilities)
    if abilities.text_limit and length > abilities.text_limit:
        words = tr("The answer has {n} characters; this channel takes {limit}.")
        if abilities.counting is Counting.BYTES:
            words = tr("The answer has {n} characters; this channel takes {limit}, and ä, é and emoji count more.")
        raise Refused(words.format(n=length, limit=abilities.text_limit), tr("Shorten it or send it in two parts."))
    if abilities.names_first and here.account_id is not None:
        _names_nobody_else(text, addressees(tx, here.channel, here.account_id, here.thread_id))
    if here.extended_until is not None and now > here.extended_until:
        raise Refused(
            tr("The reply window closed on {time}; the platform takes no answer any more.").format(
                time=when(here.extended_until, now)
            ),
            tr("Reach the person by another channel, or wait until they write again."),
        )
    _may_attach(abilities, files)


def _names_nobody_else(text: str, handles: Sequence[str]) -> None:
    """Whoever a private mention names receives it, and sees whom it is for."""
    known = {one.lower() for one in handles}  # a name without its server is somebody else, on our own
    for named in mentions(text):
        if handles and named.lower() not in known:
            raise Refused(
                tr("The answer names @{name}, who would receive it too.").format(name=named),
                tr("Write the name without the @."),
            )


def _may_attach(abilities: Capabilities, files: Sequence[File]) -> None:
    candidates = [Candidate(file.name, attachments.kind_of(file.content), len(file.content)) for file in files]
    why = first_objection(abilities, candidates)
    if why is not None:
        raise Refused(why.words, why.next_step)


def note(tx: Transaction, enquiry: EnquiryId, text: str, by: Operator) -> EntryId:
    """Add an internal note: for colleagues, never sent. Does not count as an answer."""
    if not text.strip():
        raise WrongUse(tr("The note is empty."), tr("Write something first."))
    here = held(tx, enquiry)
    entry = add_entry(tx, here.id, EntryKind.NOTE, Direction.INTERNAL, by, text)
    journal.write(tx, by, "note", here.id, entry)
    drafts.save(tx, by, f"note:{enquiry}", "")
    return entry


def withdraw(tx: Transaction, delivery: OutboxId, by: Operator) -> str:
    """Take back an answer (or a mail to an office) that has not left, and give its text back.

    The text of an answer returns as the draft with its files, before whatever was begun since; the citizen waits again.
    Raises Refused when it is being sent or was sent.
    """
    row = tx.row(
        "SELECT f.id, f.enquiry_id, f.summary, f.office_name FROM outbox o JOIN forwarding f ON f.id = o.forwarding_id"
        " WHERE o.id = ?",
        delivery,
    )
    if row is not None:
        withdraw_mail(tx, ForwardingId(row[0]), by)
        no_longer_there(tx, EnquiryId(row[1]), row[3], by)
        return str(row[2])
    enquiry, text = take_back(tx, delivery, by)
    clocks.unanswered(tx, enquiry, by)
    return text


def take_back(tx: Transaction, delivery: OutboxId, by: Operator) -> tuple[EnquiryId, str]:
    """Withdraw an answer without touching the enquiry's clocks; gives back the enquiry and the text."""
    row = tx.row(
        "SELECT o.enquiry_id, o.entry_id, e.text FROM outbox o JOIN entry e ON e.id = o.entry_id"
        " WHERE o.id = ? AND o.kind = 'message'",
        delivery,
    )
    if row is None:
        raise NotThere(tr("There is no such delivery."), "")
    enquiry, entry, text = row
    sql = "UPDATE outbox SET state = 'withdrawn' WHERE id = ? AND state IN ('queued', 'failed')"
    if tx.change(sql, delivery) != 1:
        raise Refused(
            tr("It is too late: the answer is on its way."), tr("Write a correction to the citizen if needed.")
        )
    drafts.take_back_files(tx, by, f"reply:{enquiry}", EntryId(entry))
    _forget_entry(tx, entry)
    journal.write(tx, by, "withdraw", enquiry, delivery)
    begun = drafts.load(tx, by, f"reply:{enquiry}")
    drafts.save(tx, by, f"reply:{enquiry}", f"{text}\n\n{begun}" if begun and begun != text else text)
    outbox.settled(tx, enquiry)
    tx.hint("outbox")
    return EnquiryId(enquiry), str(text)


def _forget_entry(tx: Transaction, entry: str) -> None:
    """Remove an answer that never left from timeline and search; the journal keeps that it was withdrawn."""
    search.forget_entry(tx, tx.value("SELECT place FROM entry WHERE id = ?", entry))
    tx.change("DELETE FROM attachment WHERE entry_id = ?", entry)
    tx.change("DELETE FROM entry WHERE id = ?", entry)


def decide(tx: Transaction, delivery: OutboxId, decision: Decision, by: Operator) -> DeliveryState:
    """Settle an uncertain or failed send as a person says; raises Refused when it is settled already.

    WAS_SENT and SEND_AGAIN make it count as the answer, DROP means that the citizen still waits (or that no office has
    the matter).
    """
    before = outbox_rows.load(tx, delivery)
    if before is None:
        raise NotThere(tr("There is no such delivery."), "")
    if not sending.decidable(before):
        raise Refused(tr("This delivery is settled already."), tr("Refresh the conversation."))
    if decision is Decision.DROP and before.state is DeliveryState.FAILED and before.kind != sending.MAIL:
        withdraw(tx, delivery, by)
        return DeliveryState.WITHDRAWN
    step = sending.decided(before, decision, tx.now)
    if step is None:
        raise Refused(tr("The platform said that it did not take this answer."), tr("Send it again or drop it."))
    if not outbox_rows.write(tx, delivery, before, step.send):
        raise Refused(tr("This delivery is settled already."), tr("Refresh the conversation."))
    row = tx.row("SELECT enquiry_id, forwarding_id, created_at FROM outbox WHERE id = ?", delivery)
    assert row is not None
    enquiry = EnquiryId(row[0])
    journal.write(tx, by, f"delivery_{decision.value}", enquiry, delivery)
    outbox.settled(tx, enquiry)
    for duty in step.duties:
        if duty is Duty.ANSWERED:
            clocks.answered(tx, enquiry, Millis(row[2]), by)
        elif duty is Duty.WAITS:
            clocks.unanswered(tx, enquiry, by)
        elif duty is Duty.UNSENT:
            withdraw_forwarding(tx, ForwardingId(row[1]), by)
    tx.hint("outbox")
    return step.send.state
