"""Nothing is sent twice: several senders on one workspace, crashes at every step, a station that slept."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from switchboard_app.model import sending
from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.enquiry import View
from switchboard_app.model.ids import OutboxId
from switchboard_app.model.times import MINUTE, SECOND
from switchboard_app.store import accounts, desk, outbox, queue
from switchboard_app.store.database import Store
from switchboard_app.store.outbox import Taken
from switchboard_app.store.transaction import Transaction
from switchboard_app.sync.engine import Engine
from switchboard_app.sync.meta import api
from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.faults import Effect
from tests.platforms import FakeClock, Served
from tests.sync.conftest import ME, Desk, Ring, connect, engine_of, enquiry, outbound
from tests.sync.test_faults import one_reply, rows, state
from tests.workspaces import Workspace

FAULTS = (
    lambda: faults.dropped(accepted=True),
    lambda: faults.dropped(accepted=False),
    lambda: faults.server_error(accepted=True),
    lambda: faults.server_error(accepted=False),
    faults.html,
    faults.truncated,
    faults.empty,
    faults.other_shape,
    lambda: faults.refused("token"),
    lambda: Effect(status=500, refusal="temporary", late_s=30),
)


@pytest.mark.parametrize("seed", [7])
def test_two_engines_send_hundreds_of_answers_once(
    workspace: Workspace,
    ring: Ring,
    facebook_server: Served[SimulatedFacebook],
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.setattr(api, "_BURST", 10_000)  # the pace that Meta asks for is a matter of real seconds
    dice = random.Random(seed)
    facebook = facebook_server.platform
    here, there = workspace.open(), workspace.open()
    account = connect(here, ring, Channel.FACEBOOK, facebook_server)
    people, each = 15, 8

    async def scene() -> list[str]:
        async with engine_of(here, ring) as one, engine_of(there, ring) as two:
            for person in range(people):
                facebook.say(f"p{person}", "Frage")
            await one.poll_account(account)
            texts: list[str] = []
            by = {row.person_name: row.id for row in rows(here)}
            for number in range(each):
                for person in range(people):
                    texts.append(f"Antwort {number} an p{person}")
                    await here.run(desk.reply, by[f"p{person}"], texts[-1], ME)
            for _ in range(40):
                facebook.faults.add("POST /messages", dice.choice(FAULTS)(), skip=dice.randrange(6))
            for _ in range(30):
                await asyncio.gather(one.send_account(account), two.send_account(account))
                clock.forward(2 * MINUTE)
                if not here.read(outbox.waiting):
                    break
            return texts

    texts = asyncio.run(scene())
    count = Counter(one.text for one in facebook.sent_by_us())
    assert set(count) <= set(texts)
    assert max(count.values()) == 1, "nothing twice"
    for row in rows(here):
        entries = outbound(here, row.number)
        arrived = [one.text for one in entries if one.delivery and one.delivery.state is DeliveryState.SENT]
        assert all(count[text] == 1 for text in arrived), "nothing is called sent that did not arrive"
        waiting = [one.delivery.state for one in entries if one.delivery and one.text not in count]
        assert set(waiting) <= {DeliveryState.UNCERTAIN, DeliveryState.QUEUED, DeliveryState.FAILED}
        order = [text for text in (one.text for one in facebook.sent_by_us()) if text.endswith(f" {row.person_name}")]
        assert order == [one.text for one in entries if one.text in count], "in the order in which they were written"


def test_taken_by_one_of_many(workspace: Workspace, ring: Ring, facebook_server: Served[SimulatedFacebook]) -> None:
    facebook = facebook_server.platform
    stations = [workspace.open() for _ in range(4)]
    account = connect(stations[0], ring, Channel.FACEBOOK, facebook_server)
    facebook.say("p", "Frage")

    async def scene() -> None:
        async with engine_of(stations[0], ring) as engine:
            await engine.poll_account(account)
        one_reply(stations[0])
        [wanted] = stations[0].read(outbox.due, account.id, "message")
        taken = await asyncio.gather(*(each.run(outbox.take, wanted) for each in stations * 3))
        assert sum(one is not None for one in taken) == 1

    asyncio.run(scene())


def taken_by_a_dead_sender(store: Store, account: Account, process: str) -> Taken:
    """A sender took the row and died before or after it wrote; nobody knows."""
    [wanted] = store.read(outbox.due, account.id, "message")
    taken = store.write(outbox.take, wanted)
    assert taken is not None
    store.write(_held_by, wanted, f"{process}-abcdefgh")
    return taken


def _held_by(tx: Transaction, wanted: OutboxId, holder: str) -> None:
    tx.change("UPDATE outbox SET holder = ? WHERE id = ?", holder, wanted)


@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("process", ["1", "4194304"], ids=["perhaps alive", "gone"])
def test_a_sender_that_died(
    desk_: Desk, page: Account, facebook: SimulatedFacebook, clock: FakeClock, arrived: bool, process: str
) -> None:
    facebook.say("p", "Frage")
    desk_.sync()
    one_reply(desk_.store)
    taken = taken_by_a_dead_sender(desk_.store, page, process)
    if arrived:
        facebook.accept(facebook.people["p"], taken.text)
    desk_.run(desk_.engine.chores())
    if process == "1":
        assert state(desk_.store) is DeliveryState.SENDING, "its permit may still hold"
        clock.forward(sending.TEXT.permit + 61 * SECOND)
        desk_.run(desk_.engine.chores())
    assert state(desk_.store) is DeliveryState.UNCERTAIN
    for _ in range(4):
        desk_.sync()
        clock.forward(10 * MINUTE)
    assert len(facebook.sent_by_us()) == int(arrived), "never sent again"
    assert state(desk_.store) is (DeliveryState.SENT if arrived else DeliveryState.UNCERTAIN)
    assert not desk_.store.write(outbox.record_sent, taken, ()), "the late sender is fenced"


def test_a_station_that_slept_between_taking_and_writing(
    desk_: Desk, page: Account, facebook: SimulatedFacebook, clock: FakeClock
) -> None:
    """Suspended for longer than its permit: nothing is written, and the row is not called unclear."""
    facebook.say("p", "Frage")
    desk_.sync()
    one_reply(desk_.store)
    slept: list[int] = []

    def sleep_once(topics: frozenset[str]) -> None:
        if not slept and any(topic.startswith("enquiry:") for topic in topics):  # the row was taken
            slept.append(clock.forward(10 * MINUTE))

    desk_.store.listen(sleep_once)
    account = desk_.store.read(accounts.one, page.id)
    desk_.run(desk_.engine.send_account(account))
    desk_.store.forget(sleep_once)
    assert slept
    assert facebook.sent_by_us() == ()
    delivery = outbound(desk_.store, 1)[-1].delivery
    assert delivery is not None
    assert delivery.failure is not None
    assert (delivery.state, delivery.failure.certain) == (DeliveryState.QUEUED, True)
    clock.forward(MINUTE)
    desk_.sync()
    assert state(desk_.store) is DeliveryState.SENT
    assert len(facebook.sent_by_us()) == 1


@pytest.mark.parametrize(
    ("work", "waits_itself"), [(Engine.run, True), (Engine.once, False)], ids=["closing", "sync --once, interrupted"]
)
def test_the_send_under_way_is_waited_for(
    embedded_store: Store,
    ring: Ring,
    page: Account,
    facebook: SimulatedFacebook,
    work: Callable[[Engine], Coroutine[Any, Any, object]],
    waits_itself: bool,
) -> None:
    """Whatever ends the engine, the answer under way is finished and noted."""
    facebook.say("p", "Frage")

    async def scene() -> None:
        async with engine_of(embedded_store, ring) as engine:
            await engine.poll_account(page)
            one_reply(embedded_store)
            facebook.faults.add("POST /messages", faults.slow(2))
            running = asyncio.create_task(work(engine))
            async with asyncio.timeout(60):
                while not facebook.sent_by_us():  # noqa: ASYNC110 - it happens at the platform
                    await asyncio.sleep(0.01)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert not waits_itself or state(embedded_store) is DeliveryState.SENT

    asyncio.run(scene())
    assert state(embedded_store) is DeliveryState.SENT
    assert len(facebook.sent_by_us()) == 1


def test_undo_holds_an_answer_back(desk_: Desk, page: Account, facebook: SimulatedFacebook, clock: FakeClock) -> None:
    facebook.say("p", "Frage")
    desk_.sync()
    desk_.store.write(desk.reply, enquiry(desk_.store, 1), "Antwort", ME, undo_millis=8 * SECOND)
    account = desk_.store.read(accounts.one, page.id)
    clock.forward(7 * SECOND)
    assert desk_.run(desk_.engine.send_account(account)).sent == 0
    clock.forward(SECOND)
    assert desk_.run(desk_.engine.send_account(account)).sent == 1
    assert desk_.store.read(queue.capped_total, queue.QueueFilter(View.ALL, ME)) == 1
