"""What is X's own: events in both writings, refused fields, pages of two, lag, budgets, media, recordings."""

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
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis
from switchboard_app.sync.connector import Connector, OutgoingFile, PlatformFailure
from switchboard_app.sync.json_answer import Record
from switchboard_app.sync.x.errors import x_failure
from switchboard_app.sync.x.query import ASKED, Query
from switchboard_app.sync.x.translate import Includes, conversation_id, event_of, other_of
from switchboard_app.training.faults import refused
from switchboard_app.training.x import SimulatedX
from tests.connectors.bench import PNG, Bench, failure_of, swept, the_account
from tests.connectors.canned import Asked, Said, always, handle_desk, reply
from tests.platforms import NOON, FakeClock

FIXTURE: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures/x_events.json").read_text("utf-8"))
CASES: list[dict[str, Any]] = FIXTURE["cases"]
BASE = "https://api.x.com"
ME = "300"


# --- events -------------------------------------------------------------------------------------------------------


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


# --- the sweep ----------------------------------------------------------------------------------------------------


def _page(*numbers: int, following: str = "") -> Said:
    rows = [
        {
            "id": str(number),
            "event_type": "MessageCreate",
            "text": f"n{number}",
            "sender_id": "222",
            "dm_conversation_id": "222-300",
            "created_at": f"2026-11-21T10:{number % 60:02}:00.000Z",
        }
        for number in numbers
    ]
    meta = {"result_count": len(rows), **({"next_token": following} if following else {})}
    return Said({"data": rows, "meta": meta} if rows else {"meta": meta})


def _pages(pages: Mapping[str, Said]) -> Any:
    return lambda asked: pages[asked.query.get("pagination_token", "")]


def test_a_further_page_is_asked_for_even_after_two_events() -> None:
    desk = handle_desk(_pages({"": _page(9, 8, following="A"), "A": _page(7, following="B"), "B": _page()}))
    assert asyncio.run(swept(desk.connector, desk.shelf))[-1].complete
    assert desk.shelf.texts == ["n7", "n8", "n9"]
    assert len(desk.net.asked) == 3


def test_an_empty_answer_moves_nothing() -> None:
    desk = handle_desk(always({"meta": {"result_count": 0}}))
    before = {"swept": str(NOON - DAY), "resume": "TOKEN", "since": str(NOON - DAY)}
    desk.shelf.cursor = dict(before)
    batches = asyncio.run(swept(desk.connector, desk.shelf))
    assert [(batch.complete, batch.cursor) for batch in batches] == [(True, before)]


def test_an_empty_page_in_between_is_followed_once() -> None:
    desk = handle_desk(_pages({"": _page(9, following="A"), "A": _page(following="B"), "B": _page(7)}))
    asyncio.run(swept(desk.connector, desk.shelf))
    assert desk.shelf.texts == ["n7", "n9"]
    endless = handle_desk(_pages({"": _page(following="A"), "A": _page(following="B"), "B": _page(following="C")}))
    asyncio.run(swept(endless.connector, endless.shelf))
    assert len(endless.net.asked) == 2


def test_pages_that_repeat_are_shown_and_not_followed() -> None:
    desk = handle_desk(_pages({"": _page(9, following="A"), "A": _page(8, following="A")}))
    assert failure_of(swept(desk.connector, desk.shelf)).failure.kind is FailureKind.MALFORMED
    assert desk.shelf.texts == ["n8", "n9"]
    assert "resume" not in desk.shelf.cursor
    desk.net.answering = _pages({"": _page(9, following="A"), "A": _page(8, following="B"), "B": _page(7)})
    asyncio.run(swept(desk.connector, desk.shelf))
    assert desk.shelf.texts == ["n7", "n8", "n9"]


