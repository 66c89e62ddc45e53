"""What SQLite can do at best on this machine: two plain tables, three indexes, FTS5, filled with executemany.

The floor of the design's measurements (performance.md, 2.1), on the library, the encryption and the durability that
the product uses. Refuses everything the product has to do besides: duplicates, people, clocks, journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlite

from bench.corpus import Conversation

SCHEMA = """
CREATE TABLE conversation(id INTEGER PRIMARY KEY, channel TEXT, external_id TEXT, person TEXT, handle TEXT,
  subject TEXT, language TEXT, urgency INT, state TEXT, owner TEXT, opened INT, last INT, version INT DEFAULT 1);
CREATE TABLE message(id INTEGER PRIMARY KEY, conversation_id INT, external_id TEXT, at INT, direction TEXT, author TEXT,
  text TEXT);
CREATE INDEX queue ON conversation(urgency DESC, opened, id, subject, person, channel, owner, state, last)
  WHERE state <> 'done';
CREATE INDEX timeline ON message(conversation_id, at);
CREATE UNIQUE INDEX external ON message(external_id);
CREATE VIRTUAL TABLE words USING fts5(text, content='message', content_rowid='id',
  tokenize='unicode61 remove_diacritics 2');
"""
PAGE = (
    "SELECT id, subject, person, channel, urgency, owner, state, opened, last FROM conversation WHERE state <> 'done'"
    " ORDER BY urgency DESC, opened, id LIMIT ? OFFSET ?"
)
COUNT = "SELECT COUNT(*) FROM conversation WHERE state <> 'done'"
SEARCH = (
    "SELECT m.id, m.conversation_id, m.at, m.text FROM words JOIN message m ON m.id = words.rowid"
    " WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT 50"
)


class Floor:
    """A file of its own, encrypted with `key` when there is one."""

    def __init__(self, path: Path, key: str) -> None:
        self.db: Any = sqlite.connect(str(path), isolation_level=None)
        if key:
            self.db.execute(f"PRAGMA key = \"x'{key}'\"")
        for pragma in ("journal_mode = wal", "synchronous = full", "cache_size = -16000", "mmap_size = 0"):
            self.db.execute(f"PRAGMA {pragma}")

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        found: list[tuple[Any, ...]] = self.db.execute(sql, parameters).fetchall()
        return found

    def make(self) -> None:
        """An empty schema."""
        self.db.executescript(SCHEMA)

    def store(self, conversations: Sequence[tuple[Any, ...]], messages: Sequence[tuple[Any, ...]]) -> None:
        """One batch in one transaction."""
        execute = self.db.executemany
        self.db.execute("BEGIN IMMEDIATE")
        execute("INSERT INTO conversation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)", conversations)
        execute("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?)", messages)
        execute("INSERT INTO words (rowid, text) VALUES (?, ?)", [(one[0], one[6]) for one in messages])
        self.db.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()


Rows = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


def rows(made: Iterable[Conversation], messages: int, first_id: int = 1) -> Iterator[Rows]:
    """The corpus as tuples for `Floor.store`, about so many messages a batch."""
    conversations: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    message = first_id
    for number, one in enumerate(made, first_id):
        state = "open" if one.open else "done"
        opened, last = one.lines[0].at, one.lines[-1].at
        channel = "x" if one.account else "facebook"
        subject = one.lines[0].text[:60]
        conversations.append(
            (number, channel, one.thread, one.name, one.person, subject, "de", number % 4, state, None, opened, last)
        )
        for line in one.lines:
            direction = "out" if line.ours else "in"
            author = "agent" if line.ours else one.name
            lines.append((message, number, line.id, line.at, direction, author, line.text))
            message += 1
        if len(lines) >= messages:
            yield conversations, lines
            conversations, lines = [], []
    yield conversations, lines
