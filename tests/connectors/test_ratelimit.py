"""Budgets: what headers say, what is kept back, and when the next request may be made."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.ratelimit import (
    DEEP,
    SPARE,
    UNTOLD,
    AccountMeter,
    Budget,
    Pace,
    Usage,
    free_at,
    left,
    retry_after,
    slowdown,
    taken,
    usage_of,
    windowed,
)
from tests.platforms import NOON, FakeClock

QUARTER = Millis(NOON + 15 * MINUTE)


def _granted(meter: AccountMeter, bucket: str) -> int:
    count = 0
    while count < 10_000:
        try:
            meter.spend(bucket)
        except PlatformFailure:
            return count
        count += 1
    return count


def test_nothing_told_nothing_held_back() -> None:
    assert _granted(AccountMeter(FakeClock()), "reads") == 10_000


def test_a_told_budget_is_spent_to_its_end_and_comes_back() -> None:
    clock = FakeClock()
    meter = AccountMeter(clock)
    meter.observed("reads", 15, 4, QUARTER)
    assert _granted(meter, "reads") == 4
    with pytest.raises(PlatformFailure) as caught:
        meter.spend("reads")
    assert caught.value.failure.retry_at == QUARTER
    assert (caught.value.failure.kind, caught.value.failure.certain) == (FailureKind.RATE_LIMIT, True)
    assert caught.value.health is Health.RATE_LIMITED
    clock.now = QUARTER
    meter.spend("reads")


def test_polls_leave_some_for_reading_back() -> None:
    meter = AccountMeter(FakeClock())
    meter.observed("reads", 15, 15, QUARTER)
    assert _granted(meter, "reads" + SPARE) == 12
    assert _granted(meter, "reads") == 3


def test_the_second_look_leaves_the_coming_polls_their_requests() -> None:
    clock = FakeClock()
    meter = AccountMeter(clock)
    meter.observed("reads", 15, 15, QUARTER)
    assert _granted(meter, "reads" + DEEP) == 0  # 12 polls of 75 seconds and 3 for reading back stay
    meter.observed("reads", 300, 299, QUARTER)
    assert _granted(meter, "reads" + DEEP) == 284
    meter.observed("reads", 15, 15, QUARTER)
    clock.forward(10 * MINUTE)
    assert _granted(meter, "reads" + DEEP) == 8
    meter.observed("reads", 15, 3, QUARTER)
    clock.forward(4 * MINUTE)
    assert _granted(meter, "reads" + DEEP) == 2


def test_a_refusal_counts_until_its_moment() -> None:
    clock = FakeClock()
    meter = AccountMeter(clock)
    meter.exhausted("graph", Millis(clock() + HOUR))
    assert _granted(meter, "graph") == 0
    assert meter.free_at("graph") == clock() + HOUR
    clock.forward(HOUR)
    assert _granted(meter, "graph") == 10_000
    assert meter.free_at("graph") == clock()


def test_our_own_rule_refills_and_holds_back_beginnings_only() -> None:
    clock = FakeClock()
    meter = AccountMeter(clock)
    meter.observed("day", 1000, UNTOLD, Millis(clock() + DAY))
    assert _granted(meter, "day" + SPARE) == 1000
    assert meter.free_at("day" + SPARE) == clock() + DAY // 1000
    meter.spend("day")  # a sweep under way is never broken off by our own rule
    clock.forward(2 * DAY // 1000)
    assert _granted(meter, "day" + SPARE) == 1
    meter.observed("day", 2000, UNTOLD, Millis(clock() + DAY))  # more people engaged: what was used stays used
    assert 900 < _granted(meter, "day" + SPARE) <= 1000


def test_a_snapshot_goes_on_elsewhere() -> None:
    clock = FakeClock()
    meter = AccountMeter(clock)
    meter.observed("reads", 15, 3, QUARTER)
    meter.observed("day", 10, UNTOLD, Millis(clock() + DAY))
    meter.spend("reads")
    for _ in range(4):
        meter.spend("day")
    other = AccountMeter(clock, meter.snapshot())
    assert _granted(other, "reads") == 2
    assert _granted(other, "day" + SPARE) == 6


@given(st.integers(1, 500), st.integers(0, 500), st.integers(-HOUR, HOUR), st.integers(0, DAY), st.integers(0, 100_000))
def test_pure_budgets_are_never_negative_and_never_grow_by_spending(
    limit: int, remaining: int, reset: int, later: int, refill: int
) -> None:
    budget = Budget(limit, min(remaining, limit), Millis(NOON + reset), refill)
    now = Millis(NOON + later)
    after = taken(budget, now)
    assert 0 <= left(after, now) <= left(budget, now) <= limit
    assert free_at(budget, now) >= now


@pytest.mark.parametrize(
    ("headers", "budget"),
    [
        ({}, None),
        ({"x-rate-limit-limit": "15", "x-rate-limit-remaining": "14"}, None),
        (
            {"x-rate-limit-limit": "15", "x-rate-limit-remaining": "14", "x-rate-limit-reset": str(QUARTER // 1000)},
            Budget(15, 14, QUARTER),
        ),
        (
            {"x-rate-limit-limit": "x", "x-rate-limit-remaining": "14", "x-rate-limit-reset": "1"},
            None,
        ),
        (
            {"x-rate-limit-limit": "15", "x-rate-limit-remaining": "0", "x-rate-limit-reset": "99999999999"},
            Budget(15, 0, Millis(NOON + HOUR)),
        ),
    ],
)
def test_windows_of_x(headers: Mapping[str, str], budget: Budget | None) -> None:
    assert windowed(headers, NOON) == budget


@pytest.mark.parametrize(
    ("headers", "usage"),
    [
        ({}, None),
        ({"x-app-usage": "no json"}, None),
        ({"x-app-usage": "[]"}, None),
        ({"x-app-usage": '{"call_count":68,"total_cputime":0,"total_time":208}'}, Usage(208)),
        ({"x-app-usage": '{"call_count":12.5}'}, Usage(12)),
        (
            {
                "x-business-use-case-usage": '{"1":[{"type":"messenger","call_count":100,"total_cputime":1,'
                '"total_time":1,"estimated_time_to_regain_access":7}],"2":[{"call_count":3}]}',
                "x-app-usage": '{"call_count":80}',
            },
            Usage(100, Millis(NOON + 7 * MINUTE)),
        ),
        ({"x-business-use-case-usage": '{"1":[7, null, {"call_count":"9"}]}'}, Usage(0)),
    ],
)
def test_usage_of_meta(headers: Mapping[str, str], usage: Usage | None) -> None:
    assert usage_of(headers, NOON) == usage


def test_slowing_down_begins_at_eighty() -> None:
    assert [slowdown(percent) for percent in (0, 79, 80, 90, 99, 100, 300)] == [0.0, 0.0, 0.25, 2.75, 5.0, 5.0, 5.0]


def test_retry_after() -> None:
    assert retry_after({"retry-after": "2"}, NOON) == NOON + 2 * SECOND
    assert retry_after({"retry-after": "Sat, 21 Nov 2026 12:01:00 GMT"}, NOON) == NOON + MINUTE
    assert retry_after({"retry-after": "Sat, 21 Nov 2020 12:01:00 GMT"}, NOON) == NOON
    assert retry_after({}, NOON) is retry_after({"retry-after": "soon"}, NOON) is None


def test_a_pace_bursts_then_waits() -> None:
    async def waits(burst: int, turns: int, *, strict: bool = False, slow: float = 0.0) -> list[float]:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(round(seconds, 1))

        pace = Pace(2.0, burst, sleep)
        pace.slow(slow)
        if strict:
            pace.strict()
        for _ in range(turns):
            await pace.turn()
        return slept

    assert asyncio.run(waits(3, 4)) == []
    assert asyncio.run(waits(3, 6)) == [0.5, 1.0]
    assert asyncio.run(waits(3, 3, strict=True)) == [0.5, 1.0]
    assert asyncio.run(waits(3, 2, slow=2.0)) == [0.5, 1.0]
