"""One sweep over a page's conversations: what changed since what is stored, page by page, nothing skipped.

The walk goes from the newest ``updated_time`` back to 48 hours before the last complete sweep. A conversation whose
time and count are as they were when its messages were stored costs nothing; a changed one is read down to a known
message. The cursor holds the start of the last complete sweep (``swept``) and a mark for each conversation inside the
overlap (``t:<id>``), so an interrupted sweep goes on where the *stored* rows end, without any stored paging address.

Only the 20 newest messages of a conversation can be read; asking for an older one is answered as if it were deleted
(dossier 2.2). Here that is a gap, never a deletion. One conversation that cannot be read does not hold up the others:
it is tried in three sweeps, then its failure goes to quarantine. Called by `facebook.connector`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from switchboard_app.model.delivery import ACCOUNT_WIDE, FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemoteThread
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.sync.connector import Clock, Known, PlatformFailure
from switchboard_app.sync.facebook.api import GraphApi, next_page
from switchboard_app.sync.facebook.errors import GraphFailure
from switchboard_app.sync.facebook.translate import (
    CONVERSATION_FIELDS,
    CORE_FIELDS,
    MESSAGE_FIELDS,
    is_skeleton,
    message_of,
    thread_of,
    unreadable_thread,
    with_person,
)
from switchboard_app.sync.failures import malformed
from switchboard_app.sync.json_answer import Json, Record, id_of, record_of, rows_of, time_of, whole_of

OVERLAP: Final = 48 * HOUR
NEWEST: Final = 20
"""So many messages of a conversation come with details."""

_CONVERSATIONS: Final = 50
_LISTS: Final = 1000
_PAGES_OF_ONE: Final = 60
_EMPTY_PAGES: Final = 3
_TRIES: Final = 3
_MARK: Final = "t:"
_STOPS_ALL: Final = ACCOUNT_WIDE - {FailureKind.PERMISSION} | {FailureKind.NETWORK, FailureKind.TIMEOUT}


@dataclass(slots=True)
class _Gathered:
    """What one page brought so far."""

    threads: list[RemoteThread] = field(default_factory=list)
    messages: list[RemoteMessage] = field(default_factory=list)
    gap: tuple[Millis, Millis] | None = None


class Reader:
    """Reads pages of conversations and messages, asking for less where the platform wants that."""

    def __init__(self, api: GraphApi, page_id: str, clock: Clock, core: bool = False) -> None:
        self._api = api
        self._page_id = page_id
        self._clock = clock
        self._limits = {"list": _CONVERSATIONS, "one": NEWEST}
        self.core = core
        """Whether a field beyond `CORE_FIELDS` was refused."""

    async def conversations(self, more: Mapping[str, str]) -> Record:
        """A page of the list, newest ``updated_time`` first."""

        def params(limit: int) -> dict[str, str]:
            return {"platform": "messenger", "fields": CONVERSATION_FIELDS, "limit": str(limit), **more}

        path = f"{self._page_id}/conversations"
        return self._edge(
            await self._less_if_asked("list", lambda limit: self._api.get(path, params(limit), paced=True))
        )

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
            return await self._api.get(message_id, {"fields": self._fields}, paced=True)
        except PlatformFailure as failure:
            if failure.failure.kind in _STOPS_ALL:
                raise
            return None

    @property
    def _fields(self) -> str:
        return CORE_FIELDS if self.core else MESSAGE_FIELDS

    async def _page_of(self, conversation: str, more: Mapping[str, str]) -> Record:
        async def ask(limit: int) -> Record:
            if more:
                params = {"fields": self._fields, "limit": str(limit), **more}
                return self._edge(await self._api.get(f"{conversation}/messages", params, paced=True))
            params = {"fields": f"messages.limit({limit}){{{self._fields}}}"}
            node = await self._api.get(conversation, params, paced=True)
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

    def translate(self, row: Json, thread: RemoteThread) -> RemoteMessage:
        """One message in our words."""
        return message_of(row, thread, self._page_id, self._clock())


class Sweep:
    """One walk over the list. Made for one poll and thrown away."""

    def __init__(self, api: GraphApi, page_id: str, cursor: Mapping[str, str], known: Known, clock: Clock) -> None:
        self._api = api
        self._page_id = page_id
        self._known = known
        self._clock = clock
        self._reader = Reader(api, page_id, clock, core=cursor.get("core") == "1")
        self._marks = {name: mark for name, mark in cursor.items() if name.startswith(_MARK)}
        self._swept = whole_of(cursor.get("swept", ""))
        self._start = clock()
        self._engaged: set[str] = set()
        self._put_off: PlatformFailure | None = None

    async def batches(self) -> AsyncIterator[Batch]:
        """All batches of the sweep. A failure leaves after what was read before it; then nothing is complete."""
        self._api.begin_sweep()
        more: dict[str, str] = {}
        used: list[dict[str, str]] = []
        empty = restarts = seen = 0
        whole = False
        while True:
            try:
                page = await self._reader.conversations(more)
            except GraphFailure as failure:
                if not (more and failure.bad_parameter and restarts == 0):
                    raise
                more, used, restarts = {}, [], 1  # a cursor has expired: once more from the top
                continue
            rows = [record_of(row) for row in rows_of(page.get("data"))]
            gathered, failure_of_all = await self._changed(rows)
            more = next_page(page)
            empty = 0 if rows else empty + 1
            looped = more in used or len(used) >= _LISTS or empty >= _EMPTY_PAGES
            last = not more or looped or self._far_enough(rows)
            whole = last and not (looped and more) and failure_of_all is None and self._put_off is None
            seen += len(rows)
            if whole and seen:
                self._finish()
            yield Batch(tuple(gathered.threads), tuple(gathered.messages), self._cursor(), whole, gathered.gap)
            if failure_of_all is not None:
                raise failure_of_all
            if last:
                break
            used.append(more)
        if self._put_off is not None:
            raise self._put_off
        if not whole:  # pages that repeat or stay empty: shown, and begun anew at the next poll
            raise malformed(True, Millis(self._clock() + MINUTE))

    # --- the list -------------------------------------------------------------------------------------------------

    async def _changed(self, rows: list[Record]) -> tuple[_Gathered, PlatformFailure | None]:
        """The messages of the changed conversations of a page, and the failure that ended it, if one did."""
        gathered = _Gathered()
        for row in rows:
            if self._updated(row) > self._start - DAY:
                self._engaged.add(id_of(row.get("id")))
            if not self._is_due(row):
                continue
            try:
                await self._conversation(row, gathered)
            except PlatformFailure as failure:
                if failure.failure.kind in _STOPS_ALL:
                    return gathered, failure
                self._failed(row, failure, gathered)
        return gathered, None

    def _is_due(self, row: Record) -> bool:
        known_as = id_of(row.get("id"))
        stored = self._marks.get(_MARK + known_as)
        if not known_as or stored == self._mark(row):
            return False
        return stored is not None or not self._swept or not 0 < self._updated(row) < self._swept - OVERLAP

    def _mark(self, row: Record) -> str:
        return f"{self._updated(row)}/{whole_of(row.get('message_count'))}"

    def _updated(self, row: Record) -> int:
        return time_of(row.get("updated_time"), self._start) or 0

    def _far_enough(self, rows: list[Record]) -> bool:
        """Whether the whole page lies before the overlap. A list in the other order is walked to its end."""
        times = [self._updated(row) for row in rows]
        if not self._swept or not times or min(times) == 0 or max(times) >= self._swept - OVERLAP:
            return False
        return not (len(times) > 1 and times == sorted(times) and times[0] < times[-1])

    # --- one conversation -----------------------------------------------------------------------------------------

    async def _conversation(self, row: Record, gathered: _Gathered) -> None:
        thread = thread_of(row, self._page_id)
        messages, cut_off = await self._messages(thread)
        thread = with_person(thread, messages)
        gathered.threads.append(thread)
        gathered.messages.extend(messages)
        if cut_off and self._swept and messages:
            oldest = min(message.at for message in messages)
            if oldest > self._swept:
                begin = min(gathered.gap[0], self._swept) if gathered.gap else self._swept
                gathered.gap = (Millis(begin), Millis(max(oldest, gathered.gap[1]) if gathered.gap else oldest))
        if whole_of(row.get("message_count")) or 0 < self._updated(row) < self._start - MINUTE:
            self._marks[_MARK + thread.platform_id] = self._mark(row)
        else:  # without a count, two messages in one second look like one: read it again next time
            self._marks.pop(_MARK + thread.platform_id, None)

    async def _messages(self, thread: RemoteThread) -> tuple[list[RemoteMessage], bool]:
        """The newest messages down to the first known one; and whether older ones exist that are no longer given."""
        found: dict[PlatformId, RemoteMessage] = {}
        more: dict[str, str] = {}
        used: list[dict[str, str]] = []
        for _ in range(_PAGES_OF_ONE):
            try:
                edge = await self._reader.messages(thread.platform_id, more)
            except GraphFailure as failure:
                if more and failure.bad_parameter:
                    return list(found.values()), True
                raise
            bare = [id_of(record_of(row).get("id")) for row in rows_of(edge) if is_skeleton(row)]
            read = [self._reader.translate(row, thread) for row in rows_of(edge) if not is_skeleton(row)]
            found |= {one.platform_id: one for one in read if one.platform_id not in found}
            readable = [one.platform_id for one in read if not one.unreadable]
            known = await self._known([*readable, *map(PlatformId, bare)])
            if not known.isdisjoint(readable) and not _oldest_first(read):
                return list(found.values()), False
            singly, cut_off = await self._singly(bare, known, thread)
            found |= {one.platform_id: one for one in singly}
            if not known.isdisjoint(bare):
                return list(found.values()), cut_off
            more = next_page(edge)
            if cut_off or not more or more in used:
                return list(found.values()), cut_off
            used.append(more)
        return list(found.values()), True

    async def _singly(
        self, bare: list[str], known: frozenset[PlatformId], thread: RemoteThread
    ) -> tuple[list[RemoteMessage], bool]:
        """Messages that came as id and time alone: asked for one by one down to a known one, or until one is refused;
        the latter is the second value."""
        read: list[RemoteMessage] = []
        for known_as in bare:
            if known_as in known:
                break
            row = await self._reader.message(known_as) if known_as else None
            if row is None or is_skeleton(row):
                return read, True
            read.append(self._reader.translate(row, thread))
        return read, False

    # --- what stays -----------------------------------------------------------------------------------------------

    def _failed(self, row: Record, failure: PlatformFailure, gathered: _Gathered) -> None:
        """One conversation could not be read: again in the next sweeps, and after the third its failure is kept."""
        name, mark = _MARK + id_of(row.get("id")), self._mark(row)
        before = self._marks.get(name, "")
        tries = int(before[1:].partition(":")[0]) + 1 if before.startswith("!") and before.endswith(mark) else 1
        if tries < _TRIES:
            self._marks[name] = f"!{tries}:{mark}"
            self._put_off = self._put_off or failure
            return
        thread = thread_of(row, self._page_id)
        gathered.messages.append(unreadable_thread(thread, mark, row, self._clock()))
        self._marks[name] = mark

    def _finish(self) -> None:
        self._swept = self._start
        oldest = self._start - OVERLAP - HOUR
        self._marks = {
            name: mark
            for name, mark in self._marks.items()
            if whole_of(mark.rpartition(":")[2].partition("/")[0]) >= oldest
        }
        self._api.engaged(len(self._engaged))

    def _cursor(self) -> dict[str, str]:
        cursor = dict(self._marks)
        if self._swept:
            cursor["swept"] = str(self._swept)
        if self._reader.core:
            cursor["core"] = "1"
        return cursor


def _oldest_first(messages: list[RemoteMessage]) -> bool:
    times = [message.at for message in messages]
    return len(times) > 1 and times == sorted(times) and times[0] < times[-1]
