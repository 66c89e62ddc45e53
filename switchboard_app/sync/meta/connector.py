"""What the connectors of a page's two inboxes have in common: polling, sending, reading back, fetching.

`PageConnector` follows the port (`sync.connector`) and holds no state of its own beyond an exchange; `sync.facebook`
and `sync.instagram` say who they are and how a file goes out. It refuses to retry, to write to the store and to tag a
message as typed by a person when the platform would take it without: within 24 hours of the citizen's last message a
reply is a RESPONSE, later it carries HUMAN_AGENT, which Meta allows up to seven days for text that a person typed
(dossier 2.3). Called by the poller and the sender; made by `sync.engine`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import (
    Batch,
    Cursor,
    KeptRecord,
    RemoteAttachment,
    RemoteMessage,
    RemotePerson,
    RemoteThread,
)
from switchboard_app.model.times import DAY, Millis
from switchboard_app.sync.addresses import MediaHosts
from switchboard_app.sync.connector import (
    Clock,
    Grant,
    Known,
    Meter,
    Outgoing,
    OutgoingFile,
    PlatformFailure,
    Receipt,
    Self,
)
from switchboard_app.sync.failures import malformed, partly_sent
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.json_answer import Record, id_of, rows_of
from switchboard_app.sync.meta.api import GraphApi, next_page
from switchboard_app.sync.meta.inbox import Inbox
from switchboard_app.sync.meta.reader import Reader
from switchboard_app.sync.meta.sweep import Sweep
from switchboard_app.sync.meta.token import PageToken
from switchboard_app.sync.meta.translate import is_skeleton, reread
from switchboard_app.sync.permit import Permit

MEDIA_DOMAINS: Final = ("fbcdn.net", "fbsbx.com", "facebook.com", "cdninstagram.com")
RESPONSE_WINDOW: Final = DAY
HUMAN_AGENT_WINDOW: Final = 7 * DAY
Kind = Mapping[str, str]
"""How a message is declared: ``messaging_type`` and, when tagged, ``tag``."""

_RESPONSE: Final[Kind] = {"messaging_type": "RESPONSE"}
_TAGGED: Final[Kind] = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
_READ_BACK_PAGES: Final = 3


class PageConnector(ABC):
    """One inbox of one page. See `sync.connector.Connector` for what each method promises."""

    needed: tuple[str, ...] = ("pages_messaging", "pages_manage_metadata", "pages_read_engagement")
    """The token's permissions (dossier 2.1); nothing works without the first."""

    def __init__(self, grant: Grant, door: HttpDoor, meter: Meter, clock: Clock) -> None:
        self._api = GraphApi(grant, door, meter, clock)
        self._token = PageToken(self._api, self.needed, grant.options, clock)
        self._door = door
        self._clock = clock
        self._media = MediaHosts(MEDIA_DOMAINS, self._api.base)

    @abstractmethod
    async def whoami(self) -> Self:
        """Who the token is. Raises PlatformFailure."""

    @abstractmethod
    async def _inbox(self) -> Inbox:
        """The inbox; asks once who the page is when nobody knows. Raises PlatformFailure."""

    @abstractmethod
    async def _send_file(
        self, inbox: Inbox, outgoing: Outgoing, file: OutgoingFile, kind: Kind, permit: Permit
    ) -> Record:
        """One file as a message of its own; the platform's answer. Raises PlatformFailure."""

    async def _at_home(self) -> Inbox:
        await self._token.ready()
        return await self._inbox()

    def forewarning(self) -> str:
        """See `sync.connector.Forewarns`."""
        return self._token.forewarning()

    def learnt(self) -> Mapping[str, str]:
        """See `sync.connector.Learns`."""
        return self._token.learnt()

    def _text_message(self, outgoing: Outgoing) -> dict[str, Any]:
        """The ``message`` of a text."""
        return {"text": outgoing.text}

    async def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """Everything that changed; see `meta.sweep`."""
        await self._token.look_again()
        inbox = await self._at_home()
        async for batch in Sweep(self._api, inbox, cursor, known, self._clock).batches():
            yield batch

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Text first, then each file as a message of its own (dossier 2.3: text and attachment are two messages)."""
        permit = outgoing.permit
        kind = self._kind(outgoing)
        sent: list[PlatformId] = []
        pieces: list[OutgoingFile | None] = [*([None] if outgoing.text or not outgoing.files else []), *outgoing.files]
        for piece in pieces:
            try:
                try:
                    sent.append(await self._piece(outgoing, piece, kind, permit))
                except PlatformFailure as failure:
                    if failure.failure.kind is not FailureKind.WINDOW or not self._may_tag(outgoing, kind):
                        raise
                    kind = _TAGGED  # our clock was a little behind the platform's
                    sent.append(await self._piece(outgoing, piece, kind, permit))
            except PlatformFailure as failure:
                raise partly_sent(sent, failure) from None
        return Receipt(tuple(sent), outgoing.thread)

    async def read_back(self, thread: PlatformId, person: PlatformId, since: Millis) -> tuple[RemoteMessage, ...]:
        """The conversation's messages since a moment, newest page first; at most three pages."""
        reader = Reader(self._api, await self._at_home(), self._clock)
        known_as = thread or await self._thread_with(reader, person)
        with_whom = RemoteThread(known_as, RemotePerson(person))
        found: dict[PlatformId, RemoteMessage] = {}
        more: dict[str, str] = {}
        for _ in range(_READ_BACK_PAGES):
            edge = await reader.messages(known_as, more)
            read = [reader.translate(row, with_whom) for row in rows_of(edge) if not is_skeleton(row)]
            found |= {message.platform_id: message for message in read if message.at >= since}
            more = next_page(edge)
            if not more or not read or min(message.at for message in read) < since:
                break
        return tuple(sorted(found.values(), key=lambda message: message.at))

    async def fetch(self, attachment: RemoteAttachment, limit: int) -> bytes:
        """The bytes of an attachment. Its address is signed; the token is for an API in its own house only."""
        return await self._door.fetch(attachment.url, self._media, limit)

    async def reread(self, kept: KeptRecord) -> tuple[RemoteThread, RemoteMessage]:
        """A record from quarantine, read by this version."""
        return reread(kept, (await self._at_home()).own, self._clock())

    async def aclose(self) -> None:  # noqa: B027 - there is nothing to do
        """Nothing to let go of: connections belong to the door."""

    # --- sending --------------------------------------------------------------------------------------------------

    def _kind(self, outgoing: Outgoing) -> Kind:
        last = outgoing.last_inbound_at
        return _RESPONSE if last is None or self._clock() - last <= RESPONSE_WINDOW else _TAGGED

    def _may_tag(self, outgoing: Outgoing, kind: Kind) -> bool:
        last = outgoing.last_inbound_at
        return kind is _RESPONSE and last is not None and self._clock() - last < HUMAN_AGENT_WINDOW

    async def _piece(self, outgoing: Outgoing, file: OutgoingFile | None, kind: Kind, permit: Permit) -> PlatformId:
        inbox = await self._at_home()
        if file is None:
            body = {"recipient": {"id": outgoing.recipient}, **kind, "message": self._text_message(outgoing)}
            answer = await self._api.post(f"{inbox.page}/messages", permit=permit, json=body)
        else:
            answer = await self._send_file(inbox, outgoing, file, kind, permit)
        known_as = id_of(answer.get("message_id"))
        if not known_as:
            raise malformed(False, None)
        return PlatformId(known_as)

    async def _thread_with(self, reader: Reader, person: PlatformId) -> PlatformId:
        """The conversation with one person, for rows queued before the conversation was known."""
        for row in rows_of((await reader.conversations({"user_id": person})).get("data")):
            if isinstance(row, dict) and id_of(row.get("id")):
                return PlatformId(id_of(row.get("id")))
        raise malformed(True, None)


def attachment_type(mime: str) -> str:
    """What the platform calls a file of this type."""
    family = mime.partition("/")[0]
    return family if family in ("image", "audio", "video") else "file"
