"""The connector for one Instagram account, reached through its page; what it shares with Facebook is in `sync.meta`.

Two ids: the page, in whose path everything lies and whose token is used, and the Instagram account, which is the sender
of our messages. Files are uploaded first and sent by their id: an upload that fails is certain, because no message
left (Meta, "Upload Media for Instagram Messaging", 30 June 2026: images to 8 MB, PDF to 25 MB, names in ASCII). It
refuses to know the other way in, Instagram's own login. Called by the poller and the sender; made by `sync.engine`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.times import HOUR, Millis
from switchboard_app.sync.connector import Clock, Grant, Meter, Outgoing, OutgoingFile, PlatformFailure, Self
from switchboard_app.sync.failures import malformed, surely
from switchboard_app.sync.http import HttpDoor, Part
from switchboard_app.sync.json_answer import Record, id_of, record_of, text_of
from switchboard_app.sync.meta.connector import Kind, PageConnector, attachment_type
from switchboard_app.sync.meta.inbox import Inbox, instagram
from switchboard_app.sync.permit import Permit

PERMISSIONS: Final = ("instagram_manage_messages", "instagram_manage_messages, instagram_basic, pages_read_engagement")
_WHO: Final = "id,username,name"
_PAGE_FIELDS: Final = f"id,name,instagram_business_account{{{_WHO}}},connected_instagram_account{{{_WHO}}}"


class InstagramConnector(PageConnector):
    """One Instagram account behind one page."""

    needed = ("instagram_manage_messages", "instagram_basic", "pages_manage_metadata")

    def __init__(self, grant: Grant, door: HttpDoor, meter: Meter, clock: Clock) -> None:
        super().__init__(grant, door, meter, clock)
        self._api.page = grant.options.get("page_id", "")  # whoami gave us the Instagram account, not the page
        self._api.permissions = PERMISSIONS
        self._own = grant.options.get("instagram_id") or (grant.platform_user or "")

    async def whoami(self) -> Self:
        """The Instagram account behind the page behind the token; and whether its messages may be read."""
        await self._token.check()
        account = await self._account()
        known_as, handle = id_of(account.get("id")), text_of(account.get("username"))
        await self._may_read()
        return Self(PlatformId(known_as), text_of(account.get("name")) or handle, handle)

    async def _account(self) -> Record:
        """The account that is connected to the page. Raises PlatformFailure when there is none."""
        page = await self._api.get("me", {"fields": _PAGE_FIELDS})
        if not id_of(page.get("id")):
            raise malformed(True, None)
        self._api.page = id_of(page.get("id"))
        for member in ("instagram_business_account", "connected_instagram_account"):
            account = record_of(page.get(member))
            if id_of(account.get("id")):
                self._own = id_of(account.get("id"))
                return account
        words = tr("No Instagram account is connected to this page, or the sign-in may not see it.")
        failure = Failure(FailureKind.PERMISSION, True, words, Millis(self._clock() + HOUR))
        raise PlatformFailure(failure, Health.PERMISSION_MISSING, words)

    async def _may_read(self) -> None:
        """One look at the list: without its permission the platform refuses it, and says so with its own code."""
        params = {"platform": "instagram", "fields": "id", "limit": "1"}
        await self._api.get(f"{self._api.page}/conversations", params, paced=True)

    async def _inbox(self) -> Inbox:
        if not self._own:
            await self._account()
        return instagram(await self._api.page_id(), self._own)

    async def _send_file(
        self, inbox: Inbox, outgoing: Outgoing, file: OutgoingFile, kind: Kind, permit: Permit
    ) -> Record:
        family = attachment_type(file.mime)
        try:
            stored = await self._upload(inbox, family, file, permit)
        except PlatformFailure as failure:
            raise surely(failure) from None
        message = {"attachment": {"type": family, "payload": {"attachment_id": stored}}}
        body = {"recipient": {"id": outgoing.recipient}, **kind, "message": message}
        return await self._api.post(f"{inbox.page}/messages", permit=permit, json=body)

    async def _upload(self, inbox: Inbox, family: str, file: OutgoingFile, permit: Permit) -> str:
        parts = [
            Part("platform", b"instagram"),
            Part.json("message", {"attachment": {"type": family, "payload": {"is_reusable": True}}}),
            Part.of("filedata", replace(file, name=ascii_name(file.name))),
        ]
        answer = await self._api.post(f"{inbox.page}/message_attachments", permit=permit, parts=parts)
        stored = id_of(answer.get("attachment_id"))
        if not stored:
            raise malformed(True, None)
        return stored


def ascii_name(name: str) -> str:
    """The name of a file as Instagram takes it: without accents, other signs as underscores."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    kept = "".join(sign if sign.isalnum() or sign in "._- " else "_" for sign in plain).strip(" .")
    stem, _, ending = kept.rpartition(".")
    return kept if stem.strip("_") else f"file.{ending}" if ending and "." in name else "file"
