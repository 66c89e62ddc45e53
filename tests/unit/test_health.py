"""How an account is shown: a blip is not, what lasts is, what needs a person at once; recovery at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.health import (
    PATIENCE,
    WELL,
    Health,
    Seen,
    Standing,
    health_words,
    judged,
    quiet_detail,
    unpolled_detail,
)
from switchboard_app.model.times import HOUR, MINUTE, SECOND, Millis
from tests.platforms import NOON

FINE = Standing(Health.OK, since=NOON)
AT_ONCE = sorted(set(Health) - set(PATIENCE))


def after(*steps: tuple[int, Health], before: Standing = FINE) -> Standing:
    """The standing after polls, each so many milliseconds after noon."""
    for at, health in steps:
        before = judged(before, Seen(health), Millis(NOON + at))
    return before


def test_a_blip_is_not_shown() -> None:
    shown = after((0, Health.UNREACHABLE), (16 * SECOND, Health.UNREACHABLE), (48 * SECOND, Health.OK))
    assert (shown.health, shown.since, shown.failures, shown.failing_since) == (Health.OK, NOON, 0, None)


@pytest.mark.parametrize("health", sorted(PATIENCE))
def test_what_lasts_is_shown_by_tries_or_by_time(health: Health) -> None:
    tries, millis = PATIENCE[health]
    one = 5 * SECOND
    assert after(*((number * one, health) for number in range(tries - 1))).health is Health.OK
    assert after(*((number * one, health) for number in range(tries))).health is health
    assert after((0, health), (millis, health)).health is health


@pytest.mark.parametrize("health", AT_ONCE)
def test_what_needs_somebody_is_shown_at_once(health: Health) -> None:
    assert after((0, health)).health is health


def test_a_limit_that_is_over_in_a_moment_is_no_illness() -> None:
    soon = judged(FINE, Seen(Health.RATE_LIMITED, until=Millis(NOON + MINUTE)), NOON)
    late = judged(FINE, Seen(Health.RATE_LIMITED, until=Millis(NOON + 15 * MINUTE)), NOON)
    assert (soon.health, late.health) == (Health.OK, Health.RATE_LIMITED)


def test_a_person_who_asks_is_told_the_truth() -> None:
    assert judged(FINE, Seen(Health.UNREACHABLE, asked=True), NOON).health is Health.UNREACHABLE


def test_a_network_that_fails_does_not_hide_a_dead_sign_in() -> None:
    steps = [(0, Health.NEEDS_SIGN_IN), *((one * MINUTE, Health.UNREACHABLE) for one in range(1, 30))]
    assert after(*steps).health is Health.NEEDS_SIGN_IN
    assert after(*steps, (31 * MINUTE, Health.OK)).health is Health.OK


def test_what_only_sending_finds_out_is_not_healed_by_polling() -> None:
    barred = after((0, Health.BLOCKED), (MINUTE, Health.OK))
    assert (barred.health, barred.since) == (Health.BLOCKED, NOON)
    assert judged(barred, Seen(Health.OK, sending=True), NOON).health is Health.OK
    assert judged(barred, Seen(Health.OK), Millis(NOON + HOUR)).health is Health.OK


@given(st.lists(st.tuples(st.integers(0, 10 * MINUTE), st.sampled_from(Health), st.booleans()), max_size=40))
def test_whatever_happens_the_standing_makes_sense(steps: list[tuple[int, Health, bool]]) -> None:
    standing, now = FINE, NOON
    for pause, health, asked in steps:
        now = Millis(now + pause)
        before, standing = standing, judged(standing, Seen(health, asked=asked), now)
        assert standing.health in (before.health, health), "nothing is shown that was not seen"
        assert standing.since == (before.since if standing.health is before.health else now)
        assert (standing.failures == 0) == (standing.failing_since is None)
        if asked:
            assert standing.health is health
        if health in WELL:
            assert standing.failures == 0


def test_a_silence_is_told_in_the_language_of_whoever_looks() -> None:
    reason, step = health_words(Health.STALE, quiet_detail(3 * HOUR + 10 * MINUTE, 20 * MINUTE))
    assert "3 h 10 min" in reason
    assert "20 min" in reason
    assert step
    reason, step = health_words(Health.STALE, unpolled_detail(NOON, Millis(NOON + HOUR)))
    assert "13:00" in reason
    assert "running" in step
    assert health_words(Health.STALE, unpolled_detail(None, NOON))[0]
    for health in Health:
        assert health_words(health)[0]
