"""The directory, forwardings, and what declined ones teach."""

from __future__ import annotations

from peewee import BigIntegerField, SmallIntegerField, TextField

from switchboard_app.store.tables.base import Table, moment, words


class Forwarding(Table):
    id = TextField(primary_key=True)
    enquiry_id = TextField(index=True)
    office_id = TextField(index=True)
    office_name = words()
    state = TextField()
    reference = TextField()
    summary = words()
    sent_at = BigIntegerField()
    due_at = moment()
    answered_at = moment()
    reminded = SmallIntegerField(default=0)
    by = words()


class Office(Table):
    """One row of the directory; `topics` as JSON because they are always read together."""

    id = TextField(primary_key=True)
    position = BigIntegerField()
    department = words()
    name = words()
    unit = words()
    topics = TextField(default="[]")
    phone = words()
    email = words()
    hours = words()
    address = words()
    website = words()
    deputy = TextField(null=True)
    outside = SmallIntegerField(default=0)
    outside_kind = words()
    note = words()
    checked = words()
    sample = SmallIntegerField(default=0)
    active = SmallIntegerField(default=1)


class Lesson(Table):
    """What a declined forwarding teaches: these words do not belong to that office."""

    id = TextField(primary_key=True)
    office_id = TextField(index=True)
    words = TextField()
    weight = BigIntegerField(default=1)
    at = BigIntegerField()
