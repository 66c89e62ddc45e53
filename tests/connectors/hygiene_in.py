"""Checks of what comes in: time, size, encryption."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import time
import tracemalloc
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from switchboard_app.model.delivery import FailureKind
from switchboard_app.sync import http
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.http import JSON_LIMIT, MEDIA_LIMIT, Call
from switchboard_app.sync.wire import system_trust
from tests.connectors.certificates import certificate_of, certified
from tests.connectors.hygiene import EARLY_S, MEGABYTE, SLACK_S, Tools, calls, check
from tests.connectors.raw_server import answer, serving

# --- deadlines ----------------------------------------------------------------------------------------------------


async def _within(tools: Tools, script: Any, deadline: float = 0.6, scheme: str = "http") -> PlatformFailure:
    async with serving(script) as seen:
        began = time.monotonic()
        call = Call("POST", seen.base.replace("http", scheme, 1), json={})
        failure = await tools.fails(tools.ask(call, deadline=deadline))
        assert deadline / 2 <= time.monotonic() - began + EARLY_S <= deadline + SLACK_S  # a half for connecting
    assert failure.failure.kind is FailureKind.TIMEOUT
    return failure


async def _drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


@check
async def a_body_byte_by_byte(tools: Tools) -> None:
    assert not (await _within(tools, _drip)).failure.certain


@check
async def headers_byte_by_byte(tools: Tools) -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert not (await _within(tools, drip)).failure.certain


@check
async def continue_without_end(tools: Tools) -> None:
    async def go_on(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    await _within(tools, go_on)


@check
async def a_handshake_without_end(tools: Tools) -> None:
    async def silence(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    assert (await _within(tools, silence, scheme="https")).failure.certain


@check
async def media_byte_by_byte(tools: Tools) -> None:
    tools.patch.setattr(http, "MEDIA_DEADLINE_S", 0.6)
    async with serving(_drip) as seen:
        began = time.monotonic()
        failure = await tools.fails(tools.fetch(f"{seen.base}/m", seen.base, deadline=0.3))
        assert 0.6 <= time.monotonic() - began + EARLY_S <= 0.6 + SLACK_S
    assert failure.failure.kind is FailureKind.TIMEOUT


# --- sizes --------------------------------------------------------------------------------------------------------


class Flood:
    """A gigabyte, as long as somebody takes it."""

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.sent = 0

    async def __call__(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chunked = b"chunked" in self.head
        piece = b" " * 65536
        writer.write(self.head)
        for _ in range(2**30 // len(piece)):
            writer.write(b"10000\r\n" + piece + b"\r\n" if chunked else piece)
            await writer.drain()
            self.sent += len(piece)


async def _drowned(tools: Tools, head: bytes, work: Callable[[str], Awaitable[object]], cap: int) -> None:
    flood = Flood(head)
    async with serving(flood) as seen:
        tracemalloc.start()
        failure = await tools.fails(work(seen.base))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert failure.failure.kind in (FailureKind.MALFORMED, FailureKind.CONTENT)
    assert flood.sent < cap + 16 * MEGABYTE, "what lies in the system's buffers on top"
    assert peak < 64 * MEGABYTE


@check
async def a_gigabyte_that_is_announced(tools: Tools) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"
    await _drowned(tools, head, lambda base: tools.ask(Call("GET", base)), JSON_LIMIT)


@check
async def a_gigabyte_in_pieces(tools: Tools) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    await _drowned(tools, head, lambda base: tools.ask(Call("GET", base)), JSON_LIMIT)


@check
async def a_gigabyte_of_media(tools: Tools) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"
    await _drowned(tools, head, lambda base: tools.fetch(f"{base}/m", base), MEDIA_LIMIT)


@check
async def a_bomb_of_one_to_a_thousand(tools: Tools) -> None:
    bomb = gzip.compress(b" " * 100 * MEGABYTE)
    assert len(bomb) * 1000 < 110 * MEGABYTE
    async with serving(answer(bomb, headers="Content-Encoding: gzip\r\n")) as seen:
        tracemalloc.start()
        failure = await tools.fails(tools.ask(Call("POST", seen.base, json={})))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.MALFORMED, False)
    assert peak < 64 * MEGABYTE


@check
async def a_bomb_in_a_bomb(tools: Tools) -> None:
    twice = gzip.compress(gzip.compress(b" " * MEGABYTE))
    for packing in ("gzip, gzip", "deflate", "br", "zstd", "compress"):
        async with serving(answer(twice, headers=f"Content-Encoding: {packing}\r\n")) as seen:
            assert (await tools.fails(tools.ask(Call("GET", seen.base)))).failure.kind is FailureKind.MALFORMED


@check
async def headers_of_a_megabyte(tools: Tools) -> None:
    big = answer(b"{}", headers=f"X-Big: {'a' * 1_000_000}\r\n")
    async with serving(big) as seen:
        assert (await tools.fails(tools.ask(Call("POST", seen.base, json={})))).failure.kind is FailureKind.NETWORK


@check
async def media_is_asked_for_unpacked(tools: Tools) -> None:
    async with serving(answer(b"bytes")) as seen:
        assert await tools.fetch(f"{seen.base}/m", seen.base) == b"bytes"
    assert b"accept-encoding: identity" in seen.requests[0].lower()


# --- encryption ---------------------------------------------------------------------------------------------------


async def _refused_by_tls(tools: Tools, server: ssl.SSLContext, trust: ssl.SSLContext | None) -> None:
    async with serving(answer(b"{}"), tls=server) as seen:
        failure = await tools.fails(tools.ask(calls(seen.base)[1], tls=trust))
    assert not seen.requests, "not a byte of the request"
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.NETWORK, True)


def _trusting(trust: ssl.SSLContext, certificate: Path) -> ssl.SSLContext:
    trust.load_verify_locations(certificate)
    return trust


@check
async def tls_below_1_2(tools: Tools) -> None:
    server, lax = certified(tools.folder, "localhost")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is what is shown here
        server.minimum_version = lax.minimum_version = ssl.TLSVersion.TLSv1
        server.maximum_version = ssl.TLSVersion.TLSv1_1
    for side in (server, lax):
        side.set_ciphers("ALL:@SECLEVEL=0")
    async with serving(answer(b"{}"), tls=server) as seen:
        assert (await tools.ask(calls(seen.base)[0], tls=lax)).status == 200, "somebody who allows it gets through"
    ours = _trusting(system_trust(), certificate_of(tools.folder, "localhost"))
    ours.set_ciphers("ALL:@SECLEVEL=0")  # so that nothing but the version is in the way
    await _refused_by_tls(tools, server, ours)


@check
async def another_hosts_certificate(tools: Tools) -> None:
    server, _ = certified(tools.folder, "else.example")
    await _refused_by_tls(tools, server, _trusting(system_trust(), certificate_of(tools.folder, "else.example")))


@check
async def an_expired_certificate(tools: Tools) -> None:
    server, _ = certified(tools.folder, "localhost", days=-1)
    await _refused_by_tls(tools, server, _trusting(system_trust(), certificate_of(tools.folder, "localhost", -1)))


@check
async def a_self_signed_certificate(tools: Tools) -> None:
    server, _ = certified(tools.folder, "localhost")
    await _refused_by_tls(tools, server, None)


@check
async def no_file_of_session_keys(tools: Tools) -> None:
    server, _ = certified(tools.folder, "localhost")
    tools.patch.setenv("SSLKEYLOGFILE", str(tools.folder / "keys"))
    trust = _trusting(system_trust(), certificate_of(tools.folder, "localhost"))
    async with serving(answer(b"{}"), tls=server) as seen:
        assert (await tools.ask(calls(seen.base)[0], tls=trust)).status == 200
    assert not (tools.folder / "keys").exists()
