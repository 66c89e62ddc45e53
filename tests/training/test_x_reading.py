"""The simulated X account answers reads as the contract dossier says (1.1 to 1.4)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from switchboard_app.model.times import DAY, MINUTE, Millis
from switchboard_app.training.truth import SimulatedFile
from switchboard_app.training.x import SimulatedX
from tests.platforms import FakeClock, ask

SAFE_FIELDS = "id,event_type,text,created_at,dm_conversation_id,attachments,entities"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x03\x20\x00\x00\x02\x58\x08\x02\x00\x00\x00"


def events(x: SimulatedX, path: str = "/2/dm_events", **parameters: str) -> dict[str, Any]:
    answer = ask(x, "GET", path, params={name.replace("__", "."): value for name, value in parameters.items()})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_without_fields_there_is_no_sender_and_no_time(x: SimulatedX) -> None:
    x.say("anna", "Grüezi")
    (event,) = events(x)["data"]
    assert set(event) == {"id", "event_type", "text"}


def test_with_fields_and_expansions_everything_is_told(x: SimulatedX, clock: FakeClock) -> None:
    x.add_person("anna", "Anna Muster 🙂", "anna_m")
    said = x.say("anna", "Siehe https://bs.ch/x")
    body = events(x, dm_event__fields=SAFE_FIELDS, expansions="sender_id")
    (event,) = body["data"]
    person = x.people["anna"]
    assert event["created_at"] == "2026-11-21T12:00:00.000Z"
    assert event["sender_id"] == person.id
    assert event["dm_conversation_id"] == "-".join(sorted((person.id, x.own_id), key=int)) == said.conversation
    assert event["entities"]["urls"][0]["expanded_url"] == "https://bs.ch/x"
    assert body["includes"]["users"] == [{"id": person.id, "name": "Anna Muster 🙂", "username": "anna_m"}]


def test_ids_are_strings_beyond_two_to_the_53(x: SimulatedX) -> None:
    x.say("anna", "hoi")
    (event,) = events(x)["data"]
    assert isinstance(event["id"], str)
    assert int(event["id"]) > 2**53
    assert int(x.people["anna"].id) > 2**53
    assert int(x.people["anna"].id) < 2**63


def test_an_empty_result_has_no_data(x: SimulatedX) -> None:
    assert events(x) == {"meta": {"result_count": 0}}


def test_pages_go_newest_first_to_an_empty_one(x: SimulatedX, clock: FakeClock) -> None:
    for number in range(5):
        x.say("anna", f"Zeile {number}", clock.forward(MINUTE))
    seen: list[str] = []
    body = events(x, max_results="2")
    while body["meta"]["result_count"]:
        seen += [event["text"] for event in body["data"]]
        assert re.fullmatch(r"[0-9A-VZ]{16,}", body["meta"]["next_token"]), "also on a page that is not full"
        body = events(x, max_results="2", pagination_token=body["meta"]["next_token"])
    assert seen == [f"Zeile {number}" for number in (4, 3, 2, 1, 0)]
    assert "next_token" not in body["meta"]


def test_one_can_go_back_to_what_is_newer(x: SimulatedX, clock: FakeClock) -> None:
    for number in range(4):
        x.say("anna", f"Zeile {number}", clock.forward(MINUTE))
    older = events(x, max_results="2", pagination_token=events(x, max_results="2")["meta"]["next_token"])
    newer = events(x, max_results="2", pagination_token=older["meta"]["previous_token"])
    assert [event["text"] for event in newer["data"]] == ["Zeile 3", "Zeile 2"]


def test_next_token_can_be_left_off_the_last_page(clock: FakeClock) -> None:
    x = SimulatedX(clock, always_next=False)
    x.say("anna", "hoi")
    assert "next_token" not in events(x)["meta"]


def test_what_is_older_than_thirty_days_is_not_returned(x: SimulatedX, clock: FakeClock) -> None:
    x.say("anna", "alt")
    clock.forward(30 * DAY)
    assert events(x)["meta"]["result_count"] == 1
    clock.forward(1)
    assert events(x)["meta"]["result_count"] == 0
    assert len(x.truth()) == 1


def test_one_conversation_by_person_and_by_id(x: SimulatedX) -> None:
    said = x.say("anna", "hoi")
    x.say("beat", "sali")
    for path in (f"with/{x.people['anna'].id}", said.conversation):
        body = events(x, f"/2/dm_conversations/{path}/dm_events")
        assert [event["text"] for event in body["data"]] == ["hoi"]
    assert events(x, "/2/dm_conversations/with/5/dm_events") == {"meta": {"result_count": 0}}
    assert events(x, f"/2/dm_events/{said.id}")["data"]["text"] == "hoi"
    assert events(x, "/2/dm_events/1")["errors"][0]["resource_type"] == "dm_event"


@pytest.mark.parametrize(
    ("spec", "parameter", "value", "refused"),
    [
        ("2.167", "dm_event.fields", "id,sender_id", True),
        ("2.167", "dm_event.fields", "participant_ids", True),
        ("2.167", "dm_event.fields", SAFE_FIELDS, False),
        ("2.166", "dm_event.fields", "id,sender_id,participant_ids,referenced_tweets", False),
        ("2.166", "dm_event.fields", "colour", True),
        ("2.167", "expansions", "referenced_posts", False),
        ("2.166", "expansions", "referenced_posts", True),
        ("2.167", "expansions", "referenced_tweets.id", True),
        ("2.167", "max_results", "0", True),
        ("2.167", "max_results", "101", True),
        ("2.167", "max_results", "viele", True),
        ("2.167", "max_results", "1", False),
        ("2.167", "pagination_token", "short", True),
        ("2.167", "pagination_token", "A" * 24, True),
        ("2.167", "event_types", "MessageCreate", False),
        ("2.167", "event_types", "Reaction", True),
        ("2.167", "since_id", "5", True),
        ("2.166", "tweet.fields", "text", False),
        ("2.167", "tweet.fields", "text", True),
    ],
)
def test_parameters_are_those_of_the_specification(
    clock: FakeClock, spec: str, parameter: str, value: str, refused: bool
) -> None:
    x = SimulatedX(clock, spec=spec)
    answer = ask(x, "GET", "/2/dm_events", params={parameter: value})
    assert answer.status_code == (400 if refused else 200), answer.text
    if refused:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"].endswith("/invalid-request")
        assert parameter in answer.json()["errors"][0]["parameters"]


def test_the_sender_comes_as_a_field_in_2_166(clock: FakeClock) -> None:
    x = SimulatedX(clock, spec="2.166")
    x.say("anna", "https://bs.ch")
    (event,) = events(x, dm_event__fields="sender_id,entities")["data"]
    assert event["sender_id"] == x.people["anna"].id
    assert event["urls"], "in 2.166 the entities stand at the top"


def test_a_picture_is_named_on_the_old_host_and_its_bytes_come_by_its_three_ids(x: SimulatedX) -> None:
    said = x.say("anna", "", attachments=[SimulatedFile("loch.png", "image/png", PNG)])
    body = events(x, expansions="attachments.media_keys", media__fields="url,width,height")
    (medium,) = body["includes"]["media"]
    assert body["data"][0]["attachments"] == {"media_keys": [medium["media_key"]]}
    assert "text" not in body["data"][0]
    assert (medium["type"], medium["width"], medium["height"]) == ("photo", 800, 600)
    host, _, ids = medium["url"].partition("/1.1/ton/data/dm/")
    assert (host, ids.split("/")[0]) == ("https://ton.twitter.com", said.id)
    answer = ask(x, "GET", f"/2/dm_conversations/media/{ids}")
    assert (answer.content, answer.headers["content-type"]) == (PNG, "application/octet-stream")
    assert ask(x, "GET", f"/2/dm_conversations/media/{ids}x").status_code == 404
    assert ask(x, "GET", f"/2/dm_conversations/media/{ids}", headers={}).status_code == 401


def test_the_three_reads_share_one_budget_and_the_headers_tell_it(x: SimulatedX, clock: FakeClock) -> None:
    said = x.say("anna", "hoi")
    paths = (
        "/2/dm_events",
        f"/2/dm_conversations/{said.conversation}/dm_events",
        "/2/dm_conversations/with/5/dm_events",
    )
    left = []
    for turn in range(15):
        answer = ask(x, "GET", paths[turn % 3])
        assert answer.status_code == 200
        left.append(int(answer.headers["x-rate-limit-remaining"]))
        clock.forward(1000)
    assert left == list(range(14, -1, -1))
    refused = ask(x, "GET", paths[0])
    assert refused.status_code == 429
    assert refused.json()["title"] == "Too Many Requests"
    assert refused.headers["x-rate-limit-limit"] == "15"
    reset = int(refused.headers["x-rate-limit-reset"]) * 1000
    assert reset - clock() == 15 * MINUTE - 15_000
    assert ask(x, "GET", "/2/users/me").status_code == 200, "another bucket"
    clock.forward(reset - clock())
    assert ask(x, "GET", paths[1]).headers["x-rate-limit-remaining"] == "14"


def test_budgets_can_be_changed(clock: FakeClock) -> None:
    x = SimulatedX(clock, limits={"dm-read": 2})
    assert [ask(x, "GET", "/2/dm_events").status_code for _ in range(3)] == [200, 200, 429]


def test_what_was_just_sent_may_lag_in_the_list_but_not_in_the_conversation(x: SimulatedX, clock: FakeClock) -> None:
    x.rules.read_lag_ms = 30_000
    x.say("anna", "hoi")
    anna = x.people["anna"].id
    ask(x, "POST", f"/2/dm_conversations/with/{anna}/messages", json={"text": "Grüezi"})
    assert events(x)["meta"]["result_count"] == 1
    assert events(x, f"/2/dm_conversations/with/{anna}/dm_events")["meta"]["result_count"] == 2
    clock.forward(30_000)
    assert events(x)["meta"]["result_count"] == 2


def test_what_comes_late_stands_where_its_time_belongs(x: SimulatedX, clock: FakeClock) -> None:
    x.say("anna", "spät", visible_at=Millis(clock.forward(1000) + 60_000))
    clock.forward(1000)
    x.say("anna", "neuer")
    assert [event["text"] for event in events(x)["data"]] == ["neuer"]
    clock.forward(60_000)
    assert [event["text"] for event in events(x)["data"]] == ["neuer", "spät"]


def test_who_may_read(x: SimulatedX) -> None:
    answers = {
        "none": ask(x, "GET", "/2/dm_events", headers={}),
        "wrong": ask(x, "GET", "/2/dm_events", headers={"Authorization": "Bearer nonsense"}),
        "app": ask(x, "GET", "/2/dm_events", headers={"Authorization": f"Bearer {x.tokens.app_only}"}),
    }
    assert [answer.status_code for answer in answers.values()] == [401, 401, 403]
    assert answers["wrong"].json()["type"] == "about:blank"
    assert answers["app"].json()["type"].endswith("/unsupported-authentication")
    x.tokens.scopes = ("tweet.read", "users.read")
    missing = ask(x, "GET", "/2/dm_events")
    assert (missing.status_code, missing.json()["detail"]) == (403, "Forbidden")
    x.rules.credits = False
    assert ask(x, "GET", "/2/users/me").status_code == 402


def test_an_unknown_route_has_an_empty_body(x: SimulatedX) -> None:
    for method, path in (
        ("GET", "/2/dm_event"),
        ("PUT", "/2/dm_events"),
        ("POST", "/2/oauth2/tokens"),
        ("GET", "/1.1/x"),
    ):
        answer = ask(x, method, path)
        assert (answer.status_code, answer.content) == (404, b"")
