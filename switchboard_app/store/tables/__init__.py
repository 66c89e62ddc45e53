"""The tables, private to `store`: what is stored and under which names. Rows never leave the room.

Moments are milliseconds since the epoch (BIGINT), flags are 0 or 1, so that one text of SQL serves both databases. The
schema itself is made by `migrations`; a test proves that both agree. Full-text search lives beside these tables
(`search.install`): FTS5 on SQLite, a tsvector column on PostgreSQL.
"""

from __future__ import annotations

from switchboard_app.store.tables.accounts import Account, Budget, Gap, HealthChange, Quarantine, Thread
from switchboard_app.store.tables.base import Table
from switchboard_app.store.tables.enquiries import (
    Attachment,
    Blob,
    Draft,
    DraftFile,
    Enquiry,
    Entry,
    EntryVersion,
    Reaction,
)
from switchboard_app.store.tables.indexes import INDEXES
from switchboard_app.store.tables.offices import Forwarding, Lesson, Office
from switchboard_app.store.tables.outbox import Echo, Outbox, OutboxAttempt
from switchboard_app.store.tables.people import Identity, Person
from switchboard_app.store.tables.workspace import Journal, Lease, Setting

__all__ = [
    "INDEXES",
    "TABLES",
    "Account",
    "Attachment",
    "Blob",
    "Budget",
    "Draft",
    "DraftFile",
    "Echo",
    "Enquiry",
    "Entry",
    "EntryVersion",
    "Forwarding",
    "Gap",
    "HealthChange",
    "Identity",
    "Journal",
    "Lease",
    "Lesson",
    "Office",
    "Outbox",
    "OutboxAttempt",
    "Person",
    "Quarantine",
    "Reaction",
    "Setting",
    "Table",
    "Thread",
]

TABLES: tuple[type[Table], ...] = (
    Setting,
    Person,
    Identity,
    Account,
    Thread,
    Enquiry,
    Entry,
    Attachment,
    Blob,
    Outbox,
    Echo,
    OutboxAttempt,
    Forwarding,
    Office,
    Lesson,
    Draft,
    Lease,
    Journal,
    Quarantine,
    Gap,
    EntryVersion,
    Reaction,
    HealthChange,
    Budget,
    DraftFile,
)
