"""What all stations share: settings, leases, the journal."""

from __future__ import annotations

from peewee import BigIntegerField, TextField

from switchboard_app.store.tables.base import Table, words


class Setting(Table):
    """What all stations of the workspace share: its id, schema facts, targets, business hours."""

    key = TextField(primary_key=True)
    value = words()


class Lease(Table):
    """Who polls or sends for an account; times by the database's clock."""

    name = TextField(primary_key=True)
    holder = words()
    epoch = BigIntegerField(default=0)
    until = BigIntegerField(default=0)


class Journal(Table):
    """Who did what when, written in the same transaction as what it describes. Ids and codes only, no content."""

    id = TextField(primary_key=True)
    at = BigIntegerField()
    who = TextField()
    action = TextField()
    enquiry_id = TextField(null=True, index=True)
    object_id = words()
    detail = TextField(default="{}")
