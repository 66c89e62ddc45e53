"""The connector for one Mastodon account: who we are, what is new, answers, reading back, files, waking.

It follows the port (`sync.connector`), and `sync.waking` beside it. Only private mentions are read and written; the
instance's administrators can read them (contract dossier, section 3). It refuses to try again and to write to the
store. Called by the poller and the sender; made by `sync.engine`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.remote import Batch, Cursor, KeptRecord, RemoteAttachment, RemoteMessage, RemoteThread
from switchboard_app.model.times import Millis
from switchboard_app.sync.connector import Clock, Grant, Known, Meter, Outgoing, PlatformFailure, Receipt, Self
from switchboard_app.sync.failures import malformed, partly_sent, surely
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.json_answer import Record, id_of, kept_record, record_of, rows_of, text_of, whole_of
from switchboard_app.sync.mastodon.api import CALLS, POSTS, MastodonApi
from switchboard_app.sync.mastodon.errors import MastodonFailure
from switchboard_app.sync.mastodon.reader import GONE, Reader, same_people
from switchboard_app.sync.mastodon.sending import addressed, bodies, upload
from switchboard_app.sync.mastodon.stream import Stream
from switchboard_app.sync.mastodon.sweep import Sweep
from switchboard_app.sync.mastodon.translate import (
    is_ours_to_read,
    message_of,
    others,
    people_in,
    person_of,
    thread_of,
    together,
)

_DROP: Final = "drop"
"""As a filter's action: what it holds back is given to nobody; what it only filters is in the mentions."""
_OWN_PAGES: Final = 2
"""Pages of our own posts that are read back: 40 each, the newest first."""


