"""Connected pages and handles: where their stored rows end, what could not be read, what is missing."""

from __future__ import annotations

from peewee import SQL, BigIntegerField, CompositeKey, SmallIntegerField, TextField

from switchboard_app.store.tables.base import Table, added_number, added_words, moment, words


class Account(Table):
    id = TextField(primary_key=True)
    kind = TextField()
    name = TextField()
    api_base = words()
    options = TextField(default="{}")
    platform_user = words()
    health = TextField(default="ok")
    health_detail = words()
    health_since = BigIntegerField(default=0)
    last_ok_at = moment()
    next_poll_at = moment()
    cursor = TextField(default="{}")
    budgets = TextField(default="{}")
    """Of a version before; budgets have a table of their own."""
    created_at = BigIntegerField()
    removed = SmallIntegerField(default=0)
    failures = added_number(0)
    """How many polls in a row failed, on whichever station."""
    failing_since = moment()
    proof = added_words()
    """What the platform listed and what was stored when both were last compared, as JSON."""


class Budget(Table):
    """How many requests of a bucket are left; charged before each request, for all stations."""

    account_id = TextField()
    bucket = TextField()
    allowed = BigIntegerField()
    remaining = BigIntegerField()
    reset_at = BigIntegerField()
    refill = BigIntegerField()
    guessed = SmallIntegerField()

    class Meta:
        primary_key = CompositeKey("account_id", "bucket")


class Thread(Table):
    id = TextField(primary_key=True)
    account_id = TextField()
    platform_id = TextField()
    person_id = TextField(index=True)
    recipient = TextField()
    link = words()

    class Meta:
        indexes = ((("account_id", "platform_id"), True),)


class Quarantine(Table):
    """What a platform served and we could not read; kept raw, shown as a count, tried again after an upgrade."""

    account_id = TextField()
    platform_id = TextField()
    reason = TextField()
    raw = words()
    at = BigIntegerField()
    tries = added_number(1)
    version = added_words()
    """The program's version that tried last: a newer one tries again."""
    thread = added_words()
    """The platform's id of the conversation, where it is known."""

    class Meta:
        primary_key = CompositeKey("account_id", "platform_id")


class Gap(Table):
    """A stretch of time in which messages may be missing that the platform no longer serves."""

    id = TextField(primary_key=True)
    account_id = TextField(index=True)
    from_at = BigIntegerField()
    to_at = BigIntegerField()
    noticed_at = BigIntegerField()
    thread_id = added_words()
    """The conversation it is about; empty when it may be any of the account."""
    missing = BigIntegerField(default=0, constraints=[SQL("DEFAULT 0")])
    """How many messages, as far as the platform counts them; 0 when nobody knows."""


class HealthChange(Table):
    """How an account was from a moment on, until the next one."""

    id = TextField(primary_key=True)
    account_id = TextField(index=True)
    at = BigIntegerField()
    health = TextField()
    detail = words()
