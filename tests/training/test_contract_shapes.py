"""The simulated platforms answer in the shapes of the recordings and of X's specification beside the checkout."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.truth import SimulatedFile
from switchboard_app.training.x import SimulatedX
from tests.platforms import FakeClock, ask

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x03\x20\x00\x00\x02\x58\x08\x02\x00\x00\x00"


def shape(value: object) -> object:
    """The members of a JSON value without what they say; of a list its first entry."""
    if isinstance(value, dict):
        return {key: shape(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def load(shared: Path, *parts: str) -> Any:
    file = shared.joinpath("contracts", *parts)
    if not file.is_file():
        pytest.skip(f"no {'/'.join(parts)} in ../shared/contracts")
    return json.loads(file.read_text(encoding="utf-8"))


# --- Facebook ------------------------------------------------------------------------------------------------------


def recorded(shared: Path, name: str) -> Any:
    for file in ("python-facebook-recorded.json", "python-facebook-recorded-more.json", "restfb-fixtures.json"):
        files = load(shared, "meta-messenger", file)["files"]
        if name in files:
            return files[name]
    raise AssertionError(f"no recording {name}")


MESSAGE_FIELDS = (
    "id,created_time,from,to,tags,message,attachments{id,mime_type,name,size,image_data,video_data,file_url}"
)


def test_a_message_with_a_picture(shared: Path, facebook: SimulatedFacebook) -> None:
    said = facebook.say("anna", "Love is peace!😏", attachments=[SimulatedFile("image-1", "image/jpeg", PNG)])
    told = ask(facebook, "GET", f"/v10.0/{said.id}", params={"fields": MESSAGE_FIELDS}).json()
    assert shape(told) == shape(recorded(shared, "facebook/models/message.json"))


def test_a_message_with_a_film(shared: Path, facebook: SimulatedFacebook) -> None:
    said = facebook.say("anna", "", attachments=[SimulatedFile("video-1.mp4", "video/mp4", b"film")])
    fields = MESSAGE_FIELDS.replace("message,", "")
    told = ask(facebook, "GET", "/v10.0/", params={"ids": said.id, "fields": fields}).json()
    recording = list(recorded(shared, "facebook/apidata/messages/messages_info.json").values())[1]
    assert shape(told[said.id]) == shape(recording)


def test_a_conversation(shared: Path, facebook: SimulatedFacebook) -> None:
    said = facebook.say("anna", "asfhasjkfa")
    recording = recorded(shared, "facebook/models/conversation.json")
    told = ask(facebook, "GET", f"/v10.0/{said.conversation}", params={"fields": ",".join(recording)}).json()
    assert shape(told) == shape(recording)
    assert re.fullmatch(r"/\d+/inbox/\d+/", told["link"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", told["updated_time"])


def test_accounts_and_token(shared: Path, facebook: SimulatedFacebook) -> None:
    user = {"Authorization": f"Bearer {facebook.user_token}"}
    told = ask(facebook, "GET", "/me/accounts", headers=user).json()
    assert shape(told) == shape(recorded(shared, "base/user_accounts_token.json"))
    token = ask(facebook, "GET", "/debug_token", params={"input_token": facebook.token}).json()["data"]
    assert set(recorded(shared, "base/token_info.json")["data"]) <= set(token)


@pytest.mark.parametrize(
    ("case", "refusal"),
    [
        ("token-expired", "token"),
        ("outside-window-english", "window"),
        ("application-request-limit", "limit"),
        ("person-unavailable-551", "unavailable"),
    ],
)
def test_error_bodies(shared: Path, clock: FakeClock, case: str, refusal: str) -> None:
    cases = {one["name"]: one for one in load(shared, "meta-messenger", "error-bodies.json")["cases"]}
    facebook = SimulatedFacebook(clock, locale="en_US")
    facebook.faults.add("GET /me", faults.refused(refusal))
    told = ask(facebook, "GET", "/me")
    assert told.status_code == cases[case]["http"]
    assert shape(told.json()) == shape(cases[case]["body"])
    same = ("code", "error_subcode", "type")
    assert [told.json()["error"].get(name) for name in same] == [
        cases[case]["body"]["error"].get(name) for name in same
    ]


# --- X -------------------------------------------------------------------------------------------------------------

HEADERS = {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", "content-type", "x-access-level"}


@pytest.mark.parametrize(
    "name", ["recorded-tweepy-sync-dm.json", "recorded-tweepy-async-dm.json", "recorded-tweepy-get-me.json"]
)
def test_recorded_conversations_with_x_go_the_same_way(shared: Path, clock: FakeClock, name: str) -> None:
    recording = load(shared, "x", name)["interactions"]
    x = SimulatedX(clock)
    x.rules.read_lag_ms = 60_000  # the recording reads the list within a second of the sends, and finds nothing
    people = {"750362064426721281", "145336962", *re.findall(r"with/(\d+)/", json.dumps(recording))}
    for number, person_id in enumerate(sorted(people)):
        x.add_person(f"p{number}", person_id=person_id)
    for exchange in recording:
        request, response = exchange["request"], exchange["response"]
        address = urlsplit(request["url"])
        clock.forward(50)
        told = ask(x, request["method"], f"{address.path}?{address.query}", json=request["body"])
        assert told.status_code == response["status"], f"{request['method']} {address.path}: {told.text}"
        assert shape(told.json()) == shape(response["body"]), address.path
        assert set(response["headers"]) & {*HEADERS, "location"} <= set(told.headers)
        if "location" in response["headers"]:
            assert re.search(r'/2/dm_events/"\d+"$', told.headers["location"])


@pytest.mark.parametrize(
    ("case", "refusal"),
    [
        ("forbidden-scope-missing", "scope"),
        ("recipient-does-not-accept", "no-permission"),
        ("usage-cap", "usage-cap"),
        ("unauthorized", "token"),
        ("legacy-errors-array-429", "legacy-limit"),
    ],
)
def test_problem_bodies(shared: Path, x: SimulatedX, case: str, refusal: str) -> None:
    cases = {one["name"]: one for one in load(shared, "x", "error-bodies.json")["cases"]}
    x.faults.add("GET /2/users/me", faults.refused(refusal))
    told = ask(x, "GET", "/2/users/me")
    assert told.status_code == cases[case]["http"]
    assert shape(told.json()) == shape(cases[case]["body"])
    assert told.json().get("detail") == cases[case]["body"].get("detail")
    assert told.json().get("type") == cases[case]["body"].get("type")


class Specification:
    """As much of OpenAPI as it takes to check an answer: references, members, types, patterns, lists of values."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema behind a reference, with the members of all its parts."""
        while "$ref" in schema:
            target: Any = self._document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            schema = target
        parts = [self._resolved(part) for part in schema.get("allOf", ())]
        members = {name: member for part in (*parts, schema) for name, member in part.get("properties", {}).items()}
        return {**schema, "properties": members} if members else schema

    def check_answer(self, method: str, path: str, status: int, body: object) -> None:
        responses = self._document["paths"][path][method]["responses"]
        content = responses.get(str(status), responses["default"])["content"]
        kind = "application/json" if status < 400 else "application/problem+json"
        self.check(body, content[kind]["schema"], f"{method} {path}")

    def check(self, value: object, schema: dict[str, Any], where: str) -> None:
        schema = self._resolved(schema)
        choice = schema.get("discriminator", {"propertyName": "", "mapping": {}})
        if isinstance(value, dict) and value.get(choice["propertyName"]) in choice["mapping"]:
            schema = self._resolved({"$ref": choice["mapping"][value[choice["propertyName"]]]})
        if "enum" in schema:
            assert value in schema["enum"], where
        kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
        if schema.get("type") in kinds:
            assert isinstance(value, kinds[schema["type"]]), f"{where} is {value!r}"
        if isinstance(value, str) and "pattern" in schema:
            assert re.search(schema["pattern"], value), f"{where} is {value!r}"
        if isinstance(value, list):
            for entry in value:
                self.check(entry, schema.get("items", {}), f"{where}[]")
        if isinstance(value, dict) and "properties" in schema:
            # 2.166 requires a member `meta` of uploads that it does not define.
            assert set(schema.get("required", ())) & set(schema["properties"]) <= set(value), where
            for name, member in value.items():
                assert name in schema["properties"], f"{where}: {name} is not in the specification"
                self.check(member, schema["properties"][name], f"{where}.{name}")


