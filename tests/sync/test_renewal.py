"""Single-use refresh tokens: many programs at once, crashes at every step, a keyring that does not answer."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Mapping

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.health import Health
from switchboard_app.model.times import HOUR, MINUTE
from switchboard_app.store import accounts, leases
from switchboard_app.store.database import Store
from switchboard_app.sync.renewal import LEASE
from switchboard_app.training import faults
from switchboard_app.training.x import SimulatedX
from tests import tiers
from tests.platforms import FakeClock, Served
from tests.sync.conftest import ME, Ring, connect, engine_of
from tests.workspaces import Workspace

WORKERS = 20


class Crash(BaseException):
    """The program ends here."""


class Mortal(Ring):
    """A keyring whose program may end at one of its calls: `ends` counts them down, before or after the call."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = -1
        self.after = False

    def _call(self) -> bool:
        self.ends -= 1
        if self.ends == 0 and not self.after:
            raise Crash
        return self.ends == 0

    def account_secret(self, account: str) -> dict[str, str] | None:
        last = self._call()
        found = super().account_secret(account)
        if last:
            raise Crash
        return found

    def keep_account_secret(self, account: str, secret: Mapping[str, str]) -> None:
        last = self._call()
        super().keep_account_secret(account, secret)
        if last:
            raise Crash

    def secret_proved(self, account: str) -> None:
        last = self._call()
        super().secret_proved(account)
        if last:
            raise Crash


def signed_in(store: Store, ring: Ring, served: Served[SimulatedX], name: str = "x") -> Account:
    """The account with a sign-in that renews itself, its access token just run out."""
    account = connect(store, ring, Channel.X, served, name)
    tokens = served.platform.tokens
    ring.known[account.id] = {
        "access_token": tokens.access,
        "refresh_token": tokens.refresh,
        "client_id": tokens.client_id,
    }
    tokens.expire()
    return account


def renewals(x: SimulatedX) -> int:
    return sum(one.path.endswith("/oauth2/token") for one in x.requests)


async def ask_all(stores: list[Store], rings: list[Ring], account: Account) -> list[Health]:
    """Every worker asks the platform at the same moment, each with an engine of its own."""

    async def one(store: Store, ring: Ring) -> Health:
        async with engine_of(store, ring) as engine:
            return (await engine.whoami(account)).health

    return await asyncio.gather(*(one(store, ring) for store, ring in zip(stores, rings, strict=True)))


def test_twenty_programs_meet_a_dead_token_and_one_renews(
    embedded_workspace: Workspace, x_server: Served[SimulatedX], ring: Ring, clock: FakeClock
) -> None:
    stores = [embedded_workspace.open() for _ in range(WORKERS)]
    x = x_server.platform
    x.tokens.revoke_on_reuse = True
    account = signed_in(stores[0], ring, x_server)
    for trial in range(tiers.count(2, 200)):
        healths = asyncio.run(ask_all(stores, [ring] * WORKERS, account))
        assert healths == [Health.OK] * WORKERS
        assert renewals(x) == trial + 1
        assert ring.known[account.id]["refresh_token"] == x.tokens.refresh
        assert account.id not in ring.former, "the new one has proved itself"
        x.tokens.expire()
        clock.forward(20 * MINUTE)  # the platform lets an account ask who it is 75 times in 15 minutes


@pytest.mark.postgres
def test_stations_with_sign_ins_of_their_own_do_not_disturb_each_other(
    shared_workspace: Workspace, x_server: Served[SimulatedX], ring: Ring, clock: FakeClock
) -> None:
    """Two programs of one station share a keyring; the platform sees one renewal for each keyring."""
    stores = [shared_workspace.open() for _ in range(6)]
    x = x_server.platform
    account = signed_in(stores[0], ring, x_server)
    healths = asyncio.run(ask_all(stores, [ring] * 6, account))
    assert healths == [Health.OK] * 6
    assert renewals(x) == 1
    assert not stores[0].read(leases.holder, f"refresh:{account.id}")


def test_a_crash_at_any_step_is_recovered_or_asks_for_one_sign_in(
    embedded_workspace: Workspace, x_server: Served[SimulatedX], clock: FakeClock
) -> None:
    """The only step that may cost the sign-in is the one between the platform's answer and the keyring."""
    seed = tiers.seed("renewal crashes")
    chance = random.Random(seed)
    store, x = embedded_workspace.open(), x_server.platform
    costly = 0
    for trial in range(tiers.count(20, 200)):
        ring = Mortal()
        account = signed_in(store, ring, x_server, f"x{trial}")
        ring.ends, ring.after = chance.randint(1, 5), chance.random() < 0.5
        step = (ring.ends, ring.after)
        before = renewals(x)
        with_crash = _crashing(store, ring, account)
        spent = renewals(x) - before
        ring.ends = -1
        clock.forward(LEASE + MINUTE)
        first = _asked(store, ring, account)
        lost = spent == 1 and ring.known[account.id]["refresh_token"] != x.tokens.refresh
        assert first is (Health.NEEDS_SIGN_IN if lost else Health.OK), (seed, trial, step)
        assert not lost or step == (3, False), "lost only when it ended before the keyring was asked to keep it"
        costly += int(lost)
        if lost:  # one clear sign-in, then it goes on
            ring.keep_account_secret(account.id, {"access_token": x.token, "refresh_token": x.tokens.refresh})
            assert _asked(store, ring, account) is Health.OK
        assert with_crash or step[0] > 4, (seed, trial, step)
        store.write(accounts.remove, account.id, ME)
    assert costly < tiers.count(20, 200) / 2


