"""Citizens' words and ours are data: what went in comes out, byte for byte, whatever it looks like."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from switchboard_app.model.times import Millis
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.platform import SimulatedPlatform
from switchboard_app.training.x import SimulatedX
from tests.cli.conftest import Station
from tests.cli.test_sync import messages, truth

OWN = (
    "Grüezi, ich hätte da eine Frage – «geht das»? 1’284 Fr.",
    "e\u0301 ist nicht \u00e9",
    "\u202eurückwärts\u202c und \u2066isoliert\u2069",
    "🧑‍👩‍👧‍👦 🏳️‍🌈 🇨🇭 👍🏽",
    "שלום עולם مرحبا بالعالم こんにちは 你好",
    "<b>fett</b> <img src=x onerror=alert(1)> &amp; &#39;",
    "'; DROP TABLE enquiry; --",
    '=HYPERLINK("http://example.org";"klick")',
    "{text} %s %(x)s {0} ${HOME} $(id) `id`",
    "Zeile eins\nZeile zwei\r\nZeile drei\rZeile vier",
    "  Leerzeichen vorn und hinten \t ",
    "\u00a0geschützt\u00a0 \u2009schmal\u2009 \u200bnull\u200b",
    "\ufeffmit Marke am Anfang",
    "Trenner\u2028Zeile\u2029Absatz\u0085nächste",
    "\x1b[31mrot\x1b[0m \x07 \x08 \x7f",
    "Z̷̢̛a̸l̵g̶o̷ " + "o\u0301\u0302\u0303\u0304" * 20,
    "ﬃ ＡＢＣ ①②③ ℡ ™",
    "-rf --help -h @datei",
    '{"access_token": "EAAnichtwirklich"}',
    "\\n \\x00 \\u0000 %00 \\",
    "NULL null None undefined true 0",
    "ß ẞ ŉ İ ı ǆ",
)


def blns(shared: Path) -> list[str]:
    strings: list[str] = json.loads((shared / "corpora" / "third_party" / "blns.json").read_text(encoding="utf-8"))
    return strings


def said_by_citizens(platform: SimulatedPlatform, texts: Sequence[str], people: int) -> None:
    """Every text as a message; a platform takes none that is empty."""
    now = platform.clock()
    for number, text in enumerate(one for one in texts if one.strip()):
        platform.say(f"p{number % people}", text, Millis(now - (len(texts) - number) * 60_000))


def pieces(texts: Sequence[str], limit: int = 2000) -> Iterator[str]:
    """The texts joined to as few replies as the channel's limit allows."""
    piece = ""
    for text in texts:
        if piece and len(piece) + 1 + len(text) > limit:
            yield piece
            piece = text
        else:
            piece = f"{piece}\n{text}" if piece else text
    yield piece


def test_own_strings_come_in(connected: Station, facebook: SimulatedFacebook, x: SimulatedX) -> None:
    said_by_citizens(facebook, OWN, people=3)
    said_by_citizens(x, OWN, people=2)
    connected.ok("sync", "--once")
    assert messages(connected) == truth(facebook) + truth(x)
    shown: Counter[tuple[str, str]] = Counter()
    for row in connected.ok("enquiry", "list", "--view", "all")["enquiries"]:
        for entry in connected.ok("enquiry", "show", str(row["number"]))["entries"]:
            shown[(entry["platform_id"], entry["text"])] += 1
    assert shown == truth(facebook) + truth(x)


def test_naughty_strings_come_in(connected: Station, facebook: SimulatedFacebook, x: SimulatedX, shared: Path) -> None:
    texts = blns(shared)
    assert len(texts) > 500
    said_by_citizens(facebook, texts, people=30)  # a page shows the details of a conversation's 20 newest messages
    said_by_citizens(x, texts, people=4)
    connected.ok("sync", "--once")
    assert messages(connected) == truth(facebook) + truth(x)
    for row in connected.ok("enquiry", "list", "--limit", "80")["enquiries"]:
        assert "\n" not in row["excerpt"]


def replied(station: Station, platform: SimulatedPlatform, texts: Sequence[str], folder: Path) -> None:
    platform.say("p", "Frage")
    station.ok("sync", "--once")
    file = folder / "reply.txt"
    for text in texts:
        file.write_bytes(text.encode())
        station.ok("enquiry", "reply", "1", "--text-file", str(file))
    station.ok("sync", "--once")
    assert [one.text for one in platform.sent_by_us()] == list(texts)
    shown = [one for one in station.ok("enquiry", "show", "1")["entries"] if one["direction"] == "out"]
    assert [one["text"] for one in shown] == list(texts)
    assert Counter(one["delivery"]["state"] for one in shown) == {"sent": len(texts)}


