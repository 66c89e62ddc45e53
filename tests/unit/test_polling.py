"""When the next poll is: quick in a conversation, slow at night, within the budget of a small page, never in step."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.budget import SPARE, UNTOLD, Budget, allows, taken
from switchboard_app.model.channel import Channel
from switchboard_app.model.polling import (
    ALIVE,
    AWAKE,
    CREDITS_LAST,
    JITTER,
    PAUSES,
    next_poll,
    pause_of,
    seldom,
)
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.platforms import NOON


@pytest.mark.parametrize("kind", [Channel.FACEBOOK, Channel.X, Channel.INSTAGRAM, Channel.MASTODON, Channel.EMAIL])
def test_quick_in_a_conversation_slow_at_night(kind: Channel) -> None:
    def pause(last: int | None, *, business: bool) -> int:
        moment = None if last is None else Millis(NOON - last)
        return pause_of(kind, 0, moment, NOON, business=business)

    assert pause(MINUTE, business=False) <= pause(HOUR, business=False) < pause(AWAKE, business=False)
    assert pause(MINUTE, business=True) <= pause(ALIVE, business=True) == pause(None, business=True)
    assert pause(None, business=False) == 5 * MINUTE
    assert pause_of(kind, 7 * SECOND, None, NOON, business=False) == 7 * SECOND, "the option overrides"


def test_jitter_only_lengthens_and_is_handed_in() -> None:
    pause = 100 * SECOND
    assert next_poll(pause, (), NOON, chance=0.0, chosen=False) == NOON + pause
    assert next_poll(pause, (), NOON, chance=0.999, chosen=False) <= NOON + pause * (1 + JITTER)
    assert next_poll(pause, (), NOON, chance=0.999, chosen=True) == NOON + pause


def test_what_is_left_is_spread_to_the_end_of_the_window() -> None:
    few = Budget(15, 5, Millis(NOON + 10 * MINUTE))  # three of them are kept for reading back
    assert next_poll(75 * SECOND, (few,), NOON, chance=0.0, chosen=False) == NOON + 5 * MINUTE
    none = Budget(15, 3, Millis(NOON + 10 * MINUTE))
    assert next_poll(75 * SECOND, (none,), NOON, chance=0.0, chosen=True) == NOON + 10 * MINUTE, "not even when chosen"


@given(st.integers(0, 1000), st.integers(0, 5), st.floats(0, 0.999))
def test_a_small_page_is_never_asked_beyond_its_budget(used: int, calls: int, chance: float) -> None:
    """Two hours of a conversation that never ends, with so many changed conversations a poll, on 1,000 calls a day."""
    refill = DAY // 1000
    budget, now, refused = Budget(1000, UNTOLD, Millis(NOON + used * refill), refill), NOON, 0
    while now < NOON + 2 * HOUR:
        refused += not allows(budget, SPARE, now)
        for _ in range(1 + calls):
            budget = taken(budget, now)
        pause = pause_of(Channel.FACEBOOK, 0, now, now, business=True)
        now = next_poll(pause, (budget,), now, chance=chance, chosen=False)
    assert refused == (used >= 1000), "only a page whose budget was gone at the beginning is ever refused"


def test_a_day_at_the_usual_pace_fits_a_small_page() -> None:
    pauses = PAUSES[Channel.FACEBOOK]
    assert 9 * HOUR // pauses.usual + 15 * HOUR // pauses.slow < 1000


def test_without_credits_it_is_looked_seldom() -> None:
    assert [seldom(number) // HOUR for number in (0, 1, 2, 3, 30_000)] == [1, 2, 4, 6, 6]
    assert seldom(-1) == HOUR
    assert CREDITS_LAST == 6 * HOUR
