"""Moments and how people read them.

Inside the program a moment is a whole number of milliseconds since the epoch, UTC. At the edges it becomes ISO 8601
with a zone (command line) or Swiss writing in local time (window). Refuses naive datetimes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NewType
from zoneinfo import ZoneInfo

from switchboard_app.model.language import tr

Millis = NewType("Millis", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

ZONE = ZoneInfo("Europe/Zurich")


def from_datetime(moment: datetime) -> Millis:
    """The moment in milliseconds; raises ValueError for a datetime without zone."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone is not a moment")
    return Millis(round(moment.timestamp() * 1000))


def to_datetime(moment: Millis) -> datetime:
    """The moment as an aware datetime in UTC."""
    return datetime.fromtimestamp(moment / 1000, UTC)


def local(moment: Millis) -> datetime:
    """The moment as a clock on the wall in Basel shows it."""
    return datetime.fromtimestamp(moment / 1000, ZONE)


def iso(moment: Millis | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, or None for no moment."""
    if moment is None:
        return None
    return to_datetime(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str) -> Millis:
    """Read ISO 8601 (also Graph's ``+0000`` and X's ``Z``); a text without zone is local time in Basel.

    Raises ValueError when it is not a moment.
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZONE)
    return from_datetime(moment)


def clock_time(moment: Millis) -> str:
    """14:05."""
    return local(moment).strftime("%H:%M")


def swiss_date(day: date) -> str:
    """21.11.2026."""
    return day.strftime("%d.%m.%Y")


def weekday(day: date) -> str:
    """The short name of the weekday."""
    return (tr("Mon"), tr("Tue"), tr("Wed"), tr("Thu"), tr("Fri"), tr("Sat"), tr("Sun"))[day.weekday()]


def when(moment: Millis, now: Millis) -> str:
    """How a row tells a moment: the clock today, weekday and clock within a week, else the date."""
    there, here = local(moment), local(now)
    if there.date() == here.date():
        return clock_time(moment)
    if abs((there.date() - here.date()).days) < 7:
        return f"{weekday(there.date())} {there.strftime('%d.%m.')}, {clock_time(moment)}"
    return swiss_date(there.date())


def day_title(moment: Millis, now: Millis) -> str:
    """The heading of a day in a timeline."""
    there, here = local(moment).date(), local(now).date()
    if there == here:
        return tr("Today")
    if (here - there).days == 1:
        return tr("Yesterday")
    return f"{weekday(there)}, {swiss_date(there)}"


def duration(millis: int) -> str:
    """18 min, 3 h 20, 2 d 4 h: the two largest parts, rounded down."""
    minutes = max(0, millis) // MINUTE
    if minutes < 60:
        return tr("{n} min").format(n=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return tr("{h} h {m} min").format(h=hours, m=minutes) if minutes else tr("{h} h").format(h=hours)
    days, hours = divmod(hours, 24)
    return tr("{d} d {h} h").format(d=days, h=hours) if hours else tr("{d} d").format(d=days)
