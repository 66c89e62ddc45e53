"""The connector for one X account: who we are, what is new, sending, reading back, files.

It follows the port (`sync.connector`). It sees the legacy, unencrypted direct messages only: what citizens send as
encrypted chat is another system (dossier 1.6). It refuses to retry a message and to write to the store. Called by the
poller and the sender; made by `sync.engine`, once per account: two connectors with one refresh token would break it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from switchboard_app.model.budget import SPARE
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, Cursor, KeptRecord, RemoteAttachment, RemoteMessage, RemoteThread
from switchboard_app.model.times import Millis
from switchboard_app.sync.connector import Clock, Grant, Known, Meter, Outgoing, PlatformFailure, Receipt, Self
from switchboard_app.sync.failures import malformed, partly_sent
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.json_answer import id_of, kept_record, record_of, rows_of, text_of
from switchboard_app.sync.permit import Permit
from switchboard_app.sync.x.api import ME, SENDS, XApi
from switchboard_app.sync.x.media import upload
from switchboard_app.sync.x.query import Query
from switchboard_app.sync.x.sweep import Sweep, read_events
from switchboard_app.sync.x.translate import Includes, event_of

_READ_BACK_PAGES: Final = 3
_NO_FURTHER_PAGE: Final = (FailureKind.RATE_LIMIT, FailureKind.MALFORMED, FailureKind.CONTENT)


class XConnector:
    """One account. See `sync.connector.Connector` for what each method promises."""

    def __init__(self, grant: Grant, door: HttpDoor, meter: Meter, clock: Clock) -> None:
        self._api = XApi(grant, door, meter, clock)
        self._clock = clock
        self._refused = grant.options.get("refused", "")

    async def whoami(self) -> Self:
        """The account behind the token."""
        me = record_of((await self._api.get(ME, "users", "me")).get("data"))
        known_as = id_of(me.get("id"))
        if not known_as:
            raise self._api.not_understood()
        return Self(PlatformId(known_as), text_of(me.get("name")), text_of(me.get("username")).removeprefix("@"))

    def forewarning(self) -> str:
        """See `sync.connector.Forewarns`."""
        return self._api.forewarning()

    async def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """Everything that is new; see `x.sweep`."""
        me = await self._me()
        query = Query(f"{self._refused} {cursor.get('refused', '')}")
        async for batch in Sweep(self._api, me, cursor, known, self._clock, query).batches():
            self._refused = query.as_text  # for reading back, which gets no cursor
            yield batch

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Files are uploaded first; the first goes with the text, each further one alone (one a message)."""
        media = [await upload(self._api, file, asyncio.sleep) for file in outgoing.files]
        bodies = [_body(outgoing.text, media[:1]), *(_body("", [one]) for one in media[1:])]
        sent: list[PlatformId] = []
        thread = outgoing.thread
        for body in bodies:
            try:
                receipt = await self._message(outgoing.recipient, body, outgoing.permit)
            except PlatformFailure as failure:
                raise partly_sent(sent, failure) from None
            sent.append(receipt[0])
            thread = receipt[1] or thread
        return Receipt(tuple(sent), thread)

    async def read_back(self, thread: PlatformId, person: PlatformId, since: Millis) -> tuple[RemoteMessage, ...]:
        """The messages with one person since a moment: this read shows a send before the general one does."""
        me, query = await self._me(), Query(self._refused)
        conversation = ("with", person) if person else (thread,)
        steps = ("dm_conversations", *conversation, "dm_events")
        found: dict[PlatformId, RemoteMessage] = {}
        token = ""
        for number in range(_READ_BACK_PAGES):
            try:
                answer = await read_events(self._api, query, SPARE if number else "", steps, token)
            except PlatformFailure as failure:
                if number == 0 or failure.failure.kind not in _NO_FURTHER_PAGE:
                    raise
                break  # the newest page is what counts; further ones take only what is left over
            includes, now = Includes.of(answer), self._clock()
            rows = rows_of(answer.get("data"))
            read = [event_of(row, includes, me, self._api.base, now, person=person).message for row in rows]
            found |= {message.platform_id: message for message in read if message.at >= since}
            token = text_of(record_of(answer.get("meta")).get("next_token"))
            if not token or not read or min(message.at for message in read) < since:
                break
        self._refused = query.as_text
        return tuple(sorted(found.values(), key=lambda message: message.at))

    async def fetch(self, attachment: RemoteAttachment, limit: int) -> bytes:
        """The bytes of an attachment: from the API's own address for it, else from the media host."""
        address, _, plain = attachment.url.partition("#")
        try:
            return await self._api.bytes_at(address, limit)
        except PlatformFailure:
            if not plain:
                raise
        return await self._api.bytes_at(plain, limit)

    async def reread(self, kept: KeptRecord) -> tuple[RemoteThread, RemoteMessage]:
        """A record from quarantine, read by this version."""
        event = event_of(kept_record(kept.raw), Includes(), await self._me(), self._api.base, self._clock())
        return event.thread or RemoteThread(kept.thread, event.message.sender), event.message

    async def aclose(self) -> None:
        """Nothing to let go of: connections belong to the door."""

    async def _me(self) -> str:
        if not self._api.me:
            self._api.me = (await self.whoami()).platform_id
        return self._api.me

    async def _message(
        self, recipient: PlatformId, body: dict[str, Any], permit: Permit
    ) -> tuple[PlatformId, PlatformId]:
        """One message: its id and its conversation's. The ``Location`` header is not read (dossier 1.2)."""
        steps = ("dm_conversations", "with", recipient, "messages")
        data = record_of((await self._api.post(SENDS, *steps, json=body, permit=permit)).get("data"))
        known_as = id_of(data.get("dm_event_id"))
        if not known_as:
            raise malformed(False, None)
        return PlatformId(known_as), PlatformId(id_of(data.get("dm_conversation_id")))


def _body(text: str, media: list[str]) -> dict[str, Any]:
    attachments = {"attachments": [{"media_id": one} for one in media]} if media else {}
    return {"text": text, **attachments} if text else attachments
