"""What is to be sent, every attempt, and the ids of what was sent."""

from __future__ import annotations

from peewee import BigIntegerField, CompositeKey, SmallIntegerField, TextField

from switchboard_app.store.tables.base import Table, added_number, added_words, moment, words


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
    permit_until = moment()
    attempt_at = moment()
    sent_at = moment()
    platform_ids = words()
    reads = SmallIntegerField(default=0)
    next_read_at = moment()
    failure_kind = TextField(null=True)
    failure_certain = SmallIntegerField(null=True)
    failure_text = words()
    read_at = moment()
    """When the conversation was last read back."""
    seen = added_words()
    """What that showed of ours, as JSON: shown to whoever must decide."""
    read_from = moment()
    """When the first read-back succeeded that did not settle it."""
    asked_at = moment()
    """Since when only a person can decide."""
    repeats = added_number(0)
    """How often the program itself sent a mail again that may have arrived."""


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
    ended_at = moment()
    result = words()
