"""Full-text search over messages, notes and people, newest first.

Both databases index the folded text (`fold`): FTS5 without content on SQLite, a tsvector column on PostgreSQL. The row
id of the index is the entry's `place`, which orders by time, so history that is imported late sorts right. Refuses to
rank by relevance or to count exactly: both cost as much as there are hits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from switchboard_app.model.enquiry import QueueRow
from switchboard_app.model.ids import PersonId
from switchboard_app.store.fold import fold, words
from switchboard_app.store.queue import COLUMNS, as_row
from switchboard_app.store.transaction import Transaction, marks

_PHRASE = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a query: its folded words in order; the last one may be a beginning."""

    words: tuple[str, ...]
    prefix: bool


def parse(query: str) -> tuple[Term, ...]:
    """Words (each also as a beginning) and "phrases" of a query as typed; empty when nothing can be searched."""
    terms = []
    for phrase, word in _PHRASE.findall(query):
        found = tuple(words(phrase or word))
        if found:
            terms.append(Term(found, prefix=not phrase))
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


def index_entries(tx: Transaction, rows: Sequence[tuple[int, str]]) -> None:
    """Add entries (place, text) to the index; in order of place, which FTS5 takes best."""
    folded = [(place, fold(text)) for place, text in sorted(rows) if text]
    if not folded:
        return
    if tx.postgres:
        tx.many(
            "INSERT INTO entry_words (rowid, words) VALUES (?, to_tsvector('simple', ?))",
            [(place, text[:200_000]) for place, text in folded],
        )
    else:
        tx.many("INSERT INTO entry_words (rowid, words) VALUES (?, ?)", folded)


def index_person(tx: Transaction, person: PersonId, text: str) -> None:
    """Replace what is known of a person (name, handles, numbers) in the index."""
    tx.change("DELETE FROM person_words WHERE person_id = ?", person)
    vector = "to_tsvector('simple', ?)" if tx.postgres else "?"
    tx.change(f"INSERT INTO person_words (person_id, words) VALUES (?, {vector})", person, fold(text))


def places(tx: Transaction, query: str, limit: int, before: int | None = None) -> list[int]:
    """The places of matching entries, newest first, older than `before`."""
    terms = parse(query)
    if not terms:
        return []
    older = " AND rowid < ?" if before is not None else ""
    more = () if before is None else (before,)
    if tx.postgres:
        sql = f"SELECT rowid FROM entry_words WHERE words @@ to_tsquery('simple', ?){older} ORDER BY rowid DESC LIMIT ?"
        return [row[0] for row in tx.rows(sql, _tsquery(terms), *more, limit)]
    sql = f"SELECT rowid FROM entry_words WHERE entry_words MATCH ?{older} ORDER BY rowid DESC LIMIT ?"
    return [row[0] for row in tx.rows(sql, _fts5(terms), *more, limit)]


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
    before: int | None = None
    while len(hits) < limit:
        found = places(tx, query, limit * 2, before)
        if not found:
            break
        before = found[-1]
        columns = ", ".join("q." + name.strip() for name in COLUMNS.split(","))
        sql = (
            f"SELECT {columns}, e.text FROM entry e JOIN enquiry q ON q.id = e.enquiry_id"
            f" WHERE e.place IN ({marks(len(found))}) ORDER BY e.place DESC"
        )
        for row in tx.rows(sql, *found):
            if row[0] not in hits and len(hits) < limit:
                hits[row[0]] = Hit(as_row(row[:-1]), row[-1])
        if len(found) < limit * 2:
            break
    return list(hits.values())


@dataclass(frozen=True, slots=True)
class PersonHit:
    """A person that matches, with how they are known."""

    id: PersonId
    name: str
    labels: tuple[str, ...]


def people(tx: Transaction, query: str, limit: int = 20) -> list[PersonHit]:
    """People whose name, handle or number matches."""
    terms = parse(query)
    if not terms:
        return []
    if tx.postgres:
        sql = "SELECT person_id FROM person_words WHERE words @@ to_tsquery('simple', ?) LIMIT ?"
        found = [row[0] for row in tx.rows(sql, _tsquery(terms), limit)]
    else:
        sql = "SELECT person_id FROM person_words WHERE person_words MATCH ? ORDER BY rowid DESC LIMIT ?"
        found = [row[0] for row in tx.rows(sql, _fts5(terms), limit)]
    if not found:
        return []
    labels: dict[str, list[str]] = {}
    for person, label in tx.rows(
        f"SELECT person_id, label FROM identity WHERE person_id IN ({marks(len(found))}) ORDER BY label", *found
    ):
        labels.setdefault(person, []).append(label)
    rows = tx.rows(f"SELECT id, name FROM person WHERE id IN ({marks(len(found))}) ORDER BY name", *found)
    return [PersonHit(PersonId(row[0]), row[1], tuple(labels.get(row[0], ()))) for row in rows]
