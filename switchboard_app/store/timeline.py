"""One enquiry as the conversation view shows it: its head, its timeline, its forwardings and deliveries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from switchboard_app.model.channel import CAPABILITIES, Channel
from switchboard_app.model.delivery import Delivery, DeliveryState, Failure, FailureKind
from switchboard_app.model.enquiry import DueReason, Enquiry, EnquiryState, Outcome
from switchboard_app.model.entry import Attachment, AttachmentState, Direction, Entry, EntryKind, EventCode
from switchboard_app.model.errors import NotThere
from switchboard_app.model.forwarding import Forwarding, ForwardingState
from switchboard_app.model.ids import (
    AccountId,
    AttachmentId,
    EnquiryId,
    EntryId,
    ForwardingId,
    OfficeId,
    Operator,
    OutboxId,
    PersonId,
    ThreadId,
)
from switchboard_app.model.language import tr
from switchboard_app.store import gaps, versions
from switchboard_app.store.abilities import abilities_of
from switchboard_app.store.gaps import Gap
from switchboard_app.store.outbox_rows import sightings
from switchboard_app.store.transaction import Row, Transaction, marks

PAGE = 100

_ENQUIRY = (
    "q.id, q.number, q.state, q.owner, q.due_at, q.due_reason, q.channel, q.account_id, COALESCE(a.name, ''),"
    " q.thread_id, q.person_id, q.person_name, q.subject, q.language, q.priority, q.office_id, q.tags, q.version,"
    " q.opened_at, q.last_at, q.closed_at, q.outcome, q.snoozed_until, q.last_inbound_at, q.window_until,"
    " q.extended_until, q.unread"
)
_ENTRY = "id, kind, direction, author, text, at, platform_id, event, elsewhere, deleted, edited, late, detail, place"
_OUTBOX = (
    "id, state, attempts, not_before, sent_at, failure_kind, failure_certain, failure_text, entry_id, enquiry_id,"
    " forwarding_id, attempt_at, reads, read_at, seen, asked_at, repeats"
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything about one enquiry. `more` says that older entries of the enquiry exist; `gaps` where messages of the
    conversation may be missing that the platform no longer gives."""

    enquiry: Enquiry
    entries: tuple[Entry, ...]
    forwardings: tuple[Forwarding, ...]
    more: bool = False
    thread_link: str = ""
    gaps: tuple[Gap, ...] = ()


def enquiry(tx: Transaction, wanted: EnquiryId) -> Enquiry:
    """The head of one enquiry; raises NotThere."""
    row = tx.row(f"SELECT {_ENQUIRY} FROM enquiry q LEFT JOIN account a ON a.id = q.account_id WHERE q.id = ?", wanted)
    if row is None:
        raise NotThere(tr("This enquiry does not exist any more."), tr("Refresh the list."))
    head = _as_enquiry(row)
    limit = abilities_of(tx, head.channel, head.account, head.thread).text_limit
    return head if limit == CAPABILITIES[head.channel].text_limit else replace(head, text_limit=limit)


def _as_enquiry(row: Row) -> Enquiry:
    return Enquiry(
        id=EnquiryId(row[0]),
        number=row[1],
        state=EnquiryState(row[2]),
        owner=_maybe(Operator, row[3]),
        due_at=row[4],
        due_reason=_maybe(DueReason, row[5]),
        channel=Channel(row[6]),
        account=_maybe(AccountId, row[7]),
        account_name=row[8],
        thread=_maybe(ThreadId, row[9]),
        person=_maybe(PersonId, row[10]),
        person_name=row[11],
        subject=row[12],
        language=row[13],
        priority=row[14],
        office=_maybe(OfficeId, row[15]),
        tags=tuple(row[16].split()),
        version=row[17],
        opened_at=row[18],
        last_at=row[19],
        closed_at=row[20],
        outcome=_maybe(Outcome, row[21]),
        # kept after it came back, so that it stays at the front; then nobody is to read it as a date to come
        snoozed_until=row[22] if row[2] == EnquiryState.SNOOZED else None,
        last_inbound_at=row[23],
        window_until=row[24],
        extended_until=row[25],
        unread=row[26],
    )


def _maybe(kind: Any, value: Any) -> Any:
    return None if value is None else kind(value)


def conversation(tx: Transaction, wanted: EnquiryId, limit: int = PAGE) -> Conversation:
    """The enquiry with its newest `limit` entries, oldest first; raises NotThere."""
    head = enquiry(tx, wanted)
    rows = tx.rows(f"SELECT {_ENTRY} FROM entry WHERE enquiry_id = ? ORDER BY place DESC LIMIT ?", wanted, limit + 1)
    link = ""
    missing: tuple[Gap, ...] = ()
    if head.thread and head.account:
        link = tx.value("SELECT link FROM thread WHERE id = ?", head.thread) or ""
        missing = gaps.around(tx, head.account, head.thread, tx.now)
    shown = entries(tx, rows[:limit][::-1])
    return Conversation(head, shown, forwardings(tx, wanted), len(rows) > limit, link, missing)


