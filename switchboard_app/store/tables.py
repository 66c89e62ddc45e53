"""The tables, private to `store`: what is stored and under which names. Rows never leave the room.

Moments are milliseconds since the epoch (BIGINT), flags are 0 or 1, so that one text of SQL serves both databases. The
schema itself is made by `migrations`; a test proves that both agree. Full-text search lives beside these tables
(`search.install`): FTS5 on SQLite, a tsvector column on PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, BlobField, CompositeKey, Model, SmallIntegerField, TextField


def _text(**more: Any) -> TextField:
    return TextField(default="", **more)


def _moment(**more: Any) -> BigIntegerField:
    return BigIntegerField(null=True, **more)


class Table(Model):
    """What all tables share: explicit names, no automatic connection."""

    class Meta:
        legacy_table_names = False


class Setting(Table):
    """What all stations of the workspace share: its id, schema facts, targets, business hours."""

    key = TextField(primary_key=True)
    value = _text()


class Person(Table):
    """A citizen. `place` is the row id of the search index; who became known later has a greater one."""

    id = TextField(primary_key=True)
    place = BigIntegerField(unique=True)
    name = _text()
    language = _text()
    note = _text()
    created_at = BigIntegerField()


class Identity(Table):
    """`scope` is the account id for ids that only mean something there (page-scoped ids), else empty."""

    kind = TextField()
    scope = _text()
    value = TextField()
    label = _text()
    person_id = TextField(index=True)

    class Meta:
        primary_key = CompositeKey("kind", "scope", "value")


class Account(Table):
    id = TextField(primary_key=True)
    kind = TextField()
    name = TextField()
    api_base = _text()
    options = TextField(default="{}")
    platform_user = _text()
    health = TextField(default="ok")
    health_detail = _text()
    health_since = BigIntegerField(default=0)
    last_ok_at = _moment()
    next_poll_at = _moment()
    cursor = TextField(default="{}")
    budgets = TextField(default="{}")
    created_at = BigIntegerField()
    removed = SmallIntegerField(default=0)


class Thread(Table):
    id = TextField(primary_key=True)
    account_id = TextField()
    platform_id = TextField()
    person_id = TextField(index=True)
    recipient = TextField()
    link = _text()

    class Meta:
        indexes = ((("account_id", "platform_id"), True),)


class Enquiry(Table):
    """One concern. What the queue shows is kept here ready to read (`excerpt`, `person_name`, `sort_at` …)."""

    id = TextField(primary_key=True)
    number = BigIntegerField(unique=True)
    state = TextField()
    owner = TextField(null=True)
    channel = TextField()
    account_id = TextField(null=True)
    thread_id = TextField(null=True)
    person_id = TextField(null=True)
    person_name = _text()
    subject = _text()
    excerpt = _text()
    language = _text()
    priority = SmallIntegerField(default=0)
    tags = _text()
    office_id = TextField(null=True)
    office_name = _text()
    forwarded_at = _moment()
    opened_at = BigIntegerField()
    last_at = BigIntegerField()
    closed_at = _moment()
    outcome = TextField(null=True)
    snoozed_until = _moment()
    waiting_since = _moment()
    answered_at = _moment()
    answer_due_at = _moment()
    callback_at = _moment()
    office_due_at = _moment()
    last_inbound_at = _moment()
    window_until = _moment()
    extended_until = _moment()
    due_at = _moment()
    due_reason = TextField(null=True)
    sort_at = BigIntegerField()
    unread = BigIntegerField(default=0)
    delivery = _text()
    merged_into = TextField(null=True)
    version = BigIntegerField(default=1)


class Entry(Table):
    """A line of a timeline. `place` orders entries by time and is the row id of the search index."""

    id = TextField(primary_key=True)
    place = BigIntegerField(unique=True)
    enquiry_id = TextField()
    thread_id = TextField(null=True)
    account_id = TextField(null=True)
    platform_id = TextField(null=True)
    kind = TextField()
    direction = TextField()
    author = _text()
    text = _text()
    at = BigIntegerField()
    received_at = BigIntegerField()
    event = TextField(null=True)
    detail = _text()
    elsewhere = SmallIntegerField(default=0)
    deleted = SmallIntegerField(default=0)
    edited = SmallIntegerField(default=0)
    late = SmallIntegerField(default=0)
    raw = _text()

    class Meta:
        indexes = ((("enquiry_id", "place"), False),)


class Attachment(Table):
    id = TextField(primary_key=True)
    entry_id = TextField(index=True)
    position = SmallIntegerField(default=0)
    platform_id = _text()
    name = _text()
    mime = _text()
    size = BigIntegerField(default=0)
    state = TextField()
    reason = _text()
    sha256 = _text()
    tries = SmallIntegerField(default=0)


class Blob(Table):
    """The bytes of attachments, once each, inside the (encrypted) workspace."""

    sha256 = TextField(primary_key=True)
    content = BlobField()


class Outbox(Table):
    """What is to be sent and what became of it; `reply_id` is made by the window, so one key press is one row."""

    id = TextField(primary_key=True)
    kind = TextField()
    entry_id = TextField(index=True)
    enquiry_id = TextField(index=True)
    account_id = TextField(null=True)
    thread_id = TextField(null=True)
    forwarding_id = TextField(null=True)
    recipient = TextField()
    payload = TextField(default="{}")
    state = TextField()
    not_before = BigIntegerField()
    created_at = BigIntegerField()
    attempts = SmallIntegerField(default=0)
    epoch = BigIntegerField(default=0)
    holder = TextField(null=True)
    permit_until = _moment()
    attempt_at = _moment()
    sent_at = _moment()
    platform_ids = _text()
    reads = SmallIntegerField(default=0)
    next_read_at = _moment()
    failure_kind = TextField(null=True)
    failure_certain = SmallIntegerField(null=True)
    failure_text = _text()


class Echo(Table):
    """The platform's ids of what we sent: when they come back in a poll they are ours, not a new message."""

    account_id = TextField()
    platform_id = TextField()
    outbox_id = TextField(index=True)

    class Meta:
        primary_key = CompositeKey("account_id", "platform_id")