def test_a_page_that_has_expired_is_begun_anew() -> None:
    pages = {"": _page(9, following="A"), "A": _page(8)}

    def answering(asked: Asked) -> Said:
        token = asked.query.get("pagination_token", "")
        if token == "OLD":
            problem = {"parameters": {"pagination_token": ["OLD"]}, "message": "not valid"}
            return Said({"errors": [problem], "title": "Invalid Request", "type": "x/invalid-request"}, 400)
        return pages[token]

    desk = handle_desk(answering)
    desk.shelf.cursor = {"resume": "OLD", "since": str(NOON)}

    async def knows_all(ids: Any) -> frozenset[PlatformId]:
        return frozenset(ids)

    async def polled() -> list[Any]:
        return [batch async for batch in desk.connector.poll(desk.shelf.cursor, knows_all)]

    batches = asyncio.run(polled())
    assert batches[-1].complete
    assert [asked.query.get("pagination_token") for asked in desk.net.asked] == [None, "OLD", None, "A"]


def test_groups_and_unknown_kinds_are_kept_apart_and_counted(handle: Bench) -> None:
    handle.platform.say("p", "hallo")
    handle.platform.say("q", "in der Gruppe", conversation="1578398451921985538")
    handle.poll()
    assert handle.shelf.texts == ["hallo"]
    assert [message.text for message in handle.shelf.quarantine.values()] == ["in der Gruppe"]
    assert set(handle.shelf.threads) == {handle.platform.conversation_with(handle.platform.people["p"])}


def test_what_is_older_than_the_platform_keeps_is_a_gap(handle: Bench) -> None:
    handle.platform.say("p", "alt")
    handle.poll()
    before = handle.clock()
    handle.clock.forward(40 * DAY)
    handle.platform.say("p", "neu")
    handle.poll()
    assert handle.shelf.gaps == [(before, Millis(handle.clock() - 30 * DAY))]
    handle.clock.forward(HOUR)
    handle.poll()
    assert len(handle.shelf.gaps) == 1


def test_reads_lag_after_a_send_but_reading_back_does_not(handle: Bench) -> None:
    the_account(handle).rules.read_lag_ms = 10 * MINUTE
    handle.platform.say("p", "Frage")
    handle.poll()
    sent = handle.send("p", "Antwort")
    handle.clock.forward(2 * MINUTE)
    handle.poll()
    assert handle.shelf.texts == ["Frage"]
    outgoing = handle.outgoing("p", "")
    since = Millis(handle.clock() - HOUR)
    found = handle.run(lambda connector: connector.read_back(outgoing.thread, outgoing.recipient, since))
    assert sent.platform_ids[0] in {message.platform_id for message in found}
    handle.clock.forward(20 * MINUTE)
    handle.poll()
    assert handle.shelf.texts == ["Frage", "Antwort"]


# --- fields -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["2.166", "2.167"])
def test_both_specifications_are_spoken(clock: FakeClock, spec: str) -> None:
    import httpx

    platform = SimulatedX(clock, spec=spec)
    bench = Bench(platform, "", clock, transport=httpx.ASGITransport(platform.app))
    platform.say("p", "siehe https://example.org/?a=1")
    platform.say_as_page("p", "Antwort", Millis(clock() + 1))
    bench.poll()
    assert [(one.text, one.ours) for one in sorted(bench.shelf.messages.values(), key=lambda one: one.at)] == [
        ("siehe https://example.org/?a=1", False),
        ("Antwort", True),
    ]
    assert bench.shelf.cursor.get("refused", "") == ("" if spec == "2.166" else "dm_event.fields=sender_id")
    asked = len(platform.requests)
    clock.forward(2 * MINUTE)
    bench.poll()
    assert len(platform.requests) - asked <= 2, "what was refused is not asked for again"


def _refusal(problem: Record) -> Any:
    return x_failure(400, problem, {}, sending=False, has_body=True, now=NOON)


