"""A sign-in that dies, is given back, or turns out to be somebody else's: nothing queued is lost, nothing is mixed."""

from __future__ import annotations

import asyncio

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Refused
from switchboard_app.model.health import Health
from switchboard_app.model.times import DAY, MINUTE, Millis
from switchboard_app.store import accounts, desk, outbox
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.x import SimulatedX
from tests.platforms import FakeClock, Served
from tests.sync.conftest import ME, Desk, Ring, connect, engine_of, enquiry

ANSWERS = [f"Antwort {number}" for number in range(5)]


@pytest.mark.parametrize("kind", [Channel.FACEBOOK, Channel.X])
def test_a_token_dies_with_five_answers_waiting(
    kind: Channel,
    desk_: Desk,
    ring: Ring,
    clock: FakeClock,
    facebook_server: Served[SimulatedFacebook],
    x_server: Served[SimulatedX],
) -> None:
    """After the sign-in all five leave, each once, in their order; meanwhile people see why and what to do."""
    served: Served[SimulatedFacebook] | Served[SimulatedX] = facebook_server if kind is Channel.FACEBOOK else x_server
    platform, store = served.platform, desk_.store
    account = connect(store, ring, kind, served)
    platform.say("p", "Frage")
    assert desk_.sync()[account.name].health is Health.OK
    good = dict(ring.known[account.id])
    _kill(platform)
    number = enquiry(store, 1)
    store.write(desk.claim, number, ME)
    for text in ANSWERS:
        store.write(desk.reply, number, text, by=ME)
    told = desk_.sync()[account.name]
    assert (told.health, told.sent, told.failed) == (Health.NEEDS_SIGN_IN, 0, 0)
    assert told.next_step.startswith("Sign in again; what is queued is sent afterwards")
    why = {Channel.FACEBOOK: "password", Channel.X: "taken back"}[kind]
    assert why in told.reason
    clock.forward(20 * MINUTE)
    desk_.sync()
    assert store.read(outbox.summary, account.id)["queued"] == 5, "no attempt was spent"
    if isinstance(platform, SimulatedFacebook):
        platform.revive_token()
    else:
        good = _fresh(platform)
    signed_in = desk_.run(desk_.engine.sign_in(store.read(accounts.one, account.id), good))
    assert signed_in.health is Health.OK
    assert desk_.sync()[account.name].sent == 5
    assert [message.text for message in platform.sent_by_us()] == ANSWERS
    assert desk_.sync()[account.name].sent == 0
    assert [message.text for message in platform.sent_by_us()] == ANSWERS


def _kill(platform: SimulatedFacebook | SimulatedX) -> None:
    if isinstance(platform, SimulatedFacebook):
        platform.kill_token(460)
    else:
        platform.tokens.revoke_all()


def _fresh(x: SimulatedX) -> dict[str, str]:
    """A new consent, as the browser brings it."""
    given = x.tokens._give()
    return {
        "access_token": given["access_token"],
        "refresh_token": given["refresh_token"],
        "client_id": x.tokens.client_id,
    }


def test_the_sign_in_of_another_account_is_refused_and_the_former_one_stands(
    desk_: Desk, ring: Ring, page: Account, facebook_server: Served[SimulatedFacebook], clock: FakeClock
) -> None:
    """A token of another page must not lead this page's history into another one."""
    store = desk_.store
    assert desk_.run(desk_.engine.whoami(page)).platform_user == facebook_server.platform.own_id
    former = dict(ring.known[page.id])
    facebook_server.platform.own_name = "Anderes Amt"
    page_id, facebook_server.platform.page_id = facebook_server.platform.page_id, "4242424242424242"
    known = store.read(accounts.one, page.id)
    with pytest.raises(Refused, match="Anderes Amt"):
        desk_.run(desk_.engine.sign_in(known, {"access_token": facebook_server.platform.token, "app_secret": "x"}))
    facebook_server.platform.page_id = page_id
    assert ring.known[page.id] == former
    assert store.read(accounts.one, page.id).platform_user == known.platform_user
    assert desk_.sync()["facebook"].health is Health.OK


def test_what_ends_soon_is_said_with_the_account_and_by_every_station(
    desk_: Desk, ring: Ring, page: Account, facebook: SimulatedFacebook, clock: FakeClock
) -> None:
    facebook.terms.access_ends = Millis(clock() + 10 * DAY)
    checked = desk_.run(desk_.engine.whoami(page))
    assert checked.health is Health.OK
    assert "Access to the page's data ends on 01.12.2026" in checked.reason
    clock.forward(20 * MINUTE)
    desk_.sync()
    assert "01.12.2026" in desk_.store.read(accounts.one, page.id).reason, "a poll does not wipe it"

    async def elsewhere() -> None:
        async with engine_of(desk_.store, ring) as other:
            await other.poll_account(desk_.store.read(accounts.one, page.id))

    clock.forward(20 * MINUTE)
    asyncio.run(elsewhere())
    assert "01.12.2026" in desk_.store.read(accounts.one, page.id).reason
    facebook.terms.access_ends = None
    clock.forward(DAY)
    desk_.sync()
    assert desk_.store.read(accounts.one, page.id).reason == "Connected.", "looked at again once a day"
