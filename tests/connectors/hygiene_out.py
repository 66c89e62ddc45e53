"""Checks of what goes out: addresses, headers, hosts, the environment."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.sync.addresses import MediaHosts
from switchboard_app.sync.http import PER_HOST, Call
from tests.connectors.certificates import certificate_of, certified
from tests.connectors.hygiene import TOKEN, Tools, calls, check
from tests.connectors.raw_server import answer, serving

# --- what goes out ------------------------------------------------------------------------------------------------


@check
async def no_token_in_an_address(tools: Tools) -> None:
    async with serving(answer(b"{}")) as seen:
        for call in calls(seen.base):
            await tools.ask(call)
    assert len(seen.requests) == 2
    assert all(TOKEN.encode() not in request.split(b"\r\n", 1)[0] for request in seen.requests)


@check
async def the_token_once_and_in_its_header(tools: Tools) -> None:
    async with serving(answer(b"{}")) as seen:
        for call in calls(seen.base):
            await tools.ask(call)
    for request in seen.requests:
        assert request.count(TOKEN.encode()) == 1
        assert f"authorization: bearer {TOKEN.lower()}".encode() in request.lower()


@check
async def redirects_are_not_followed(tools: Tools) -> None:
    async with serving(answer(b"{}")) as canary:
        for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"):
            async with serving(answer(b"", status, f"Location: {canary.base}/\r\n")) as seen:
                for call in calls(seen.base):
                    assert (await tools.ask(call)).status == int(status[:3])
    assert canary.connections == 0


@check
async def a_protocol_relative_redirect_is_not_followed(tools: Tools) -> None:
    async with (
        serving(answer(b"{}")) as canary,
        serving(
            answer(
                b"", "302 Found", f"Location: {canary.base.removeprefix('http:')}/\r\nRefresh: 0;url={canary.base}\r\n"
            )
        ) as seen,
    ):
        assert (await tools.ask(Call("GET", seen.base, token=TOKEN))).status == 302
    assert canary.connections == 0


@check
async def cookies_are_not_kept(tools: Tools) -> None:
    reply = answer(b"{}", headers="Set-Cookie: track=1; Path=/\r\nSet-Cookie: two=2; Domain=127.0.0.1\r\n")
    async with serving(reply, keep=True) as seen, tools.door() as door:
        for call in (*calls(seen.base), *calls(seen.base)):
            await door.ask(call)
    assert len(seen.requests) == 4
    assert all(b"cookie" not in request.lower() for request in seen.requests)


@check
async def nothing_says_whose_computer_it_is(tools: Tools) -> None:
    async with serving(answer(b"{}")) as seen:
        await tools.ask(calls(seen.base)[0])
    names = {line.split(b":")[0].lower() for line in seen.requests[0].split(b"\r\n")[1:] if line}
    assert names <= {b"host", b"accept", b"accept-encoding", b"connection", b"user-agent", b"authorization"}
    assert b"user-agent: switchboard\r\n" in seen.requests[0].lower()


# --- hosts --------------------------------------------------------------------------------------------------------


@check
async def a_media_host_never_sees_the_token(tools: Tools) -> None:
    """The API's own house redirects to a media host; that one, here a canary, is reached without any header of ours."""
    server, trust = certified(tools.folder, "media.fbcdn.net")

    async def to_canary(_host: str) -> Sequence[str]:
        return ["127.0.0.1"]

    async with serving(answer(b"bytes"), tls=server) as media:
        port = media.base.rpartition(":")[2]
        tools.patch.setattr("switchboard_app.sync.http.checked_addresses", list)
        tools.patch.setattr(MediaHosts, "check", _on_port(MediaHosts.check, int(port)))
        redirect = answer(b"", "302 Found", "Location: https://media.fbcdn.net/v\r\n")
        async with serving(redirect) as api, tools.door(tls=trust, resolve=to_canary) as door:
            hosts = MediaHosts(("fbcdn.net",), api.base)
            assert await door.fetch(f"{api.base}/m", hosts, 100, token=TOKEN) == b"bytes"
    assert TOKEN.encode() in api.requests[0]
    assert TOKEN.encode() not in media.requests[0]
    assert b"authorization" not in media.requests[0].lower()


def _on_port(real: Any, port: int) -> Any:
    """The one thing that a test cannot have: the media hosts' port 443."""

    def checked(self: MediaHosts, address: str) -> Any:
        url = real(self, address)
        return url.copy_with(port=port) if url.host.endswith("fbcdn.net") else url

    return checked


