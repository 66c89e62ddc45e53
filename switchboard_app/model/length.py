"""How long a text is for a channel: platforms count differently, and the counter under an answer counts as they do.

Mastodon: an address counts as 23 characters however long it is, of a mention only the local part (contract dossier,
section 3; Mastodon's validator of lengths). It counts what a reader takes for one character (a flag, a family) as one,
where this module counts code points: never too few. Called by `model.channel.Capabilities` and `sync.mastodon`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, assert_never

ADDRESS: Final = 23
"""What an address counts on Mastodon; the instance's document says the same number everywhere (dossier 3)."""

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_MENTION: Final = re.compile(r"(?<![=/\w])@([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(@[\w.-]*\w)?")


class Counting(StrEnum):
    """Whose way of counting."""

    CODE_POINTS = "code points"
    BYTES = "bytes"
    """Those of UTF-8, so that «ü» counts twice."""
    MASTODON = "mastodon"


def length(text: str, counting: Counting) -> int:
    """The length of a text as the platform counts it."""
    match counting:
        case Counting.CODE_POINTS:
            return len(text)
        case Counting.BYTES:
            return len(text.encode("utf-8", "surrogatepass"))
        case Counting.MASTODON:
            return len(_MENTION.sub(r"@\1", _ADDRESS.sub("x" * ADDRESS, text)))
        case _:
            assert_never(counting)


def mentions(text: str) -> Iterator[str]:
    """Everybody whom a text names as Mastodon reads it: ``local`` or ``local@server``, without the first ``@``.

    Rather one too many than one too few: whoever is named receives the text. In an address a name follows a slash.
    """
    for found in _MENTION.finditer(text):
        yield found[0][1:]
