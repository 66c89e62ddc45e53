"""Mastodon's interface over a scripted stream of events (`tests.connectors.streams`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from switchboard_app.model.times import Millis, iso
from switchboard_app.training.mastodon_posts import html_of
from tests.connectors.canned import Asked, Said
from tests.connectors.streams import ME, Stream

_CITIZENS = ("9001", "9002", "9003")


def mastodon(stream: Stream, asked: Asked) -> Said:
    """One answer of the instance."""
    token = asked.query.get("max_id", "")
    match stream.fault(token):
        case "cursor":
            return Said({"error": "Invalid max_id"}, 422)
        case "500":
            return Said({"error": "m"}, 503)
        case "401":
            return Said({"error": "The access token is invalid"}, 401)
    steps = asked.path.strip("/").split("/")[2:]
    limit = int(asked.query.get("limit", "20"))
    if steps == ["conversations"]:
        return _page(stream, _conversations(stream), token, limit, asked)
    if steps == ["notifications"]:
        held = sorted((one for one in stream.held if one.sender != ME), key=lambda one: -one.order)
        told = [(str(one.order), iso(Millis(one.at)), _post(stream, one)) for one in held]
        rows = [{"id": name, "type": "mention", "created_at": at, "status": post} for name, at, post in told]
        return _page(stream, rows, token, limit, asked)
    return _around(stream, steps[1], steps[2:])


def _page(stream: Stream, rows: list[dict[str, Any]], token: str, limit: int, asked: Asked) -> Said:
    page, following = stream.paged(stream.shuffled(rows), token, limit)
    said = stream.finish([stream.odd(row) for row in page])
    if not following:
        return said
    return replace(said, headers={"link": f'<https://elsewhere.example{asked.path}?max_id={following}>; rel="next"'})


def _conversations(stream: Stream) -> list[dict[str, Any]]:
    newest: dict[str, Any] = {}
    for one in stream.ordered(stream.held):
        if one.conversation not in newest or newest[one.conversation].at < one.at:
            newest.setdefault(one.conversation, one)
            if newest[one.conversation].at < one.at:
                newest[one.conversation] = one
    return [
        {"id": name, "unread": True, "accounts": [{"id": one, "acct": one} for one in _CITIZENS],
         "last_status": _post(stream, last)}
        for name, last in newest.items()
    ]  # fmt: skip


def _around(stream: Stream, known_as: str, rest: list[str]) -> Said:
    found = next((one for one in stream.held if one.id == known_as), None)
    if found is None:
        return Said({"error": "Record not found"}, 404)
    if not rest:
        return Said(_post(stream, found))
    beside = sorted((one for one in stream.held if one.conversation == found.conversation), key=lambda one: one.order)
    return Said(
        {
            "ancestors": [_post(stream, one) for one in beside if one.order < found.order],
            "descendants": [_post(stream, one) for one in beside if one.order > found.order],
        }
    )


def _post(stream: Stream, one: Any) -> dict[str, Any]:
    author = one.sender or _CITIZENS[0]
    named = [known_as for known_as in (ME, *_CITIZENS) if known_as != author]
    return stream.odd(
        {
            "id": stream.known_as(one),
            "created_at": iso(Millis(one.at)),
            "visibility": "direct",
            "content": html_of(one.text or "", {}),
            "account": {"id": author, "acct": f"p{author}"},
            "mentions": [{"id": known_as, "acct": f"p{known_as}", "url": ""} for known_as in named],
        }
    )
