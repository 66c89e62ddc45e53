"""Mails in the store: which conversation, whose word, what a machine may not do. Over a real server, end to end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import DeliveryState, FailureKind
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import AttachmentState, EntryKind
from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.ids import EnquiryId, OfficeId, Operator
from switchboard_app.model.office import Office
from switchboard_app.store import accounts, attachments, desk, directory, intake, timeline
from switchboard_app.store.database import Store
from switchboard_app.store.enquiries import find
from switchboard_app.store.timeline import Conversation
from switchboard_app.sync.sender import send_due
from switchboard_app.training.truth import SimulatedFile
from tests.mail.mailbench import MailBench
from tests.platforms import FakeClock

ME = Operator("ml")


class MailDesk:
    """A workspace with the mailbox connected."""

    def __init__(self, store: Store, bench: MailBench) -> None:
        self.store = store
        self.bench = bench
        self.box = bench.platform
        self.account: Account = store.write(accounts.add, Channel.EMAIL, "Telefonzentrale", ME)

    def sync(self) -> None:
        """One poll, stored with its files."""

        async def whole() -> None:
            connector = self.bench.connector()
            cursor = await self.store.ask(accounts.cursor, self.account.id)
            first = await self.store.ask(accounts.first_sweep, self.account.id)

            async def known(_: Any) -> frozenset[Any]:
                return frozenset()

            async for batch in connector.poll(cursor, known):
                stored = await self.store.run(intake.ingest, self.account, batch, first_sweep=first)
                for one in stored.to_fetch:
                    content = await connector.fetch(one.remote, attachments.KEEP_LIMIT)
                    await self.store.run(attachments.keep, one.id, content, one.enquiry)
            if first:
                await self.store.run(accounts.swept, self.account.id)

        asyncio.run(whole())

    def reply(self, number: int, text: str) -> None:
        """An answer, typed and sent."""
        self.store.write(desk.reply, self.id(number), text, ME)

        async def whole() -> None:
            done = await send_due(self.store, self.account, self.bench.connector())
            assert done.sent == 1
            self.bench.clock.forward(5000)  # the server dates by the second
            await asyncio.sleep(0.1)  # transports close their sockets in the loop's next turns

        asyncio.run(whole())

    def id(self, number: int) -> EnquiryId:
        """The id of an enquiry."""
        return self.store.read(find, number)

    def shown(self, number: int = 1) -> Conversation:
        """An enquiry as people see it."""
        return self.store.read(timeline.conversation, self.id(number))

    def texts(self, number: int = 1) -> list[str]:
        """The mails of an enquiry."""
        return [one.text for one in self.shown(number).entries if one.kind is EntryKind.MESSAGE]

    def count(self) -> int:
        """How many enquiries there are."""
        return int(self.store.read(lambda tx: tx.value("SELECT COUNT(*) FROM enquiry")))


@pytest.fixture
def there(embedded_store: Store, bench: MailBench) -> MailDesk:
    """The desk of this test; the first sweep is over. (Both databases: tests/store/test_letters.py)"""
    made = MailDesk(embedded_store, bench)
    made.sync()
    return made


def test_a_mail_is_answered_in_its_conversation(there: MailDesk) -> None:
    there.box.say("anna", "Wo ist das Loch?", Subject="Löcher in der Strasse")
    there.sync()
    assert there.shown().enquiry.subject == "Löcher in der Strasse"
    assert there.shown().enquiry.state is EnquiryState.NEW
    there.reply(1, "Vor Nummer 12.")
    [sent] = there.box.sent_by_us()
    assert sent.text == "Vor Nummer 12."
    [raw] = there.box.house.mails(there.box.people["anna"].id)
    head = raw.decode()
    assert f"In-Reply-To: <{there.box.last['anna']}>" in head
    assert "Auto-Submitted: no" in head
    delivery = there.shown().entries[-1].delivery
    assert delivery is not None
    assert sent.id == f"{delivery.id}@example.ch"
    there.box.say("anna", "Danke!", References=f"<{there.box.last['anna']}> <{sent.id}>")
    there.sync()
    assert there.count() == 1
    assert there.texts() == ["Wo ist das Loch?", "Vor Nummer 12.", "Danke!"]


@pytest.mark.parametrize("way", ["in-reply-to alone", "the number in the subject", "the same subject"])
def test_an_answer_finds_its_conversation_whatever_its_program_names(there: MailDesk, way: str) -> None:
    there.box.say("anna", "Frage", Subject="Loch")
    there.sync()
    there.reply(1, "Wo?")
    [sent] = there.box.sent_by_us()
    head: dict[str, Any] = {
        "in-reply-to alone": {"In_Reply_To": f"<{sent.id}>", "Subject": "anders"},
        "the number in the subject": {"Subject": "Noch etwas [BS-000001]"},
        "the same subject": {"Subject": "AW: RE: loch"},
    }[way]
    there.box.say("anna", "Dort.", **head)
    there.sync()
    assert there.texts() == ["Frage", "Wo?", "Dort."]
    assert there.count() == 1


def test_another_address_never_joins_somebodys_conversation(there: MailDesk) -> None:
    there.box.say("anna", "Frage", Subject="Loch")
    there.sync()
    victim = there.box.people["anna"].id
    liar = f'"{victim}" <{there.box.person("boese").id}>'
    head: dict[str, Any] = {"From": liar, "References": f"<{there.box.last['anna']}>"}
    there.box.say("boese", "Schicken Sie alles mir", Subject="Re: Loch [BS-000001]", **head)
    there.sync()
    assert there.count() == 2
    assert there.texts(1) == ["Frage"]
    assert there.texts(2) == ["Schicken Sie alles mir"]


def test_two_mails_with_one_message_id_are_two(there: MailDesk) -> None:
    there.box.say("scan", "Seite 1", Message_ID="<scanner@device>", Subject="Scan 1")
    there.sync()
    there.box.say("scan", "Seite 2", Message_ID="<scanner@device>", Subject="Scan 2")
    there.box.say("scan", "Seite 2", Message_ID="<scanner@device>", Subject="Scan 2")
    there.sync()
    assert sorted(text for number in range(1, there.count() + 1) for text in there.texts(number)) == [
        "Seite 1",
        "Seite 2",
    ]


def test_an_absence_notice_reopens_nothing_and_starts_no_clock(there: MailDesk) -> None:
    there.box.say("anna", "Frage")
    there.sync()
    there.reply(1, "Antwort")
    there.store.write(desk.done, there.id(1), Outcome.ANSWERED, ME)
    [sent] = there.box.sent_by_us()
    there.box.say("anna", "Ich bin abwesend.", In_Reply_To=f"<{sent.id}>", Auto_Submitted="auto-replied")
    there.sync()
    shown = there.shown()
    assert shown.enquiry.state is EnquiryState.DONE
    assert there.texts()[-1] == "Ich bin abwesend."
    assert [one.text for one in shown.entries if '"automatic": "reply"' in one.detail] == ["Ich bin abwesend."]
    waiting = there.store.read(lambda tx: tx.value("SELECT waiting_since FROM enquiry"))
    assert waiting is None
    assert there.count() == 1


def test_a_newsletter_is_there_and_nobody_owes_an_answer(there: MailDesk) -> None:
    there.box.say("news", "Angebote", List_Id="<news.example.net>")
    there.sync()
    assert there.texts() == ["Angebote"]
    assert there.store.read(lambda tx: tx.row("SELECT waiting_since, due_at FROM enquiry")) == (None, None)


def test_a_mail_that_bounces_marks_the_answer_as_not_delivered(there: MailDesk) -> None:
    there.box.people["gone"] = type(there.box.person("x"))("gone@example.ch", "gone")
    there.box.say("gone", "Frage")
    there.sync()
    there.reply(1, "Antwort")
    there.box.house.until(lambda: there.box.house.count(there.box.own_id) > 1)
    there.sync()
    delivery = next(one.delivery for one in there.shown().entries if one.delivery is not None)
    assert delivery.state is DeliveryState.FAILED
    assert delivery.failure is not None
    assert (delivery.failure.kind, delivery.failure.certain) == (FailureKind.RECIPIENT, True)
    assert "no reason was given (5.0.0)" in delivery.failure.text
    assert there.count() == 1, "the report lies with the answer it is about"


def test_an_answer_given_elsewhere_is_shown_as_such_and_other_sent_mails_are_not_ours_to_keep(there: MailDesk) -> None:
    there.box.say("anna", "Frage")
    there.sync()
    there.box.say_as_page("anna", "Aus Outlook beantwortet")
    private = there.box.mail(there.box.own_id, "lunch@example.net", "Mittag?")
    there.box.append(private, None, "Gesendet")
    there.sync()
    entry = there.shown().entries[-1]
    assert (entry.text, entry.elsewhere) == ("Aus Outlook beantwortet", True)
    assert there.count() == 1


def _forwarded(there: MailDesk) -> str:
    office = Office(OfficeId("tiefbau"), "BVD", "Tiefbauamt", email="tiefbau@amt.example.ch")
    there.store.write(directory.replace, (office,), ME)
    there.box.say("anna", "Loch vor Nummer 12")
    there.sync()
    there.store.write(desk.forward, there.id(1), OfficeId("tiefbau"), "Loch", ME)
    return str(there.store.read(lambda tx: tx.value("SELECT id FROM outbox WHERE kind = 'mail'")))


@pytest.mark.parametrize("way", ["names our mail", "number and address", "number and domain"])
def test_an_offices_answer_ends_its_forwarding(there: MailDesk, way: str) -> None:
    sent = _forwarded(there)
    head: dict[str, Any] = {
        "names our mail": {"From": "hans.muster@example.org", "In_Reply_To": f"<{sent}@example.ch>"},
        "number and address": {"From": "Tiefbau@amt.example.ch", "Subject": "AW: Anfrage [BS-000001]"},
        "number and domain": {"From": "hans.muster@amt.example.ch", "Subject": "AW: Anfrage [BS-000001]"},
    }[way]
    file = SimulatedFile("plan.pdf", "application/pdf", b"%PDF-1.4")
    there.box.say("office", "Wir flicken es am Montag.", attachments=[file], **head)
    there.sync()
    there.sync()
    shown = there.shown()
    assert shown.forwardings[0].state is ForwardingState.ANSWERED
    [word] = [one for one in shown.entries if one.kind is EntryKind.NOTE]
    assert (word.text, word.author) == ("Wir flicken es am Montag.", "Tiefbauamt")
    assert [(one.name, one.state) for one in word.attachments] == [("plan.pdf", AttachmentState.KEPT)]
    assert shown.enquiry.state is not EnquiryState.WAITING_OFFICE
    assert there.count() == 1


def test_an_offices_absence_notice_is_no_answer(there: MailDesk) -> None:
    sent = _forwarded(there)
    there.box.say("office", "Ferien", In_Reply_To=f"<{sent}@example.ch>", Auto_Submitted="auto-replied")
    there.sync()
    assert there.shown().forwardings[0].state is ForwardingState.SENT
    assert there.shown().enquiry.state is EnquiryState.WAITING_OFFICE
    assert [one.text for one in there.shown().entries if one.kind is EntryKind.NOTE] == ["Ferien"]


def test_somebody_else_with_the_number_is_no_office(there: MailDesk) -> None:
    _forwarded(there)
    there.box.say("fremd", "Erledigt.", Subject="AW: Anfrage [BS-000001]", From="tiefbau@evil.example")
    there.sync()
    assert there.shown().forwardings[0].state is ForwardingState.SENT
    assert there.count() == 2


def test_files_of_a_mail_are_kept(there: MailDesk, clock: FakeClock) -> None:
    there.box.say("anna", "Bild", attachments=[SimulatedFile("a.txt", "text/plain", b"Inhalt")])
    there.sync()
    [file] = there.shown().entries[-1].attachments
    assert (file.name, file.state, file.size) == ("a.txt", AttachmentState.KEPT, 6)


def test_an_unclear_send_is_settled_by_the_folder_of_sent_mails(there: MailDesk) -> None:
    """The answer of the mail server was lost; its copy among the sent ones is the proof."""
    there.box.say("anna", "Frage")
    there.sync()
    there.store.write(desk.reply, there.id(1), "Antwort", ME)
    sql = "UPDATE outbox SET state = 'uncertain', attempt_at = ?, epoch = 1, next_read_at = 0"
    there.store.write(lambda tx: tx.change(sql, tx.now))
    wanted = there.store.read(lambda tx: tx.value("SELECT id FROM outbox"))
    copy = there.box.mail(
        there.box.own_id,
        there.box.people["anna"].id,
        "Antwort",
        Message_ID=f"<{wanted}@example.ch>",
        References=f"<{there.box.last['anna']}>",
    )
    there.box.append(copy, None, "Gesendet")
    there.sync()
    delivery = there.shown().entries[-1].delivery
    assert delivery is not None
    assert delivery.state is DeliveryState.SENT
    assert there.texts() == ["Frage", "Antwort"]
