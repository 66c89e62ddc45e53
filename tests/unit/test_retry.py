"""When to try again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.retry import CEILING, FIRST, next_try, pause
from switchboard_app.model.times import SECOND, Millis


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 2), (1, 2), (2, 4), (3, 8), (4, 16), (9, 512), (10, 900), (99, 900)]
)
def test_twice_as_long_each_time_up_to_a_ceiling(attempts: int, seconds: int) -> None:
    assert pause(attempts) == seconds * SECOND
    assert next_try(attempts, Millis(1000)) == 1000 + seconds * SECOND


@given(st.integers(-(10**6), 10**9))
def test_never_at_once_never_later_than_the_ceiling_never_shorter_than_before(attempts: int) -> None:
    assert FIRST <= pause(attempts) <= CEILING
    assert pause(attempts) <= pause(attempts + 1)
