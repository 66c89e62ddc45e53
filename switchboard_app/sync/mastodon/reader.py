"""Reading conversations: a post with everything before and after it, and what has become of posts seen earlier.

A conversation of Mastodon holds its last post only, and that post's own context leaves out what others answered beside
it. So the context of the *first* post is read too: from there everything hangs together. Nothing here decides what to
read; `mastodon.sweep` and `mastodon.connector` do. Refuses to store and to fetch files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from switchboard_app.model.budget import SPARE
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.sync.connector import Clock
from switchboard_app.sync.json_answer import Json, Record, id_of, record_of, rows_of
from switchboard_app.sync.mastodon.api import CALLS, MastodonApi
from switchboard_app.sync.mastodon.errors import MastodonFailure
from switchboard_app.sync.mastodon.translate import (
    is_ours_to_read,
    message_of,
    others,
    people_in,
    person_of,
    thread_of,
)

GONE = (404, 410)
_THREADS_ASKED = 2
"""Pages of conversations that are looked through for one of them: the newest are first."""


class Reader:
    """Reads for one account."""

    def __init__(self, api: MastodonApi, me: str, clock: Clock) -> None:
        self._api = api
        self._me = me
        self._clock = clock
        self.requests = 0
        self._people: dict[PlatformId, RemotePerson] = {}

    def meet(self, accounts: Iterable[Json]) -> None:
        """Take note of people with their names: a post that only mentions somebody has the handle alone."""
        met = (person_of(account) for account in accounts)
        self._people.update((one.platform_id, one) for one in met if one.platform_id)

    async def around(self, status: Record, bucket: str = CALLS + SPARE) -> list[Record]:
        """A post and all posts it hangs together with that are ours to read. Raises PlatformFailure."""
        known_as = id_of(status.get("id"))
        above, below = await self._context(known_as, bucket)
        posts = [*above, status, *below]
        if above:
            posts += (await self._context(id_of(above[0].get("id")), bucket))[1]
        unique = {id_of(post.get("id")): post for post in posts}
        return [post for post in unique.values() if is_ours_to_read(post, self._me)]

    async def _context(self, known_as: str, bucket: str) -> tuple[list[Record], list[Record]]:
        self.requests += 1
        try:
            context = await self._api.record("v1", "statuses", known_as, "context", bucket=bucket)
        except MastodonFailure as failure:
            if failure.status in GONE:  # taken back a moment ago; what it answered to is in other contexts
                return [], []
            raise
        parts = [context.get("ancestors"), context.get("descendants")]
        if not all(isinstance(part, list) for part in parts):
            raise self._api.not_understood()
        above, below = ([record_of(row) for row in rows_of(part)] for part in parts)
        return above, below

    async def is_gone(self, known_as: str) -> bool:
        """Whether the platform says outright that there is no such post any more. Raises PlatformFailure."""
        self.requests += 1
        try:
            await self._api.record("v1", "statuses", known_as, bucket=CALLS + SPARE)
        except MastodonFailure as failure:
            if failure.status in GONE:
                return True
            raise
        return False

    async def conversation_with(self, people: frozenset[str]) -> Record:
        """The newest conversation of exactly these people, {} when it is not among the newest. Raises
        PlatformFailure."""
        following = ""
        for _ in range(_THREADS_ASKED):
            page = await self._api.listing("v1", "conversations", params={"limit": "40"}, following=following,
                                           bucket=CALLS)  # fmt: skip
            for row in page.rows:
                accounts = [record_of(one) for one in rows_of(row.get("accounts"))]
                if {id_of(one.get("id")) for one in accounts} - {self._me} == people:
                    return row
            following = page.following
            if not following:
                break
        return {}

    def translated(self, posts: Iterable[Record]) -> tuple[list[RemoteThread], list[RemoteMessage]]:
        """Posts as messages with the threads they belong to."""
        threads: dict[PlatformId, RemoteThread] = {}
        messages: list[RemoteMessage] = []
        now = self._clock()
        posts = list(posts)
        self.meet(post.get("account") for post in posts)
        for post in posts:
            message = message_of(post, self._me, now)
            messages.append(message)
            if not message.unreadable:
                people = [self._people.get(one.platform_id, one) for one in others(post, self._me).values()]
                threads.setdefault(message.thread, thread_of(people, self._api.base))
        return list(threads.values()), messages


def same_people(messages: Sequence[RemoteMessage], thread: str) -> list[RemoteMessage]:
    """Those of one thread."""
    people = people_in(thread)
    return [one for one in messages if people_in(one.thread) == people]
