"""One sweep over a page: what changed, the 20 newest, gaps, odd lists, the daily allowance."""

from __future__ import annotations

import asyncio

from switchboard_app.model.budget import UNTOLD
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.sync.meta.translate import is_skeleton
from switchboard_app.training.faults import answer, refused
from switchboard_app.training.truth import SimulatedFile
from tests.connectors.bench import Bench, failure_of, swept, the_page
from tests.connectors.canned import Asked, Said, accepts, page_desk, reply
from tests.platforms import NOON


def test_what_did_not_change_costs_one_call(page: Bench) -> None:
    for number in range(8):
        page.platform.say(f"p{number}", "da", Millis(page.clock() - HOUR))
    page.poll()
    asked = len(page.platform.requests)
    page.clock.forward(2 * MINUTE)
    assert page.poll()[-1].complete
    assert [request.path for request in page.platform.requests[asked:]] == [
        f"/v26.0/{page.platform.own_id}/conversations"
    ]
    page.platform.say("p3", "neu")
    asked = len(page.platform.requests)
    page.clock.forward(2 * MINUTE)
    page.poll()
    assert len(page.platform.requests) - asked == 2
    assert len(page.shelf.messages) == 9


def test_more_than_twenty_new_ones_are_a_gap_and_never_a_deletion(page: Bench) -> None:
    page.platform.say("p", "erste", Millis(page.clock() - HOUR))
    page.poll()
    before = page.clock()
    page.clock.forward(HOUR)
    for number in range(30):
        page.platform.say("p", f"{number}", Millis(page.clock() - (40 - number) * MINUTE))
    page.poll()
    assert page.shelf.texts == ["erste", *(f"{number}" for number in range(10, 30))]
    (gap,) = page.shelf.thread_gaps
    assert (gap.from_at, gap.to_at, gap.missing) == (before, Millis(page.clock() - 30 * MINUTE), 10)
    page.clock.forward(MINUTE)
    page.platform.say("p", "danach")
    page.poll()
    assert page.shelf.texts[-1] == "danach"
    assert len(page.shelf.thread_gaps) == 1


def test_a_first_import_takes_what_there_is_and_says_what_there_was(page: Bench) -> None:
    for number in range(30):
        page.platform.say("p", f"{number}", Millis(page.clock() - (40 - number) * MINUTE))
    assert page.poll()[-1].complete
    assert page.shelf.texts == [f"{number}" for number in range(10, 30)]
    (gap,) = page.shelf.thread_gaps
    assert (gap.from_at, gap.to_at, gap.missing) == (0, Millis(page.clock() - 30 * MINUTE), 10)


def test_messages_given_by_id_alone_are_asked_for_singly() -> None:
    full = {"m_1": "eins", "m_2": "zwei", "m_3": "drei"}

    def answering(asked: Asked) -> Said:
        last = asked.path.rpartition("/")[2]
        if last == "conversations":
            return Said({"data": [{"id": "t_1", "updated_time": "2026-11-21T11:00:00+0000", "message_count": 3}]})
        if last == "t_1":
            return Said({"messages": {"data": [{"id": one} for one in ("m_3", "m_2", "m_1")]}, "id": "t_1"})
        if last == "m_1":
            return Said({"error": {"code": 100, "message": "The message was deleted"}}, 400)
        return Said(
            {"id": last, "message": full[last], "from": {"id": "222"}, "created_time": "2026-11-21T11:00:00+0000"}
        )

    desk = page_desk(answering)
    assert asyncio.run(swept(desk.connector, desk.shelf))[-1].complete
    assert set(desk.shelf.messages) == {"m_2", "m_3"}


