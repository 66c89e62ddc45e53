"""Every scripted fault does to a client what it says, and the truth tells whether the request was carried out."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from switchboard_app.training import faults
from switchboard_app.training.control import with_control
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.faults import ConnectionDropped, Effect
from switchboard_app.training.loopback import LoopbackServer
from switchboard_app.training.x import SimulatedX
from tests.platforms import FakeClock, Served, ask, send_fault


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=5) as client:
        yield client


def send(client: httpx.Client, server: Served[SimulatedX], text: str = "Grüezi") -> httpx.Response:
    x = server.platform
    if "anna" not in x.people:
        x.say("anna", "hoi")
    return client.post(
        f"{server.base}/2/dm_conversations/with/{x.people['anna'].id}/messages",
        json={"text": text},
        headers={"Authorization": f"Bearer {x.token}"},
    )


ANSWERS: list[tuple[Effect, int, bool]] = [
    (faults.answer(418, {"short": True}), 418, False),
    (faults.answer(307, b"", {"location": "http://127.0.0.1:1/"}), 307, False),
    (faults.refused("limit"), 429, False),
    (faults.refused("legacy-limit"), 429, False),
    (faults.refused("usage-cap"), 429, False),
    (faults.refused("token"), 401, False),
    (faults.refused("credits"), 402, False),
    (faults.server_error(500, accepted=False), 500, False),
    (faults.server_error(503, accepted=True), 503, True),
    (faults.html(502), 502, False),
    (faults.html(502, accepted=True), 502, True),
    (faults.empty(), 200, True),
    (faults.other_shape(), 200, True),
    (faults.truncated(), 201, True),
    (faults.slow(0.1), 201, True),
    (faults.slow(0.1, accepted=False), 503, False),
    (faults.gzipped(), 201, True),
    (Effect(drip_s=0.001), 201, True),
]


@pytest.mark.parametrize(("effect", "status", "accepted"), ANSWERS, ids=[str(n) for n in range(len(ANSWERS))])
def test_answers(
    client: httpx.Client, x_server: Served[SimulatedX], effect: Effect, status: int, accepted: bool
) -> None:
    x_server.platform.faults.add("POST /messages", effect)
    answer = send(client, x_server)
    assert answer.status_code == status
    assert len(x_server.platform.sent_by_us()) == accepted
    assert x_server.platform.requests[-1].status == status
    assert send(client, x_server).status_code == 201, "a fault happens once unless told otherwise"


def test_damaged_bodies(client: httpx.Client, x_server: Served[SimulatedX]) -> None:
    x = x_server.platform
    x.faults.add("POST /messages", faults.truncated())
    with pytest.raises(json.JSONDecodeError):
        send(client, x_server).json()
    x.faults.add("POST /messages", faults.bomb(3))
    answer = send(client, x_server)
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 10_000
    assert len(answer.content) == 3_000_000
    x.faults.add("POST /messages", Effect(rewrite=lambda body: {**body, "data": {**body["data"], "dm_event_id": 5}}))
    assert send(client, x_server).json()["data"]["dm_event_id"] == 5


@pytest.mark.parametrize(
    ("effect", "accepted"),
    [(faults.dropped(accepted=True), 1), (faults.dropped(accepted=False), 0), (Effect(cut_at=10), 1)],
    ids=["after", "before", "inside"],
)
def test_cut_connections(client: httpx.Client, x_server: Served[SimulatedX], effect: Effect, accepted: int) -> None:
    x_server.platform.faults.add("POST /messages", effect)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        send(client, x_server)
    assert len(x_server.platform.sent_by_us()) == accepted


def test_without_a_socket_nothing_can_be_cut(x: SimulatedX) -> None:
    x.faults.add("GET /2/users/me", faults.dropped(accepted=False))
    with pytest.raises(ConnectionDropped):
        ask(x, "GET", "/2/users/me")


def test_what_was_accepted_may_show_late(x: SimulatedX, clock: FakeClock) -> None:
    x.say("anna", "hoi")
    anna = x.people["anna"].id
    x.faults.add("POST /messages", Effect(status=500, late_s=60))
    assert ask(x, "POST", f"/2/dm_conversations/with/{anna}/messages", json={"text": "spät"}).status_code == 500
    path = f"/2/dm_conversations/with/{anna}/dm_events"
    assert ask(x, "GET", path).json()["meta"]["result_count"] == 1
    clock.forward(60_000)
    assert ask(x, "GET", path).json()["meta"]["result_count"] == 2
    assert len(x.sent_by_us()) == 1


def test_the_script_is_played_in_order_for_what_matches(x: SimulatedX) -> None:
    book = x.faults
    book.add("GET /2/dm_events", faults.refused("temporary"), skip=1, times=2)
    book.add("* /2/users", faults.refused("token"), times=None)
    answered = [ask(x, "GET", "/2/dm_events").status_code for _ in range(4)]
    assert answered == [200, 503, 503, 200]
    assert [ask(x, "GET", "/2/users/me").status_code for _ in range(3)] == [401] * 3
    assert book.left == 1
    book.clear()
    assert ask(x, "GET", "/2/users/me").status_code == 200
    with pytest.raises(ValueError, match="method in capitals"):
        book.add("messages", faults.empty())


@pytest.mark.parametrize("name", ["token", "limit", "window", "unavailable", "unavailable-200", "barred", "temporary"])
def test_the_pages_own_refusals_can_be_asked_for(facebook: SimulatedFacebook, name: str) -> None:
    facebook.faults.add("POST /messages", faults.refused(name))
    error = ask(facebook, "POST", "/me/messages", json={}).json()["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= set(error)


def test_a_server_stops_although_an_answer_is_held_back(x: SimulatedX) -> None:
    server = LoopbackServer(x.app, x.faults)
    x.faults.add("GET /", faults.slow(600))
    waiting = threading.Thread(target=lambda: httpx.get(f"{server.base}/2/users/me", trust_env=False, timeout=30))
    waiting.start()
    while not x.requests and x.faults.left:
        time.sleep(0.01)
    begun = time.monotonic()
    server.close()
    waiting.join(10)
    assert not waiting.is_alive()
    assert time.monotonic() - begun < 20


# --- from another process ------------------------------------------------------------------------------------------


@pytest.fixture
def controlled(facebook: SimulatedFacebook) -> Iterator[str]:
    with LoopbackServer(with_control(facebook), facebook.faults) as server:
        yield server.base


def control(client: httpx.Client, base: str, verb: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = (
        client.post(f"{base}/_control/{verb}", json=body) if verb != "truth" else client.get(f"{base}/_control/truth")
    )
    record: dict[str, Any] = answer.json()
    assert answer.status_code == 200, record
    return record


def test_saying_breaking_and_counting_over_loopback(
    client: httpx.Client, controlled: str, facebook: SimulatedFacebook
) -> None:
    picture = {"name": "a.png", "mime": "image/png", "base64": "aGk="}
    said = control(
        client, controlled, "say", {"person": "anna", "name": "Anna", "text": "hoi", "attachments": [picture]}
    )
    control(
        client, controlled, "say", {"person": "anna", "text": "Aus der Inbox", "as_page": True, "at": 1_795_262_400_001}
    )
    control(client, controlled, "fault", {"match": "POST /messages", "kind": "server_error", "accepted": True})
    headers = {"Authorization": f"Bearer {facebook.token}"}
    body = {"recipient": {"id": facebook.people["anna"].id}, "message": {"text": "Grüezi"}}
    assert client.post(f"{controlled}/v26.0/me/messages", json=body, headers=headers).status_code == 500
    control(client, controlled, "fault", {"match": "GET /me", "kind": "slow", "seconds": 1, "times": None})
    assert control(client, controlled, "clear") == {"left": 0}
    truth = control(client, controlled, "truth")
    assert [message["text"] for message in truth["messages"]] == ["hoi", "Grüezi", "Aus der Inbox"]
    assert truth["messages"][0] == said
    assert truth["messages"][0]["files"][0]["size"] == 2
    assert truth["sent_by_us"] == [{"person": "anna", "text": "Grüezi", "count": 1}]
    assert truth["requests"] == {"POST /v26.0/me/messages": 1}


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("say", {"text": "wer?"}),
        ("fault", {"match": "GET /", "kind": "earthquake"}),
        ("fault", {"kind": "slow"}),
        ("say", []),
    ],
)
def test_wrong_control_is_told(client: httpx.Client, controlled: str, verb: str, body: Any) -> None:
    assert client.post(f"{controlled}/_control/{verb}", json=body).status_code == 400


def test_without_control_there_is_no_way_in(client: httpx.Client, x_server: Served[SimulatedX]) -> None:
    assert client.get(f"{x_server.base}/_control/truth").status_code == 404


def test_a_compressed_answer_is_the_same_answer(x: SimulatedX) -> None:
    x.faults.add("GET /2/users/me", faults.gzipped())
    packed = ask(x, "GET", "/2/users/me", headers={"Authorization": f"Bearer {x.token}", "accept-encoding": "gzip"})
    assert packed.json() == ask(x, "GET", "/2/users/me").json()


IMPOSSIBLE = {"connect refused", "dns fails", "tls wrong host", "tls expired", "100-continue for ever", "(accepted)"}


def test_every_phrase_of_the_corpus_can_be_played(
    shared: Path, client: httpx.Client, facebook_server: Served[SimulatedFacebook]
) -> None:
    file = shared / "corpora" / "own" / "send_faults.json"
    if not file.is_file():
        pytest.skip("no send_faults.json in ../shared/corpora")
    cases = json.loads(file.read_text())["cases"]
    phrases = {phrase for case in cases for phrase in case["server"]}
    assert {phrase for phrase in phrases if send_fault(phrase) is None} == IMPOSSIBLE
    facebook = facebook_server.platform
    facebook.say("anna", "hoi")
    body = {"recipient": {"id": facebook.people["anna"].id}, "message": {"text": "Grüezi"}}
    for phrase in sorted(phrases - IMPOSSIBLE - {"slow loris 1 byte/s"}):
        match, effect = send_fault(phrase, hang_s=0.05) or ("", faults.empty())
        if "oauth2" in match:
            continue
        before = len(facebook.sent_by_us())
        facebook.faults.add(match, effect)
        headers = {"Authorization": f"Bearer {facebook.token}"}
        with contextlib.suppress(httpx.TransportError):
            client.post(f"{facebook_server.base}/me/messages", json=body, headers=headers)
        accepted = "accept" in phrase.replace("without accepting", "") or phrase == "200 ok"
        assert len(facebook.sent_by_us()) - before == accepted, phrase
