"""Ids made on this station: UUIDv7, so that a command can be repeated safely and rows sort roughly by age."""

from __future__ import annotations

from collections.abc import Callable

import uuid_utils


def _fresh() -> str:
    return str(uuid_utils.uuid7())


source: Callable[[], str] = _fresh
"""Where ids come from; a simulator, which allows no chance but its own, puts another one here."""


def new_id() -> str:
    """A fresh id; wrap it in the NewType of what it names."""
    return source()
