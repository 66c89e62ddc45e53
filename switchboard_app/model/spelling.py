"""How words are compared: one spelling for all the ways in which people write a word.

`fold` takes case, accents and umlauts away (ä, ae and a become one, as do ß and ss), `tokens` cuts a text into folded
words, `stem` takes endings off. All three are for comparing only: what is shown or stored is never folded. Refuses to
know a dictionary; typing errors and synonyms are the finder's business. Called by `store.finder` and `office_csv`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "’": "'"})
_WRITTEN_UMLAUT = re.compile(r"(?<![aeoq])([aou])e")
"""ae, oe, ue for ä, ö, ü; not in «neue», «Steuer», «Bauer», «que» (the rule of the Snowball stemmer German2)."""
_WORD = re.compile(r"[^\W_]+")
_ENDINGS = (
    "ungen", "ieren", "ements", "ement", "ungs", "eren", "ern", "ers", "ens", "est", "ung", "ing",
    "en", "er", "es", "em", "et", "ns", "s", "n", "e", "a", "o", "i", "t", "x",
)  # fmt: skip
_SHORTEST_STEM = 4


def fold(text: str) -> str:
    """The text in small letters without accents; ä, ae → a, ß → ss. May be shorter or longer than the text."""
    if text.isascii():
        return _WRITTEN_UMLAUT.sub(r"\1", text.lower())
    composed = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    plain = "".join(char for char in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(char))
    return _WRITTEN_UMLAUT.sub(r"\1", plain)


def tokens(text: str) -> list[str]:
    """The words of a text, folded, in order; digits count as words, marks and emoji do not."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=32768)
def stem(word: str) -> str:
    """A folded word without its ending: Lampe, Lampen → lamp; poubelles → poubell. Light, and blind to the language.

    It may join words that have nothing in common; callers weigh an equal stem a little below an equal word.
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
