"""What the cursor remembers of each conversation inside the overlap: its last post, when it was read, its posts.

Refuses to read; pure. A mark is text in the cursor, so its posts are few: the newest twenty. Called by
`mastodon.sweep`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from switchboard_app.model.sweep import whole
from switchboard_app.model.times import Millis

_MARK: Final = "t:"
_FAILED: Final = "x:"
_POSTS: Final = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """`stamp` is the last post and its edit, `read_at` when the conversation was read, `at` when its last post was
    written."""

    stamp: str
    read_at: Millis
    at: int
    posts: tuple[str, ...]

    @property
    def last(self) -> str:
        """The id of the last post."""
        return self.stamp.partition("@")[0]


class Marks:
    """All of them, as members of a cursor."""

    def __init__(self, cursor: Mapping[str, str]) -> None:
        self._marks = {name[2:]: _read(text) for name, text in cursor.items() if name.startswith(_MARK)}
        self._failed = {name[2:]: whole(text) for name, text in cursor.items() if name.startswith(_FAILED)}

    def cursor(self) -> dict[str, str]:
        """As members of a cursor."""
        marks = {_MARK + name: _written(mark) for name, mark in self._marks.items()}
        return {**marks, **{_FAILED + name: str(times) for name, times in self._failed.items()}}

    def of(self, conversation: str) -> Mark | None:
        """The mark of a conversation; None when there is none."""
        return self._marks.get(conversation)

    def put(self, conversation: str, mark: Mark) -> None:
        """The conversation was read."""
        self._marks[conversation] = mark
        self._failed.pop(conversation, None)

    def failed(self, conversation: str) -> int:
        """The conversation could not be read; how often that happened in a row."""
        self._failed[conversation] = self._failed.get(conversation, 0) + 1
        return self._failed[conversation]

    def oldest_read(self, most: int, *, before: Millis) -> list[tuple[str, Mark]]:
        """The conversations that were read longest ago, and not since `before`."""
        waiting = [(name, mark) for name, mark in self._marks.items() if mark.read_at < before]
        return sorted(waiting, key=lambda pair: (pair[1].read_at, pair[0]))[:most]

    def prune(self, oldest: Millis) -> None:
        """Forget what lies before the overlap."""
        self._marks = {name: mark for name, mark in self._marks.items() if mark.at >= oldest}


def _written(mark: Mark) -> str:
    return " ".join((mark.stamp, str(mark.read_at), str(mark.at), *mark.posts[-_POSTS:]))


def _read(text: str) -> Mark:
    stamp, read_at, at, *posts = [*text.split(" "), "", ""][: max(3, len(text.split(" ")))]
    return Mark(stamp, Millis(whole(read_at)), whole(at), tuple(one for one in posts if one))
