"""The wire under the door: connections with the system's trust, how far a request got, and bounded unpacking.

What it is for: the pieces of `sync.http` that touch sockets and bytes. It refuses to know platforms, failures or words.
Called by `sync.http` alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import sys
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpcore
import httpx

from switchboard_app.sync.permit import Permit

_LINGER = struct.Struct("hh" if sys.platform == "win32" else "ii")
"""``struct linger``: on or off, and for how many seconds."""

LONGEST_LINE = 1024 * 1024
"""Bytes of one line of a stream; Mastodon writes a whole conversation into one."""

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""All addresses of a host's name; raises OSError when it has none."""


class Unreadable(Exception):
    """More than the cap, or packed in a way that was not asked for."""


class Progress:
    """How far a request got, as the transport's trace tells (httpcore's ``trace`` extension).

    Without a trace (a transport inside the process) the worst is assumed: it may have left. With `resets` the
    connection is reset, not closed, unless the answer came: what lies in the system's buffers then never leaves.
    """

    def __init__(self, permit: Permit | None, *, traced: bool, big: bool = False, resets: bool = False) -> None:
        self._permit = permit
        self._big = big
        self._resets = resets
        self._begun = not traced
        self._broken_off = False
        self._bare: httpcore.AsyncNetworkStream | None = None

    @property
    def nothing_left(self) -> bool:
        """Whether it is proved that no complete request was handed to the network."""
        return not self._begun or self._broken_off

    def check_time(self) -> None:
        """To be called directly before the write. Raises `TooLate` when the last moment for it has passed."""
        if self._permit is not None:
            self._permit.check()

    def answered(self) -> None:
        """The whole answer came: the connection may end as usual."""
        if self._resets:
            self._linger(on=False)

    def _linger(self, *, on: bool) -> None:
        bare = self._bare.get_extra_info("socket") if self._bare is not None else None
        if bare is not None:
            with contextlib.suppress(OSError):  # it may be closed already
                bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER.pack(int(on), 0))

    async def __call__(self, event: str, details: Mapping[str, Any]) -> None:
        """Called by the transport at each of its steps."""
        if event == "connection.connect_tcp.complete":
            self._bare = details["return_value"]
            if self._resets:
                self._linger(on=True)
        elif event.endswith("start_tls.failed") and self._bare is not None:
            await self._bare.aclose()  # the library forgets it when the deadline falls into the handshake
        elif event.endswith("send_request_headers.started"):
            if details["request"].method != b"CONNECT":  # to a proxy: not yet ours
                self.check_time()
                self._begun = True
        elif event.endswith("send_request_body.failed") and self._big:
            # The stream refused a piece before taking it: what the platform has is not a whole file. A small body
            # leaves in one go, and whether a reset overtakes it is chance: there nothing is claimed.
            self._broken_off = isinstance(details.get("exception"), httpcore.WriteError)


def network(context: ssl.SSLContext, proxy: str | None, *, idle: float | None) -> httpx.AsyncHTTPTransport:
    """A real transport; `idle` is for how many seconds a connection is kept for the next request, None for never."""
    limits = httpx.Limits(
        max_connections=20, max_keepalive_connections=None if idle else 0, keepalive_expiry=idle or 0.0
    )
    return httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits, proxy=proxy)


def system_trust() -> ssl.SSLContext:
    """TLS 1.2 or newer with the system's certificates. Not the default context: that one would write the keys of
    sessions into a file that the environment names (``SSLKEYLOGFILE``), and trust another one (``SSL_CERT_FILE``)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    usual = ssl.get_default_verify_paths()
    file = usual.openssl_cafile if Path(usual.openssl_cafile).is_file() else None
    folder = usual.openssl_capath if Path(usual.openssl_capath).is_dir() else None
    if sys.platform in ("win32", "darwin") or (file is None and folder is None):
        context.load_default_certs()  # the system's own store; else whatever this library finds
    else:
        context.load_verify_locations(file, folder)
    return context


async def resolve_name(host: str) -> Sequence[str]:
    """All addresses of a host's name, asked of the system without holding up the loop. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(place[4][0]) for place in found]


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """The unpacked body. Unpacks by itself, a bounded piece at a time: httpx would unpack a bomb whole."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise Unreadable
    body, wire = bytearray(), 0
    unpack = zlib.decompressobj(wbits=31) if packing.endswith("gzip") else None
    async for piece in response.aiter_raw():
        wire += len(piece)
        if wire > limit:
            raise Unreadable
        if unpack is None:
            body += piece
            continue
        try:
            body += unpack.decompress(piece, limit + 1 - len(body))
        except zlib.error as error:
            raise Unreadable from error
        if len(body) > limit:
            raise Unreadable
    if unpack is not None and not unpack.eof and wire:
        raise Unreadable
    return bytes(body)


async def lines_of(response: httpx.Response, idle: float) -> AsyncIterator[bytes]:
    """The lines of a body without end, without their breaks; raises TimeoutError after `idle` seconds of silence."""
    pieces = response.aiter_raw()
    kept = b""
    while True:
        try:
            async with asyncio.timeout(idle):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        *whole, kept = (kept + piece).replace(b"\r\n", b"\n").split(b"\n")
        if len(kept) > LONGEST_LINE:
            raise Unreadable
        for line in whole:
            yield line
