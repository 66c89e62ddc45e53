"""Mails as bytes: charsets, encodings, files, machines, reports, and what is built to harm."""

from __future__ import annotations

import random
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from switchboard_app.model.remote import Automatic
from switchboard_app.sync.email.header import correspondents_of, plain_address, words_of
from switchboard_app.sync.email.mime import read_mail
from switchboard_app.sync.email.threading import automatic_of, is_ours
from tests import tiers
from tests.cost import within

HEAD = b"From: Anna <anna@example.net>\r\nTo: tz@example.ch\r\nSubject: Frage\r\nMessage-ID: <1@example.net>\r\n"


def mail(more: str = "", body: bytes = b"Text\r\n") -> bytes:
    return HEAD + more.replace("\n", "\r\n").encode() + b"\r\n" + body


@pytest.mark.parametrize(
    ("more", "body", "text"),
    [
        ("Content-Type: text/plain; charset=utf-8\n", "Grüezi €".encode(), "Grüezi €"),
        ("Content-Type: text/plain; charset=iso-8859-1\n", "Grüezi €".encode("cp1252"), "Grüezi €"),
        ("Content-Type: text/plain; charset=us-ascii\n", "Grüezi".encode(), "Grüezi"),
        ("Content-Type: text/plain; charset=nonsense\n", "Grüezi".encode(), "Grüezi"),
        ("Content-Type: text/plain; charset=punycode\n", b"abc-def", "abc-def"),
        ("Content-Type: text/plain; charset=koi8-r\n", "Привет".encode("koi8-r"), "Привет"),
        ("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n", b"R3LDvGV6aQ==", "Grüezi"),
        ("Content-Transfer-Encoding: quoted-printable\n", b"Gr=C3=BCezi=\r\n x", "Grüezi x"),
        ("Content-Type: text/html\n", b"<p>Gr&uuml;ezi<br>hallo</p><script>x</script>", "Grüezi\nhallo"),
        ("", "Grüezi".encode("cp1252"), "Grüezi"),
        ("Content-Transfer-Encoding: base64\n", b"!!!", ""),
        ("", b"Zeile\r\nZeile\r\n\r\n", "Zeile\nZeile\n"),
    ],
)  # fmt: skip
def test_texts(more: str, body: bytes, text: str) -> None:
    assert read_mail(mail(more, body)).text == text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("=?utf-8?q?Gr=C3=BCezi?=", "Grüezi"),
        ("=?utf-8?b?R3I=?= =?utf-8?b?w7xlemk=?=", "Grüezi"),
        ("=?iso-8859-1?Q?Fr=FChling?= 2026", "Frühling 2026"),
        ("=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("=?nonsense?q?abc?=", "abc"),
        ("=?utf-8?b?%%%?=", ""),
        ("plain", "plain"),
    ],
)
def test_encoded_words(line: str, words: str) -> None:
    assert words_of(line) == words


@pytest.mark.parametrize(
    ("line", "address", "name"),
    [
        ("Anna Muster <Anna.Muster@Example.NET>", "anna.muster@example.net", "Anna Muster"),
        ("anna@bäsel.example", "anna@xn--bsel-loa.example", ""),
        ('"Telefonzentrale tz@example.ch" <boese@evil.example>', "boese@evil.example", "Telefonzentrale tz@example.ch"),
        ("=?utf-8?q?=C3=84nna?= <a@b.ch>", "a@b.ch", "Änna"),
        ("undisclosed-recipients:;", "", ""),
        ("<script>@x", "", ""),
    ],
)
def test_people_are_addresses(line: str, address: str, name: str) -> None:
    found = correspondents_of(line)
    assert (found[0].address, found[0].name) if found else (address, name) == ("", "")
    assert not found or found[0].address == address


def test_addresses_are_compared_without_case_and_broken_ones_are_none() -> None:
    assert plain_address("A@B.CH") == plain_address("a@b.ch") == "a@b.ch"
    for one in ("", "a", "@b", "a@", "a@b@c", "a b@c", "a@b..c", "a@-b", "x" * 65 + "@b.ch", "a@b.", 'a"@b'):
        assert plain_address(one) == ""


