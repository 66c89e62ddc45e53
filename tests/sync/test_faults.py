"""Every fault of a platform, on reads and on sends: the store ends up with the truth, and nothing goes out twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.delivery import Delivery, DeliveryState
from switchboard_app.model.enquiry import QueueRow, View
from switchboard_app.model.entry import EntryKind
from switchboard_app.model.health import Health
from switchboard_app.model.times import DAY, MINUTE, SECOND, Millis
from switchboard_app.store import accounts, desk, queue, timeline
from switchboard_app.store.database import Store
from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.faults import Effect
from switchboard_app.training.platform import SimulatedPlatform
from switchboard_app.training.x import SimulatedX
from tests.platforms import FakeClock
from tests.sync.conftest import ME, Desk, enquiry, outbound

Make = Callable[[], Effect]


def rows(store: Store) -> list[QueueRow]:
    """Every enquiry."""
    return store.read(queue.page, queue.QueueFilter(View.ALL, ME), 0, 1000)


def stored(store: Store) -> Counter[tuple[str, str]]:
    """Every inbound message: platform id and text."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows(store):
        for entry in store.read(timeline.conversation, row.id, 1000).entries:
            if entry.kind is EntryKind.MESSAGE and entry.direction == "in":
                found[(entry.platform_id, entry.text)] += 1
    return found


def truth(*platforms: SimulatedPlatform) -> Counter[tuple[str, str]]:
    return Counter((one.id, one.text) for platform in platforms for one in platform.truth() if not one.ours)


READS: dict[str, tuple[Make, Health]] = {
    "not JSON": (lambda: faults.html(200, accepted=True), Health.MALFORMED),
    "a gateway's page": (faults.html, Health.UNREACHABLE),
    "truncated": (faults.truncated, Health.MALFORMED),
    "empty": (faults.empty, Health.MALFORMED),
    "another shape": (faults.other_shape, Health.MALFORMED),
    "data is a text": (lambda: faults.other_shape({"data": "x"}), Health.MALFORMED),
    "cut": (lambda: faults.dropped(accepted=False), Health.UNREACHABLE),
    "500": (lambda: faults.server_error(accepted=False), Health.UNREACHABLE),
    "signed out": (lambda: faults.refused("token"), Health.NEEDS_SIGN_IN),
    "limit": (lambda: faults.refused("limit"), Health.RATE_LIMITED),
    "bomb": (faults.bomb, Health.MALFORMED),
}


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("ill", ["facebook", "x"])
def test_reading(
    desk_: Desk,
    clock: FakeClock,
    page: Account,
    handle: Account,
    facebook: SimulatedFacebook,
    x: SimulatedX,
    name: str,
    ill: str,
) -> None:
    effect, health = READS[name]
    platforms: dict[str, SimulatedPlatform] = {"facebook": facebook, "x": x}
    for platform in platforms.values():
        for number in range(3):
            platform.say(f"p{number}", f"Frage {number}")
    platforms[ill].faults.add("GET /", effect(), times=None)
    reports = desk_.sync()
    assert reports[ill].health is health
    assert reports[ill].reason
    assert reports[ill].next_step
    again = reports[ill].next_poll_at
    assert again is not None
    assert again > clock.now
    well = "x" if ill == "facebook" else "facebook"
    assert reports[well].health is Health.OK
    assert stored(desk_.store) == truth(platforms[well])
    platforms[ill].faults.clear()
    clock.forward(16 * MINUTE)
    assert desk_.sync()[ill].health is Health.OK
    assert stored(desk_.store) == truth(facebook, x)


@pytest.mark.parametrize("kind", ["facebook", "x"])
def test_a_fault_in_the_middle_of_the_pages(
    desk_: Desk,
    clock: FakeClock,
    request: pytest.FixtureRequest,
    kind: str,
) -> None:
    """What was read before is stored and stays; the next poll brings the rest, each message once."""
    account: Account = request.getfixturevalue("page" if kind == "facebook" else "handle")
    platform: SimulatedPlatform = request.getfixturevalue(kind)
    people, count = (8, 40) if kind == "facebook" else (8, 350)
    for number in range(count):
        platform.say(f"p{number % people}", f"Frage {number}", Millis(clock.now - (count - number) * MINUTE))
    platform.faults.add("GET /", faults.server_error(accepted=False), skip=3 if kind == "facebook" else 2)
    first = desk_.sync()[account.name]
    assert first.health is Health.UNREACHABLE
    before = stored(desk_.store)
    assert before < truth(platform)
    clock.forward(MINUTE)
    assert desk_.sync()[account.name].health is Health.OK
    assert stored(desk_.store) == truth(platform)


SENDS: dict[str, tuple[Make, int]] = {
    # what happens to the POST, and how often the platform then has the message
    "answered": (Effect, 1),
    "cut, accepted": (lambda: faults.dropped(accepted=True), 1),
    "500, accepted": (lambda: faults.server_error(accepted=True), 1),
    "a gateway's page, accepted": (lambda: faults.html(accepted=True), 1),
    "a page with 200, accepted": (lambda: faults.html(200, accepted=True), 1),
    "truncated": (faults.truncated, 1),
    "empty": (faults.empty, 1),
    "another shape": (faults.other_shape, 1),
    "no id": (lambda: faults.other_shape({"data": {}}), 1),
    "bomb": (faults.bomb, 1),
    "cut in the answer": (lambda: Effect(cut_at=5), 1),
    "cut, not accepted": (lambda: faults.dropped(accepted=False), 0),
    "500, not accepted": (lambda: faults.server_error(accepted=False), 0),
    "a gateway's page, not accepted": (faults.html, 0),
}


