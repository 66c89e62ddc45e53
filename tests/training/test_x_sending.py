"""The simulated X account takes and refuses sends, uploads and sign-ins as the dossier says (1.2, 1.5, 1.7)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from switchboard_app.model.times import DAY, HOUR
from switchboard_app.training.x import SimulatedX
from tests.platforms import FakeClock, ask


@pytest.fixture(autouse=True)
def somebody_wrote(x: SimulatedX) -> None:
    x.say("anna", "Wer flickt das Loch?")


def send(x: SimulatedX, body: dict[str, Any], to: str = "") -> httpx.Response:
    return ask(x, "POST", f"/2/dm_conversations/{to or 'with/' + x.people['anna'].id}/messages", json=body)


def test_a_send_is_answered_with_201_and_a_quoted_location(x: SimulatedX) -> None:
    for to in ("", x.truth()[0].conversation):
        answer = send(x, {"text": "Grüezi"}, to)
        sent = x.sent_by_us()[-1]
        assert answer.status_code == 201
        assert answer.json() == {"data": {"dm_conversation_id": sent.conversation, "dm_event_id": sent.id}}
        assert answer.headers["location"] == f'https://api.x.com/2/dm_events/"{sent.id}"'
    assert [message.text for message in x.sent_by_us()] == ["Grüezi", "Grüezi"], "X has no key against doubles"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "x" * 10_000}, 201),
        ({"text": "x" * 10_001}, 400),
        ({"text": ""}, 400),
        ({"text": 5}, 400),
        ({}, 400),
        ({"text": "a", "colour": "red"}, 400),
        ({"attachments": []}, 400),
        ({"attachments": ["5"]}, 400),
        ({"text": "a", "attachments": [{"media_id": "5"}]}, 403),
    ],
)
def test_bodies_are_those_of_the_specification(x: SimulatedX, body: dict[str, Any], status: int) -> None:
    assert send(x, body).status_code == status
    assert len(x.sent_by_us()) == (status == 201)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"'])
def test_a_body_that_is_no_object_is_refused(x: SimulatedX, content: bytes) -> None:
    path = f"/2/dm_conversations/with/{x.people['anna'].id}/messages"
    assert ask(x, "POST", path, content=content).status_code == 400


@pytest.mark.parametrize(("to", "status"), [("with/abc", 400), ("with/77", 400), ("5-7", 403), ("nonsense", 400)])
def test_nobody_there(x: SimulatedX, to: str, status: int) -> None:
    assert send(x, {"text": "hoi"}, to).status_code == status


def test_refusals_that_mean_different_things(x: SimulatedX) -> None:
    x.add_person("anna", accepts=False)
    assert send(x, {"text": "a"}).json()["detail"].startswith("You do not have permission to DM")
    x.add_person("anna", accepts=True)
    x.rules.may_send = False
    assert send(x, {"text": "a"}).json()["detail"] == "This operation is not permitted."
    x.rules.may_send = True
    x.tokens.scopes = ("dm.read", "tweet.read", "users.read")
    assert send(x, {"text": "a"}).json()["detail"] == "Forbidden"
    assert x.sent_by_us() == ()


def test_the_three_sends_share_one_budget_apart_from_the_reads(x: SimulatedX) -> None:
    for _ in range(15):
        assert send(x, {"text": "hoi"}).status_code == 201
    assert send(x, {"text": "hoi"}).status_code == 429
    group = {"conversation_type": "Group", "participant_ids": ["1", "2"], "message": {"text": "hoi"}}
    assert ask(x, "POST", "/2/dm_conversations", json=group).status_code == 429
    assert ask(x, "GET", "/2/dm_events").status_code == 200
    assert len(x.sent_by_us()) == 15


def test_there_is_a_budget_for_the_day_too(clock: FakeClock) -> None:
    x = SimulatedX(clock, limits={"dm-send-day": 2})
    x.say("anna", "hoi")
    assert [send(x, {"text": "a"}).status_code for _ in range(3)] == [201, 201, 429]
    clock.forward(DAY)
    assert send(x, {"text": "a"}).status_code == 201


def test_a_group(x: SimulatedX) -> None:
    x.say("beat", "sali")
    ids = [x.people["anna"].id, x.people["beat"].id]
    group = {"conversation_type": "Group", "participant_ids": ids, "message": {"text": "hoi zäme"}}
    made = ask(x, "POST", "/2/dm_conversations", json=group).json()["data"]["dm_conversation_id"]
    assert made.isdecimal()
    x.say("beat", "hoi", conversation=made)
    assert send(x, {"text": "auch hoi"}, made).status_code == 201
    told = ask(x, "GET", f"/2/dm_conversations/{made}/dm_events").json()["data"]
    assert [event["text"] for event in told] == ["auch hoi", "hoi", "hoi zäme"]
    refused = ask(x, "POST", "/2/dm_conversations", json={**group, "participant_ids": ids[:1]})
    assert refused.status_code == 400


# --- uploads -------------------------------------------------------------------------------------------------------


def upload(x: SimulatedX, content: bytes, category: str = "dm_image") -> str:
    begun = {"media_type": "image/png", "total_bytes": len(content), "media_category": category}
    media_id: str = ask(x, "POST", "/2/media/upload/initialize", json=begun).json()["data"]["id"]
    half = len(content) // 2
    for index, chunk in ((1, content[half:]), (0, content[:half])):
        files = {"media": ("blob", chunk, "application/octet-stream")}
        path = f"/2/media/upload/{media_id}/append"
        assert ask(x, "POST", path, data={"segment_index": str(index)}, files=files).status_code == 200
    return media_id


def test_a_picture_goes_out_in_pieces(x: SimulatedX, clock: FakeClock) -> None:
    content = b"\x89PNG\r\n\x1a\n\r\n--x\r\n\x00\xff" * 50
    media_id = upload(x, content)
    assert send(x, {"attachments": [{"media_id": media_id}]}).status_code == 403, "not finalized"
    done = ask(x, "POST", f"/2/media/upload/{media_id}/finalize").json()["data"]
    assert (done["id"], done["media_key"], done["size"]) == (media_id, f"3_{media_id}", len(content))
    assert int(media_id) > 2**53
    assert send(x, {"text": "Plan", "attachments": [{"media_id": media_id}]}).status_code == 201
    assert x.sent_by_us()[0].files[0].content == content
    clock.forward(DAY + 1)
    assert send(x, {"attachments": [{"media_id": media_id}]}).status_code == 403, "usable for 24 hours"


def test_the_upload_in_one_piece(x: SimulatedX) -> None:
    body = {"media": base64.b64encode(b"png").decode(), "media_category": "dm_image"}
    media_id = ask(x, "POST", "/2/media/upload", json=body).json()["data"]["id"]
    assert send(x, {"attachments": [{"media_id": media_id}]}).status_code == 201
    status = ask(x, "GET", "/2/media/upload", params={"media_id": media_id}).json()["data"]
    assert status["size"] == 3


def test_uploads_that_may_not_go_out(x: SimulatedX) -> None:
    post = upload(x, b"1234", "tweet_image")
    ask(x, "POST", f"/2/media/upload/{post}/finalize")
    assert "attach this media" in send(x, {"attachments": [{"media_id": post}]}).json()["detail"]
    short = ask(x, "POST", "/2/media/upload/initialize", json={"total_bytes": 9, "media_category": "dm_image"})
    assert ask(x, "POST", f"/2/media/upload/{short.json()['data']['id']}/finalize").status_code == 400
    assert ask(x, "POST", "/2/media/upload/initialize", json={"media_category": "selfie"}).status_code == 400
    assert ask(x, "POST", "/2/media/upload/5/append", content=b"").status_code == 400
    x.tokens.scopes = ("dm.write", "dm.read")
    assert ask(x, "POST", "/2/media/upload/initialize", json={"media_category": "dm_image"}).status_code == 403


# --- sign-in -------------------------------------------------------------------------------------------------------


def refresh(x: SimulatedX, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": x.tokens.client_id}
    return ask(x, "POST", "/2/oauth2/token", data=form, headers={})


def test_a_refresh_token_works_once(x: SimulatedX, clock: FakeClock) -> None:
    first = x.tokens.refresh
    old = {"Authorization": f"Bearer {x.token}"}
    x.tokens.expire()
    assert ask(x, "GET", "/2/users/me", headers=old).status_code == 401
    answer = refresh(x, first).json()
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 7200)
    new = {"Authorization": f"Bearer {answer['access_token']}"}
    assert ask(x, "GET", "/2/users/me", headers=new).status_code == 200
    again = refresh(x, first)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")
    assert refresh(x, answer["refresh_token"]).status_code == 200
    clock.forward(2 * HOUR)
    assert ask(x, "GET", "/2/users/me", headers=new).status_code == 401


def test_a_refresh_token_comes_only_with_the_scope(x: SimulatedX) -> None:
    x.tokens.scopes = ("dm.read",)
    assert "refresh_token" not in refresh(x, x.tokens.refresh).json()


def test_revoking(x: SimulatedX) -> None:
    form = {"token": x.token, "client_id": x.tokens.client_id}
    assert ask(x, "POST", "/2/oauth2/revoke", data=form, headers={}).json() == {"revoked": True}
    assert ask(x, "GET", "/2/users/me").status_code == 401
    x.tokens.revoke_all()
    assert refresh(x, x.tokens.refresh).status_code == 400


def test_a_confidential_client_shows_its_secret(clock: FakeClock) -> None:
    x = SimulatedX(clock, client_id="sb", client_secret="topf")
    form = {"grant_type": "refresh_token", "refresh_token": x.tokens.refresh}
    assert ask(x, "POST", "/2/oauth2/token", data=form, headers={}).status_code == 401
    basic = {"Authorization": "Basic " + base64.b64encode(b"sb:topf").decode()}
    assert ask(x, "POST", "/2/oauth2/token", data=form, headers=basic).status_code == 200


@pytest.mark.parametrize(
    ("late", "verifier", "redirect", "status"),
    [
        (0, "v" * 50, "http://127.0.0.1:8765/callback", 200),
        (30_001, "v" * 50, "http://127.0.0.1:8765/callback", 400),
        (0, "w" * 50, "http://127.0.0.1:8765/callback", 400),
        (0, "v" * 50, "http://127.0.0.1:8766/callback", 400),
    ],
)
def test_signing_in_with_pkce(
    x: SimulatedX, clock: FakeClock, late: int, verifier: str, redirect: str, status: int
) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 50).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": x.tokens.client_id,
        "redirect_uri": "http://127.0.0.1:8765/callback",
        "scope": "dm.read dm.write tweet.read users.read offline.access",
        "state": "zustand",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    consent = ask(x, "GET", "/i/oauth2/authorize", params=asked, headers={})
    assert consent.status_code == 302
    back = parse_qs(urlsplit(consent.headers["location"]).query)
    assert back["state"] == ["zustand"]
    clock.forward(late)
    form = {
        "grant_type": "authorization_code",
        "code": back["code"][0],
        "redirect_uri": redirect,
        "code_verifier": verifier,
        "client_id": x.tokens.client_id,
    }
    assert ask(x, "POST", "/2/oauth2/token", data=form, headers={}).status_code == status
    assert ask(x, "POST", "/2/oauth2/token", data=form, headers={}).status_code == 400, "a code works once"
