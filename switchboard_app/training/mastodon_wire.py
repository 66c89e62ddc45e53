"""What the simulated Mastodon instance writes on the wire: JSON, pages with a ``Link`` header, refusals.

What it refuses to do: deciding. Called by `training.mastodon` and the modules beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from switchboard_app.training.faults import Reply
from switchboard_app.training.truth import SimulatedMessage


class NotAnswered(Exception):
    """The instance answers with an error."""

    def __init__(self, status: int, words: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.headers = headers


_REALM: Final = 'Bearer realm="Doorkeeper", error="{error}", error_description="{words}"'
_TOKEN: Final = "The access token is invalid"  # noqa: S105 - a sentence
_SCOPE: Final = "This action is outside the authorized scopes"

REFUSALS: Final[Mapping[str, NotAnswered]] = {
    "token": NotAnswered(401, _TOKEN, (("www-authenticate", _REALM.format(error="invalid_token", words=_TOKEN)),)),
    "scope": NotAnswered(403, _SCOPE, (("www-authenticate", _REALM.format(error="insufficient_scope", words=_SCOPE)),)),
    "disabled": NotAnswered(403, "Your login is currently disabled"),
    "missing": NotAnswered(404, "Record not found"),
    "gone": NotAnswered(410, "Gone"),
    "parameter": NotAnswered(422, "Validation failed: Text can't be blank"),
    "length": NotAnswered(422, "Validation failed: Text character limit of 500 exceeded"),
    "nobody": NotAnswered(422, "Validation failed: nobody in this simulation is named"),
    "limit": NotAnswered(429, "Too many requests"),
    "temporary": NotAnswered(503, "There was a temporary problem serving your request, please try again"),
}


def refusal(name: str, headers: Mapping[str, str]) -> Reply:
    """A refusal as a whole answer; raises KeyError for a name that is not there."""
    refused = REFUSALS[name]
    body = json.dumps({"error": refused.words}).encode()
    content = ("content-type", "application/json; charset=utf-8")
    return Reply(refused.status, (content, *refused.headers, *headers.items()), body)


def json_response(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer as Mastodon writes it; half a surrogate pair, which UTF-8 cannot hold, is escaped."""
    try:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        content = json.dumps(body, separators=(",", ":")).encode()
    return Response(content, status, dict(headers or {}), "application/json; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list, and how its neighbours are asked for."""

    rows: Sequence[SimulatedMessage]
    link: str

    def response(self, rows: list[Any]) -> Response:
        """The page as an answer."""
        return json_response(rows, 200, {"link": self.link} if self.link else {})


def page_of(
    request: Request, messages: Sequence[SimulatedMessage], order: Callable[[SimulatedMessage], int], usual: int
) -> Page:
    """A page of a list that is newest first: ``max_id``, ``min_id`` and ``limit`` as Mastodon reads them.

    The ids in the ``Link`` header are not those of the rows (dossier 3: a conversation's are those of its posts).
    """
    asked = request.query_params
    limit = min(int(asked.get("limit", usual)), 2 * usual)
    if asked.get("max_id", "").isdigit():
        messages = [one for one in messages if order(one) < int(asked["max_id"])]
    if asked.get("min_id", "").isdigit():
        messages = [one for one in messages if order(one) > int(asked["min_id"])][-limit:]
    rows = messages[:limit]
    if not rows:
        return Page(rows, "")
    place = f"{request.url.scheme}://{request.url.netloc}{request.url.path}"
    kept = [(name, value) for name, value in asked.multi_items() if name not in ("max_id", "min_id")]
    links = []
    if len(messages) > limit:
        links.append(f'<{place}?{urlencode([*kept, ("max_id", str(order(rows[-1])))])}>; rel="next"')
    links.append(f'<{place}?{urlencode([*kept, ("min_id", str(order(rows[0])))])}>; rel="prev"')
    return Page(rows, ", ".join(links))
