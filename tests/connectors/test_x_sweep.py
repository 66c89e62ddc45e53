"""One sweep over the account: further pages, lag, gaps, refused fields, and the budget."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis
from switchboard_app.sync.connector import Connector, PlatformFailure
from switchboard_app.sync.json_answer import Record
from switchboard_app.sync.x.errors import x_failure
from switchboard_app.sync.x.query import ASKED, Query
from switchboard_app.training.x import SimulatedX
from tests.connectors.bench import Bench, failure_of, swept, the_account
from tests.connectors.canned import Asked, Said, always, handle_desk
from tests.platforms import NOON, FakeClock


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
        ended = None
        while ended is None:
            try:
                await swept(connector, handle.shelf)
                polls += 1
            except PlatformFailure as failure:
                ended = failure.failure.kind
        assert ended is FailureKind.RATE_LIMIT
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
