"""The connector for one Facebook page: who we are, what is new, sending, reading back, files.

It follows the port (`sync.connector`) and holds no state of its own beyond an exchange. It refuses to retry, to write
to the store and to tag a message as typed by a person when the platform would take it without: within 24 hours of the
citizen's last message a reply is a RESPONSE, later it carries HUMAN_AGENT, which Meta allows up to seven days for text
that a person typed (dossier 2.3). Called by the poller and the sender; made by `sync.engine`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, Cursor, RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import DAY, SECOND, Millis
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
from switchboard_app.sync.http import HttpDoor, Part
from switchboard_app.sync.json_answer import id_of, rows_of, text_of
from switchboard_app.sync.meta.api import GraphApi, next_page
from switchboard_app.sync.meta.reader import Reader
from switchboard_app.sync.meta.sweep import Sweep
from switchboard_app.sync.meta.translate import is_skeleton

MEDIA_DOMAINS: Final = ("fbcdn.net", "fbsbx.com", "facebook.com")
RESPONSE_WINDOW: Final = DAY
HUMAN_AGENT_WINDOW: Final = 7 * DAY
WRITE_WITHIN: Final = 20 * SECOND
"""All parts of a reply are begun within this time: with the door's deadline of 20 s the last is over before the send
permit (45 s) ends."""

_READ_BACK_PAGES: Final = 3


class FacebookConnector:
    """One page. See `sync.connector.Connector` for what each method promises."""

    def __init__(self, grant: Grant, door: HttpDoor, meter: Meter, clock: Clock) -> None:
        self._api = GraphApi(grant, door, meter, clock)
        self._door = door
        self._clock = clock
        self._media = MediaHosts(MEDIA_DOMAINS, self._api.base)

    async def whoami(self) -> Self:
        """The page behind the token."""
        me = await self._api.get("me", {"fields": "id,name"})
        known_as = id_of(me.get("id"))
        if not known_as:
            raise malformed(True, None)
        return Self(PlatformId(known_as), text_of(me.get("name")))

    async def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """Everything that changed; see `meta.sweep`."""
        page_id = await self._api.page_id()
        async for batch in Sweep(self._api, page_id, cursor, known, self._clock).batches():
            yield batch

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Text first, then each file as a message of its own (dossier 2.3: text and attachment are two messages)."""
        write_by = Millis(self._clock() + WRITE_WITHIN)
        kind = self._kind(outgoing)
        sent: list[PlatformId] = []
        pieces: list[OutgoingFile | None] = [*([None] if outgoing.text or not outgoing.files else []), *outgoing.files]
        for piece in pieces:
            try:
                try:
                    sent.append(await self._piece(outgoing, piece, kind, write_by))
                except PlatformFailure as failure:
                    if failure.failure.kind is not FailureKind.WINDOW or not self._may_tag(outgoing, kind):
                        raise
                    kind = _TAGGED  # our clock was a little behind the platform's
                    sent.append(await self._piece(outgoing, piece, kind, write_by))
            except PlatformFailure as failure:
                raise partly_sent(sent, failure) from None
        return Receipt(tuple(sent), outgoing.thread)

    async def read_back(self, thread: PlatformId, person: PlatformId, since: Millis) -> tuple[RemoteMessage, ...]:
        """The conversation's messages since a moment, newest page first; at most three pages."""
        page_id = await self._api.page_id()
        reader = Reader(self._api, page_id, self._clock)
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

    async def aclose(self) -> None:
        """Nothing to let go of: connections belong to the door."""

    # --- sending --------------------------------------------------------------------------------------------------

    def _kind(self, outgoing: Outgoing) -> dict[str, str]:
        last = outgoing.last_inbound_at
        return _RESPONSE if last is None or self._clock() - last <= RESPONSE_WINDOW else _TAGGED

    def _may_tag(self, outgoing: Outgoing, kind: dict[str, str]) -> bool:
        last = outgoing.last_inbound_at
        return kind is _RESPONSE and last is not None and self._clock() - last < HUMAN_AGENT_WINDOW

    async def _piece(
        self, outgoing: Outgoing, file: OutgoingFile | None, kind: dict[str, str], write_by: Millis
    ) -> PlatformId:
        page_id = await self._api.page_id()
        recipient = {"id": outgoing.recipient}
        path = f"{page_id}/messages"
        if file is None:
            # `metadata` comes back in webhook echoes only; it costs nothing and helps a later relay (design note F12)
            message: dict[str, Any] = {"text": outgoing.text, "metadata": outgoing.id}
            body = {"recipient": recipient, **kind, "message": message}
            answer = await self._api.post(path, write_by=write_by, json=body)
        else:
            attachment = {"type": _attachment_type(file.mime), "payload": {"is_reusable": False}}
            fields = {"recipient": recipient, "message": {"attachment": attachment, "metadata": outgoing.id}}
            parts = [
                *(Part.json(name, value) for name, value in fields.items()),
                *(Part(name, value.encode()) for name, value in kind.items()),
                Part.of("filedata", file),
            ]
            answer = await self._api.post(path, write_by=write_by, parts=parts)
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


_RESPONSE: Final = {"messaging_type": "RESPONSE"}
_TAGGED: Final = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


def _attachment_type(mime: str) -> str:
    family = mime.partition("/")[0]
    return family if family in ("image", "audio", "video") else "file"
