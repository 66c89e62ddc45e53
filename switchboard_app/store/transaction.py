"""One transaction: what every function of `store` is handed to read and write with.

SQL is written once, with ``?`` for parameters, for both databases. Refuses to be kept: it is closed when the function
that was handed it returns, so nothing can be awaited inside a transaction. One rule for text that a database cannot
hold: a lone surrogate becomes U+FFFD everywhere, U+0000 on PostgreSQL; all else is stored byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import peewee
from peewee import Database

from switchboard_app.model.times import Millis
from switchboard_app.store.tables import Table

Row = tuple[Any, ...]

IN_LIST = 500
"""So many values stand in one IN list; both databases take more, but each length is a statement of its own."""

_FEW = 20
"""Fewer rows than this are looked at one by one: that is cheaper than a savepoint."""

_LONE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=512)
def _for_postgres(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


def storable(value: Any, *, postgres: bool) -> Any:
    """The value as this database can hold it; see the module's rule. Everything but text passes."""
    if not isinstance(value, str):
        return value
    text = str(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = _LONE.sub("\ufffd", text)
    return text.replace("\0", "\ufffd") if postgres else text


def _sound(values: Iterable[Any], *, postgres: bool) -> tuple[Any, ...]:
    return tuple([storable(value, postgres=postgres) for value in values])


class Transaction:
    """A unit of work on one connection. `now` is the database's clock when it began."""

    def __init__(self, database: Database, *, postgres: bool, now: Millis, station: str, again: bool = False) -> None:
        self._database = database
        self.postgres = postgres
        self.now = now
        self.station = station
        """Which process acts; names the holder of leases and permits."""
        self.topics: set[str] = set()
        self.again = again
        """Whether this is another try, after another station did the same at the same moment."""

    def _execute(self, sql: str, parameters: Sequence[Any]) -> Any:
        if self.postgres:
            return self._database.execute_sql(_for_postgres(sql), _sound(parameters, postgres=True))
        try:
            return self._database.execute_sql(sql, parameters)
        except UnicodeEncodeError:  # raised before anything ran; rare, so not looked for in every text
            return self._database.execute_sql(sql, _sound(parameters, postgres=False))

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """All rows of a query."""
        cursor = self._execute(sql, parameters)
        with peewee.__exception_wrapper__:  # type: ignore[attr-defined]  # a damaged page shows only when it is read
            rows: list[Row] = cursor.fetchall()
        return rows

    def row(self, sql: str, *parameters: Any) -> Row | None:
        """The first row of a query, or None."""
        cursor = self._execute(sql, parameters)
        with peewee.__exception_wrapper__:  # type: ignore[attr-defined]  # as above
            row: Row | None = cursor.fetchone()
        return row

    def value(self, sql: str, *parameters: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, *parameters)
        return None if row is None else row[0]

    def among(self, sql: str, values: Iterable[Any], *before: Any) -> list[Row]:
        """All rows of a query whose ``{marks}`` stands for the values of an IN list of any length, asked in pieces.

        `before` are the parameters that stand before the list.
        """
        found: list[Row] = []
        wanted = list(values)
        for start in range(0, len(wanted), IN_LIST):
            some = wanted[start : start + IN_LIST]
            found += self.rows(sql.replace("{marks}", marks(len(some))), *before, *some)
        return found

    def change(self, sql: str, *parameters: Any) -> int:
        """Run a statement that writes; the number of rows it touched."""
        return int(self._execute(sql, parameters).rowcount)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """The bulk path: one statement for many rows (peewee's insert_many costs eleven times as much)."""
        values = list(rows)
        if not values:
            return
        if self.postgres:
            self._bulk(_for_postgres(sql), [_sound(row, postgres=True) for row in values])
        elif len(values) < _FEW:
            self._bulk(sql, [_sound(row, postgres=False) for row in values])
        else:
            self._bulk_on_trust(sql, values)

    def _bulk(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        with peewee.__exception_wrapper__:  # type: ignore[attr-defined]
            self._database.cursor().executemany(sql, rows)

    def _bulk_on_trust(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """As they are; from the start with sound texts when the library refuses one after it took some of the rows.

        Looking at every value first costs as much as writing them.
        """
        self._database.execute_sql("SAVEPOINT bulk")
        try:
            self._bulk(sql, rows)
        except UnicodeEncodeError:
            self._database.execute_sql("ROLLBACK TO bulk")
            self._bulk(sql, [_sound(row, postgres=False) for row in rows])
        self._database.execute_sql("RELEASE bulk")

    def insert(self, table: type[Table], **values: Any) -> None:
        """Insert one row; columns that are not named take the table's defaults."""
        sql, defaults = _insertion(table, tuple(values))
        self._execute(sql, (*values.values(), *defaults))

    def insert_many(self, table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """As `insert`, for many rows of the same columns, on the bulk path."""
        sql, defaults = _insertion(table, tuple(columns))
        self.many(sql, ((*row, *defaults) for row in rows))

    def lock_numbering(self) -> None:
        """Let no other transaction give numbers until this one ends (on SQLite there is no other)."""
        if self.postgres:
            self._execute("SELECT pg_advisory_xact_lock(?)", (_NUMBERING,))

    @property
    def for_update(self) -> str:
        """Ends a SELECT whose rows this transaction is going to change; SQLite has one writer anyway."""
        return " FOR UPDATE" if self.postgres else ""

    def hint(self, topic: str) -> None:
        """Say that something changed (`queue`, `enquiry:<id>`, `accounts` …); told after the commit."""
        self.topics.add(topic)


_NUMBERING = 0x4E756D626572  # an advisory lock of PostgreSQL: "Number"


@lru_cache(maxsize=256)
def _insertion(table: type[Table], columns: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    """The INSERT for these columns, and the defaults of those that are not named."""
    fields = {field.column_name: field.default for field in table._meta.sorted_fields}
    left = {name: value for name, value in fields.items() if name not in columns and value is not None}
    names = ", ".join(f'"{name}"' for name in (*columns, *left))
    sql = f'INSERT INTO "{table._meta.table_name}" ({names}) VALUES ({marks(len(columns) + len(left))})'
    return sql, tuple(left.values())


def marks(n: int) -> str:
    """``?, ?, ?``: the parameters of an IN list of n values (n > 0)."""
    return ", ".join("?" * n)