@check
async def a_private_address_is_not_connected_to(tools: Tools) -> None:
    async with serving(answer(b"bytes")) as canary:
        for private in ("127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fd00::1", "0.0.0.0"):

            async def resolve(_host: str, place: str = private) -> Sequence[str]:
                return [place]

            failure = await tools.fails(tools.fetch("https://a.fbcdn.net/", "https://api.example", resolve=resolve))
            assert failure.failure.kind is FailureKind.CONTENT
    assert canary.connections == 0


@check
async def a_name_that_changes_its_address_leads_nowhere_else(tools: Tools) -> None:
    """The address that was checked is the one that is connected to: the name is asked once."""
    asked: list[str] = []

    async def resolve(host: str) -> Sequence[str]:
        asked.append(host)
        return ["203.0.113.7"] if len(asked) == 1 else ["127.0.0.1"]

    async with serving(answer(b"bytes")) as canary:
        await tools.fails(tools.fetch("https://a.fbcdn.net/", "https://api.example", resolve=resolve))
    assert asked == ["a.fbcdn.net"]
    assert canary.connections == 0


@check
async def an_address_off_the_list_is_not_connected_to(tools: Tools) -> None:
    async with serving(answer(b"bytes")) as canary:
        for address in (canary.base, canary.base.replace("127.0.0.1", "localhost"), "https://evil.example/"):
            failure = await tools.fails(tools.fetch(address, "https://api.example"))
            assert failure.failure.kind is FailureKind.CONTENT
    assert canary.connections == 0


@check
async def one_host_gets_few_connections_at_once(tools: Tools) -> None:
    open_now = most = 0

    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.05)
        open_now -= 1
        writer.write(answer(b"{}"))
        await writer.drain()

    async with serving(slowly) as seen, tools.door() as door:
        await asyncio.gather(*(door.ask(Call("POST", seen.base, json={})) for _ in range(4 * PER_HOST)))
    assert most == PER_HOST
    assert len(seen.requests) == 4 * PER_HOST


# --- the environment ----------------------------------------------------------------------------------------------


@check
async def no_proxy_but_ours(tools: Tools) -> None:
    async with serving(answer(b"{}")) as foreign, serving(answer(b"{}")) as seen, serving(answer(b"{}")) as ours:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            tools.patch.setenv(name, foreign.base)
        await tools.ask(calls(seen.base)[0])
        assert len(seen.requests) == 1
        await tools.ask(Call("GET", "http://api.example/a"), proxy=ours.base)
        assert ours.requests[0].startswith(b"GET http://api.example/a HTTP/1.1")
    assert foreign.connections == 0


@check
async def a_proxy_gets_no_token_for_an_encrypted_host(tools: Tools) -> None:
    async with serving(answer(b"", "502 Bad Gateway")) as ours:
        failure = await tools.fails(tools.ask(calls("https://api.example")[1], proxy=ours.base))
    assert ours.requests[0].startswith(b"CONNECT api.example:443 HTTP/1.1")
    assert b"authorization" not in ours.requests[0].lower()
    assert failure.failure.certain


@check
async def no_trust_from_the_environment(tools: Tools) -> None:
    if sys.platform in ("win32", "darwin"):
        pytest.skip("the system's store is not asked of OpenSSL there")
    server, _ = certified(tools.folder, "localhost")
    tools.patch.setenv("SSL_CERT_FILE", str(certificate_of(tools.folder, "localhost")))
    tools.patch.setenv("SSL_CERT_DIR", str(tools.folder))
    async with serving(answer(b"{}"), tls=server) as seen:
        failure = await tools.fails(tools.ask(calls(seen.base)[1]))
    assert not seen.requests
    assert failure.failure.certain


@check
async def no_netrc(tools: Tools) -> None:
    netrc = tools.folder / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\ndefault login a password b\n")
    netrc.chmod(0o600)
    tools.patch.setenv("NETRC", str(netrc))
    async with serving(answer(b"{}")) as seen:
        await tools.ask(Call("GET", seen.base))
    assert b"authorization" not in seen.requests[0].lower()


@check
async def libraries_say_nothing_and_failures_name_nothing(tools: Tools) -> None:
    tools.log.set_level(logging.DEBUG)
    async with serving(answer(b'{"secret": "Kanarienvogel"')) as seen:
        await tools.ask(calls(seen.base)[0])
    failure = await tools.fails(tools.ask(calls("http://127.0.0.1:9")[1]))
    said = "\n".join(one.getMessage() for one in tools.log.records if one.name.startswith(("http", "h11")))
    shown = f"{failure!r} {failure} {failure.health_detail} {failure.__cause__!r} {failure.__context__!r}"
    for secret in (TOKEN, "127.0.0.1", "Kanarienvogel"):
        assert secret not in said
        assert secret not in shown
