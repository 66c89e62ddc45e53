"""Answers on Mastodon: everybody is named, nobody else is, one key makes one post, files wait until they are ready."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from switchboard_app.model.channel import CAPABILITIES, Channel, text_limit_of
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import OutboxId, PlatformId
from switchboard_app.model.remote import RemoteAttachment
from switchboard_app.model.times import HOUR, MINUTE, Millis
from switchboard_app.sync.connector import Connector, Outgoing, OutgoingFile
from switchboard_app.sync.mastodon import MastodonConnector
from switchboard_app.training.faults import dropped, refused
from switchboard_app.training.mastodon import SimulatedMastodon
from tests.connectors.bench import PNG, Bench, failure_of
from tests.connectors.canned import Asked, Said, instance_desk

ACCOUNTS = [{"id": "7", "acct": "ada@x.example", "display_name": "Ada"}, {"id": "9", "acct": "berta"}]
CONVERSATION = {"id": "1", "accounts": ACCOUNTS, "last_status": {"id": "55", "created_at": "2026-11-20T10:00:00.000Z"}}


@pytest.fixture
def platform(instance: Bench) -> SimulatedMastodon:
    """The simulated instance behind the bench."""
    assert isinstance(instance.platform, SimulatedMastodon)
    return instance.platform


def _answer(text: str, to: str = "7+9", *, files: tuple[OutgoingFile, ...] = ()) -> Outgoing:
    return Outgoing(OutboxId("0199-reply"), PlatformId(to), PlatformId(to), text, files)


def _instance(asked: Asked) -> Said:
    """An instance with one conversation, which takes every post."""
    if asked.path == "/api/v1/conversations":
        return Said([CONVERSATION])
    if asked.path == "/api/v1/accounts/8":
        return Said({"error": "Record not found"}, 404)
    if asked.path == "/api/v1/accounts/11":
        return Said({"id": "11", "acct": "carla@y.example"})
    return Said({"id": "77"})


def _posted(text: str, to: str = "7+9") -> tuple[Any, Asked]:
    desk = instance_desk(_instance)
    receipt = asyncio.run(desk.connector.send(_answer(text, to)))
    asked = desk.net.asked[-1]
    assert receipt.platform_ids == ("77",)
    assert receipt.thread == to
    return asked.json, asked


def test_everybody_in_the_conversation_is_named() -> None:
    body, asked = _posted("Gerne.\nIhr Amt")
    assert body == {
        "status": "@ada@x.example @berta Gerne.\nIhr Amt",
        "visibility": "direct",
        "in_reply_to_id": "55",
    }
    assert asked.headers["idempotency-key"] == "0199-reply"
    assert asked.headers["authorization"] == "Bearer t0ken"


def test_somebody_whose_conversation_is_old_is_asked_for() -> None:
    body, _ = _posted("Gerne.", "11")
    assert body == {"status": "@carla@y.example Gerne.", "visibility": "direct"}


@pytest.mark.parametrize("to", ["8", "7+8", ""])
def test_nobody_gets_it_when_somebody_is_gone(to: str) -> None:
    desk = instance_desk(_instance)
    failure = failure_of(desk.connector.send(_answer("Gerne.", to))).failure
    assert (failure.kind, failure.certain) == (FailureKind.RECIPIENT, True)
    assert not [asked for asked in desk.net.asked if asked.method == "POST"]


@pytest.mark.parametrize(
    "text", ["Fragen Sie @fachstelle@bs.example", "@carla weiss es", "siehe (@dora)", "@ada ist es nicht"]
)
def test_words_that_would_reach_somebody_else_are_refused(text: str) -> None:
    desk = instance_desk(_instance)
    failure = failure_of(desk.connector.send(_answer(text))).failure
    assert (failure.kind, failure.certain) == (FailureKind.CONTENT, True)
    assert "@" in failure.text
    assert not [asked for asked in desk.net.asked if asked.method == "POST"]


@pytest.mark.parametrize(
    "text", ["@ada@x.example: gerne", "info@bs.example", "https://x.example/@carla", "um 8 @ Rathaus"]
)
def test_words_that_reach_nobody_else_go_out_as_they_are(text: str) -> None:
    body, _ = _posted(text)
    assert body["status"] == f"@ada@x.example @berta {text}"


def test_the_same_answer_again_is_the_same_post(instance: Bench, platform: SimulatedMastodon) -> None:
    """The answer was lost, the post was made: under its own key it can be sent again, for an hour."""
    platform.say("p", "Frage")
    platform.faults.add(instance.posts, dropped(accepted=True))
    assert not instance.send_failing("p", "Antwort").failure.certain
    instance.clock.forward(20 * MINUTE)
    again = instance.send("p", "Antwort")
    assert [message.id for message in platform.sent_by_us()] == list(again.platform_ids)
    instance.clock.forward(HOUR)
    instance.send("p", "Antwort")
    assert len(platform.sent_by_us()) == 2, "after that hour it is another post"


def test_each_part_has_a_key_of_its_own(instance: Bench, platform: SimulatedMastodon) -> None:
    platform.say("p", "Frage")
    files = tuple(OutgoingFile(f"{number}.png", "image/png", PNG) for number in range(6))
    receipt = instance.send("p", "Sechs Bilder", files=files)
    sent = platform.sent_by_us()
    assert [len(message.files) for message in sent] == [4, 2]
    assert [message.text for message in sent] == ["Sechs Bilder", ""]
    assert [message.id for message in sent] == list(receipt.platform_ids)
    assert instance.send("p", "Sechs Bilder", files=files).platform_ids == receipt.platform_ids


def test_a_post_to_answer_to_that_is_gone_costs_the_thread_not_the_answer(
    instance: Bench, platform: SimulatedMastodon
) -> None:
    platform.say("p", "Frage")
    platform.faults.add(instance.posts, refused("missing"))
    instance.send("p", "Antwort")
    assert [message.text for message in platform.sent_by_us()] == ["Antwort"]


def test_a_file_is_waited_for(instance: Bench, platform: SimulatedMastodon) -> None:
    platform.say("p", "Frage")
    platform.rules.processing = 2
    instance.send("p", "Bild", files=(OutgoingFile("plan.png", "image/png", PNG),))
    (sent,) = platform.sent_by_us()
    assert sent.files[0].content == PNG
    assert platform._uploads.descriptions[sent.files[0].id] == "plan.png"


def test_a_limit_for_posts_says_until_when(instance: Bench, platform: SimulatedMastodon) -> None:
    platform.limits.limits["posts"] = 1
    platform.say("p", "Frage")
    instance.send("p", "eins")
    posts = sum(request.method == "POST" for request in platform.requests)
    failure = instance.send_failing("p", "zwei").failure
    assert (failure.kind, failure.certain) == (FailureKind.RATE_LIMIT, True)
    assert failure.retry_at is not None
    assert instance.clock() < failure.retry_at <= instance.clock() + 3 * HOUR
    assert sum(request.method == "POST" for request in platform.requests) == posts, "it was not even asked"
    instance.poll()  # reading has a limit of its own


def test_own_posts_are_read_back_when_the_conversation_does_not_show_them(
    instance: Bench, platform: SimulatedMastodon
) -> None:
    platform.say("p", "Frage", Millis(instance.clock() - HOUR))
    receipt = instance.send("p", "Antwort")
    platform.answered[receipt.platform_ids[0]] = ""

    async def back(connector: Connector) -> Any:
        return await connector.read_back(receipt.thread, receipt.thread, Millis(instance.clock() - MINUTE))

    assert [message.text for message in instance.run(back)] == ["Antwort"]


def test_the_limit_is_the_instances_without_the_names_in_front() -> None:
    abilities = CAPABILITIES[Channel.MASTODON]
    assert text_limit_of(abilities, {}, "@ada@x.example") == 500 - len("@ada ")
    assert text_limit_of(abilities, {"text_limit": "5000"}, "@ada@x.example @berta") == 5000 - len("@ada @berta ")
    assert text_limit_of(abilities, {"text_limit": "unsinn"}, "") == 499
    assert text_limit_of(CAPABILITIES[Channel.X], {}, "@ada") == 10_000


def test_who_we_are_brings_the_instances_limits(instance: Bench, platform: SimulatedMastodon) -> None:
    platform.longest = 1234
    me = instance.run(lambda connector: connector.whoami())
    assert (me.options["text_limit"], me.options["private_mentions"]) == ("1234", "accept")


def test_filters_that_throw_strangers_away_are_told(instance: Bench, platform: SimulatedMastodon) -> None:
    async def warned(connector: Connector) -> str:
        assert isinstance(connector, MastodonConnector)
        return connector.forewarning()

    platform.rules.policy = "drop"
    assert instance.run(warned) == ""
    instance.options = dict(instance.run(lambda connector: connector.whoami()).options)
    assert "strangers" in instance.run(warned)
    platform.rules.policy = "filter"
    instance.options = dict(instance.run(lambda connector: connector.whoami()).options)
    assert instance.run(warned) == "", "what is only filtered is read from the mentions"


def test_files_come_from_the_instance_and_its_own_host_for_them() -> None:
    served = {"social.example", "files.social.example", "cdn.example"}

    def answering(asked: Asked) -> Said:
        assert asked.headers["host"] in served
        assert "authorization" not in asked.headers
        return Said(b"bytes")

    desk = instance_desk(answering, options={"media_hosts": "cdn.example"})

    def fetched(address: str) -> bytes:
        return asyncio.run(desk.connector.fetch(RemoteAttachment(PlatformId("1"), "a", url=address), 100))

    for host in served:
        assert fetched(f"https://{host}/a.png") == b"bytes"
    for address in ("https://anderswo.example/a.png", "http://cdn.example/a.png", "https://cdn.example:8443/a.png",
                    "https://cdn.example.boese.example/a.png", "file:///etc/passwd", "https://10.0.0.1/a"):  # fmt: skip
        failure = failure_of(desk.connector.fetch(RemoteAttachment(PlatformId("1"), "a", url=address), 100))
        assert failure.failure.kind is FailureKind.CONTENT
