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


def fold(text: str) -> str:
    """The text as the search index holds it."""
    lowered = text.casefold()
    return lowered if lowered.isascii() else _NOT_ASCII.sub(lambda run: _plain(run[0]), lowered)


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]