def entries(tx: Transaction, rows: list[Row]) -> tuple[Entry, ...]:
    """Rows of `_ENTRY` with their attachments and deliveries."""
    if not rows:
        return ()
    keys = [row[0] for row in rows]
    files: dict[str, list[Attachment]] = {}
    for entry_id, *rest in tx.rows(
        "SELECT entry_id, id, name, mime, size, state, reason FROM attachment"
        f" WHERE entry_id IN ({marks(len(keys))}) ORDER BY position",
        *keys,
    ):
        made = Attachment(AttachmentId(rest[0]), rest[1], rest[2], rest[3], AttachmentState(rest[4]), rest[5])
        files.setdefault(entry_id, []).append(made)
    sent = {
        row[8]: as_delivery(row)
        for row in tx.rows(f"SELECT {_OUTBOX} FROM outbox WHERE entry_id IN ({marks(len(keys))})", *keys)
    }
    changed = versions.of(tx, [row[0] for row in rows if row[9] or row[10]])
    reactions = versions.reactions_to(tx, [row[0] for row in rows if row[6]])
    return tuple(
        Entry(
            id=EntryId(row[0]),
            kind=EntryKind(row[1]),
            direction=Direction(row[2]),
            author=row[3],
            text=row[4],
            at=row[5],
            attachments=tuple(files.get(row[0], ())),
            platform_id=row[6] or "",
            delivery=sent.get(row[0]),
            event=_maybe(EventCode, row[7]),
            elsewhere=bool(row[8]),
            deleted=bool(row[9]),
            edited=bool(row[10]),
            late=bool(row[11]),
            versions=changed.get(row[0], ()),
            reactions=reactions.get(row[0], ()),
            detail=row[12],
        )
        for row in rows
    )


def as_delivery(row: Row) -> Delivery:
    """One row of `_OUTBOX` as people see it."""
    failure = None
    if row[5] is not None:
        failure = Failure(FailureKind(row[5]), bool(row[6]), row[7])
    return Delivery(
        id=OutboxId(row[0]),
        state=DeliveryState(row[1]),
        attempts=row[2],
        not_before=row[3],
        sent_at=row[4],
        failure=failure,
        entry=EntryId(row[8]),
        enquiry=EnquiryId(row[9]),
        tried_at=row[11],
        reads=row[12],
        read_at=row[13],
        seen=sightings(row[14]),
        asked_at=row[15],
        repeats=row[16],
    )


def delivery(tx: Transaction, wanted: OutboxId) -> Delivery:
    """One delivery; raises NotThere."""
    row = tx.row(f"SELECT {_OUTBOX} FROM outbox WHERE id = ?", wanted)
    if row is None:
        raise NotThere(tr("There is no such delivery."), "")
    return as_delivery(row)


def forwardings(tx: Transaction, wanted: EnquiryId) -> tuple[Forwarding, ...]:
    """The enquiry's forwardings, oldest first."""
    mails = {
        row[10]: as_delivery(row)
        for row in tx.rows(f"SELECT {_OUTBOX} FROM outbox WHERE enquiry_id = ? AND kind = 'mail'", wanted)
    }
    return tuple(
        Forwarding(
            id=ForwardingId(row[0]),
            office=OfficeId(row[1]),
            office_name=row[2],
            state=ForwardingState(row[3]),
            reference=row[4],
            summary=row[5],
            sent_at=row[6],
            due_at=row[7],
            answered_at=row[8],
            reminded=row[9],
            delivery=mails.get(row[0]),
            by=row[10],
        )
        for row in tx.rows(
            "SELECT id, office_id, office_name, state, reference, summary, sent_at, due_at, answered_at, reminded, by"
            " FROM forwarding WHERE enquiry_id = ? ORDER BY sent_at, id",
            wanted,
        )
    )


def earlier_entries(tx: Transaction, thread: ThreadId, before: EnquiryId, limit: int = PAGE) -> tuple[Entry, ...]:
    """Messages of the same thread that belong to earlier enquiries, oldest first."""
    rows = tx.rows(
        f"SELECT {_ENTRY} FROM entry WHERE kind = 'message'"
        " AND enquiry_id IN (SELECT id FROM enquiry WHERE thread_id = ? AND id <> ?)"
        " AND place < (SELECT COALESCE(MIN(place), 0) FROM entry WHERE enquiry_id = ?) ORDER BY place DESC LIMIT ?",
        thread,
        before,
        before,
        limit,
    )
    return entries(tx, rows[::-1])


def similar(tx: Transaction, wanted: EnquiryId, places: list[int], limit: int = 3) -> list[tuple[int, str, Any]]:
    """Active enquiries among the entries at `places`, other than `wanted`: (number, excerpt, last_at)."""
    if not places:
        return []
    return [
        (row[0], row[1], row[2])
        for row in tx.rows(
            "SELECT DISTINCT q.number, q.excerpt, q.last_at FROM entry e JOIN enquiry q ON q.id = e.enquiry_id"
            f" WHERE e.place IN ({marks(len(places))}) AND q.id <> ? AND q.state <> 'done'"
            " ORDER BY q.last_at DESC LIMIT ?",
            *places,
            wanted,
            limit,
        )
    ]