class MastodonConnector:
    """One account. See `sync.connector.Connector` for what each method promises."""

    def __init__(self, grant: Grant, door: HttpDoor, meter: Meter, clock: Clock) -> None:
        self._api = MastodonApi(grant, door, meter, clock)
        self._clock = clock
        self._stream = Stream(door, grant.api_base, grant.options.get("streaming", ""))
        self._drops = grant.options.get("private_mentions", "") == _DROP

    async def whoami(self) -> Self:
        """The account behind the token, and what its instance allows."""
        me = await self._api.record("v1", "accounts", "verify_credentials")
        person = person_of(me)
        if not person.platform_id:
            raise self._api.not_understood()
        return Self(person.platform_id, person.name or person.handle, person.handle, await self._instance(me))

    async def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """Everything that is new; see `mastodon.sweep`."""
        async for batch in Sweep(self._api, await self._me(), cursor, known, self._clock).batches():
            yield batch

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Name everybody in the conversation, give the instance the files, then post under the reply's own key."""
        people = people_in(outgoing.recipient)
        try:
            handles, reply_to = await self._addressees(people)
            text = addressed(outgoing.text, handles)
        except PlatformFailure as failure:
            raise surely(failure) from None
        media = [await upload(self._api, file) for file in outgoing.files]
        sent: list[PlatformId] = []
        for number, body in enumerate(bodies(text, " ".join(f"@{one}" for one in handles), reply_to, media)):
            key = f"{outgoing.id}-{number}" if number else str(outgoing.id)
            try:
                sent.append(await self._post(body, outgoing, key))
            except PlatformFailure as failure:
                raise partly_sent(sent, failure) from None
        return Receipt(tuple(sent), together(list(people)))

    async def read_back(self, thread: PlatformId, person: PlatformId, since: Millis) -> tuple[RemoteMessage, ...]:
        """The messages of one conversation since a moment: our own posts, and what they hang together with."""
        me = await self._me()
        people = people_in(person or thread)
        reader = Reader(self._api, me, self._clock)
        posts = await self._own_posts(me, reader, since)
        conversation = await reader.conversation_with(people)
        last = record_of(conversation.get("last_status"))
        if last:
            posts += await reader.around(last, CALLS)
        _, messages = reader.translated(posts)
        found = {one.platform_id: one for one in same_people(messages, person or thread) if one.at >= since}
        return tuple(sorted(found.values(), key=lambda one: one.at))

    async def fetch(self, attachment: RemoteAttachment, limit: int) -> bytes:
        """The bytes of an attachment, from the instance: it keeps a copy of what comes from elsewhere."""
        return await self._api.bytes_at(attachment.url, limit)

    async def wake(self) -> bool:
        """Wait until the instance says that something is new (`sync.waking.Wakes`)."""
        return await self._stream.news(self._api.token)

    async def reread(self, kept: KeptRecord) -> tuple[RemoteThread, RemoteMessage]:
        """A record from quarantine, read by this version."""
        post, me = record_of(kept_record(kept.raw)), await self._me()
        message = message_of(post, me, self._clock())
        people = list(others(post, me).values())
        thread = thread_of(people, self._api.base) if people else RemoteThread(kept.thread, message.sender)
        return thread, message

    def forewarning(self) -> str:
        """See `sync.connector.Forewarns`."""
        if not self._drops:
            return ""
        return tr("The account's filters at the platform throw private mentions of strangers away.")

    async def aclose(self) -> None:
        """Let go of the stream; other connections belong to the door."""
        await self._stream.aclose()

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _me(self) -> str:
        if not self._api.me:
            self._api.me = (await self.whoami()).platform_id
        return self._api.me

    async def _instance(self, me: Record) -> dict[str, str]:
        """What the instance's own document says, as options of the account; a server without one keeps the defaults."""
        try:
            told = record_of((await self._api.record("v2", "instance")).get("configuration"))
        except MastodonFailure as failure:
            if failure.status in GONE:
                return {}
            raise
        limit = whole_of(record_of(told.get("statuses")).get("max_characters"))
        options = {"streaming": text_of(record_of(told.get("urls")).get("streaming"))[:200]}
        if 0 < limit < 1_000_000:
            options["text_limit"] = str(limit)
        return options | self._api.media_hosts(text_of(me.get("avatar"))) | await self._policy()

    async def _policy(self) -> dict[str, str]:
        """What the account does with private mentions of strangers; nothing from a server that does not say."""
        try:
            policy = await self._api.record("v2", "notifications", "policy")
        except MastodonFailure:
            return {}
        action = text_of(policy.get("for_private_mentions"))[:20]
        return {"private_mentions": action} if action else {}

    async def _addressees(self, people: frozenset[str]) -> tuple[Sequence[str], str]:
        """The handles of everybody in the conversation, and the post to answer to, where there is one."""
        if not people:
            raise _nobody()
        row = await Reader(self._api, await self._me(), self._clock).conversation_with(people)
        known = {one.platform_id: one.handle for one in map(person_of, rows_of(row.get("accounts"))) if one.handle}
        for one in sorted(people - known.keys()):
            try:
                known[PlatformId(one)] = person_of(await self._api.record("v1", "accounts", one)).handle
            except MastodonFailure as failure:
                if failure.status in GONE:
                    raise _nobody() from None
                raise
        handles = [known[PlatformId(one)] for one in sorted(people)]
        if not all(handles):
            raise _nobody()
        return handles, id_of(record_of(row.get("last_status")).get("id"))

    async def _post(self, body: dict[str, object], outgoing: Outgoing, key: str) -> PlatformId:
        """One post; without the one it answers to where that was taken back a moment ago."""
        try:
            answer = await self._api.post(POSTS, "v1", "statuses", json=body, permit=outgoing.permit, key=key)
        except MastodonFailure as failure:
            if failure.status != 404 or "in_reply_to_id" not in body:
                raise
            alone = {name: value for name, value in body.items() if name != "in_reply_to_id"}
            answer = await self._api.post(POSTS, "v1", "statuses", json=alone, permit=outgoing.permit, key=key)
        known_as = id_of(answer.get("id"))
        if not known_as:
            raise malformed(False, None)
        return PlatformId(known_as)

    async def _own_posts(self, me: str, reader: Reader, since: Millis) -> list[Record]:
        """Our own private posts since a moment: a read that shows what was sent at once."""
        posts: list[Record] = []
        following = ""
        for _ in range(_OWN_PAGES if since else 1):
            params = {"limit": "40", "exclude_reblogs": "true"}
            page = await self._api.listing("v1", "accounts", me, "statuses", params=params, following=following,
                                           bucket=CALLS)  # fmt: skip
            posts += [row for row in page.rows if is_ours_to_read(row, me)]
            _, messages = reader.translated(page.rows[-1:])
            following = page.following
            if not following or not messages or messages[0].at < since:
                break
        return posts


def _nobody() -> PlatformFailure:
    return PlatformFailure(Failure(FailureKind.RECIPIENT, True, tr("The platform does not know this person.")))
