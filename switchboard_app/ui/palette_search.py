"""What the palette finds for what is typed: enquiries, people, offices and commands, as rows ready to be shown.

The newest query counts: an answer to an older one is dropped, and only one search is under way at a time. Asks the
store and the finder through the bridge, and the table of keys for the commands. Refuses to act. Called by `palette`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from switchboard_app.model.enquiry import state_name
from switchboard_app.model.ids import EnquiryId, OfficeId, PersonId
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.people import Person
from switchboard_app.model.times import Millis
from switchboard_app.store import people, search
from switchboard_app.store.finder import Finder
from switchboard_app.store.fold import fold
from switchboard_app.store.search import Hit, PersonHit
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.keys import TABLE, Action, Key
from switchboard_app.ui.plain import plain_text
from switchboard_app.ui.text.offices import contact_line
from switchboard_app.ui.text.rows import grouped, row_name, row_time

FOUND, CAP = 50, 1000
FEW_ENQUIRIES, FEW = 6, 4
ONLY_COMMANDS = ">"
_WORD = re.compile(r"[^\W_]+")
_BEFORE, _AFTER = 36, 220


class Sort(StrEnum):
    """What a row of the palette is."""

    HEADING = "heading"
    ENQUIRY = "enquiry"
    NUMBER = "number"
    PERSON = "person"
    OFFICE = "office"
    COMMAND = "command"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Found:
    """One row: its words, a second line, something at the right, and what it leads to."""

    sort: Sort
    words: str
    detail: str = ""
    right: str = ""
    channel: str = ""
    enquiry: EnquiryId | None = None
    number: int = 0
    person: PersonId | None = None
    office: OfficeId | None = None
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class _Raw:
    """What the store answered, in one read."""

    hits: list[Hit]
    people: list[PersonHit]
    places: int


def _ask_store(tx: Transaction, query: str) -> _Raw:
    hits = search.enquiries(tx, query, FOUND)
    many = len(search.places(tx, query, CAP + 1)) if len(hits) >= FOUND else 0
    return _Raw(hits, search.people(tx, query, FEW), many)


def marked(text: str, query: str) -> list[tuple[int, int]]:
    """Where the words that the query looks for stand in `text`, to be shown heavier."""
    wanted = tuple(word for term in search.parse(query) for word in term.words)
    if not wanted:
        return []
    return [one.span() for one in _WORD.finditer(text) if fold(one[0]).startswith(wanted)]


def around(text: str, query: str) -> str:
    """The part of a long text round the first word that matches, on one line."""
    spans = marked(text[:20_000], query)
    start = max(0, spans[0][0] - _BEFORE) if spans else 0
    if start:
        start = text.find(" ", start, spans[0][0]) + 1 or start
    return ("…" if start else "") + plain_text(text[start : start + _AFTER])


class PaletteSearch(QObject):
    """`ask` as often as a key is pressed; `found` with the rows for the newest query."""

    found = Signal(str, object)
    """(query, list of `Found`)"""

    def __init__(self, bridge: Bridge, available: Callable[[Action], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._available = available
        self._query: str | None = None
        self._under_way = False
        self.expanded = False
        """Whether all enquiries found are listed, not only the first few."""

    def ask(self, query: str, *, expanded: bool = False) -> None:
        """Look for this, and forget what was asked before."""
        self._query = query
        self.expanded = expanded
        if not query.strip() or query.lstrip().startswith(ONLY_COMMANDS):
            self._query = None
            self.found.emit(query, self._only_commands(query.strip().removeprefix(ONLY_COMMANDS)))
        elif not self._under_way:
            self._under_way = True
            self._bridge.start("palette", self._search())

    @property
    def waiting(self) -> bool:
        """Whether the newest query has no answer yet, so that what is shown belongs to an older one."""
        return self._query is not None

    async def person(self, wanted: PersonId) -> list[Found]:
        """The enquiries of a person."""
        card = await self._bridge.ask(people.card, wanted)
        return person_rows(card, self._bridge.clock())

    async def _search(self) -> None:
        try:
            while self._query is not None:
                query, expanded = self._query, self.expanded
                raw = await self._bridge.ask(_ask_store, query)
                finder = await self._bridge.finder()
                if query != self._query:
                    continue
                offices = await asyncio.to_thread(_offices, finder, query, self._bridge.clock())
                if query == self._query and expanded == self.expanded:
                    self._query = None
                    self.found.emit(query, self._rows(query, raw, offices, expanded))
        finally:
            self._under_way = False
            self._query = None

    # -- rows --------------------------------------------------------------------------------------------------------

    def _only_commands(self, query: str) -> list[Found]:
        commands = self._commands(query, len(TABLE))
        return [Found(Sort.HEADING, tr("Commands")), *commands] if commands else []

    def _commands(self, query: str, limit: int) -> list[Found]:
        wanted = [fold(word) for word in query.split()]
        fits = [key for key in TABLE if key.command and _fits(key, wanted) and self._available(key.action)]
        return [Found(Sort.COMMAND, key.words, right=key.cap, action=key.action) for key in fits[:limit]]

    def _rows(self, query: str, raw: _Raw, offices: Sequence[Found], expanded: bool) -> list[Found]:
        now = self._bridge.clock()
        shown = raw.hits if expanded else raw.hits[:FEW_ENQUIRIES]
        enquiries = [_enquiry(hit, query, now) for hit in shown]
        if len(raw.hits) > len(shown):
            more = ntr("Show {n} more", "Show {n} more", len(raw.hits) - len(shown))
            enquiries.append(Found(Sort.MORE, more.format(n=len(raw.hits) - len(shown))))
        commands = self._commands(query, FEW)
        groups = [
            (tr("Enquiries"), _count(raw), enquiries),
            (tr("People"), "", [_person(hit) for hit in raw.people]),
            (tr("Offices"), "", offices),
        ]
        spelled = len(query.split()) > 1 or any(fold(one.words) == fold(query.strip()) for one in commands)
        groups.insert(0 if spelled else len(groups), (tr("Commands"), "", commands))
        rows: list[Found] = []
        for title, right, group in groups:
            if group:
                rows += [Found(Sort.HEADING, title, right=right), *group]
        return rows


def _fits(key: Key, wanted: list[str]) -> bool:
    """Whether each word typed begins a word of the command."""
    own = [fold(word) for word in _WORD.findall(key.words)]
    return all(any(word.startswith(one) for word in own) for one in wanted)


def _count(raw: _Raw) -> str:
    """How many were found, counted no further than pays."""
    if len(raw.hits) < FOUND:
        return grouped(len(raw.hits))
    total = f"{grouped(CAP)}+" if raw.places > CAP else grouped(raw.places)
    return tr("first {n}, {total} messages match").format(n=len(raw.hits), total=total)


def _enquiry(hit: Hit, query: str, now: Millis) -> Found:
    row = hit.row
    return Found(
        Sort.ENQUIRY,
        f"{row_name(row)} · {row.number}",
        around(hit.text or row.excerpt, query),
        row_time(row.last_at, now),
        row.channel.value,
        enquiry=row.id,
    )


def _person(hit: PersonHit) -> Found:
    labels = plain_text(" · ".join(label for label in hit.labels if label != hit.name))
    name = plain_text(hit.name) or labels or tr("Anonymous")
    return Found(Sort.PERSON, name, labels if labels != name else "", person=hit.id)


def _offices(finder: Finder, query: str, now: Millis) -> list[Found]:
    return [
        Found(Sort.OFFICE, match.office.title, contact_line(match.office, now), match.topic, office=match.office.id)
        for match in finder.search(query, FEW)
    ]


def person_rows(card: Person, now: Millis) -> list[Found]:
    """A person's enquiries, the newest first."""
    name = plain_text(card.name) or tr("Anonymous")
    heading = Found(Sort.HEADING, tr("Enquiries of {name}").format(name=name))
    return [
        heading,
        *(
            Found(
                Sort.NUMBER,
                f"{one.number} · {state_name(one.state)}",
                plain_text(one.excerpt),
                row_time(one.at, now),
                number=one.number,
            )
            for one in card.earlier
        ),
    ]
