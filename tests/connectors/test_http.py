"""The door: deadlines, caps, no token outside its header, and what a failure proves about what left."""

from __future__ import annotations

import asyncio
import gzip
import http.server
import logging
import ssl
import time
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import httpcore
import pytest

from switchboard_app.model import sending
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.sending import Moment
from switchboard_app.model.times import HOUR, SECOND, Millis
from switchboard_app.sync.connector import OutgoingFile, PlatformFailure
from switchboard_app.sync.http import JSON_LIMIT, Answer, Call, HttpDoor, Part
from switchboard_app.sync.permit import Permit, TooLate
from switchboard_app.sync.wire import Progress
from tests.connectors.bench import failure_of
from tests.connectors.raw_server import Seen, answer, serving
from tests.platforms import FakeClock

T = TypeVar("T")


async def _ask(call: Call, *, deadline: float = 5.0, tls: ssl.SSLContext | None = None, **door: Any) -> Answer:
    opened = HttpDoor(door.pop("clock", FakeClock()), deadline=deadline, tls=tls, **door)
    try:
        return await opened.ask(call)
    finally:
        await opened.aclose()


def _with(reply: Any, work: Any, **server: Any) -> Any:
    async def whole() -> Any:
        async with serving(reply, **server) as seen:
            return await work(seen)

    return asyncio.run(whole())


async def _fails(work: Coroutine[Any, Any, T]) -> PlatformFailure:
    with pytest.raises(PlatformFailure) as caught:
        await work
    return caught.value


def _post_fails(reply: Any, **door: Any) -> PlatformFailure:
    failure: PlatformFailure = _with(
        reply, lambda seen: _fails(_ask(Call("POST", seen.base + "/x", token="t0ken", json={"a": 1}), **door))
    )
    return failure


# --- what goes out ------------------------------------------------------------------------------------------------


def test_the_request_on_the_wire() -> None:
    async def work(seen: Seen) -> bytes:
        call = Call("POST", f"{seen.base}/v1/x", {"q": "a&b"}, token="t0ken", json={"text": "Grüezi 😀 \ud800"})
        got = await _ask(call)
        assert (got.status, got.body, got.headers["x-some"]) == (200, b"{}", "One")
        return seen.requests[0]

    wire: bytes = _with(answer(b"{}", headers="X-Some: One\r\n"), work)
    head, _, body = wire.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/x?q=a%26b HTTP/1.1\r\n")
    assert head.lower().count(b"t0ken") == 1
    assert b"authorization: bearer t0ken" in head.lower()
    assert b"content-type: application/json" in head.lower()
    assert body == rb'{"text":"Gr\u00fcezi \ud83d\ude00 \ud800"}'


def test_files_go_out_with_their_real_type() -> None:
    async def work(seen: Seen) -> bytes:
        parts = [Part("tag", b"HUMAN_AGENT"), Part.of("filedata", OutgoingFile("a.png", "image/png", b"\x89PNG"))]
        await _ask(Call("POST", seen.base, parts=parts))
        return seen.requests[0]

    wire: bytes = _with(answer(b"{}"), work)
    assert b'name="tag"\r\n\r\nHUMAN_AGENT\r\n' in wire
    assert b'name="filedata"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n' in wire


def test_nothing_of_the_environment_is_obeyed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))

    async def work(seen: Seen) -> bytes:
        await _ask(Call("GET", seen.base))
        return seen.requests[0]

    assert b"authorization" not in _with(answer(b"{}"), work).lower()
    assert not (tmp_path / "keys").exists()


def test_cookies_are_not_kept_and_redirects_not_followed() -> None:
    async def work(seen: Seen) -> list[bytes]:
        door = HttpDoor(FakeClock())
        assert (await door.ask(Call("GET", f"{seen.base}/a"))).status == 302
        await door.ask(Call("GET", f"{seen.base}/b"))
        await door.aclose()
        return seen.requests

    reply = answer(b"", "302 Found", "Location: /elsewhere\r\nSet-Cookie: track=1\r\n")
    requests: list[bytes] = _with(reply, work)
    assert [request.split()[1] for request in requests] == [b"/a", b"/b"]
    assert b"cookie" not in requests[1].lower()


