"""A server that answers with exactly the bytes a test says, over plain sockets or TLS, for one test each."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Seen:
    """What reached the server."""

    base: str = ""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One request: its head, and as much body as it announces."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return head + await reader.readexactly(length)


def answer(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """A whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode("latin-1") + body


@asynccontextmanager
async def serving(
    reply: bytes | Script, *, tls: ssl.SSLContext | None = None, keep: bool = False
) -> AsyncIterator[Seen]:
    """Serve on a free port of loopback: the same bytes for every request, or a script for every connection."""
    seen = Seen()
    open_connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        task = asyncio.current_task()
        assert task is not None
        open_connections.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError, ssl.SSLError):
                while True:
                    seen.requests.append(await read_request(reader))
                    if callable(reply):
                        await reply(reader, writer)
                    else:
                        writer.write(reply)
                        await writer.drain()
                    if not keep:
                        break
        finally:
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.drain()
            writer.close()
            open_connections.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls, limit=1 << 25)
    port = server.sockets[0].getsockname()[1]
    seen.base = f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{port}"
    try:
        yield seen
    finally:
        server.close()
        for task in tuple(open_connections):
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)
        for _ in range(5):  # what was closed tells its transport in the next rounds of the loop
            await asyncio.sleep(0.01)
