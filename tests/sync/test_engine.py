"""The engine: one account's trouble is its own, one station polls, workspace and keyring may go and come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg
import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.health import Health
from switchboard_app.model.times import MINUTE, SECOND
from switchboard_app.store import accounts, leases
from switchboard_app.store import health as stored_health
from switchboard_app.store.database import Store
from switchboard_app.sync import lines
from switchboard_app.sync.connector import Batch, Cursor, Known
from switchboard_app.sync.engine import Engine, Surroundings
from switchboard_app.sync.x import XConnector
from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.x import SimulatedX
from tests.platforms import FakeClock, Served
from tests.sync.conftest import Desk, Ring, connect, engine_of
from tests.sync.test_faults import stored, truth
from tests.workspaces import Workspace


class Broken(XConnector):
    """A connector with a bug."""

    def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """Fails as a bug does."""
        raise ValueError("a citizen wrote: Kanarienvogel")


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """X's connector has a bug."""
    monkeypatch.setitem(lines.CONNECTORS, Channel.X, Broken)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that the running engine brings about."""
    async with asyncio.timeout(20):
        while not await true():  # noqa: ASYNC110 - what is waited for happens in the store, which sets no event
            await asyncio.sleep(0.01)


def health(store: Store, account: Account) -> Health:
    return store.read(accounts.one, account.id).health


def test_a_bug_in_one_connector_is_told_after_the_others_are_done(
    desk_: Desk, bug: None, page: Account, handle: Account, facebook: SimulatedFacebook
) -> None:
    facebook.say("p", "Frage")
    with pytest.raises(ValueError, match="Kanarienvogel"):
        desk_.sync()
    assert stored(desk_.store) == truth(facebook)


@pytest.mark.logs_warning
def test_a_bug_in_one_connector_does_not_stop_the_running_engine(
    embedded_store: Store,
    ring: Ring,
    bug: None,
    page: Account,
    handle: Account,
    facebook: SimulatedFacebook,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scene() -> None:
        async with engine_of(embedded_store, ring) as engine:
            running = asyncio.create_task(engine.run())
            await until(lambda: asyncio.to_thread(lambda: health(embedded_store, page) is Health.OK))
            assert stored(embedded_store) == truth(facebook)
            facebook.say("q", "noch eine")
            clock.forward(2 * MINUTE)
            engine.look_now()
            await until(lambda: asyncio.to_thread(lambda: stored(embedded_store) == truth(facebook)))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    facebook.say("p", "Frage")
    asyncio.run(scene())
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) == 2, "once for each round that met it, not twice a second"
    assert all("ValueError" in line and "test_engine.py" in line for line in told)
    assert not any("Kanarienvogel" in line for line in told), "a bug's own words may be a citizen's"


def test_an_account_without_a_secret_asks_the_keyring_once_a_minute(
    embedded_store: Store, ring: Ring, page: Account, facebook: SimulatedFacebook, clock: FakeClock
) -> None:
    secret = ring.known.pop(page.id)
    facebook.say("p", "Frage")

    async def scene() -> None:
        async with engine_of(embedded_store, ring) as engine:
            running = asyncio.create_task(engine.run())
            await until(lambda: asyncio.to_thread(lambda: health(embedded_store, page) is Health.NEEDS_SIGN_IN))
            asked = ring.asked
            for _ in range(20):
                engine.look_now()
                await asyncio.sleep(0.01)
            assert ring.asked == asked
            ring.known[page.id] = secret
            engine.look_now(page.id)
            await until(lambda: asyncio.to_thread(lambda: health(embedded_store, page) is Health.OK))
            assert stored(embedded_store) == truth(facebook)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())


def test_a_locked_keyring(desk_: Desk, ring: Ring, page: Account, facebook: SimulatedFacebook) -> None:
    facebook.say("p", "Frage")
    ring.problem = Unreachable("The keyring is locked.", "Unlock it.")
    report = desk_.sync()["facebook"]
    assert report.health is Health.NEEDS_SIGN_IN
    assert "The keyring is locked." in report.reason
    assert report.reached is False
    ring.problem = None
    assert desk_.sync()["facebook"].health is Health.OK
    assert stored(desk_.store) == truth(facebook)


def test_a_secret_that_another_process_replaced(
    desk_: Desk, ring: Ring, page: Account, facebook: SimulatedFacebook, clock: FakeClock
) -> None:
    """``account sign-in`` beside an open window: the window's engine takes up the new secret by itself."""
    ring.known[page.id] = {"access_token": "EAAdead00000000000000"}
    assert desk_.sync()["facebook"].health is Health.NEEDS_SIGN_IN
    ring.known[page.id] = {"access_token": facebook.token}
    clock.forward(16 * MINUTE)
    assert desk_.sync()["facebook"].health is Health.OK


def test_asking_who_we_are_uses_the_secret_of_now(
    desk_: Desk, ring: Ring, page: Account, facebook: SimulatedFacebook
) -> None:
    assert desk_.run(desk_.engine.whoami(page)).health is Health.OK
    assert desk_.store.read(accounts.one, page.id).platform_user == facebook.own_id
    ring.known[page.id] = {"access_token": "EAAdead00000000000000"}
    assert desk_.run(desk_.engine.whoami(page)).health is Health.NEEDS_SIGN_IN
    del ring.known[page.id]
    assert desk_.run(desk_.engine.whoami(page)).health is Health.NEEDS_SIGN_IN


