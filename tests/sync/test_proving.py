"""The proof that nothing is missing: what the platform lists is compared with what is stored, within what is spare."""

from __future__ import annotations

import asyncio

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.health import Health
from switchboard_app.model.proof import Proof, due
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis
from switchboard_app.store import accounts, proof
from switchboard_app.store.database import Store
from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.x import SimulatedX
from tests.platforms import NOON, FakeClock
from tests.sync.conftest import Desk, Ring, engine_of
from tests.sync.test_faults import stored, truth

NIGHT = Millis(NOON + 14 * HOUR)
"""Three in the morning in Basel."""


def lose(store: Store, how_many: int) -> None:
    """Take messages out of the workspace behind everybody's back, as no path of the program does."""
    sql = "DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE direction = 'in' ORDER BY place LIMIT ?)"
    store.write(lambda tx: tx.change(sql, how_many))


@pytest.mark.parametrize("lost", [0, 3])
def test_what_is_missing_is_counted_and_fetched(
    desk_: Desk, page: Account, facebook: SimulatedFacebook, clock: FakeClock, lost: int
) -> None:
    for number in range(12):
        facebook.say(f"p{number}", f"Frage {number}", Millis(facebook.clock() - number * HOUR))
    desk_.sync()
    before = desk_.store.read(accounts.cursor, page.id)
    began = clock()
    clock.forward(MINUTE)
    lose(desk_.store, lost)
    done = desk_.run(desk_.engine.prove(page))
    assert (done.listed, done.stored, done.missing, done.complete) == (12, 12 - lost, lost, True)
    assert done.since == began - 11 * HOUR
    assert desk_.store.read(proof.of_account, page.id) == done
    assert stored(desk_.store) == truth(facebook)
    assert desk_.store.read(accounts.cursor, page.id) == before, "the polls' cursor is theirs"
    assert desk_.store.read(accounts.one, page.id).health is Health.OK


def test_a_proof_takes_only_what_polls_do_not_need_and_goes_on(
    desk_: Desk, handle: Account, x: SimulatedX, clock: FakeClock
) -> None:
    for number in range(700):
        x.say(f"p{number % 9}", f"{number}", Millis(clock() - (800 - number) * MINUTE))
    desk_.sync()
    first = desk_.run(desk_.engine.prove(handle))
    assert not first.complete
    turns, done = 1, first
    while not done.complete:
        clock.forward(10 * MINUTE)
        done, turns = desk_.run(desk_.engine.prove(handle)), turns + 1
        assert turns < 20
    assert (done.listed, done.missing) == (700, 0)
    assert not [one for one in x.requests if one.status == 429]


def test_a_limit_is_no_illness_and_a_failure_keeps_what_was_counted(
    desk_: Desk, page: Account, facebook: SimulatedFacebook
) -> None:
    facebook.say("p", "Frage")
    desk_.sync()
    facebook.faults.add("GET /", faults.refused("limit"), times=None)
    assert not desk_.run(desk_.engine.prove(page)).complete
    assert desk_.store.read(accounts.one, page.id).health is Health.OK


def test_at_night_it_is_done_by_itself_once(
    embedded_store: Store, ring: Ring, page: Account, facebook: SimulatedFacebook, clock: FakeClock
) -> None:
    facebook.say("p", "Frage")
    clock.now = NIGHT

    async def scene() -> None:
        async with engine_of(embedded_store, ring) as engine:
            running = asyncio.create_task(engine.run())
            async with asyncio.timeout(20):
                while embedded_store.read(proof.of_account, page.id) is None:
                    clock.forward(SECOND)
                    await asyncio.sleep(0.05)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())
    done = embedded_store.read(proof.of_account, page.id)
    assert done is not None
    assert (done.listed, done.complete) == (1, True)


def test_when_a_proof_is_due() -> None:
    whole = Proof(NIGHT, 5, complete=True)
    assert not due(None, NOON), "not by day"
    assert due(None, NIGHT)
    assert not due(whole, Millis(NIGHT + HOUR))
    assert due(whole, Millis(NIGHT + DAY))
    assert due(Proof(NIGHT, 5), Millis(NIGHT + MINUTE)), "one that did not come to its end goes on"
