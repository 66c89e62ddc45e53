"""Full-text search over messages, notes and people, newest first.

Both databases index the same folded words (`fold`): FTS5 without content on SQLite, a tsvector on PostgreSQL. The row
id of the index is the entry's `place`, which orders by time, so history that is imported late sorts right. Refuses to
rank by relevance or to count exactly: both cost as much as there are hits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from switchboard_app.model.enquiry import QueueRow
from switchboard_app.model.ids import PersonId
from switchboard_app.store.fold import words
from switchboard_app.store.phone import typed_number
from switchboard_app.store.queue import COLUMNS, as_row
from switchboard_app.store.transaction import Transaction, marks

_PHRASE = re.compile(r'"([^"]*)"|([^\s"]+)')

INDEXED = 100_000
"""So many characters of a text are indexed: a tsvector holds at most a megabyte."""
ASKED = 16
"""So many words of a query count; FTS5 takes no more than a few hundred, and nobody means them all."""
ROUNDS = 40
"""So often a search asks for more entries while they all belong to a few enquiries."""


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a query: its folded words in order; with `prefix` the last one may be a beginning."""

    words: tuple[str, ...]
    prefix: bool


def parse(query: str) -> tuple[Term, ...]:
    """Words (each also as a beginning, from two letters on) and "phrases" of a query as typed, the first few of them.

    Empty when there is nothing to search for.
    """
    terms = []
    left = ASKED
    for phrase, word in _PHRASE.findall(query[:INDEXED]):
        found = tuple(words(phrase or word))[:left]
        if found:
            terms.append(Term(found, prefix=not phrase and len(found[-1]) > 1))
            left -= len(found)
        if not left:
            break
    return tuple(terms)


def _fts5(terms: Sequence[Term]) -> str:
    parts = []
    for term in terms:
        quoted = " + ".join(f'"{word}"' for word in term.words)
        parts.append(f"{quoted} *" if term.prefix else quoted)
    return " AND ".join(parts)


def _tsquery(terms: Sequence[Term]) -> str:
    parts = []
    for term in terms:
        quoted = [f"'{word}'" for word in term.words]
        if term.prefix:
            quoted[-1] += ":*"
        parts.append("(" + " <-> ".join(quoted) + ")")
    return " & ".join(parts)


def _vector(text: str) -> str:
    """The words with their positions as a tsvector is written; words hold no sign that means anything there."""
    return " ".join(f"'{word}':{place}" for place, word in enumerate(words(text[:INDEXED]), 1))


def _index(tx: Transaction, table: str, rows: Iterable[tuple[int, str]]) -> None:
    if tx.postgres:
        made = [(place, _vector(text)) for place, text in rows]
        tx.many(f"INSERT INTO {table} (rowid, words) VALUES (?, ?::tsvector)", made)
    else:
        made = [(place, " ".join(words(text[:INDEXED]))) for place, text in rows]
        tx.many(f"INSERT INTO {table} (rowid, words) VALUES (?, ?)", made)


def index_entries(tx: Transaction, rows: Iterable[tuple[int, str]]) -> None:
    """Add entries (place, text) to the index; in order of place, which FTS5 takes best."""
    _index(tx, "entry_words", sorted(row for row in rows if row[1]))


def forget_entry(tx: Transaction, place: int) -> None:
    """Take an entry out of the index."""
    tx.change("DELETE FROM entry_words WHERE rowid = ?", place)


def index_people(tx: Transaction, rows: Iterable[tuple[int, str]]) -> None:
    """Add new people (place, what is known of them: name, handles, numbers) to the index."""
    _index(tx, "person_words", rows)


def reindex_person(tx: Transaction, place: int, text: str) -> None:
    """Replace what the index knows of a person."""
    tx.change("DELETE FROM person_words WHERE rowid = ?", place)
    _index(tx, "person_words", [(place, text)])


