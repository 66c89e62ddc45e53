"""Down to which mention the list was read: two members of the cursor.

Mentions are numbered in the order of their arrival (a serial number on Mastodon, a ULID on GoToSocial). That a post is
stored does not say that the walk over the mentions was here before: the conversations may have brought it a moment
ago, while a post that arrived before it is still unread below. Pure; refuses to read. Called by `mastodon.sweep`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_WHOLE: Final = "m.whole"
"""The newest mention that the last whole walk met."""
_NEWEST: Final = "m.newest"
"""The newest that the walk met which is under way, perhaps over several polls."""


class Arrivals:
    """What is known of them at one moment of a sweep."""

    def __init__(self, cursor: Mapping[str, str]) -> None:
        self._whole = cursor.get(_WHOLE, "")
        self._newest = self._before = cursor.get(_NEWEST, "")

    def met(self, mentions: Iterable[str], *, above: bool) -> bool:
        """A page of mentions, by their ids. Whether one of them came after the last whole walk; `above` the place
        where a walk was interrupted: after the newest that it met, for the rest was read by it."""
        ids = list(mentions)
        self._newest = max([self._newest, *ids], key=_place)
        read = self._before if above else self._whole
        return any(_place(one) > _place(read) for one in ids)

    def walked(self) -> None:
        """The walk reached its end: everything it met is read."""
        self._whole, self._newest = self._newest, ""

    def cursor(self) -> dict[str, str]:
        """As members of a cursor."""
        return {name: value for name, value in ((_WHOLE, self._whole), (_NEWEST, self._newest)) if value}


def _place(known_as: str) -> tuple[int, str]:
    return len(known_as), known_as