def test_own_strings_go_out(page: Station, facebook: SimulatedFacebook, tmp_path: Path) -> None:
    replied(page, facebook, OWN, tmp_path)


def test_naughty_strings_go_out(page: Station, facebook: SimulatedFacebook, tmp_path: Path, shared: Path) -> None:
    replied(page, facebook, list(pieces(blns(shared))), tmp_path)


def test_text_on_the_command_line(page: Station, facebook: SimulatedFacebook, tmp_path: Path) -> None:
    facebook.say("p", "Frage")
    page.ok("sync", "--once")
    page.ok("enquiry", "note", "1", "--text", OWN[9])
    page.ok("enquiry", "note", "1", "--text=--help")
    notes = [one["text"] for one in page.ok("enquiry", "show", "1")["entries"] if one["kind"] == "note"]
    assert notes == [OWN[9], "--help"]
    page.refused(2, "enquiry", "note", "1", "--text", b"Gr\xfcezi")
    file = tmp_path / "latin1.txt"
    file.write_bytes("Grüezi".encode("latin-1"))
    assert "byte 2" in page.refused(2, "enquiry", "reply", "1", "--text-file", str(file))
    page.refused(2, "enquiry", "reply", "1", "--text-file", str(tmp_path / "nowhere.txt"))
    page.refused(2, "enquiry", "reply", "1", "--text-file", str(tmp_path))
    file.write_bytes(b"")
    page.refused(2, "enquiry", "reply", "1", "--text-file", str(file))
    assert facebook.sent_by_us() == ()


@pytest.mark.parametrize("text", ["halb \ud800 Zeichen", "Null \x00 Zeichen"])
def test_text_that_no_platform_has(switchboard: Station, text: str) -> None:
    """One written rule: half a character becomes U+FFFD; nothing breaks, and JSON stays JSON."""
    note = json.dumps({"concern": text}).encode()
    switchboard.ok("phone-note", "add", stdin=note)
    [entry] = [one for one in switchboard.ok("enquiry", "show", "1")["entries"] if one["kind"] == "phone_note"]
    assert entry["text"] == text.replace("\ud800", "\ufffd")
    switchboard("enquiry", "show", "1")
    switchboard.ok("enquiry", "list", "--query", "Zeichen")


def test_files_go_out_and_come_in(page: Station, facebook: SimulatedFacebook, tmp_path: Path) -> None:
    from switchboard_app.training.truth import SimulatedFile

    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
    )
    facebook.say("p", "mit Bild", facebook.clock(), [SimulatedFile("Foto.png", "image/png", png)])
    page.ok("sync", "--once")
    [inbound] = [one for one in page.ok("enquiry", "show", "1")["entries"] if one["kind"] == "message"]
    [file] = inbound["attachments"]
    assert (file["mime"], file["size"], file["state"]) == ("image/png", len(png), "kept")
    picture, other = tmp_path / "Bild äöü.png", tmp_path / "notes.txt"
    picture.write_bytes(png)
    other.write_bytes(b"just text")
    page.refused(3, "enquiry", "reply", "1", "--text", "x", "--attach", str(other))
    page.refused(2, "enquiry", "reply", "1", "--text", "x", "--attach", str(tmp_path / "nowhere.png"))
    big, leaflet = tmp_path / "gross.png", tmp_path / "Merkblatt.pdf"
    big.write_bytes(png + bytes(8 * 1024 * 1024))
    leaflet.write_bytes(b"%PDF-1.7 Merkblatt")
    page.refused(3, "enquiry", "reply", "1", "--text", "x", "--attach", str(big))
    page.ok("enquiry", "reply", "1", "--text", "", "--attach", str(leaflet))
    assert page.ok("sync", "--once")["accounts"][0]["sent"] == 1
    assert [(one.name, one.mime) for told in facebook.truth() if told.ours for one in told.files] == [
        ("Merkblatt.pdf", "application/pdf")
    ]
    page.ok("enquiry", "reply", "1", "--text", "Ihr Bild", "--attach", str(picture))
    assert page.ok("sync", "--once")["accounts"][0]["sent"] == 1
    ours = [one for one in facebook.truth() if one.ours]
    assert [one.text for one in ours if one.text] == ["Ihr Bild"]
    assert [file.content for one in ours for file in one.files] == [leaflet.read_bytes(), png]
