"""The simulated page answers reads as the contract dossier says (2.1, 2.2)."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from switchboard_app.model.times import HOUR, MINUTE
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.facebook_nodes import DETAILED
from switchboard_app.training.truth import SimulatedFile
from tests.platforms import FakeClock, ask

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x03\x20\x00\x00\x02\x58\x08\x02\x00\x00\x00"


def conversations(facebook: SimulatedFacebook, **parameters: str) -> dict[str, Any]:
    answer = ask(facebook, "GET", "/v26.0/me/conversations", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_conversations_come_newest_first_and_tell_only_what_was_asked(
    facebook: SimulatedFacebook, clock: FakeClock
) -> None:
    for key in ("anna", "beat", "carla"):
        facebook.say(key, f"Grüezi von {key}")
        clock.forward(MINUTE)
    facebook.say("anna", "noch etwas")

    body = conversations(facebook)

    assert [set(entry) for entry in body["data"]] == [{"id", "updated_time"}] * 3
    told = conversations(facebook, fields="snippet,participants{name}")["data"]
    assert [entry["snippet"] for entry in told] == ["noch etwas", "Grüezi von carla", "Grüezi von beat"]
    assert told[0]["participants"]["data"] == [{"name": "anna"}, {"name": "Rathaus Basel"}]


def test_paging_goes_on_behind_the_cursor_although_the_list_moves(
    facebook: SimulatedFacebook, clock: FakeClock
) -> None:
    for number in range(7):
        facebook.say(f"p{number}", "hoi")
        clock.forward(MINUTE)
    first = conversations(facebook, limit="2", fields="id,snippet")
    facebook.say("p0", "ich komme jetzt zuoberst")

    second = ask(facebook, "GET", first["paging"]["next"]).json()
    third = ask(facebook, "GET", second["paging"]["next"]).json()

    seen = [entry["id"] for page in (first, second, third) for entry in page["data"]]
    assert len(seen) == len(set(seen)) == 6, "p0 moved to the top; nobody else is lost or told twice"
    assert "next" not in third["paging"]
    assert f"access_token={facebook.token}" in first["paging"]["next"], "as the platform does it: never to be logged"


def test_nested_messages_are_limited_and_have_their_own_cursors(facebook: SimulatedFacebook) -> None:
    for number in range(5):
        facebook.say("anna", f"Zeile {number}")
    (entry,) = conversations(facebook, fields="messages.limit(2){id,message,from,to}")["data"]
    page = entry["messages"]
    assert [message["message"] for message in page["data"]] == ["Zeile 4", "Zeile 3"]
    assert set(page["data"][0]) == {"id", "message", "from", "to"}
    rest = ask(
        facebook,
        "GET",
        f"/v26.0/{entry['id']}/messages",
        params={"fields": "message", "after": page["paging"]["cursors"]["after"]},
    ).json()
    assert [message["message"] for message in rest["data"]] == ["Zeile 2", "Zeile 1", "Zeile 0"]


def test_one_person_can_be_found(facebook: SimulatedFacebook) -> None:
    facebook.say("anna", "hoi")
    facebook.say("beat", "sali")
    beat = facebook.people["beat"].id
    assert len(conversations(facebook, user_id=beat)["data"]) == 1
    assert conversations(facebook, user_id="1") == {"data": []}, "an empty page has no paging"
    assert conversations(facebook, platform="instagram") == {"data": []}


def test_only_the_newest_messages_have_details_and_older_ones_pretend_to_be_deleted(
    facebook: SimulatedFacebook,
) -> None:
    said = [facebook.say("anna", f"Zeile {number}") for number in range(DETAILED + 3)]
    page = ask(
        facebook,
        "GET",
        f"/v26.0/{said[0].conversation}/messages",
        params={"fields": "id,created_time,message", "limit": "100"},
    ).json()["data"]
    assert len(page) == DETAILED + 3, "every id comes back"
    assert ["message" in message for message in page] == [True] * DETAILED + [False] * 3
    refused = ask(facebook, "GET", f"/v26.0/{said[0].id}", params={"fields": "message"})
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == 100
    assert "deleted" in refused.json()["error"]["message"]
    assert ask(facebook, "GET", f"/v26.0/{said[-1].id}", params={"fields": "message"}).json()["message"] == "Zeile 22"


@pytest.mark.parametrize(
    ("path", "fields", "node_type"),
    [
        ("{conversation}", "id,colour", "UnifiedThread"),
        ("{message}", "id,colour", "UnifiedMessage"),
        ("me", "colour", "Page"),
    ],
)
def test_a_field_that_does_not_exist_is_refused(
    facebook: SimulatedFacebook, path: str, fields: str, node_type: str
) -> None:
    said = facebook.say("anna", "hoi")
    address = path.format(conversation=said.conversation, message=said.id)
    error = ask(facebook, "GET", f"/v26.0/{address}", params={"fields": fields}).json()["error"]
    assert error["code"] == 100
    assert f"(colour) on node type ({node_type})" in error["message"]


@pytest.mark.parametrize(
    "file",
    [
        SimulatedFile("loch.png", "image/png", PNG),
        SimulatedFile("film.mp4", "video/mp4", b"film"),
        SimulatedFile("plan ä.pdf", "application/pdf", b"%PDF"),
    ],
    ids=lambda file: file.mime,
)
def test_an_attachment_leads_to_its_bytes_for_an_hour(
    facebook: SimulatedFacebook, clock: FakeClock, file: SimulatedFile
) -> None:
    said = facebook.say("anna", "", attachments=[file])
    fields = "message,attachments{id,mime_type,name,size,image_data,video_data,file_url}"
    record = ask(facebook, "GET", f"/v26.0/{said.id}", params={"fields": fields}).json()
    assert record["message"] == ""
    (named,) = record["attachments"]["data"]
    address = named.get("image_data", named.get("video_data", {})).get("url") or named["file_url"]
    assert ask(facebook, "GET", address, headers={}).content == file.content
    if file.mime == "image/png":
        assert (named["image_data"]["width"], named["image_data"]["height"]) == (800, 600)
    clock.forward(2 * HOUR)
    assert ask(facebook, "GET", address, headers={}).status_code == 403


def test_a_withheld_attachment_is_only_named(facebook: SimulatedFacebook) -> None:
    said = facebook.say("anna", "", attachments=[SimulatedFile("x.jpg", "image/jpeg", b"x", withheld=True)])
    (named,) = ask(facebook, "GET", f"/{said.id}", params={"fields": "attachments"}).json()["attachments"]["data"]
    assert set(named) == {"id", "name"}
    assert "Europe" in named["name"]


def test_a_sticker_is_a_field_of_its_own(facebook: SimulatedFacebook) -> None:
    said = facebook.say("anna", "", attachments=[SimulatedFile("s.png", "image/png", PNG, sticker=True)])
    record = ask(facebook, "GET", f"/{said.id}", params={"fields": "sticker,attachments"}).json()
    assert ask(facebook, "GET", record["sticker"], headers={}).content == PNG
    assert "attachments" not in record, "fields without a value are left out"


@pytest.mark.parametrize(("asked", "answered"), [("v26.0", "v26.0"), ("v24.0", "v24.0"), ("v2.8", "v21.0")])
def test_every_version_is_spoken_and_a_dead_one_answered_by_the_oldest(
    facebook: SimulatedFacebook, asked: str, answered: str
) -> None:
    answer = ask(facebook, "GET", f"/{asked}/me")
    assert answer.json() == {"name": "Rathaus Basel", "id": facebook.own_id}
    assert answer.headers["facebook-api-version"] == answered


def test_tokens(facebook: SimulatedFacebook) -> None:
    accounts = ask(
        facebook,
        "GET",
        "/me/accounts",
        params={"fields": "id,name,access_token,tasks", "access_token": facebook.user_token},
        headers={},
    ).json()["data"]
    assert accounts[0]["access_token"] == facebook.token
    assert "MESSAGING" in accounts[0]["tasks"]
    record = ask(facebook, "GET", "/debug_token", params={"input_token": facebook.token}).json()["data"]
    assert record["is_valid"] is True
    assert record["expires_at"] == 0
    facebook.kill_token(460)
    dead = ask(facebook, "GET", "/me").json()["error"]
    assert (dead["code"], dead["error_subcode"]) == (190, 460)
    via_user = {"Authorization": f"Bearer {facebook.user_token}"}
    record = ask(facebook, "GET", "/debug_token", params={"input_token": facebook.token}, headers=via_user).json()[
        "data"
    ]
    assert record["is_valid"] is False
    facebook.revive_token("EAAnew")
    assert ask(facebook, "GET", "/me").status_code == 200


@pytest.mark.parametrize(("headers", "code"), [({}, 2500), ({"Authorization": "Bearer nonsense"}, 190)])
def test_without_a_good_token_nothing_is_told(facebook: SimulatedFacebook, headers: dict[str, str], code: int) -> None:
    answer = ask(facebook, "GET", "/me", headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["fbtrace_id"]


def test_the_proof_of_the_app_secret_may_be_demanded(clock: FakeClock) -> None:
    facebook = SimulatedFacebook(clock, app_secret="topf")
    assert ask(facebook, "GET", "/me").json()["error"]["code"] == 100
    proof = hmac.new(b"topf", facebook.token.encode(), hashlib.sha256).hexdigest()
    assert ask(facebook, "GET", "/me", params={"appsecret_proof": proof}).status_code == 200
    assert ask(facebook, "GET", "/me", params={"appsecret_proof": "0" * 64}).status_code == 400


def test_usage_climbs_to_the_limit_and_refuses_above_it(clock: FakeClock) -> None:
    facebook = SimulatedFacebook(clock, calls_per_hour=4)
    counts = [ask(facebook, "GET", "/me").headers["x-app-usage"] for _ in range(4)]
    assert '"call_count": 25' in counts[0]
    assert '"call_count": 100' in counts[3]
    refused = ask(facebook, "GET", "/me")
    assert refused.json()["error"]["code"] == 4
    assert refused.json()["error"]["is_transient"] is True
    clock.forward(HOUR)
    assert ask(facebook, "GET", "/me").status_code == 200


def test_too_much_at_once_asks_for_less(clock: FakeClock) -> None:
    facebook = SimulatedFacebook(clock, most_items=10)
    for number in range(6):
        facebook.say(f"p{number}", "hoi")
    fields = "id,messages.limit(5){id}"
    refused = ask(facebook, "GET", "/me/conversations", params={"fields": fields, "limit": "6"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (500, 1)
    assert ask(facebook, "GET", "/me/conversations", params={"fields": fields, "limit": "3"}).status_code == 200


def test_errors_are_localised_so_that_nobody_reads_the_words(clock: FakeClock) -> None:
    words = set()
    for locale in ("de_DE", "en_US"):
        facebook = SimulatedFacebook(clock, locale=locale)
        facebook.kill_token()
        words.add(ask(facebook, "GET", "/me").json()["error"]["message"])
    assert len(words) == 2


def test_several_nodes_at_once(facebook: SimulatedFacebook) -> None:
    one, two = facebook.say("anna", "hoi"), facebook.say("anna", "sali")
    both = ask(facebook, "GET", "/v26.0/", params={"ids": f"{one.id},{two.id}", "fields": "message"}).json()
    assert {key: value["message"] for key, value in both.items()} == {one.id: "hoi", two.id: "sali"}
