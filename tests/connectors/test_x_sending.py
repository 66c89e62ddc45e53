"""What goes out to X: text, images in pieces, and what a failed upload proves."""

from __future__ import annotations

import asyncio
import base64

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.sync.connector import OutgoingFile
from switchboard_app.training.faults import refused
from tests.connectors.bench import PNG, Bench, failure_of
from tests.connectors.canned import Asked, Said, always, handle_desk, reply


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
            assert asked.json["segment_index"] == len(pieces)
            pieces.append(base64.b64decode(asked.json["media"]))
            return Said(b"", 204)
        if asked.path.endswith("finalize"):
            return Said({"data": {"id": "55"}})
        assert asked.json == {"attachments": [{"media_id": "55"}]}
        return Said({"data": {"dm_event_id": 12345678901234567890, "dm_conversation_id": "222-300"}}, 201)

    desk = handle_desk(answering)
    receipt = asyncio.run(desk.connector.send(reply("", files=(OutgoingFile("a.gif", "image/gif", b"g" * 9_000_000),))))
    assert receipt.platform_ids == ("12345678901234567890",)
    assert b"".join(pieces) == b"g" * 9_000_000
    assert len(pieces) == 9


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