def test_one_conversation_that_cannot_be_read_does_not_hold_up_the_others(page: Bench) -> None:
    for number in range(4):
        page.platform.say(f"p{number}", f"von {number}", Millis(page.clock() - HOUR))
    broken = page.platform.conversation_with(page.platform.people["p1"])
    page.platform.faults.add(f"GET /{broken}", answer(400, {"error": {"code": 100, "message": "x"}}), times=None)
    for _ in range(2):
        failure = page.poll_failing()
        assert failure.failure.kind is FailureKind.PERMISSION
        assert sorted(page.shelf.texts) == ["von 0", "von 2", "von 3"]
        assert "swept" not in page.shelf.cursor
        page.clock.forward(2 * MINUTE)
    assert page.poll()[-1].complete, "the third time it is kept as unreadable and counted"
    assert len(page.shelf.quarantine) == 1
    asked = len(page.platform.requests)
    page.clock.forward(2 * MINUTE)
    page.poll()
    assert len(page.platform.requests) - asked == 1
    page.platform.faults.clear()
    page.platform.say("p1", "wieder da")
    page.clock.forward(2 * MINUTE)
    page.poll()
    assert sorted(page.shelf.texts) == ["von 0", "von 1", "von 2", "von 3", "wieder da"]


def test_a_failure_that_mends_itself_costs_nothing(page: Bench) -> None:
    for number in range(4):
        page.platform.say(f"p{number}", f"von {number}", Millis(page.clock() - HOUR))
    page.platform.faults.add("GET /t_", refused("temporary"), skip=2)
    page.poll_failing()
    assert len(page.shelf.messages) == 3
    page.clock.forward(2 * MINUTE)
    assert page.poll()[-1].complete
    assert len(page.shelf.messages) == 4


def test_asking_for_less_is_no_failure(page: Bench) -> None:
    the_page(page).most_items = 7
    for number in range(40):
        page.platform.say(f"p{number % 9}", f"{number}", Millis(page.clock() - (60 - number) * MINUTE))
    assert page.poll()[-1].complete
    assert len(page.shelf.messages) == 40


def test_a_field_that_is_refused_is_left_out_for_good() -> None:
    def answering(asked: Asked) -> Said:
        if asked.path.endswith("/conversations"):
            return Said({"data": [{"id": "t_1", "updated_time": "2026-11-21T11:00:00+0000", "message_count": 1}]})
        if "is_unsupported" in asked.query["fields"]:
            return Said({"error": {"code": 100, "message": "(#100) Tried accessing nonexisting field (story)"}}, 400)
        return Said({"id": "t_1", "messages": {"data": [{"id": "m_1", "message": "da", "from": {"id": "222"}}]}})

    desk = page_desk(answering)
    assert asyncio.run(swept(desk.connector, desk.shelf))[-1].complete
    assert desk.shelf.texts == ["da"]
    assert desk.shelf.cursor["core"] == "1"
    asked = len(desk.net.asked)
    desk.shelf.cursor = {"core": "1"}
    asyncio.run(swept(desk.connector, desk.shelf))
    assert len(desk.net.asked) - asked == 2


def test_a_list_that_repeats_itself_is_shown_and_not_followed() -> None:
    def answering(asked: Asked) -> Said:
        if asked.path.endswith("/conversations"):
            row = {"id": "t_1", "updated_time": "2026-11-21T11:00:00+0000", "message_count": 1}
            return Said({"data": [row], "paging": {"cursors": {"after": "X"}, "next": "https://g/x?after=X"}})
        return Said({"id": "t_1", "messages": {"data": [{"id": "m_1", "message": "da", "from": {"id": "222"}}]}})

    desk = page_desk(answering)
    failure = failure_of(swept(desk.connector, desk.shelf))
    assert failure.health is Health.MALFORMED
    assert desk.shelf.texts == ["da"]
    assert len(desk.net.asked) < 6
    assert "swept" not in desk.shelf.cursor


def test_a_list_that_is_empty_in_between_is_followed(page: Bench) -> None:
    for number in range(3):
        page.platform.say(f"p{number}", f"{number}", Millis(page.clock() - HOUR))
    empty = {"data": [], "paging": {"cursors": {"after": ""}, "next": "https://graph.facebook.com/x?after=ZZZ"}}
    calls = 0

    def answering(_asked: Asked) -> Said:
        nonlocal calls
        calls += 1
        return Said(empty if calls == 1 else {"data": []})

    desk = page_desk(answering)
    asyncio.run(swept(desk.connector, desk.shelf))
    assert [asked.query.get("after") for asked in desk.net.asked] == [None, "ZZZ"]


