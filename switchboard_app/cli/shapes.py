"""The JSON that scripts read: names are a contract (docs/command-line.md); new keys may be added, these stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from switchboard_app.model.account import Account
from switchboard_app.model.delivery import Delivery
from switchboard_app.model.enquiry import Enquiry, QueueRow
from switchboard_app.model.entry import Attachment, Entry, EntryKind
from switchboard_app.model.forwarding import Forwarding
from switchboard_app.model.people import Person
from switchboard_app.model.proof import Proof
from switchboard_app.model.times import iso
from switchboard_app.store.gaps import Gap
from switchboard_app.store.health import Change
from switchboard_app.store.timeline import Conversation

if TYPE_CHECKING:
    from switchboard_app.sync.engine import Report  # only verbs that ask a platform load the network


def row(one: QueueRow, accounts: Mapping[str, str]) -> dict[str, Any]:
    """A row of the queue."""
    return {
        "number": one.number,
        "state": one.state.value,
        "owner": one.owner,
        "due_at": iso(one.due_at),
        "due_reason": None if one.due_reason is None else one.due_reason.value,
        "channel": one.channel.value,
        "account": accounts.get(one.account) if one.account else None,
        "person": {"id": one.person, "name": one.person_name},
        "office": one.office,
        "excerpt": one.excerpt,
        "last_at": iso(one.last_at),
        "unread": one.unread,
        "tags": list(one.tags),
    }


def delivery(one: Delivery | None) -> dict[str, Any] | None:
    """What became of something that was to be sent."""
    if one is None:
        return None
    failure = None
    if one.failure is not None:
        failure = {"kind": one.failure.kind.value, "certain": one.failure.certain, "text": one.failure.text}
    return {
        "id": one.id,
        "state": one.state.value,
        "attempts": one.attempts,
        "sent_at": iso(one.sent_at),
        "failure": failure,
        "asked_at": iso(one.asked_at),
        "repeats": one.repeats,
        "read_back": {
            "times": one.reads,
            "at": iso(one.read_at),
            "seen": [{"at": iso(seen.at), "text": seen.text} for seen in one.seen],
        },
    }


def attachment(one: Attachment) -> dict[str, Any]:
    """A file of a message."""
    return {
        "id": one.id,
        "name": one.name,
        "mime": one.mime,
        "size": one.size,
        "state": one.state.value,
        "reason": one.reason,
    }


def entry(one: Entry) -> dict[str, Any]:
    """A line of the timeline."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "direction": one.direction.value,
        "author": one.author,
        "text": one.text,
        "attachments": [attachment(file) for file in one.attachments],
        "at": iso(one.at),
        "platform_id": one.platform_id or None,
        "delivery": delivery(one.delivery) if one.kind is EntryKind.MESSAGE else None,
        "event": None if one.event is None else one.event.value,
        "elsewhere": one.elsewhere,
        "late": one.late,
        "deleted": one.deleted,
        "edited": one.edited,
        "versions": [
            {"change": v.change.value, "text": v.text, "at": iso(v.at), "seen_at": iso(v.seen_at)} for v in one.versions
        ],
        "reactions": [{"emoji": r.emoji, "ours": r.ours, "at": iso(r.at)} for r in one.reactions],
    }


def forwarding(one: Forwarding) -> dict[str, Any]:
    """A forwarding of an enquiry."""
    return {
        "id": one.id,
        "office": one.office,
        "office_name": one.office_name,
        "state": one.state.value,
        "reference": one.reference,
        "summary": one.summary,
        "sent_at": iso(one.sent_at),
        "due_at": iso(one.due_at),
        "reminded": one.reminded,
        "answered_at": iso(one.answered_at),
        "delivery": delivery(one.delivery),
    }


def person(one: Person | None, name: str) -> dict[str, Any]:
    """A citizen; anonymous ones have a name to show and no id."""
    if one is None:
        return {"id": None, "name": name, "identities": []}
    return {
        "id": one.id,
        "name": one.name or name,
        "identities": [{"kind": i.kind.value, "value": i.value, "label": i.label} for i in one.identities],
    }


def step(one: Enquiry) -> dict[str, Any]:
    """The state of an enquiry after a verb."""
    return {
        "number": one.number,
        "state": one.state.value,
        "owner": one.owner,
        "due_at": iso(one.due_at),
        "due_reason": None if one.due_reason is None else one.due_reason.value,
        "version": one.version,
    }


def enquiry(one: Conversation, who: Person | None) -> dict[str, Any]:
    """Everything about an enquiry."""
    head = one.enquiry
    return {
        **step(head),
        "channel": head.channel.value,
        "account": head.account_name or None,
        "person": person(who, head.person_name),
        "office": head.office,
        "priority": head.priority,
        "tags": list(head.tags),
        "language": head.language,
        "opened_at": iso(head.opened_at),
        "closed_at": iso(head.closed_at),
        "outcome": None if head.outcome is None else head.outcome.value,
        "snoozed_until": iso(head.snoozed_until),
        "window_until": iso(head.window_until),
        "extended_until": iso(head.extended_until),
        "entries": [entry(line) for line in one.entries],
        "gaps": [{"from": iso(gap.from_at or None), "to": iso(gap.to_at), "missing": gap.missing} for gap in one.gaps],
        "forwardings": [forwarding(line) for line in one.forwardings],
    }


def account(one: Account, besides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A connected account and how it is; `besides` are members that only some verbs give."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "name": one.name,
        "health": one.health.value,
        "reason": one.reason,
        "next_step": one.next_step,
        "platform_user": one.platform_user or None,
        "last_ok_at": iso(one.last_ok_at),
        "next_poll_at": iso(one.next_poll_at),
        "since": iso(one.health_since) if one.health_since else None,
        **(besides or {}),
    }


def change(one: Change) -> dict[str, Any]:
    """How an account was from a moment on."""
    return {"at": iso(one.at), "health": one.health.value}


def proof(one: Proof | None) -> dict[str, Any] | None:
    """What a comparison with the platform came to."""
    if one is None:
        return None
    return {
        "at": iso(one.at),
        "listed": one.listed,
        "stored": one.stored,
        "missing": one.missing,
        "since": iso(one.since),
        "complete": one.complete,
    }


def gap(one: Gap) -> dict[str, Any]:
    """A stretch of time in which messages may be missing."""
    return {"from": iso(one.from_at) if one.from_at else None, "to": iso(one.to_at), "missing": one.missing or None}


def report(one: Report) -> dict[str, Any]:
    """What ``sync --once`` did for an account."""
    return {
        "name": one.name,
        "fetched": one.fetched,
        "new": one.new,
        "sent": one.sent,
        "uncertain": one.uncertain,
        "failed": one.failed,
        "health": one.health.value,
        "reason": one.reason,
        "next_step": one.next_step,
        "next_poll_at": iso(one.next_poll_at),
    }
