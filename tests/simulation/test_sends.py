"""Nothing is sent twice, everything ends sent, failed or with a person, and what is called sent is there."""

from __future__ import annotations

import pytest

from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.sending import Decision
from switchboard_app.store import desk, timeline
from tests import tiers
from tests.simulation.run import Simulation, twice
from tests.simulation.sending import ME, Outcome, sends, tend, town
from tests.simulation.world import World

EACH = 25
pytestmark = pytest.mark.timeout(240)


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


def test_within_a_conversation_in_order() -> None:
    """Answer n + 1 is never on its way before n is settled; `sends` looks at the order in which they were taken."""
    tiers.each("order", 25, 1000, lambda seed: twice(seed, lambda sim: sends(sim, people=1, replies=6, stations=2)))


@pytest.mark.parametrize("moment", ["before take", "after take", "after _files", "POST writes", "POST answered"])
@pytest.mark.parametrize("seconds", [16, 20, 50, 120, 1500])
def test_a_stall_before_the_write(moment: str, seconds: int) -> None:
    """A station sleeps in the middle of a send; another recovers, a person sends again, the first one wakes."""

    async def scene(sim: Simulation) -> None:
        sim.weather.calm = True
        world = World(sim.now, sim.dice)
        where = town(sim, world, 1)
        where.reply("a0")
        first = sim.station("first")
        first.sleeps_at[moment] = seconds
        first.start(tend(first, where))
        await sim.sleep(1)
        second = sim.station("second")
        second.start(tend(second, where))
        for _ in range(200):
            await sim.sleep(15)
            (known_as,) = where.written
            delivery = where.desk.read(timeline.delivery, known_as)
            if delivery.asked_at is not None:  # the person trusts what was shown
                where.desk.write(desk.decide, known_as, Decision.SEND_AGAIN, ME)
        assert (world.copies()[known_as], delivery.state) == (1, DeliveryState.SENT)

    twice(7, scene)


def test_sends_while_the_databases_clock_is_set() -> None:
    """An hour forward or back in the middle of everything: a person may be asked more often, nothing goes twice."""
    tiers.each("sends by a wrong clock", 4, 80, lambda seed: twice(seed, lambda sim: sends(sim, right_clock=False)))