def test_a_refresh_token_is_used_once(
    embedded_store: Store, ring: Ring, x_server: Served[SimulatedX], clock: FakeClock
) -> None:
    """Many askers meet the same dead token: one renewal, and the new secret is kept before it is used."""
    x = x_server.platform
    account = connect(embedded_store, ring, Channel.X, x_server)
    ring.known[account.id] = {
        "access_token": "dead-token",
        "refresh_token": x.tokens.refresh,
        "client_id": x.tokens.client_id,
    }
    x.say("p", "Frage")

    async def scene() -> None:
        async with engine_of(embedded_store, ring) as engine:
            done = await asyncio.gather(
                engine.whoami(account), engine.poll_account(account), engine.whoami(account), engine.whoami(account)
            )
            assert done[1].health is Health.OK

    asyncio.run(scene())
    assert sum(one.path.endswith("/oauth2/token") for one in x.requests) == 1
    assert ring.known[account.id]["access_token"] == x.token
    assert ring.known[account.id]["refresh_token"] == x.tokens.refresh
    assert stored(embedded_store) == truth(x)


def reads(platform: SimulatedFacebook) -> int:
    return sum(one.method == "GET" for one in platform.requests)


def test_one_of_two_stations_polls(
    workspace: Workspace, ring: Ring, facebook_server: Served[SimulatedFacebook], clock: FakeClock
) -> None:
    facebook = facebook_server.platform
    here, there = workspace.open(), workspace.open()
    account = connect(here, ring, Channel.FACEBOOK, facebook_server)
    facebook.say("p", "Frage")

    async def scene() -> None:
        async with engine_of(here, ring) as one:
            await one.poll_account(account)
        alone = reads(facebook)
        clock.forward(2 * MINUTE)
        async with engine_of(here, ring) as one, engine_of(there, ring) as two:
            polls = await asyncio.gather(*(each.poll_account(account, due_only=True) for each in (one, two)))
            assert sum(not poll.skipped for poll in polls) == 1
        assert reads(facebook) <= 2 * alone

    asyncio.run(scene())


def test_a_lease_whose_holder_is_alive_is_respected(desk_: Desk, page: Account, facebook: SimulatedFacebook) -> None:
    lease = desk_.store.write(leases.take, f"poll:{page.id}", "1-abcdefgh", 90 * SECOND)  # process 1 lives
    assert lease is not None
    assert desk_.run(desk_.engine.poll_account(page)).skipped
    assert desk_.run(desk_.engine.poll_account(page, patience=0.05)).skipped
    assert facebook.requests == []

    async def given_back() -> bool:
        waiting = asyncio.create_task(desk_.engine.poll_account(page, patience=10))
        await asyncio.sleep(0.05)
        await desk_.store.run(leases.release, lease)
        return (await waiting).skipped

    assert desk_.run(given_back()) is False


def test_a_lease_whose_holder_died_is_taken_over(desk_: Desk, page: Account, facebook: SimulatedFacebook) -> None:
    """Killed in the middle of a poll: the next ``sync --once`` does not wait for the lease to lapse."""
    desk_.store.write(leases.take, f"poll:{page.id}", "4194304-abcdefgh", 90 * SECOND)  # beyond the largest process id
    facebook.say("p", "Frage")
    assert desk_.sync()["facebook"].new == 1


@pytest.mark.postgres
def test_a_workspace_that_goes_away_and_comes_back(
    ring: Ring, facebook_server: Served[SimulatedFacebook], request: pytest.FixtureRequest
) -> None:
    """The engine of a window waits, and goes on by itself."""
    location = request.getfixturevalue("postgres_location")
    store = Store(location)
    facebook = facebook_server.platform
    account = connect(store, ring, Channel.FACEBOOK, facebook_server, poll_seconds="1")
    name = psycopg.conninfo.conninfo_to_dict(location.dsn)["dbname"]
    elsewhere = location.dsn.replace(f"/{name}?", "/postgres?")
    away = f"{name}_away"

    def rename(old: object, new: str) -> None:
        with psycopg.connect(elsewhere, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (old,))
            admin.execute(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    async def scene() -> None:
        engine = Engine(store, Surroundings(ring))
        running = asyncio.create_task(engine.run())
        await until(lambda: asyncio.to_thread(lambda: health(store, account) is Health.OK))
        await asyncio.to_thread(rename, name, away)
        facebook.say("p", "Frage")
        with pytest.raises(Unreachable):
            await store.ask(accounts.listed)
        await asyncio.sleep(0.1)
        assert not running.done()
        await asyncio.to_thread(rename, away, str(name))
        engine.look_now(account.id)
        await until(lambda: asyncio.to_thread(lambda: stored(store) == truth(facebook)))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await engine.close()

    try:
        asyncio.run(scene())
    finally:
        store.close()


def test_a_wake_by_the_platform_shows_no_blip_and_a_person_is_told(
    embedded_store: Store, ring: Ring, page: Account, facebook: SimulatedFacebook
) -> None:
    async def scene() -> None:
        async with engine_of(embedded_store, ring) as engine:
            running = asyncio.create_task(engine.run())
            await until(lambda: asyncio.to_thread(lambda: health(embedded_store, page) is Health.OK))
            facebook.faults.add("GET /", faults.server_error(accepted=False), times=None)
            engine.wake(page.id)
            await until(lambda: asyncio.to_thread(lambda: failed(embedded_store, page) > 0))
            assert health(embedded_store, page) is Health.OK
            engine.look_now(page.id)
            await until(lambda: asyncio.to_thread(lambda: health(embedded_store, page) is Health.UNREACHABLE))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())


def failed(store: Store, account: Account) -> int:
    return store.read(stored_health.failures, account.id)