@pytest.mark.parametrize(
    ("problem", "refused"),
    [
        ({"errors": [{"parameters": {"dm_event.fields": ["sender_id"]}}]}, "dm_event.fields=sender_id"),
        ({"parameter": "dm_event.fields", "value": "sender_id"}, "dm_event.fields=sender_id"),
        ({"errors": [{"parameter": "expansions", "value": "participant_ids"}]}, "expansions=participant_ids"),
        (
            {"errors": [{"parameters": {"dm_event.fields": list(ASKED["dm_event.fields"])},
                         "message": "The `dm_event.fields` query parameter value [entities] is not one of [id]"}]},
            "dm_event.fields=entities",
        ),
        ({"errors": [{"parameters": {"dm_event.fields": ["id,text,sender_id"]}}]},
         "dm_event.fields=id dm_event.fields=sender_id dm_event.fields=text"),
        ({"parameter": "dm_event.fields"}, "dm_event.fields=sender_id"),
        ({"parameter": "dm_event.fields", "value": "never_asked"}, "dm_event.fields=sender_id"),
        ({"parameter": "expansions"}, "expansions=participant_ids"),
        ({"parameter": "media.fields", "value": "nonsense"},
         " ".join(sorted(f"media.fields={name}" for name in ASKED["media.fields"]))),
        ({"parameter": "query", "value": "x"}, ""),
        ({"title": "Invalid Request"}, ""),
    ],
)  # fmt: skip
def test_what_a_400_names_is_left_out(problem: Record, refused: str) -> None:
    query = Query()
    assert query.leave_out(_refusal(problem)) is bool(refused)
    assert query.as_text == refused
    again = Query(query.as_text)
    assert again.params() == query.params()
    for entry in refused.split():
        name, _, value = entry.partition("=")
        assert value not in query.params().get(name, "").split(",")


def test_a_parameter_without_values_left_is_not_sent() -> None:
    query = Query(" ".join(f"media.fields={name}" for name in ASKED["media.fields"]))
    assert "media.fields" not in query.params()
    assert query.params("TOKEN")["pagination_token"] == "TOKEN"
    assert Query("nonsense dm_event.fields=unheard_of =").as_text == ""


def test_refusing_for_ever_ends() -> None:
    problem = {"parameter": "dm_event.fields", "value": "text"}
    desk = handle_desk(always({**problem, "type": "invalid-request"}, 400))
    assert failure_of(swept(desk.connector, desk.shelf)).failure.kind is FailureKind.MALFORMED
    assert len(desk.net.asked) <= 4


# --- budgets ------------------------------------------------------------------------------------------------------


def test_the_budget_is_read_from_the_headers_and_never_exceeded(handle: Bench) -> None:
    """24 simulated hours at the documented 15 reads in 15 minutes: no 429, and what is new arrives in time."""
    waits: list[int] = []
    for number in range(24):
        handle.platform.say(f"p{number % 3}", f"{number}")
        said = handle.clock()
        for _ in range(48):  # an hour of polls every 75 seconds
            handle.clock.forward(75 * SECOND)
            handle.poll()
            if f"{number}" in handle.shelf.texts:
                waits.append(handle.clock() - said)
                break
        handle.clock.forward(HOUR - (handle.clock() - said))
    assert len(waits) == 24
    assert max(waits) <= 2 * 75 * SECOND
    assert not [request for request in handle.platform.requests if request.status == 429]


def test_polling_leaves_reads_for_settling(handle: Bench) -> None:
    handle.platform.say("p", "Frage")
    outgoing = handle.outgoing("p", "")

    async def polls_then_reads_back(connector: Connector) -> int:
        polls = 0
        with pytest.raises(PlatformFailure) as caught:
            for _ in range(20):
                await swept(connector, handle.shelf)
                polls += 1
        assert caught.value.failure.kind is FailureKind.RATE_LIMIT
        for _ in range(3):
            assert await connector.read_back(outgoing.thread, outgoing.recipient, Millis(0))
        return polls

    assert handle.run(polls_then_reads_back) >= 9
    assert not [request for request in handle.platform.requests if request.status == 429]