def test_read_back_finds_the_conversation_by_the_person(page: Bench) -> None:
    page.platform.say("p", "Frage")
    sent = page.send("p", "Antwort")
    person = PlatformId(page.platform.people["p"].id)
    found = page.run(lambda connector: connector.read_back(PlatformId(""), person, Millis(page.clock() - HOUR)))
    assert sent.platform_ids[0] in {message.platform_id for message in found}


def test_withheld_files_are_said_to_be_so(page: Bench) -> None:
    page.platform.say("p", "Bild", attachments=[SimulatedFile("x.jpg", "image/jpeg", withheld=True)])
    page.poll()
    (message,) = page.shelf.messages.values()
    (file,) = message.attachments
    assert file.unavailable
    assert not file.url


def test_the_daily_allowance_holds_back_sweeps_not_replies() -> None:
    """200 calls a day for each engaged person; five are assumed. The allowance comes back steadily, not once a day."""
    desk = page_desk(lambda asked: accepts(asked) if asked.method == "POST" else Said({"data": []}))
    asyncio.run(desk.meter.observed("graph-day", 20, UNTOLD, Millis(NOON + DAY)))

    async def polls() -> list[object]:
        return [await swept(desk.connector, desk.shelf) for _ in range(20)]

    asyncio.run(polls())
    told = failure_of(swept(desk.connector, desk.shelf)).failure
    assert (told.kind, told.retry_at) == (FailureKind.RATE_LIMIT, NOON + DAY // 20)
    asyncio.run(desk.connector.send(reply()))
    desk.clock.now = Millis(NOON + DAY // 20)
    asyncio.run(swept(desk.connector, desk.shelf))


def test_the_allowance_follows_the_people_who_write(page: Bench) -> None:
    for number in range(8):
        page.platform.say(f"p{number}", "da", Millis(page.clock() - HOUR))
    page.platform.say("old", "da", Millis(page.clock() - 3 * DAY))
    page.poll()
    assert page.budgets["graph-day"].limit == 200 * 8


def test_skeletons_are_what_the_platform_no_longer_details() -> None:
    assert is_skeleton({"id": "m", "created_time": "x"})
    assert not is_skeleton({"id": "m", "message": ""})
    assert not is_skeleton(None)


def test_a_conversation_that_vanished_is_asked_for_once() -> None:
    """Only when the platform says that it does not exist; one that is merely not listed, or barred, is left alone."""
    answers = {"t_gone": 100, "t_barred": 10}

    def row(known_as: str, minute: int) -> dict[str, object]:
        members = {"data": [{"id": f"9{known_as}", "name": "N"}]}
        time = f"2026-11-21T11:{minute:02}:00+0000"
        return {"id": known_as, "updated_time": time, "message_count": 1, "participants": members}

    listed = [row("t_new", 40), row("t_gone", 30), row("t_barred", 25), row("t_hidden", 20), row("t_old", 10)]

    def answering(asked: Asked) -> Said:
        last = asked.path.rpartition("/")[2]
        if last == "conversations":
            return Said({"data": listed})
        if asked.query["fields"] == "id":
            code = answers.get(last)
            return Said({"error": {"code": code, "message": "m"}}, 400) if code else Said({"id": last})
        message = {"id": f"m_{last}", "message": last, "from": {"id": f"9{last}"}}
        return Said({"id": last, "messages": {"data": [{**message, "created_time": "2026-11-21T11:00:00+0000"}]}})

    desk = page_desk(answering)
    asyncio.run(swept(desk.connector, desk.shelf))
    listed[:] = [listed[0], listed[-1]]
    batches = asyncio.run(swept(desk.connector, desk.shelf))
    assert [one for batch in batches for one in batch.vanished] == ["t_gone"]
    asked = len(desk.net.asked)
    asyncio.run(swept(desk.connector, desk.shelf))
    assert len(desk.net.asked) - asked == 1
