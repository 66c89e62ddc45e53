"""A working day at 15 requests in 15 minutes: two stations poll, send and read back, stations die, and X never refuses.

Four hours of it on every push, the whole day at night.

Everything is real but the clock and the wire: the engines, the encrypted workspace, the connector, and the training
platform with X's documented limits. The clock jumps to whatever is due next.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

import httpx
import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import View
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis, local
from switchboard_app.store import accounts, budgets, desk, leases, outbox, queue
from switchboard_app.store.database import Store
from switchboard_app.sync.engine import Engine, Surroundings
from switchboard_app.sync.lead import LEASE
from switchboard_app.training import faults
from switchboard_app.training.x import SimulatedX
from tests import tiers
from tests.platforms import NOON, FakeClock
from tests.sync.conftest import ME, Ring
from tests.workspaces import Workspace

STATIONS = 2


@dataclass(slots=True)
class Day:
    """The stations of one day and what they met."""

    x: SimulatedX
    clock: FakeClock
    account: Account
    stores: list[Store]
    engines: list[Engine]
    dice: random.Random
    answered: set[EnquiryId] = field(default_factory=set)
    said: int = 0
    polls: int = 0

    @property
    def store(self) -> Store:
        return self.stores[0]

    async def until(self, end: Millis, *, alive: bool = True) -> None:
        """Go on from event to event; nobody writes any more when it is not `alive`."""
        while self.clock.now < end:
            if alive:
                self._life()
            for number in self.dice.sample(range(STATIONS), STATIONS):
                await self._tend(number)
            self.clock.now = min(end, await self._next_event())

    def _life(self) -> None:
        """Citizens write by day; somebody answers."""
        if 7 <= local(self.clock.now).hour < 19 and self.dice.random() < 0.12:
            self.x.say(f"p{self.dice.randrange(12)}", f"Frage {self.said}")
            self.said += 1
        if self.dice.random() < 0.02:
            self.x.faults.add("POST /messages", faults.server_error(accepted=self.dice.random() < 0.7))
        for row in self.store.read(queue.page, queue.QueueFilter(View.OPEN, ME), 0, 5):
            if self.dice.random() < 0.5:
                self.store.write(desk.reply, row.id, f"Antwort {self.dice.random()}", ME)

    async def _tend(self, number: int) -> None:
        store, engine = self.stores[number], self.engines[number]
        account = await store.ask(accounts.one, self.account.id)
        if account.next_poll_at is None or account.next_poll_at <= self.clock.now:
            if self.dice.random() < 0.02:
                await self._die_polling(store)
                return
            done = await engine.poll_account(account, due_only=True, asked=False)
            self.polls += not done.skipped
        await engine.chores()
        waiting = bool(await store.ask(outbox.due, account.id, "message", 1))
        unclear = bool(await store.ask(outbox.unsettled, account.id))
        if waiting or unclear:
            await engine.send_account(account)

    async def _die_polling(self, store: Store) -> None:
        """A station takes the lead, charges up to three requests that may never have left, and is gone."""
        await store.run(leases.take, f"poll:{self.account.id}", f"999999-{self.dice.random()}", LEASE)
        for _ in range(self.dice.randrange(4)):
            await store.run(budgets.charge, self.account.id, "x-reads")

    async def _next_event(self) -> Millis:
        account = await self.store.ask(accounts.one, self.account.id)
        soon = self.clock.now + self.dice.randrange(20, 240) * SECOND
        due = account.next_poll_at or 0
        return Millis(min(soon, due) if due > self.clock.now else self.clock.now + 5 * SECOND)


@pytest.mark.timeout(900)
def test_a_day_without_a_refusal(embedded_workspace: Workspace, ring: Ring, x: SimulatedX, clock: FakeClock) -> None:
    stores = [embedded_workspace.open() for _ in range(STATIONS)]
    account = stores[0].write(accounts.add, Channel.X, "Kanton Basel-Stadt", Operator("ml"))
    ring.keep_account_secret(account.id, {"access_token": x.token})
    dice = random.Random(tiers.seed("a day without a refusal"))
    began = clock.now = Millis(NOON + 3 * DAY - 5 * HOUR)  # a Tuesday, eight in the morning
    hours = tiers.count(4, 24)

    async def whole() -> Day:
        around = [Surroundings(ring, transport=httpx.ASGITransport(x.app)) for _ in stores]
        engines = [Engine(store, one) for store, one in zip(stores, around, strict=True)]
        day = Day(x, clock, account, stores, engines, dice)
        await day.until(Millis(began + hours * HOUR))
        x.faults.clear()
        for _ in range(6):  # what is under way comes to its end
            await day.until(Millis(clock.now + 5 * MINUTE), alive=False)
        for engine in engines:
            await engine.close()
        return day

    day = asyncio.run(whole())
    refused = [one for one in x.requests if one.status == 429]
    reads = [one for one in x.requests if one.method == "GET" and "dm" in one.path]
    assert refused == [], f"{len(refused)} of {len(x.requests)} requests were refused"
    assert day.said > 3 * min(hours, 12)  # nobody writes by night
    assert len(reads) > 30 * hours
    sent: dict[str, int] = {}
    for one in x.sent_by_us():
        sent[one.text] = sent.get(one.text, 0) + 1
    assert max(sent.values()) == 1, "whatever was unclear, nothing left twice"
    stored = {row[0] for row in stores[0].read(lambda tx: tx.rows("SELECT platform_id FROM entry"))}
    assert {one.id for one in x.truth() if not one.ours} <= stored
