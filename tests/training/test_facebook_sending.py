"""The simulated page takes and refuses replies as the contract dossier says (2.3, 2.6)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from switchboard_app.model.times import DAY, HOUR, MINUTE
from switchboard_app.training.facebook import SimulatedFacebook
from tests.platforms import FakeClock, ask


def reply(facebook: SimulatedFacebook, text: str = "Guten Tag", **members: Any) -> httpx.Response:
    body = {"recipient": {"id": facebook.people["anna"].id}, "messaging_type": "RESPONSE", "message": {"text": text}}
    return ask(facebook, "POST", "/v26.0/me/messages", json={**body, **members})


def code_of(answer: httpx.Response) -> tuple[int, int | None]:
    error = answer.json()["error"]
    return error["code"], error.get("error_subcode")


TAGGED = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


@pytest.fixture(autouse=True)
def somebody_wrote(facebook: SimulatedFacebook) -> None:
    facebook.say("anna", "Wer flickt das Loch?")


def test_an_accepted_reply_is_in_the_truth_and_in_the_next_read(facebook: SimulatedFacebook) -> None:
    receipt = reply(facebook, "Das Tiefbauamt. 🙂").json()
    (sent,) = facebook.sent_by_us()
    assert receipt == {"recipient_id": facebook.people["anna"].id, "message_id": sent.id}
    record = ask(facebook, "GET", f"/{sent.id}", params={"fields": "message,from{id}"}).json()
    assert record["message"] == "Das Tiefbauamt. 🙂"
    assert record["from"] == {"id": facebook.own_id}


@pytest.mark.parametrize(
    ("waited", "members", "refused"),
    [
        (24 * HOUR, {}, None),
        (24 * HOUR + 1, {}, (10, 2018278)),
        (24 * HOUR + 1, TAGGED, None),
        (7 * DAY, TAGGED, None),
        (7 * DAY + 1, TAGGED, (10, 2018278)),
        (0, {"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}, (100, None)),
        (0, {"messaging_type": "MESSAGE_TAG"}, (100, None)),
        (0, {"tag": "HUMAN_AGENT"}, (100, None)),
        (0, {"messaging_type": "SHOUT"}, (100, None)),
        (0, {"message": {"text": "x" * 2000}}, None),
        (0, {"message": {"text": "x" * 2001}}, (100, None)),
        (0, {"message": {"text": ""}}, (100, None)),
        (0, {"message": {"text": 7}}, (100, None)),
        (0, {"message": "hoi"}, (100, None)),
        (0, {"recipient": {"id": "1"}}, (100, 2018001)),
        (0, {"recipient": {}}, (100, None)),
        (
            0,
            {"message": {"attachment": {"type": "image", "payload": {"url": "https://example.org/x"}}}},
            (100, 2018008),
        ),
        (0, {"message": {"attachment": {"type": "picture", "payload": {}}}}, (100, None)),
        (0, {"message": {"attachment": {"type": "image", "payload": {"attachment_id": "1"}}}}, (100, None)),
    ],
)
def test_windows_and_limits(
    facebook: SimulatedFacebook, clock: FakeClock, waited: int, members: dict[str, Any], refused: tuple[int, int] | None
) -> None:
    clock.forward(waited)
    answer = reply(facebook, **members)
    if refused is None:
        assert answer.status_code == 200, answer.text
    else:
        assert answer.status_code == 400
        assert code_of(answer) == refused
    assert len(facebook.sent_by_us()) == (refused is None), "a refusal accepts nothing"


def test_the_window_counts_from_the_persons_last_message(facebook: SimulatedFacebook, clock: FakeClock) -> None:
    clock.forward(20 * HOUR)
    reply(facebook, "wir melden uns")
    clock.forward(5 * HOUR)
    assert code_of(reply(facebook, "jetzt")) == (10, 2018278), "our own reply opens no window"
    facebook.say("anna", "und?")
    assert reply(facebook, "jetzt").status_code == 200


def test_what_a_page_may_not_do(facebook: SimulatedFacebook) -> None:
    person = facebook.people["anna"]
    facebook.rules.barred = True
    assert code_of(reply(facebook)) == (10, 1893063)
    facebook.rules.barred = False
    facebook.rules.owned_elsewhere = frozenset({person.id})
    assert code_of(reply(facebook)) == (10, 2018300)
    facebook.rules.owned_elsewhere = frozenset()
    facebook.rules.human_agent = False
    assert code_of(reply(facebook, **TAGGED)) == (10, None)
    facebook.people["anna"] = replace(person, accepts=False)
    assert code_of(reply(facebook)) == (551, 1545041)
    facebook.people["anna"] = person
    facebook.scopes = ("pages_show_list",)
    refused = reply(facebook)
    assert (refused.status_code, code_of(refused)) == (403, (200, None))
    assert facebook.sent_by_us() == ()


def upload(facebook: SimulatedFacebook, mime: str, path: str = "me/messages", kind: str = "image") -> httpx.Response:
    fields = {
        "recipient": json.dumps({"id": facebook.people["anna"].id}),
        "message": json.dumps({"attachment": {"type": kind, "payload": {"is_reusable": True}}}),
    }
    files = {"filedata": ("plan.png", b"\x89PNG\r\n\x1a\n\r\n--\r\n\x00", mime)}
    return ask(facebook, "POST", f"/v26.0/{path}", data=fields, files=files)


def test_an_uploaded_picture_arrives_byte_exact_and_its_id_lives_ninety_days(
    facebook: SimulatedFacebook, clock: FakeClock
) -> None:
    receipt = upload(facebook, "image/png").json()
    (sent,) = facebook.sent_by_us()
    assert (sent.text, sent.files[0].name, sent.files[0].content) == (
        "",
        "plan.png",
        b"\x89PNG\r\n\x1a\n\r\n--\r\n\x00",
    )
    again: dict[str, Any] = {
        "message": {"attachment": {"type": "image", "payload": {"attachment_id": receipt["attachment_id"]}}}
    }
    assert reply(facebook, **again).status_code == 200
    clock.forward(91 * DAY)
    facebook.say("anna", "bin wieder da")
    assert code_of(reply(facebook, **again)) == (100, None)


@pytest.mark.parametrize("mime", ["text/plain", "application/octet-stream"])
def test_a_part_of_the_wrong_type_is_refused(facebook: SimulatedFacebook, mime: str) -> None:
    assert code_of(upload(facebook, mime)) == (100, 2018047)


def test_a_file_can_be_stored_first(facebook: SimulatedFacebook) -> None:
    stored = upload(facebook, "image/png", "me/message_attachments").json()
    assert facebook.sent_by_us() == ()
    attachment = {"type": "image", "payload": {"attachment_id": stored["attachment_id"]}}
    assert reply(facebook, message={"attachment": attachment}).status_code == 200


def test_sender_actions_stand_alone_and_send_nothing(facebook: SimulatedFacebook) -> None:
    recipient = {"id": facebook.people["anna"].id}
    answer = ask(facebook, "POST", "/me/messages", json={"recipient": recipient, "sender_action": "mark_seen"})
    assert answer.json() == {"recipient_id": recipient["id"]}
    assert code_of(reply(facebook, sender_action="typing_on")) == (100, None)
    assert facebook.sent_by_us() == ()


def test_a_form_is_understood_like_json(facebook: SimulatedFacebook) -> None:
    fields = {"recipient": json.dumps({"id": facebook.people["anna"].id}), "message": json.dumps({"text": "Grüezi"})}
    assert ask(facebook, "POST", f"/v26.0/{facebook.own_id}/messages", data=fields).status_code == 200
    assert ask(facebook, "POST", "/me/messages", content=b"{", headers=None).status_code == 400
    assert [message.text for message in facebook.sent_by_us()] == ["Grüezi"]


def test_a_reply_typed_elsewhere_is_ours_but_not_sent_by_us(facebook: SimulatedFacebook, clock: FakeClock) -> None:
    clock.forward(MINUTE)
    typed = facebook.say_as_page("anna", "Aus der Meta-Inbox")
    assert typed.ours
    assert facebook.sent_by_us() == ()
    (entry,) = ask(facebook, "GET", "/me/conversations", params={"fields": "snippet,unread_count"}).json()["data"]
    assert entry["snippet"] == "Aus der Meta-Inbox"
    assert entry["unread_count"] == 0
