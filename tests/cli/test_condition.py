"""``account list`` says how the accounts are and were; ``account check --complete`` whether anything is missing."""

from __future__ import annotations

from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from tests.cli import shapes
from tests.cli.conftest import Station
from tests.cli.shapes import Maybe, Time, check

PROOF = {"at": Time, "listed": int, "stored": int, "missing": int, "since": Maybe(Time), "complete": bool}
CONDITION = {
    **shapes.ACCOUNT,
    "since": Time,
    "next_poll_at": Maybe(Time),
    "history": [{"at": Time, "health": shapes.HEALTH}],
    "proof": Maybe(PROOF),
    "gaps": [{"from": Maybe(Time), "to": Time, "missing": Maybe(int)}],
}


def test_the_list_tells_how_it_was(page: Station, facebook: SimulatedFacebook) -> None:
    page.ok("sync", "--once")
    facebook.faults.add("GET /", faults.refused("token"), times=None)
    page.ok("sync", "--once")
    facebook.faults.clear()
    page.ok("sync", "--once")
    listed = page.ok("account", "list")
    check(listed, {"accounts": [CONDITION]})
    assert [one["health"] for one in listed["accounts"][0]["history"]][:2] == ["ok", "needs_sign_in"]
    assert listed["accounts"][0]["proof"] is None


def test_a_proof_that_finds_nothing_missing(page: Station, facebook: SimulatedFacebook) -> None:
    for number in range(5):
        facebook.say(f"p{number}", "Frage")
    page.ok("sync", "--once")
    done = page("account", "check", "Rathaus Basel", "--complete", "--json")
    assert done.code == 0, done
    told = done.json()["proof"]
    assert (told["listed"], told["stored"], told["missing"], told["complete"]) == (5, 5, 0, True)
    assert "5" in done.err
    assert page.ok("account", "list")["accounts"][0]["proof"] == told
    assert "proof" not in page.ok("account", "check", "Rathaus Basel")


def test_a_proof_fetches_what_is_missing(page: Station, facebook: SimulatedFacebook) -> None:
    facebook.say("p", "Frage")
    page.ok("sync", "--once")
    for number in range(3):
        facebook.say(f"q{number}", "noch keine Abfrage")
    assert page.ok("account", "check", "Rathaus Basel", "--complete")["proof"]["missing"] == 3
    assert page.ok("enquiry", "list")["total"] == 4


def test_no_proof_where_nobody_is_signed_in(page: Station, facebook: SimulatedFacebook) -> None:
    facebook.faults.add("GET /", faults.refused("token"), times=None)
    done = page("account", "check", "Rathaus Basel", "--complete", "--json")
    assert (done.code, done.json()["health"], done.json()["proof"]) == (4, "needs_sign_in", None)
