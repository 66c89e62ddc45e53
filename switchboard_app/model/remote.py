"""What a platform shows us, in our words: people, conversations, messages, and the batch that is stored at once.

Made by the connectors (`sync.<platform>.translate`), stored by `store.intake`. Plain values; nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from switchboard_app.model.ids import PlatformId
from switchboard_app.model.times import Millis

Cursor = Mapping[str, str]
"""What a connector needs to go on where the *stored* rows end; opaque to everyone else. Empty at the first poll."""


@dataclass(frozen=True, slots=True)
class RemotePerson:
    """Somebody on the platform. `handle` without ``@``, empty where the platform has none."""

    platform_id: PlatformId
    name: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class RemoteAttachment:
    """A file of a message as the platform names it. `url` is fetched at once, never stored or logged; it may be empty.

    `unavailable` is the platform's reason in words when it does not give the file (dossier 2.2, Europe).
    """

    platform_id: PlatformId
    name: str
    mime: str = ""
    size: int = 0
    url: str = ""
    unavailable: str = ""


@dataclass(frozen=True, slots=True)
class RemoteThread:
    """A conversation of the account with one person. `link` leads to the platform's own inbox."""

    platform_id: PlatformId
    person: RemotePerson
    link: str = ""


@dataclass(frozen=True, slots=True)
class RemoteReaction:
    """An emoji that somebody put to a message. `who` is the platform's id of the person."""

    who: PlatformId
    emoji: str
    at: Millis | None = None


class Automatic(StrEnum):
    """What a machine sent: it is shown, but it neither reopens nor starts a clock, and is never answered by us."""

    REPLY = "reply"
    """An absence notice, a receipt, a loop."""
    BULK = "bulk"
    """A list or a newsletter."""
    FAILURE = "failure"
    """A mail of ours was not delivered."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says beside its text. Chats have none of it.

    `answers` are the ids of the messages it refers to, nearest first; `digest` tells two mails with one Message-ID
    apart. `failed` are the ids of mails of ours that `failure` (the mail server's words) says were not delivered.
    """

    subject: str = ""
    answers: tuple[PlatformId, ...] = ()
    automatic: Automatic | None = None
    digest: str = ""
    failed: tuple[PlatformId, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class RemoteMessage:
    """One message, byte-exact. `ours` means sent by our account, from here or from another tool.

    `raw` is the platform's own record as JSON text, without signed addresses (they expire and hold secrets).
    `unreadable` is a reason in words for an event of a kind this version does not understand: it goes to quarantine.
    `edited_at` is when the platform says that it was changed last, `deleted` that it says outright that the message was
    taken back (what it said before is kept). `reactions` are all there are now; None when the answer could not tell.
    `by_tool` says of a message of ours that the platform names a program as its sender, not a person in its inbox.
    """

    platform_id: PlatformId
    thread: PlatformId
    sender: RemotePerson
    ours: bool
    text: str
    at: Millis
    attachments: tuple[RemoteAttachment, ...] = ()
    raw: str = ""
    unreadable: str = ""
    letter: Letter | None = None
    edited_at: Millis | None = None
    deleted: bool = False
    reactions: tuple[RemoteReaction, ...] | None = None
    by_tool: bool = False


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record in quarantine as it was served (`RemoteMessage.raw`), with the ids that were given to it."""

    platform_id: PlatformId
    thread: PlatformId
    raw: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Between two moments (both excluded) a page showed every message that the platform has, newest first.

    Of one conversation, or of the whole account when `thread` is empty. What is stored from in between and was not on
    the page is gone. `counted` says that the platform's own count agrees: then also the newest are believed at once; a
    read that lags behind might lack them.
    """

    thread: PlatformId
    from_at: Millis
    to_at: Millis
    counted: bool = False


@dataclass(frozen=True, slots=True)
class ThreadGap:
    """Messages of one conversation that the platform no longer gives. `from_at` 0: since it began.

    `missing` is how many, 0 when nobody knows.
    """

    thread: PlatformId
    from_at: Millis
    to_at: Millis
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one page brought. It is stored together with `cursor` in one transaction: a cursor means "stored".

    `complete` is true on the last batch of a sweep: everything the platform serves is stored up to here. A sweep that
    ends without it has more to fetch: the next poll goes on.
    `gap` says from when to when messages of any conversation may be missing that the platform no longer gives;
    `thread_gaps` says it of single ones. `messages` may hold known ones: edits, deletions and reactions are found by
    comparing them. `listed` says where a stored message that is not here is gone; `vanished` are whole conversations
    of which the platform itself says that they do not exist any more.
    """

    threads: tuple[RemoteThread, ...]
    messages: tuple[RemoteMessage, ...]
    cursor: Cursor
    complete: bool
    gap: tuple[Millis, Millis] | None = None
    thread_gaps: tuple[ThreadGap, ...] = ()
    listed: tuple[Listed, ...] = ()
    vanished: tuple[PlatformId, ...] = ()
