"""What Meta says about a token, in words: whose it is, what it lacks, when it ends; never a token in an address."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from switchboard_app.model.health import Health
from switchboard_app.model.times import DAY, Millis
from switchboard_app.model.token_facts import TokenFacts, TokenKind, known_facts
from switchboard_app.sync.connector import Connector, Forewarns, Learns, PlatformFailure, Self
from switchboard_app.training.facebook import SimulatedFacebook
from tests.connectors.bench import Bench, the_page
from tests.connectors.canned import PAGE, Answering, Asked, Said, page_desk
from tests.platforms import FakeClock

NEEDED = ("pages_messaging", "pages_manage_metadata", "pages_read_engagement")


def signing_in(page: Bench) -> tuple[Self, dict[str, str], str]:
    """Who we are, what was learnt, what is forewarned; remembered as the engine does."""

    async def work(connector: Connector) -> tuple[Self, dict[str, str], str]:
        me = await connector.whoami()
        assert isinstance(connector, Learns)
        assert isinstance(connector, Forewarns)
        return me, dict(connector.learnt()), connector.forewarning()

    me, learnt, warning = page.run(work)
    page.options |= learnt
    return me, learnt, warning


def refused(page: Bench) -> PlatformFailure:
    with pytest.raises(PlatformFailure) as told:
        page.run(lambda connector: connector.whoami())
    return told.value


def test_a_good_page_token_needs_no_words(page: Bench) -> None:
    me, learnt, warning = signing_in(page)
    assert (me.platform_id, warning) == (page.platform.own_id, "")
    facts = known_facts(learnt)
    assert facts == TokenFacts(TokenKind.PAGE, checked=page.clock())


@pytest.mark.parametrize(("days", "told"), [(15, ""), (13, "04.12.2026"), (-1, "20.11.2026")])
def test_the_end_is_told_two_weeks_ahead(page: Bench, days: int, told: str) -> None:
    the_page(page).terms.access_ends = Millis(page.clock() + days * DAY)
    warning = signing_in(page)[2]
    assert (told in warning) if told else warning == ""
    the_page(page).terms.access_ends, the_page(page).terms.ends = None, Millis(page.clock() + days * DAY)
    warning = signing_in(page)[2]
    assert (told in warning) if told else warning == ""


def test_a_missing_permission_is_named(page: Bench) -> None:
    the_page(page).scopes = ("pages_messaging", "pages_show_list")
    assert "pages_manage_metadata, pages_read_engagement" in signing_in(page)[2], "told, but it goes on"
    the_page(page).scopes = ("pages_show_list",)
    failure = refused(page)
    assert failure.health is Health.PERMISSION_MISSING
    assert failure.health_detail == ", ".join(NEEDED)


def test_a_permission_for_another_page_only_is_none(page: Bench) -> None:
    """``granular_scopes`` name the pages for which a permission was given."""
    told = {
        "is_valid": True,
        "type": "PAGE",
        "scopes": list(NEEDED),
        "granular_scopes": [{"scope": "pages_messaging", "target_ids": ["999"]}],
    }
    desk = page_desk(debug_token(told))
    with pytest.raises(PlatformFailure) as failed:
        asyncio.run(desk.connector.whoami())
    assert failed.value.health_detail == "pages_messaging"


def test_the_token_of_a_person_is_not_taken(page: Bench) -> None:
    page.secret = {"access_token": the_page(page).user_token}
    failure = refused(page)
    assert failure.health is Health.NEEDS_SIGN_IN
    assert "person" in failure.health_detail


@pytest.mark.parametrize("app_secret", ["", "app-secret"])
def test_a_system_user_acts_with_the_pages_own_token(clock: FakeClock, app_secret: str) -> None:
    from switchboard_app.training.loopback import LoopbackServer

    platform = SimulatedFacebook(clock, app_secret=app_secret)
    platform.terms.user_type = "SYSTEM_USER"
    secret = {"access_token": platform.user_token, "app_secret": app_secret}
    with LoopbackServer(platform.app, platform.faults) as server:
        page = Bench(platform, server.base, clock, secret={name: text for name, text in secret.items() if text})
        platform.say("p", "Frage")
        assert signing_in(page)[0].platform_id == platform.own_id
        page.poll()  # another connector, which knows from the options that the page's own token is to be fetched
        assert page.shelf.texts == ["Frage"]
        page.send("p", "Antwort")
        assert [message.text for message in platform.sent_by_us()] == ["Antwort"]


@pytest.mark.parametrize(
    ("subcode", "words"),
    [
        (458, "app was removed"),
        (459, "log in at facebook.com"),
        (460, "password"),
        (463, "expired"),
        (464, "not confirmed"),
        (467, "logging out"),
        (492, "role on the page"),
        (999, ""),
    ],
)
def test_why_a_token_died_is_told(page: Bench, subcode: int, words: str) -> None:
    the_page(page).kill_token(subcode)
    for failure in (refused(page), page.poll_failing()):
        assert failure.health is Health.NEEDS_SIGN_IN
        assert (words in failure.health_detail) if words else not failure.health_detail


def test_it_is_looked_at_again_once_a_day(page: Bench) -> None:
    signing_in(page)
    asked = len(page.platform.requests)
    page.poll()
    assert not any(one.method == "POST" for one in page.platform.requests[asked:])
    page.clock.forward(DAY + 1)
    the_page(page).scopes = ("pages_show_list",)
    assert page.poll_failing().health is Health.PERMISSION_MISSING


def debug_token(told: object, status: int = 200) -> Answering:
    """A Graph API that says this about the token."""

    def answering(asked: Asked) -> Said:
        if asked.method != "POST":
            return Said({"id": PAGE, "name": "Seite"})
        return Said([{"code": status, "body": json.dumps({"data": told})}])

    return answering


@pytest.mark.parametrize(
    "answer",
    [
        Said({}, 404),
        Said([]),
        Said([None]),
        Said([{"code": 400, "body": '{"error":{"code":100}}'}]),
        Said([{"code": 200, "body": "{"}]),
        Said([{"code": 200, "body": '{"data":{}}'}]),
        Said(b"<html>", 502),
    ],
)
def test_a_platform_that_does_not_tell_is_no_trouble(answer: Said) -> None:
    desk = page_desk(lambda asked: answer if asked.method == "POST" else Said({"id": PAGE, "name": "Seite"}))
    assert asyncio.run(desk.connector.whoami()).name == "Seite"
    assert isinstance(desk.connector, Learns)
    assert desk.connector.learnt() == {}


def test_no_token_stands_in_an_address_and_every_call_is_proved() -> None:
    asked: list[Asked] = []
    valid = {"is_valid": True, "type": "PAGE", "scopes": list(NEEDED)}
    answering = debug_token(valid)

    def noting(one: Asked) -> Said:
        asked.append(one)
        return answering(one)

    desk = page_desk(noting, secret={"access_token": "EAAsecretcanary", "app_secret": "geheim"})
    asyncio.run(desk.connector.whoami())
    assert [one.method for one in asked] == ["GET", "POST"]
    for one in asked:
        assert "canary" not in one.path + str(one.query)
        assert one.headers["authorization"] == "Bearer EAAsecretcanary"
    assert "appsecret_proof" in asked[0].query
    batch = asked[1].json
    inner = parse_qs(urlsplit(batch["batch"][0]["relative_url"]).query)
    assert batch["appsecret_proof"] == inner["appsecret_proof"][0] == asked[0].query["appsecret_proof"]
    assert inner["input_token"] == ["EAAsecretcanary"]
