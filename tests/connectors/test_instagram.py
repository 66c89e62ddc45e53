"""What is Instagram's own: two ids, stories and shares, uploads before sends, its refusals; recordings without loss."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.model.channel import CAPABILITIES, Channel, length_of
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import RemotePerson, RemoteThread
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.sync.connector import OutgoingFile, PlatformFailure
from switchboard_app.sync.instagram.connector import ascii_name
from switchboard_app.sync.meta.errors import graph_failure
from switchboard_app.sync.meta.translate import message_of, thread_of
from switchboard_app.training.faults import answer, dropped, refused
from switchboard_app.training.instagram import SimulatedInstagram
from tests.connectors.bench import PNG, Bench
from tests.platforms import NOON

FIXTURES = Path(__file__).parent / "fixtures"
RECORDS: list[dict[str, Any]] = json.loads((FIXTURES / "instagram_records.json").read_text("utf-8"))["cases"]
OWN = "17841400000000001"
THREAD = RemoteThread(PlatformId("aWdfZAG06"), RemotePerson(PlatformId("5614"), "", "anna.m"))


@pytest.fixture
def gram(behind_a_page: Bench) -> Bench:
    """The account on loopback."""
    return behind_a_page


def account(bench: Bench) -> SimulatedInstagram:
    assert isinstance(bench.platform, SimulatedInstagram)
    return bench.platform


@pytest.mark.parametrize("case", RECORDS, ids=[case["name"] for case in RECORDS])
def test_records_are_read_without_loss(case: dict[str, Any]) -> None:
    record, expect = case["record"], case["expect"]
    message = message_of(record, THREAD, OWN, NOON)
    assert (message.text, message.ours, message.sender.platform_id, message.sender.handle) == (
        expect["text"],
        expect["ours"],
        expect["sender"],
        expect["handle"],
    )
    assert not message.unreadable
    found = [[one.platform_id, bool(one.url), bool(one.unavailable), one.mime] for one in message.attachments]
    assert found == expect.get("attachments", [])
    assert expect.get("says", "") in "".join(one.unavailable for one in message.attachments)
    shown = message.raw + "".join(one.unavailable + one.name for one in message.attachments)
    assert "SECRET" not in shown
    assert "oh=1" not in shown
    assert {*json.loads(message.raw)} == {*record}


def test_a_shared_product_is_named() -> None:
    [product] = message_of(RECORDS[-1]["record"], THREAD, OWN, NOON).attachments
    assert product.name == "Velolicht"


def test_recordings_are_read_without_loss(shared: Path) -> None:
    folder = shared / "contracts/instagram"
    seen = 0
    for name in ("restfb-fixtures", "restfb-fixtures-more"):
        for record in json.loads((folder / f"{name}.json").read_text("utf-8"))["files"].values():
            if "participants" in record:
                thread = thread_of(record, "<IGID>")
                assert thread.platform_id == record["id"]
                assert thread.person == RemotePerson(PlatformId("<IGSID>"), "", "<IG_USER_NAME>")
                seen += 1
            elif "from" in record:
                message = message_of(record, THREAD, OWN, NOON)
                assert (message.platform_id, message.text) == (record["id"], record["message"])
                assert message.sender.handle == record["from"]["username"]
                told = [one.platform_id for one in message.attachments]
                for member in record.get("story", {}):
                    assert f"story:{member}:{record['id']}" in told
                assert len(told) == sum(
                    (
                        len(record.get("attachments", {}).get("data", [])),
                        len(record.get("shares", {}).get("data", [])),
                        len(record.get("story", {})),
                        "is_unsupported" in record,
                    )
                )
                assert "signature" not in message.raw
                seen += 1
    assert seen == 3


@pytest.mark.parametrize("sending", [True, False])
def test_the_dossiers_refusals(shared: Path, sending: bool) -> None:
    for case in json.loads((shared / "contracts/instagram/error-bodies.json").read_text("utf-8"))["cases"]:
        failure = graph_failure(case["http"], case["body"]["error"], sending=sending, now=NOON).failure
        assert (failure.kind, failure.certain) == (FailureKind.WINDOW, True)


def test_our_messages_are_those_of_the_account_not_of_the_page(gram: Bench) -> None:
    gram.platform.say("p", "Frage")
    gram.platform.say_as_page("p", "Antwort aus der App")
    gram.poll()
    assert {message.text: message.ours for message in gram.shelf.messages.values()} == {
        "Frage": False,
        "Antwort aus der App": True,
    }
    [thread] = gram.shelf.threads.values()
    assert thread.person.platform_id == gram.platform.people["p"].id
    assert thread.person.handle == "p"


def test_it_finds_account_and_page_by_itself(gram: Bench) -> None:
    """A first sweep may come before anybody asked who we are."""
    gram.platform.say("p", "da")
    gram.options["instagram_id"] = ""
    gram.poll()
    assert gram.shelf.texts == ["da"]


def test_a_page_without_an_account_says_so(gram: Bench) -> None:
    account(gram).connected = False
    with pytest.raises(PlatformFailure) as caught:
        gram.run(lambda connector: connector.whoami())
    assert caught.value.health is Health.PERMISSION_MISSING
    assert "No Instagram account is connected" in caught.value.health_detail


def test_a_missing_permission_is_named(gram: Bench) -> None:
    gram.platform.say("p", "da")
    account(gram).scopes = ("instagram_basic",)
    with pytest.raises(PlatformFailure) as caught:
        gram.run(lambda connector: connector.whoami())
    assert (caught.value.health, caught.value.health_detail) == (
        Health.PERMISSION_MISSING,
        "instagram_manage_messages, pages_manage_metadata",
    )
    assert gram.poll_failing().health_detail == "instagram_manage_messages"
    failure = gram.send_failing("p")
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.PERMISSION, True)


@pytest.mark.parametrize(
    ("ago", "tag", "kind"), [(HOUR, "", None), (2 * DAY, "HUMAN_AGENT", None), (8 * DAY, "", FailureKind.WINDOW)]
)
def test_windows(gram: Bench, ago: int, tag: str, kind: FailureKind | None) -> None:
    last = Millis(gram.clock() - ago)
    gram.platform.say("p", "Frage", last)
    if kind is not None:
        failure = gram.send_failing("p", last=last).failure
        assert (failure.kind, failure.certain) == (kind, True)
        assert not gram.platform.sent_by_us()
        return
    gram.send("p", "Danke", last=last)
    assert [message.tag for message in gram.platform.sent_by_us()] == [tag]


def test_a_text_holds_a_thousand_bytes() -> None:
    abilities = CAPABILITIES[Channel.INSTAGRAM]
    assert length_of("a" * 1000, abilities) == abilities.text_limit
    assert length_of("ü" * 501, abilities) > abilities.text_limit
    assert length_of("ü" * 501, CAPABILITIES[Channel.FACEBOOK]) == 501


def test_the_limit_is_what_the_platform_takes(gram: Bench) -> None:
    gram.platform.say("p", "Frage")
    gram.send("p", "ü" * 500)
    assert gram.send_failing("p", "ü" * 501).failure.kind is FailureKind.CONTENT


@pytest.mark.parametrize("effect", [dropped(accepted=True), answer(200, {}), refused("temporary"), answer(500, b"")])
def test_an_upload_that_broke_is_certain(gram: Bench, effect: Any) -> None:
    """Nothing is sent by it, however it ended."""
    gram.platform.say("p", "Frage")
    gram.platform.faults.add("POST /message_attachments", effect)
    failure = gram.send_failing("p", "", files=(OutgoingFile("plan.png", "image/png", PNG),)).failure
    assert failure.certain
    assert not gram.platform.sent_by_us()
    gram.send("p", "", files=(OutgoingFile("Bäume & Büsche.png", "image/png", PNG),))
    [sent] = gram.platform.sent_by_us()
    assert [(file.name, file.content) for file in sent.files] == [("Baume _ Busche.png", PNG)]


def test_a_file_whose_send_broke_is_uncertain(gram: Bench) -> None:
    gram.platform.say("p", "Frage")
    gram.platform.faults.add("POST /messages", dropped(accepted=True))
    failure = gram.send_failing("p", "", files=(OutgoingFile("plan.png", "image/png", PNG),)).failure
    assert not failure.certain
    assert len(gram.platform.sent_by_us()) == 1


@pytest.mark.parametrize(
    ("name", "ascii_"),
    [
        ("plan.png", "plan.png"),
        ("Zürich.pdf", "Zurich.pdf"),
        ("計画.png", "file.png"),
        ("..", "file"),
        ("", "file"),
        ("a/b\\c.png", "a_b_c.png"),
    ],
)
def test_names_of_files_are_ascii(name: str, ascii_: str) -> None:
    assert ascii_name(name) == ascii_


def test_a_version_that_refuses_fields_is_asked_for_fewer(gram: Bench) -> None:
    gram.platform.say("p", "da")
    body = {"error": {"code": 100, "message": "(#100) Tried accessing nonexisting field (message_count)"}}
    gram.platform.faults.add("GET /conversations", answer(400, body))
    assert gram.poll()[-1].complete
    assert gram.shelf.texts == ["da"]
    assert gram.shelf.cursor["lean"] == "1"
    gram.clock.forward(2 * MINUTE)
    gram.poll()
    lists = [request for request in gram.platform.requests if request.path.endswith("/conversations")]
    assert len(lists) == 3, "what was refused once is not asked for again"


def test_kinds_of_messages_come_as_what_they_are(gram: Bench) -> None:
    story = gram.platform.say("p", "Schöne Story")
    account(gram).decorate(
        story.id, story={"reply_to": {"id": "1", "link": "https://lookaside.fbsbx.com/?signature=S"}}
    )
    voice = gram.platform.say("p", "")
    account(gram).decorate(voice.id, is_unsupported="true")
    gram.poll()
    said = {message.text: [one.unavailable for one in message.attachments] for message in gram.shelf.messages.values()}
    assert said["Schöne Story"] == ["An answer to your story; it can be seen in the platform's inbox."]
    assert said[""] == ["The platform does not give this kind of message; open the conversation in its inbox."]


def test_reactions_come_with_who_reacted(gram: Bench) -> None:
    said = gram.platform.say("p", "Frage")
    who = {"username": "p", "id": gram.platform.people["p"].id}
    account(gram).decorate(said.id, reactions={"data": [{"reaction": "love", "users": [who]}]})
    gram.poll()
    [message] = gram.shelf.messages.values()
    assert message.reactions is not None
    assert [(one.who, one.emoji) for one in message.reactions] == [(who["id"], "❤")]


def test_an_unsent_message_is_missing_between_the_others(gram: Bench) -> None:
    """The platform tells nothing; the poll says between which moments it saw everything there is."""
    texts = ("eins", "zwei", "drei")
    said = [gram.platform.say("p", text, Millis(gram.clock() - (60 - n) * MINUTE)) for n, text in enumerate(texts)]
    gram.poll()
    gram.platform.delete(said[1].id)
    gram.platform.say("p", "vier")
    gram.clock.forward(5 * MINUTE)
    batches = gram.poll()
    spans = [span for batch in batches for span in batch.listed if span.thread == said[1].conversation]
    assert any(span.from_at < said[1].at < span.to_at for span in spans)
    assert said[1].id not in {message.platform_id for batch in batches for message in batch.messages}
