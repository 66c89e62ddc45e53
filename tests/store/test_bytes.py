"""Text comes back byte for byte, whatever it is: as message, answer, note, phone note, draft, and in the directory.

Two exceptions, one rule each (`transaction.storable`): lone surrogates, which are no text, and U+0000 on PostgreSQL.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from switchboard_app.model.entry import EntryKind
from switchboard_app.model.ids import EnquiryId, OutboxId
from switchboard_app.model.office import Office
from switchboard_app.model.office_csv import read_directory
from switchboard_app.store import accounts, desk, directory, drafts, outbox, people, search, settings
from switchboard_app.store.transaction import Transaction, storable
from tests.store.town import OFFICES, ROADS, Town

OWN = [
    *("", " ", "  \t ", "\n", "\r\n", "\r", "a\rb\nc\r\nd", "\x00", "a\x00b", "\x00\x00", "\x01\x02\x1f\x7f\x80\x9f"),
    *("Grüezi", "Gru\u0308ezi", "Ḁ\u0325\u0301", "ſt", "ﬀ", "İıiI", "ß ẞ SS", "½ ² ① Ⅷ", "«Guillemets» – 1’284"),
    *(
        "\u00a0\u2007\u202f\u3000",
        "\u2028\u2029\u0085\u000b\u000c",
        "\u200b\u200c\u200d\u2060\ufeff",
        "\u202eabc\u202c",
    ),
    *("\u2066x\u2069", "👨‍👩‍👧‍👦 🇨🇭 🏴󠁧󠁢󠁳󠁣󠁴󠁿 👍🏽", "\U0010ffff\U0001fffe\ufffe\uffff", "\ufffd", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!"),
    *(
        "'",
        '"',
        "''",
        "`",
        "\\",
        "\\\\",
        "\\0",
        "%",
        "%s",
        "%%",
        "?",
        "??",
        "$1",
        ":name",
        "@x",
        "{}",
        "{name}",
        "--",
        "/* */",
    ),
    *(
        "'; DROP TABLE entry; --",
        "E'\\x41'",
        "$$x$$",
        "NULL",
        "null",
        "None",
        "true",
        "0",
        "-0",
        "1e999",
        "0x10",
        "NaN",
    ),
    *("=1+1", "+41", "@SUM(A1)", "\t=1", "<b>x</b>", "<img src=x onerror=alert(1)>", "&amp;", "[*]", "a&b"),
    *("العربية", "עִבְרִית", "हिन्दी", "ภาษาไทย", "中文字", "日本語", "한국어", "ქართული", "ᚠᛇᚻ", "\U00012000\U0001f9ff"),
    *("\ud800", "a\udfffb", "\ud83d\ude00 zwei Hälften", "x" * 1999, "ä" * 1999, "🙈" * 1999, "zeile\n" * 300),
]


LONE = re.compile("[\ud800-\udfff]")


def _strings(value: object) -> Iterator[str]:
    """Every text in a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def naughty(shared: Path) -> list[str]:
    """The Big List of Naughty Strings: 515 of them."""
    texts: list[str] = json.loads((shared / "corpora/third_party/blns.json").read_text("utf-8"))
    assert len(texts) == 515
    return texts


def ours(shared: Path) -> list[str]:
    """Every text of the project's own corpora."""
    found: dict[str, None] = {}
    for path in sorted((shared / "corpora/own").glob("*.json")):
        found.update(dict.fromkeys(_strings(json.loads(path.read_text("utf-8")))))
    assert len(found) > 500
    return list(found)


@pytest.fixture(params=["own", "naughty", "corpora"])
def texts(request: pytest.FixtureRequest) -> list[str]:
    """A list of texts; two of the three lie in ../shared."""
    if request.param == "own":
        return OWN
    shared: Path = request.getfixturevalue("shared")
    return naughty(shared) if request.param == "naughty" else ours(shared)


def kept(town: Town, text: str) -> str:
    """What the database makes of a text."""
    return str(storable(text, postgres=town.store.postgres))


def same(town: Town, found: list[str], given: list[str]) -> None:
    """Fail with the first text that came back otherwise."""
    assert len(found) == len(given)
    for one, other in zip(found, given, strict=True):
        assert one.encode() == kept(town, other).encode(), repr(other)
        if "\0" not in other and other.isprintable():
            assert one == other


def test_messages(town: Town, texts: list[str]) -> None:
    town.arrives(*[town.says(text, at=town.clock.now + n) for n, text in enumerate(texts)])
    enquiry = town.last_of().id
    rows = town.rows("SELECT text FROM entry WHERE enquiry_id = ? ORDER BY place", enquiry)
    same(town, [row[0] for row in rows], texts)
    shown = town.messages(enquiry)  # the newest hundred
    same(town, [entry.text for entry in shown], texts[-100:])


