"""Connected pages and handles: where their stored rows end, what could not be read, what is missing."""

from __future__ import annotations

from peewee import BigIntegerField, CompositeKey, SmallIntegerField, TextField

from switchboard_app.store.tables.base import Table, moment, words


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

    class Meta:
        primary_key = CompositeKey("account_id", "platform_id")


class Gap(Table):
    """A stretch of time in which messages may be missing that the platform no longer serves."""

    id = TextField(primary_key=True)
    account_id = TextField(index=True)
    from_at = BigIntegerField()
    to_at = BigIntegerField()
    noticed_at = BigIntegerField()
