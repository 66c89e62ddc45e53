"""The list while it is scrolled: frames, a jump to anywhere, one row changed, memory; with all enquiries of the corpus
and with ten times as many, the product's list and delegate against a bare QTableView of the same size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlite

from bench.measure import Figure, Goal, Of, compared, percentile
from bench.places import Places
from bench.start import run
from switchboard_app.store import migrate
from switchboard_app.store.location import embedded

MANY = 10
"""The second list is so many times as long."""

Said = Mapping[str, Any]


def figures(places: Places) -> list[Figure]:
    """All figures of this module."""
    whole = run(places, ["bench.list_window", str(places.copy(places.store(), "list.db")), str(places.size)])
    long = many_enquiries(places, places.size * MANY)
    much = run(places, ["bench.list_window", str(long), str(places.size * MANY), "--plain"])
    long.unlink()
    made = [*_frames(whole), *_frames(much)]
    one, other = whole["spent"]["scroll product"], much["spent"]["scroll product"]
    note = f"floor: the same with {whole['rows']:,} rows"
    made.append(compared(f"scrolling, growth to {much['rows']:,} rows", other, one, Goal(1.2), note=note))
    return made


def _frames(said: Said) -> list[Figure]:
    spent, rows = said["spent"], f"{said['rows']:,} rows"
    more = said["after"][1] - said["before"][1]
    painted = Figure(f"first page, rows in the model to painted, {rows}", spent["first page painted"][0], "ms",
                     goal=Goal(8, Of.VALUE))  # fmt: skip
    return [
        painted,
        _p95(f"scrolling, frame p95, {rows}", spent["scroll product"], spent["scroll floor"], Goal(2)),
        _p95(f"a jump, frame p95, {rows}", spent["jump product"], spent["jump floor"], Goal(2)),
        Figure(f"a jump, first frame with its rows p95, {rows}", percentile(spent["rows after a jump"], 0.95), "ms",
               goal=Goal(8, Of.VALUE), note="laid out and painted for the first time"),
        Figure(f"a jump, until its rows are there p95, {rows}", percentile(spent["rows after a jump, wall"], 0.95),
               "ms", note="wall; read on another thread"),
        compared(f"one row changed, {rows}", spent["change product"], spent["change floor"], Goal(2)),
        Figure(f"memory after scrolling, more than with the first page, {rows}", more, "MiB",
               note=f"PSS; {said['held']} rows held"),
    ]  # fmt: skip


def _p95(name: str, product: Sequence[float], least: Sequence[float], goal: Goal) -> Figure:
    """95th percentiles and their ratio."""
    one, other = percentile(product, 0.95), percentile(least, 0.95)
    return Figure(name, one, "ms", other, one / other, goal)


def many_enquiries(places: Places, rows: int) -> Path:
    """A plain workspace with so many enquiries that were done and no messages, for the list of all of them."""
    path = places.scratch("many.db")
    migrate.upgrade(embedded(path))
    db: Any = sqlite.connect(str(path), isolation_level=None)
    db.execute("PRAGMA synchronous = off")
    indexes = db.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'enquiry' AND sql > ''")
    for (name,) in indexes.fetchall():
        if name != "enquiry_all":
            db.execute(f'DROP INDEX "{name}"')  # only the list of all is looked at, and they take minutes
    db.execute("BEGIN")
    db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO enquiry (id, number, state, channel, person_name, subject, excerpt, language, priority, tags,"
        " office_name, opened_at, last_at, closed_at, outcome, sort_at, unread, delivery, version)"
        " SELECT printf('%036d', i), i, 'done', CASE i % 3 WHEN 0 THEN 'x' ELSE 'facebook' END, 'Marta Muster ' || i,"
        " '', 'Guten Tag, die Strassenlampe vor der Nummer ' || i || ' brennt seit Tagen nicht mehr', 'de', 0, '',"
        " '', 1700000000000 + i * 1000, 1700000000000 + i * 1000, 1700000000000 + i * 1000, 'answered',"
        " 2305843009213693952 - i, 0, '', 1 FROM n",
        (rows,),
    )
    db.execute("COMMIT")
    db.close()
    return path