def test_a_message_never_goes_into_a_kept_connection() -> None:
    async def work(seen: Seen) -> int:
        door = HttpDoor(FakeClock())
        for _ in range(3):
            await door.ask(Call("POST", seen.base, json={}))
        posts = seen.connections
        for _ in range(3):
            await door.ask(Call("GET", seen.base))
        await door.aclose()
        assert seen.connections == posts + 1, "reads may share one"
        return posts

    assert _with(answer(b"{}"), work, keep=True) == 3


def test_libraries_below_do_not_log_addresses(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def work(seen: Seen) -> None:
        await _ask(Call("GET", f"{seen.base}/secret-path", token="t0ken"))

    _with(answer(b"{}"), work)
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(("httpx", "httpcore"))
    )
    assert not logged


@pytest.mark.parametrize("token", ["line\nbreak", "with space", "gr\u00fcn", "\x00"])
def test_a_token_that_is_none_is_said_so(token: str) -> None:
    failure = failure_of(_ask(Call("GET", "http://127.0.0.1:9", token=token)))
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.AUTH, True)
    assert token not in repr(failure)


# --- what came back -----------------------------------------------------------------------------------------------


def test_gzip_is_unpacked() -> None:
    packed = gzip.compress(b'{"a": 1}')

    async def work(seen: Seen) -> bytes:
        return (await _ask(Call("GET", seen.base))).body

    assert _with(answer(packed, headers="Content-Encoding: gzip\r\n"), work) == b'{"a": 1}'


@pytest.mark.parametrize(
    "reply",
    [
        answer(gzip.compress(b" " * 50_000_000), headers="Content-Encoding: gzip\r\n"),
        answer(gzip.compress(b"{}")[:-9], headers="Content-Encoding: gzip\r\n"),
        answer(b"no gzip", headers="Content-Encoding: gzip\r\n"),
        answer(b"{}", headers="Content-Encoding: br\r\n"),
        answer(b" " * (JSON_LIMIT + 1)),
    ],
    ids=["bomb", "cut gzip", "not gzip", "brotli", "too long"],
)
def test_unusable_bodies_are_uncertain_for_a_message(reply: bytes) -> None:
    failure = _post_fails(reply)
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.MALFORMED, False)
    assert failure.health is Health.MALFORMED


