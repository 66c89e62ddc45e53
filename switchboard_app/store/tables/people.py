"""Citizens and by what they are known."""

from __future__ import annotations

from peewee import BigIntegerField, CompositeKey, TextField

from switchboard_app.store.tables.base import Table, words


class Person(Table):
    """A citizen. `place` is the row id of the search index; who became known later has a greater one."""

    id = TextField(primary_key=True)
    place = BigIntegerField(unique=True)
    name = words()
    language = words()
    note = words()
    created_at = BigIntegerField()


class Identity(Table):
    """`scope` is the account id for ids that only mean something there (page-scoped ids), else empty."""

    kind = TextField()
    scope = words()
    value = TextField()
    label = words()
    person_id = TextField(index=True)

    class Meta:
        primary_key = CompositeKey("kind", "scope", "value")
