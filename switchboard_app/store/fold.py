"""One way of folding text for search, used when writing the index and when asking it, on both databases.

Lower case, diacritics dropped (ä → a, é → e), sharp s → ss, compatibility forms unified. Refuses to stem: prefixes do
that job.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+", re.UNICODE)


def fold(text: str) -> str:
    """The text as the search index holds it."""
    lowered = text.casefold()
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))