def test_of_several_wordings_the_plain_one_is_read_and_every_other_part_is_a_file() -> None:
    message = EmailMessage()
    message.set_content("Die Wörter")
    message.add_alternative("<p>Die <b>Wörter</b></p><img src='cid:x'>", subtype="html")
    wordings: Any = message.get_payload()
    wordings[1].add_related(b"\x89PNG", "image", "png", cid="<x>")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Plän – 1.pdf")
    nested = EmailMessage()
    nested["Subject"] = "innen"
    nested.set_content("drin")
    message.add_attachment(nested)
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="termin.ics")
    message.add_attachment(b"x", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    found = read_mail(HEAD + message.as_bytes(policy=policy.SMTP))
    assert found.text == "Die Wörter"
    names = [(one.name, one.mime) for one in found.files]
    assert ("Plän – 1.pdf", "application/pdf") in names
    assert ("message.eml", "message/rfc822") in names
    assert ("termin.ics", "text/calendar") in names
    assert ("winmail.dat", "application/ms-tnef") in names
    assert [kind for _, kind in names].count("image/png") == 1
    assert b"innen" in next(one.content for one in found.files if one.name == "message.eml")


def test_text_around_pictures_is_read_together() -> None:
    body = (
        b"--b\r\nContent-Type: text/plain\r\n\r\noben\r\n--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nunten\r\n--b--\r\n"
    )
    found = read_mail(mail("Content-Type: multipart/mixed; boundary=b\n", body))
    assert (found.text, [one.name for one in found.files]) == ("oben\n\nunten", ["a.png"])


@pytest.mark.parametrize(
    "kind",
    ['multipart/signed; protocol="application/pkcs7-signature"; boundary=b', "multipart/encrypted; boundary=b"],
)
def test_signed_and_encrypted_parts_are_files(kind: str) -> None:
    body = (
        b"--b\r\nContent-Type: text/plain\r\n\r\nText\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n--b--\r\n"
    )
    found = read_mail(mail(f"Content-Type: {kind}\n", body))
    assert (found.text, [one.name for one in found.files]) == ("Text", ["smime.p7s"])


@pytest.mark.parametrize(
    ("more", "automatic"),
    [
        ("", None),
        ("Auto-Submitted: no\n", None),
        ("Auto-Submitted: auto-replied (vacation)\n", Automatic.REPLY),
        ("Auto-Submitted: auto-generated\n", Automatic.REPLY),
        ("Precedence: bulk\n", Automatic.BULK),
        ("Precedence: auto_reply\n", Automatic.REPLY),
        ("List-Id: <news.example.net>\n", Automatic.BULK),
        ("X-Auto-Response-Suppress: All\n", Automatic.REPLY),
        ("X-Auto-Response-Suppress: OOF\n", None),
        ("Return-Path: <>\n", Automatic.REPLY),
        ("X-Loop: switchboard\n", Automatic.REPLY),
        ("X-Autoreply: yes\n", Automatic.REPLY),
    ],
)
def test_machines_are_told_from_people(more: str, automatic: Automatic | None) -> None:
    assert automatic_of(read_mail(mail(more)), "tz@example.ch") is automatic


def test_our_own_mail_that_came_back_is_a_loop() -> None:
    ours = "0199c0de-aaaa-7bbb-8ccc-123456789012@example.ch"
    raw = f"From: tz@example.ch\r\nMessage-ID: <{ours}>\r\n\r\nText".encode()
    assert is_ours(ours, "tz@example.ch")
    assert automatic_of(read_mail(raw), "tz@example.ch") is Automatic.REPLY
    assert automatic_of(read_mail(b"From: tz@example.ch\r\nMessage-ID: <x@y>\r\n\r\nText"), "tz@example.ch") is None


def test_a_report_says_what_was_not_delivered_and_why() -> None:
    body = (
        b"--b\r\nContent-Type: text/plain\r\n\r\nNot delivered\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.ch\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 no such person\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        b"Message-ID: <ours@example.ch>\r\nSubject: x\r\n\r\n--b--\r\n"
    )
    found = read_mail(mail("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", body))
    assert found.undelivered is not None
    assert (found.undelivered.final, found.undelivered.words) == (True, "550 no such person")
    assert found.undelivered.ids == ("ours@example.ch",)
    assert found.text == "Not delivered"
    late = body.replace(b"failed", b"delayed")
    report = read_mail(mail("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", late))
    assert report.undelivered is not None
    assert not report.undelivered.final


_BRANCH = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
MONSTERS = {
    "nested 50": b"".join(_BRANCH % (n, n) for n in range(50)),
    "nested 3000": b"".join(_BRANCH % (n, n) for n in range(3000)),
    "10000 parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000,
    "one huge line in the head": b"X: " + b"a" * 5_000_000 + b"\r\n\r\nx",
    "300000 lines in the head": b"X: a\r\n" * 300_000 + b"\r\nx",
    "mail in mail in mail": b"Content-Type: message/rfc822\r\n\r\n" * 2000,
    "a type without end": b"Content-Type: " + b"multipart/mixed;" * 100_000 + b"\r\n\r\n",
    "parameters": b"Content-Type: text/plain; " + b"a*0*=b;" * 50_000 + b"\r\n\r\nx",
    "a name without end": b'Content-Type: application/x; name="' + b'\\"' * 100_000 + b"\r\n\r\nx",
    "addresses": b"From: " + b"(" * 100_000 + b"\r\n\r\nx",
    "encoded words": b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\r\n\r\nx",
    "references": b"References: " + b"<a@b> " * 100_000 + b"\r\n\r\nx",
    "no base64": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"\xff!" * 1_000_000,
    "zeros": b"\0" * 3_000_000,
    "punycode": b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-" * 200_000,
    "html": b"Content-Type: text/html\r\n\r\n" + b"<a href='" * 200_000,
    "blockquotes": b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * 100_000 + b"<p>x" * 100_000,
    "nothing": b"",
}  # fmt: skip


@pytest.mark.parametrize("name", MONSTERS)
def test_a_mail_built_to_harm_is_read_within_bounds(name: str) -> None:
    found = within(1.5, lambda: read_mail(MONSTERS[name]))
    assert len(found.text) <= 1_000_000
    assert len(found.subject) <= 1000


def test_ten_thousand_parts_lose_nothing() -> None:
    raw = MONSTERS["10000 parts"]
    assert [one.content for one in read_mail(raw).files] == [raw]


def test_mutated_mails_never_raise() -> None:
    """Bytes changed, cut, doubled: always a mail in the end (the push tier does some hundreds)."""
    message = EmailMessage()
    message["From"] = "Änna <anna@example.net>"
    message["Subject"] = "Löcher"
    message["Message-ID"] = "<1@example.net>"
    message["References"] = "<a@b> <c@d>"
    message.set_content("Grüezi\n" * 5)
    message.add_alternative("<p>Grüezi</p>", subtype="html")
    message.add_attachment(b"abc" * 30, maintype="application", subtype="pdf", filename="Plän.pdf")
    whole = message.as_bytes(policy=policy.SMTP)

    def trial(seed: int) -> None:
        dice = random.Random(seed)
        raw = bytearray(whole)
        for _ in range(dice.randrange(1, 12)):
            at = dice.randrange(len(raw))
            what = dice.randrange(4)
            if what == 0:
                raw[at] = dice.randrange(256)
            elif what == 1:
                del raw[at : at + dice.randrange(1, 40)]
            elif what == 2:
                raw[at:at] = raw[at : at + dice.randrange(1, 200)]
            else:
                raw[at:at] = dice.choice([b"\r\n", b"\n\n", b"--", b"=?", b"\0", b"\xff\xfe", b'"', b"boundary="])
        read_mail(bytes(raw))

    tiers.each("mutated mails", 600, 20_000, trial)


def test_the_house_reads_what_the_library_writes() -> None:
    raw = HEAD + b"Content-Type: text/plain\r\n\r\nText"
    theirs = message_from_bytes(raw, policy=policy.SMTP)
    assert read_mail(raw).subject == theirs["Subject"]
