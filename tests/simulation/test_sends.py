"""Nothing is sent twice, everything ends sent, failed or with a person, and what is called sent is there."""

from __future__ import annotations

from tests import tiers
from tests.simulation.run import twice
from tests.simulation.sending import Outcome, sends

EACH = 25


def test_sends_under_every_fault() -> None:
    """Crash at every step, stalls before the write, sleep, clocks that are set, two recoverers at once."""
    total = Outcome()

    def trial(seed: int) -> None:
        one: Outcome = twice(seed, lambda sim: sends(sim, replies=EACH))
        total.sends += one.sends
        total.unclear += one.unclear
        total.asked_in_vain += one.asked_in_vain
        total.asked += one.asked

    tiers.each("sends", 1000 // EACH, 10_000 // EACH, trial)
    print(total)  # noqa: T201 - captured; the figures of docs/reliability.md
    assert total.unclear * 0.01 >= total.asked_in_vain, "what the platform shows is settled without a person"


def test_sends_while_the_databases_clock_is_set() -> None:
    """An hour forward or back in the middle of everything: a person may be asked more often, nothing goes twice."""
    tiers.each("sends by a wrong clock", 4, 80, lambda seed: twice(seed, lambda sim: sends(sim, right_clock=False)))
