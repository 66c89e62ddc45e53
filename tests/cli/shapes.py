"""Whether a document has the keys and types that docs/command-line.md promises; more keys are always allowed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
STATES = {"new", "open", "waiting_office", "waiting_citizen", "snoozed", "done"}
DELIVERIES = {"queued", "sending", "sent", "delivered", "read", "uncertain", "failed", "withdrawn"}
HEALTH = {
    "ok",
    "catching_up",
    "rate_limited",
    "needs_sign_in",
    "permission_missing",
    "blocked",
    "out_of_credits",
    "unreachable",
    "malformed",
    "answered_elsewhere",
    "stale",
}


class Time:
    """A moment in ISO 8601 with zone."""


class Maybe:
    """The shape, or null."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


def check(document: Any, shape: Any, where: str = "") -> None:
    """Raise AssertionError naming the place where the document differs from the shape."""
    if isinstance(shape, Maybe):
        if document is not None:
            check(document, shape.shape, where)
    elif isinstance(shape, dict):
        assert isinstance(document, dict), f"{where}: no object"
        for key, inner in shape.items():
            assert key in document, f"{where}.{key} is missing"
            check(document[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(document, list), f"{where}: no list"
        for number, one in enumerate(document):
            check(one, shape[0], f"{where}[{number}]")
    elif isinstance(shape, set):
        assert document in shape, f"{where}: {document!r}"
    elif shape is Time:
        assert isinstance(document, str), f"{where}: {document!r}"
        assert ISO.fullmatch(document), f"{where}: {document!r}"
        assert datetime.fromisoformat(document).tzinfo is not None
    elif shape is int:
        assert type(document) is int, f"{where}: {document!r}"
    else:
        assert isinstance(document, shape), f"{where}: {document!r}"


STEP = {"number": int, "state": STATES, "owner": Maybe(str), "due_at": Maybe(Time), "due_reason": Maybe(str)}
ROW = {
    **STEP,
    "channel": {"phone", "facebook", "x"},
    "account": Maybe(str),
    "person": {"id": Maybe(str), "name": str},
    "office": Maybe(str),
    "excerpt": str,
    "last_at": Time,
    "unread": int,
    "tags": [str],
}
DELIVERY = {
    "state": DELIVERIES,
    "attempts": int,
    "sent_at": Maybe(Time),
    "failure": Maybe({"kind": str, "certain": bool, "text": str}),
    "asked_at": Maybe(Time),
    "repeats": int,
    "read_back": {"times": int, "at": Maybe(Time), "seen": [{"at": Time, "text": str}]},
}
ENTRY = {
    "id": str,
    "kind": {"message", "note", "event", "phone_note"},
    "direction": {"in", "out", "internal"},
    "author": str,
    "text": str,
    "attachments": list,
    "at": Time,
    "platform_id": Maybe(str),
    "delivery": Maybe(DELIVERY),
}
FORWARDING = {
    "id": str,
    "office": str,
    "state": {"sent", "acknowledged", "answered", "declined", "overdue", "withdrawn"},
    "due_at": Maybe(Time),
    "reminded": int,
    "answered_at": Maybe(Time),
}
ENQUIRY = {
    **STEP,
    "channel": str,
    "account": Maybe(str),
    "person": {"id": Maybe(str), "name": str, "identities": list},
    "office": Maybe(str),
    "priority": int,
    "tags": [str],
    "language": str,
    "version": int,
    "entries": [ENTRY],
    "forwardings": [FORWARDING],
}
ACCOUNT = {"id": str, "kind": str, "name": str, "health": HEALTH, "reason": str, "next_step": str}
REPORT = {
    "name": str,
    "fetched": int,
    "new": int,
    "sent": int,
    "uncertain": int,
    "failed": int,
    "health": HEALTH,
    "reason": str,
    "next_step": str,
    "next_poll_at": Maybe(Time),
}
OFFICE = {
    "id": str,
    "name": str,
    "department": str,
    "topic": str,
    "matched": [str],
    "phone": str,
    "email": str,
    "open_now": Maybe(bool),
    "score": (int, float),
}
