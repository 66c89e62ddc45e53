"""Where the browser comes back to after consent: a door on 127.0.0.1 that opens for one answer and closes.

    async with Callback(state, port) as back:
        …                      back.address is what the platform sends the browser to
        answer = await back.answer()

It speaks just enough HTTP for a browser: a GET of its one path, with its own host name (so that no foreign name that
points here is answered) and the state of this very attempt, compared in constant time. Anything else is answered with a
page and does not count: a tab of an earlier attempt or another program cannot break the sign-in off. It refuses to log
what it is sent and to know what the answer means: that is `sync.oauth`.
"""

from __future__ import annotations

import asyncio
import hmac
import html
import socket
import sys
from typing import Final
from urllib.parse import parse_qs, urlsplit

from switchboard_app.model.errors import Refused
from switchboard_app.model.language import tr

HOST: Final = "127.0.0.1"
PATH: Final = "/callback"
_HEAD_LIMIT: Final = 16 * 1024
_HEAD_SECONDS: Final = 10.0
_FAREWELL_SECONDS: Final = 0.5
_MOST_VISITORS: Final = 50

_PAGE: Final = """<!doctype html>
<html><head><meta charset="utf-8"><title>Switchboard</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem;color:#1c1c1c;
background:#fafafa}}@media(prefers-color-scheme:dark){{body{{color:#eee;background:#1a1a1a}}}}</style></head>
<body><h1>{title}</h1><p>{words}</p></body></html>
"""
_HEADERS: Final = (
    "Content-Type: text/html; charset=utf-8",
    "Cache-Control: no-store",
    "Connection: close",
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy: no-referrer",
    "X-Content-Type-Options: nosniff",
)


class Callback:
    """One attempt's way back. `port` 0 takes any free one. Raises Refused on entering when the port is taken."""

    def __init__(self, state: str, port: int) -> None:
        self._state = state
        self._port = port
        self._server: asyncio.Server | None = None
        self._answered: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        self._visitors: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """The redirect address; known once the door is open."""
        return f"http://{HOST}:{self._port}{PATH}"

    async def __aenter__(self) -> Callback:
        door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if sys.platform == "win32":  # there, without it, another program could bind the same port
                door.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((HOST, self._port))
        except OSError as taken:
            door.close()
            raise _port_taken(self._port) from taken
        self._port = door.getsockname()[1]
        self._server = await asyncio.start_server(self._welcome, sock=door, limit=_HEAD_LIMIT, backlog=8)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._close()
        self._answered.cancel()
        if self._visitors:  # the person's page is under way; whoever dawdles is shown out
            await asyncio.wait(self._visitors, timeout=_FAREWELL_SECONDS)
        for visitor in self._visitors:
            visitor.cancel()
        await asyncio.gather(*self._visitors, return_exceptions=True)

    async def answer(self) -> dict[str, str]:
        """What the browser brought: `code`, or `error` when nothing was allowed."""
        return await self._answered

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    # -- one visitor -----------------------------------------------------------------------------------------------

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._visitors) >= _MOST_VISITORS:
            writer.close()
            return
        visitor = asyncio.get_running_loop().create_task(self._serve(reader, writer), name="back from the browser")
        self._visitors.add(visitor)
        visitor.add_done_callback(self._visitors.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            status, title, words = self._judge(head)
            page = _PAGE.format(title=html.escape(title), words=html.escape(words)).encode()
            lines = (f"HTTP/1.1 {status}", *_HEADERS, f"Content-Length: {len(page)}", "", "")
            writer.write("\r\n".join(lines).encode("ascii") + page)
            async with asyncio.timeout(_HEAD_SECONDS):
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # a browser opens connections ahead and closes them unused
        finally:
            writer.close()

    def _judge(self, head: bytes) -> tuple[str, str, str]:
        """Status, heading and sentence for one request; the right one is the answer."""
        request, *lines = head.decode("latin-1").split("\r\n")
        method, _, rest = request.partition(" ")
        target = rest.rpartition(" ")[0]
        hosts = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("host:")]
        try:
            parts = urlsplit(target)
            told = parse_qs(parts.query, keep_blank_values=True, max_num_fields=20)
        except ValueError:
            parts, told = urlsplit(""), {}
        if method != "GET" or hosts != [f"{HOST}:{self._port}"] or parts.path != PATH or parts.netloc:
            return "404 Not Found", "Switchboard", tr("There is nothing here.")
        once = {name: values[0] for name, values in told.items() if len(values) == 1}
        state_fits = hmac.compare_digest(once.get("state", "").encode(), self._state.encode())
        if not state_fits or not (once.get("code") or once.get("error")):
            words = tr("This answer does not belong to the sign-in that is waiting. Begin again in Switchboard.")
            return "400 Bad Request", tr("Not signed in"), words
        if self._answered.done():
            return "410 Gone", "Switchboard", tr("This sign-in has been answered already.")
        self._answered.set_result({name: once[name] for name in ("code", "error") if name in once})
        self._close()
        if "error" in once:
            return "200 OK", tr("Not signed in"), tr("The permission was not given. You can close this page.")
        return "200 OK", tr("Thank you"), tr("Switchboard goes on by itself. You can close this page.")


def _port_taken(port: int) -> Refused:
    return Refused(
        tr("Port {port} of this computer, to which the browser comes back, is taken.").format(port=port),
        tr("End the other sign-in; or set another «sign_in_port», and register its address with the app."),
    )
