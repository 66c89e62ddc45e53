"""All SQL of the program; the only room that knows peewee, SQLite and PostgreSQL.

Every function takes the transaction `tx` first and is run by `Store.run` (one write transaction) or `Store.ask`
(reading).
People act through `store.desk`, the outside through `store.intake` and `store.outbox`; rows never leave this room.
"""

from __future__ import annotations

from switchboard_app.store import drivers as drivers  # first: it decides what peewee loads
