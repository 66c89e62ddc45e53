"""Whatever stands in an address, a topic or a summary: no header, no recipient and no part is added to a mail."""

from __future__ import annotations

import asyncio
import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from switchboard_app.model.delivery import DeliveryState
from switchboard_app.store import desk, directory
from switchboard_app.store.database import Store
from switchboard_app.store.desk import PhoneNote
from switchboard_app.sync.engine import Engine, Surroundings
from tests.sync.conftest import ME, Ring, enquiry
from tests.sync.mailing import OFFICE, Desks, delivery, forwarded, office, post, text_of
from tests.sync.smtp import MailServer

INJECTIONS = [
    "amt@example.org\r\nBcc: x@evil.example",
    "amt@example.org\nBcc: x@evil.example",
    "amt@example.org, x@evil.example",
    "amt@example.org;x@evil.example",
    "Amt: a@example.org, b@example.org;",
    "amt@example.org>",
    "<script>@example.org",
    "@example.org",
    "a@b@example.org",
    "amt@example.org\u2028Bcc: x@evil.example",
    "amt@example.org\x00",
    "am\ud800t@example.org",
    "älter@example.org",
]
GOOD = ["amt@example.org", "Amt Öffentlichkeit <amt@example.org>", '"x\\"@y" <amt@example.org>', "amt@bäsel.example"]
BODIES = [
    ".\r\n.\r\nQUIT\r\n",
    "From x\n>From y",
    "a" * 5000,
    "--boundary--\r\n\r\n--boundary",
    "\x00nul",
    "Bcc: x@evil.example\n\nText",
    "=?utf-8?Q?=0D=0ABcc:x?= =3D =20\n=",
    "Grüezi 🙂 \u2028 \u0085 \ufeff",
]


def headers(message: EmailMessage) -> list[str]:
    return sorted(name.lower() for name, _ in message.items())


def sent_mail(store: Store, make: Desks, **forwarding: str) -> MailServer:
    forwarded(store, **forwarding)  # type: ignore[arg-type]
    with MailServer() as server:
        make(post(server)).sync()
    return server


USUAL = [
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "subject",
    "to",
    "x-auto-response-suppress",
]


@pytest.mark.parametrize("address", INJECTIONS, ids=range(len(INJECTIONS)))
def test_addresses_that_would_add_something(embedded_store: Store, desks: Desks, address: str) -> None:
    server = sent_mail(embedded_store, desks, email=address)
    assert server.kept == []
    assert delivery(embedded_store).state is DeliveryState.FAILED


@pytest.mark.parametrize("address", GOOD, ids=range(len(GOOD)))
def test_addresses_that_are_good(embedded_store: Store, desks: Desks, address: str) -> None:
    [mail] = sent_mail(embedded_store, desks, email=address).kept
    assert len(mail.recipients) == 1
    assert headers(mail.message) == USUAL
    assert mail.message["To"].addresses[0].addr_spec == mail.recipients[0]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_summaries_stay_what_they_are(embedded_store: Store, desks: Desks, body: str) -> None:
    [mail] = sent_mail(embedded_store, desks, summary=body).kept
    message = mail.message
    assert headers(message) == USUAL
    assert not message.is_multipart()
    assert text_of(message).startswith(body.replace("\r\n", "\n"))


@pytest.mark.parametrize("topic", ["=?utf-8?Q?=0D=0ABcc:x?=", "Ü" * 40, "strassen-unterhalt"])
def test_topics_stay_in_the_subject(embedded_store: Store, desks: Desks, topic: str) -> None:
    embedded_store.write(directory.replace, (office(),), ME)
    embedded_store.write(desk.take_note, PhoneNote(concern="x"), ME)
    embedded_store.write(desk.set_tags, enquiry(embedded_store, 1), (topic,), ME)
    embedded_store.write(desk.forward, enquiry(embedded_store, 1), OFFICE, "x", ME)
    with MailServer() as server:
        desks(post(server)).sync()
    [mail] = server.kept
    assert headers(mail.message) == USUAL
    assert str(mail.message["Subject"]).endswith("[BS-000001]")
    assert "\n" not in str(mail.message["Subject"])


def test_the_corpus_of_injections(embedded_store: Store, desks: Desks, shared: Path) -> None:
    cases = json.loads((shared / "corpora" / "own" / "email_injection.json").read_text(encoding="utf-8"))["cases"]
    number, expected = 0, []
    for case in cases:
        field, value = case["field"], case["value"]
        if (field, value) == ("To", "") or field not in ("To", "Body"):
            continue
        number += 1
        change = {"email": value} if field == "To" else {"summary": value or "x"}
        forwarded(embedded_store, number=number, **change)
        if case["expect"] == "accept":
            expected.append(case)
    with MailServer() as server:
        desks(post(server)).sync()
    assert len(server.kept) == len(expected) > 5
    for mail, case in zip(server.kept, expected, strict=True):
        assert len(mail.recipients) == 1, case
        assert headers(mail.message) == USUAL, case
        if case["field"] == "Body":
            assert text_of(mail.message).startswith(case["value"].replace("\r\n", "\n")), case


@pytest.mark.parametrize("sender", ["", "nobody", "a@example.org\nBcc: b@example.org", "a@example.org, b@example.org"])
def test_a_sender_in_the_settings_that_is_none(embedded_store: Store, ring: Ring, sender: str) -> None:
    forwarded(embedded_store)

    async def once(server: MailServer) -> None:
        engine = Engine(embedded_store, Surroundings(ring, post(server), sender))
        await engine.once()
        await engine.close()

    with MailServer() as server:
        asyncio.run(once(server))
    assert server.seen == []
    found = delivery(embedded_store)
    assert found.state is DeliveryState.QUEUED, "the setting is at fault, not the mail"
