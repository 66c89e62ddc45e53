"""Business hours with the canton's holidays, what an enquiry is due for, and where it stands in the queue."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.deadlines import FAR, OFFICE_HOURS, BusinessHours, Clocks, due, next_window_end, sort_key
from switchboard_app.model.enquiry import ACTIVE, DueReason, EnquiryState
from switchboard_app.model.times import DAY, HOUR, MINUTE, ZONE, Millis, from_datetime, local
from switchboard_app.store.calendar import is_holiday


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, fold: int = 0) -> Millis:
    """A moment by a clock on the wall in Basel."""
    return from_datetime(datetime(year, month, day, hour, minute, tzinfo=ZONE, fold=fold))


def owed(start: Millis, minutes: int) -> Millis:
    """When an answer is owed."""
    return OFFICE_HOURS.add(start, minutes, is_holiday)


# -- holidays --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day",
    [
        (1, 1),  # Neujahr
        (4, 3),  # Karfreitag
        (4, 6),  # Ostermontag
        (5, 1),  # Tag der Arbeit
        (5, 14),  # Auffahrt
        (5, 25),  # Pfingstmontag
        (8, 1),
        (12, 25),
        (12, 26),
    ],
)
def test_a_holiday_in_basel(day: tuple[int, int]) -> None:
    assert is_holiday(date(2026, *day))


@pytest.mark.parametrize("day", [(1, 2), (1, 6), (3, 19), (6, 4), (8, 15), (11, 1), (12, 8), (12, 24), (12, 31)])
def test_a_holiday_elsewhere_is_none_in_basel(day: tuple[int, int]) -> None:
    assert not is_holiday(date(2026, *day))


def test_holidays_of_every_year() -> None:
    assert all(is_holiday(date(year, 5, 1)) and not is_holiday(date(year, 1, 2)) for year in range(2017, 2040))


# -- business hours --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (at(2026, 11, 24, 9), 120, at(2026, 11, 24, 11)),
        (at(2026, 11, 24, 10), 120, at(2026, 11, 24, 12)),  # to the last minute before lunch
        (at(2026, 11, 24, 11, 30), 120, at(2026, 11, 24, 15)),
        (at(2026, 11, 24, 12, 15), 30, at(2026, 11, 24, 14)),
        (at(2026, 11, 24, 16, 30), 120, at(2026, 11, 25, 9, 30)),
        (at(2026, 11, 24, 5), 60, at(2026, 11, 24, 9)),
        (at(2026, 11, 24, 23), 60, at(2026, 11, 25, 9)),
        (at(2026, 11, 27, 16), 120, at(2026, 11, 30, 9)),  # Friday to Monday
        (at(2026, 11, 28, 12), 0, at(2026, 11, 30, 8)),  # nothing is owed before we open
        (at(2026, 4, 2, 16), 120, at(2026, 4, 7, 9)),  # Maundy Thursday to the Tuesday after Easter
        (at(2026, 4, 30, 16, 30), 60, at(2026, 5, 4, 8, 30)),  # 1 May is a Friday
        (at(2026, 12, 31, 16, 30), 60, at(2027, 1, 4, 8, 30)),
        (at(2025, 1, 1, 12), 60, at(2025, 1, 2, 9)),  # 2 January is a working day here
        (at(2026, 11, 23, 8), 5 * 450, at(2026, 11, 27, 17)),  # a whole week
    ],
)
def test_minutes_of_business(start: Millis, minutes: int, end: Millis) -> None:
    assert owed(start, minutes) == end


def test_milliseconds_are_kept() -> None:
    assert owed(Millis(at(2026, 11, 24, 9) + 1), 60) == at(2026, 11, 24, 10) + 1


ALWAYS = BusinessHours(dict.fromkeys(range(7), ((time(0), time(12)), (time(12), time(23, 59, 59, 999000)))))


@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25)], ids=["23 hours", "25 hours"])
def test_a_day_on_which_the_clock_changes(day: tuple[int, int, int]) -> None:
    begin = at(*day)
    for hours in range(1, 11):
        assert ALWAYS.add(begin, hours * 60, lambda _: False) == begin + hours * HOUR
    noon = at(*day, 12)
    length = noon - begin
    assert length in (11 * HOUR, 13 * HOUR)
    assert ALWAYS.add(begin, length // MINUTE, lambda _: False) == noon


def test_the_second_pass_of_the_repeated_hour_is_later() -> None:
    night = BusinessHours({6: ((time(2, 30), time(4)),)})
    second = at(2026, 10, 25, 2, 15, fold=1)
    assert night.add(second, 30, lambda _: False) == second + 30 * MINUTE


def test_without_any_hours_the_wall_clock_counts() -> None:
    assert BusinessHours({}).add(at(2026, 11, 24, 9), 90, is_holiday) == at(2026, 11, 24, 10, 30)
    assert OFFICE_HOURS.add(at(2026, 11, 24, 9), 90, lambda _: True) == at(2026, 11, 24, 10, 30)


@pytest.mark.parametrize("start", [0, -1, -(1 << 60), 1 << 53, 253_402_300_799_000, 1 << 62])
def test_a_moment_beyond_the_calendar_breaks_nothing(start: int) -> None:
    assert owed(Millis(start), 60) >= start


@given(st.integers(0, 20 * 365 * DAY), st.integers(0, 5000), st.integers(0, 5000))
def test_more_time_is_never_earlier(offset: int, minutes: int, more: int) -> None:
    start = Millis(at(2017, 9, 1) + offset)
    first = owed(start, minutes)
    assert start + minutes * MINUTE <= first <= owed(start, minutes + more)
    wall = local(first)
    assert wall.weekday() < 5
    assert not is_holiday(wall.date())
    assert time(8) <= wall.time() <= time(12) or time(13, 30) <= wall.time() <= time(17)


@given(st.integers(0, 3 * 365 * DAY), st.integers(0, 2000), st.integers(1, 2000))
def test_two_stretches_make_one(offset: int, first: int, second: int) -> None:
    start = Millis(at(2026, 1, 1) + offset)
    assert owed(owed(start, first), second) == owed(start, first + second)


# -- due -------------------------------------------------------------------------------------------------------------

NOW = at(2026, 11, 24, 9)
A, B, C = (Millis(NOW + n * HOUR) for n in (1, 2, 3))


@pytest.mark.parametrize("state", list(EnquiryState))
def test_without_clocks_nobody_must_act(state: EnquiryState) -> None:
    assert due(Clocks(state), NOW) == (None, None)


ALL: dict[str, Any] = {
    "waiting_since": NOW,
    "answer_due_at": A,
    "window_until": B,
    "callback_at": C,
    "office_due_at": C,
    "snoozed_until": C,
}


def test_what_is_done_is_due_for_nothing() -> None:
    assert due(Clocks(EnquiryState.DONE, **ALL), NOW) == (None, None)


@pytest.mark.parametrize("state", [EnquiryState.NEW, EnquiryState.OPEN])
def test_an_answer_is_owed_while_somebody_waits(state: EnquiryState) -> None:
    assert due(Clocks(state, NOW, answer_due_at=A), NOW) == (A, DueReason.FIRST_ANSWER)
    assert due(Clocks(state, NOW, answered_before=True, answer_due_at=A), NOW) == (A, DueReason.ANSWER)
    assert due(Clocks(state, None, answer_due_at=A), NOW) == (None, None)


@pytest.mark.parametrize("state", [EnquiryState.WAITING_OFFICE, EnquiryState.SNOOZED])
def test_elsewhere_only_the_window_counts_of_what_the_citizen_waits_for(state: EnquiryState) -> None:
    assert due(Clocks(state, NOW, answer_due_at=A, window_until=B), NOW) == (B, DueReason.WINDOW)


def test_who_waits_for_the_citizen_loses_no_window() -> None:
    clocks = Clocks(EnquiryState.WAITING_CITIZEN, NOW, answer_due_at=A, window_until=B)
    assert due(clocks, NOW) == (None, None)


@pytest.mark.parametrize("state", ACTIVE)
@pytest.mark.parametrize(
    ("clock", "reason"),
    [
        ("office_due_at", DueReason.OFFICE),
        ("callback_at", DueReason.CALLBACK),
        ("snoozed_until", DueReason.FOLLOW_UP),
    ],
)
def test_offices_callbacks_and_follow_ups_count_in_every_active_state(
    state: EnquiryState, clock: str, reason: DueReason
) -> None:
    running: dict[str, Any] = {clock: A}
    assert due(Clocks(state, **running), NOW) == (A, reason)


def test_the_earliest_counts() -> None:
    assert due(Clocks(EnquiryState.OPEN, **ALL), NOW) == (A, DueReason.FIRST_ANSWER)
    later = {**ALL, "answer_due_at": Millis(C + 1)}
    assert due(Clocks(EnquiryState.OPEN, **later), NOW) == (B, DueReason.WINDOW)


def test_of_two_windows_the_next_that_closes() -> None:
    assert next_window_end(A, B, NOW) == A
    assert next_window_end(A, B, A) == B
    assert next_window_end(A, B, B) is None
    assert next_window_end(None, None, NOW) is None


# -- sorting ---------------------------------------------------------------------------------------------------------


def test_due_before_waiting_before_done_and_the_newest_done_first() -> None:
    keys = [
        sort_key(EnquiryState.OPEN, A, NOW, None),
        sort_key(EnquiryState.NEW, B, NOW, None),
        sort_key(EnquiryState.WAITING_CITIZEN, None, NOW, None),
        sort_key(EnquiryState.WAITING_CITIZEN, None, A, None),
        sort_key(EnquiryState.DONE, None, NOW, B),
        sort_key(EnquiryState.DONE, A, NOW, A),
        sort_key(EnquiryState.DONE, None, NOW, None),
    ]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@given(
    st.sampled_from(EnquiryState),
    st.none() | st.integers(0, 1 << 53),
    st.integers(0, 1 << 53),
    st.none() | st.integers(0, 1 << 53),
)
def test_every_key_fits_the_column(
    state: EnquiryState, due_at: int | None, opened_at: int, closed_at: int | None
) -> None:
    key = sort_key(
        state,
        None if due_at is None else Millis(due_at),
        Millis(opened_at),
        None if closed_at is None else Millis(closed_at),
    )
    assert -(1 << 63) <= key < 1 << 63
    assert (key >= FAR) is (state is EnquiryState.DONE or due_at is None)


def test_days_ahead_are_days() -> None:
    assert timedelta(milliseconds=DAY) == timedelta(days=1)
