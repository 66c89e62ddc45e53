"""Forwarding mails on a real SMTP server: once, whole, protected; and what each kind of refusal and cut means."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.delivery import DeliveryState, FailureKind
from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.times import MINUTE
from switchboard_app.store import desk, timeline
from switchboard_app.store.database import Store
from switchboard_app.store.desk import PhoneNote
from switchboard_app.sync.mail import MailServer as Where
from switchboard_app.sync.mail import SmtpPost
from tests.platforms import FakeClock
from tests.sync.conftest import ME, Desk, enquiry
from tests.sync.mailing import SENDER, SUMMARY, Desks, delivery, forwarded, post, text_of, word
from tests.sync.smtp import MailServer, certificate


@pytest.fixture(scope="session")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's certificate, and a client's trust in it."""
    if shutil.which("openssl") is None:
        pytest.skip("not installed: openssl")
    return certificate(tmp_path_factory.mktemp("tls"))


def test_a_forwarding_arrives_once_and_whole(embedded_store: Store, desks: Desks, clock: FakeClock) -> None:
    for _ in range(11):
        embedded_store.write(desk.take_note, PhoneNote(concern="x"), ME)
    forwarded(embedded_store, number=12)
    with MailServer() as server:
        there = desks(post(server))
        there.sync()
        there.sync()
    [mail] = server.kept
    sent = delivery(embedded_store, 12)
    assert sent.state is DeliveryState.SENT
    assert (mail.sender, mail.recipients) == ("tz@example.org", ["tiefbau@example.org"])
    message = mail.message
    assert str(message["Subject"]).endswith("[BS-000012]")
    assert message["Message-ID"] == f"<{sent.id}@example.org>"
    assert str(message["From"]) == SENDER
    assert str(message["To"]) == "tiefbau@example.org"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert text_of(message).startswith(SUMMARY + "\n\n--\n")
    assert "Nr. 12" not in str(message["Subject"]), "the subject names the matter, not what was said"
    assert message.defects == []


def test_mails_wait_while_no_server_is_set(embedded_store: Store, desks: Desks, clock: FakeClock) -> None:
    forwarded(embedded_store)
    desks(None).sync()
    assert (delivery(embedded_store).state, delivery(embedded_store).attempts) == (DeliveryState.QUEUED, 0)
    with MailServer() as server:
        desks(post(server)).sync()
        assert len(server.kept) == 1


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS"])
def test_protected_and_signed_in(
    embedded_store: Store,
    desks: Desks,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    at_once: bool,
) -> None:
    forwarded(embedded_store)
    with MailServer(tls=contexts[0], at_once=at_once, login=("tz", "geheim")) as server:
        desks(post(server, "tls" if at_once else "starttls", contexts[1])).sync()
    [mail] = server.kept
    assert mail.encrypted
    assert "AUTH" in server.seen
    assert delivery(embedded_store).state is DeliveryState.SENT


def stays_queued(store: Store, there: Desk, kind: FailureKind) -> str:
    """The mail did not go out, surely, and waits; what is told about it."""
    there.sync()
    found = delivery(store)
    assert found.state is DeliveryState.QUEUED
    assert found.failure is not None
    assert (found.failure.kind, found.failure.certain) == (kind, True)
    assert "geheim" not in found.failure.text
    return found.failure.text


