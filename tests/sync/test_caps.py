"""Credits and caps that are used up: the account stops and says so, looks seldom, and loses nothing that is queued."""

from __future__ import annotations

import json

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.health import Health
from switchboard_app.model.times import HOUR, MINUTE, Millis
from switchboard_app.store import accounts, budgets, desk, outbox
from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.faults import Effect
from switchboard_app.training.x import SimulatedX
from tests.platforms import FakeClock
from tests.sync.conftest import ME, Desk, enquiry


def shown(desk_: Desk, account: Account) -> Account:
    return desk_.store.read(accounts.one, account.id)


@pytest.mark.parametrize("refusal", ["credits", "credits-2", "usage-cap"])
def test_without_credits_the_account_stops_and_nothing_is_lost(
    desk_: Desk, handle: Account, x: SimulatedX, clock: FakeClock, refusal: str
) -> None:
    x.say("p", "Frage")
    desk_.sync()
    desk_.store.write(desk.reply, enquiry(desk_.store, 1), "Antwort", ME)
    x.faults.add("*", faults.refused(refusal), times=None)
    first = desk_.sync()[handle.name]
    assert (first.health, first.sent, first.failed, first.uncertain) == (Health.OUT_OF_CREDITS, 0, 0, 0)
    assert "credits" in first.next_step
    asked = len(x.requests)
    pauses = []
    for _ in range(5):  # a program that runs: it looks when it is time, and seldom
        due = shown(desk_, handle).next_poll_at
        assert due is not None
        pauses.append((due - clock.now) // HOUR)
        clock.now = Millis(due)
        desk_.run(desk_.engine.poll_account(handle, due_only=True, asked=False))
    assert pauses == sorted(pauses)
    assert pauses[0] >= 1
    assert pauses[-1] == 6
    assert len(x.requests) - asked <= 2 * len(pauses)
    assert desk_.store.read(outbox.summary, handle.id)["queued"] == 1
    known = desk_.store.read(budgets.of_account, handle.id)
    assert known["x-reads"].limit == 15, "what a cap says is not what a bucket says"
    x.faults.clear()
    clock.now = Millis(shown(desk_, handle).next_poll_at or 0)
    done = desk_.sync()[handle.name]
    assert (done.health, done.sent) == (Health.OK, 1)


def test_a_page_whose_usage_is_full_waits_until_meta_says(
    desk_: Desk, page: Account, facebook: SimulatedFacebook, clock: FakeClock
) -> None:
    facebook.say("p", "Frage")
    figures = {"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": 9}
    usage = json.dumps({"1": [figures]})
    facebook.faults.add("GET /conversations", Effect(headers={"x-business-use-case-usage": usage}))
    first = desk_.sync()[page.name]
    asked = len(facebook.requests)
    if first.health is Health.OK:  # the answer that said so was a good one: the next poll meets it
        first = desk_.sync()[page.name]
    assert first.health is Health.RATE_LIMITED
    assert first.next_poll_at is not None
    assert clock.now + 8 * MINUTE <= first.next_poll_at <= clock.now + 10 * MINUTE
    assert len(facebook.requests) == asked, "nothing was asked in vain"
    clock.now = first.next_poll_at
    assert desk_.sync()[page.name].health is Health.OK
