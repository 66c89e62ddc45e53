"""Our answers as mails: in their conversation, and no word of a citizen gets into the head as a line of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import OutboxId, PlatformId
from switchboard_app.model.times import Millis
from switchboard_app.sync.connector import Outgoing, OutgoingFile, PlatformFailure
from switchboard_app.sync.email.compose import compose_reply, reply_subject
from switchboard_app.sync.email.settings import MailboxSettings, settings_of

SERVERS = {"address": "tz@example.ch", "imap_host": "localhost", "smtp_host": "localhost", "sender_name": "Zentrale Ü"}
HEADERS = {
    "To", "From", "Subject", "Message-ID", "Date", "In-Reply-To", "References", "Auto-Submitted", "X-Loop",
    "Content-Type", "Content-Transfer-Encoding", "MIME-Version", "Reply-To",
}  # fmt: skip


def own(**options: str) -> MailboxSettings:
    return settings_of(SERVERS | options, {})


def answer(to: str = "anna@example.net", text: str = "Guten Tag\n\nJa.", **raw: object) -> Outgoing:
    told = {"message_id": "1@example.net", "subject": "Frage", "references": ["0@example.net"], **raw}
    wanted = OutboxId("0199c0de-aaaa-7bbb-8ccc-123456789012")
    return Outgoing(wanted, PlatformId("t"), PlatformId(to), text, answered_raw=json.dumps(told))


def taken(message: EmailMessage) -> EmailMessage:
    """As the server and everybody after it reads it."""
    read = message_from_bytes(message.as_bytes(policy=policy.SMTP), policy=policy.SMTP)
    assert isinstance(read, EmailMessage)
    assert set(read.keys()) <= HEADERS
    assert len(read.keys()) == len(set(read.keys())), "each line once"
    assert read.as_bytes().isascii()
    return read


def test_an_answer_stands_in_its_conversation() -> None:
    mail = taken(compose_reply(answer(), own(reply_to="antwort@example.ch"), Millis(0)))
    assert (mail["In-Reply-To"], mail["References"]) == ("<1@example.net>", "<0@example.net> <1@example.net>")
    assert mail["Subject"] == "Re: Frage"
    assert str(mail["From"]) == "Zentrale Ü <tz@example.ch>"
    assert mail["Reply-To"] == "antwort@example.ch"
    assert mail["Auto-Submitted"] == "no"
    assert mail["Message-ID"] == "<0199c0de-aaaa-7bbb-8ccc-123456789012@example.ch>"


def test_the_citizens_mail_is_repeated_below_by_option() -> None:
    asked = replace(answer(name="Anna", written_at=1_795_262_400_000), answered_text="Wo?\nWann?")
    text = taken(compose_reply(asked, own(quote="yes"), Millis(0))).get_content()
    assert "Ja.\n\nOn 21.11.2026, 13:00 Anna wrote:\n> Wo?\n> Wann?" in text.replace("\r\n", "\n")
    assert "Wo?" not in taken(compose_reply(asked, own(), Millis(0))).get_content()


@pytest.mark.parametrize("subject", ["Frage", "Re: Frage", "AW: RE: Frage", "R: Frage", "Fwd: WG: Frage"])
def test_the_sign_of_an_answer_stands_once(subject: str) -> None:
    assert reply_subject(subject) == "Re: Frage"


def test_files_go_along_within_the_limit() -> None:
    file = OutgoingFile("Plän\r\nBcc: x.pdf", "application/pdf", b"%PDF")
    mail = taken(compose_reply(replace(answer(), files=(file,)), own(), Millis(0)))
    [part] = mail.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("PlänBcc: x.pdf", "application/pdf")
    big = OutgoingFile("gross.pdf", "application/pdf", b"x" * (20 * 1024 * 1024))
    with pytest.raises(PlatformFailure) as caught:
        compose_reply(replace(answer(), files=(big,)), own(), Millis(0))
    assert (caught.value.failure.kind, caught.value.failure.certain) == (FailureKind.CONTENT, True)


@pytest.mark.parametrize(
    "hostile",
    [
        "x\r\nBcc: y@evil.example",
        "x\nBcc: y@evil.example",
        "=?utf-8?q?x=0D=0ABcc:_y?=",
        "x\0y",
        "\u2028Bcc: y",
        "x" * 5000,
    ],
)
def test_a_citizens_head_adds_no_line(hostile: str) -> None:
    mail = taken(compose_reply(answer(subject=hostile, message_id=hostile, references=[hostile]), own(), Millis(0)))
    assert "Bcc" not in mail
    assert [one.addr_spec for one in mail["To"].addresses] == ["anna@example.net"]


def test_the_corpus_of_injections(shared: Path) -> None:
    cases = json.loads((shared / "corpora/own/email_injection.json").read_text("utf-8"))["cases"]
    for case in cases:
        value = case["value"]
        if case["field"] == "To":
            if case["expect"] == "accept" and value.isascii():
                assert len(taken(compose_reply(answer(to=value), own(), Millis(0)))["To"].addresses) == 1
            elif case["expect"] == "reject":
                with pytest.raises(PlatformFailure) as caught:
                    compose_reply(answer(to=value), own(), Millis(0))
                assert caught.value.failure.certain, case["id"]
        else:  # what a citizen wrote is made harmless, never refused
            told = {"subject": value, "message_id": value, "name": value, "from": value}
            taken(compose_reply(replace(answer(**told), answered_text=value), own(quote="yes"), Millis(0)))
            taken(compose_reply(answer(text=value), own(), Millis(0)))
