"""What a simulated page says about its tokens: ``debug_token``, and several questions in one request (a batch).

What it is for: a page token, the token of a person or of a system user behind it, each with its end, its permissions
and the end of the access to data (contract dossier 2.1). What it refuses to do: keeping tokens; the page does.
Called by `training.facebook`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from switchboard_app.model.times import SECOND, Millis
from switchboard_app.training.graph_errors import GraphError, GraphRefused, bad_parameter

PAGE_TOKEN_WANTED: Final = GraphError(190, "(#190) This method must be called with a Page Access Token", 2069032)
_MOST: Final = 50
"""Requests in one batch."""


@dataclass(slots=True)
class TokenTerms:
    """What is agreed with whoever gave the token; tests and trainers change it while the page runs."""

    user_type: str = "USER"
    """USER or SYSTEM_USER: whose the token behind the page's is."""
    ends: Millis | None = None
    access_ends: Millis | None = None


def token_record(
    terms: TokenTerms, kind: str, page_id: str, user_id: str, scopes: tuple[str, ...], dead: GraphError | None
) -> dict[str, Any]:
    """The ``data`` of ``/debug_token`` for a token of this kind; `dead` says why it does not work."""
    record = {
        "app_id": "100200300400",
        "type": kind,
        "application": "Switchboard",
        "data_access_expires_at": (terms.access_ends or 0) // SECOND,
    }
    if dead is not None:
        error = {"code": dead.code, "message": dead.message, "subcode": dead.subcode or 0}
        return {**record, "error": error, "expires_at": 0, "is_valid": False, "scopes": []}
    return {
        **record,
        "expires_at": (terms.ends or 0) // SECOND,
        "is_valid": True,
        "issued_at": 1_790_000_000,
        "profile_id": page_id,
        "scopes": list(scopes),
        "granular_scopes": [{"scope": scope, "target_ids": [page_id]} for scope in scopes],
        "user_id": user_id,
    }


def batch(asked: str, read: Callable[[list[str], Mapping[str, str]], object], locale: str, trace: str) -> list[Any]:
    """The answers to the requests of a batch, each with its own code and its body as text. Raises GraphRefused."""
    try:
        requests = json.loads(asked)
    except ValueError:
        requests = None
    if not isinstance(requests, list) or not 0 < len(requests) <= _MOST:
        raise GraphRefused(bad_parameter("batch parameter must be a JSON array"))
    return [_one(request, read, locale, trace) for request in requests]


def _one(
    request: object, read: Callable[[list[str], Mapping[str, str]], object], locale: str, trace: str
) -> dict[str, Any]:
    if not isinstance(request, dict) or request.get("method") != "GET":
        error = bad_parameter("Only GET is simulated in a batch")
        return {"code": 400, "body": json.dumps(error.body(locale, trace))}
    parts = urlsplit(str(request.get("relative_url", "")))
    segments = [segment for segment in parts.path.split("/") if segment]
    if segments and segments[0].startswith("v") and "." in segments[0]:
        segments.pop(0)
    try:
        return {"code": 200, "body": json.dumps(read(segments, dict(parse_qsl(parts.query))))}
    except GraphRefused as refused:
        return {"code": refused.error.status, "body": json.dumps(refused.error.body(locale, trace))}
