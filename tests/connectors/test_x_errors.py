"""What a refusal by X means, and the sign-in that is renewed once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.times import HOUR, SECOND
from switchboard_app.sync.connector import PlatformFailure
from tests.connectors.bench import Bench, failure_of, the_account
from tests.connectors.canned import Asked, Said, always, handle_desk, reply
from tests.platforms import NOON

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "fixtures/x_errors.json").read_text("utf-8"))["cases"]


def _body(case: Mapping[str, Any]) -> object:
    return b"" if case["body"] is None else case["body"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
@pytest.mark.parametrize("doing", ["send", "read"])
def test_refusals_mean_what_the_dossier_says(case: dict[str, Any], doing: str) -> None:
    desk = handle_desk(always(_body(case), case["http"], case.get("headers")))
    work: Any = desk.connector.send(reply()) if doing == "send" else desk.connector.whoami()
    failure = failure_of(work)
    kind, certain, health = case[doing]
    assert (failure.failure.kind, failure.failure.certain, failure.health) == (kind, certain, health)
    if "after" in case:
        assert failure.failure.retry_at == NOON + case["after"] * SECOND
    if failure.failure.kind in (FailureKind.CONTENT, FailureKind.RECIPIENT, FailureKind.AUTH):
        assert failure.failure.retry_at is None
    assert len(desk.net.asked) == 1


def test_the_collected_error_bodies(shared: Path) -> None:
    cases = json.loads((shared / "contracts/x/error-bodies.json").read_text("utf-8"))["cases"]
    expected = {
        "forbidden-scope-missing": (FailureKind.PERMISSION, Health.PERMISSION_MISSING),
        "recipient-does-not-accept": (FailureKind.RECIPIENT, None),
        "usage-cap": (FailureKind.CREDITS, Health.OUT_OF_CREDITS),
        "unauthorized": (FailureKind.AUTH, Health.NEEDS_SIGN_IN),
        "legacy-errors-array-429": (FailureKind.RATE_LIMIT, Health.RATE_LIMITED),
    }
    assert {case["name"] for case in cases} == set(expected)
    for case in cases:
        desk = handle_desk(always(case["body"], case["http"], case.get("headers")))
        failure = failure_of(desk.connector.send(reply()))
        assert (failure.failure.kind, failure.health) == expected[case["name"]]
        assert failure.failure.certain


def test_a_read_that_brings_problems_alone_is_a_failure() -> None:
    problem = {"title": "Not Found Error", "type": "https://api.x.com/2/problems/resource-not-found"}
    nothing_else = handle_desk(always({"errors": [problem]}))
    assert failure_of(nothing_else.connector.whoami()).failure.kind is FailureKind.MALFORMED
    partial = handle_desk(always({"data": {"id": "300", "name": "K", "username": "@k"}, "errors": [problem]}))
    assert asyncio.run(partial.connector.whoami()).handle == "k"


def test_a_message_answered_with_problems_alone_is_uncertain() -> None:
    told = failure_of(handle_desk(always({"errors": [{"title": "x"}]}, 201)).connector.send(reply())).failure
    assert (told.kind, told.certain) == (FailureKind.MALFORMED, False)


# --- the sign-in --------------------------------------------------------------------------------------------------


class _Keyring:
    """Keeps what it is given; locked, it says so."""

    def __init__(self) -> None:
        self.kept: list[dict[str, str]] = []

    async def keep(self, secret: Mapping[str, str]) -> None:
        self.kept.append(dict(secret))


class _Account:
    """Tokens of which each is good once the one before was used up."""

    def __init__(self) -> None:
        self.good = "a2"
        self.refresh = "r1"
        self.renewals = 0
        self.dead = False
        self.keyring = _Keyring()
        self.kept_before_use = True

    def __call__(self, asked: Asked) -> Said:
        if asked.path == "/2/oauth2/token":
            form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
            assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
            if self.dead or form["refresh_token"] != self.refresh:
                return Said({"error": "invalid_request"}, 400)
            assert (form["grant_type"], form["client_id"]) == ("refresh_token", "c")
            self.renewals += 1
            self.refresh = f"r{self.renewals + 1}"
            return Said({"access_token": "a2", "refresh_token": self.refresh, "expires_in": 7200})
        if asked.headers["authorization"] != f"Bearer {self.good}":
            return Said({"title": "Unauthorized", "status": 401}, 401)
        kept = self.keyring.kept[-1]
        expected = {"access_token": "a2", "refresh_token": self.refresh, "client_id": "c"}
        self.kept_before_use &= int(kept["expires_at"]) > 0 and expected.items() <= kept.items()
        if asked.method == "POST":
            return Said({"data": {"dm_conversation_id": "222-300", "dm_event_id": "9"}}, 201)
        return Said({"data": {"id": "300", "name": "Kanton"}})


SECRET = {"access_token": "a1", "refresh_token": "r1", "client_id": "c"}


def test_a_dead_token_is_renewed_once_and_kept_before_it_is_used() -> None:
    account = _Account()
    desk = handle_desk(account, secret=SECRET, keep=account.keyring.keep)
    assert asyncio.run(desk.connector.send(reply())).platform_ids == ("9",)
    assert account.kept_before_use
    assert [asked.path for asked in desk.net.asked] == [
        "/2/dm_conversations/with/222/messages",
        "/2/oauth2/token",
        "/2/dm_conversations/with/222/messages",
    ]
    asyncio.run(desk.connector.whoami())
    assert account.renewals == 1
    assert desk.renewals.proofs == 1


def test_many_calls_meet_a_dead_token_and_one_renews() -> None:
    account = _Account()
    desk = handle_desk(account, secret=SECRET, keep=account.keyring.keep)

    async def many() -> None:
        await asyncio.gather(*(desk.connector.whoami() for _ in range(20)))

    asyncio.run(many())
    assert account.renewals == 1
    assert len(account.keyring.kept) == 1


def test_a_refresh_token_that_is_used_up_asks_to_sign_in() -> None:
    account = _Account()
    account.dead = True
    desk = handle_desk(account, secret=SECRET, keep=account.keyring.keep)
    failure = failure_of(desk.connector.send(reply()))
    assert (failure.failure.kind, failure.failure.certain, failure.health) == (
        FailureKind.AUTH,
        True,
        Health.NEEDS_SIGN_IN,
    )
    assert not account.keyring.kept


@pytest.mark.parametrize("status", [500, 429])
def test_a_renewal_that_fails_for_now_is_certain(status: int) -> None:
    def answering(asked: Asked) -> Said:
        return Said(b"x", status) if asked.path == "/2/oauth2/token" else Said({}, 401)

    told = failure_of(handle_desk(answering, secret=SECRET).connector.send(reply())).failure
    assert (told.kind, told.certain) == (FailureKind.SERVER, True)
    assert told.retry_at is not None


def test_without_means_to_renew_it_asks_to_sign_in_at_once() -> None:
    desk = handle_desk(always({"title": "Unauthorized"}, 401))
    assert failure_of(desk.connector.whoami()).failure.kind is FailureKind.AUTH
    assert len(desk.net.asked) == 1


def test_a_confidential_client_shows_itself_by_basic() -> None:
    seen: list[str] = []

    def answering(asked: Asked) -> Said:
        if asked.path == "/2/oauth2/token":
            seen.append(asked.headers["authorization"])
            return Said({"access_token": "a2"})
        return Said({"data": {"id": "300"}}) if asked.headers["authorization"] == "Bearer a2" else Said({}, 401)

    asyncio.run(handle_desk(answering, secret={**SECRET, "client_secret": "s"}).connector.whoami())
    assert seen == ["Basic Yzpz"]


def test_the_simulated_account_and_its_single_use_tokens(handle: Bench) -> None:
    account = the_account(handle)
    first = account.tokens
    handle.secret = {
        "access_token": first.access,
        "refresh_token": first.refresh,
        "client_id": "switchboard-training",
    }
    handle.platform.say("p", "Frage")
    handle.poll()
    for number in range(3):
        handle.clock.forward(3 * HOUR)
        first.expire()
        handle.send("p", f"Antwort {number}")
    assert len(handle.kept_secrets) == 3
    assert len({secret["refresh_token"] for secret in handle.kept_secrets}) == 3
    assert [message.text for message in handle.platform.sent_by_us()] == ["Antwort 0", "Antwort 1", "Antwort 2"]
    first.revoke_all()
    failure = handle.send_failing("p")
    assert isinstance(failure, PlatformFailure)
    assert failure.health is Health.NEEDS_SIGN_IN
