"""When an office is open: "Mo–Fr 8–12 / 13.30–17 (Fr 16)" read as a week of periods.

Opening hours are written by people for people; this module reads the ways that Swiss offices write them, keeps the
text as written, and answers whether an office is open, until when, and when next. The forms are documented in
``resources/directory/README.md``. It refuses to guess: a text it does not understand whole, or that gives two answers
for one day, raises. It knows no holidays; the caller says which days are. Called by `office_csv` (checks), the store
and the window (cards and suggestions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby

from switchboard_app.model.opening_hours_text import (
    DAY_MINUTES,
    DAYS,
    OpeningHoursInvalid,
    Period,
    clock,
    read_week,
)
from switchboard_app.model.times import ZONE

__all__ = ["HolidayRule", "OpeningHours", "OpeningHoursInvalid", "Period", "parse_opening_hours"]

HolidayRule = Callable[[date], bool]
"""Whether offices stay closed on a day."""

_AROUND_THE_CLOCK = (Period(0, DAY_MINUTES),)
_LOOK_AHEAD_DAYS = 60
"""No office closes longer and still opens; beyond that "next opening" is of no use to a caller."""


def _never(_day: date) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of opening hours in Swiss local time. Index 0 of `week` is Monday."""

    text: str
    """As written in the directory."""
    week: tuple[tuple[Period, ...], ...]
    by_appointment: bool = False
    """The text also (or only) says "by appointment"."""

    @property
    def always(self) -> bool:
        """Open day and night, every day, holidays too."""
        return all(day == _AROUND_THE_CLOCK for day in self.week)

    @property
    def normal(self) -> str:
        """The same hours in normal form, e.g. "Mo–Do 08:00–12:00, 13:30–17:00; Fr 08:00–12:00"."""
        if self.always:
            return "24 h"
        groups: list[str] = []
        for periods, indices in groupby(range(7), key=lambda index: self.week[index]):
            if periods:
                days = list(indices)
                name = DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}–{DAYS[days[-1]]}"
                groups.append(f"{name} {_periods(periods)}")
        if self.by_appointment:
            groups.append("nach Vereinbarung")
        return "; ".join(groups) or "geschlossen"

    def is_open(self, at: datetime, is_holiday: HolidayRule = _never) -> bool:
        """Whether the office is open at a moment; raises ValueError for a datetime without zone."""
        return self._opening_at(at, is_holiday) is not None

    def closes_at(self, at: datetime, is_holiday: HolidayRule = _never) -> datetime | None:
        """When an office that is open at `at` closes, in Swiss local time; None when it is closed or never closes."""
        opening = None if self.always else self._opening_at(at, is_holiday)
        return opening[1].astimezone(ZONE) if opening else None

    def next_opening(self, at: datetime, is_holiday: HolidayRule = _never) -> datetime | None:
        """When the office opens next after `at`, in Swiss local time; None when it never does within 60 days."""
        if self.always:
            return None
        moment = _moment(at)
        for start, _ in self._openings(moment, is_holiday):
            if start > moment:
                return start.astimezone(ZONE)
        return None

    def _opening_at(self, at: datetime, is_holiday: HolidayRule) -> tuple[datetime, datetime] | None:
        moment = _moment(at)
        for start, end in self._openings(moment, is_holiday):
            if start <= moment < end:
                return start, end
            if start > moment:
                break
        return None

    def _openings(self, moment: datetime, is_holiday: HolidayRule) -> Iterator[tuple[datetime, datetime]]:
        """The openings round a moment in order, as UTC; what follows without a gap is one opening.

        UTC because Python compares two datetimes of the same zone by the clock on the wall, which runs twice through
        one hour in October.
        """
        first = moment.astimezone(ZONE).date() - timedelta(days=1)
        pending: tuple[datetime, datetime] | None = None
        for offset in range(_LOOK_AHEAD_DAYS + 2):
            day = first + timedelta(days=offset)
            if not self.always and is_holiday(day):
                continue
            for period in self.week[day.weekday()]:
                start, end = _instant(day, period.start), _instant(day, period.end)
                if pending is not None and start <= pending[1]:
                    pending = (pending[0], max(pending[1], end))
                    continue
                if pending is not None:
                    yield pending
                pending = (start, end)
        if pending is not None:
            yield pending


def parse_opening_hours(text: str) -> OpeningHours | None:
    """Read opening hours; None for an empty text (unknown). Raises `OpeningHoursInvalid` for what it cannot read."""
    return _parsed(text) if text.strip() else None


@lru_cache(maxsize=2048)
def _parsed(text: str) -> OpeningHours:
    week, by_appointment = read_week(text)
    return OpeningHours(text, week, by_appointment)


def _periods(periods: tuple[Period, ...]) -> str:
    if periods == _AROUND_THE_CLOCK:
        return "24 h"
    return ", ".join(f"{clock(period.start)}–{clock(period.end)}" for period in periods)


def _moment(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a datetime without a zone is not a moment")
    return at.astimezone(UTC)


def _instant(day: date, minutes: int) -> datetime:
    """The moment at which the clock on the wall shows `minutes` after midnight of `day`, as UTC."""
    days, rest = divmod(minutes, DAY_MINUTES)
    on = day + timedelta(days=days)
    return datetime(on.year, on.month, on.day, rest // 60, rest % 60, tzinfo=ZONE).astimezone(UTC)
