"""Whether an account is quieter than it should be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from switchboard_app.model.deadlines import OFFICE_HOURS
from switchboard_app.model.quiet import Arrivals, hours_since, silence
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis, local

TUESDAY = Millis(int(datetime(2026, 11, 24, 10, 30, tzinfo=UTC).timestamp() * 1000))
"""Half past eleven in Basel."""


def opened(now: Millis, *holidays: int) -> frozenset[int]:
    """Hours in business time; `holidays` are days before `now`."""
    closed = {local(Millis(now - days * DAY)).date() for days in holidays}
    hours = hours_since(now)
    return frozenset(hour for hour in hours if OFFICE_HOURS.is_open(Millis(hour * HOUR), lambda day: day in closed))


def usually(now: Millis, each: int, *, until: Millis) -> Arrivals:
    """So many messages in every business hour of the past weeks, up to a moment."""
    by_hour = {hour: each for hour in opened(now) if hour * HOUR < until}
    return Arrivals(by_hour, until)


def test_three_hours_without_a_message_where_minutes_are_usual() -> None:
    last = Millis(TUESDAY - 3 * HOUR)
    found = silence(usually(TUESDAY, 4, until=last), opened(TUESDAY), TUESDAY)
    assert found is not None
    assert 2 * HOUR <= found.silent <= 3 * HOUR
    assert 14 * MINUTE <= found.usual <= 20 * MINUTE


@pytest.mark.parametrize("each", [0, 1])
def test_few_messages_say_nothing(each: int) -> None:
    assert silence(usually(TUESDAY, each, until=Millis(TUESDAY - 2 * HOUR)), opened(TUESDAY), TUESDAY) is None


def test_a_short_silence_is_no_sign() -> None:
    assert silence(usually(TUESDAY, 50, until=Millis(TUESDAY - 50 * MINUTE)), opened(TUESDAY), TUESDAY) is None


def test_outside_business_hours_nothing_is_said() -> None:
    night = Millis(TUESDAY + 10 * HOUR)
    assert silence(usually(night, 9, until=Millis(TUESDAY - HOUR)), opened(night), night) is None


def test_a_night_is_no_silence() -> None:
    """Nine in the morning after a busy yesterday: fifteen hours of the wall, one of business."""
    nine = Millis(TUESDAY - 150 * MINUTE)
    assert silence(usually(nine, 5, until=Millis(nine - 16 * HOUR)), opened(nine), nine) is None


def test_weeks_with_a_holiday_do_not_count_and_too_few_weeks_say_nothing() -> None:
    last = Millis(TUESDAY - 3 * HOUR)
    usual = usually(TUESDAY, 4, until=last)
    assert silence(usual, opened(TUESDAY, 7), TUESDAY) is not None
    assert silence(usual, opened(TUESDAY, 7, 14), TUESDAY) is None


def test_one_silent_week_before_makes_it_ordinary() -> None:
    last = Millis(TUESDAY - 3 * HOUR)
    usual = usually(TUESDAY, 6, until=last)
    quiet_week = {hour: 0 if 6 * 24 < TUESDAY // HOUR - hour < 8 * 24 else n for hour, n in usual.by_hour.items()}
    assert silence(Arrivals(quiet_week, last), opened(TUESDAY), TUESDAY) is None
