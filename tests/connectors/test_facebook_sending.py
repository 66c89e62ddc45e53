"""What goes out to Facebook: windows and tags, parts with their type, version, proof."""

from __future__ import annotations

import asyncio
import hashlib
import hmac

import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.times import DAY, HOUR, Millis
from switchboard_app.sync.connector import OutgoingFile, Receipt
from tests.connectors.bench import PNG, Bench, failure_of, swept, the_page
from tests.connectors.canned import PAGE, Asked, Desk, Said, accepts, page_desk, reply
from tests.platforms import NOON


@pytest.mark.parametrize(
    ("ago", "kind"),
    [
        (None, {"messaging_type": "RESPONSE"}),
        (0, {"messaging_type": "RESPONSE"}),
        (24 * HOUR, {"messaging_type": "RESPONSE"}),
        (24 * HOUR + 1, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
        (6 * DAY, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
        (8 * DAY, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
    ],
)
def test_a_reply_and_its_window(ago: int | None, kind: dict[str, str]) -> None:
    desk = page_desk(accepts)
    last = None if ago is None else Millis(NOON - ago)
    assert asyncio.run(desk.connector.send(reply("Grüezi", last=last))) == Receipt(
        (PlatformId("m_new"),), PlatformId("t_1")
    )
    (asked,) = desk.net.asked
    assert (asked.method, asked.path, asked.query) == ("POST", f"/v26.0/{PAGE}/messages", {})
    assert asked.headers["authorization"] == "Bearer t0ken"
    message = {"text": "Grüezi", "metadata": "0199-reply"}
    assert asked.json == {"recipient": {"id": "222"}, **kind, "message": message}


def test_a_clock_that_runs_behind_is_mended_by_the_tag() -> None:
    def closes_early(asked: Asked) -> Said:
        if asked.json["messaging_type"] == "RESPONSE":
            return Said({"error": {"code": 10, "error_subcode": 2018278}}, 400)
        return accepts(asked)

    desk = page_desk(closes_early)
    asyncio.run(desk.connector.send(reply(last=Millis(NOON - 23 * HOUR))))
    assert [asked.json.get("tag") for asked in desk.net.asked] == [None, "HUMAN_AGENT"]
    told = failure_of(page_desk(closes_early).connector.send(reply(last=None))).failure
    assert told.kind is FailureKind.WINDOW, "without knowing when the person wrote, nothing is tagged"


def test_an_image_goes_as_a_part_with_its_type() -> None:
    desk = page_desk(accepts)
    files = (OutgoingFile("plan.png", "image/png", PNG), OutgoingFile("b.pdf", "application/pdf", b"%PDF"))
    receipt = asyncio.run(desk.connector.send(reply("", files=files, last=Millis(NOON - 2 * DAY))))
    assert len(receipt.platform_ids) == 2
    first, second = (asked.body for asked in desk.net.asked)
    assert b'name="recipient"\r\n\r\n{"id":"222"}' in first
    assert b'name="messaging_type"\r\n\r\nMESSAGE_TAG' in first
    assert b'name="tag"\r\n\r\nHUMAN_AGENT' in first
    assert b'"type":"image"' in first
    assert b'name="filedata"; filename="plan.png"\r\nContent-Type: image/png\r\n\r\n' + PNG in first
    assert b'"type":"file"' in second
    assert b"Content-Type: application/pdf" in second


def test_a_document_arrives_at_the_page_as_a_file(page: Bench) -> None:
    page.platform.say("p", "Haben Sie ein Merkblatt?")
    pdf = OutgoingFile("Merkblatt.pdf", "application/pdf", b"%PDF-1.7\n" + b"x" * 300_000)
    receipt: Receipt = page.send("p", "Gerne, anbei.", files=(pdf,))
    words, file = page.platform.sent_by_us()
    assert (words.id, file.id) == receipt.platform_ids
    assert (words.text, file.text) == ("Gerne, anbei.", "")
    assert [(one.name, one.mime, one.content) for one in file.files] == [(pdf.name, pdf.mime, pdf.content)]


def test_the_version_is_a_setting_and_the_proof_is_given() -> None:
    desk = page_desk(
        accepts, options={"version": "v25.0", "page_id": "999"}, secret={"access_token": "t", "app_secret": "s"}
    )
    asyncio.run(desk.connector.send(reply()))
    (asked,) = desk.net.asked
    assert asked.path == "/v25.0/999/messages"
    assert asked.query == {"appsecret_proof": hmac.new(b"s", b"t", hashlib.sha256).hexdigest()}


def test_the_page_demands_the_proof(page: Bench) -> None:
    the_page(page).app_secret = "geheim"
    assert page.poll_failing().failure.kind is FailureKind.PERMISSION
    page.secret = {"access_token": the_page(page).token, "app_secret": "geheim"}
    page.platform.say("p", "da")
    page.poll()
    page.send("p", "Antwort")
    assert page.shelf.texts == ["da"]


def test_the_page_id_is_asked_for_once() -> None:
    def answering(asked: Asked) -> Said:
        return Said({"id": "777", "name": "S"}) if asked.path.endswith("/me") else Said({"data": []})

    desk = Desk(Channel.FACEBOOK, answering, me="")
    asyncio.run(swept(desk.connector, desk.shelf))
    asyncio.run(swept(desk.connector, desk.shelf))
    assert [asked.path for asked in desk.net.asked] == [
        "/v26.0/me",
        "/v26.0/777/conversations",
        "/v26.0/777/conversations",
    ]


def test_the_simulated_page_and_its_windows(page: Bench) -> None:
    page.platform.say("p", "Frage")
    page.clock.forward(3 * DAY)
    page.send("p", "spät", last=Millis(page.clock() - 3 * DAY))
    assert [message.tag for message in page.platform.sent_by_us()] == ["HUMAN_AGENT"]
    page.clock.forward(5 * DAY)
    told = page.send_failing("p", "zu spät", last=Millis(page.clock() - 8 * DAY)).failure
    assert (told.kind, told.certain) == (FailureKind.WINDOW, True)
