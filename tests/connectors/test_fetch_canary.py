"""Whatever address a message names: nothing inside this network is ever connected to, seen by canaries that listen.

The door has its real transport here. Names are looked up by a resolver that lies as an attacker's would: it answers
with a public address while the name is checked and with this machine's afterwards.
"""

from __future__ import annotations

import asyncio
import json
import socket
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from switchboard_app.sync.addresses import MediaHosts
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.http import HttpDoor

DOMAINS = ("fbcdn.net", "facebook.com", "fbsbx.com", "twimg.com", "x.com")
CHECKED = "157.240.1.1"
"""A public address; the tests' own guard stops the connection to it, and says to where it was going."""


class Canary:
    """Listens on this machine and counts who comes."""

    def __init__(self) -> None:
        self.visits = 0
        self.port = 0

    async def _visited(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        writer.close()

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[Canary]:
        """Listen until the end of the block."""
        server = await asyncio.start_server(self._visited, "127.0.0.1", port)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self


async def _tries(address: str, hosts: MediaHosts, resolve: object) -> PlatformFailure | None:
    door = HttpDoor(resolve=resolve, deadline=1.0)  # type: ignore[arg-type]  # a resolver of the test
    try:
        await door.fetch(address, hosts, 1000)
    except PlatformFailure as failure:
        return failure
    finally:
        await door.aclose()
    return None


def test_the_canary_sings() -> None:
    """It would be seen: a test that cannot fail proves nothing."""

    async def visit() -> int:
        async with Canary().listening() as canary:
            _, writer = await asyncio.open_connection("127.0.0.1", canary.port)
            writer.close()
            await writer.wait_closed()
            await asyncio.sleep(0.05)
            return canary.visits

    assert asyncio.run(visit()) == 1


def test_addresses_of_messages_never_reach_this_network(shared: Path) -> None:
    corpus = json.loads((shared / "corpora/own/fetch_policy.json").read_text("utf-8"))
    denied = [case for case in corpus["cases"] if case["expect"] == "deny" and not case["redirects"]]

    async def everything() -> list[str]:
        wrong = []
        async with Canary().listening() as canary:
            for case in denied:

                async def resolve(_host: str, told: Sequence[str] = tuple(case["resolves"])) -> Sequence[str]:
                    return told or ["127.0.0.1"]

                if await _tries(case["url"], MediaHosts(DOMAINS), resolve) is None:
                    wrong.append(case["id"])
            for address in (
                f"http://127.0.0.1:{canary.port}/",
                f"https://localhost:{canary.port}/",
                f"http://[::ffff:127.0.0.1]:{canary.port}/",
            ):
                assert await _tries(address, MediaHosts(DOMAINS), resolve) is not None
            await asyncio.sleep(0.05)
            assert canary.visits == 0
        return wrong

    assert asyncio.run(everything()) == []


def test_the_apis_own_house_cannot_send_us_next_door() -> None:
    """An account on this machine may be fetched from, and a redirect from there leads nowhere else on this machine."""

    async def scene() -> int:
        async with Canary().listening() as canary:

            async def redirecting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await reader.readuntil(b"\r\n\r\n")
                place = f"http://127.0.0.1:{canary.port}/secret"
                writer.write(f"HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n".encode())
                await writer.drain()
                writer.close()

            server = await asyncio.start_server(redirecting, "127.0.0.1", 0)
            async with server:
                base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
                assert await _tries(f"{base}/media/1", MediaHosts(DOMAINS, base), None) is not None
            await asyncio.sleep(0.05)
            return canary.visits

    assert asyncio.run(scene()) == 0


def test_a_name_that_changes_after_the_check_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: whoever looked the name up a second time would come to the canary on port 443."""
    looked_up: list[str] = []

    def second_answer(host: str | bytes | None, port: object, *more: object, **named: object) -> list[object]:
        name = host.decode() if isinstance(host, bytes) else str(host)
        looked_up.append(name)
        where = name if name == CHECKED else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, int(str(port))))]

    async def first_answer(_host: str) -> Sequence[str]:
        return [CHECKED]

    async def scene() -> int:
        async with Canary().listening(443) as canary:
            monkeypatch.setattr(socket, "getaddrinfo", second_answer)
            with pytest.raises(Exception) as caught:  # noqa: PT011 - the guard's, wrapped as the libraries like it
                await _tries("https://scontent.xx.fbcdn.net/a.jpg", MediaHosts(DOMAINS), first_answer)
            assert CHECKED in "".join(traceback.format_exception(caught.value)), "it went to the checked address"
            await asyncio.sleep(0.05)
            return canary.visits

    try:
        visits = asyncio.run(scene())
    except PermissionError:
        pytest.skip("port 443 of this machine is not ours to listen on")
    assert visits == 0
    assert "scontent.xx.fbcdn.net" not in looked_up, "the name was looked up again after the check"
