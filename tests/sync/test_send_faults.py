"""Every case of the corpus of send faults, over a real socket and the real connector: where the answer ends, and how
often the platform then has it.

Cases of ../shared run where they are there; our own list covers the same ground. What no server can do to a client
that does not reach it (no connection, no name, another certificate) is the simulator's and the TLS tests'.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.health import Health
from switchboard_app.model.times import MINUTE
from switchboard_app.store import accounts
from switchboard_app.store.transaction import Transaction
from switchboard_app.sync import engine as engine_module
from switchboard_app.sync.http import HttpDoor
from switchboard_app.training.x import SimulatedX
from tests.platforms import FakeClock, send_fault
from tests.sync.conftest import Desk, outbound
from tests.sync.test_faults import one_reply

FINAL = {
    "sent": DeliveryState.SENT,
    "failed": DeliveryState.FAILED,
    "unknown": DeliveryState.UNCERTAIN,
    "blocked": DeliveryState.QUEUED,
}
# what the server does with one POST after the other, how the answer ends, and how often the platform has it
OWN = (
    (("200 ok",), "sent", 1),
    (("429 retry-after=2", "429 retry-after=2", "200 ok"), "sent", 1),
    (("accept, then close before status",), "sent", 1),
    (("accept, then hang past the deadline",), "sent", 1),
    (("accept, then hang",), "sent", 1),
    (("429 retry-after=2", "accept, then 500"), "sent", 1),
    (("accept, then 502 html",), "sent", 1),
    (("accept, then truncated json",), "sent", 1),
    (("accept, then 200 empty body",), "sent", 1),
    (("accept, then 200 json without id",), "sent", 1),
    (("200 gzip bomb 1:1000 (accepted)",), "sent", 1),
    (("close before reading the body",), "unknown", 0),
    (("hang without accepting",), "unknown", 0),
    (("500 without accepting",), "unknown", 0),
    (("400 invalid parameter",), "failed", 0),
    (("403 outside window",), "failed", 0),
    (("302 to other host",), "failed", 0),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline that a test can wait for."""
    monkeypatch.setattr(engine_module, "HttpDoor", partial(HttpDoor, deadline=0.6))


def played(desk: Desk, clock: FakeClock, x: SimulatedX, server: list[str]) -> tuple[DeliveryState, int]:
    """One answer through these faults and far beyond every pause: how it ended, and how often it arrived."""
    for phrase in server:
        found = send_fault(phrase, hang_s=1.0)
        assert found is not None
        x.faults.add(*found)
    one_reply(desk.store)
    ended, delivery = 0, None
    for _ in range(7):
        desk.sync()
        clock.forward(4 * MINUTE)
        delivery = outbound(desk.store, 1)[-1].delivery
        assert delivery is not None
        ended += delivery.state in (DeliveryState.SENT, DeliveryState.FAILED)
        if ended == 2:  # and once more, so that a second copy would be seen
            break
    assert delivery is not None
    if delivery.state is DeliveryState.UNCERTAIN:
        assert delivery.asked_at is not None, "a person is asked"
    return delivery.state, len(x.sent_by_us())


@pytest.mark.parametrize(("server", "end", "sends"), OWN, ids=lambda value: str(value)[:40])
def test_own_cases(
    desk_: Desk, clock: FakeClock, handle: Account, x: SimulatedX, server: tuple[str, ...], end: str, sends: int
) -> None:
    x.say("p", "Frage")
    desk_.sync()
    assert played(desk_, clock, x, list(server)) == (FINAL[end], sends)
    assert desk_.store.read(accounts.one, handle.id).health is Health.OK


@pytest.mark.timeout(300)
def test_the_corpus(desk_: Desk, clock: FakeClock, handle: Account, x: SimulatedX, shared: Path) -> None:
    file = shared / "corpora" / "own" / "send_faults.json"
    if not file.is_file():
        pytest.skip("no send_faults.json in ../shared/corpora")
    x.say("p", "Frage")
    desk_.sync()
    came = 0
    for case in json.loads(file.read_text())["cases"]:
        phrases = [phrase for phrase in case["server"] if phrase != "(accepted)"]
        if any(send_fault(phrase) is None for phrase in phrases) or "oauth2" in str([send_fault(p) for p in phrases]):
            continue
        x.faults.clear()
        before = len(x.sent_by_us())
        state, count = played(desk_, clock, x, phrases)
        assert (case["id"], state, count - before) == (case["id"], FINAL[case["outbox"]], case["sends"])
        came += 1
        desk_.store.write(_settled)
    assert came >= 15
    assert handle.id


def _settled(tx: Transaction) -> None:
    """The next case begins with nothing unclear in the conversation."""
    tx.change("UPDATE outbox SET state = 'withdrawn' WHERE state = 'uncertain'")
