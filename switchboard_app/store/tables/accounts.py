"""Connected pages and handles: where their stored rows end, what could not be read, what is missing."""

from __future__ import annotations

from peewee import BigIntegerField, CompositeKey, SmallIntegerField, TextField

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
    created_at = BigIntegerField()
    removed = SmallIntegerField(default=0)
    proof = added_words()
    """What the platform listed and what was stored when both were last compared, as JSON."""


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

    class Meta:
        primary_key = CompositeKey("account_id", "platform_id")


class Gap(Table):
    """A stretch of time in which messages may be missing that the platform no longer serves."""

    id = TextField(primary_key=True)
    account_id = TextField(index=True)
    from_at = BigIntegerField()
    to_at = BigIntegerField()
    noticed_at = BigIntegerField()


class HealthChange(Table):
    """How an account was from a moment on, until the next one."""

    id = TextField(primary_key=True)
    account_id = TextField(index=True)
    at = BigIntegerField()
    health = TextField()
    detail = words()
