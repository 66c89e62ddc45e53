"""Every verb of the contract, with the keys, types and order that scripts rely on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from switchboard_app.model.times import Millis
from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.x import SimulatedX
from tests.cli import shapes
from tests.cli.conftest import Station, numbers
from tests.cli.shapes import check
from tests.platforms import Served

CSV = (Path(__file__).parents[2] / "resources" / "directory" / "basel-stadt-sample.csv").resolve()


def later(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat(timespec="seconds")


def test_accounts(connected: Station, x_server: Served[SimulatedX]) -> None:
    listed = connected.ok("account", "list")
    check(listed, {"accounts": [shapes.ACCOUNT]})
    assert {one["name"]: one["kind"] for one in listed["accounts"]} == {
        "Rathaus Basel": "facebook",
        "Kanton Basel-Stadt": "x",
    }
    checked = connected.ok("account", "check", "Kanton Basel-Stadt")
    check(checked, shapes.ACCOUNT)
    by_id = connected.ok("account", "check", checked["id"])
    assert by_id["name"] == "Kanton Basel-Stadt"
    connected.refused(2, "account", "check", "Nobody")
    connected.refused(2, "account", "add", "x", "--name", "Kanton Basel-Stadt", stdin={"access_token": "t"})
    connected.refused(2, "account", "add", "myspace", "--name", "M", stdin={"access_token": "t"})

    x_server.platform.say("p", "guten Tag")
    connected.ok("sync", "--once", "--account", "Kanton Basel-Stadt")
    gone = connected.ok("account", "remove", "Kanton Basel-Stadt")
    assert gone["name"] == "Kanton Basel-Stadt"
    assert f"switchboard/account/{gone['id']} switchboard" not in connected.secrets
    assert [one["name"] for one in connected.ok("account", "list")["accounts"]] == ["Rathaus Basel"]
    assert connected.ok("enquiry", "list")["total"] == 1, "the history stays"
    connected.refused(2, "account", "check", "Kanton Basel-Stadt")


def test_an_account_that_is_connected_again(
    page: Station, facebook_server: Served[SimulatedFacebook], x_server: Served[SimulatedX]
) -> None:
    """Its history goes on: nothing comes in a second time, and a reply still finds its conversation."""
    facebook = facebook_server.platform
    facebook.say("p1", "Frage")
    page.ok("sync", "--once")
    [before] = page.ok("account", "list")["accounts"]
    arguments = ("account", "add", "facebook", "--name", "Rathaus neu", "--api-base", facebook_server.base)
    secret = {"access_token": facebook.token}
    assert "Rathaus Basel" in page.refused(3, *arguments, stdin=secret)
    assert [one["name"] for one in page.ok("account", "list")["accounts"]] == ["Rathaus Basel"]
    assert len([key for key in page.secrets if "account" in key]) == 1
    page.ok("account", "remove", "Rathaus Basel")
    facebook.say("p1", "noch etwas")
    again = page.ok(*arguments, stdin=secret)
    assert (again["id"], again["name"], again["health"]) == (before["id"], "Rathaus neu", "ok")
    assert len([key for key in page.secrets if "account" in key]) == 1
    report = page.ok("sync", "--once")["accounts"][0]
    assert report["new"] == 1
    [row] = page.ok("enquiry", "list", "--view", "all")["enquiries"]
    assert row["account"] == "Rathaus neu"
    page.ok("enquiry", "reply", "1", "--text", "Antwort")
    assert page.ok("sync", "--once")["accounts"][0]["sent"] == 1
    other = ("account", "add", "x", "--name", "Kanton", "--api-base", x_server.base)
    assert page.ok(*other, stdin={"access_token": x_server.platform.token})["health"] == "ok"


def test_a_dead_sign_in_is_replaced(page: Station, facebook: SimulatedFacebook) -> None:
    good = facebook.token
    bad = page("account", "sign-in", "Rathaus Basel", "--json", stdin={"access_token": "EAAdead0000000000000"})
    assert (bad.code, bad.json()["health"]) == (4, "needs_sign_in")
    assert page("account", "check", "Rathaus Basel").code == 4
    assert page.ok("account", "sign-in", "Rathaus Basel", stdin={"access_token": good})["health"] == "ok"
    page.refused(2, "account", "sign-in", "Rathaus Basel", stdin={"token": "x"})
    assert page.ok("account", "check", "Rathaus Basel")["health"] == "ok", "what was refused replaced nothing"


def test_options_of_an_account(switchboard: Station, facebook_server: Served[SimulatedFacebook]) -> None:
    secret = {"access_token": facebook_server.platform.token}
    arguments = ("account", "add", "facebook", "--name", "P", "--api-base", facebook_server.base)
    assert "KEY=VALUE" in switchboard.refused(2, *arguments, "--option", "version", stdin=secret)
    added = switchboard.ok(*arguments, "--option", "poll_seconds=30", "--option", "reopen_days=1", stdin=secret)
    check(added, shapes.ACCOUNT)


def test_the_queue_in_the_order_of_the_window(connected: Station, facebook: SimulatedFacebook, x: SimulatedX) -> None:
    now = facebook.clock()
    facebook.say("late", "vor 22 Stunden", Millis(now - 22 * 3_600_000))
    facebook.say("soon", "vor einer Stunde", Millis(now - 3_600_000))
    x.say("calm", "gerade eben")
    reports = connected.ok("sync", "--once")
    check(reports, {"accounts": [shapes.REPORT]})
    assert {one["name"]: (one["fetched"], one["new"]) for one in reports["accounts"]} == {
        "Rathaus Basel": (2, 2),
        "Kanton Basel-Stadt": (1, 1),
    }
    urgent = connected.ok("phone-note", "add", stdin={"concern": "dringend", "urgent": True})
    listed = connected.ok("enquiry", "list")
    check(listed, {"enquiries": [shapes.ROW], "total": int})
    assert listed["total"] == 4
    dues = [row["due_at"] for row in listed["enquiries"]]
    assert dues == sorted(dues), "most urgent first"
    assert listed["enquiries"][0]["number"] == urgent["enquiry"]
    assert listed["enquiries"][1]["excerpt"] == "vor 22 Stunden"
    assert numbers(connected.ok("enquiry", "list", "--limit", "2")["enquiries"]) == numbers(listed["enquiries"][:2])
    assert connected.ok("enquiry", "list", "--limit", "0") == {"enquiries": [], "total": 4}
    found = connected.ok("enquiry", "list", "--query", "stunde")
    assert {row["excerpt"] for row in found["enquiries"]} == {"vor einer Stunde", "vor 22 Stunden"}
    assert found["total"] == 2


def test_the_views(page: Station, facebook: SimulatedFacebook) -> None:
    for person in ("a", "b", "c", "d", "e"):
        facebook.say(person, f"Frage von {person}")
    page.ok("sync", "--once")
    page.ok("office", "import", str(CSV))
    by = {row["excerpt"][-1]: str(row["number"]) for row in page.ok("enquiry", "list")["enquiries"]}
    page.ok("enquiry", "claim", by["a"])
    page.ok("enquiry", "reply", by["b"], "--text", "Danke")
    page.ok("enquiry", "snooze", by["c"], "--until", later(days=1))
    page.ok("enquiry", "forward", by["d"], "--office", office_with_mail(page), "--text", "Bitte")
    page.ok("enquiry", "done", by["e"], "--outcome", "answered")
    expected = {
        "mine": "a",
        "waiting-citizen": "b",
        "snoozed": "c",
        "waiting-office": "d",
        "done": "e",
        "all": "abcde",
    }
    for view, who in expected.items():
        listed = page.ok("enquiry", "list", "--view", view)
        shown = {str(row["number"]) for row in listed["enquiries"]}
        assert {by[one] for one in who} <= shown, view
        assert listed["total"] == len(shown)
    assert numbers(page.ok("enquiry", "list", "--view", "open")["enquiries"])
    page.ok("enquiry", "list", "--view", "inbox")


def office_with_mail(station: Station) -> str:
    offices = station.ok("office", "list")["offices"]
    return str(next(one["id"] for one in offices if one["email"]))


def test_show_tells_everything(connected: Station, facebook: SimulatedFacebook) -> None:
    said = facebook.say("p1", "Guten Tag, mein Strassenlicht ist kaputt")
    connected.ok("sync", "--once")
    connected.ok("enquiry", "note", "1", "--text", "ruft morgen an")
    reply = connected.ok("enquiry", "reply", "1", "--text", "Danke, wir schauen.")
    check(reply, {**shapes.STEP, "delivery": str, "delivery_state": {"queued"}})
    assert (reply["state"], reply["owner"]) == ("waiting_citizen", "ml")
    before = connected.ok("enquiry", "show", "1")
    check(before, shapes.ENQUIRY)
    connected.ok("sync", "--once")
    shown = connected.ok("enquiry", "show", "1")
    check(shown, shapes.ENQUIRY)
    assert shown["account"] == "Rathaus Basel"
    assert shown["language"] == "de"
    kinds = [(one["kind"], one["direction"], one["text"]) for one in shown["entries"] if one["kind"] != "event"]
    assert kinds == [
        ("message", "in", "Guten Tag, mein Strassenlicht ist kaputt"),
        ("note", "internal", "ruft morgen an"),
        ("message", "out", "Danke, wir schauen."),
    ]
    inbound, outbound = [one for one in shown["entries"] if one["kind"] == "message"]
    assert inbound["platform_id"] == said.id
    assert inbound["delivery"] is None
    assert outbound["delivery"]["id"] == reply["delivery"]
    assert (outbound["delivery"]["state"], outbound["delivery"]["attempts"]) == ("sent", 1)
    assert outbound["platform_id"] == facebook.sent_by_us()[0].id
    assert outbound["author"] == "ml"
    assert shown["person"]["identities"]
    connected.refused(2, "enquiry", "show", "99")


def test_the_desks_verbs(page: Station, facebook: SimulatedFacebook, tmp_path: Path) -> None:
    now = facebook.clock()
    facebook.say("p1", "eins", Millis(now - 60_000))
    facebook.say("p2", "zwei", now)
    page.ok("sync", "--once")
    page.ok("office", "import", str(CSV))
    office = office_with_mail(page)

    def step(state: str, owner: str | None, *arguments: str) -> dict[str, object]:
        done: dict[str, object] = page.ok("enquiry", *arguments)
        check(done, {**shapes.STEP, "version": int})
        assert (done["state"], done["owner"]) == (state, owner), arguments
        return done

    step("open", "ml", "claim", "1")
    step("new", None, "release", "1")
    step("open", "ak", "reassign", "1", "--to", "ak", "--reason", "Ferien")
    assert "ak" in page.refused(3, "enquiry", "reply", "1", "--text", "Hallo")
    assert "ak" in page.refused(3, "enquiry", "done", "1", "--outcome", "answered")
    step("open", "ml", "reassign", "1", "--to", "ml", "--reason", "zurück")
    noted = page.ok("enquiry", "note", "1", "--text", "intern")
    check(noted, {**shapes.STEP, "entry": str})
    step("snoozed", "ml", "snooze", "1", "--until", later(hours=3))
    step("open", "ml", "undo", "1")
    forwarded = step("waiting_office", "ml", "forward", "1", "--office", office, "--text", "Bitte übernehmen")
    check(forwarded, {"forwarding": str})
    shown = page.ok("enquiry", "show", "1")
    check(shown, shapes.ENQUIRY)
    [forwarding] = shown["forwardings"]
    assert forwarding["id"] == forwarded["forwarding"]
    assert (forwarding["office"], forwarding["state"], forwarding["reference"]) == (office, "sent", "[BS-000001]")
    step("waiting_office", "ml", "answered", "1", "--forwarding", forwarding["id"], "--word", "taken")
    step("open", "ml", "answered", "1", "--forwarding", forwarding["id"], "--text", "Kommt morgen")
    page.refused(2, "enquiry", "answered", "2", "--forwarding", forwarding["id"], "--text", "x")
    assert page.ok("enquiry", "show", "1")["forwardings"][0]["state"] == "answered"
    step("done", "ml", "done", "1", "--outcome", "answered")
    page.refused(3, "enquiry", "reply", "1", "--text", "noch etwas")
    step("open", "ml", "reopen", "1")
    merged = step("done", "ml", "merge", "1", "2")
    assert merged["number"] == 1

    target = tmp_path / "export.json"
    page.ok("enquiry", "export", "2", "--to", str(target))
    exported = target.read_text(encoding="utf-8")
    assert "zwei" in exported
    page.refused(2, "enquiry", "export", "2", "--to", str(target))
    assert target.read_text(encoding="utf-8") == exported


def test_what_became_of_an_unclear_send(page: Station, facebook: SimulatedFacebook) -> None:
    facebook.say("p1", "Frage")
    page.ok("sync", "--once")
    for decision, state in (("drop", "withdrawn"), ("was_sent", "sent"), ("send_again", "queued")):
        reply = page.ok("enquiry", "reply", "1", "--text", f"Antwort {decision}")
        facebook.faults.add("POST /messages", faults.dropped(accepted=False))
        page.ok("sync", "--once")
        arguments = ("decide", "1", "--delivery", reply["delivery"], "--as")
        page.refused(2, "enquiry", *arguments, "perhaps")
        decided = page.ok("enquiry", *arguments, decision)
        check(decided, {**shapes.STEP, "delivery": str, "delivery_state": {state}})
        page.refused(3, "enquiry", *arguments, decision)
    assert page.ok("sync", "--once")["accounts"][0]["sent"] == 1
    assert [one.text for one in facebook.sent_by_us()] == ["Antwort send_again"]
    page.refused(2, "enquiry", "decide", "1", "--delivery", "nothing", "--as", "drop")


def test_tags_and_a_forwarding_taken_back(switchboard: Station) -> None:
    switchboard.ok("phone-note", "add", stdin={"concern": "Loch in der Strasse"})
    switchboard.ok("office", "import", str(CSV))
    switchboard.ok("enquiry", "tag", "1", "Strasse", "velo")
    assert switchboard.ok("enquiry", "show", "1")["tags"] == ["strasse", "velo"]
    switchboard.refused(2, "enquiry", "tag", "1", "zwei Wörter")
    switchboard.ok("enquiry", "tag", "1")
    assert switchboard.ok("enquiry", "list")["enquiries"][0]["tags"] == []
    made = switchboard.ok("enquiry", "forward", "1", "--office", office_with_mail(switchboard), "--text", "Bitte")
    back = switchboard.ok("enquiry", "withdraw", "1", "--forwarding", made["forwarding"])
    assert back["state"] == "open"
    assert switchboard.ok("enquiry", "show", "1")["forwardings"][0]["state"] == "withdrawn"
    switchboard.refused(2, "enquiry", "withdraw", "1", "--forwarding", "nothing")


@pytest.mark.parametrize(
    ("word", "state"), [("taken", "acknowledged"), ("declined", "declined"), ("answered", "answered")]
)
def test_the_offices_word(switchboard: Station, word: str, state: str) -> None:
    switchboard.ok("phone-note", "add", stdin={"concern": "Loch in der Strasse"})
    switchboard.ok("office", "import", str(CSV))
    office = office_with_mail(switchboard)
    made = switchboard.ok("enquiry", "forward", "1", "--office", office, "--text", "Bitte")
    said = ("--forwarding", made["forwarding"], "--word", word, "--text", "wir")
    switchboard.ok("enquiry", "answered", "1", *said)
    assert switchboard.ok("enquiry", "show", "1")["forwardings"][0]["state"] == state


def test_phone_notes(switchboard: Station) -> None:
    everything = {
        "caller_number": "061 555 01 88",
        "caller_name": "Mehmet Yılmaz",
        "concern": "Möchte einen Kaufvertrag beurkunden",
        "office": None,
        "action": "inbox",
        "urgent": False,
        "taken_at": "2026-11-20T14:05:00+01:00",
    }
    taken = switchboard.ok("phone-note", "add", stdin=everything)
    check(taken, {"enquiry": int, "id": str})
    shown = switchboard.ok("enquiry", "show", str(taken["enquiry"]))
    note = next(one for one in shown["entries"] if one["id"] == taken["id"])
    assert (note["kind"], note["text"], note["at"]) == (
        "phone_note",
        "Möchte einen Kaufvertrag beurkunden",
        "2026-11-20T13:05:00.000Z",
    )
    assert shown["channel"] == "phone"
    assert "Mehmet Yılmaz" in shown["person"]["name"]
    assert switchboard.ok("phone-note", "add", stdin={"concern": "nur das"})["enquiry"] == 2
    for wrong in (
        {},
        {"concern": ""},
        {"concern": 5},
        {"concern": "x", "colour": "red"},
        {"concern": "x", "action": "fly"},
        {"concern": "x", "taken_at": "yesterday"},
        {"concern": "x", "urgent": "no"},
    ):
        switchboard.refused(2, "phone-note", "add", stdin=wrong)
    assert switchboard.ok("enquiry", "list")["total"] == 2
    # what was said in a call is never lost for the sake of what should follow: it is filed, and the rest is told
    done = switchboard("phone-note", "add", stdin={"concern": "x", "action": "office_callback", "office": "nobody"})
    assert done.code == 0
    assert done.err.strip()
    assert switchboard.ok("enquiry", "list")["total"] == 3


def test_offices(switchboard: Station) -> None:
    done = switchboard.ok("office", "import", str(CSV))
    assert done["offices"] > 50
    listed = switchboard.ok("office", "list")["offices"]
    assert len(listed) == done["offices"]
    found = switchboard.ok("office", "search", "Velo gestolen")
    check(found, {"offices": [shapes.OFFICE]})
    scores = [one["score"] for one in found["offices"]]
    assert scores == sorted(scores, reverse=True)
    assert switchboard.ok("office", "search", "beurkunden")["offices"][0]["matched"]
    assert switchboard.ok("office", "search", "xyzzy qqq")["offices"] == []
    assert len(switchboard.ok("office", "search", "amt", "--limit", "1")["offices"]) == 1


def test_doctor(switchboard: Station, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.zip"
    done = switchboard("doctor", "--json", "--bundle", str(bundle))
    finding = {"what": str, "ok": bool, "seen": str, "next_step": str}
    check(done.json(), {"findings": [finding], "version": str})
    whats = [one["what"] for one in done.json()["findings"]]
    for what in ("Python", "Qt", "SQLite", "Keyring", "Workspace", "Clock", "Disk", "Mail to offices"):
        assert what in whats
    assert done.code == 0, [one for one in done.json()["findings"] if not one["ok"]]
    assert bundle.exists()
    switchboard.refused(2, "doctor", "--bundle", str(bundle))
    # a support bundle names nobody: not the user in the path of the home, nor the account by its name
    at_home = switchboard("doctor", "--json", env={"HOME": str(switchboard.home.parent)})
    [workspace] = [one for one in at_home.json()["findings"] if one["what"] == "Workspace"]
    assert workspace["seen"] == "~/station/workspace.db"


def test_doctor_names_what_is_ill(bare: Station) -> None:
    done = bare("doctor", "--json")
    assert done.code == 4
    ill = [one for one in done.json()["findings"] if not one["ok"]]
    assert [one["what"] for one in ill] == ["Workspace"]
    assert "workspace init" in ill[0]["next_step"]


def test_telling_a_window_that_is_not_open(switchboard: Station) -> None:
    assert switchboard("call", "061 555 01 88", env={"QT_QPA_PLATFORM": "offscreen"}).code == 4
