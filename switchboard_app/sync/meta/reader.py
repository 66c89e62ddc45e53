"""Reading conversations and messages of a page, in pages of a size that the platform takes.

What it is for: `Reader` asks for the list, for one conversation's messages and for single messages, with fewer fields
or smaller pages where the platform wants that, and reads a conversation down to what is stored. Only the 20 newest
messages of a conversation come with details; asking for an older one is answered as if it were deleted (dossier 2.2).
That ends the reading here, it never means a deletion. It refuses to remember anything. Called by `meta.sweep` and
the connectors.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from switchboard_app.model.delivery import ACCOUNT_WIDE, FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import RemoteMessage, RemoteThread
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.sync.connector import Clock, Known, PlatformFailure
from switchboard_app.sync.failures import malformed
from switchboard_app.sync.json_answer import Json, Record, id_of, record_of, rows_of
from switchboard_app.sync.meta.api import GraphApi, next_page
from switchboard_app.sync.meta.errors import GraphFailure
from switchboard_app.sync.meta.inbox import Inbox
from switchboard_app.sync.meta.translate import is_skeleton, message_of

NEWEST: Final = 20
"""So many messages of a conversation come with details."""

STOPS_ALL: Final = ACCOUNT_WIDE - {FailureKind.PERMISSION} | {FailureKind.NETWORK, FailureKind.TIMEOUT}
"""Failures that say nothing about the one conversation that was asked for."""

_CONVERSATIONS: Final = 50
_PAGES: Final = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """What one conversation gave.

    `cut_off`: older new ones exist that the platform no longer gives. `looped`: its pages led nowhere, there may be
    more. `listed`: down to the last of `messages` the platform showed all it has, newest first.
    """

    messages: tuple[RemoteMessage, ...]
    cut_off: bool = False
    looped: bool = False
    listed: bool = False


class Reader:
    """Reads pages of conversations and messages, asking for less where the platform wants that."""

    def __init__(self, api: GraphApi, inbox: Inbox, clock: Clock, *, core: bool = False, lean: bool = False) -> None:
        self._api = api
        self._inbox = inbox
        self._clock = clock
        self._limits = {"list": _CONVERSATIONS, "one": NEWEST}
        self.requests = 0
        """How many calls were made."""
        self.core = core
        """Whether a field of a message beyond `Inbox.fields_core` was refused."""
        self.lean = lean
        """Whether a field of a conversation beyond `Inbox.list_core` was refused."""

    async def conversations(self, more: Mapping[str, str]) -> Record:
        """A page of the list, newest ``updated_time`` first."""
        try:
            return await self._list(more)
        except GraphFailure as failure:
            if not failure.bad_parameter or self.lean or more:
                raise
        self.lean = True
        try:
            return await self._list(more)
        except PlatformFailure:
            self.lean = False  # it was not the fields
            raise

    async def _list(self, more: Mapping[str, str]) -> Record:
        fields = self._inbox.list_core if self.lean else self._inbox.list_fields

        def params(limit: int) -> dict[str, str]:
            return {"platform": self._inbox.platform, "fields": fields, "limit": str(limit), **more}

        path = f"{self._inbox.page}/conversations"
        return self._edge(await self._less_if_asked("list", lambda limit: self._get(path, params(limit))))

    async def messages(self, conversation: str, more: Mapping[str, str]) -> Record:
        """A page of one conversation's messages, newest first: ``{"data": […], "paging": {…}}``."""
        try:
            return await self._page_of(conversation, more)
        except GraphFailure as failure:
            if not failure.bad_parameter or self.core or more:
                raise
        self.core = True
        try:
            return await self._page_of(conversation, more)
        except PlatformFailure:
            self.core = False  # it was not the fields
            raise

    async def message(self, message_id: str) -> Record | None:
        """One message by its id; None when the platform no longer gives its details."""
        try:
            return await self._get(message_id, {"fields": self._fields})
        except PlatformFailure as failure:
            if failure.failure.kind in STOPS_ALL:
                raise
            return None

    async def exists(self, conversation: str) -> bool:
        """Whether the platform still knows a conversation that its list lacks. Raises PlatformFailure."""
        try:
            await self._get(conversation, {"fields": "id"})
        except PlatformFailure as failure:
            if failure.failure.kind in STOPS_ALL:
                raise
            return not (isinstance(failure, GraphFailure) and failure.bad_parameter)
        return True

    async def _get(self, path: str, params: Mapping[str, str]) -> Record:
        self.requests += 1
        return await self._api.get(path, params, paced=True)

    @property
    def _fields(self) -> str:
        return self._inbox.fields_core if self.core else self._inbox.fields

    async def _page_of(self, conversation: str, more: Mapping[str, str]) -> Record:
        async def ask(limit: int) -> Record:
            if more:
                params = {"fields": self._fields, "limit": str(limit), **more}
                return self._edge(await self._get(f"{conversation}/messages", params))
            params = {"fields": f"messages.limit({limit}){{{self._fields}}}"}
            node = await self._get(conversation, params)
            # fields without a value are left out: a conversation without messages is its id alone
            return {} if "messages" not in node and "id" in node else self._edge(node.get("messages"))

        return await self._less_if_asked("one", ask)

    def _edge(self, value: Json) -> Record:
        edge = record_of(value)
        if not isinstance(edge.get("data"), list):
            raise malformed(True, Millis(self._clock() + MINUTE))
        return edge

    async def _less_if_asked(self, what: str, ask: Callable[[int], Awaitable[Record]]) -> Record:
        """Code 1 may mean "reduce the amount of data": half as much, down to one, before it counts as a failure."""
        while True:
            try:
                return await ask(self._limits[what])
            except GraphFailure as failure:
                if not failure.asks_for_less or self._limits[what] == 1:
                    raise
                self._limits[what] //= 2

    async def new_messages(self, thread: RemoteThread, known: Known, growth: int) -> Reading:
        """The messages of one conversation, newest first, down to the stored ones and past the 20 that have details.

        A late message stands behind known ones, and one that was taken back is missing among them; usually all 20 come
        with one call. `growth` is by how many the platform's count grew since what is stored, 0 when that is not known:
        as long as fewer new ones were found, known ones do not end the reading. Nor do they where the order is another
        one: then a new one may stand anywhere behind them, and one that was deleted meanwhile hides it from the count.
        """
        found: dict[PlatformId, RemoteMessage] = {}
        fresh: set[PlatformId] = set()
        again = False
        more: dict[str, str] = {}
        used: list[dict[str, str]] = []
        for _ in range(_PAGES):
            try:
                edge = await self.messages(thread.platform_id, more)
            except GraphFailure as failure:
                if not (more and failure.bad_parameter):
                    raise
                if again:
                    return Reading(tuple(found.values()), cut_off=True)
                more, used, again = {}, [], True  # a cursor may have expired: once more from the top
                continue
            bare = [id_of(record_of(row).get("id")) for row in rows_of(edge) if is_skeleton(row)]
            read = [self.translate(row, thread) for row in rows_of(edge) if not is_skeleton(row)]
            readable = [one.platform_id for one in read if not one.unreadable]
            stored = await known([*readable, *map(PlatformId, bare)])
            fresh |= {*readable} - stored
            found |= {one.platform_id: one for one in read if one.platform_id not in found}
            enough = len(fresh) >= growth and len(found) >= NEWEST
            in_order = _newest_first(found)
            if not stored.isdisjoint(readable) and enough and in_order:
                return Reading(tuple(found.values()), listed=True)
            singly, refused = await self._singly(bare, stored, thread)
            found |= {one.platform_id: one for one in singly}
            more = next_page(edge)
            if refused or not more or not stored.isdisjoint(bare):
                return Reading(tuple(found.values()), cut_off=refused, listed=in_order and not bare)
            if more in used:
                break
            used.append(more)
        return Reading(tuple(found.values()), looped=True)

    async def _singly(
        self, bare: list[str], stored: frozenset[PlatformId], thread: RemoteThread
    ) -> tuple[list[RemoteMessage], bool]:
        """Messages that came as id and time alone: asked for one by one down to a known one, or until one is refused;
        the latter is the second value."""
        read: list[RemoteMessage] = []
        for known_as in bare:
            if known_as in stored:
                break
            row = await self.message(known_as) if known_as else None
            if row is None or is_skeleton(row):
                return read, True
            read.append(self.translate(row, thread))
        return read, False

    def translate(self, row: Json, thread: RemoteThread) -> RemoteMessage:
        """One message in our words."""
        return message_of(row, thread, self._inbox.own, self._clock(), whole=not self.core)


def _newest_first(found: Mapping[PlatformId, RemoteMessage]) -> bool:
    times = [message.at for message in found.values()]
    return all(one >= other for one, other in pairwise(times))
