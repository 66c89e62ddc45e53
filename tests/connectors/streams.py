"""A platform that serves one scripted stream of events, with the quirks that its script names.

Both APIs are spoken as far as a poll needs them. What happens on the platform before which poll, and how the server
misbehaves, comes from a case: those of ../shared/corpora/own/event_streams.json, or the test's own.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from typing import Any

from switchboard_app.model.times import Millis, iso
from tests.connectors.canned import Asked, Said

BEGIN = Millis(1_795_220_000_000)
ME = "300"


@dataclass(slots=True)
class _Event:
    id: str
    conversation: str
    sender: str | None
    text: str | None
    at: int
    order: int


@dataclass(slots=True)
class Stream:
    """What the platform holds now, and the quirks it has left to play."""

    case: dict[str, Any]
    held: list[_Event] = field(default_factory=list)
    played: set[str] = field(default_factory=set)

    def before_poll(self, number: int) -> None:
        """Let happen what the timeline says for this poll."""
        for step in self.case["timeline"]:
            if step["before_poll"] != number:
                continue
            if step["op"] == "add":
                told = step["message"]
                sender = told["sender"] and f"{9000 + int(told['sender'][1:])}"
                sender = ME if told["sender"] == "p0" else sender
                self.held.append(
                    _Event(str(told["id"]), told["conversation"], sender, told["text"], told["time_ms"], len(self.held))
                )
            elif step["op"] == "edit":
                self.held = [replace(one, text=step["text"]) if one.id == step["id"] else one for one in self.held]
            elif step["op"] == "delete":
                self.held = [one for one in self.held if one.id != step["id"]]
            else:
                self.held = [one for one in self.held if one.conversation != step["id"]]

    # --- quirks ---------------------------------------------------------------------------------------------------

    def has(self, quirk: str) -> bool:
        return quirk in self.case["quirks"]

    def once(self, quirk: str) -> bool:
        """A quirk that happens a single time."""
        if not self.has(quirk) or quirk in self.played:
            return False
        self.played.add(quirk)
        return True

    def ordered(self, events: list[_Event]) -> list[_Event]:
        """Newest first, unless a quirk says otherwise."""
        events = sorted(events, key=lambda one: (-one.at, -one.order))
        if self.has("order_oldest_first"):
            events.reverse()
        return events

    def shuffled(self, rows: list[Any]) -> list[Any]:
        if self.has("order_shuffled"):
            rows = list(rows)
            random.Random(len(rows)).shuffle(rows)  # the same order as long as nothing new comes
        return rows

    def paged(self, rows: list[Any], token: str, asked_for: int) -> tuple[list[Any], str]:
        """One page of rows and the token of the next; tokens are positions in this order."""
        size = min(self.case["page_size"], asked_for)
        start = int(token.lstrip("~PAGE").lstrip("0") or 0) if token else 0
        if token.startswith("~"):  # the page behind the empty one
            return self._page(rows, start, size)
        if token and start >= size and self.once("empty_page_with_next"):
            return [], f"~PAGE{start:012}"
        return self._page(rows, start, size)

    def _page(self, rows: list[Any], start: int, size: int) -> tuple[list[Any], str]:
        page = rows[start : start + size]
        if self.has("dup_inside_page") and page:
            page = [*page, page[0]]
        if self.has("dup_across_pages") and start:
            page = [rows[start - 1], *page]
        following = f"PAGE{start + size:012}" if start + size < len(rows) else ""
        if following and self.once("next_cursor_loops"):
            following = f"PAGE{start:012}" if start else following
        return page, following

    def fault(self, token: str) -> str:
        """What goes wrong with this request, if anything."""
        if token and self.once("cursor_expires"):
            return "cursor"
        if self.once("page_500_once"):
            return "500"
        if token and self.once("account_token_expires"):
            return "401"
        return ""

    def finish(self, answer: dict[str, Any] | list[Any]) -> Said:
        """The answer as JSON; cut short once where the script says so."""
        body = json.dumps(answer).encode()
        return Said(body[:-5] if self.once("truncated_json_once") else body)

    def odd(self, row: dict[str, Any]) -> dict[str, Any]:
        if self.has("unknown_field_types"):
            row = {**row, "new_member": {"deep": [1, None, {"x": 1.5}]}, "flags": 7}
        return row

    def known_as(self, event: _Event) -> str | int:
        digits = event.id if event.id.isdigit() else ""
        return int(digits) if self.has("id_is_number") and digits else event.id


def facebook(stream: Stream, asked: Asked) -> Said:
    """The Graph API over a stream."""
    token = asked.query.get("after", "")
    match stream.fault(token):
        case "cursor":
            return Said({"error": {"code": 100, "message": "Invalid cursors values"}}, 400)
        case "500":
            return Said({"error": {"code": 2, "message": "m"}}, 500)
        case "401":
            return Said({"error": {"code": 190, "error_subcode": 463, "message": "m"}}, 400)
    steps = asked.path.strip("/").split("/")[1:]
    if steps == [ME, "conversations"]:
        return stream.finish(_list(stream, token, int(asked.query["limit"])))
    limit = int(asked.query.get("limit", "20"))
    events = [one for one in stream.held if f"t_{one.conversation}" == steps[0]]
    if not events:
        return Said({"error": {"code": 100, "message": "m"}}, 400)
    page, following = stream.paged(stream.shuffled(stream.ordered(events)), token, limit)
    edge = {"data": [_graph_row(stream, one) for one in page], **_paging(following)}
    return stream.finish(edge if steps[1:] == ["messages"] else {"id": steps[0], "messages": edge})


def _list(stream: Stream, token: str, limit: int) -> dict[str, Any]:
    conversations: dict[str, list[_Event]] = {}
    for one in stream.ordered(stream.held):
        conversations.setdefault(one.conversation, []).append(one)
    rows = [
        {
            "id": f"t_{name}",
            "updated_time": _graph_time(max(one.at for one in events)),
            "message_count": len(events),
            "participants": {"data": [{"id": ME, "name": "Seite"}, {"id": "9001", "name": "p1"}]},
        }
        for name, events in conversations.items()
    ]
    page, following = stream.paged(stream.shuffled(rows), token, limit)
    return {"data": [stream.odd(row) for row in page], **_paging(following)}


def _paging(following: str) -> dict[str, Any]:
    if not following:
        return {}
    return {
        "paging": {
            "cursors": {"after": following},
            "next": f"https://graph.facebook.com/x?access_token=T&after={following}",
        }
    }


def _graph_row(stream: Stream, one: _Event) -> dict[str, Any]:
    row: dict[str, Any] = {"id": stream.known_as(one), "created_time": _graph_time(one.at), "message": one.text}
    if one.sender is not None:
        row["from"] = {"id": int(one.sender) if stream.has("unknown_field_types") else one.sender, "name": "N"}
    return stream.odd(row)


def _graph_time(at: int) -> str:
    return (iso(Millis(at // 1000 * 1000)) or "").replace(".000Z", "+0000")


def x(stream: Stream, asked: Asked) -> Said:
    """X's API over a stream."""
    token = asked.query.get("pagination_token", "")
    match stream.fault(token):
        case "cursor":
            problem = {"parameters": {"pagination_token": [token]}, "message": "m"}
            return Said({"errors": [problem], "type": "https://api.x.com/2/problems/invalid-request"}, 400)
        case "500":
            return Said({"title": "Internal"}, 500)
        case "401":
            return Said({"title": "Unauthorized", "status": 401}, 401)
    assert asked.path == "/2/dm_events"
    rows = stream.shuffled(stream.ordered(stream.held))
    page, following = stream.paged(rows, token, int(asked.query["max_results"]))
    meta: dict[str, Any] = {"result_count": len(page), **({"next_token": following} if following else {})}
    if not page:
        return stream.finish({"meta": meta})
    return stream.finish({"data": [_event_row(stream, one) for one in page], "meta": meta})


def _event_row(stream: Stream, one: _Event) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": stream.known_as(one),
        "event_type": "MessageCreate",
        "text": one.text,
        "dm_conversation_id": f"{ME}-{9100 + int(one.conversation[1:])}",
        "created_at": iso(Millis(one.at)),
    }
    if one.sender is not None:
        row["sender_id"] = int(one.sender) if stream.has("unknown_field_types") else one.sender
    return stream.odd(row)
