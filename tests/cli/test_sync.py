"""``sync --once``: each message once and byte-exact, each reply once, whatever the platform does.

A few faults of each kind go the whole way through the command line; the full matrix is played on the engine in
tests/sync/test_faults.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from switchboard_app.model.times import Millis
from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.faults import Effect
from switchboard_app.training.platform import SimulatedPlatform
from switchboard_app.training.x import SimulatedX
from tests.cli.conftest import Station
from tests.platforms import Served
from tests.sync.test_faults import stored

HOUR = 3_600_000
DAY = 24 * HOUR


def report(station: Station, name: str, code: int = 0) -> dict[str, Any]:
    """What ``sync --once`` did for one account."""
    done = station("sync", "--once", "--json")
    assert done.code == code, done
    return next(one for one in done.json()["accounts"] if one["name"] == name)


def messages(station: Station) -> Counter[tuple[str, str]]:
    """Every inbound message of the workspace: platform id and text."""
    store = station.opened()
    try:
        return stored(store)
    finally:
        store.close()


def truth(platform: SimulatedPlatform) -> Counter[tuple[str, str]]:
    return Counter((one.id, one.text) for one in platform.truth() if not one.ours)


def sent(platform: SimulatedPlatform) -> Counter[str]:
    """How often each of our replies was accepted."""
    return Counter(one.text for one in platform.sent_by_us())


def delivery(station: Station, number: int = 1, text: str = "Antwort") -> dict[str, Any]:
    entries = station.ok("enquiry", "show", str(number))["entries"]
    return next(one["delivery"] for one in entries if one["text"] == text and one["direction"] == "out")


# -- messages ----------------------------------------------------------------------------------------------------------


def test_five_hundred_messages_in_one_go(page: Station, facebook: SimulatedFacebook) -> None:
    now = facebook.clock()
    for number in range(500):
        facebook.say(f"p{number % 40}", f"Nachricht {number}", Millis(now - (500 - number) * 60_000))
    first = report(page, "Rathaus Basel")
    assert first["fetched"] >= 500
    assert first["new"] == 500
    assert first["health"] == "ok"
    assert messages(page) == truth(facebook)
    before = page.ok("enquiry", "list", "--limit", "100")
    second = report(page, "Rathaus Basel")
    assert second["new"] == 0
    assert page.ok("enquiry", "list", "--limit", "100") == before, "a second sync changes nothing"


def test_both_platforms_and_what_comes_later(connected: Station, facebook: SimulatedFacebook, x: SimulatedX) -> None:
    for number in range(5):
        facebook.say(f"f{number}", f"Facebook {number}")
        x.say(f"x{number}", f"X {number}")
    connected.ok("sync", "--once")
    facebook.say("f0", "noch etwas")
    x.say("x0", "noch etwas")
    connected.ok("sync", "--once", "--account", "Rathaus Basel")
    assert messages(connected) == truth(facebook) + truth(x) - Counter({one: 1 for one in truth(x) if "noch" in one[1]})
    connected.ok("sync", "--once")
    assert messages(connected) == truth(facebook) + truth(x)
    assert connected.ok("enquiry", "list")["total"] == 10, "what the same person adds joins the enquiry"
    connected.refused(2, "sync", "--once", "--account", "Nobody")


READ_FAULTS: list[tuple[str, str, Callable[[], Effect], str]] = [
    ("not JSON", "facebook", lambda: faults.html(200, accepted=True), "malformed"),
    ("another shape", "x", faults.other_shape, "malformed"),
    ("cut", "x", lambda: faults.dropped(accepted=False), "unreachable"),
    ("signed out", "facebook", lambda: faults.refused("token"), "needs_sign_in"),
    ("limit", "x", lambda: faults.refused("limit"), "rate_limited"),
]


@pytest.mark.parametrize(("ill", "effect", "health"), [one[1:] for one in READ_FAULTS], ids=[o[0] for o in READ_FAULTS])
def test_one_accounts_trouble_is_its_own(
    connected: Station,
    facebook: SimulatedFacebook,
    x: SimulatedX,
    ill: str,
    effect: Callable[[], Effect],
    health: str,
) -> None:
    platforms: dict[str, SimulatedPlatform] = {"facebook": facebook, "x": x}
    names = {"facebook": "Rathaus Basel", "x": "Kanton Basel-Stadt"}
    for platform in platforms.values():
        platform.say("p", f"an {platform.kind}")
    platforms[ill].faults.add("GET /", effect(), times=None)
    found = report(connected, names[ill])
    assert found["health"] == health
    assert found["reason"]
    assert found["next_step"]
    assert found["new"] == 0
    well = next(kind for kind in platforms if kind != ill)
    assert messages(connected) == truth(platforms[well])
    listed = {one["name"]: one["health"] for one in connected.ok("account", "list")["accounts"]}
    assert listed == {names[ill]: health, names[well]: "ok"}
    platforms[ill].faults.clear()
    if health == "rate_limited":
        assert found["next_poll_at"], "it says when"
        return
    if health == "needs_sign_in":
        connected.ok("account", "sign-in", names[ill], stdin={"access_token": token(platforms[ill])})
    assert report(connected, names[ill])["health"] == "ok"
    assert messages(connected) == truth(facebook) + truth(x)


def token(platform: Any) -> str:
    return str(platform.token)


def test_a_platform_that_is_not_there(switchboard: Station, facebook: SimulatedFacebook) -> None:
    added = switchboard.ok(
        "account", "add", "facebook", "--name", "P", "--api-base", "http://127.0.0.1:9", stdin={"access_token": "t"}
    )
    assert added["health"] == "unreachable", "it is connected, and says how it is"
    done = switchboard("sync", "--once", "--json")
    assert done.code == 4, "nothing at all could be reached"
    assert done.json()["accounts"][0]["health"] == "unreachable"
    assert "P" in done.err
    assert switchboard("account", "check", "P").code == 4


@pytest.mark.parametrize(
    "base", ["http://graph.example.org", "ftp://127.0.0.1", "http://127.0.0.1.example.org", "https://u:p@h", "nonsense"]
)
def test_an_address_that_would_show_the_token(switchboard: Station, base: str) -> None:
    secret = {"access_token": "EAAcanary000000000000"}
    said = switchboard.refused(2, "account", "add", "facebook", "--name", "P", "--api-base", base, stdin=secret)
    assert "EAAcanary" not in said
    assert switchboard.ok("account", "list") == {"accounts": []}
    assert not any("account" in entry for entry in switchboard.secrets)


# -- replies -----------------------------------------------------------------------------------------------------------

SEND = "POST /messages"
SEND_FAULTS: list[tuple[str, str, Callable[[], Effect], int]] = [
    # what happens to the POST, and how often the platform then has the message
    ("cut, accepted", "facebook", lambda: faults.dropped(accepted=True), 1),
    ("500, accepted", "x", lambda: faults.server_error(accepted=True), 1),
    ("truncated", "x", faults.truncated, 1),
    ("cut, not accepted", "x", lambda: faults.dropped(accepted=False), 0),
    ("500, not accepted", "facebook", lambda: faults.server_error(accepted=False), 0),
]


@pytest.mark.parametrize(("kind", "effect", "count"), [one[1:] for one in SEND_FAULTS], ids=[o[0] for o in SEND_FAULTS])
def test_a_reply_goes_out_once(
    connected: Station,
    facebook: SimulatedFacebook,
    x: SimulatedX,
    kind: str,
    effect: Callable[[], Effect],
    count: int,
) -> None:
    platform: SimulatedPlatform = facebook if kind == "facebook" else x
    account = "Rathaus Basel" if kind == "facebook" else "Kanton Basel-Stadt"
    platform.say("p", "Frage")
    connected.ok("sync", "--once")
    connected.ok("enquiry", "reply", "1", "--text", "Antwort")
    platform.faults.add(SEND, effect())
    first = report(connected, account)
    assert sent(platform)["Antwort"] == count
    report(connected, account)
    assert sent(platform)["Antwort"] == count, "never a second time"
    state = delivery(connected)
    if count:
        assert (first["sent"], first["uncertain"]) == (1, 0), "reading back settles it in the same run"
        assert state["state"] == "sent"
    else:
        assert (first["sent"], first["uncertain"]) == (0, 1)
        assert state["state"] == "uncertain"
        assert state["failure"]["certain"] is False
    assert connected.ok("enquiry", "list", "--view", "all")["total"] == 1, "our own echo is no new enquiry"


@pytest.mark.parametrize(("kind", "refusal"), [("facebook", "token"), ("x", "limit")])
def test_a_refused_reply_waits_and_goes_out_once(
    connected: Station, facebook: SimulatedFacebook, x: SimulatedX, kind: str, refusal: str
) -> None:
    platform: SimulatedPlatform = facebook if kind == "facebook" else x
    account = "Rathaus Basel" if kind == "facebook" else "Kanton Basel-Stadt"
    platform.say("p", "Frage")
    connected.ok("sync", "--once")
    connected.ok("enquiry", "reply", "1", "--text", "Antwort")
    platform.faults.add(SEND, faults.refused(refusal))
    first = report(connected, account)
    assert (first["sent"], first["failed"], first["uncertain"]) == (0, 0, 0)
    assert delivery(connected)["state"] == "queued"
    assert delivery(connected)["failure"]["certain"] is True
    if refusal == "token":
        assert first["health"] == "needs_sign_in"
        connected.ok("account", "sign-in", account, stdin={"access_token": token(platform)})
        assert report(connected, account)["sent"] == 1
        assert delivery(connected)["state"] == "sent"
        assert sent(platform) == Counter({"Antwort": 1})
        return
    assert report(connected, account)["sent"] == 0, "the platform's limit stands"
    assert sent(platform) == Counter()


def test_a_reply_that_cannot_arrive(page: Station, facebook: SimulatedFacebook) -> None:
    facebook.add_person("p", "Petra", accepts=False)
    facebook.say("p", "Frage")
    page.ok("sync", "--once")
    page.ok("enquiry", "reply", "1", "--text", "Antwort")
    assert report(page, "Rathaus Basel")["failed"] == 1
    assert delivery(page)["state"] == "failed"
    shown = page.ok("enquiry", "show", "1")
    assert shown["state"] == "open", "it is back on the desk: the citizen knows nothing"


def test_many_replies_to_one_person_go_out_in_order(page: Station, facebook: SimulatedFacebook) -> None:
    facebook.say("p", "Frage")
    page.ok("sync", "--once")
    texts = [f"Antwort {number}" for number in range(25)]
    for text in texts:
        page.ok("enquiry", "reply", "1", "--text", text)
    assert report(page, "Rathaus Basel")["sent"] == 25
    assert [one.text for one in facebook.sent_by_us()] == texts


def test_replies_without_a_connection(page: Station, facebook_server: Served[SimulatedFacebook]) -> None:
    """The address does not answer: nothing is lost, nothing is unclear, and the next sync sends at once."""
    facebook = facebook_server.platform
    facebook.say("p", "Frage")
    page.ok("sync", "--once")
    page.ok("enquiry", "reply", "1", "--text", "Antwort")
    facebook.faults.add("*", Effect(drop=True, accepted=False), times=None)
    assert report(page, "Rathaus Basel", code=4)["health"] == "unreachable"
    facebook.faults.clear()
    report(page, "Rathaus Basel")
    report(page, "Rathaus Basel")
    assert sent(facebook)["Antwort"] <= 1


# -- rules -------------------------------------------------------------------------------------------------------------


def test_the_reply_window(page: Station, facebook: SimulatedFacebook) -> None:
    now = facebook.clock()
    for person, age in (("fresh", HOUR), ("old", 3 * DAY), ("gone", 8 * DAY)):
        facebook.say(person, f"von {person}", Millis(now - age))
    page.ok("sync", "--once")
    by = {row["excerpt"][4:]: row["number"] for row in page.ok("enquiry", "list", "--view", "all")["enquiries"]}
    assert set(by) == {"fresh", "old", "gone"}
    page.ok("enquiry", "reply", str(by["fresh"]), "--text", "an fresh")
    page.ok("enquiry", "reply", str(by["old"]), "--text", "an old")
    said = page.refused(3, "enquiry", "reply", str(by["gone"]), "--text", "an gone")
    assert "window" in said
    page.ok("sync", "--once")
    tags = {one.text: one.tag for one in facebook.sent_by_us()}
    assert tags == {"an fresh": "", "an old": "HUMAN_AGENT"}


def test_limits_owners_and_empty_replies(connected: Station, facebook: SimulatedFacebook, x: SimulatedX) -> None:
    facebook.say("p", "Frage an die Seite", Millis(facebook.clock() - HOUR))
    x.say("q", "Frage an das Konto")
    connected.ok("sync", "--once")
    by = {row["channel"]: str(row["number"]) for row in connected.ok("enquiry", "list")["enquiries"]}
    assert "2000" in connected.refused(3, "enquiry", "reply", by["facebook"], "--text", "x" * 2001).replace("’", "")
    assert "10000" in connected.refused(3, "enquiry", "reply", by["x"], "--text", "x" * 10_001).replace("’", "")
    connected.refused(2, "enquiry", "reply", by["x"], "--text", " \n ")
    connected.refused(2, "enquiry", "reply", by["x"])
    reply = connected.ok("enquiry", "reply", by["facebook"], "--text", "x" * 2000)
    assert reply["owner"] == "ml", "an answer claims what nobody owns"
    for step in (("claim",), ("reply", "--text", "von ak"), ("done", "--outcome", "answered")):
        done = connected("enquiry", step[0], by["facebook"], *step[1:], env={"SWITCHBOARD_OPERATOR": "ak"})
        assert done.code == 3
        assert "ml" in done.err
    taken = connected.ok("phone-note", "add", stdin={"concern": "Anruf"})
    connected.refused(3, "enquiry", "reply", str(taken["enquiry"]), "--text", "an niemanden")


def test_undo_time_only_when_asked_for(page: Station, facebook: SimulatedFacebook) -> None:
    facebook.say("p", "Frage")
    page.ok("sync", "--once")
    page.ok("enquiry", "reply", "1", "--text", "Antwort", "--undo-seconds", "600")
    assert report(page, "Rathaus Basel")["sent"] == 0
    page.ok("enquiry", "undo", "1")
    assert report(page, "Rathaus Basel")["sent"] == 0
    assert sent(facebook) == Counter()
    for wrong in ("-1", "nan", "inf", "1e9", "soon"):
        page.refused(2, "enquiry", "reply", "1", "--text", "x", "--undo-seconds", wrong)


def test_made_elsewhere(page: Station, facebook: SimulatedFacebook) -> None:
    facebook.say("p", "Frage", Millis(facebook.clock() - HOUR))
    facebook.say_as_page("p", "Antwort aus dem Postfach der Seite")
    page.ok("sync", "--once")
    [row] = page.ok("enquiry", "list", "--view", "all")["enquiries"]
    entries = page.ok("enquiry", "show", str(row["number"]))["entries"]
    elsewhere = [one for one in entries if one["direction"] == "out"]
    assert [(one["text"], one["elsewhere"], one["delivery"]) for one in elsewhere] == [
        ("Antwort aus dem Postfach der Seite", True, None)
    ]
