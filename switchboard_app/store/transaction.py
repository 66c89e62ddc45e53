"""One transaction: what every function of `store` is handed to read and write with.

SQL is written once, with ``?`` for parameters, for both databases. Refuses to be kept: it is closed when the function
that was handed it returns, so nothing can be awaited inside a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from peewee import Database

from switchboard_app.model.times import Millis
from switchboard_app.store.tables import Table

Row = tuple[Any, ...]


class Transaction:
    """A unit of work on one connection. `now` is the database's clock when it began."""

    def __init__(self, database: Database, *, postgres: bool, now: Millis, station: str) -> None:
        self._database = database
        self.postgres = postgres
        self.now = now
        self.station = station
        """Which process acts; names the holder of leases and permits."""
        self.topics: set[str] = set()

    def _execute(self, sql: str, parameters: Sequence[Any]) -> Any:
        if self.postgres:
            sql = sql.replace("%", "%%").replace("?", "%s")
        return self._database.execute_sql(sql, tuple(parameters))

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """All rows of a query."""
        rows: list[Row] = self._execute(sql, parameters).fetchall()
        return rows

    def row(self, sql: str, *parameters: Any) -> Row | None:
        """The first row of a query, or None."""
        row: Row | None = self._execute(sql, parameters).fetchone()
        return row

    def value(self, sql: str, *parameters: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, *parameters)
        return None if row is None else row[0]

    def change(self, sql: str, *parameters: Any) -> int:
        """Run a statement that writes; the number of rows it touched."""
        return int(self._execute(sql, parameters).rowcount)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """The bulk path: one statement for many rows (peewee's insert_many costs eleven times as much)."""
        if self.postgres:
            sql = sql.replace("%", "%%").replace("?", "%s")
        cursor = self._database.cursor()
        cursor.executemany(sql, [tuple(row) for row in rows])

    def insert(self, table: type[Table], **values: Any) -> None:
        """Insert one row."""
        table.insert(**values).bind(self._database).execute()

    def update(self, table: type[Table], key: str, **values: Any) -> int:
        """Change the row with this primary key; the number of rows touched (0 or 1)."""
        primary = table._meta.primary_key
        touched: int = table.update(**values).where(primary == key).bind(self._database).execute()
        return touched

    def hint(self, topic: str) -> None:
        """Say that something changed (`queue`, `enquiry:<id>`, `accounts` …); told after the commit."""
        self.topics.add(topic)


def marks(n: int) -> str:
    """``?, ?, ?``: the parameters of an IN list of n values (n > 0)."""
    return ", ".join("?" * n)
