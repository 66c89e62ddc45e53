"""What may go wrong between a client and a simulated platform, as scripted effects.

What it is for: `FaultBook` holds a script ("the next POST of a message is answered with 500 although it was
accepted"), `Faulty` plays it around a platform's ASGI application. What it refuses to do: inventing. Every fault
happens because somebody added it, in the order added, and the platform's truth says whether a request was carried
out.

Effects that cut the connection need a real socket, that is a `training.loopback.LoopbackServer`; inside the process
they raise `ConnectionDropped`. Called by `training.platform`; scripted by tests and by `training.control`.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SLICE_S: Final = 0.05
"""Waiting is done in slices of this length, so that a server can stop while an effect holds an answer back."""

HIDDEN_S: Final[ContextVar[float]] = ContextVar("HIDDEN_S", default=0.0)
"""For how many seconds reads do not show what the request under way creates."""


class ConnectionDropped(ConnectionError):
    """The effect cuts the connection, but there is none: client and platform share the process."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer of a platform."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to one request.

    Without any member set the platform answers as always. `accepted` says whether the platform carries the request
    out; what it then answers may still be replaced, held back, damaged or lost.
    """

    accepted: bool = True
    status: int | None = None
    """Replaces the answer's status."""
    body: bytes | None = field(default=None, repr=False)
    """Replaces the answer's body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Added to the answer, or in place of the header of that name."""
    refusal: str = ""
    """Answer with the platform's own refusal of this name (see `refusals` of the platform)."""
    rewrite: Callable[[Any], Any] | None = None
    """Changes the JSON of the answer; in process only."""
    wait_s: float = 0.0
    """Holds the answer back."""
    drip_s: float = 0.0
    """Sends the body byte by byte with this pause between."""
    drop: bool = False
    """Cuts the connection instead of answering; before the body is read when not accepted."""
    cut_at: int | None = None
    """Cuts the connection after so many bytes of the body."""
    keep: int | None = None
    """Sends only so many bytes of the body, as if that were all; negative leaves bytes off its end."""
    gzip: bool = False
    """Compresses the body."""
    late_s: float = 0.0
    """What the request created shows up in reads only after so many seconds."""


def answer(
    status: int, body: object = b"", headers: Mapping[str, str] | None = None, *, accepted: bool = False
) -> Effect:
    """An answer of the script's own; a `body` that is neither bytes nor text is written as JSON."""
    content = {"content-type": "text/html; charset=utf-8"}
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = json.dumps(body).encode()
        content = {"content-type": "application/json"}
    return Effect(accepted=accepted, status=status, body=body, headers=content | dict(headers or {}))


def refused(name: str, *, accepted: bool = False) -> Effect:
    """The platform's own refusal: ``token``, ``limit``, ``temporary`` and what else the platform lists."""
    return Effect(accepted=accepted, refusal=name)


def truncated(keep: int = -2) -> Effect:
    """The request is carried out, the JSON of the answer ends too early (by two bytes unless told)."""
    return Effect(keep=keep)


def html(status: int = 502, *, accepted: bool = False) -> Effect:
    """A web page where JSON is expected, as gateways send it."""
    return answer(status, "<html><body><h1>Bad Gateway</h1></body></html>", accepted=accepted)


def empty(status: int = 200, *, accepted: bool = True) -> Effect:
    """An answer without a body."""
    return Effect(accepted=accepted, status=status, body=b"")


def other_shape(body: object = None, *, accepted: bool = True) -> Effect:
    """Good JSON of a shape nobody expects: a list of numbers unless told."""
    return answer(200, [1, 2, 3] if body is None else body, accepted=accepted)


def slow(seconds: float, *, accepted: bool = True) -> Effect:
    """The answer comes after so many seconds; not accepted: a 503 comes then."""
    return Effect(wait_s=seconds) if accepted else replace(html(503), wait_s=seconds)


def dropped(*, accepted: bool) -> Effect:
    """The connection is cut before any answer, after or before the request was carried out."""
    return Effect(accepted=accepted, drop=True)


def server_error(status: int = 500, *, accepted: bool) -> Effect:
    """A 5xx of the platform's own shape, after or before the request was carried out."""
    return Effect(accepted=accepted, status=status, refusal="temporary")


def gzipped() -> Effect:
    """The platform's own answer, compressed."""
    return Effect(gzip=True)


def bomb(megabytes: int = 50) -> Effect:
    """The request is carried out; a small compressed answer grows to so many megabytes."""
    return Effect(body=b" " * (megabytes * 1_000_000), gzip=True)


@dataclass(slots=True)
class _Fault:
    method: str
    fragment: str
    effect: Effect
    skip: int
    times: int | None


