"""Ids made on this station: UUIDv7, so that a command can be repeated safely and rows sort roughly by age."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """A fresh id; wrap it in the NewType of what it names."""
    return str(uuid_utils.uuid7())
