"""Enquiries, their timelines, what is attached and what is being typed."""

from __future__ import annotations

from peewee import SQL, BigIntegerField, BlobField, CompositeKey, SmallIntegerField, TextField

from switchboard_app.store.tables.base import Table, moment, words


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
    person_name = words()
    subject = words()
    excerpt = words()
    language = words()
    priority = SmallIntegerField(default=0)
    tags = words()
    office_id = TextField(null=True)
    office_name = words()
    forwarded_at = moment()
    opened_at = BigIntegerField()
    last_at = BigIntegerField()
    closed_at = moment()
    outcome = TextField(null=True)
    snoozed_until = moment()
    waiting_since = moment()
    answered_at = moment()
    answer_due_at = moment()
    callback_at = moment()
    office_due_at = moment()
    last_inbound_at = moment()
    window_until = moment()
    extended_until = moment()
    due_at = moment()
    due_reason = TextField(null=True)
    sort_at = BigIntegerField()
    unread = BigIntegerField(default=0)
    delivery = words()
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
    author = words()
    text = words()
    at = BigIntegerField()
    received_at = BigIntegerField()
    event = TextField(null=True)
    detail = words()
    elsewhere = SmallIntegerField(default=0)
    deleted = SmallIntegerField(default=0)
    edited = SmallIntegerField(default=0)
    late = SmallIntegerField(default=0)
    raw = words()

    class Meta:
        indexes = ((("enquiry_id", "place"), False),)


class EntryVersion(Table):
    """What a message said before it was edited or deleted; the newest wording stands in the entry."""

    id = TextField(primary_key=True)
    entry_id = TextField(index=True)
    kind = TextField()
    text = words()
    at = moment()
    seen_at = BigIntegerField()
    raw = words()


class Reaction(Table):
    """An emoji that somebody put to a message; `gone_at` when it was taken back."""

    entry_id = TextField()
    who = TextField()
    emoji = TextField()
    at = moment()
    seen_at = BigIntegerField()
    gone_at = moment()

    class Meta:
        primary_key = CompositeKey("entry_id", "who", "emoji")


class Attachment(Table):
    id = TextField(primary_key=True)
    entry_id = TextField(index=True)
    position = SmallIntegerField(default=0)
    platform_id = words()
    name = words()
    mime = words()
    size = BigIntegerField(default=0)
    state = TextField()
    reason = words()
    sha256 = words()
    tries = SmallIntegerField(default=0)
    next_try = BigIntegerField(default=0, constraints=[SQL("DEFAULT 0")])
    """Not fetched again before."""


class Blob(Table):
    """The bytes of attachments, once each, inside the (encrypted) workspace."""

    sha256 = TextField(primary_key=True)
    content = BlobField()


class Draft(Table):
    """What somebody is typing, per person and place; saved at every pause."""

    operator = TextField()
    place = TextField()
    text = words()
    saved_at = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("operator", "place")


class DraftFile(Table):
    """A file that waits beside a draft until the answer is queued; its bytes are a blob."""

    id = TextField(primary_key=True)
    operator = TextField()
    place = TextField()
    position = SmallIntegerField()
    name = TextField()
    mime = TextField()
    size = BigIntegerField()
    sha256 = TextField()

    class Meta:
        indexes = ((("operator", "place"), False),)
