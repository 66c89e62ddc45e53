"""Budgets as arithmetic: never negative, never growing by asking; stations together stay within what was told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.budget import (
    DEEP,
    SPARE,
    UNTOLD,
    WINDOW,
    Budget,
    allows,
    free_at,
    left,
    refused,
    steady,
    taken,
    told,
)
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.platforms import NOON

LIMIT = 15


@given(st.integers(1, 500), st.integers(0, 500), st.integers(-HOUR, HOUR), st.integers(0, DAY), st.integers(0, 100_000))
def test_budgets_are_never_negative_and_never_grow_by_spending(
    limit: int, remaining: int, reset: int, later: int, refill: int
) -> None:
    budget = Budget(limit, min(remaining, limit), Millis(NOON + reset), refill)
    now = Millis(NOON + later)
    after = taken(budget, now)
    assert 0 <= left(after, now) <= left(budget, now) <= limit
    assert free_at(budget, now) >= now
    if not allows(budget, SPARE, now):
        assert not allows(budget, DEEP, now) or budget.refill


@given(st.integers(0, 40), st.integers(0, 15), st.integers(-HOUR, HOUR), st.booleans())
def test_within_one_window_an_answer_only_lowers(spent: int, told_left: int, reset: int, guessed: bool) -> None:
    budget = Budget(LIMIT, max(0, LIMIT - spent), Millis(NOON + MINUTE), guessed=guessed)
    after = told(budget, LIMIT, told_left, Millis(NOON + reset), NOON)
    if guessed or reset <= MINUTE:
        assert left(after, NOON) <= left(budget, NOON)


class Platform:
    """A fixed window of fifteen requests, as X counts them."""

    def __init__(self) -> None:
        self.since, self.used, self.refused = Millis(0), 0, 0

    def answer(self, now: Millis) -> tuple[int, Millis]:
        """Count one request and say what is left until when."""
        if now >= self.since + WINDOW:
            self.since, self.used = now, 0
        self.refused += self.used >= LIMIT
        self.used += 1
        return max(0, LIMIT - self.used), Millis(-(-(self.since + WINDOW) // SECOND) * SECOND)


Step = tuple[int, int, int]
STEPS = st.lists(st.tuples(st.integers(0, 90 * SECOND), st.integers(0, 3 * SECOND), st.integers(0, 5 * SECOND)))


@given(STEPS)
def test_answers_that_overtake_each_other_never_let_too_much_out(steps: list[Step]) -> None:
    """Requests travel to the platform and back, each as long as it likes; the rows are charged before they leave."""
    platform, budget, now = Platform(), Budget(LIMIT, LIMIT, Millis(NOON - 1)), NOON
    arriving: list[tuple[Millis, int]] = []
    answered: list[tuple[Millis, int, Millis]] = []
    for pause, there, back in steps:
        for until in (Millis(now + pause),):
            for at, travel in sorted(one for one in arriving if one[0] <= until):
                arriving.remove((at, travel))
                answered.append((Millis(at + travel), *platform.answer(at)))
            for one in sorted(answered):
                if one[0] <= until:
                    answered.remove(one)
                    budget = told(budget, LIMIT, one[1], one[2], one[0])
            now = until
        while allows(budget, "", now) and len(arriving) < 4:
            budget = taken(budget, now)
            arriving.append((Millis(now + there), back))
    assert platform.refused == 0


def test_after_a_window_only_one_windows_worth_leaves_before_an_answer() -> None:
    budget, now = Budget(LIMIT, 0, NOON), NOON
    granted = 0
    while allows(budget, "", now):
        budget, granted = taken(budget, now), granted + 1
        now = Millis(now + SECOND)
    assert granted == LIMIT
    assert free_at(budget, now) <= NOON + WINDOW + SECOND


def test_a_late_answer_of_the_window_before_changes_nothing() -> None:
    budget = Budget(LIMIT, 3, Millis(NOON + WINDOW))
    assert told(budget, LIMIT, 15, Millis(NOON - SECOND), NOON) == budget


def test_a_refusal_of_an_unknown_budget_is_over_when_it_is_over() -> None:
    budget = refused(None, Millis(NOON + HOUR))
    assert not allows(budget, "", NOON)
    later = Millis(NOON + HOUR)
    assert taken(budget, later) == budget
    assert allows(budget, "", later)


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(0, 50), st.integers(0, DAY))
def test_what_was_used_stays_used_when_the_rule_changes(before: int, after: int, used: int, later: int) -> None:
    budget = steady(None, before, Millis(NOON + DAY), NOON)
    for _ in range(used):
        budget = taken(budget, NOON)
    now = Millis(NOON + later)
    changed = steady(budget, after, Millis(now + DAY), now)
    assert changed.remaining == UNTOLD
    if used <= min(before, after):
        spent = before - left(budget, now)
        assert abs((after - left(changed, now)) - spent) <= 1
    assert steady(changed, after, Millis(now + DAY), now) == changed
