"""What a platform shows us, in our words: people, conversations, messages, and the batch that is stored at once.

Made by the connectors (`sync.<platform>.translate`), stored by `store.intake`. Plain values; nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
class RemoteMessage:
    """One message, byte-exact. `ours` means sent by our account, from here or from another tool.

    `raw` is the platform's own record as JSON text, without signed addresses (they expire and hold secrets).
    `unreadable` is a reason in words for an event of a kind this version does not understand: it goes to quarantine.
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


@dataclass(frozen=True, slots=True)
class Batch:
    """What one page brought. It is stored together with `cursor` in one transaction: a cursor means "stored".

    `complete` is true on the last batch of a sweep: everything the platform serves is stored up to here.
    `gap` says from when to when messages may be missing that the platform no longer gives.
    """

    threads: tuple[RemoteThread, ...]
    messages: tuple[RemoteMessage, ...]
    cursor: Cursor
    complete: bool
    gap: tuple[Millis, Millis] | None = None