async def _drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _continue_for_ever(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _silence(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


@pytest.mark.parametrize("script", [_drip, _continue_for_ever, _silence])
def test_the_deadline_is_for_the_whole_exchange(script: Any) -> None:
    began = time.monotonic()
    failure = _post_fails(script, deadline=0.4)
    assert time.monotonic() - began < 20
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.TIMEOUT, False)


def test_an_exchange_that_is_given_up_resets_its_connection() -> None:
    """Closed gently, the system would still deliver what lies in its buffers after the program has given up."""
    ends: list[str] = []

    async def watch(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        try:
            ends.append("closed" if not await reader.read(1) else "more")
        except ConnectionResetError:
            ends.append("reset")

    async def work(seen: Seen) -> None:
        await _fails(_ask(Call("POST", seen.base, json={}), deadline=0.3))
        await _fails(_ask(Call("GET", seen.base), deadline=0.3))
        await asyncio.sleep(0.1)

    _with(watch, work)
    assert ends == ["reset", "closed"]


async def _cut(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _short(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")


async def _big_head(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Big: " + b"a" * 1_000_000 + b"\r\nContent-Length: 2\r\n\r\n{}")
    await writer.drain()


async def _nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9\r\n")


@pytest.mark.parametrize("script", [_cut, _short, _big_head, _nonsense])
def test_a_broken_answer_is_uncertain_for_a_message_and_certain_for_a_read(script: Any) -> None:
    failure = _post_fails(script)
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.NETWORK, False)
    read = _with(script, lambda seen: _fails(_ask(Call("GET", seen.base))))
    assert read.failure.certain
    assert read.failure.retry_at is not None


# --- what never left ----------------------------------------------------------------------------------------------


def test_refused_and_unknown_hosts_are_certain() -> None:
    failure = failure_of(_ask(Call("POST", "http://127.0.0.1:9", json={})))
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.NETWORK, True)
    unknown = failure_of(_ask(Call("POST", "http://localhost.\x7f", json={})))
    assert unknown.failure.certain


def test_a_handshake_that_hangs_is_certain() -> None:
    async def work(seen: Seen) -> PlatformFailure:
        base = seen.base.replace("http:", "https:")
        return await _fails(_ask(Call("POST", base, json={}), deadline=0.4))

    failure: PlatformFailure = _with(_silence, work)
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.TIMEOUT, True)


def _permit(clock: FakeClock) -> Permit:
    return Permit(lambda: Moment(clock(), clock()))


def test_a_request_that_comes_too_late_is_not_written() -> None:
    clock = FakeClock()

    async def work(seen: Seen) -> PlatformFailure:
        permit = _permit(clock)
        clock.forward(sending.TEXT.write_within)
        call = Call("POST", seen.base, json={}, permit=permit)
        failure = await _fails(_ask(call, clock=clock))
        assert not seen.requests
        return failure

    failure: PlatformFailure = _with(answer(b"{}"), work)
    assert failure.failure.certain
    assert failure.failure.retry_at is not None


def test_the_moment_is_checked_again_right_before_the_first_byte() -> None:
    """The machine slept while the connection was made."""
    clock = FakeClock()
    began = clock()

    async def work(seen: Seen) -> PlatformFailure:
        ticks = iter([began, began, *[Millis(began + 60 * SECOND)] * 10])
        permit = Permit(lambda: Moment(began, next(ticks)))  # the wall clock was set back meanwhile
        failure = await _fails(_ask(Call("POST", seen.base, json={}, permit=permit)))
        assert not seen.requests
        return failure

    assert _with(answer(b"{}"), work).failure.certain


def test_progress_takes_only_positive_proof() -> None:
    async def after(*events: tuple[str, Mapping[str, object]], traced: bool = True, big: bool = True) -> bool:
        progress = Progress(None, traced=traced, big=big)
        for name, details in events:
            await progress(name, details)
        return progress.nothing_left

    begun = ("http11.send_request_headers.started", {"request": httpcore.Request("POST", "http://a/")})
    tunnel = ("http11.send_request_headers.started", {"request": httpcore.Request("CONNECT", "http://a/")})
    refused = ("http11.send_request_body.failed", {"exception": httpcore.WriteError()})
    slow = ("http11.send_request_body.failed", {"exception": httpcore.WriteTimeout()})
    done = ("http11.send_request_body.complete", {"return_value": None})
    assert asyncio.run(after())
    assert not asyncio.run(after(traced=False))
    assert asyncio.run(after(tunnel))
    assert not asyncio.run(after(begun))
    assert not asyncio.run(after(begun, done))
    assert asyncio.run(after(begun, refused))
    assert not asyncio.run(after(begun, refused, big=False))
    assert not asyncio.run(after(begun, slow))


def test_a_file_that_broke_off_in_the_middle_is_certain_and_a_short_text_is_not() -> None:
    async def reads_a_little(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async def attempt(call: Call) -> PlatformFailure:
        server = await asyncio.start_server(reads_a_little, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            return await _fails(_ask(replace(call, url=f"http://127.0.0.1:{port}")))
        finally:
            server.close()
            await asyncio.sleep(0.05)

    file = Part.of("filedata", OutgoingFile("a.png", "image/png", b"x" * 20_000_000))
    assert asyncio.run(attempt(Call("POST", "", parts=[file]))).failure.certain
    for _ in range(5):
        assert not asyncio.run(attempt(Call("POST", "", json={"text": "kurz"}))).failure.certain


def test_progress_stops_what_is_late() -> None:
    async def late() -> None:
        clock = FakeClock()
        progress = Progress(_permit(clock), traced=True)
        clock.forward(HOUR)
        await progress("http11.send_request_headers.started", {"request": httpcore.Request("POST", "http://a/")})

    with pytest.raises(TooLate):
        asyncio.run(late())


def test_the_own_proxy_setting_is_used() -> None:
    async def work(seen: Seen) -> bytes:
        await _ask(Call("GET", "http://localhost:9/through"), proxy=seen.base)
        return seen.requests[0]

    assert _with(answer(b"{}"), work).startswith(b"GET http://localhost:9/through HTTP/1.1")


def test_the_server_side_of_these_tests_is_standard() -> None:
    """The scripts above write raw bytes; this keeps the shape of `answer` honest against a real parser."""
    assert http.server.BaseHTTPRequestHandler.protocol_version == "HTTP/1.0"
    assert answer(b"{}").startswith(b"HTTP/1.1 200 OK\r\n")
