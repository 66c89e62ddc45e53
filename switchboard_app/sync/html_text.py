"""Plain text out of a platform's HTML: paragraphs, breaks and lists become lines, everything else falls away.

Used for mails. (Posts of Mastodon are kept to the letter, with the names they mention: `mastodon.html`.) The result is
data like any other text: nothing in it is ever markup again. It refuses to fetch, to follow or to show an address that
the text does not say itself, except where a link's words hide where it leads: then the address stands behind them.

The tags are found by hand in one pass: the standard library's parser takes quadratic time for markup made to that end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

_LONGEST: Final = 2_000_000
_DEEPEST: Final = 20
_BLOCKS: Final = frozenset(
    "address article aside blockquote body center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5"
    " h6 header hr html li main nav ol p pre section table tbody tfoot thead tr ul".split()
)
_APART: Final = frozenset("blockquote dl h1 h2 h3 h4 h5 h6 ol p pre table ul".split())
"""Blocks with an empty line around them."""
_SILENT: Final = frozenset("head script style template title noscript object svg math".split())
_TAG: Final = re.compile(r"(/?)([A-Za-z][A-Za-z0-9:-]{0,40})")
_ATTRIBUTE: Final = re.compile(r"""(href|alt)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_LONGEST_TAG: Final = 20_000
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


class _Reader:
    """Collects the words; quoted blocks get their ``> `` as in a mail of plain text."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._silent: list[str] = []
        self._quote = 0
        self._pre = 0
        self._link = ""
        self._link_at = 0

    def text(self) -> str:
        """What was collected."""
        self._end_line()
        joined = "\n".join(line.rstrip(" ") for line in self._lines)
        return _EMPTY_LINES.sub("\n\n", joined).strip("\n")

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag opens."""
        if tag in _SILENT and len(self._silent) < _DEEPEST:
            self._silent.append(tag)
        if self._silent:
            return
        if tag == "br":
            self._end_line(force=True)
        elif tag in _BLOCKS:
            self._end_block(tag)
            self._quote += int(tag == "blockquote" and self._quote < _DEEPEST)
            self._pre += int(tag == "pre")
            if tag == "li":
                self._line = ["• "]
        elif tag in ("td", "th") and self._line:
            self._line.append("  ")
        elif tag == "a":
            self._link, self._link_at = attributes.get("href", ""), len(self._line)
        elif tag == "img":
            self._line.append(attributes.get("alt", ""))

    def end(self, tag: str) -> None:
        """A tag closes."""
        if self._silent:
            if tag in self._silent:
                del self._silent[self._silent.index(tag) :]
        elif tag in _BLOCKS:
            self._end_block(tag)
            self._quote = max(0, self._quote - int(tag == "blockquote"))
            self._pre = max(0, self._pre - int(tag == "pre"))
        elif tag == "a" and self._link:
            self._name_link()

    def words(self, said: str) -> None:
        """What stands between tags."""
        if self._silent:
            return
        if self._pre:
            first, *rest = said.replace("\r\n", "\n").split("\n")
            self._line.append(first)
            for line in rest:
                self._end_line(force=True)
                self._line = [line]
            return
        folded = _SPACE.sub(" ", said)
        if not self._line or self._line[-1].endswith(" "):
            folded = folded.lstrip(" ")
        if folded:
            self._line.append(folded)

    def _name_link(self) -> None:
        """Say where a link leads when its words do not: a text shows no hidden address."""
        words, address = "".join(self._line[self._link_at :]).strip(), self._link.strip()
        self._link = ""
        bare = re.sub(r"^(https?://|mailto:|tel:)", "", address).rstrip("/")
        itself = words.lstrip("@#") in bare  # a mention or a hashtag of a platform leads to itself
        if words and address.startswith(("http://", "https://", "mailto:")) and bare not in words and not itself:
            self._line.append(f" <{address}>")

    def _end_block(self, tag: str) -> None:
        self._end_line()
        if tag in _APART and self._lines and self._lines[-1].strip("> "):
            self._lines.append("> " * self._quote)

    def _end_line(self, *, force: bool = False) -> None:
        line = "".join(self._line)
        if force or line.strip():
            self._lines.append("> " * self._quote + (line if self._pre else line.rstrip(" ")))
        self._line = []


def _pieces(markup: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Words, opening and closing tags in turn: (kind, what, attributes); each character is looked at once or twice."""
    at, end = 0, len(markup)
    while at < end:
        opens = markup.find("<", at)
        if opens < 0:
            break
        if opens > at:
            yield "words", unescape(markup[at:opens]), {}
        if markup.startswith("<!--", opens):
            at = _after(markup, "-->", opens + 4)
            continue
        if markup[opens + 1 : opens + 2] in ("!", "?"):
            at = _after(markup, ">", opens + 2)
            continue
        named = _TAG.match(markup, opens + 1)
        if named is None:
            yield "words", "<", {}
            at = opens + 1
            continue
        closes = markup.find(">", named.end(), named.end() + _LONGEST_TAG)
        if closes < 0:
            closes = min(named.end() + _LONGEST_TAG, end)
        inside = markup[named.end() : closes]
        attributes = {one[1].lower(): unescape(one[2] or one[3] or one[4] or "") for one in _ATTRIBUTE.finditer(inside)}
        yield ("end" if named[1] else "begin"), named[2].lower(), attributes
        at = closes + 1
    if at < end:
        yield "words", unescape(markup[at:]), {}


def _after(markup: str, sign: str, begin: int) -> int:
    """The place behind `sign`; the end when it does not come."""
    found = markup.find(sign, begin)
    return len(markup) if found < 0 else found + len(sign)


def text_of_html(markup: str) -> str:
    """The words of a piece of HTML as lines of plain text. Never raises for what the markup says."""
    reader = _Reader()
    for kind, what, attributes in _pieces(markup[:_LONGEST]):
        if kind == "words":
            reader.words(what)
        elif kind == "begin":
            reader.begin(what, attributes)
        else:
            reader.end(what)
    return reader.text()
