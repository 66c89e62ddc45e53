"""Mails among what comes in: machines, strangers with a known id, two mails with one Message-ID. Without a mail server
(tests/mail has one)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.ids import Operator, PlatformId
from switchboard_app.model.remote import Automatic, Batch, Letter, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.store import accounts, desk, intake
from switchboard_app.store.database import Store
from switchboard_app.store.enquiries import find
from switchboard_app.store.letters import subject_key

ME = Operator("ml")


@pytest.fixture
def box(store: Store) -> Account:
    """A mailbox, connected."""
    return store.write(accounts.add, Channel.EMAIL, "Telefonzentrale", ME)


def mail(store: Store, known_as: str, text: str, sender: str = "anna@example.net", **letter: object) -> RemoteMessage:
    """A mail that answers nothing, unless `letter` says so."""
    person = RemotePerson(PlatformId(sender), sender)
    told = Letter(**{"subject": "Frage", "digest": f"{known_as}{text}", **letter})  # type: ignore[arg-type]
    raw = json.dumps({"digest": told.digest})
    thread = PlatformId(f"{known_as}|{sender}")
    return RemoteMessage(PlatformId(known_as), thread, person, False, text, store.now(), raw=raw, letter=told)


def come(store: Store, box: Account, *mails: RemoteMessage) -> None:
    """One batch."""
    threads = tuple(RemoteThread(one.thread, one.sender) for one in mails)
    store.write(intake.ingest, box, Batch(threads, mails, {}, complete=True))


def states(store: Store) -> list[tuple[str, object]]:
    """State of each enquiry, and since when somebody waits."""
    return [tuple(row) for row in store.read(lambda tx: tx.rows("SELECT state, waiting_since FROM enquiry"))]


@pytest.mark.parametrize("machine", list(Automatic))
def test_a_machine_reopens_nothing_and_starts_no_clock(store: Store, box: Account, machine: Automatic) -> None:
    come(store, box, mail(store, "a@x", "Frage"))
    store.write(desk.done, store.read(find, 1), Outcome.ANSWERED, ME)
    come(store, box, mail(store, "b@x", "abwesend", answers=(PlatformId("a@x"),), automatic=machine))
    assert [state for state, _ in states(store)] == [EnquiryState.DONE]
    come(store, box, mail(store, "c@x", "Doch noch etwas", answers=(PlatformId("b@x"),)))
    assert [state for state, _ in states(store)] == [EnquiryState.OPEN]


def test_a_newsletter_waits_for_no_answer(store: Store, box: Account) -> None:
    come(store, box, mail(store, "a@x", "Angebote", automatic=Automatic.BULK))
    assert states(store) == [(EnquiryState.NEW, None)]


def test_a_strangers_mail_does_not_join_by_naming_an_id(store: Store, box: Account) -> None:
    come(store, box, mail(store, "a@x", "Frage"))
    come(store, box, mail(store, "b@x", "her damit", "boese@example.net", answers=(PlatformId("a@x"),)))
    assert len(states(store)) == 2


def test_one_message_id_twice_is_two_mails_and_one_of_them_twice_is_one(store: Store, box: Account) -> None:
    first, second = mail(store, "scan@x", "Seite 1"), mail(store, "scan@x", "Seite 2", subject="anders")
    come(store, box, first)
    come(store, box, second)
    come(store, box, first, second)
    texts = [row[0] for row in store.read(lambda tx: tx.rows("SELECT text FROM entry WHERE kind = 'message'"))]
    assert sorted(texts) == ["Seite 1", "Seite 2"]


def test_a_known_id_cannot_overwrite_what_is_stored(store: Store, box: Account) -> None:
    come(store, box, mail(store, "a@x", "Das Original"))
    come(store, box, replace(mail(store, "a@x", "Die Fälschung", "boese@example.net")))
    rows = store.read(lambda tx: tx.rows("SELECT text, edited FROM entry WHERE kind = 'message' ORDER BY place"))
    assert [tuple(row) for row in rows] == [("Das Original", 0), ("Die Fälschung", 0)]


@pytest.mark.parametrize("subject", ["Loch", "AW: Loch", "Re: AW: loch", "R: Loch [BS-000012]", "WG:  Loch"])
def test_subjects_are_compared_without_signs_of_answers(subject: str) -> None:
    assert subject_key(subject) == "loch"
