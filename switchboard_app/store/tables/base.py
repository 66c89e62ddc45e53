"""What all tables share. Private to the tables."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, Model, TextField


def words(**more: Any) -> TextField:
    """A text that is empty unless something is said."""
    return TextField(default="", **more)


def moment(**more: Any) -> BigIntegerField:
    """Milliseconds since the epoch, or nothing."""
    return BigIntegerField(null=True, **more)


class Table(Model):
    """What all tables share: explicit names, no automatic connection."""

    class Meta:
        legacy_table_names = False
