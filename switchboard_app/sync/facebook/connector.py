"""The connector for one Facebook page's own inbox; what it shares with Instagram is in `sync.meta`.

It refuses to be anything but Messenger. Called by the poller and the sender; made by `sync.engine`.
"""

from __future__ import annotations

from typing import Any

from switchboard_app.model.ids import PlatformId
from switchboard_app.sync.connector import Outgoing, OutgoingFile, Self
from switchboard_app.sync.failures import malformed
from switchboard_app.sync.http import Part
from switchboard_app.sync.json_answer import Record, id_of, text_of
from switchboard_app.sync.meta.connector import Kind, PageConnector, attachment_type
from switchboard_app.sync.meta.inbox import Inbox, messenger
from switchboard_app.sync.permit import Permit


class FacebookConnector(PageConnector):
    """One page on Messenger."""

    async def whoami(self) -> Self:
        """The page behind the token, once the platform was asked what the token is good for."""
        me = await self._api.get("me", {"fields": "id,name"})
        if await self._token.check(id_of(me.get("id"))):
            me = await self._api.get("me", {"fields": "id,name"})
        known_as = id_of(me.get("id"))
        if not known_as:
            raise malformed(True, None)
        return Self(PlatformId(known_as), text_of(me.get("name")))

    async def _inbox(self) -> Inbox:
        return messenger(await self._api.page_id())

    def _text_message(self, outgoing: Outgoing) -> dict[str, Any]:
        # `metadata` comes back in webhook echoes only; it costs nothing and helps a later relay (design note F12)
        return {"text": outgoing.text, "metadata": outgoing.id}

    async def _send_file(
        self, inbox: Inbox, outgoing: Outgoing, file: OutgoingFile, kind: Kind, permit: Permit
    ) -> Record:
        attachment = {"type": attachment_type(file.mime), "payload": {"is_reusable": False}}
        fields = {
            "recipient": {"id": outgoing.recipient},
            "message": {"attachment": attachment, "metadata": outgoing.id},
        }
        parts = [
            *(Part.json(name, value) for name, value in fields.items()),
            *(Part(name, value.encode()) for name, value in kind.items()),
            Part.of("filedata", file),
        ]
        return await self._api.post(f"{inbox.page}/messages", permit=permit, parts=parts)
