"""The canton's holidays, from the maintained `holidays` library (Switzerland, subdivision BS)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=8)
def _of(year: int) -> frozenset[date]:
    import holidays  # 60 ms that nobody should pay before the first page

    return frozenset(holidays.country_holidays("CH", subdiv="BS", years=year))


def is_holiday(day: date) -> bool:
    """Whether the canton's offices are closed on this day of the year."""
    return day in _of(day.year)
