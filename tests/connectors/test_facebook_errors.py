"""What a refusal of the Graph API means: kind, certainty, health, when to try again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.times import MINUTE
from switchboard_app.sync.meta.errors import graph_failure
from tests.connectors.bench import failure_of
from tests.connectors.canned import PAGE, Said, always, page_desk, reply
from tests.platforms import NOON

FIXTURES = Path(__file__).parent / "fixtures"
ERRORS: list[dict[str, Any]] = json.loads((FIXTURES / "graph_errors.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", ERRORS, ids=[case["name"] for case in ERRORS])
@pytest.mark.parametrize("doing", ["send", "read"])
def test_refusals_mean_what_the_dossier_says(case: dict[str, Any], doing: str) -> None:
    desk = page_desk(lambda _asked: Said({"error": case["error"]}, case["http"]))
    work: Any = desk.connector.send(reply()) if doing == "send" else desk.connector.whoami()
    failure = failure_of(work)
    kind, certain, health = case[doing]
    told = failure.failure
    assert (told.kind, told.certain, failure.health) == (kind, certain, health)
    if case["again"] is not None:
        assert (told.retry_at is not None) is case["again"]
    assert told.trace == case["error"].get("fbtrace_id", "")
    assert case.get("shows", "") in told.text
    assert case.get("hides", "\0") not in told.text
    if len(case["error"].get("message", "")) > 1:
        assert case["error"]["message"] not in told.text


def test_the_collected_error_bodies(shared: Path) -> None:
    """The bodies of the contract dossier, each with what its row of the table says."""
    folder = shared / "contracts/meta-messenger"
    cases = {case["name"]: case for case in json.loads((folder / "error-bodies.json").read_text("utf-8"))["cases"]}
    expected = {
        "token-expired": (FailureKind.AUTH, True),
        "outside-window-english": (FailureKind.WINDOW, True),
        "application-request-limit": (FailureKind.RATE_LIMIT, True),
        "person-unavailable-551": (FailureKind.RECIPIENT, True),
        "reduce-the-amount-of-data": (FailureKind.SERVER, False),
    }
    assert set(cases) == set(expected)
    for name, case in cases.items():
        desk = page_desk(always(case["body"], case["http"], case.get("headers")))
        told = failure_of(desk.connector.send(reply())).failure
        assert (told.kind, told.certain) == expected[name], name
    more = json.loads((folder / "python-facebook-recorded.json").read_text("utf-8"))["files"]
    for name in ("base/error_data.json", "error.json"):
        told = failure_of(page_desk(always(more[name], 400)).connector.whoami()).failure
        assert (told.kind, told.trace) == (FailureKind.PERMISSION, more[name]["error"]["fbtrace_id"])
    rest = json.loads((folder / "restfb-fixtures.json").read_text("utf-8"))["files"]
    for name, kind in (("exampleErrorNew.json", FailureKind.AUTH), ("exampleOauthError.json", FailureKind.MALFORMED)):
        assert failure_of(page_desk(always(rest[name], 400)).connector.whoami()).failure.kind is kind


def test_an_error_inside_a_200_is_an_error() -> None:
    desk = page_desk(lambda _asked: Said({"error": {"code": 10, "error_subcode": 2018278}}))
    assert failure_of(desk.connector.send(reply())).failure.kind is FailureKind.WINDOW


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_no_way_for_a_message(status: int) -> None:
    desk = page_desk(lambda _asked: Said(b"", status, {"location": "https://evil.example/"}))
    told = failure_of(desk.connector.send(reply())).failure
    assert (told.certain, told.retry_at) == (True, None)
    assert len(desk.net.asked) == 1


def test_without_a_token_nothing_is_asked() -> None:
    desk = page_desk(lambda _asked: Said(), secret={})
    failure = failure_of(desk.connector.whoami())
    assert (failure.failure.kind, failure.health) == (FailureKind.AUTH, Health.NEEDS_SIGN_IN)
    assert not desk.net.asked


def test_a_limit_is_free_again_when_the_headers_say() -> None:
    usage = '{"1":[{"call_count":100,"estimated_time_to_regain_access":7}]}'
    headers = {"x-business-use-case-usage": usage}
    desk = page_desk(lambda _asked: Said({"error": {"code": 80006}}, 400, headers))
    assert failure_of(desk.connector.send(reply())).failure.retry_at == NOON + 7 * MINUTE
    assert failure_of(desk.connector.send(reply())).failure.retry_at == NOON + 7 * MINUTE
    assert len(desk.net.asked) == 1, "nothing is asked before then"


def test_usage_of_a_hundred_per_cent_stops_after_this_answer() -> None:
    desk = page_desk(lambda _asked: Said({"id": PAGE, "name": "Seite"}, 200, {"x-app-usage": '{"call_count":100}'}))
    assert asyncio.run(desk.connector.whoami()).name == "Seite"
    failure = failure_of(desk.connector.whoami())
    assert (failure.failure.kind, failure.failure.retry_at) == (FailureKind.RATE_LIMIT, NOON + 15 * MINUTE)


def test_unknown_failures_keep_to_status() -> None:
    assert not graph_failure(400, {}, sending=True, now=NOON).failure.certain
    assert graph_failure(400, {}, sending=False, now=NOON).failure.certain
