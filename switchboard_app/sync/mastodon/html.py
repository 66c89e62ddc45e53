"""A post's HTML as plain text: paragraphs, line breaks, whole links, whom it mentions. Nothing of it is ever rendered.

Servers clean what they serve, but a post was written on somebody's server and is not trusted: whatever the markup is,
the result is text, in time that grows with its length alone. That is why there is no parser library here: those repair
nesting as a browser would, which costs memory and, on hostile input, time; and `html.parser` of Python 3.11 takes
quadratic time for tags that never end.

`sync.html_text` reads mails: it folds white space, as their markup is laid out by programs. A post is short and kept to
the letter, because an answer is found again by its words.

What is kept: everything somebody wrote, hidden spans included (Mastodon hides the middle of long addresses), with the
address of a link beside its words where they differ. What is dropped: scripts, styles and their kind.

Called by `mastodon.translate`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Final

_MOST_TAGS: Final = 30_000
"""What follows after so many is shown as it stands: nobody writes that, and reading it would hold up the others."""

_NAME: Final = re.compile(r"/?([A-Za-z][A-Za-z0-9:-]{0,30})")
_ATTRIBUTE: Final = re.compile(r"""\b(href|class|alt)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_LONGEST_TAG: Final = 20_000
_SOURCE_BREAK: Final = re.compile(r"[\r\n][ \t\r\n\f]*")
_UNWRITTEN: Final = frozenset(
    "script style iframe math svg noembed noframes noscript plaintext template xmp title object".split()
)
"""Elements whose content nobody wrote to be read."""
_BLOCKS: Final = frozenset(
    "p div blockquote ul ol dl pre table h1 h2 h3 h4 h5 h6 section article header footer figure".split()
)
_LINES: Final = frozenset("li tr dt dd hr figcaption".split())


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    closes: bool
    attributes: Mapping[str, str] = field(default_factory=dict)


def plain_text(markup: str, mentioned: Mapping[str, str] | None = None) -> str:
    """The post as text. `mentioned` gives the whole name (``@local`` or ``@local@server``) for a mention's address."""
    return _Writer(mentioned or {}).text_of(markup)


def _pieces(markup: str) -> Iterator[str | _Tag]:
    """Text and tags in turn. What is no whole tag is text, as it stands."""
    at, end = 0, len(markup)
    last = markup.rfind(">")  # behind it no tag ends, and asking for its end each time would take quadratic time
    left = _MOST_TAGS
    while at < end:
        opens = markup.find("<", at)
        left -= 1
        if opens < 0 or left < 0:
            yield markup[at:]
            return
        if opens > at:
            yield markup[at:opens]
        if markup.startswith("<!--", opens):
            closes = markup.find("-->", opens + 4)
            at = end if closes < 0 else closes + 3
            continue
        named = _NAME.match(markup, opens + 1)
        is_tag = opens < last and (named or markup.startswith(("<!", "<?"), opens))
        closes = _tag_end(markup, opens) if is_tag else -1
        if closes < 0:
            yield "<"
            at = opens + 1
            continue
        if named:
            inside = markup[named.end() : min(closes, named.end() + _LONGEST_TAG)]
            yield _Tag(named[1].lower(), markup[opens + 1] == "/", _attributes(inside))
        at = closes + 1


def _tag_end(markup: str, opens: int) -> int:
    """Where the tag that begins at `opens` ends; quoted values may hold ``>``. -1 when it never ends."""
    first = markup.find(">", opens)
    at = opens
    while first >= 0:
        quote = min((q for q in (markup.find(mark, at, first) for mark in "\"'") if q >= 0), default=-1)
        if quote < 0:
            return first
        closing = markup.find(markup[quote], quote + 1)
        if closing < 0 or closing - opens > _LONGEST_TAG:  # not a quoted value after all
            return first
        at = closing + 1
        first = markup.find(">", at) if closing > first else first
    return -1


def _attributes(inside: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(inside):
        found.setdefault(name.lower(), unescape(value[1:-1] if value[0] in "\"'" else value))
    return found


class _Writer:
    """Puts the text together. Blank lines and line breaks are asked for, and written when something follows."""

    def __init__(self, mentioned: Mapping[str, str]) -> None:
        self._mentioned = mentioned
        self._written: list[str] = []
        self._breaks = 0
        self._unwritten = ""
        self._preserved = 0
        self._link: tuple[str, str, int] | None = None
        """Address, class and where its words begin, of the link that is open."""

    def text_of(self, markup: str) -> str:
        for piece in _pieces(markup):
            if self._unwritten:
                if isinstance(piece, _Tag) and piece.closes and piece.name == self._unwritten:
                    self._unwritten = ""
            elif isinstance(piece, str):
                self._text(piece)
            else:
                self._tag(piece)
        self._end_link()
        return "".join(self._written)

    def _text(self, piece: str) -> None:
        shown = piece if self._preserved else _SOURCE_BREAK.sub(" ", piece)
        if shown == " " and piece != " " and (self._breaks or not self._written):
            return  # white space between blocks of the source
        self._write(unescape(shown))

    def _write(self, words: str) -> None:
        if self._breaks and self._written:
            self._written.append("\n" * self._breaks)
        self._breaks = 0
        self._written.append(words)

    def _break(self, lines: int) -> None:
        self._breaks = max(self._breaks, lines)

    def _tag(self, tag: _Tag) -> None:
        if tag.name in _UNWRITTEN and not tag.closes:
            self._unwritten = tag.name
        elif tag.name == "br":
            self._line_break()
        elif tag.name in _BLOCKS:
            self._break(2)
            if tag.name == "pre":
                self._preserved = max(0, self._preserved + (-1 if tag.closes else 1))
        elif tag.name in _LINES:
            self._break(1)
            if tag.name == "li" and not tag.closes:
                self._write("- ")
        elif tag.name == "img" and tag.attributes.get("alt"):
            self._write(tag.attributes["alt"])
        elif tag.name == "a":
            self._end_link()
            if not tag.closes:
                if self._breaks:
                    self._write("")
                self._link = (tag.attributes.get("href", ""), tag.attributes.get("class", ""), len(self._written))

    def _line_break(self) -> None:
        if self._breaks >= 2:  # a break that follows a paragraph adds nothing a reader would see
            return
        if self._written:
            self._breaks = 0
            self._written.append("\n")

    def _end_link(self) -> None:
        if self._link is None:
            return
        (address, kinds, begin), self._link = self._link, None
        words = "".join(self._written[begin:])
        names = kinds.split()
        if "mention" in names and "hashtag" not in names:
            known_as = self._mentioned.get(address)
            if known_as:
                self._written[begin:] = [known_as]
        elif address and "hashtag" not in names and words.strip() != address:
            told = words.strip() and words.strip() != address.partition("://")[2]
            self._written[begin:] = [f"{words} ({address})" if told else address]
