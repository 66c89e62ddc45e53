"""One line of an enquiry's timeline: message, internal note, event or phone note, with its attachments."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from switchboard_app.model.delivery import Delivery
from switchboard_app.model.ids import AttachmentId, EntryId
from switchboard_app.model.times import Millis


class EntryKind(StrEnum):
    """What a line of the timeline is."""

    MESSAGE = "message"
    NOTE = "note"
    EVENT = "event"
    PHONE_NOTE = "phone_note"


class Direction(StrEnum):
    """Where it went: from the citizen, to the citizen, or for colleagues only."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class AttachmentState(StrEnum):
    """What became of a file that came or goes with a message."""

    PENDING = "pending"
    """Known, its bytes not fetched yet."""
    KEPT = "kept"
    """Its bytes lie in the workspace."""
    TOO_BIG = "too_big"
    UNAVAILABLE = "unavailable"
    """The platform does not give it (privacy rules in Europe, expired, another kind)."""
    REFUSED = "refused"
    """The address it names is not one we fetch from."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message. `size` in bytes, 0 while unknown; the bytes are read by `store.attachments`."""

    id: AttachmentId
    name: str
    mime: str
    size: int
    state: AttachmentState
    reason: str = ""


class EventCode(StrEnum):
    """What happened, as stored; the words are made where it is shown (`ui.text`, command line)."""

    CLAIMED = "claimed"
    RELEASED = "released"
    REASSIGNED = "reassigned"
    FORWARDED = "forwarded"
    FORWARDING_TAKEN = "forwarding_taken"
    FORWARDING_DECLINED = "forwarding_declined"
    FORWARDING_ANSWERED = "forwarding_answered"
    FORWARDING_WITHDRAWN = "forwarding_withdrawn"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    DONE = "done"
    REOPENED = "reopened"
    MERGED = "merged"
    UNDONE = "undone"
    WITHDRAWN = "withdrawn"
    EDITED = "edited"
    """Messages were worded differently at the platform; the text says how many."""
    DELETED = "deleted"
    """Messages were taken back at the platform; the text says how many."""


class Change(StrEnum):
    """What became of a message at the platform after it was stored here."""

    EDITED = "edited"
    DELETED = "deleted"
    """Taken back, as the platform says itself."""
    GONE = "gone"
    """No longer among what the platform lists."""
    RESTORED = "restored"
    """Listed again after it was not."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said until it was changed. `at` is when, where the platform tells; `seen_at` when we noticed."""

    change: Change
    text: str
    at: Millis | None
    seen_at: Millis


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji under a message; `ours` when our own account put it there."""

    emoji: str
    ours: bool
    at: Millis


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline.

    `author` is a display name: the citizen's as the platform gives it, an operator, or an office. `text` is exactly
    what was received or typed; for an event it is the detail (a name, a time) and `event` says what happened.
    """

    id: EntryId
    kind: EntryKind
    direction: Direction
    author: str
    text: str
    at: Millis
    attachments: tuple[Attachment, ...] = ()
    platform_id: str = ""
    delivery: Delivery | None = None
    event: EventCode | None = None
    elsewhere: bool = False
    """Sent from another tool, not from here."""
    deleted: bool = False
    edited: bool = False
    late: bool = False
    """Arrived long after it was written."""
    versions: tuple[Version, ...] = ()
    """What it said before, oldest first; `text` is the newest wording."""
    reactions: tuple[Reaction, ...] = ()
    detail: str = ""
    """Kind-specific fields as JSON: a phone note's caller and action, an event's parameters."""
