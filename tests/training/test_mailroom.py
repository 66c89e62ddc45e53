"""The simulated mailbox: real mails, read by the same code as those of a server."""

from __future__ import annotations

import asyncio
from pathlib import Path

from switchboard_app.model.ids import OutboxId, PlatformId
from switchboard_app.model.quoting import split
from switchboard_app.model.remote import Automatic, RemoteMessage
from switchboard_app.sync.connector import Outgoing, Receipt
from switchboard_app.sync.email.inside import InsideEmail
from switchboard_app.sync.email.mime import read_mail
from switchboard_app.training.cases import Platform, load_cases
from switchboard_app.training.mailroom import SimulatedMailbox
from switchboard_app.training.truth import SimulatedFile
from tests.connectors.bench import Shelf, swept
from tests.platforms import FakeClock

ASKED = "Betreff: Buche\n\nWer entscheidet?\n\n-- \nVerena Oeri"


def polled(box: SimulatedMailbox, shelf: Shelf, clock: FakeClock) -> list[RemoteMessage]:
    """What a poll stores."""
    asyncio.run(swept(InsideEmail(box, clock), shelf))
    return list(shelf.messages.values())


def replied(box: SimulatedMailbox, to: RemoteMessage, clock: FakeClock) -> Receipt:
    """An answer to a mail."""
    outgoing = Outgoing(
        OutboxId("0199c0de-aaaa-7bbb-8ccc-123456789012"),
        to.thread,
        PlatformId(to.sender.platform_id),
        "Die Stadtgärtnerei.",
        answered_raw=to.raw,
    )
    return asyncio.run(InsideEmail(box, clock).send(outgoing))


def test_a_citizens_mail_has_its_subject_its_signature_and_its_file(clock: FakeClock) -> None:
    box, shelf = SimulatedMailbox(clock), Shelf()
    box.add_person("verena", "Verena Oeri")
    box.say("verena", ASKED, attachments=[SimulatedFile("gutachten.pdf", "application/pdf", b"%PDF")])
    [mail] = polled(box, shelf, clock)
    assert mail.letter is not None
    assert (mail.letter.subject, mail.sender.name) == ("Buche", "Verena Oeri")
    assert mail.text[: split(mail.text).at].rstrip() == "Wer entscheidet?"
    assert asyncio.run(InsideEmail(box, clock).fetch(mail.attachments[0], 100)) == b"%PDF"
    assert polled(box, shelf, clock) == [mail]


def test_an_answer_quotes_ours_and_a_machine_is_one(clock: FakeClock) -> None:
    box, shelf = SimulatedMailbox(clock), Shelf()
    for key in ("anna", "berta", "carla1"):
        box.add_person(key, key)
        box.say(key, ASKED)
    first = polled(box, shelf, clock)
    for mail in first[:1]:
        replied(box, mail, clock)
    clock.forward(1000)
    box.say("anna", "Betreff: Automatische Antwort: Buche\n\nIch bin abwesend.")
    box.say("anna", "Danke!")
    *_, ours, away, thanks = polled(box, shelf, clock)
    assert (ours.ours, ours.text) == (True, "Die Stadtgärtnerei.")
    assert away.letter is not None
    assert away.letter.automatic is Automatic.REPLY
    assert thanks.letter is not None
    assert thanks.letter.automatic is None
    assert thanks.thread == first[0].thread
    assert [one.text for one in box.sent_by_us()] == ["Die Stadtgärtnerei."]


def test_each_program_quotes_in_a_way_that_is_folded(clock: FakeClock) -> None:
    for key in ("abc", "abcd", "abcde"):
        box, shelf = SimulatedMailbox(clock), Shelf()
        box.add_person(key, "Anna")
        box.say(key, ASKED)
        replied(box, polled(box, shelf, clock)[0], clock)
        box.say(key, "Danke!")
        last = polled(box, shelf, clock)[-1]
        assert "Die Stadtgärtnerei." in last.text
        assert last.text[: split(last.text).at].rstrip() == "Danke!"


def test_every_mail_of_the_shipped_cases_can_be_read(clock: FakeClock) -> None:
    cases = load_cases(Path(__file__).resolve().parents[2] / "resources" / "training")
    box = SimulatedMailbox(clock)
    told = [citizen for citizen in cases.citizens if citizen.platform is Platform.EMAIL]
    assert {citizen.language for citizen in told} == {"de", "fr", "it", "en"}
    for citizen in told:
        box.add_person(citizen.key, citizen.name)
        for case in citizen.cases:
            box.say(citizen.key, case.messages[0].text)
    for _, _, raw, _ in box.mails(0):
        mail = read_mail(raw)
        assert mail.subject
        assert mail.text
        assert mail.sender.address