def test_a_certificate_that_is_not_trusted(
    embedded_store: Store, desks: Desks, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    """Neither by STARTTLS nor by TLS; the password is never shown to that server."""
    forwarded(embedded_store)
    for security in ("starttls", "tls"):
        with MailServer(tls=contexts[0], at_once=security == "tls", login=("tz", "geheim")) as server:
            said = stays_queued(embedded_store, desks(post(server, security)), FailureKind.NETWORK)
            assert "certificate" in said
            assert "AUTH" not in server.seen
            assert server.kept == []


def test_a_certificate_of_another_name(embedded_store: Store, desks: Desks, contexts: object, tmp_path: Path) -> None:
    forwarded(embedded_store)
    server_side, client_side = certificate(tmp_path, "mail.example.org")
    with MailServer(tls=server_side, login=("tz", "geheim")) as server:
        stays_queued(embedded_store, desks(post(server, "starttls", client_side)), FailureKind.NETWORK)
        assert "AUTH" not in server.seen


def test_a_server_without_encryption(embedded_store: Store, desks: Desks) -> None:
    forwarded(embedded_store)
    with MailServer(login=("tz", "geheim")) as server:
        stays_queued(embedded_store, desks(post(server, "starttls")), FailureKind.NETWORK)
        assert "AUTH" not in server.seen
        assert server.kept == []


def test_without_encryption_only_to_this_machine(embedded_store: Store, desks: Desks) -> None:
    forwarded(embedded_store)
    there = desks(SmtpPost(Where("mail.example.org", 25, "none", SENDER), word()))
    stays_queued(embedded_store, there, FailureKind.PERMISSION)  # no name was even looked up: the test would have ended


@pytest.mark.parametrize("password", [None, "falsch"])
def test_a_sign_in_that_is_refused(
    embedded_store: Store,
    desks: Desks,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    password: str | None,
) -> None:
    forwarded(embedded_store)
    with MailServer(tls=contexts[0], login=("tz", "geheim")) as server:
        said = stays_queued(
            embedded_store,
            desks(post(server, "starttls", contexts[1], password=word(password))),
            FailureKind.AUTH,
        )
        assert server.kept == []
    assert ("mail password" in said) == (password is None), "what to do where it was never entered"
    assert delivery(embedded_store).attempts == 0, "it says nothing about this mail"


def test_a_keyring_that_does_not_open(embedded_store: Store, desks: Desks) -> None:
    async def locked() -> str | None:
        raise Unreachable("The keyring is locked.", "Unlock it.")

    forwarded(embedded_store)
    with MailServer(login=("tz", "geheim")) as server:
        said = stays_queued(embedded_store, desks(post(server, password=locked)), FailureKind.AUTH)
        assert said == "The keyring is locked."
        assert server.seen == []


def test_an_office_that_does_not_exist(embedded_store: Store, desks: Desks, clock: FakeClock) -> None:
    forwarded(embedded_store)
    with MailServer(answers={"RCPT": "550 no such user"}) as server:
        there = desks(post(server))
        there.sync()
        there.sync()
        assert server.seen.count("RCPT") == 1, "for good means for good"
    assert delivery(embedded_store).state is DeliveryState.FAILED
    here = embedded_store.read(timeline.enquiry, enquiry(embedded_store, 1))
    assert here.state is EnquiryState.OPEN, "it is back on the desk"
    assert here.due_at is not None
    assert here.due_at <= clock.now, "and at the front of the queue"


@pytest.mark.parametrize("step", ["RCPT", "DATA", "MAIL"])
def test_later_is_later(embedded_store: Store, desks: Desks, clock: FakeClock, step: str) -> None:
    """A 4xx (greylisting above all) is worth another try, and only after a while."""
    forwarded(embedded_store)
    with MailServer(answers={step: "451 try again later"}) as server:
        there = desks(post(server))
        stays_queued(embedded_store, there, FailureKind.SERVER)
        there.run(there.engine.mails())
        assert server.seen.count("MAIL") == 1, "not at once"
        server.answers.clear()
        clock.forward(2 * MINUTE)
        there.run(there.engine.mails())
        there.run(there.engine.mails())
        assert len(server.kept) == 1
    assert delivery(embedded_store).state is DeliveryState.SENT


def test_the_content_is_refused(embedded_store: Store, desks: Desks) -> None:
    forwarded(embedded_store)
    with MailServer(answers={"DATA": "554 looks like spam"}) as server:
        desks(post(server)).sync()
    found = delivery(embedded_store)
    assert found.state is DeliveryState.FAILED
    assert found.failure is not None
    assert (found.failure.kind, found.failure.certain) == (FailureKind.CONTENT, True)


def test_a_sender_that_is_refused(embedded_store: Store, desks: Desks) -> None:
    forwarded(embedded_store)
    with MailServer(answers={"MAIL": "550 not you"}) as server:
        assert "tz@example.org" in stays_queued(embedded_store, desks(post(server)), FailureKind.PERMISSION)


CUTS = {"CONNECT": True, "EHLO": True, "MAIL": True, "RCPT": True, "DATA": True, "DOT": False}


@pytest.mark.parametrize("step", CUTS)
def test_a_connection_that_is_cut(embedded_store: Store, desks: Desks, clock: FakeClock, step: str) -> None:
    """Before the text was handed over it is certain that nothing arrived; after it one copy goes, under the same id."""
    certain = CUTS[step]
    forwarded(embedded_store)
    with MailServer(cut_at=step) as server:
        there = desks(post(server))
        there.sync()
        found = delivery(embedded_store)
        assert found.failure is not None
        assert (found.failure.certain, found.state) == (certain, DeliveryState.QUEUED)
        assert found.repeats == (0 if certain else 1)
        server.cut_at = ""
        for _ in range(3):
            clock.forward(20 * MINUTE)
            there.sync()
        assert len(server.kept) == (1 if certain else 2)
        assert len({one.message["Message-ID"] for one in server.kept}) == 1
    assert delivery(embedded_store).state is DeliveryState.SENT


def test_a_mail_that_is_cut_twice_is_for_a_person(embedded_store: Store, desks: Desks, clock: FakeClock) -> None:
    forwarded(embedded_store)
    with MailServer(cut_at="DOT") as server:
        there = desks(post(server))
        for _ in range(4):
            there.sync()
            clock.forward(20 * MINUTE)
        assert len(server.kept) == 2, "one copy by the program, and no more"
    found = delivery(embedded_store)
    assert (found.state, found.repeats) == (DeliveryState.UNCERTAIN, 1)
    assert found.asked_at is not None
    embedded_store.write(desk.decide, found.id, desk.Decision.WAS_SENT, ME)
    assert delivery(embedded_store).state is DeliveryState.SENT


@pytest.mark.parametrize(("step", "certain"), [("EHLO", True), ("DATA", True), ("DOT", False)])
def test_a_server_that_does_not_answer(embedded_store: Store, desks: Desks, step: str, certain: bool) -> None:
    forwarded(embedded_store)
    with MailServer(wait_at=step) as server:
        desks(post(server, deadline=0.3)).sync()
    found = delivery(embedded_store)
    assert found.failure is not None
    assert found.failure.certain is certain


def test_one_bad_address_does_not_hold_up_the_others(embedded_store: Store, desks: Desks) -> None:
    forwarded(embedded_store, email="tiefbau@example.org\nBcc: boese@example.org")
    forwarded(embedded_store, email="tiefbau@example.org", number=2)
    with MailServer() as server:
        desks(post(server)).sync()
    assert [one.recipients for one in server.kept] == [["tiefbau@example.org"]]
    assert delivery(embedded_store, 1).state is DeliveryState.FAILED
    assert delivery(embedded_store, 2).state is DeliveryState.SENT


def test_a_server_that_is_away_is_tried_once_for_many(embedded_store: Store, desks: Desks) -> None:
    for number in range(1, 6):
        forwarded(embedded_store, number=number)
    with MailServer(cut_at="CONNECT") as server:
        desks(post(server)).sync()
        assert server.seen.count("CONNECT") == 1
        server.cut_at = ""
        desks(post(server)).sync()
        assert len(server.kept) == 5, "a person asked to send now: our own pause does not count"


def test_no_account_is_needed_and_none_is_held_up(embedded_store: Store, desks: Desks, page: Account) -> None:
    forwarded(embedded_store)
    with MailServer(wait_at="EHLO") as server:
        reports = desks(post(server, deadline=0.2)).sync()
    assert reports["facebook"].health == "ok"