def _found(tx: Transaction, table: str, terms: Sequence[Term], limit: int, before: int | None = None) -> list[int]:
    """Row ids that match, the greatest first, below `before`."""
    matches, asked = ("words @@ ?::tsquery", _tsquery(terms)) if tx.postgres else (f"{table} MATCH ?", _fts5(terms))
    older, more = ("", ()) if before is None else (" AND rowid < ?", (before,))
    sql = f"SELECT rowid FROM {table} WHERE {matches}{older} ORDER BY rowid DESC LIMIT ?"
    return [row[0] for row in tx.rows(sql, asked, *more, limit)]


def places(tx: Transaction, query: str, limit: int, before: int | None = None) -> list[int]:
    """The places of matching entries, newest first, older than `before`."""
    terms = parse(query)
    return _found(tx, "entry_words", terms, limit, before) if terms else []


@dataclass(frozen=True, slots=True)
class Hit:
    """An enquiry that matches, with the newest matching entry's text cut around nothing: the window marks the words."""

    row: QueueRow
    text: str


def enquiries(tx: Transaction, query: str, limit: int = 50) -> list[Hit]:
    """Enquiries whose messages or notes match, those touched last first; a number (``2041``, ``#2041``) comes first."""
    hits: dict[str, Hit] = {}
    number = query.strip().lstrip("#")
    if number.isascii() and number.isdigit() and len(number) <= 9:
        for row in tx.rows(f"SELECT {COLUMNS} FROM enquiry WHERE number = ?", int(number)):
            hits[row[0]] = Hit(as_row(row), row[10])
    newest: dict[str, int] = {}
    before: int | None = None
    step = limit
    for _ in range(ROUNDS):
        found = places(tx, query, step, before)
        for place, enquiry in _owners(tx, found):
            if enquiry not in hits and len(hits) + len(newest) < limit:
                newest.setdefault(enquiry, place)
        if len(found) < step or len(hits) + len(newest) >= limit:
            break
        before = found[-1]
        step = limit * 4
    if newest:
        sql = f"{_SHOWN} WHERE e.place IN ({marks(len(newest))}) ORDER BY e.place DESC"
        for row in tx.rows(sql, *newest.values()):
            hits[row[0]] = Hit(as_row(row[:-1]), row[-1])
    return list(hits.values())


_SHOWN = (
    f"SELECT {', '.join('q.' + name.strip() for name in COLUMNS.split(','))}, e.text"
    " FROM entry e JOIN enquiry q ON q.id = e.enquiry_id"
)


def _owners(tx: Transaction, found: Sequence[int]) -> list[tuple[int, str]]:
    """The enquiries of these places, the newest place first."""
    if not found:
        return []
    sql = f"SELECT place, enquiry_id FROM entry WHERE place IN ({marks(len(found))}) ORDER BY place DESC"
    return [(place, enquiry) for place, enquiry in tx.rows(sql, *found)]


@dataclass(frozen=True, slots=True)
class PersonHit:
    """A person that matches, with how they are known."""

    id: PersonId
    name: str
    labels: tuple[str, ...]


def people(tx: Transaction, query: str, limit: int = 20) -> list[PersonHit]:
    """People whose name, handle or number matches, those known last first."""
    number = typed_number(query)
    terms = (Term((number,), prefix=True),) if number else parse(query)
    if not terms:
        return []
    found = _found(tx, "person_words", terms, limit)
    if not found:
        return []
    rows = tx.rows(f"SELECT id, name FROM person WHERE place IN ({marks(len(found))}) ORDER BY place DESC", *found)
    labels: dict[str, list[str]] = {}
    sql = f"SELECT person_id, label FROM identity WHERE person_id IN ({marks(len(rows))}) ORDER BY kind, value"
    for person, label in tx.rows(sql, *(row[0] for row in rows)):
        labels.setdefault(person, []).append(label)
    return [PersonHit(PersonId(row[0]), row[1], tuple(labels.get(row[0], ()))) for row in rows]
