"""The engine's thread: started, woken, asked, stopped; and what it does when it cannot begin."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from switchboard_app.model import sending
from switchboard_app.model.account import Account
from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.errors import Unreachable
from switchboard_app.store.database import Store
from switchboard_app.sync import thread
from switchboard_app.sync.engine import Engine, Surroundings
from switchboard_app.sync.thread import EngineThread
from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.faults import Effect
from tests.platforms import FakeClock
from tests.sync.conftest import Ring
from tests.sync.test_faults import one_reply, state, stored, truth


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another thread brings about."""
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def thread_of(store: Store, ring: Ring) -> EngineThread:
    return EngineThread(lambda: Engine(store, Surroundings(ring)))


def test_from_start_to_stop(
    embedded_store: Store, ring: Ring, page: Account, facebook: SimulatedFacebook, clock: FakeClock
) -> None:
    facebook.say("p", "Frage")
    engine = thread_of(embedded_store, ring)
    engine.look_now(page.id)  # before it runs: nothing happens
    engine.start()
    until(lambda: stored(embedded_store) == truth(facebook))
    facebook.say("p", "noch eine")
    engine.look_now(page.id)
    until(lambda: stored(embedded_store) == truth(facebook))
    checked = engine.submit(lambda running: running.whoami(page)).result(20)
    assert checked.platform_user == facebook.own_id
    engine.stop()
    engine.stop()
    engine.look_now(page.id)
    with pytest.raises(Unreachable):
        engine.submit(lambda running: running.whoami(page))
    assert not any(one.name == "engine" for one in threading.enumerate())


def test_stopping_waits_for_the_answer_under_way(
    embedded_store: Store, ring: Ring, page: Account, facebook: SimulatedFacebook
) -> None:
    facebook.say("p", "Frage")
    engine = thread_of(embedded_store, ring)
    engine.start()
    until(lambda: stored(embedded_store) == truth(facebook))
    facebook.faults.add("POST /messages", faults.slow(2))
    one_reply(embedded_store)
    engine.look_now()
    until(lambda: state(embedded_store) is DeliveryState.SENDING)
    engine.stop()
    assert state(embedded_store) is DeliveryState.SENT
    assert len(facebook.sent_by_us()) == 1


def test_an_answer_that_cannot_be_waited_for_is_settled_later(
    embedded_store: Store,
    ring: Ring,
    page: Account,
    facebook: SimulatedFacebook,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The window closes while the platform is very slow: the row stays as it is and is read back after the next one."""
    monkeypatch.setattr(thread, "STOP_SECONDS", 0.2)
    facebook.say("p", "Frage")
    first = thread_of(embedded_store, ring)
    first.start()
    until(lambda: stored(embedded_store) == truth(facebook))
    facebook.faults.add("POST /messages", Effect(drip_s=0.2))
    one_reply(embedded_store)
    first.look_now()
    until(lambda: len(facebook.sent_by_us()) == 1)
    begun = time.monotonic()
    first.stop()
    assert time.monotonic() - begun < 8, "nobody waits for ever"
    under_way = state(embedded_store)
    assert under_way in (DeliveryState.SENDING, DeliveryState.SENT)
    clock.forward(sending.TEXT.permit + sending.AFTER_PERMIT + 1000)
    second = thread_of(embedded_store, ring)
    second.start()
    until(lambda: state(embedded_store) is DeliveryState.SENT)
    second.stop()
    first.stop()
    assert len(facebook.sent_by_us()) == 1
    until(lambda: not any(one.name == "engine" for one in threading.enumerate()))


def test_what_keeps_the_engine_from_being_made_is_raised() -> None:
    def make() -> Engine:
        raise Unreachable("no certificates", "install them")

    engine = EngineThread(make)
    with pytest.raises(Unreachable, match="no certificates"):
        engine.start()
    engine.stop()


@pytest.mark.logs_warning
def test_an_engine_that_ends_by_itself_says_so(
    embedded_store: Store, ring: Ring, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def ends(_engine: Engine) -> None:
        raise RuntimeError("a citizen wrote: Kanarienvogel")

    monkeypatch.setattr(Engine, "run", ends)
    engine = thread_of(embedded_store, ring)
    engine.start()
    until(lambda: bool(caplog.records))
    engine.stop()
    [told] = [record.getMessage() for record in caplog.records]
    assert "RuntimeError" in told
    assert "Kanarienvogel" not in told
