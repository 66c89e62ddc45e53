"""Graph's records in our words: own fixtures and the recordings of the dossier, without loss."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import RemotePerson, RemoteThread
from switchboard_app.sync.json_answer import Record
from switchboard_app.sync.meta.api import next_page
from switchboard_app.sync.meta.translate import message_of, thread_of
from tests.connectors.bench import swept
from tests.connectors.canned import PAGE, Asked, Desk, Said
from tests.platforms import NOON

FIXTURES = Path(__file__).parent / "fixtures"
RECORDS: list[dict[str, Any]] = json.loads((FIXTURES / "graph_records.json").read_text("utf-8"))["cases"]
THREAD = RemoteThread(PlatformId("t_1"), RemotePerson(PlatformId("222"), "Anna Muster"))


@pytest.mark.parametrize("case", RECORDS, ids=[case["name"] for case in RECORDS])
def test_records_are_read_without_loss(case: dict[str, Any]) -> None:
    record, expect = case["record"], case["expect"]
    message = message_of(record, THREAD, PAGE, NOON)
    assert message.platform_id == expect.get("id", record["id"])
    assert (message.text, message.ours, message.sender.platform_id) == (
        expect["text"],
        expect["ours"],
        expect["sender"],
    )
    assert not message.unreadable
    assert message.at == expect.get("at", 1795168800000 if "T10:00:00" in str(record.get("created_time")) else NOON)
    found = [[one.platform_id, bool(one.url), bool(one.unavailable), one.mime] for one in message.attachments]
    assert found == expect.get("attachments", [])
    assert expect.get("says", "") in "".join(one.unavailable for one in message.attachments)
    assert message.raw.isascii()
    assert "SECRET" not in message.raw
    assert "oh=1" not in message.raw
    assert {*json.loads(message.raw)} == {*record}


@pytest.mark.parametrize("record", [None, 7, "x", [], {}, {"message": "ohne"}, {"id": None}, {"id": {"a": 1}}])
def test_records_without_an_id_go_to_quarantine(record: Any) -> None:
    message = message_of(record, THREAD, PAGE, NOON)
    assert message.unreadable
    assert message.platform_id.startswith("?")
    assert message.platform_id == message_of(record, THREAD, PAGE, NOON).platform_id
    assert json.loads(message.raw) == record


@pytest.mark.parametrize(
    ("record", "person", "link"),
    [
        (
            {"id": "t_1", "participants": {"data": [{"id": PAGE, "name": "Seite"}, {"id": "222", "name": "Anna"}]}},
            "222",
            "",
        ),
        (
            {"id": "t_1", "senders": {"data": [{"id": "222"}]}, "link": "/111/inbox/9/"},
            "222",
            "https://www.facebook.com/111/inbox/9/",
        ),
        ({"id": "t_1", "former_participants": {"data": [{"id": 222}]}}, "222", ""),
        ({"id": "t_1", "link": "https://business.facebook.com/x"}, "", "https://business.facebook.com/x"),
        ({"id": "t_1", "link": "http://www.facebook.com/messages"}, "", ""),
        ({"id": "t_1", "link": "https://facebook.com.evil.example/"}, "", ""),
        ({"id": "t_1", "link": "//evil.example/"}, "", ""),
        ({"id": "t_1", "link": "javascript:alert(1)"}, "", ""),
        ({"id": "t_1", "participants": 7, "link": 8}, "", ""),
    ],
)
def test_conversations_and_their_person(record: Record, person: str, link: str) -> None:
    thread = thread_of(record, PAGE)
    assert (thread.person.platform_id, thread.link) == (person, link)


@pytest.mark.parametrize(
    ("paging", "more"),
    [
        (None, {}),
        ({"cursors": {"before": "a", "after": "b"}}, {}),
        (
            {"cursors": {"before": "a", "after": "b"}, "next": "https://g/x?access_token=T&limit=25&after=b"},
            {"after": "b"},
        ),
        ({"next": "https://g/x?access_token=T&limit=25&after=c%3D"}, {"after": "c="}),
        (
            {"next": "https://g/x?access_token=T&method=GET&until=1334079538&__paging_token=m_1"},
            {"until": "1334079538", "__paging_token": "m_1"},
        ),
        ({"previous": "https://g/x?before=a"}, {}),
        ({"next": 7}, {}),
        ({"next": "http://["}, {}),
    ],
)
def test_paging_in_both_writings_without_its_address(paging: Any, more: dict[str, str]) -> None:
    assert next_page({"paging": paging}) == more


def test_recorded_conversations_and_messages_are_read_without_loss(shared: Path) -> None:
    """Every message id, text and attachment id in the recordings and fixtures of the dossier."""
    folder = shared / "contracts/meta-messenger"
    seen = 0
    for name in (
        "python-facebook-recorded",
        "python-facebook-recorded-more",
        "restfb-fixtures",
        "restfb-fixtures-more",
    ):
        for title, content in json.loads((folder / f"{name}.json").read_text("utf-8"))["files"].items():
            if title.startswith("webhooks/"):
                continue  # the gateway's, not what is polled
            for record in _messages_in(content):
                seen += 1
                message = message_of(record, THREAD, "2121008874780932", NOON)
                assert message.platform_id == record["id"]
                assert message.text == record.get("message", "")
                ids = [one["id"] for one in record.get("attachments", {}).get("data", [])]
                assert [one.platform_id for one in message.attachments][: len(ids)] == ids
                assert all(one.url or one.unavailable for one in message.attachments)
                assert ("sticker" in record) <= bool(message.attachments)
                assert ("shares" in record) <= bool(message.attachments)
                assert "access_token" not in message.raw
                assert message.sender.platform_id == record.get("from", {}).get("id", "222")
                if "created_time" in record:
                    assert message.at < NOON
            for record in _conversations_in(content):
                assert thread_of(record, "2121008874780932").platform_id == record["id"]
                people = [one["id"] for one in record.get("participants", {}).get("data", [])]
                assert thread_of(record, "2121008874780932").person.platform_id in (*people, "")
    assert seen >= 14


def _messages_in(content: Any) -> list[Any]:
    if isinstance(content, list):
        return [found for one in content for found in _messages_in(one)]
    if not isinstance(content, dict):
        return []
    known_as = content.get("id")
    if isinstance(known_as, str) and (known_as.startswith("m_") or known_as == "<MESSAGE_ID>"):
        return [content]
    return [found for one in content.values() for found in _messages_in(one)]


def _conversations_in(content: Any) -> list[Any]:
    if isinstance(content, dict):
        if str(content.get("id", "")).startswith("t_"):
            return [content]
        return [found for one in content.values() for found in _conversations_in(one)]
    return []


def test_a_recorded_conversation_with_old_paging_is_polled(shared: Path) -> None:
    file = shared / "contracts/meta-messenger/restfb-fixtures-more.json"
    conversation = json.loads(file.read_text("utf-8"))["files"]["conversation.json"]

    def answering(asked: Asked) -> Said:
        if asked.path.endswith("/conversations"):
            listed = {name: value for name, value in conversation.items() if name != "messages"}
            return Said({"data": [listed]})
        if asked.path.endswith("/messages"):
            assert asked.query["until"] == "1334079538"
            assert "access_token" not in asked.query
            return Said({"data": []})
        return Said({"id": conversation["id"], "messages": conversation["messages"]})

    desk = Desk(Channel.FACEBOOK, answering, me="261743132120084")
    batches = asyncio.run(swept(desk.connector, desk.shelf))
    assert batches[-1].complete
    stored = desk.shelf.messages
    assert [(m.platform_id, m.text, m.ours) for m in sorted(stored.values(), key=lambda m: m.at)] == [
        ("m_id.378684585454124", "Well, well.", False),
        ("m_id.291856400815314", "Well, well.", True),
    ]
    assert "access_token" not in json.dumps(dict(desk.shelf.cursor))
