"""A mailbox inside the process: the port of the e-mail connector over a box in memory, for training.

What it is for: invented mails go through the same reading, sorting in and writing as those of a server; only IMAP and
SMTP are left out, and with them everything that can go wrong on a line. What it refuses to do: opening a connection.
Made by `app.training`, which hands it the box.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from email import policy
from typing import Final, Protocol

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.remote import Batch, Cursor, RemoteAttachment, RemoteMessage
from switchboard_app.model.times import Millis
from switchboard_app.sync.connector import Clock, Known, Outgoing, PlatformFailure, Receipt, Self
from switchboard_app.sync.email.compose import compose_reply
from switchboard_app.sync.email.reading import Read, told
from switchboard_app.sync.email.settings import MailboxSettings, settings_of
from switchboard_app.sync.email.translate import Place, place_in

_PORTION: Final = 25
_INBOX: Final = "INBOX"


class MailsInside(Protocol):
    """What training hands in: mails by a number that grows."""

    own_id: str
    own_name: str

    def mails(self, after: int) -> Sequence[tuple[int, Millis, bytes, bool]]:
        """Number, time, bytes and whether it is ours, of what came after a number."""

    def take(self, raw: bytes, message_id: str, recipient: str, text: str) -> None:
        """A mail of ours arrives."""


class InsideEmail:
    """One mailbox. See `sync.connector.Connector` for what each method promises."""

    def __init__(self, box: MailsInside, clock: Clock) -> None:
        self._box = box
        self._clock = clock

    @property
    def _own(self) -> MailboxSettings:
        options = {"address": self._box.own_id, "imap_host": "localhost", "smtp_host": "localhost"}
        return settings_of(options | {"sender_name": self._box.own_name}, {})

    async def whoami(self) -> Self:
        """The mailbox itself."""
        return Self(PlatformId(self._box.own_id), self._box.own_name)

    async def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """Everything after the last stored number."""
        del known
        stored = cursor.get("uid", "0")
        after = int(stored) if stored.isdecimal() else 0
        waiting = list(self._box.mails(after))
        for begin in range(0, len(waiting), _PORTION):
            portion = waiting[begin : begin + _PORTION]
            read = [self._told(*one) for one in portion]
            threads = {one.thread.platform_id: one.thread for one in read if one.thread is not None}
            after = portion[-1][0]
            messages = tuple(one.message for one in read)
            yield Batch(tuple(threads.values()), messages, {"uid": str(after)}, complete=False)
        yield Batch((), (), {"uid": str(after)}, complete=True)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """One mail, which arrives at once."""
        message = compose_reply(outgoing, self._own, self._clock())
        known_as = str(message["Message-ID"]).strip("<>")
        self._box.take(message.as_bytes(policy=policy.SMTP), known_as, str(outgoing.recipient), outgoing.text)
        return Receipt((PlatformId(known_as),), outgoing.thread)

    async def read_back(self, thread: PlatformId, person: PlatformId, since: Millis) -> tuple[RemoteMessage, ...]:
        """The mails with one person since a moment."""
        found = [self._told(*one) for one in self._box.mails(0) if one[1] >= since]
        return tuple(
            replace(one.message, thread=thread)
            for one in found
            if one.thread is not None and (not person or one.thread.person.platform_id == person)
        )

    async def fetch(self, attachment: RemoteAttachment, limit: int) -> bytes:
        """A file of a mail."""
        where = place_in(attachment.url)
        for one in self._box.mails(where[2] - 1)[:1] if where is not None else ():
            for file in self._told(*one).mail.files:
                if where is not None and file.place == where[3] and len(file.content) <= limit:
                    return file.content
        raise PlatformFailure(Failure(FailureKind.CONTENT, True, tr("The mail is no longer in the mailbox.")))

    async def aclose(self) -> None:
        """Nothing is open."""

    def _told(self, uid: int, at: Millis, raw: bytes, sent: bool) -> Read:
        return told(raw, Place(_INBOX, 1, uid, at, sent), self._own)
