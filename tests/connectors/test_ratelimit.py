"""What answers' headers say of limits, and the pace of requests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from switchboard_app.model.budget import Budget
from switchboard_app.model.times import HOUR, MINUTE, SECOND, Millis
from switchboard_app.sync.ratelimit import Pace, Usage, retry_after, slowdown, usage_of, windowed
from tests.platforms import NOON

QUARTER = Millis(NOON + 15 * MINUTE)


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
