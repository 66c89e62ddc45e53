"""Text that tries to look like something else: finding it, and making its invisible parts visible.

Pure functions over strings, no Qt. The stored text is never changed; what these return is only for the eye.
Refuses to judge: a mark says "look twice", it does not block. Called by `plain` for everything that is shown,
and by views that put a chip beside a name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

FSI, PDI = "\u2068", "\u2069"
REPLACEMENT = "\ufffd"

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_WEAK_BIDI = frozenset("\u200e\u200f\u061c")
"""Direction marks that people who write from right to left type for good reasons; odd only where nothing is
written that way.
"""
_VISIBLE_CF = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_JOINERS = frozenset("\u200c\u200d")
_ALPHABETS = frozenset("LATIN CYRILLIC GREEK ARMENIAN CHEROKEE COPTIC LISU DESERET OSMANYA GEORGIAN".split())
"""Alphabets with letters that pass for letters of another. Mixing them within one word is the classic disguise."""
_MIX_WITH_LATIN = frozenset("CJK HIRAGANA KATAKANA HANGUL BOPOMOFO THAI LAO KHMER ARABIC HEBREW".split())
"""Scripts in which foreign words stand without a space before them, so that one "word" honestly holds both."""
_LATIN_TWINS = frozenset("\u0251\u0261\u0269\u026a\u01c0\u0138\u1d8c")
_BREAKS = frozenset("\r\n\u2028\u2029\u0085\x0b\x0c")
MAX_STACK = 3
"""More combining marks than this on one letter is a pile, not an accent: Vietnamese needs two, pointed Hebrew three."""

# One cheap pass decides for ordinary text that there is nothing to do. Everything any rule below could object to
# is in this class.
_ODD = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufdd0-\ufdef\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_DRESSED = re.compile("[\u24b6-\u24e9\U0001f110-\U0001f149\U0001d7ce-\U0001d7ff]")
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Marks:
    """What is odd about a text. All false for the names and sentences of honest people in every script."""

    bidi: bool = False
    invisible: bool = False
    lookalike: bool = False
    stack: bool = False

    def __bool__(self) -> bool:
        return self.bidi or self.invisible or self.lookalike or self.stack


def marks(text: str) -> Marks:
    """What a person who reads `text` could miss."""
    if text.isascii() and not _ODD.search(text):
        return Marks()
    odd = {text[i] for i in odd_places(text)} - _BREAKS
    direction = _BIDI | _WEAK_BIDI
    return Marks(
        bidi=not odd.isdisjoint(direction),
        invisible=not odd <= direction,
        lookalike=_circled(text) or any(_imitates(word) for word in _WORD.findall(text)),
        stack=_highest_stack(text) > MAX_STACK,
    )


def visible(text: str, line_break: str = "\n") -> str:
    """`text` for the eye: odd characters written out as [U+202E], every kind of line break as `line_break`.

    NUL and lone surrogates become U+FFFD, as everywhere in the program. Ordinary text comes back unchanged.
    """
    if _ODD.search(text):
        text = text.replace("\r\n", "\n")
        odd = set(odd_places(text))
        text = "".join(_written_out(c) if i in odd else c for i, c in enumerate(text))
    return text if line_break == "\n" else text.replace("\n", line_break)


def isolated(name: str) -> str:
    """`name` between FSI and PDI, so that a name written from right to left does not turn the sentence round it."""
    return f"{FSI}{name}{PDI}"


def odd_places(text: str) -> list[int]:
    """Where characters stand that are not seen, or that change what is seen. Line feeds and tabs are not odd."""
    if not _ODD.search(text):
        return []
    rtl = any(unicodedata.bidirectional(c) in ("R", "AL") and c not in _WEAK_BIDI for c in text)
    return [m.start() for m in _ODD.finditer(text) if _is_odd(text, m.start(), rtl)]


def _is_odd(text: str, at: int, rtl: bool) -> bool:
    char = text[at]
    if char in _WEAK_BIDI:
        return not rtl
    if char in _JOINERS:
        return not _joins(text, at)
    if char in _VISIBLE_CF:
        return False
    if "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or "\u180b" <= char <= "\u180d":
        return at == 0 or text[at - 1].isspace() or (text[at - 1].isascii() and text[at - 1] not in "0123456789#*")
    if "\U000e0020" <= char <= "\U000e007f":
        return not _in_flag(text, at)
    return True


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands where scripts and emoji need one: between two letters that are not Latin, or two
    emoji.
    """
    if at == 0 or at + 1 >= len(text):
        return False
    return all(
        ord(c) > 0x2FF and _alphabet(c) not in ("LATIN", "CYRILLIC", "GREEK") for c in (text[at - 1], text[at + 1])
    )


def _in_flag(text: str, at: int) -> bool:
    """Whether a tag character belongs to a flag such as Scotland's: black flag, tags, cancel tag."""
    start = at
    while start > 0 and "\U000e0020" <= text[start - 1] <= "\U000e007e":
        start -= 1
    return start > 0 and text[start - 1] == "\U0001f3f4"


def _written_out(char: str) -> str:
    if char in _BREAKS:
        return "\n"
    if char == "\0" or "\ud800" <= char <= "\udfff":
        return REPLACEMENT
    return f"[U+{ord(char):04X}]"


def _imitates(word: str) -> bool:
    """Whether one word mixes alphabets, or holds letters that only stand for Latin ones."""
    if word.isascii():
        return False
    alphabets = {_alphabet(c) for c in word} - {"", "COMBINING", "FULLWIDTH", "MATHEMATICAL"}
    if len(alphabets & _ALPHABETS) > 1:
        return True
    mixed = "LATIN" in alphabets
    if mixed and any(a not in _MIX_WITH_LATIN for a in alphabets - {"LATIN"} if not a.startswith("MODIFIER")):
        return True
    return any(_stands_for_latin(c, mixed) for c in word)


def _alphabet(char: str) -> str:
    if char in "\u00b5\u00aa\u00ba":
        return ""  # micro sign, ordinals: at home in every alphabet
    return unicodedata.name(char, "").partition(" ")[0]


def _stands_for_latin(char: str, among_latin: bool) -> bool:
    if char.isascii() or "\uff21" <= char <= "\uff5a" or char in "\u00aa\u00ba":
        return False  # full-width letters are how Latin is written among Chinese characters
    category = unicodedata.category(char)
    if category == "Lm":
        return False
    if char in _LATIN_TWINS or unicodedata.name(char, "").startswith("LATIN LETTER SMALL CAPITAL"):
        return among_latin
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) != 1 or not plain.isalpha() or plain == char:
        return False
    imitation = plain.isascii() or (unicodedata.name(plain, "").startswith("GREEK") and ord(char) > 0xFFFF)
    return imitation and (category != "Nl" or among_latin)


def _circled(text: str) -> bool:
    """Letters in circles and squares, and the digits of mathematics: never part of an honest name."""
    return _DRESSED.search(text) is not None


def _highest_stack(text: str) -> int:
    highest = run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") and not "\ufe00" <= char <= "\ufe0f" else 0
        highest = max(highest, run)
    return highest