class FaultBook:
    """The script. Safe to use from another thread than the one that serves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._script: list[_Fault] = []
        self.closed = False
        """Set when the server stops: held-back answers are let go."""

    def add(self, match: str, effect: Effect, *, times: int | None = 1, skip: int = 0) -> None:
        """Play `effect` for the next `times` requests that match, after `skip` of them; None means for ever.

        `match` is a method and a part of the path, e.g. ``POST /messages``; ``*`` stands for every method. Faults
        with the same match are played in the order added.
        """
        method, _, fragment = match.partition(" ")
        if method != method.upper() or not method:
            raise ValueError(f"a match begins with a method in capitals or *: {match!r}")
        with self._lock:
            self._script.append(_Fault(method, fragment.strip(), effect, skip, times))

    def take(self, method: str, path: str) -> Effect | None:
        """The effect for this request; it is used up."""
        with self._lock:
            for fault in self._script:
                if fault.method not in ("*", method) or fault.fragment not in path:
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._script.remove(fault)
                return fault.effect
        return None

    def clear(self) -> None:
        """Forget what is left of the script."""
        with self._lock:
            self._script.clear()

    @property
    def left(self) -> int:
        """How many entries of the script have not been played to their end."""
        with self._lock:
            return len(self._script)

    async def hold(self, seconds: float) -> None:
        """Wait, unless the server stops meanwhile."""
        while seconds > 0 and not self.closed:
            await asyncio.sleep(min(_SLICE_S, seconds))
            seconds -= _SLICE_S


class Served(Protocol):
    """What `Faulty` needs of the platform it stands before."""

    faults: FaultBook

    def refusal(self, name: str) -> Reply:
        """The platform's own refusal of this name; raises KeyError when there is none."""

    def record(self, method: str, path: str, status: int | None) -> None:
        """Take note of a request and its answer; None: there was none."""


class Faulty:
    """An ASGI application that plays the script around another one and records every request."""

    def __init__(self, inner: ASGIApp, platform: Served) -> None:
        self._inner = inner
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        method, path = str(scope["method"]), str(scope["path"])
        effect = self._platform.faults.take(method, path)
        if effect is None or effect.drop:
            reply = await self._carry_out(scope, receive) if effect is None or effect.accepted else None
        else:
            hidden = HIDDEN_S.set(effect.late_s)
            reply = await self._carry_out(scope, receive) if effect.accepted else Reply(503, (), b"")
            HIDDEN_S.reset(hidden)
        if effect is not None:
            await self._platform.faults.hold(effect.wait_s)
            if effect.drop or reply is None:
                self._platform.record(method, path, None)
                await _abort(scope)
                return
            reply = self._shaped(effect, reply)
        assert reply is not None
        self._platform.record(method, path, reply.status)
        await self._deliver(effect or Effect(), reply, scope, send)

    async def _carry_out(self, scope: Scope, receive: Receive) -> Reply:
        status = 500
        headers: tuple[tuple[str, str], ...] = ()
        chunks: list[bytes] = []

        async def keep(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = int(message["status"])
                headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"])
            else:
                chunks.append(message.get("body", b""))

        await self._inner(scope, receive, keep)
        return Reply(status, headers, b"".join(chunks))

    def _shaped(self, effect: Effect, reply: Reply) -> Reply:
        if effect.refusal:
            reply = self._platform.refusal(effect.refusal)
        status = reply.status if effect.status is None else effect.status
        body = reply.body if effect.body is None else effect.body
        if effect.rewrite is not None:
            body = json.dumps(effect.rewrite(json.loads(body)), ensure_ascii=False).encode("utf-8", "surrogatepass")
        if effect.keep is not None:
            body = body[: effect.keep]
        headers = dict(reply.headers) | {name.lower(): value for name, value in effect.headers.items()}
        if effect.gzip:
            body = gzip.compress(body)
            headers["content-encoding"] = "gzip"
        return Reply(status, tuple(headers.items()), body)

    async def _deliver(self, effect: Effect, reply: Reply, scope: Scope, send: Send) -> None:
        headers = [(name, value) for name, value in reply.headers if name != "content-length"]
        headers.append(("content-length", str(len(reply.body))))
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        body = reply.body if effect.cut_at is None else reply.body[: effect.cut_at]
        if effect.drip_s:
            for index in range(len(body)):
                await send({"type": "http.response.body", "body": body[index : index + 1], "more_body": True})
                await self._platform.faults.hold(effect.drip_s)
            body = b""
        await send({"type": "http.response.body", "body": body, "more_body": effect.cut_at is not None})
        if effect.cut_at is not None:
            await _abort(scope)


async def _abort(scope: Scope) -> None:
    """Cut the connection without a word. `training.loopback` puts the means into the scope."""
    abort = scope.get("state", {}).get("abort")
    if abort is None:
        raise ConnectionDropped("the connection would be cut here; serve the platform on loopback for this effect")
    abort()
    # The server hears of the loss in the next turns of its loop; before that it would answer in our place.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
