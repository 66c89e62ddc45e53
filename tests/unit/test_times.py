"""Moments: read at the edges, written for people, the same all over the program."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.times import (
    DAY,
    HOUR,
    MINUTE,
    ZONE,
    Millis,
    clock_time,
    day_title,
    duration,
    from_datetime,
    iso,
    local,
    parse_iso,
    swiss_date,
    to_datetime,
    weekday,
    when,
)

NOW = from_datetime(datetime(2026, 11, 21, 14, 5, tzinfo=ZONE))
"""A Saturday."""


@pytest.mark.parametrize(
    ("text", "millis"),
    [
        ("2026-11-21T19:17:00+0000", 1795288620000),
        ("2026-11-21T19:17:00.123Z", 1795288620123),
        ("2026-11-21T20:17:00+01:00", 1795288620000),
        (" 2026-11-21T19:17:00Z\n", 1795288620000),
        ("2026-10-25T00:30:00Z", 1792888200000),
        ("2026-10-25T01:30:00Z", 1792891800000),
        ("2038-01-19T03:14:08Z", 2147483648000),
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-21 20:17", 1795288620000),  # typed here: local time
        ("2026-07-01T12:00", 1782900000000),
    ],
)
def test_read(text: str, millis: int) -> None:
    assert parse_iso(text) == millis


@pytest.mark.parametrize(
    "text", ["", "gestern", "2026-02-30T00:00:00Z", "2026-13-01", "25:00", "2026-11-21T19:17:61Z", "1795288620"]
)
def test_not_a_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_iso(text)


def test_the_corpus_of_platform_times(shared: Path) -> None:
    cases = json.loads((shared / "corpora/own/times.json").read_text("utf-8"))["cases"]
    for case in cases:
        value, expected = case["value"], case["epoch_ms"]
        if isinstance(value, str) and "T" in value:
            try:
                read: int | None = parse_iso(value)
            except ValueError:
                read = None
            if expected is not None:
                assert read == expected, case
            elif read is not None:
                assert case["id"] in ("t014", "t015"), case  # far away: for the connector to refuse


def test_a_datetime_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        from_datetime(datetime(2026, 11, 21, 14, 5))  # noqa: DTZ001


@given(st.integers(0, 4_102_444_800_000))
def test_there_and_back(millis: int) -> None:
    moment = Millis(millis)
    written = iso(moment)
    assert written is not None
    assert written.endswith("Z")
    assert parse_iso(written) == moment == from_datetime(to_datetime(moment)) == from_datetime(local(moment))


@given(st.integers(0, 4_102_444_800_000), st.integers(-14 * 60, 14 * 60))
def test_every_zone_names_the_same_moment(millis: int, offset: int) -> None:
    there = datetime.fromtimestamp(millis / 1000, timezone(timedelta(minutes=offset)))
    assert parse_iso(there.isoformat(timespec="milliseconds")) == millis


def test_no_moment_has_no_text() -> None:
    assert iso(None) is None
    assert iso(Millis(0)) == "1970-01-01T00:00:00.000Z"


def test_how_people_read_it() -> None:
    assert clock_time(NOW) == "14:05"
    assert swiss_date(date(2026, 1, 2)) == "02.01.2026"
    assert weekday(date(2026, 11, 21)) == "Sat"
    assert local(NOW).utcoffset() == timedelta(hours=1)
    assert to_datetime(NOW).tzinfo is UTC


@pytest.mark.parametrize(
    ("back", "shown"),
    [
        (0, "14:05"),
        (14 * HOUR, "00:05"),
        (15 * HOUR, "Fri 20.11., 23:05"),
        (6 * DAY, "Sun 15.11., 14:05"),
        (7 * DAY, "14.11.2026"),
        (-DAY, "Sun 22.11., 14:05"),
        (-8 * DAY, "29.11.2026"),
    ],
)
def test_a_row_tells_as_much_as_is_needed(back: int, shown: str) -> None:
    assert when(Millis(NOW - back), NOW) == shown


def test_a_row_on_the_night_the_clock_changes() -> None:
    now = from_datetime(datetime(2026, 10, 25, 12, 0, tzinfo=ZONE))
    assert when(Millis(now - 12 * HOUR), now) == "01:00"
    assert when(Millis(now - 13 * HOUR), now) == "00:00"
    assert when(Millis(now - 14 * HOUR), now) == "Sat 24.10., 23:00"


def test_the_heading_of_a_day() -> None:
    assert day_title(NOW, NOW) == "Today"
    assert day_title(Millis(NOW - 15 * HOUR), NOW) == "Yesterday"
    assert day_title(Millis(NOW - 3 * DAY), NOW) == "Wed, 18.11.2026"


@pytest.mark.parametrize(
    ("millis", "shown"),
    [
        (-5, "0 min"),
        (0, "0 min"),
        (MINUTE - 1, "0 min"),
        (18 * MINUTE, "18 min"),
        (59 * MINUTE + 59_999, "59 min"),
        (HOUR, "1 h"),
        (3 * HOUR + 20 * MINUTE, "3 h 20 min"),
        (DAY - 1, "23 h 59 min"),
        (DAY, "1 d"),
        (2 * DAY + 4 * HOUR + 59 * MINUTE, "2 d 4 h"),
    ],
)
def test_a_duration_in_its_two_largest_parts(millis: int, shown: str) -> None:
    assert duration(millis) == shown
