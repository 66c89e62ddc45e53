"""The network between a station and a platform: what is written arrives, late or never; what is answered may be lost.

It tells its steps to the door as the real transport does, so that "nothing left" is decided by the product's own rule.
What the platform does with a request goes on whether or not anybody still waits for the answer.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

if TYPE_CHECKING:
    from tests.simulation.station import Station

Answered = tuple[int, dict[str, str], bytes]
Serve = Callable[[str, str, bytes], Answered]
"""A platform: method, address after the host, and body to status, headers and body. At once: the wire makes the lag."""

REFUSED = "refused"
"""No connection; nothing left."""
UNTRUSTED = "untrusted"
LOST = "lost"
"""Written, but it never arrives; the station waits in vain."""
CUT = "cut"
"""Written and not read; the connection breaks."""
HANG = "hang"
"""It arrives and is served; the answer never comes."""
RESET = "reset"
"""It arrives and is served; the connection breaks before the answer."""
LATE = "late"
"""A box in between delivers it up to a minute later, whatever became of the connection."""
DRIP = "drip"
"""The answer comes a byte a second."""
BOMB = "bomb"
TORN = "torn"
EMPTY = "empty"
HTML = "html"
NO_ID = "no id"
ERROR = "error"
"""Served, and then a 500."""
BROKEN = "broken"
"""Not served: a 500."""

TRANSPORT = (REFUSED, UNTRUSTED, LOST, CUT, HANG, RESET, LATE, DRIP, BOMB, TORN, EMPTY, HTML, NO_ID, ERROR, BROKEN)


@dataclass(slots=True)
class Weather:
    """How often what goes wrong. `faults` are drawn for writes with `bad` of a hundred, for reads with `bad_reads`."""

    dice: random.Random
    bad: int = 50
    bad_reads: int = 10
    faults: tuple[str, ...] = TRANSPORT
    slow_database: int = 5
    lag: tuple[float, float] = (0.02, 0.8)
    calm: bool = field(default=False)

    def database(self) -> float:
        """Seconds until a transaction's outcome is told."""
        if not self.calm and self.dice.randrange(1000) < self.slow_database:
            return self.dice.uniform(1, 25)
        return self.dice.choice((0.001, 0.004, 0.02))

    def network(self) -> float:
        """Seconds for one way."""
        return self.dice.uniform(*self.lag)

    def fault(self, method: str) -> str:
        """What happens to this request; empty for nothing."""
        chance = self.bad_reads if method == "GET" else self.bad
        if self.calm or self.dice.randrange(100) >= chance:
            return ""
        return self.dice.choice(self.faults)


class Wire(httpx.AsyncBaseTransport):
    """One station's way to one platform."""

    def __init__(self, station: Station, serve: Serve, weather: Weather) -> None:
        self._station = station
        self._serve = serve
        self._weather = weather

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange, step by step."""
        weather, fault = self._weather, self._weather.fault(request.method)
        trace = request.extensions["trace"]
        await asyncio.sleep(weather.network())
        if fault in (REFUSED, UNTRUSTED):
            self._note(request, fault)
            raise httpx.ConnectError(fault)
        await trace("connection.connect_tcp.complete", {"return_value": _Socket()})
        body = await request.aread()
        self._note(request, "writes")
        head = httpcore.Request(request.method, str(request.url))
        await trace("http11.send_request_headers.started", {"request": head})
        # from here on the bytes are on their way, whatever becomes of whoever wrote them
        answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._deliver(request, body, fault, answer)
        self._note(request, "written")
        return self._read(request, await answer, fault)

    def _deliver(self, request: httpx.Request, body: bytes, fault: str, answer: asyncio.Future[Answered]) -> None:
        loop, weather = asyncio.get_running_loop(), self._weather
        target = request.url.raw_path.decode("ascii")

        def arrive() -> None:
            if fault in (LOST, BROKEN, CUT):
                served: Answered = (500, {}, b'{"error": "broken"}')
            else:
                served = self._serve(request.method, target, body)
            sim = self._station.sim
            sim.note(f"platform {request.method} {'not served' if fault in (LOST, BROKEN, CUT) else served[0]} {fault}")
            if fault in (LOST, HANG):
                return
            back = 1.0 * len(served[2]) if fault == DRIP else weather.network()
            loop.call_later(back, _tell, answer, served, context=_NOBODY)

        way = weather.network() + (weather.dice.uniform(15, 55) if fault == LATE else 0)
        loop.call_later(way, arrive, context=_NOBODY)

    def _read(self, request: httpx.Request, served: Answered, fault: str) -> httpx.Response:
        status, headers, body = served
        self._note(request, f"answered {fault}")
        match fault:
            case "reset" | "cut":
                raise httpx.ReadError(fault)
            case "bomb":
                headers, body = {"content-encoding": "gzip"}, b"\x1f\x8b not gzip"
            case "torn":
                body = body[: len(body) // 2]
            case "empty":
                body = b""
            case "html":
                status, headers, body = 502, {"content-type": "text/html"}, b"<html>Bad Gateway</html>"
            case "no id":
                body = b"{}" if request.method == "POST" else body
            case "error":
                status, body = 500, b'{"error": "internal"}'
        return httpx.Response(status, headers=headers, stream=_Bytes(body))

    def _note(self, request: httpx.Request, what: str) -> None:
        self._station.note(f"{request.method} {what}")


def _tell(answer: asyncio.Future[Answered], served: Answered) -> None:
    if not answer.done():
        answer.set_result(served)


class _Bytes(httpx.AsyncByteStream):
    """A body that has come whole."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> Any:
        yield self._content


class _Socket:
    """What the door may ask of a connection."""

    def get_extra_info(self, _name: str) -> None:
        """There is no socket to set options of."""
        return

    async def aclose(self) -> None:
        """Nothing to close."""


_NOBODY = contextvars.Context()
"""No station's: what is on its way does not sleep or die with who sent it."""
