"""Mastodon's stream: it wakes, it says so after connecting, its silence is noticed, and it shows the token to nobody
else."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.http import HttpDoor, wall_clock
from switchboard_app.sync.mastodon import stream
from switchboard_app.sync.mastodon.stream import Stream, streaming_base

EVENT = b'event: conversation\ndata: {"id":"6"}\n\n'


@contextmanager
def serving(*pieces: bytes, status: int = 200, keep_s: float = 0.0) -> Iterator[tuple[str, list[str]]]:
    """A server that says these pieces to everybody and then stays silent for a while before it closes."""
    met: list[str] = []
    ended = threading.Event()

    class Stage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            met.append(f"{self.path} {self.headers['authorization']}")
            self.send_response(status)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
            ended.wait(keep_s)

        def log_message(self, *_said: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stage)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", met
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def listened(base: str, work: Callable[[Stream], Coroutine[Any, Any, Any]], slept: list[float] | None = None) -> Any:
    async def sleep(seconds: float) -> None:
        (slept if slept is not None else []).append(seconds)

    async def whole() -> Any:
        door = HttpDoor(wall_clock, deadline=5, tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        heard = Stream(door, base, "", sleep)
        try:
            return await asyncio.wait_for(work(heard), 20)
        finally:
            await heard.aclose()
            await door.aclose()

    return asyncio.run(whole())


def test_an_event_is_news_and_so_is_a_connection() -> None:
    async def twice(heard: Stream) -> list[bool]:
        return [await heard.news("t0ken"), await heard.news("t0ken")]

    with serving(b":)\n", b":thump\n", EVENT, keep_s=5) as (base, met):
        assert listened(base, twice) == [True, True]
    assert met == ["/api/v1/streaming/direct Bearer t0ken"]


def test_an_event_in_pieces_and_one_that_is_no_news() -> None:
    async def twice(heard: Stream) -> list[bool]:
        return [await heard.news("t"), await heard.news("t")]

    pieces = (b"event: filters_changed\ndata: 1\n\n", EVENT[:9], EVENT[9:20], EVENT[20:])
    with serving(*pieces, keep_s=5) as (base, _):
        assert listened(base, twice) == [True, True]


def test_silence_is_a_broken_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "IDLE_S", 0.2)

    async def silence(heard: Stream) -> FailureKind:
        await heard.news("t")
        with pytest.raises(PlatformFailure) as caught:
            await heard.news("t")
        return caught.value.failure.kind

    with serving(b":)\n", keep_s=5) as (base, _):
        assert listened(base, silence) is FailureKind.TIMEOUT


def test_a_stream_that_ends_is_opened_again_but_not_quickly() -> None:
    async def ends(heard: Stream) -> None:
        for _ in range(4):
            assert await heard.news("t")
            with pytest.raises(PlatformFailure):
                await heard.news("t")

    slept: list[float] = []
    with serving(b":)\n") as (base, met):
        listened(base, ends, slept)
    assert slept == [5.0, 10.0, 20.0]
    assert len(met) == 4


def test_no_stream_is_no_trouble() -> None:
    with serving(b"{}", status=404) as (base, _):
        assert listened(base, lambda heard: heard.news("t")) is False


def test_a_refusal_is_a_failure_for_the_listener_alone() -> None:
    with serving(b"{}", status=401) as (base, _), pytest.raises(PlatformFailure):
        listened(base, lambda heard: heard.news("t"))


def test_a_line_without_end_is_not_kept() -> None:
    async def twice(heard: Stream) -> None:
        await heard.news("t")
        with pytest.raises(PlatformFailure) as caught:
            await heard.news("t")
        assert caught.value.failure.kind is FailureKind.MALFORMED

    with serving(b"data: " + b"x" * 3_000_000, keep_s=5) as (base, _):
        listened(base, twice)


@pytest.mark.parametrize(
    ("base", "told", "there"),
    [
        ("https://m.example", "wss://streaming.m.example", "https://streaming.m.example"),
        ("https://m.example", "wss://m.example:4000", "https://m.example:4000"),
        ("https://m.example", "wss://boese.example", "https://m.example"),
        ("https://m.example", "wss://xm.example", "https://m.example"),
        ("https://m.example", "ws://m.example", "https://m.example"),
        ("https://m.example", "", "https://m.example"),
        ("https://m.example", "wss://[", "https://m.example"),
        ("https://m.example", "javascript:x", "https://m.example"),
        ("http://127.0.0.1:3000", "ws://localhost:4000", "http://localhost:4000"),
    ],
)
def test_the_token_is_shown_to_the_instance_alone(base: str, told: str, there: str) -> None:
    assert streaming_base(base, told) == there
