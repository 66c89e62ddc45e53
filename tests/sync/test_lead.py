"""The lead of a poll: a station that dies at any step is followed within 45 s, and two never poll at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from switchboard_app.model import tenure
from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, Cursor, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.store import accounts, leases
from switchboard_app.store.database import Store
from switchboard_app.store.transaction import Transaction
from switchboard_app.sync import lead as lead_module
from switchboard_app.sync.connector import Known
from switchboard_app.sync.lead import LEASE
from switchboard_app.sync.meter import StoreMeter
from switchboard_app.sync.poller import Poll, poll
from tests.platforms import FakeClock
from tests.sync.conftest import ME
from tests.workspaces import Workspace

TAKEN_OVER = 45 * SECOND


class Dying(Store):
    """A station that dies before or after its n-th word to the workspace: from then on nothing of it gets on."""

    def __init__(self, like: Workspace, last: int, after: bool) -> None:
        super().__init__(like.location, like.key, like.clock)
        self.words, self.last, self.after = 0, last, after
        self.died, self.buried = asyncio.Event(), asyncio.Event()

    async def _word(self, said: Any) -> Any:
        self.words += 1
        dead = self.words > self.last or (self.words == self.last and not self.after)
        result = None if dead else await said()
        if self.words >= self.last:
            self.died.set()
            await self.buried.wait()  # when all is over: so that no task is left
            raise Unreachable("dead")
        return result

    async def run(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        """As `Store`, while it lives."""
        return await self._word(lambda: super(Dying, self).run(verb, *args, **kwargs))

    async def ask(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """As `Store`, while it lives."""
        return await self._word(lambda: super(Dying, self).ask(query, *args, **kwargs))


class Pages:
    """A connector that serves three pages, one message each; `under_way` counts who asks at once."""

    def __init__(self, store: Store, account: Account, hold: asyncio.Event | None = None) -> None:
        self.meter = StoreMeter(store, account.id)
        self.hold = hold
        self.asking = asyncio.Event()
        self.asked = 0

    async def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """All pages."""
        for number in range(3):
            await self.meter.spend("reads/spare")
            self.asking.set()
            self.asked += 1
            if self.hold is not None:
                await self.hold.wait()
            who = RemotePerson(PlatformId(f"p{number}"), f"Person {number}")
            message = RemoteMessage(
                PlatformId(f"m{number}"), PlatformId(f"t{number}"), who, False, "Frage", Millis(1_795_000_000_000)
            )
            await known([message.platform_id])
            threads = (RemoteThread(message.thread, who),)
            yield Batch(threads, (message,), {"page": str(number)}, complete=number == 2)

    async def read_back(self, *_: object) -> tuple[RemoteMessage, ...]:
        """Nothing to read back."""
        return ()


async def polled(store: Store, account: Account, pages: Pages) -> Poll:
    return await poll(store, account, pages, due_only=True)  # type: ignore[arg-type]  # all it asks for


@pytest.fixture
def account(embedded_store: Store) -> Account:
    """An account of the workspace."""
    return embedded_store.write(accounts.add, Channel.X, "Kanton Basel-Stadt", ME)


def stored(store: Store) -> list[str]:
    return [row[0] for row in store.read(lambda tx: tx.rows("SELECT platform_id FROM entry ORDER BY platform_id"))]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_station_that_dies_at_any_step_is_followed(
    embedded_workspace: Workspace, embedded_store: Store, account: Account, clock: FakeClock, after: bool
) -> None:
    async def one_death(last: int) -> bool:
        """Whether the station got so far; then another one has polled in its place."""
        dying = Dying(embedded_workspace, last, after)
        embedded_workspace.opened.append(dying)
        task = asyncio.create_task(polled(dying, account, Pages(dying, account)))
        death = asyncio.create_task(dying.died.wait())
        await asyncio.wait({task, death}, return_when=asyncio.FIRST_COMPLETED)
        died = dying.died.is_set()
        done, waited = None, 0
        while died and waited <= TAKEN_OVER:  # as the running engine asks: every two seconds
            done = await polled(embedded_store, account, Pages(embedded_store, account))
            current = await embedded_store.ask(accounts.one, account.id)
            if not done.skipped or (current.next_poll_at or 0) > clock.now:
                break
            clock.forward(2 * SECOND)
            waited += 2 * SECOND
        assert waited <= TAKEN_OVER
        dying.buried.set()
        death.cancel()
        await asyncio.gather(task, death, return_exceptions=True)
        assert not died or stored(embedded_store) == ["m0", "m1", "m2"]
        clock.forward(600 * SECOND)
        await embedded_store.run(lambda tx: tx.change("DELETE FROM lease"))
        return died

    async def all_deaths() -> int:
        last = 1
        while await one_death(last):
            await embedded_store.run(lambda tx: tx.change("DELETE FROM entry"))
            last += 1
        return last

    assert asyncio.run(all_deaths()) > 15, "so many steps has a poll of three pages"


def test_a_station_that_slept_stores_nothing_any_more(
    embedded_workspace: Workspace, embedded_store: Store, account: Account, clock: FakeClock
) -> None:
    sleeper = embedded_workspace.open()

    async def scene() -> tuple[Poll, Poll, Pages]:
        hold = asyncio.Event()
        slow = Pages(sleeper, account, hold)
        first = asyncio.create_task(polled(sleeper, account, slow))
        await slow.asking.wait()
        assert (await polled(embedded_store, account, Pages(embedded_store, account))).skipped, "one at a time"
        clock.forward(LEASE + SECOND)
        second = await polled(embedded_store, account, Pages(embedded_store, account))
        hold.set()
        return await first, second, slow

    first, second, slow = asyncio.run(scene())
    assert (second.skipped, second.fetched) == (False, 3)
    assert (first.skipped, first.fetched) == (True, 0)
    assert slow.asked == 1, "it asked for no second page"
    assert stored(embedded_store) == ["m0", "m1", "m2"]


def test_without_a_workspace_a_poll_ends_before_its_lease(
    embedded_store: Store, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be renewed is not believed in: the poll under way is cut off while nobody else may begin."""
    monkeypatch.setattr(lead_module, "LEASE", 1200)
    monkeypatch.setattr(tenure, "MARGIN", 600)
    monkeypatch.setattr(lead_module, "RENEW_SECONDS", 0.05)

    async def scene() -> tuple[Poll, float]:
        hold = asyncio.Event()
        slow = Pages(embedded_store, account, hold)
        task = asyncio.create_task(polled(embedded_store, account, slow))
        await slow.asking.wait()
        begun = asyncio.get_running_loop().time()
        monkeypatch.setattr(leases, "take", _away)
        return await task, asyncio.get_running_loop().time() - begun

    done, seconds = asyncio.run(scene())
    assert done.skipped
    assert seconds < 1.0


def _until(tx: Transaction) -> int:
    return int(tx.value("SELECT until FROM lease"))


def _away(*_: object) -> None:
    raise Unreachable("away")


def test_a_long_poll_keeps_its_lead(
    embedded_workspace: Workspace,
    embedded_store: Store,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    clock: FakeClock,
) -> None:
    monkeypatch.setattr(lead_module, "RENEW_SECONDS", 0.01)
    other = embedded_workspace.open()

    async def scene() -> Poll:
        hold = asyncio.Event()
        slow = Pages(embedded_store, account, hold)
        task = asyncio.create_task(polled(embedded_store, account, slow))
        await slow.asking.wait()
        for _ in range(40):  # eight minutes; two steps fit into a lease, because a request may be under way in one
            clock.forward(12 * SECOND)
            while await other.ask(_until) < clock.now + LEASE:  # noqa: ASYNC110 - renewing is told by the workspace only
                await asyncio.sleep(0.01)
            assert (await polled(other, account, Pages(other, account))).skipped
        hold.set()
        return await task

    assert asyncio.run(scene()).fetched == 3
