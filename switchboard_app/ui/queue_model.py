"""The queue as Qt's model: as many rows as the store counts, of which only those near the eye are held.

Reads pages through the bridge, one read at a time; after a hint it reads its stretch again and tells Qt only what
changed, so that nothing on the screen jumps. Refuses to sort, to filter and to touch SQL: `store.queue` does. Called by
`queue_view`, which says what is looked at (`Outlook`) and keeps its place when rows come and go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from switchboard_app.model.enquiry import QueueRow
from switchboard_app.model.ids import EnquiryId
from switchboard_app.store import queue
from switchboard_app.store.queue import QueueFilter
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.bridge import Bridge, concerns
from switchboard_app.ui.queue_diff import Part, Step, steps
from switchboard_app.ui.reread import Reread
from switchboard_app.ui.text.rows import row_sentence

PAGE = 100
KEPT = 2 * PAGE
"""Rows that may stay loaded beyond what is seen, at either side."""
MOST_ANCHORS = 4
MOST_READS = 8
"""Reads in a row before others get their turn."""
ROW = Qt.ItemDataRole.UserRole + 1
"""The role of the `QueueRow`; None while it is being read."""

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is looked at: the rows `first` to `last`, and the enquiries that should stay where they are, best first."""

    first: int = 0
    last: int = 12
    anchors: tuple[EnquiryId, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """What a refresh does to the list. `anchor` went from row `before` to row `after`.

    `above` is how many rows are new before the first row that is seen.
    """

    anchor: EnquiryId | None
    before: int
    after: int
    total: int
    above: int
    places: Mapping[EnquiryId, int]
    """Where the rows that were read stand now."""

    @property
    def shift(self) -> int:
        """By how many rows the anchor moved."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Consecutive rows of the list as read in one transaction."""

    first: int
    rows: tuple[QueueRow, ...]
    total: int

    def part(self) -> Part:
        return Part(self.first, [row.id for row in self.rows], self.total)

    def at(self, place: int) -> QueueRow | None:
        return self.rows[place - self.first] if self.first <= place < self.first + len(self.rows) else None


_NOTHING = _Stretch(0, (), 0)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """An enquiry that should stay where it is, and how it was when it was last read."""

    id: EnquiryId
    place: int
    version: int | None


@dataclass(frozen=True, slots=True)
class _Read:
    """A stretch and where its anchor stands in it."""

    stretch: _Stretch
    anchor: EnquiryId | None
    before: int
    after: int


def _read_again(tx: Transaction, wanted: QueueFilter, anchors: Sequence[_Anchor], first: int, end: int) -> _Read:
    """The rows round an anchor, as many before and after it as `first` and `end`.

    The anchor is the first that is still in the list and was not changed itself: a changed one may have gone elsewhere,
    and then the others should stay where they are, not it.
    """
    total = queue.total(tx, wanted)
    changed: _Read | None = None
    for anchor in anchors[:MOST_ANCHORS]:
        after = queue.position(tx, wanted, anchor.id)
        if after is None:
            continue
        start = after - (anchor.place - first)
        start = start if start > PAGE else 0  # what came in at the top is wanted soon
        rows = queue.page(tx, wanted, start, max(after + (end - anchor.place) - start, PAGE))
        read = _Read(_Stretch(start, tuple(rows), total), anchor.id, anchor.place, after)
        here = read.stretch.at(after)
        if anchor.version is None or (here is not None and here.version == anchor.version):
            return read
        changed = changed or read
    if changed is not None:
        return changed
    start = max(0, min(first, total - (end - first)))
    rows = queue.page(tx, wanted, start, max(end - start, PAGE))
    return _Read(_Stretch(start, tuple(rows), total), None, 0, 0)


def _read_and_compare(
    tx: Transaction, wanted: QueueFilter, anchors: Sequence[_Anchor], first: int, end: int, shown: _Stretch
) -> tuple[_Read, list[Step] | None]:
    """The rows, and how what is shown becomes them: compared here, where it does not hold up the window's loop."""
    read = _read_again(tx, wanted, anchors, first, end)
    return read, steps(shown.part(), read.stretch.part())


class QueueModel(QAbstractTableModel):
    """One column; `row(place)` is what the delegate paints."""

    moving = Signal()
    """Rows are about to come and go: remember where the eye is."""
    moved = Signal(object)
    """Rows came and went, as `Moved` says: put the eye back."""
    shown = Signal()
    """What was asked for by `show` is there."""
    held = Signal(int)
    """So many rows are new, but taking them in would move the row under the pointer: they wait for `refresh`."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._wanted: QueueFilter | None = None
        self._stretch = _NOTHING
        self._places: dict[EnquiryId, int] = {}
        self._look: Callable[[], Outlook] = Outlook
        self._keeps: Callable[[Moved], bool] = lambda _moved: True
        self._fresh = False
        self._dirty = False
        self._again = Reread(self, bridge, "queue", self._work)
        bridge.changed.connect(self._hinted)

    def serve(self, look: Callable[[], Outlook], keeps: Callable[[Moved], bool]) -> None:
        """Who looks: `look` says at what, `keeps` whether the view can hold its anchor still through a `Moved`."""
        self._look, self._keeps = look, keeps

    # -- what Qt asks ------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else self._stretch.total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (ROW, Qt.ItemDataRole.AccessibleTextRole):
            return None
        row = self._stretch.at(index.row())
        if role == ROW or row is None:
            return row
        return row_sentence(row, self._bridge.clock(), self._bridge.me)

    # -- what the view asks ------------------------------------------------------------------------------------------

    def row(self, place: int) -> QueueRow | None:
        """The row at a place; None while it is being read."""
        return self._stretch.at(place)

    def place(self, enquiry: EnquiryId) -> int | None:
        """At which row an enquiry stands, if it is among the loaded ones."""
        return self._places.get(enquiry)

    def total(self) -> int:
        """How many rows the list has."""
        return self._stretch.total

    def loaded(self) -> int:
        """How many rows are held."""
        return len(self._stretch.rows)

    def filter(self) -> QueueFilter | None:
        """What the list shows."""
        return self._wanted

    def ready(self) -> bool:
        """Whether the list of the filter in use has been read."""
        return self._fresh

    def show(self, wanted: QueueFilter) -> None:
        """Show another list, from where the `Outlook` says; `shown` when it is there."""
        self._wanted = wanted
        self._fresh = False
        self._again.now()

    def refresh(self) -> None:
        """Take in what waits, at once."""
        self._dirty = True
        self._again.now()

    def look_at(self) -> None:
        """The eye moved: read what it sees and does not have. Cheap when there is nothing to read."""
        if self._fresh and self._missing() is not None:
            self._again.now()

    # -- reading -----------------------------------------------------------------------------------------------------

    def _hinted(self, topics: frozenset[str]) -> None:
        if concerns(topics, "queue"):
            self._dirty = True
            self._again.soon()

    async def _work(self) -> None:
        """Everything that is to be read, one after the other; the newest wish counts."""
        for _ in range(MOST_READS):
            if self._wanted is None:
                return
            if not self._fresh:
                await self._read_anew(self._wanted)
            elif self._dirty:
                self._dirty = False
                await self._read_changes(self._wanted)
            elif (missing := self._missing()) is not None:
                await self._read_missing(self._wanted, *missing)
            else:
                return
        self._again.soon()  # a list that changes faster than it can be read: others want their turn

    async def _read_anew(self, wanted: QueueFilter) -> None:
        self._dirty = False
        anchors = tuple(_Anchor(one, 0, None) for one in self._look().anchors)
        read = await self._bridge.ask(_read_again, wanted, anchors, -PAGE if anchors else 0, PAGE)
        if wanted is not self._wanted:
            return
        self._fresh = True
        self._reset(read.stretch)
        self.moved.emit(Moved(read.anchor, 0, read.after, read.stretch.total, 0, self._places))
        self.shown.emit()

    async def _read_changes(self, wanted: QueueFilter) -> None:
        look, old = self._look(), self._stretch
        first = max(old.first, look.first - KEPT)
        end = max(first, min(old.first + len(old.rows), look.last + KEPT))
        rows = [(one, old.at(self._places[one])) for one in look.anchors if one in self._places]
        anchors = tuple(_Anchor(one, self._places[one], row.version) for one, row in rows if row is not None)
        read, plan = await self._bridge.ask(_read_and_compare, wanted, anchors, first, end, old)
        if wanted is self._wanted:
            self._take(read, plan, self._look())

    def _missing(self) -> tuple[int, int] | None:
        """The next rows to read so that everything that is seen is there; None when it is."""
        look, have = self._look(), self._stretch
        first, last = max(0, look.first), min(look.last, have.total - 1)
        begin, end = have.first, have.first + len(have.rows)
        if last < first or (begin <= first and last < end):
            return None
        if begin <= first <= end:
            return end, min(have.total, max(last + 1, end + PAGE))
        if begin <= last + 1 <= end:
            return max(0, min(first, begin - PAGE)), begin
        start = max(0, (first + last) // 2 - PAGE // 2)
        return start, min(have.total, max(start + PAGE, last + 1))

    async def _read_missing(self, wanted: QueueFilter, first: int, end: int) -> None:
        """Read these rows and join them to the stretch, unless the list turned out to be another meanwhile."""
        rows = tuple(await self._bridge.ask(queue.page, wanted, first, end - first))
        if wanted is not self._wanted or not self._fresh:
            return
        old = self._stretch
        after, before = first == old.first + len(old.rows), end == old.first
        twice = (after or before) and any(row.id in self._places for row in rows)
        if len(rows) < end - first or twice:
            self._dirty = True
            return
        if after:
            joined = _Stretch(old.first, old.rows + rows, old.total)
        elif before:
            joined = _Stretch(first, rows + old.rows, old.total)
        else:
            joined = _Stretch(first, rows, old.total)
        self._hold(self._trimmed(joined))
        self.dataChanged.emit(self.index(first, 0), self.index(end - 1, 0))

    def _trimmed(self, stretch: _Stretch) -> _Stretch:
        """Without the rows that lie too far from what is seen."""
        look = self._look()
        first = max(stretch.first, min(look.first - KEPT, stretch.first + len(stretch.rows)))
        end = min(stretch.first + len(stretch.rows), max(look.last + 1 + KEPT, first))
        return _Stretch(first, stretch.rows[first - stretch.first : end - stretch.first], stretch.total)

    # -- taking in ---------------------------------------------------------------------------------------------------

    def _hold(self, stretch: _Stretch) -> None:
        self._stretch = stretch
        self._places = {row.id: stretch.first + number for number, row in enumerate(stretch.rows)}

    def _reset(self, stretch: _Stretch) -> None:
        self.moving.emit()
        self.beginResetModel()
        self._hold(stretch)
        self.endResetModel()

    def _take(self, read: _Read, plan: list[Step] | None, look: Outlook) -> None:
        """Show what was read with few changes, or only the changed rows when the eye would lose its row."""
        old, new = self._stretch, read.stretch
        places = {row.id: place for place, row in enumerate(new.rows, new.first)}
        above = _news_above(old, read, look)
        moved = Moved(read.anchor, read.before, read.after, new.total, above, places)
        if plan == [] and old.first == new.first:
            self._replace(new)
            return
        if not self._keeps(moved):
            fresh = {row.id: row for row in new.rows}
            self._replace(_Stretch(old.first, tuple(fresh.get(row.id, row) for row in old.rows), old.total))
            known = {row.id for row in old.rows}
            self.held.emit(max(1, sum(row.id not in known for row in new.rows)))
            return
        if plan is None:
            self._reset(new)
        else:
            self._step(plan, old, new)
        self.moved.emit(moved)

    def _step(self, plan: list[Step], old: _Stretch, new: _Stretch) -> None:
        """Put rows in and take rows out one stretch after the other; between two steps no row is known."""
        self.moving.emit()
        nowhere = QModelIndex()
        self._hold(_Stretch(0, (), old.total))
        for step in plan:
            total = self._stretch.total + step.count
            if step.count > 0:
                self.beginInsertRows(nowhere, step.first, step.first + step.count - 1)
                self._stretch = _Stretch(0, (), total)
                self.endInsertRows()
            else:
                self.beginRemoveRows(nowhere, step.first, step.first - step.count - 1)
                self._stretch = _Stretch(0, (), total)
                self.endRemoveRows()
        self._hold(new)
        before = {row.id: row for row in old.rows}
        self._tell_changed([place for place, row in self._numbered() if before.get(row.id) != row])

    def _replace(self, new: _Stretch) -> None:
        """The same rows in the same order, some of them with other words."""
        old = self._stretch
        self._hold(new)
        self._tell_changed([place for place, row in self._numbered() if old.at(place) != row])

    def _numbered(self) -> list[tuple[int, QueueRow]]:
        return list(enumerate(self._stretch.rows, self._stretch.first))

    def _tell_changed(self, places: list[int]) -> None:
        """One signal a row: a range over several rows would repaint the whole view."""
        for place in places:
            index = self.index(place, 0)
            self.dataChanged.emit(index, index)


def _news_above(old: _Stretch, read: _Read, look: Outlook) -> int:
    """How many rows come in before the first row that is seen: new ones, and known ones that came up by a message."""
    known = {row.id: (place, row) for place, row in enumerate(old.rows, old.first)}
    shift = read.after - read.before if read.anchor is not None else 0
    news, edge = 0, old.first > 0
    for place, row in enumerate(read.stretch.rows, read.stretch.first):
        if place >= look.first + shift:
            break
        was = known.get(row.id)
        edge = edge and was is None  # rows at the edge may only have come into reach
        if (was is None and not edge) or (was is not None and was[0] >= look.first and was[1].last_at < row.last_at):
            news += 1
    still = read.anchor is not None and read.stretch.at(read.after) == known[read.anchor][1]
    return max(news, shift) if still else news