def test_a_first_import_goes_on_where_the_budget_ended(handle: Bench) -> None:
    for number in range(1700):
        handle.platform.say(f"p{number % 9}", f"{number}", Millis(handle.clock() - (2000 - number) * MINUTE))
    failure = handle.poll_failing()
    assert failure.failure.kind is FailureKind.RATE_LIMIT
    assert 1000 < len(handle.shelf.messages) < 1700
    assert handle.shelf.cursor["resume"]
    handle.clock.now = failure.failure.retry_at or handle.clock()
    handle.platform.say("p1", "dazwischen")
    asked = len(handle.platform.requests)
    assert handle.poll()[-1].complete
    assert len(handle.shelf.messages) == 1701
    assert len(handle.platform.requests) - asked < 10, "what is stored is not read again"
    assert "resume" not in handle.shelf.cursor


# --- sending ------------------------------------------------------------------------------------------------------


def test_a_reply_with_one_image_is_one_message(handle: Bench) -> None:
    handle.platform.say("p", "Frage")
    receipt = handle.send("p", "Siehe Bild", files=(OutgoingFile("a.png", "image/png", PNG),))
    (message,) = handle.platform.sent_by_us()
    assert receipt.platform_ids == (message.id,)
    assert (message.text, [file.content for file in message.files]) == ("Siehe Bild", [PNG])
    paths = [request.path for request in handle.platform.requests]
    assert [path.rpartition("/")[2] for path in paths] == ["initialize", "append", "finalize", "messages"]


def test_a_big_image_goes_in_pieces() -> None:
    pieces: list[bytes] = []

    def answering(asked: Asked) -> Said:
        if asked.path.endswith("initialize"):
            assert asked.json == {"media_type": "image/gif", "media_category": "dm_gif", "total_bytes": 9_000_000}
            return Said({"data": {"id": "55", "media_key": "16_55"}})
        if asked.path.endswith("append"):
            assert asked.path == "/2/media/upload/55/append"
            pieces.append(asked.body)
            return Said(b"", 204)
        if asked.path.endswith("finalize"):
            return Said({"data": {"id": "55"}})
        assert asked.json == {"attachments": [{"media_id": "55"}]}
        return Said({"data": {"dm_event_id": 12345678901234567890, "dm_conversation_id": "222-300"}}, 201)

    desk = handle_desk(answering)
    receipt = asyncio.run(desk.connector.send(reply("", files=(OutgoingFile("a.gif", "image/gif", b"g" * 9_000_000),))))
    assert receipt.platform_ids == ("12345678901234567890",)
    assert [f'name="segment_index"\r\n\r\n{number}\r\n'.encode() in piece for number, piece in enumerate(pieces)] == [
        True
    ] * 3


@pytest.mark.parametrize("step", ["initialize", "append", "finalize"])
def test_an_upload_that_fails_is_certain_whatever_happened(handle: Bench, step: str) -> None:
    handle.platform.say("p", "Frage")
    handle.platform.faults.add(f"POST /{step}", refused("temporary"))
    told = handle.send_failing("p", "x", files=(OutgoingFile("a.png", "image/png", PNG),)).failure
    assert told.certain
    assert not handle.platform.sent_by_us()


def test_a_file_the_platform_cannot_process_is_said_so() -> None:
    def answering(asked: Asked) -> Said:
        if asked.path.endswith("finalize"):
            return Said({"data": {"id": "5", "processing_info": {"state": "failed"}}})
        return Said({"data": {"id": "5"}})

    desk = handle_desk(answering)
    told = failure_of(desk.connector.send(reply("x", files=(OutgoingFile("a.png", "image/png", PNG),)))).failure
    assert (told.kind, told.certain) == (FailureKind.CONTENT, True)
    assert not [asked for asked in desk.net.asked if asked.path.endswith("messages")]


def test_the_location_header_is_not_read() -> None:
    headers = {"location": 'https://api.x.com/2/dm_events/"1585823814058971140"'}
    told = failure_of(handle_desk(always(b"", 201, headers)).connector.send(reply())).failure
    assert (told.kind, told.certain) == (FailureKind.MALFORMED, False)
