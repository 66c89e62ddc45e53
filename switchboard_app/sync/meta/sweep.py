"""One sweep over a page's conversations: what changed since what is stored, page by page, nothing skipped.

The walk goes from the newest ``updated_time`` back to 48 hours before the last complete sweep. A conversation whose
time and count are as they were when its messages were stored costs nothing; a changed one is read down to a known
message. The cursor holds the start of the last complete sweep (``swept``) and a mark for each conversation inside the
overlap (``t:<id>``), so an interrupted sweep goes on where the *stored* rows end, without any stored paging address.

What the platform no longer gives is a gap, never a deletion (`meta.reader`). One conversation that cannot be read
does not hold up the others: it is tried in three sweeps, then its failure goes to quarantine. Called by
the connectors.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from switchboard_app.model.remote import Batch, RemoteMessage, RemoteThread
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.sync.connector import Clock, Known, PlatformFailure
from switchboard_app.sync.failures import malformed
from switchboard_app.sync.json_answer import Record, id_of, record_of, rows_of, time_of, whole_of
from switchboard_app.sync.meta.api import GraphApi, next_page
from switchboard_app.sync.meta.errors import GraphFailure
from switchboard_app.sync.meta.inbox import Inbox
from switchboard_app.sync.meta.reader import STOPS_ALL, Reader
from switchboard_app.sync.meta.translate import thread_of, unreadable_thread, with_person

OVERLAP: Final = 48 * HOUR

_AT_ONCE: Final = 10
"""Conversations in a batch: even at the slowest pace far less time than a lease lasts."""
_LISTS: Final = 1000
_EMPTY_PAGES: Final = 3
_TRIES: Final = 3
_MARK: Final = "t:"


@dataclass(slots=True)
class _Gathered:
    """What one page brought so far."""

    threads: list[RemoteThread] = field(default_factory=list)
    messages: list[RemoteMessage] = field(default_factory=list)
    gap: tuple[Millis, Millis] | None = None

    def batch(self, cursor: Mapping[str, str], *, complete: bool = False) -> Batch:
        """As one batch, with the cursor that is true once it is stored."""
        return Batch(tuple(self.threads), tuple(self.messages), cursor, complete, self.gap)

    def note_gap(self, begin: int, end: int) -> None:
        """Messages between these moments may be missing for good."""
        if end > begin:
            old = self.gap or (begin, end)
            self.gap = (Millis(min(old[0], begin)), Millis(max(old[1], end)))


class Sweep:
    """One walk over the list. Made for one poll and thrown away."""

    def __init__(self, api: GraphApi, inbox: Inbox, cursor: Mapping[str, str], known: Known, clock: Clock) -> None:
        self._api = api
        self._own = inbox.own
        self._known = known
        self._clock = clock
        self._reader = Reader(api, inbox, clock, core=cursor.get("core") == "1", lean=cursor.get("lean") == "1")
        self._marks = {name: mark for name, mark in cursor.items() if name.startswith(_MARK)}
        self._swept = whole_of(cursor.get("swept", ""))
        self._start = clock()
        self._engaged: set[str] = set()
        self._put_off: PlatformFailure | None = None

    async def batches(self) -> AsyncIterator[Batch]:
        """All batches of the sweep. A failure leaves after what was read before it; then nothing is complete."""
        await self._api.begin_sweep()
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
            gathered, failure_of_all, due = _Gathered(), None, self._due(rows)
            while due and failure_of_all is None:
                if gathered.threads or gathered.messages:
                    yield gathered.batch(self._cursor())
                some, due = due[:_AT_ONCE], due[_AT_ONCE:]
                gathered, failure_of_all = await self._read(some)
            more = next_page(page)
            empty = 0 if rows else empty + 1
            looped = more in used or len(used) >= _LISTS or empty >= _EMPTY_PAGES
            last = not more or looped or self._far_enough(rows)
            whole = last and not (looped and more) and failure_of_all is None and self._put_off is None
            seen += len(rows)
            if whole and seen:
                await self._finish()
            yield gathered.batch(self._cursor(), complete=whole)
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

    def _due(self, rows: list[Record]) -> list[Record]:
        """The conversations of a page that changed; takes note of who was there lately."""
        self._engaged |= {id_of(row.get("id")) for row in rows if self._updated(row) > self._start - DAY}
        return [row for row in rows if self._is_due(row)]

    async def _read(self, rows: list[Record]) -> tuple[_Gathered, PlatformFailure | None]:
        """The messages of some conversations, and the failure that ended the reading, if one did."""
        gathered = _Gathered()
        for row in rows:
            try:
                await self._conversation(row, gathered)
            except PlatformFailure as failure:
                if failure.failure.kind in STOPS_ALL:
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
        thread = thread_of(row, self._own)
        reading = await self._reader.new_messages(thread, self._known, self._grown_by(row))
        gathered.threads.append(with_person(thread, reading.messages))
        gathered.messages.extend(reading.messages)
        if reading.cut_off and self._swept and reading.messages:
            gathered.note_gap(self._swept, min(message.at for message in reading.messages))
        counted = whole_of(row.get("message_count")) or 0 < self._updated(row) < self._start - MINUTE
        if counted and not reading.looped:  # without a count, two messages in one second look like one: read it again
            self._marks[_MARK + thread.platform_id] = self._mark(row)

    def _grown_by(self, row: Record) -> int:
        """By how many messages the conversation grew since it was stored; 0 when nobody knows."""
        before = whole_of(self._marks.get(_MARK + id_of(row.get("id")), "").rpartition("/")[2])
        return max(0, whole_of(row.get("message_count")) - before) if before else 0

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
        thread = thread_of(row, self._own)
        gathered.messages.append(unreadable_thread(thread, mark, row, self._clock()))
        self._marks[name] = mark

    async def _finish(self) -> None:
        self._swept = self._start
        oldest = self._start - OVERLAP - HOUR
        self._marks = {name: mark for name, mark in self._marks.items() if not 0 < _updated_of(mark) < oldest}
        await self._api.engaged(len(self._engaged))

    def _cursor(self) -> dict[str, str]:
        cursor = dict(self._marks)
        if self._swept:
            cursor["swept"] = str(self._swept)
        if self._reader.core:
            cursor["core"] = "1"
        if self._reader.lean:
            cursor["lean"] = "1"
        return cursor


def _updated_of(mark: str) -> int:
    """The time in a mark; 0 where the platform told none that can be believed."""
    return whole_of(mark.rpartition(":")[2].partition("/")[0])