@pytest.mark.parametrize("version", ["2.166", "2.167"])
def test_answers_of_x_follow_the_official_specification(shared: Path, clock: FakeClock, version: str) -> None:
    specification = Specification(load(shared, "x", f"openapi-dm-subset-{version}.json"))
    x = SimulatedX(clock, spec=version)
    x.add_person("anna", "Anna", "anna_m")
    said = x.say("anna", "https://bs.ch", attachments=[SimulatedFile("a.png", "image/png", PNG)])
    x.say("anna", "", attachments=[SimulatedFile("a.mp4", "video/mp4", b"film")])
    anna = x.people["anna"].id
    asked = {
        "dm_event.fields": "id,event_type,text,created_at,dm_conversation_id,attachments,entities",
        "expansions": "sender_id,attachments.media_keys",
        "media.fields": "url,type,width,height,preview_image_url,variants",
        "user.fields": "created_at,description,profile_image_url,protected,verified,verified_type",
    }
    reads = {
        "/2/dm_events": "/2/dm_events",
        "/2/dm_conversations/with/{participant_id}/dm_events": f"/2/dm_conversations/with/{anna}/dm_events",
        "/2/dm_conversations/{id}/dm_events": f"/2/dm_conversations/{said.conversation}/dm_events",
        "/2/dm_events/{event_id}": f"/2/dm_events/{said.id}",
        "/2/users/me": "/2/users/me",
    }
    for template, path in reads.items():
        told = ask(x, "GET", path, params=asked if "dm_" in path else {})
        assert told.status_code == 200, told.text
        specification.check_answer("get", template, 200, told.json())
    for template in (
        "/2/dm_conversations/with/{participant_id}/messages",
        "/2/dm_conversations/{dm_conversation_id}/messages",
    ):
        path = template.format(participant_id=anna, dm_conversation_id=said.conversation)
        told = ask(x, "POST", path, json={"text": "Grüezi"})
        specification.check_answer("post", template, told.status_code, told.json())
    begun = ask(x, "POST", "/2/media/upload/initialize", json={"total_bytes": 0, "media_category": "dm_image"})
    specification.check_answer("post", "/2/media/upload/initialize", 200, begun.json())
    finalize = f"/2/media/upload/{begun.json()['data']['id']}/finalize"
    specification.check_answer("post", "/2/media/upload/{id}/finalize", 200, ask(x, "POST", finalize).json())
    told = ask(x, "DELETE", f"/2/dm_events/{said.id}")
    specification.check_answer("delete", "/2/dm_events/{event_id}", 200, told.json())
