"""What all tables share. Private to the tables."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, Model, SmallIntegerField, TextField


def words(**more: Any) -> TextField:
    """A text that is empty unless something is said."""
    return TextField(default="", **more)


def moment(**more: Any) -> BigIntegerField:
    """Milliseconds since the epoch, or nothing."""
    return BigIntegerField(null=True, **more)


def added_words() -> TextField:
    """A text of a later migration: the database itself fills it, because a version before it writes without it."""
    return TextField(default="", constraints=[SQL("DEFAULT ''")])


def added_number(default: int) -> SmallIntegerField:
    """The same for a small number."""
    return SmallIntegerField(default=default, constraints=[SQL(f"DEFAULT {default}")])


class Table(Model):
    """What all tables share: explicit names, no automatic connection."""

    class Meta:
        legacy_table_names = False
