"""A way in for tests that run in another process: say, break, ask for the truth.

What it is for: ``/_control/…`` beside a platform's own addresses, only where `with_control` was asked for. What it
refuses to do: anything a platform's own users could reach; training never serves it.

    POST /_control/say    {"person", "text", "name"?, "handle"?, "at"?, "as_page"?, "id"?, "attachments"?: [{"name",
                           "mime", "base64"}]}
    POST /_control/fault  {"match": "POST /messages", "kind": "server_error", "times"?, "skip"?, and the kind's own}
    POST /_control/clear  forget the faults not yet played
    GET  /_control/truth  every message, how many requests came, and how often each of our replies was accepted

Called by `training.serve` and by tests/platforms.py.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from switchboard_app.model.times import Millis
from switchboard_app.training import faults
from switchboard_app.training.platform import SimulatedPlatform
from switchboard_app.training.truth import SimulatedFile, SimulatedMessage

PREFIX: Final = "/_control"

_KINDS: Final[Mapping[str, Callable[..., faults.Effect]]] = {
    "answer": faults.answer,
    "bomb": faults.bomb,
    "dropped": faults.dropped,
    "effect": faults.Effect,
    "empty": faults.empty,
    "gzipped": faults.gzipped,
    "html": faults.html,
    "other_shape": faults.other_shape,
    "refused": faults.refused,
    "server_error": faults.server_error,
    "slow": faults.slow,
    "truncated": faults.truncated,
}
"""The kinds of fault, as the functions of `training.faults`; what else stands in the request are their arguments."""


def with_control(platform: SimulatedPlatform) -> ASGIApp:
    """The platform's application with the control addresses beside it."""
    control = Starlette(
        routes=[
            Route(f"{PREFIX}/say", _guarded(platform, _say), methods=["POST"]),
            Route(f"{PREFIX}/fault", _guarded(platform, _fault), methods=["POST"]),
            Route(f"{PREFIX}/clear", _guarded(platform, _clear), methods=["POST"]),
            Route(f"{PREFIX}/truth", _guarded(platform, _truth), methods=["GET"]),
        ]
    )

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        inside = scope["type"] == "http" and str(scope["path"]).startswith(f"{PREFIX}/")
        await (control if inside else platform.app)(scope, receive, send)

    return either


_Verb = Callable[[SimulatedPlatform, dict[str, Any]], object]


def _guarded(platform: SimulatedPlatform, verb: _Verb) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await request.json() if request.method == "POST" and await request.body() else {}
            return JSONResponse(verb(platform, body))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    return endpoint


def _say(platform: SimulatedPlatform, body: dict[str, Any]) -> object:
    files = [
        SimulatedFile(file["name"], file["mime"], base64.b64decode(file["base64"], validate=True))
        for file in body.get("attachments", ())
    ]
    if "name" in body or "handle" in body:
        platform.add_person(body["person"], body.get("name", ""), body.get("handle", ""))
    say = platform.say_as_page if body.get("as_page") else platform.say
    at = Millis(int(body["at"])) if "at" in body else None
    return _record(say(body["person"], body["text"], at, files, message_id=str(body.get("id", ""))))


def _fault(platform: SimulatedPlatform, body: dict[str, Any]) -> object:
    rest = {name: value for name, value in body.items() if name not in ("match", "kind", "times", "skip")}
    effect = _KINDS[body["kind"]](**rest)
    platform.faults.add(body["match"], effect, times=body.get("times", 1), skip=body.get("skip", 0))
    return {"left": platform.faults.left}


def _clear(platform: SimulatedPlatform, _body: dict[str, Any]) -> object:
    platform.faults.clear()
    return {"left": platform.faults.left}


def _truth(platform: SimulatedPlatform, _body: dict[str, Any]) -> object:
    with platform.locked():
        requests = Counter(f"{request.method} {request.path}" for request in platform.requests)
        sent = Counter((message.person, message.text) for message in platform.sent_by_us())
        return {
            "platform": platform.kind,
            "messages": [_record(message) for message in platform.truth()],
            "people": [{"key": one.key, "id": one.id, "name": one.name} for one in platform.people.values()],
            "sent_by_us": [{"person": person, "text": text, "count": count} for (person, text), count in sent.items()],
            "requests": dict(requests),
            "faults_left": platform.faults.left,
        }


def _record(message: SimulatedMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "conversation": message.conversation,
        "person": message.person,
        "ours": message.ours,
        "by_client": message.by_client,
        "text": message.text,
        "at": message.at,
        "tag": message.tag,
        "files": [
            {
                "name": file.name,
                "mime": file.mime,
                "size": len(file.content),
                "sha256": hashlib.sha256(file.content).hexdigest(),
            }
            for file in message.files
        ],
    }
