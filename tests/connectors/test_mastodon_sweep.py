"""Sweeping Mastodon: answers beside the last one, late ones, edits, deletions, several people, what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import RemoteMessage
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.mastodon.api import next_page
from switchboard_app.training.faults import refused, server_error
from switchboard_app.training.mastodon import SimulatedMastodon
from switchboard_app.training.truth import SimulatedFile
from tests.connectors.bench import PNG, Bench
from tests.connectors.canned import Asked, Said, instance_desk, swept_desk
from tests.platforms import NOON

WITHOUT_MENTIONS = ("read:accounts", "read:statuses", "write:statuses", "write:media")


@pytest.fixture
def platform(instance: Bench) -> SimulatedMastodon:
    """The simulated instance behind the bench."""
    assert isinstance(instance.platform, SimulatedMastodon)
    return instance.platform


def _polls(bench: Bench, times: int = 1) -> list[RemoteMessage]:
    """Some polls, two minutes apart; everything that was served."""
    served: list[RemoteMessage] = []
    for _ in range(times):
        bench.clock.forward(2 * MINUTE)
        served += [message for batch in bench.poll() for message in batch.messages]
    return served


def test_an_answer_beside_the_last_one_is_found(instance: Bench, platform: SimulatedMastodon) -> None:
    """Two answers to the same post: the context of neither shows the other. Seen without the list of mentions."""
    platform.scopes = WITHOUT_MENTIONS
    first = platform.say("p", "Frage")
    for text in ("eine Antwort", "noch eine", "dritte"):
        platform.answered[platform.say("p", text).id] = first.id
    instance.poll()
    assert sorted(instance.shelf.texts) == ["Frage", "dritte", "eine Antwort", "noch eine"]


def test_what_was_delivered_late_is_found_by_the_second_look(instance: Bench, platform: SimulatedMastodon) -> None:
    platform.scopes = WITHOUT_MENTIONS
    platform.say("p", "neu")
    instance.poll()
    platform.say("p", "kommt spät", Millis(instance.clock() - 5 * HOUR))
    _polls(instance, 2)
    assert "kommt spät" in instance.shelf.texts


def test_what_the_filters_hold_back_is_in_the_mentions(instance: Bench, platform: SimulatedMastodon) -> None:
    platform.rules.filters = True
    platform.say("fremd", "Guten Tag")
    instance.poll()
    assert instance.shelf.texts == ["Guten Tag"]


def test_an_edit_is_served_with_its_moment(instance: Bench, platform: SimulatedMastodon) -> None:
    said = platform.say("p", "alt")
    instance.poll()
    platform.say("q", "dazwischen")
    instance.clock.forward(MINUTE)
    platform.edit(said.id, "neu")
    edited = [message for message in _polls(instance, 3) if message.platform_id == said.id and message.text == "neu"]
    assert edited
    assert edited[0].edited_at == NOON + MINUTE


def test_a_post_that_was_taken_back_is_said_to_be_gone(instance: Bench, platform: SimulatedMastodon) -> None:
    kept, gone = platform.say("p", "bleibt"), platform.say("p", "geht")
    instance.poll()
    platform.delete(gone.id)
    served = _polls(instance, 4)
    assert {message.platform_id for message in served if message.deleted} == {gone.id}
    assert not [message for message in served if message.deleted and message.platform_id == kept.id]


def test_a_conversation_that_is_empty_is_nothing_to_read(instance: Bench, platform: SimulatedMastodon) -> None:
    said = platform.say("p", "nur das")
    instance.poll()
    platform.delete(said.id)
    served = _polls(instance, 4)
    assert [message.platform_id for message in served if message.deleted] == [said.id]


def test_several_people_are_one_conversation_with_all_their_names(instance: Bench, platform: SimulatedMastodon) -> None:
    anna = platform.add_person("anna", "Anna Muster", "anna")
    beat = platform.add_person("beat", "Beat Beispiel", "beat")
    together = platform.conversation_of("anna", "beat")
    platform.say("anna", "Wir beide fragen", conversation=together)
    platform.say("beat", "ich auch", conversation=together)
    platform.say("anna", "nur unter uns")
    instance.poll()
    thread = instance.shelf.threads[PlatformId(together)]
    assert thread.person.platform_id == together
    assert {anna.id, beat.id} == set(together.split("+"))
    assert sorted(thread.person.name.split(", ")) == ["Anna Muster", "Beat Beispiel"]
    assert sorted(thread.person.handle.split(" @")) == ["anna@buerger.invalid", "beat@buerger.invalid"]
    by_thread = {text: one.thread for one in instance.shelf.messages.values() for text in [one.text]}
    assert by_thread == {"Wir beide fragen": together, "ich auch": together, "nur unter uns": anna.id}
    senders = {message.text: message.sender.name for message in instance.shelf.messages.values()}
    assert senders["ich auch"] == "Beat Beispiel"


def test_one_bad_conversation_does_not_hold_up_the_others(instance: Bench, platform: SimulatedMastodon) -> None:
    platform.scopes = WITHOUT_MENTIONS
    for number in range(3):
        platform.say(f"p{number}", f"Frage {number}", Millis(instance.clock() - number * MINUTE))
    bad = next(message for message in platform.truth() if message.text == "Frage 0")
    platform.faults.add(f"GET /statuses/{bad.id}/context", server_error(503, accepted=False), times=None)
    for _ in range(2):
        failure = instance.poll_failing()
        assert failure.failure.kind is FailureKind.SERVER
        assert sorted(instance.shelf.texts) == ["Frage 1", "Frage 2"]
        instance.clock.forward(2 * MINUTE)
    instance.poll()  # at the third time its last post alone is kept
    assert sorted(instance.shelf.texts) == ["Frage 0", "Frage 1", "Frage 2"]


def test_a_sweep_that_the_limit_breaks_off_goes_on(instance: Bench, platform: SimulatedMastodon) -> None:
    platform.limits.limits["calls"] = 25
    for number in range(90):
        platform.say(f"p{number}", f"Frage {number}", Millis(instance.clock() - number * MINUTE))
    kinds = []
    for _ in range(12):
        try:
            instance.poll()
        except PlatformFailure as failure:
            kinds.append(failure.failure.kind)
        instance.clock.forward(5 * MINUTE)
    assert set(kinds) == {FailureKind.RATE_LIMIT}
    assert 429 not in {request.status for request in platform.requests}, "the limit is kept, not met"
    assert len(instance.shelf.messages) == 90


def test_a_dead_sign_in_and_a_missing_permission(instance: Bench, platform: SimulatedMastodon) -> None:
    platform.scopes = ("read:accounts",)
    failure = instance.poll_failing()
    assert (failure.failure.kind, "read:statuses" in failure.health_detail) == (FailureKind.PERMISSION, True)
    platform.rules.let_in = False
    instance.clock.forward(2 * HOUR)
    assert instance.poll_failing().failure.kind is FailureKind.BLOCKED


def test_known_conversations_cost_two_requests(instance: Bench, platform: SimulatedMastodon) -> None:
    for number in range(15):
        platform.say(f"p{number}", "Frage", Millis(instance.clock() - 3 * DAY))
    instance.poll()
    platform.requests.clear()
    _polls(instance)
    assert len(platform.requests) == 2


def test_files_that_the_instance_does_not_have(instance: Bench, platform: SimulatedMastodon) -> None:
    platform.say("p", "hier", attachments=[SimulatedFile("a.png", "image/png", PNG, withheld=True)])
    instance.poll()
    (message,) = instance.shelf.messages.values()
    assert message.attachments[0].unavailable
    assert not message.attachments[0].url


def test_a_refused_page_begins_again_from_the_top(instance: Bench, platform: SimulatedMastodon) -> None:
    for number in range(60):
        platform.say(f"p{number}", f"{number}", Millis(instance.clock() - number * MINUTE))
    platform.faults.add("GET /api/v1/conversations", refused("parameter"), skip=1)
    instance.poll()
    assert len(instance.shelf.messages) == 60


@pytest.mark.parametrize(
    ("link", "question"),
    [
        ('<https://a.example/x?max_id=7>; rel="next", <https://a.example/x?min_id=9>; rel="prev"', "max_id=7"),
        ('<https://boese.example/x?max_id=7>; rel="next"', "max_id=7"),
        ('<https://a.example/x?min_id=9>; rel="prev"', ""),
        ("<https://a.example/x?max_id=7>; rel=next", "max_id=7"),
        ('<https://a.example/x?a=1,2&max_id=7>; title="x"; rel="next"', "a=1,2&max_id=7"),
        ("", ""),
        ("<" * 5000, ""),
    ],
)
def test_the_next_page_is_a_question_to_the_same_place(link: str, question: str) -> None:
    """A header that names another host changes what is asked, never whom: the token goes nowhere else."""
    assert next_page(link) == question


def test_a_page_elsewhere_is_asked_of_the_instance() -> None:
    def answering(asked: Asked) -> Said:
        if asked.path != "/api/v1/conversations" or "max_id" in asked.query:
            return Said([])
        return Said([_row()], headers={"link": '<https://boese.example/api?max_id=7>; rel="next"'})

    desk = instance_desk(answering)
    swept_desk(desk)
    assert {asked.headers["host"] for asked in desk.net.asked} == {"social.example"}
    assert any(asked.query.get("max_id") == "7" for asked in desk.net.asked)


def _row(**more: Any) -> Mapping[str, Any]:
    return {"id": "1", "unread": True, "accounts": [], "last_status": None, **more}
