"""What is to be sent and what became of it.

``queued → sending → sent (→ delivered, read)``; ``sending → queued`` (certain, transient) or ``failed`` (certain,
final) or ``uncertain`` (it may have arrived). Uncertain is settled by reading the thread back, never by sending again.
The one bit `Failure.certain` decides between a retry and asking a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, assert_never

from switchboard_app.model.ids import EnquiryId, EntryId, OutboxId
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis


class DeliveryState(StrEnum):
    """States of an outbox row."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


PENDING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN)


def delivery_words(state: DeliveryState) -> str:
    """The state as the timeline shows it."""
    match state:
        case DeliveryState.QUEUED:
            return tr("waiting")
        case DeliveryState.SENDING:
            return tr("is being sent")
        case DeliveryState.SENT:
            return tr("sent")
        case DeliveryState.DELIVERED:
            return tr("delivered")
        case DeliveryState.READ:
            return tr("read")
        case DeliveryState.UNCERTAIN:
            return tr("unclear whether it arrived")
        case DeliveryState.FAILED:
            return tr("not sent")
        case DeliveryState.WITHDRAWN:
            return tr("withdrawn")
        case _:
            assert_never(state)


class FailureKind(StrEnum):
    """Why an exchange with the outside failed."""

    NETWORK = "network"
    """No connection, or it broke."""
    TIMEOUT = "timeout"
    SERVER = "server"
    """The platform's own error (5xx, temporary codes)."""
    MALFORMED = "malformed"
    """An answer of a shape that this version does not understand."""
    AUTH = "auth"
    """The sign-in is dead."""
    PERMISSION = "permission"
    RATE_LIMIT = "rate_limit"
    CREDITS = "credits"
    BLOCKED = "blocked"
    """The account is barred from sending for now."""
    WINDOW = "window"
    """Outside the reply window."""
    RECIPIENT = "recipient"
    """This person cannot be reached by this channel."""
    OTHER_APP = "other_app"
    """Another app holds the conversation."""
    CONTENT = "content"
    """The platform refuses what was to be sent."""
    CRASH = "crash"
    """The program ended in the middle of a send."""


ACCOUNT_WIDE = frozenset(
    {
        FailureKind.AUTH,
        FailureKind.PERMISSION,
        FailureKind.RATE_LIMIT,
        FailureKind.CREDITS,
        FailureKind.BLOCKED,
    }
)
"""Failures that say nothing about this one message: rows go back to queued without costing an attempt."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed exchange: what kind, whether it is *certain* that nothing was sent, when to try again, and words.

    `retry_at` is None when trying again cannot help. `text` is for people; it never holds an address or a secret.
    """

    kind: FailureKind
    certain: bool
    text: str
    retry_at: Millis | None = None
    trace: str = ""
    """The platform's own reference for its support (fbtrace_id), safe to log."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A message of ours that was seen when a conversation was read back: when the platform dates it, and its words."""

    at: Millis
    text: str

    LONGEST: ClassVar[int] = 500

    @classmethod
    def of(cls, at: Millis, text: str) -> Sighting:
        """A sighting with no more text than a person needs to tell it from others."""
        return cls(at, text if len(text) <= cls.LONGEST else text[: cls.LONGEST - 1] + "…")


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery of one entry (reply or mail) as people see it."""

    id: OutboxId
    state: DeliveryState
    attempts: int = 0
    not_before: Millis = Millis(0)
    sent_at: Millis | None = None
    failure: Failure | None = None
    entry: EntryId | None = None
    enquiry: EnquiryId | None = None
    tried_at: Millis | None = None
    """When the last attempt began."""
    reads: int = 0
    """How often the conversation was read back without finding it, while it is uncertain."""
    read_at: Millis | None = None
    """When it was last read back."""
    seen: tuple[Sighting, ...] = ()
    """What that showed of ours since the attempt."""
    asked_at: Millis | None = None
    """Since when only a person can decide."""
    repeats: int = 0
    """How often the program itself sent it again although it may have arrived (mails to offices: at most once)."""