class OutboxAttempt(Table):
    """Every attempt, appended: what was tried when and how it ended."""

    id = TextField(primary_key=True)
    outbox_id = TextField(index=True)
    epoch = BigIntegerField()
    holder = TextField()
    started_at = BigIntegerField()
    ended_at = _moment()
    result = _text()


class Forwarding(Table):
    id = TextField(primary_key=True)
    enquiry_id = TextField(index=True)
    office_id = TextField(index=True)
    office_name = _text()
    state = TextField()
    reference = TextField()
    summary = _text()
    sent_at = BigIntegerField()
    due_at = _moment()
    answered_at = _moment()
    reminded = SmallIntegerField(default=0)
    by = _text()


class Office(Table):
    """One row of the directory; `topics` as JSON because they are always read together."""

    id = TextField(primary_key=True)
    position = BigIntegerField()
    department = _text()
    name = _text()
    unit = _text()
    topics = TextField(default="[]")
    phone = _text()
    email = _text()
    hours = _text()
    address = _text()
    website = _text()
    deputy = TextField(null=True)
    outside = SmallIntegerField(default=0)
    outside_kind = _text()
    note = _text()
    checked = _text()
    sample = SmallIntegerField(default=0)
    active = SmallIntegerField(default=1)


class Lesson(Table):
    """What a declined forwarding teaches: these words do not belong to that office."""

    id = TextField(primary_key=True)
    office_id = TextField(index=True)
    words = TextField()
    weight = BigIntegerField(default=1)
    at = BigIntegerField()


class Draft(Table):
    """What somebody is typing, per person and place; saved at every pause."""

    operator = TextField()
    place = TextField()
    text = _text()
    saved_at = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("operator", "place")


class Lease(Table):
    """Who polls or sends for an account; times by the database's clock."""

    name = TextField(primary_key=True)
    holder = _text()
    epoch = BigIntegerField(default=0)
    until = BigIntegerField(default=0)


class Journal(Table):
    """Who did what when, written in the same transaction as what it describes. Ids and codes only, no content."""

    id = TextField(primary_key=True)
    at = BigIntegerField()
    who = TextField()
    action = TextField()
    enquiry_id = TextField(null=True, index=True)
    object_id = _text()
    detail = TextField(default="{}")


class Quarantine(Table):
    """What a platform served and we could not read; kept raw, shown as a count, tried again after an upgrade."""

    account_id = TextField()
    platform_id = TextField()
    reason = TextField()
    raw = _text()
    at = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("account_id", "platform_id")


class Gap(Table):
    """A stretch of time in which messages may be missing that the platform no longer serves."""

    id = TextField(primary_key=True)
    account_id = TextField(index=True)
    from_at = BigIntegerField()
    to_at = BigIntegerField()
    noticed_at = BigIntegerField()


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
)

INDEXES = (
    'CREATE INDEX "enquiry_queue" ON "enquiry" ("sort_at", "id") WHERE "state" <> \'done\'',
    (
        'CREATE INDEX "enquiry_inbox" ON "enquiry" ("sort_at", "id", "owner")'
        " WHERE \"state\" NOT IN ('done', 'waiting_citizen', 'waiting_office', 'snoozed')"
    ),
    'CREATE INDEX "enquiry_counts" ON "enquiry" ("state", "owner", "account_id") WHERE "state" <> \'done\'',
    'CREATE INDEX "enquiry_by_state" ON "enquiry" ("state", "sort_at", "id")',
    (
        'CREATE INDEX "enquiry_by_owner" ON "enquiry" ("owner", "sort_at", "id")'
        ' WHERE "owner" IS NOT NULL AND "state" <> \'done\''
    ),
    (
        'CREATE UNIQUE INDEX "entry_account_id_platform_id" ON "entry" ("account_id", "platform_id")'
        ' WHERE "platform_id" IS NOT NULL'
    ),
    (
        'CREATE INDEX "enquiry_by_account" ON "enquiry" ("channel", "account_id", "sort_at", "id")'
        " WHERE \"state\" <> 'done'"
    ),
    'CREATE INDEX "enquiry_all" ON "enquiry" ("sort_at", "id")',
    'CREATE INDEX "enquiry_by_thread" ON "enquiry" ("thread_id", "opened_at")',
    'CREATE INDEX "enquiry_by_person" ON "enquiry" ("person_id", "opened_at")',
    'CREATE INDEX "enquiry_snoozed" ON "enquiry" ("snoozed_until") WHERE "state" = \'snoozed\'',
    'CREATE UNIQUE INDEX "enquiry_one_open" ON "enquiry" ("thread_id") WHERE "state" <> \'done\'',
    'CREATE INDEX "outbox_by_state" ON "outbox" ("state", "not_before")',
    'CREATE INDEX "outbox_by_thread" ON "outbox" ("thread_id")',
    (
        'CREATE UNIQUE INDEX "outbox_one_unsettled" ON "outbox" ("thread_id")'
        " WHERE \"state\" IN ('sending', 'uncertain') AND \"thread_id\" IS NOT NULL"
    ),
    'CREATE INDEX "attachment_pending" ON "attachment" ("entry_id") WHERE "state" = \'pending\'',
    'CREATE UNIQUE INDEX "account_name" ON "account" ("name") WHERE "removed" = 0',
)
"""Indexes that peewee's own declarations cannot say (partial, ordered as the queue is)."""
