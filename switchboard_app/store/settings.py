"""What all stations of a workspace share: targets and business hours. Kept in the workspace, not on the station."""

from __future__ import annotations

from dataclasses import dataclass

from switchboard_app.model.deadlines import OFFICE_HOURS, BusinessHours
from switchboard_app.model.times import Millis
from switchboard_app.store import calendar
from switchboard_app.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Targets:
    """The promises that make due times: minutes of business time, and days."""

    first_answer_minutes: int = 120
    answer_minutes: int = 240
    office_minutes: int = 480
    """How long an office has before its forwarding is late (one working day)."""
    reopen_days: int = 7


_DEFAULTS = Targets()
_KEYS = ("first_answer_minutes", "answer_minutes", "office_minutes", "reopen_days")


def targets(tx: Transaction) -> Targets:
    """The targets in force."""
    stored: dict[str, str] = dict(tx.rows("SELECT key, value FROM setting WHERE key LIKE 'target.%'"))
    chosen = {key: int(stored.get(f"target.{key}", getattr(_DEFAULTS, key))) for key in _KEYS}
    return Targets(**chosen)


def put(tx: Transaction, key: str, value: str) -> None:
    """Store one setting of the workspace."""
    if not tx.change("UPDATE setting SET value = ? WHERE key = ?", value, key):
        tx.change("INSERT INTO setting (key, value) VALUES (?, ?)", key, value)


def get(tx: Transaction, key: str, default: str = "") -> str:
    """One setting of the workspace."""
    value = tx.value("SELECT value FROM setting WHERE key = ?", key)
    return default if value is None else str(value)


def business_hours() -> BusinessHours:
    """The hours in which answers are owed."""
    return OFFICE_HOURS


def answer_due(start: Millis, minutes: int) -> Millis:
    """The moment an answer is owed, in business time with the canton's holidays."""
    return business_hours().add(start, minutes, calendar.is_holiday)
