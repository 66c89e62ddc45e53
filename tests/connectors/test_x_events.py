"""X's events in our words: both writings of the specification, files, the recordings of the dossier."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import RemoteAttachment
from switchboard_app.model.times import Millis
from switchboard_app.sync.x.translate import Includes, conversation_id, event_of, other_of
from tests.connectors.bench import failure_of, swept
from tests.connectors.canned import Asked, Said, handle_desk, reply
from tests.platforms import NOON

FIXTURE: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures/x_events.json").read_text("utf-8"))
CASES: list[dict[str, Any]] = FIXTURE["cases"]
BASE = "https://api.x.com"
ME = "300"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_events_are_read_without_loss(case: dict[str, Any]) -> None:
    record, expect = case["record"], case["expect"]
    event = event_of(record, Includes.of(FIXTURE), ME, BASE, NOON)
    message = event.message
    assert bool(message.unreadable) is expect.get("unreadable", False)
    assert (event.thread is None) is expect.get("unreadable", False)
    assert (message.thread, message.text) == (expect["thread"], expect["text"])
    if "id" in record:
        assert message.platform_id == expect.get("id", record["id"])
    if event.thread is not None:
        person = event.thread.person
        assert [person.platform_id, person.name, person.handle] == expect["person"]
        assert event.thread.link == f"https://x.com/messages/{expect['thread']}"
        assert message.ours is expect["ours"]
        assert message.sender.platform_id == (ME if expect["ours"] else expect["person"][0])
    found = [[one.platform_id, one.mime, bool(one.url)] for one in message.attachments]
    assert found == expect.get("attachments", [])
    assert all(one.url or one.unavailable for one in message.attachments)
    assert message.at == expect.get("at", NOON)
    assert json.loads(message.raw).keys() == record.keys()


@pytest.mark.parametrize("record", [None, 7, "x", [], {}, {"id": None, "text": "t"}])
def test_events_without_an_id_go_to_quarantine(record: Any) -> None:
    event = event_of(record, Includes(), ME, BASE, NOON)
    assert event.message.unreadable
    assert event.message.platform_id == event_of(record, Includes(), ME, BASE, NOON).message.platform_id
    assert json.loads(event.message.raw) == record


def test_ids_beyond_what_a_float_holds_stay_exact() -> None:
    one, other = "9007199254740993", "1000000000000000019"
    assert conversation_id(other, one) == f"{one}-{other}"
    assert conversation_id("9", "10") == "9-10"
    assert other_of(f"{one}-{other}", one) == other
    assert other_of(f"{one}-{other}", "9007199254740992") == ""
    assert other_of("1578398451921985538", one) == ""


def test_a_private_picture_is_fetched_through_the_api_and_a_public_film_from_its_host() -> None:
    media = {one.platform_id: one for case in CASES for one in _attachments(case)}
    picture, film = media[PlatformId("3_1583157113245011970")], media[PlatformId("7_55")]
    api, _, plain = picture.url.partition("#")
    assert api == f"{BASE}/2/dm_conversations/media/1582103724607971332/1583157113245011970/hVJQTwig.jpg"
    assert plain.startswith("https://ton.twitter.com/")
    assert film.url == f"{BASE}/2/dm_conversations/media/7/55/big.mp4#https://video.twimg.com/big.mp4?tag=1"


def _attachments(case: Mapping[str, Any]) -> tuple[RemoteAttachment, ...]:
    return event_of(case["record"], Includes.of(FIXTURE), ME, BASE, NOON).message.attachments


def test_a_file_the_api_does_not_have_comes_from_its_host() -> None:
    def answering(asked: Asked) -> Said:
        if "/media/" in asked.path:
            assert asked.headers["authorization"] == "Bearer t0ken"
            return Said({"title": "Not Found Error"}, 404)
        assert asked.headers["host"] == "video.twimg.com"
        assert "authorization" not in asked.headers
        return Said(b"film")

    desk = handle_desk(answering)
    film = RemoteAttachment(
        PlatformId("7_55"),
        "big.mp4",
        url=f"{BASE}/2/dm_conversations/media/7/55/big.mp4#https://video.twimg.com/big.mp4",
    )
    assert asyncio.run(desk.connector.fetch(film, 100)) == b"film"
    away = RemoteAttachment(PlatformId("7_55"), "a", url="https://evil.example/a")
    assert failure_of(desk.connector.fetch(away, 100)).failure.kind is FailureKind.CONTENT


# --- recordings ---------------------------------------------------------------------------------------------------


class _Replay:
    """Answers as recorded: by method and path, in the recorded order."""

    def __init__(self, interactions: list[dict[str, Any]]) -> None:
        self.left = interactions

    def __call__(self, asked: Asked) -> Said:
        if "pagination_token" in asked.query:
            return Said({"meta": {"result_count": 0}})  # what the recordings do not follow
        for number, one in enumerate(self.left):
            request, response = one["request"], one["response"]
            if (request["method"], request["url"].partition("twitter.com")[2]) == (asked.method, asked.path):
                if request["body"] is not None:
                    assert asked.json == request["body"]
                del self.left[number]
                return Said(response["body"], response["status"], response["headers"])
        return Said(b"", 404)


@pytest.mark.parametrize("name", ["recorded-tweepy-async-dm.json", "recorded-tweepy-sync-dm.json"])
def test_recorded_traffic_is_read_without_loss(shared: Path, name: str) -> None:
    interactions = json.loads((shared / "contracts/x" / name).read_text("utf-8"))["interactions"]
    sent = [one["response"]["body"]["data"] for one in interactions if one["request"]["method"] == "POST"]
    told = next(one["response"]["body"]["data"] for one in interactions if "data" in one["response"]["body"] and
                one["request"]["method"] == "GET")  # fmt: skip
    replay = _Replay(interactions)
    person = PlatformId("750362064426721281")
    desk = handle_desk(replay, me="1072250532645998596")

    async def whole() -> None:
        receipt = await desk.connector.send(reply("Testing 1", to=person))
        assert receipt.platform_ids == (sent[0]["dm_event_id"],)
        assert receipt.thread == sent[0]["dm_conversation_id"] == conversation_id("1072250532645998596", person)
        batches = await swept(desk.connector, desk.shelf)
        assert [(batch.complete, dict(batch.cursor), batch.messages) for batch in batches] == [(True, {}, ())]
        found = await desk.connector.read_back(receipt.thread, person, Millis(0))
        assert {(message.platform_id, message.text) for message in found} == {(row["id"], row["text"]) for row in told}
        assert {message.thread for message in found} == {receipt.thread}

    asyncio.run(whole())
    limits = desk.meter.snapshot()
    assert limits["x-sends"].limit == 200
    assert limits["x-reads"].limit == 300


def test_a_recorded_whoami(shared: Path) -> None:
    for name in ("recorded-tweepy-get-me.json", "recorded-tweepy-async-get-me.json"):
        interactions = json.loads((shared / "contracts/x" / name).read_text("utf-8"))["interactions"]
        told = interactions[0]["response"]["body"]["data"]
        me = asyncio.run(handle_desk(_Replay(interactions)).connector.whoami())
        assert (me.platform_id, me.name, me.handle) == (told["id"], told["name"], told["username"])


def test_fixtures_of_other_clients_are_read_without_loss(shared: Path) -> None:
    folder = shared / "contracts/x"
    seen = 0
    for file in (folder / "sdk-fixtures.json", folder / "docs-examples.json"):
        for row in _events_in(json.loads(file.read_text("utf-8"))):
            seen += 1
            event = event_of(row, Includes(), "17200003", BASE, NOON)
            assert event.message.platform_id == row["id"]
            assert event.message.text == row.get("text", "")
            named = row.get("dm_conversation_id") or conversation_id("17200003", row["sender_id"])
            assert event.message.thread == named
            if "created_at" in row:
                assert event.message.at < NOON
    assert seen >= 7


def _events_in(content: Any) -> list[Any]:
    if isinstance(content, list):
        return [found for one in content for found in _events_in(one)]
    if not isinstance(content, dict):
        return []
    if "event_type" in content and "id" in content:
        return [content]
    return [found for one in content.values() for found in _events_in(one)]
