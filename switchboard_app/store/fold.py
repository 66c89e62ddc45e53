"""One way of folding text for search, used when writing the index and when asking it, on both databases.

Lower case, diacritics dropped (ä → a, é → e, ø → o), sharp s → ss, compatibility forms unified; a word is a run of
letters and digits. The index is fed with these words alone, so that neither database splits or folds on its own and
both find the same. Refuses to stem: prefixes do that job.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST_WORD = 60
"""Longer runs (addresses, tokens) are found by their beginning."""

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart, as people type them who lack the key.
_LETTERS = str.maketrans({"ı": "i", "ø": "o", "đ": "d", "ł": "l", "ħ": "h", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})


@lru_cache(maxsize=4096)
def _plain(run: str) -> str:
    """A run of signs beyond ASCII, folded. Most texts hold the same few."""
    decomposed = unicodedata.normalize("NFKD", run)
    # every kind of mark: the vowel signs of some scripts would otherwise end a word
    letters = "".join(sign for sign in decomposed if not unicodedata.category(sign).startswith("M"))
    # a compatibility form may hide a capital (№ → No)
    return letters.casefold().translate(_LETTERS)


_BEYOND = re.compile(r"[^\x00-\xff]+")


@lru_cache(maxsize=4096)
def _apart(run: str) -> str:
    """A run of signs beyond Latin-1, folded, with blanks for what belongs to no word (dashes, quotes, emoji)."""
    return "".join(sign if sign.isalnum() else " " for sign in _plain(run.casefold()))


def _swift(text: str) -> str | None:
    """The words of a text between blanks, through a table of 256 signs; None where the table does not suffice.

    Most texts here are Latin-1 but for a dash or an emoji, and this costs a fifth of the general way.
    """
    try:
        signs = text.encode("latin-1")
    except UnicodeEncodeError:
        try:
            signs = _BEYOND.sub(lambda run: _apart(run[0]), text).encode("latin-1")
        except UnicodeEncodeError:
            return None
    folded = signs.translate(_TABLE)
    return None if b"\0" in folded else folded.decode("ascii")


def fold(text: str) -> str:
    """The text as the search index holds it."""
    lowered = text.casefold()
    return lowered if lowered.isascii() else _NOT_ASCII.sub(lambda run: _plain(run[0]), lowered)


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    swift = _swift(text)
    found = _WORD.findall(fold(text)) if swift is None else swift.split()
    return [word[:LONGEST_WORD] for word in found]


def _as_table() -> bytes:
    """For each sign of Latin-1 the letter or digit it folds to, a blank for what ends a word, 0 for neither."""
    table = bytearray(256)
    for number in range(256):
        folded = fold(chr(number))
        if len(folded) == 1 and folded.isascii():
            table[number] = ord(folded) if folded.isalnum() else ord(" ")
        elif not any(sign.isalnum() for sign in folded):
            table[number] = ord(" ")
    return bytes(table)


_TABLE = _as_table()