def test_names_and_files_of_a_platform(town: Town, texts: list[str]) -> None:
    town.arrives(*[town.says("Hallo", f"c{n:04}", name=text) for n, text in enumerate(texts)])
    rows = town.rows("SELECT e.author FROM entry e JOIN thread t ON t.id = e.thread_id ORDER BY t.platform_id")
    same(town, [row[0] for row in rows], [text or f"C{n:04}" for n, text in enumerate(texts)])


def test_answers_as_they_are_shown_and_as_they_are_sent(town: Town, texts: list[str]) -> None:
    said = [text for text in texts if text.strip() and len(text) <= 2000]
    if len(said) > 600:
        said = said[::3]
    enquiry = town.enquiry_of()

    def replies(tx: Transaction) -> None:
        for n, text in enumerate(said):
            tx.now = type(tx.now)(town.clock.now + n)
            desk.reply(tx, enquiry, text, town.me, reply_id=OutboxId(f"r{n:04}"))

    town.store.write(replies)
    rows = town.rows("SELECT text FROM entry WHERE enquiry_id = ? AND direction = 'out' ORDER BY place", enquiry)
    same(town, [row[0] for row in rows], said)
    taken = town.store.write(outbox.take, OutboxId("r0000"))
    assert taken is not None
    assert taken.text == kept(town, said[0])


def test_notes_phone_notes_and_drafts(town: Town, texts: list[str]) -> None:
    said = [text for text in texts if text.strip()]
    if len(said) > 600:  # every text is tried as a message; here a third of the long list will do
        said = said[::3]
    enquiry = town.enquiry_of()

    def write(tx: Transaction) -> list[EnquiryId]:
        noted = []
        for n, text in enumerate(said):
            tx.now = type(tx.now)(town.clock.now + n)
            desk.note(tx, enquiry, text, town.me)
            note = desk.PhoneNote(text, caller_number=text[:40], caller_name=text[:200])
            noted.append(desk.take_note(tx, note, town.me).enquiry)
        for n, text in enumerate(texts):
            drafts.save(tx, town.me, f"reply:{n}", text)
        return noted

    noted = town.store.write(write)
    rows = town.rows("SELECT text FROM entry WHERE enquiry_id = ? AND kind = 'note' ORDER BY place", enquiry)
    same(town, [row[0] for row in rows], said)
    found = []
    for one in noted[:20] + noted[-20:]:
        (entry,) = town.messages(one)
        assert entry.kind is EntryKind.PHONE_NOTE
        found.append(entry.text)
    same(town, found, said[:20] + said[-20:])
    rows = town.rows("SELECT text FROM entry WHERE kind = 'phone_note' ORDER BY place")
    same(town, [row[0] for row in rows], said)
    same(town, [town.store.read(drafts.load, town.me, f"reply:{n}") for n in range(0, len(texts), 7)], texts[::7])


def test_offices(town: Town, texts: list[str]) -> None:
    offices = [Office(OFFICES[0].id, "BVD", "Amt")] + [
        Office(type(ROADS)(f"o{n}"), text, text, text, note=text, address=text) for n, text in enumerate(texts)
    ]
    town.store.write(directory.replace, offices, town.me)
    listed = town.store.read(directory.listed)[1:]
    for cells in zip(*((one.department, one.name, one.unit, one.note, one.address) for one in listed), strict=True):
        same(town, list(cells), texts)


def test_a_directory_file(town: Town, texts: list[str]) -> None:
    # U+0000 and lone surrogates cannot stand in a CSV file; a note holds at most 2000 characters
    said = [text for text in texts if "\0" not in text and len(text) <= 2000 and not LONE.search(text)]
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(["id", "department", "office", "topics", "email", "note"])
    for n, text in enumerate(said):
        rows.writerow([f"amt-{n}", "BVD", f"Amt {n}", "Thema", "amt@bs.test", text])
    offices = read_directory(written.getvalue().encode())
    town.store.write(directory.replace, offices, town.me)
    same(town, [one.note for one in town.store.read(directory.listed)], said)


def test_settings_accounts_and_tags(town: Town, texts: list[str]) -> None:
    for text in texts[::5]:
        town.store.write(settings.put, "x", text)
        assert town.store.read(settings.get, "x", "leer") == kept(town, text)
    for n, text in enumerate(texts[::10]):
        made = town.store.write(accounts.add, town.account.kind, f"Konto {n}", town.me, options={"o": text})
        assert made.options["o"] == kept(town, text) or "\0" in text  # JSON writes U+0000 out


def test_searching_for_anything_of_it_breaks_nothing(town: Town, texts: list[str]) -> None:
    town.arrives(*[town.says(text, at=town.clock.now + n) for n, text in enumerate(texts)])
    for text in texts[::3]:
        town.store.read(search.enquiries, text)
        town.store.read(search.people, text)
        town.store.read(people.by_number, text)