def one_reply(store: Store, text: str = "Antwort", number: int = 1) -> Delivery:
    return store.write(desk.reply, enquiry(store, number), text, ME)


def state(store: Store, number: int = 1) -> DeliveryState:
    delivery = outbound(store, number)[-1].delivery
    assert delivery is not None
    return delivery.state


@pytest.mark.parametrize("name", SENDS)
@pytest.mark.parametrize("kind", ["facebook", "x"])
def test_sending(desk_: Desk, clock: FakeClock, request: pytest.FixtureRequest, name: str, kind: str) -> None:
    effect, count = SENDS[name]
    account: Account = request.getfixturevalue("page" if kind == "facebook" else "handle")
    platform: SimulatedPlatform = request.getfixturevalue(kind)
    platform.say("p", "Frage")
    desk_.sync()
    one_reply(desk_.store)
    platform.faults.add("POST /messages", effect())
    report = desk_.sync()[account.name]
    assert (report.sent, report.uncertain) == ((1, 0) if count else (0, 1)), "what arrived is found in the same run"
    for _ in range(3):  # far beyond every pause and read-back
        clock.forward(16 * MINUTE)
        desk_.sync()
    assert len(platform.sent_by_us()) == count, "never a second time"
    assert state(desk_.store) is (DeliveryState.SENT if count else DeliveryState.UNCERTAIN)
    if count:
        assert outbound(desk_.store, 1)[-1].platform_id == platform.sent_by_us()[0].id
    assert len(outbound(desk_.store, 1)) == 1, "the echo is no second answer"


@pytest.mark.parametrize("kind", ["facebook", "x"])
def test_a_message_that_shows_late(desk_: Desk, clock: FakeClock, request: pytest.FixtureRequest, kind: str) -> None:
    request.getfixturevalue("page" if kind == "facebook" else "handle")
    platform: SimulatedPlatform = request.getfixturevalue(kind)
    platform.say("p", "Frage")
    desk_.sync()
    one_reply(desk_.store)
    platform.faults.add("POST /messages", Effect(status=500, refusal="temporary", late_s=60))
    desk_.sync()
    assert state(desk_.store) is DeliveryState.UNCERTAIN
    clock.forward(61 * SECOND)
    desk_.sync()
    assert state(desk_.store) is DeliveryState.SENT
    assert len(platform.sent_by_us()) == 1


@pytest.mark.parametrize("kind", ["facebook", "x"])
@pytest.mark.parametrize("refusal", ["limit", "token"])
def test_refused_for_now(
    desk_: Desk, clock: FakeClock, request: pytest.FixtureRequest, kind: str, refusal: str
) -> None:
    """Sent as soon as the platform allows, without costing an attempt, and once."""
    account: Account = request.getfixturevalue("page" if kind == "facebook" else "handle")
    platform: SimulatedPlatform = request.getfixturevalue(kind)
    platform.say("p", "Frage")
    desk_.sync()
    one_reply(desk_.store)
    platform.faults.add("POST /messages", faults.refused(refusal))
    desk_.sync()
    delivery = outbound(desk_.store, 1)[-1].delivery
    assert delivery is not None
    assert delivery.failure is not None
    assert (delivery.state, delivery.attempts, delivery.failure.certain) == (DeliveryState.QUEUED, 0, True)
    if refusal == "token":
        assert desk_.store.read(accounts.one, account.id).health is Health.NEEDS_SIGN_IN
    clock.forward(DAY // 24)
    for _ in range(2):
        desk_.sync()
        clock.forward(MINUTE)
    assert state(desk_.store) is DeliveryState.SENT
    assert len(platform.sent_by_us()) == 1


def test_the_same_text_again_is_another_reply(
    desk_: Desk, clock: FakeClock, page: Account, facebook: SimulatedFacebook
) -> None:
    """An earlier answer with the same words must not settle a later one that did not arrive."""
    facebook.say("p", "Frage")
    desk_.sync()
    one_reply(desk_.store, "Ja")
    desk_.sync()
    one_reply(desk_.store, "Ja")
    facebook.faults.add("POST /messages", faults.dropped(accepted=False))
    desk_.sync()
    for _ in range(4):
        clock.forward(5 * MINUTE)
        desk_.sync()
    states = [one.delivery.state for one in outbound(desk_.store, 1) if one.delivery is not None]
    assert states == [DeliveryState.SENT, DeliveryState.UNCERTAIN]
    assert len(facebook.sent_by_us()) == 1


def test_order_is_kept_behind_an_unclear_one(
    desk_: Desk, clock: FakeClock, page: Account, facebook: SimulatedFacebook
) -> None:
    facebook.say("p", "Frage")
    facebook.say("q", "andere")
    desk_.sync()
    by = {row.person_name: row.number for row in rows(desk_.store)}
    for text in ("eins", "zwei", "drei"):
        one_reply(desk_.store, text, by["p"])
    one_reply(desk_.store, "an q", by["q"])
    facebook.faults.add("POST /messages", Effect(status=500, refusal="temporary", late_s=120))
    desk_.sync()
    assert {one.text for one in facebook.sent_by_us()} == {"eins", "an q"}, "others do not wait"
    clock.forward(121 * SECOND)
    desk_.sync()
    assert [one.text for one in facebook.sent_by_us() if one.person == "p"] == ["eins", "zwei", "drei"]
