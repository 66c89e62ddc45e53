"""The head of a mail that came in: every byte of it may be made to harm, and everything has a bound.

What it is for: words, addresses, ids and times out of raw header lines. The standard library's structured headers
(``policy.default``) are not used for reading: their parser raises other errors than it says, and takes quadratic time
for lines made to that end; its older functions do one thing each and are called on short pieces. It refuses to raise
for what a mail says. Called by `email.mime` and `email.translate`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final, TypeVar

from switchboard_app.model.times import Millis

T = TypeVar("T")

LONGEST_LINE: Final = 20_000
_LONGEST_SUBJECT: Final = 1000
_MOST_IDS: Final = 100
_ID: Final = re.compile(r"<([^<>\s]{1,400})>")
_BARE_ID: Final = re.compile(r"[^<>\s@]{1,200}@[^<>\s@]{1,200}")
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\\\"@]{1,64}@[^\s<>()\[\],;:\\\"@/]{1,253}")
_NO_TEXT: Final = frozenset(
    ("unicode_escape", "raw_unicode_escape", "idna", "punycode", "utf_7", "undefined", "mbcs", "oem", "palmos")
)
"""Encodings that no mail needs: they are slow, ambiguous, or other ones on each system."""

BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MessageError)
"""What the library raises for broken mails, besides what it promises."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A name and an address; the name is what somebody chose to write and proves nothing."""

    address: str = ""
    name: str = ""


def spared(work: Callable[[], T], otherwise: T) -> T:
    """What `work` gives, or `otherwise` when the mail is too broken for it."""
    try:
        return work()
    except BROKEN:
        return otherwise


def line_of(message: Message, name: str) -> str:
    """The first header line of this name as it stands, unfolded; "" when there is none."""
    line = spared(lambda: str(message.get(name, "")), "")
    return re.sub(r"\r?\n[ \t]?", " ", line[:LONGEST_LINE]).strip()


def words_of(line: str) -> str:
    """A line with its encoded words unpacked (RFC 2047), on one line, without control characters."""
    as_it_is: list[tuple[str | bytes, str | None]] = [(line, None)]
    pieces = spared(lambda: list(_pieces(line)), as_it_is)
    words = [one if isinstance(one, str) else text_of_bytes(one, charset or "us-ascii") for one, charset in pieces]
    shown = "".join(" " if unicodedata.category(one) == "Cc" else one for one in "".join(words))
    return " ".join(shown.split())[:_LONGEST_SUBJECT]


def _pieces(line: str) -> Iterator[tuple[str | bytes, str | None]]:
    yield from decode_header(line[:LONGEST_LINE])


def text_of_bytes(raw: bytes, charset: str) -> str:
    """Text out of bytes: as declared, else as UTF-8, else as Windows writes it in these countries. Never raises."""
    name = charset.strip().strip("\"'").lower().replace("-", "_")
    wanted = [] if name in _NO_TEXT or not name.isascii() or len(name) > 40 else [name]
    if name in ("us_ascii", "ascii", "iso_8859_1", "latin_1", "latin1"):
        wanted = ["ascii", "utf_8", "cp1252"]  # many programs declare these and write others
    for one in (*wanted, "utf_8", "cp1252"):
        try:
            return raw.decode(one)
        except BROKEN:
            continue
    return raw.decode("utf-8", "replace")


def ids_of(line: str) -> tuple[str, ...]:
    """The message ids of a line, in its order, without their brackets."""
    found = _ID.findall(line[:LONGEST_LINE]) or _BARE_ID.findall(line[:1000])
    return tuple(dict.fromkeys(found))[-_MOST_IDS:]


def correspondents_of(line: str) -> tuple[Correspondent, ...]:
    """The people of a line such as From or To; an address that is none is left out."""
    nobody: list[tuple[str, str]] = []
    pairs = spared(lambda: getaddresses([line[:LONGEST_LINE]]), nobody)
    found = []
    for name, address in pairs[:200]:
        plain = plain_address(address)
        if plain:
            shown = words_of(name)
            found.append(Correspondent(plain, "" if plain_address(shown) == plain else shown))
    return tuple(found)


def plain_address(text: str) -> str:
    """An address as we compare it: lower case (nobody tells ``Anna@`` from ``anna@``), its domain in ASCII; or ""."""
    address = text.strip().strip("<>").lower()
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        return ""
    name, _, domain = address.rpartition("@")
    if not domain.isascii():
        domain = spared(lambda: domain.encode("idna").decode("ascii"), "")
    sound = domain and not domain.startswith((".", "-")) and not domain.endswith(".") and ".." not in domain
    return f"{name}@{domain}" if sound else ""


def time_of(line: str) -> Millis | None:
    """The moment of a Date line."""
    found = spared(lambda: parsedate_to_datetime(line[:200]).timestamp(), None)
    return None if found is None or not 0 < found < 1e11 else Millis(round(found * 1000))
