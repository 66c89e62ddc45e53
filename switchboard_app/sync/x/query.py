"""Which fields of an event are asked for, and how a refused one is left out.

The specification changed under clients in 2026 (dossier 1.3): 2.167 no longer lists ``sender_id`` among the fields,
while X's guide still writes it. So everything is asked for first; a 400 that names a parameter takes the named values
out for good (`as_text` goes into the cursor). Pure. Called by `x.sweep` and `x.connector`.
"""

from __future__ import annotations

import re
from typing import Final

from switchboard_app.sync.json_answer import Record, record_of, rows_of, text_of
from switchboard_app.sync.x.errors import XFailure

ASKED: Final = {
    "dm_event.fields": (
        "id",
        "event_type",
        "text",
        "created_at",
        "dm_conversation_id",
        "attachments",
        "entities",
        "sender_id",
    ),
    "expansions": ("sender_id", "attachments.media_keys", "participant_ids"),
    "user.fields": ("id", "name", "username"),
    "media.fields": ("media_key", "type", "url", "preview_image_url", "variants"),
}
_DOUBTFUL: Final = {
    "dm_event.fields": ("sender_id",),
    "expansions": ("participant_ids",),
    "user.fields": ASKED["user.fields"],
    "media.fields": ASKED["media.fields"],
}
"""What is given up when a parameter is refused without a value of ours. Never more: without sender and time a message
could not be told from a reply, and what is left out once is left out for good."""
_VALUE: Final = re.compile(r"value \[([^\]]*)\]")


class Query:
    """The parameters of a read, without what was refused."""

    def __init__(self, refused: str = "") -> None:
        """`refused` as `as_text` wrote it; what it names that is not asked for any more is forgotten."""
        pairs = (entry.partition("=") for entry in refused.split(" ") if entry)
        self._refused = {(name, value) for name, _, value in pairs if value in ASKED.get(name, ())}

    @property
    def as_text(self) -> str:
        """What was refused, for the cursor."""
        return " ".join(f"{name}={value}" for name, value in sorted(self._refused))

    def params(self, token: str = "") -> dict[str, str]:
        """The parameters; with `token` those of a further page."""
        listed = {name: ",".join(self._left(name)) for name in ASKED}
        further = {"pagination_token": token} if token else {}
        return {"max_results": "100", **{name: value for name, value in listed.items() if value}, **further}

    def leave_out(self, failure: XFailure) -> bool:
        """Take out what a 400 names; False when it names nothing that is asked for."""
        if failure.status != 400:
            return False
        found: set[tuple[str, str]] = set()
        for problem in (failure.problem, *map(record_of, rows_of(failure.problem.get("errors")))):
            for name, values in _named(problem).items():
                found |= {(name, value) for value in self._refused_of(name, values, problem)}
        self._refused |= found
        return bool(found)

    def _left(self, name: str) -> list[str]:
        return [value for value in ASKED[name] if (name, value) not in self._refused]

    def _refused_of(self, name: str, values: list[str], problem: Record) -> list[str]:
        """The values to leave out of one parameter: those named, else the doubtful ones."""
        left = self._left(name) if name in ASKED else []
        sentences = f"{text_of(problem.get('message'))} {text_of(problem.get('detail'))}"
        bracketed = [part.strip() for one in _VALUE.findall(sentences) for part in one.split(",")]
        for candidates in (values, bracketed):
            named = [value for value in left if value in candidates]
            if named and len(named) < len(left):
                return named
        return [value for value in left if value in _DOUBTFUL[name]]


def refuses_page(failure: XFailure) -> bool:
    """Whether the pagination token is refused, which may have expired."""
    if failure.status == 422:
        return True
    problems = (failure.problem, *map(record_of, rows_of(failure.problem.get("errors"))))
    return failure.status == 400 and any("pagination_token" in _named(problem) for problem in problems)


def _named(problem: Record) -> dict[str, list[str]]:
    """Parameter → values as a problem names them, in the shape of 2.166 (lists) or 2.167 (one of each)."""
    listed = record_of(problem.get("parameters"))
    named = {
        name: [part for one in rows_of(values) for part in text_of(one).split(",")] for name, values in listed.items()
    }
    name = text_of(problem.get("parameter"))
    if name:
        value = text_of(problem.get("value")) or text_of(problem.get("field"))
        named.setdefault(name, []).extend(part for part in value.split(",") if part)
    return named
