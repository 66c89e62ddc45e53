"""A moment as people type it: «14:30», «mo 9», «morgen 8», «23.11. 10:00», «in 3 h», «in 2 AT».

German and English words. Refuses to guess: what cannot be read is None, and so is a moment that is over. A day without
a time means `MORNING`; a time without a day means its next coming.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from switchboard_app.model.times import DAY, HOUR, MINUTE, ZONE, Millis, from_datetime, local
from switchboard_app.store.calendar import is_holiday

MORNING = time(8, 0)
_WEEKDAYS = (
    ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
_NEAR = {"heute": 0, "today": 0, "morgen": 1, "tomorrow": 1, "übermorgen": 2, "uebermorgen": 2}
_CLOCK = re.compile(r"(?:um |at )?(\d{1,2})(?:[:.h](\d{2})|h|\s*uhr)?")
_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.?(?:\s?(\d{4}|\d{2})(?![\d:.h]))?(?=\s|$)")
_SPAN = re.compile(
    r"(?:in|\+)\s*(\d{1,3})\s*(min|minuten|minutes|m|h|std|stunden?|hours?|d|tage?n?|days?|w|wochen?|weeks?|at|wd)?"
)
_UNITS = {"m": MINUTE, "h": HOUR, "s": HOUR, "d": DAY, "t": DAY, "w": 7 * DAY}
_FARTHEST_DAYS = 800


def typed_time(text: str, now: Millis) -> Millis | None:
    """The moment that was typed, after `now`; None when it cannot be read or is over."""
    words = " ".join(text.lower().replace(",", " ").split())
    found = _span(words, now) or _day_and_clock(words, now)
    if found is None or not now < found < now + _FARTHEST_DAYS * DAY:
        return None
    return found


def _span(words: str, now: Millis) -> Millis | None:
    """«in 3 h», «+2 d», «in 2 AT» (working days, at the same time of day)."""
    match = _SPAN.fullmatch(words)
    if match is None:
        return None
    number, unit = int(match[1]), match[2] or "h"
    if unit in ("at", "wd"):
        return _working_days(number, now)
    return Millis(now + number * _UNITS[unit[0]])


def _working_days(number: int, now: Millis) -> Millis:
    there = local(now)
    day = there.date()
    while number > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and not is_holiday(day):
            number -= 1
    return from_datetime(datetime.combine(day, there.time().replace(second=0, microsecond=0), ZONE))


def _day_and_clock(words: str, now: Millis) -> Millis | None:
    today = local(now).date()
    day, rest = _day(words, today)
    clock = MORNING if day is not None and not rest else _clock(rest)
    if clock is None:
        return None
    if day is not None:
        moment = _at(day, clock)
        if moment <= now and _is_weekday(words):
            moment = _at(day + timedelta(days=7), clock)
        return moment
    moment = _at(today, clock)
    return moment if moment > now else _at(today + timedelta(days=1), clock)


def _at(day: date, clock: time) -> Millis:
    return from_datetime(datetime.combine(day, clock, ZONE))


def _is_weekday(words: str) -> bool:
    return _weekday(words.split(" ", 1)[0]) is not None


def _weekday(word: str) -> int | None:
    """0 to 6 for the beginning of a weekday's name, at least two letters."""
    word = word.rstrip(".")
    if len(word) < 2:
        return None
    for language in _WEEKDAYS:
        for number, name in enumerate(language):
            if name.startswith(word):
                return number
    return None


def _day(words: str, today: date) -> tuple[date | None, str]:
    """The day that the words begin with, and the rest."""
    first, _, rest = words.partition(" ")
    if first in _NEAR:
        return today + timedelta(days=_NEAR[first]), rest
    weekday = _weekday(first)
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday()) % 7), rest
    match = _DATE.match(words)
    day = None if match is None else _calendar_day(match, today)
    if match is None or day is None:  # «14.30» is a time
        return None, words
    return day, words[match.end() :].strip()


def _calendar_day(match: re.Match[str], today: date) -> date | None:
    year = int(match[3]) if match[3] else today.year
    try:
        day = date(year + 2000 if year < 100 else year, int(match[2]), int(match[1]))
        if day < today and not match[3]:
            day = day.replace(year=day.year + 1)
    except ValueError:  # no such day
        return None
    return day


def _clock(words: str) -> time | None:
    match = _CLOCK.fullmatch(words)
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        return None
    return time(int(match[1]), int(match[2] or 0))