def _asked(store: Store, ring: Ring, account: Account) -> Health:
    async def scene() -> Health:
        async with engine_of(store, ring) as engine:
            return (await engine.whoami(account)).health

    return asyncio.run(scene())


def _crashing(store: Store, ring: Ring, account: Account) -> bool:
    """A program that asks the platform and may end at a call of the keyring; whether it did."""
    try:
        _asked(store, ring, account)
    except Crash:
        return True
    return False


def test_the_lease_of_a_program_that_died_is_not_waited_for(
    embedded_store: Store, ring: Ring, x_server: Served[SimulatedX]
) -> None:
    account = signed_in(embedded_store, ring, x_server)
    embedded_store.write(leases.take, f"refresh:{account.id}", "999999999-gone", LEASE)
    assert _asked(embedded_store, ring, account) is Health.OK


def test_a_keyring_that_is_locked_after_the_answer_costs_nothing(
    embedded_store: Store, ring: Ring, x_server: Served[SimulatedX]
) -> None:
    """What the platform gave exists only in memory: the engine keeps it, whatever becomes of the connector."""
    x = x_server.platform
    account = signed_in(embedded_store, ring, x_server)

    class Locked(Ring):
        locked = True

        def keep_account_secret(self, account: str, secret: Mapping[str, str]) -> None:
            if self.locked:
                raise Unreachable("The keyring is locked.", "Unlock it.")
            super().keep_account_secret(account, secret)

    locked = Locked()
    locked.known = ring.known

    async def scene() -> None:
        async with engine_of(embedded_store, locked) as engine:
            done = await engine.poll_account(account)
            assert done.health is Health.NEEDS_SIGN_IN
            assert "Unlock" in embedded_store.read(accounts.one, account.id).health_detail
            locked.locked = False
            assert (await engine.poll_account(account)).health is Health.OK

    asyncio.run(scene())
    assert renewals(x) == 1
    assert locked.known[account.id]["refresh_token"] == x.tokens.refresh


def test_who_gives_up_waiting_does_not_break_the_renewal_off(
    embedded_store: Store, ring: Ring, x_server: Served[SimulatedX]
) -> None:
    x = x_server.platform
    account = signed_in(embedded_store, ring, x_server)
    asked, go_on = threading.Event(), threading.Event()

    class Slow(Ring):
        def keep_account_secret(self, account: str, secret: Mapping[str, str]) -> None:
            asked.set()
            assert go_on.wait(10)
            super().keep_account_secret(account, secret)

    slow = Slow()
    slow.known = ring.known

    async def scene() -> None:
        async with engine_of(embedded_store, slow) as engine:
            asking = asyncio.ensure_future(engine.whoami(account))
            assert await asyncio.to_thread(asked.wait, 10)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert slow.known[account.id]["refresh_token"] != x.tokens.refresh
            go_on.set()

    asyncio.run(scene())
    assert slow.known[account.id]["refresh_token"] == x.tokens.refresh


def test_the_former_secret_is_tried_once_when_the_new_one_is_refused(
    embedded_store: Store, ring: Ring, x_server: Served[SimulatedX]
) -> None:
    x = x_server.platform
    account = signed_in(embedded_store, ring, x_server)
    good = dict(ring.known[account.id])
    ring.keep_account_secret(account.id, {**good, "access_token": "other", "refresh_token": "never-given"})
    assert _asked(embedded_store, ring, account) is Health.OK
    assert renewals(x) == 2
    x.tokens.revoke_all()
    ring.keep_account_secret(account.id, {**ring.known[account.id], "refresh_token": "never-given"})
    assert _asked(embedded_store, ring, account) is Health.NEEDS_SIGN_IN
    assert renewals(x) == 4, "each of the two once"
    assert "taken back" in embedded_store.read(accounts.one, account.id).health_detail


def test_it_is_renewed_before_it_runs_out_and_trouble_is_told_while_it_still_works(
    embedded_store: Store, ring: Ring, x_server: Served[SimulatedX], clock: FakeClock
) -> None:
    x = x_server.platform
    account = signed_in(embedded_store, ring, x_server)
    assert _asked(embedded_store, ring, account) is Health.OK
    clock.forward(2 * HOUR - 5 * MINUTE)
    x.faults.add("POST /2/oauth2/token", faults.server_error(503, accepted=False))

    async def scene() -> None:
        async with engine_of(embedded_store, ring) as engine:
            assert (await engine.poll_account(account)).health is Health.OK
            told = embedded_store.read(accounts.one, account.id)
            assert told.health is Health.OK
            assert "ends" in told.health_detail
            clock.forward(3 * MINUTE)
            assert (await engine.poll_account(account)).health is Health.OK
            assert embedded_store.read(accounts.one, account.id).health_detail == ""

    asyncio.run(scene())
    assert ring.known[account.id]["refresh_token"] == x.tokens.refresh
    assert all(one.status != 401 for one in x.requests[-2:])
