"""One sweep over a page's conversations: what changed since what is stored, page by page, nothing skipped.

How far back, where to go on and when to stop is `model.sweep`'s arithmetic over the list, newest ``updated_time``
first. A conversation whose time and count are as they were when its messages were stored costs nothing; a changed one
is read down to a known message, and once more a quarter of an hour later, when nobody can edit any more. The cursor
holds the planner's members and a mark for each conversation inside the overlap (``t:<id>``), so an interrupted sweep
goes on where the *stored* rows end.

What the platform no longer gives is a gap, never a deletion (`meta.reader`). One conversation that cannot be read does
not hold up the others: it is tried in three sweeps, then its failure goes to quarantine. Called by the connectors of a
page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from switchboard_app.model import sweep
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, Listed, RemoteMessage, RemoteThread, ThreadGap
from switchboard_app.model.sweep import OPEN, OVERLAP, End, Page, Rules, State, Step
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.sync.connector import Clock, Known, PlatformFailure
from switchboard_app.sync.failures import malformed
from switchboard_app.sync.json_answer import Record, id_of, record_of, rows_of, time_of, whole_of
from switchboard_app.sync.meta.api import GraphApi, next_page
from switchboard_app.sync.meta.errors import GraphFailure
from switchboard_app.sync.meta.inbox import Inbox
from switchboard_app.sync.meta.reader import STOPS_ALL, Reader, Reading
from switchboard_app.sync.meta.translate import thread_of, unreadable_thread, with_person

EDITABLE: Final = 15 * MINUTE
"""For so long a person may change a message; afterwards a conversation is looked at once more."""

_RULES: Final = Rules(empty_pages=3)
_AT_ONCE: Final = 10
"""Conversations in a batch: even at the slowest pace far less time than a lease lasts."""
_TRIES: Final = 3
_TO_ITS_END: Final = 1 << 40
"""As growth: more than any conversation holds."""
_ASKED_FOR: Final = 5
"""So many conversations that the list lacks are asked for in one poll."""
_MARK: Final = "t:"
_PARTLY: Final = "?"
"""Begins the mark of a conversation whose pages led nowhere: the next time it is read to its end, past known ones."""
_FINAL: Final = "+"
"""Ends the mark of a conversation that was read when nobody could edit its messages any more."""

_ASKED: Final = "~"
"""Ends the mark of a conversation that the list lacks although it exists: that was asked for once."""


@dataclass(slots=True)
class _Gathered:
    """What one page brought so far."""

    threads: list[RemoteThread] = field(default_factory=list)
    messages: list[RemoteMessage] = field(default_factory=list)
    gaps: list[ThreadGap] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    vanished: list[PlatformId] = field(default_factory=list)

    def batch(self, cursor: Mapping[str, str], *, complete: bool = False) -> Batch:
        """As one batch, with the cursor that is true once it is stored."""
        lists = tuple(self.gaps), tuple(self.listed), tuple(self.vanished)
        return Batch(tuple(self.threads), tuple(self.messages), cursor, complete, None, *lists)


class Sweep:
    """One walk over the list. Made for one poll and thrown away."""

    def __init__(self, api: GraphApi, inbox: Inbox, cursor: Mapping[str, str], known: Known, clock: Clock) -> None:
        self._api = api
        self._own = inbox.own
        self._known = known
        self._clock = clock
        self._reader = Reader(api, inbox, clock, core=cursor.get("core") == "1", lean=cursor.get("lean") == "1")
        self._marks = {name: mark for name, mark in cursor.items() if name.startswith(_MARK)}
        if any(mark.startswith("!") for mark in self._marks.values()):  # it stands anywhere: the whole list once more
            cursor = {name: value for name, value in cursor.items() if name != "resume"}
        self._state = sweep.begin(cursor, clock(), _RULES)
        self._swept = self._state.swept
        self._start = self._state.start
        self._engaged: set[str] = set()
        self._shown: set[str] = set()
        self._asked_for = 0
        self._put_off: PlatformFailure | None = None

    async def batches(self) -> AsyncIterator[Batch]:
        """All batches of the sweep. A failure leaves after what was read before it; then nothing is complete."""
        await self._api.begin_sweep()
        while True:
            page = await self._page()
            if page is None:
                continue
            rows = [record_of(row) for row in rows_of(page.get("data"))]
            due = self._due(rows)
            unchanged = not due
            gathered, failure = _Gathered(), None
            while due and failure is None and not self._spent():
                if gathered.threads or gathered.messages:
                    yield gathered.batch(self._cursor(sweep.paused(self._state).state))
                gathered, due, failure = await self._read(due)
            if failure is not None or due:
                yield gathered.batch(self._cursor(sweep.paused(self._state).state))
                if failure is not None:
                    raise failure
                return  # enough requests for one poll
            times = list({id_of(row.get("id")): self._updated(row) or self._start for row in rows}.values())
            step = sweep.seen(self._state, Page(times, unchanged, urlencode(next_page(page))), self._reader.requests)
            gathered.vanished += await self._vanished(step)
            yield gathered.batch(await self._after(step), complete=step.complete and self._put_off is None)
            self._state = step.state
            if step.end is not None:
                break
        if self._put_off is not None:
            raise self._put_off
        if step.end is End.LOOPED:  # pages that repeat or stay empty: shown, and begun anew at the next poll
            raise malformed(True, Millis(self._clock() + MINUTE))

    # --- the list -------------------------------------------------------------------------------------------------

    async def _page(self) -> Record | None:
        """The page that is due; None when its cursor had expired and the walk begins once more."""
        try:
            return await self._reader.conversations(dict(parse_qsl(self._state.token)))
        except GraphFailure as failure:
            again = sweep.refused(self._state) if failure.bad_parameter else None
            if again is None:
                raise
            self._state = again
            return None

    def _due(self, rows: list[Record]) -> list[Record]:
        """The conversations of a page that changed; takes note of who was there lately."""
        rows = list({id_of(row.get("id")): row for row in rows}.values())
        for name in {_MARK + id_of(row.get("id")) for row in rows} & self._marks.keys():
            self._marks[name] = self._marks[name].removesuffix(_ASKED)
        self._shown |= {id_of(row.get("id")) for row in rows}
        self._engaged |= {id_of(row.get("id")) for row in rows if self._updated(row) > self._start - DAY}
        return [row for row in rows if self._is_due(row)]

    async def _read(self, rows: list[Record]) -> tuple[_Gathered, list[Record], PlatformFailure | None]:
        """The messages of the next conversations; those left over, and the failure that ended the reading."""
        gathered = _Gathered()
        for number, row in enumerate(rows):
            if number >= _AT_ONCE or self._spent():
                return gathered, rows[number:], None
            try:
                await self._conversation(row, gathered)
            except PlatformFailure as failure:
                if failure.failure.kind in STOPS_ALL:
                    return gathered, rows[number:], failure
                self._failed(row, failure, gathered)
        return gathered, [], None

    def _spent(self) -> bool:
        """Whether this poll has made the requests that it may."""
        return self._reader.requests >= _RULES.requests

    def _is_due(self, row: Record) -> bool:
        known_as = id_of(row.get("id"))
        stored = self._marks.get(_MARK + known_as)
        if not known_as or (stored or "").removesuffix(_FINAL) == self._mark(row):
            return bool(known_as) and not (stored or "").endswith(_FINAL) and self._is_final(row)
        return stored is not None or not self._swept or not 0 < self._updated(row) < self._swept - OVERLAP

    def _is_final(self, row: Record) -> bool:
        """Whether nobody can change the newest message any more."""
        return 0 < self._updated(row) <= self._start - EDITABLE

    def _mark(self, row: Record) -> str:
        return f"{self._updated(row)}/{whole_of(row.get('message_count'))}"

    def _updated(self, row: Record) -> int:
        return time_of(row.get("updated_time"), self._start) or 0

    # --- one conversation -----------------------------------------------------------------------------------------

    async def _conversation(self, row: Record, gathered: _Gathered) -> None:
        thread = thread_of(row, self._own)
        growth = self._growth(row)
        reading = await self._reader.new_messages(thread, self._known, growth)
        gathered.threads.append(with_person(thread, reading.messages))
        gathered.messages.extend(reading.messages)
        if reading.messages:
            self._say_what_is_missing(row, thread, reading, growth, gathered)
        counted = whole_of(row.get("message_count")) or 0 < self._updated(row) < self._start - MINUTE
        name = _MARK + thread.platform_id
        if reading.looped:
            self._marks[name] = _PARTLY + self._mark(row)
        elif counted:  # without a count, two messages in one second look like one: read it again
            self._marks[name] = self._mark(row) + (_FINAL if self._is_final(row) else "")
        else:
            self._marks.pop(name, None)

    def _say_what_is_missing(
        self, row: Record, thread: RemoteThread, reading: Reading, growth: int, gathered: _Gathered
    ) -> None:
        """Older messages that the platform no longer gives, and stored ones that it lists no more."""
        oldest = Millis(min(message.at for message in reading.messages))
        if reading.cut_off and self._swept < oldest:
            count = growth if self._swept and growth < _TO_ITS_END else whole_of(row.get("message_count"))
            missing = max(0, count - len(reading.messages))
            gathered.gaps.append(ThreadGap(thread.platform_id, Millis(self._swept), oldest, missing))
        if reading.listed:
            # that the newest are gone is believed only of a conversation that shrank: a read may lag behind
            newest = OPEN if growth < 0 else max(message.at for message in reading.messages)
            gathered.listed.append(Listed(thread.platform_id, oldest, newest, counted=growth < 0))

    def _growth(self, row: Record) -> int:
        """By how many messages the conversation grew since it was stored; 0 when the platform does not count.

        One that was never read to its end is read to its end, and so is every one by a proof, which begins anew.
        """
        mark = self._marks.get(_MARK + id_of(row.get("id")), "")
        now = whole_of(row.get("message_count"))
        if mark.startswith(_PARTLY) or (not mark and now):
            return _TO_ITS_END
        before = whole_of(mark.rpartition("/")[2].removesuffix(_FINAL))
        return now - before if before and now else 0

    async def _vanished(self, step: Step) -> list[PlatformId]:
        """Conversations that the list should have shown, and of which the platform says that they do not exist."""
        gone = []
        for name, mark in list(self._marks.items()):
            known_as = name.removeprefix(_MARK)
            if (
                known_as in self._shown
                or mark.endswith(_ASKED)
                or not self._should_be_listed(mark, step)
                or self._asked_for >= _ASKED_FOR
            ):
                continue
            self._asked_for += 1
            if await self._reader.exists(known_as):
                self._marks[name] = mark + _ASKED
            else:
                gone.append(PlatformId(known_as))
                del self._marks[name]
        return gone

    def _should_be_listed(self, mark: str, step: Step) -> bool:
        if not self._shown:  # nothing at all is listed any more
            return step.end in (End.WHOLE, End.EMPTY)
        return step.covered is not None and step.covered[0] < _updated_of(mark) < step.covered[1]

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
        self._marks[name] = mark + _FINAL

    async def _after(self, step: Step) -> dict[str, str]:
        """The cursor after a page; a sweep that put something off is not complete."""
        if step.end is not End.WHOLE:
            return self._cursor(step.state)
        if self._put_off is not None:
            return self._cursor(replace(step.state, swept=self._swept))
        oldest = self._start - OVERLAP - HOUR
        self._marks = {name: mark for name, mark in self._marks.items() if not 0 < _updated_of(mark) < oldest}
        await self._api.engaged(len(self._engaged))
        return self._cursor(step.state)

    def _cursor(self, state: State) -> dict[str, str]:
        told = {"core": self._reader.core, "lean": self._reader.lean}
        return {**self._marks, **state.cursor, **{name: "1" for name, true in told.items() if true}}


def _updated_of(mark: str) -> int:
    """The time in a mark; 0 where the platform told none that can be believed."""
    return whole_of(mark.rpartition(":")[2].removeprefix(_PARTLY).partition("/")[0])
