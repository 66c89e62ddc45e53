"""The enquiry: its states, who may go where, and what the queue shows of it (product.md, rules of the domain 1–3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import AccountId, EnquiryId, OfficeId, Operator, PersonId, ThreadId
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis


class EnquiryState(StrEnum):
    """An enquiry is in exactly one of these."""

    NEW = "new"
    OPEN = "open"
    WAITING_OFFICE = "waiting_office"
    WAITING_CITIZEN = "waiting_citizen"
    SNOOZED = "snoozed"
    DONE = "done"


ACTIVE = (
    EnquiryState.NEW,
    EnquiryState.OPEN,
    EnquiryState.WAITING_OFFICE,
    EnquiryState.WAITING_CITIZEN,
    EnquiryState.SNOOZED,
)

TRANSITIONS: dict[EnquiryState, frozenset[EnquiryState]] = {
    EnquiryState.NEW: frozenset(EnquiryState) - {EnquiryState.NEW},
    EnquiryState.OPEN: frozenset(EnquiryState),
    EnquiryState.WAITING_OFFICE: frozenset(EnquiryState),
    EnquiryState.WAITING_CITIZEN: frozenset(EnquiryState),
    EnquiryState.SNOOZED: frozenset(EnquiryState),
    EnquiryState.DONE: frozenset({EnquiryState.OPEN, EnquiryState.NEW}),
}
"""Where an enquiry may go from where it is; back to `new` by releasing, or when it comes back and nobody owns it."""


def state_name(state: EnquiryState) -> str:
    """The state in words."""
    match state:
        case EnquiryState.NEW:
            return tr("New")
        case EnquiryState.OPEN:
            return tr("In progress")
        case EnquiryState.WAITING_OFFICE:
            return tr("Waiting for office")
        case EnquiryState.WAITING_CITIZEN:
            return tr("Waiting for citizen")
        case EnquiryState.SNOOZED:
            return tr("Follow-up")
        case EnquiryState.DONE:
            return tr("Done")
        case _:
            assert_never(state)


class DueReason(StrEnum):
    """Why someone must act by the due time."""

    WINDOW = "window"
    """The platform's reply window closes."""
    FIRST_ANSWER = "first_answer"
    ANSWER = "answer"
    """The citizen wrote again and waits."""
    OFFICE = "office"
    FOLLOW_UP = "follow_up"
    CALLBACK = "callback"


class Outcome(StrEnum):
    """How an enquiry ended; mandatory on closing (pilot evaluation, peers.md section 5)."""

    ANSWERED = "answered"
    FORWARDED_SETTLED = "forwarded_settled"
    FORWARDED_SILENT = "forwarded_silent"
    REFERRED = "referred"
    CHANNEL_CHANGE = "channel_change"
    NO_CONCERN = "no_concern"
    SPAM = "spam"
    UNREACHABLE = "unreachable"
    MERGED = "merged"


def outcome_name(outcome: Outcome) -> str:
    """The outcome in words."""
    match outcome:
        case Outcome.ANSWERED:
            return tr("Answered directly")
        case Outcome.FORWARDED_SETTLED:
            return tr("Forwarded and settled")
        case Outcome.FORWARDED_SILENT:
            return tr("Forwarded, closed without an answer")
        case Outcome.REFERRED:
            return tr("Referred to another body")
        case Outcome.CHANNEL_CHANGE:
            return tr("Moved to another channel")
        case Outcome.NO_CONCERN:
            return tr("No concern (praise, comment)")
        case Outcome.SPAM:
            return tr("Spam or abuse")
        case Outcome.UNREACHABLE:
            return tr("Citizen not reachable")
        case Outcome.MERGED:
            return tr("Merged into another enquiry")
        case _:
            assert_never(outcome)


class View(StrEnum):
    """A list of enquiries as the window and ``enquiry list --view`` show it."""

    INBOX = "inbox"
    MINE = "mine"
    WAITING_OFFICE = "waiting-office"
    WAITING_CITIZEN = "waiting-citizen"
    SNOOZED = "snoozed"
    OPEN = "open"
    DONE = "done"
    ALL = "all"


def view_name(view: View) -> str:
    """The view in words."""
    match view:
        case View.INBOX:
            return tr("Inbox")
        case View.MINE:
            return tr("Assigned to me")
        case View.WAITING_OFFICE:
            return tr("Waiting for office")
        case View.WAITING_CITIZEN:
            return tr("Waiting for citizen")
        case View.SNOOZED:
            return tr("Follow-up")
        case View.OPEN:
            return tr("All open")
        case View.DONE:
            return tr("Done")
        case View.ALL:
            return tr("All")
        case _:
            assert_never(view)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """What one row of the queue shows; made of tuples by `store.queue`, newest data each time."""

    id: EnquiryId
    number: int
    state: EnquiryState
    owner: Operator | None
    due_at: Millis | None
    due_reason: DueReason | None
    channel: Channel
    account: AccountId | None
    person: PersonId | None
    person_name: str
    excerpt: str
    last_at: Millis
    unread: int
    language: str
    priority: int
    window_until: Millis | None
    office: OfficeId | None
    office_name: str
    forwarded_at: Millis | None
    tags: tuple[str, ...]
    version: int
    delivery: str = ""
    """`uncertain` or `failed` when a reply of this enquiry needs a person; else empty."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One enquiry as the conversation view needs it, without its timeline."""

    id: EnquiryId
    number: int
    state: EnquiryState
    owner: Operator | None
    due_at: Millis | None
    due_reason: DueReason | None
    channel: Channel
    account: AccountId | None
    account_name: str
    thread: ThreadId | None
    person: PersonId | None
    person_name: str
    subject: str
    language: str
    priority: int
    office: OfficeId | None
    tags: tuple[str, ...]
    version: int
    opened_at: Millis
    last_at: Millis
    closed_at: Millis | None
    outcome: Outcome | None
    snoozed_until: Millis | None
    last_inbound_at: Millis | None
    window_until: Millis | None
    """When the plain reply window closes (platform time), None where the platform sets none."""
    extended_until: Millis | None
    """When the extended window (HUMAN_AGENT) closes."""
    unread: int = 0
    text_limit: int | None = None
    """The limit of this very conversation, where it differs from the channel's."""
