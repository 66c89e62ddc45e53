"""Every request to X against its official specification, as Prism checks it, before and after the change of July 2026.

Prism refuses a wrong body, a path of another form and a missing token; its answers are filler, which must be read
without an exception of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.times import Millis
from switchboard_app.sync.connector import Connector, Grant, OutgoingFile, PlatformFailure
from switchboard_app.sync.http import Call, HttpDoor
from switchboard_app.sync.x import XConnector
from tests.connectors.bench import PNG, Shelf, swept
from tests.connectors.canned import reply
from tests.connectors.meter import MemoryMeter
from tests.connectors.prism import installed, mocking
from tests.platforms import FakeClock

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", params=["2.166", "2.167"])
def base(request: pytest.FixtureRequest, shared: Path) -> Iterator[str]:
    """X as its specification says it is."""
    with mocking(installed(), shared / f"contracts/x/openapi-dm-subset-{request.param}.json") as address:
        yield address


class _RealIds(httpx.AsyncHTTPTransport):
    """Prism calls an upload "string" where the specification has no example; the next step wants a number."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if not request.url.path.endswith("/initialize"):
            return response
        body = (await response.aread()).replace(b'"id":"string"', b'"id":"1583157113245011970"')
        await response.aclose()
        return httpx.Response(response.status_code, stream=httpx.ByteStream(body))


def _with(base: str, work: Any, *, token: str = "t0ken") -> Any:
    async def whole() -> Any:
        clock = FakeClock()
        door = HttpDoor(clock, transport=_RealIds(trust_env=False))
        grant = Grant(Channel.X, base, {}, PlatformId("300"), {"access_token": token})
        try:
            return await work(XConnector(grant, door, MemoryMeter(clock), clock))
        finally:
            await door.aclose()

    return asyncio.run(whole())


def test_who_we_are(base: str) -> None:
    assert _with(base, lambda connector: connector.whoami()).platform_id


def test_a_reply_is_of_the_specified_form(base: str) -> None:
    receipt = _with(base, lambda connector: connector.send(reply("Grüezi <b>😀</b>", to="222")))
    assert len(receipt.platform_ids) == 1


def test_images_are_uploaded_in_the_specified_form(base: str) -> None:
    files = (OutgoingFile("a.png", "image/png", PNG), OutgoingFile("b.jpg", "image/jpeg", PNG))
    receipt = _with(base, lambda connector: connector.send(reply("Bild", to="222", files=files)))
    assert len(receipt.platform_ids) == 2
    receipt = _with(base, lambda connector: connector.send(reply("", to="222", files=files[:1])))
    assert len(receipt.platform_ids) == 1


def test_a_poll_is_of_the_specified_form_and_survives_filler(base: str) -> None:
    """The made-up pages name themselves as their next page, which is shown as a fault instead of followed."""
    shelf = Shelf()

    async def work(connector: Connector) -> FailureKind | None:
        try:
            await swept(connector, shelf)
        except PlatformFailure as failure:
            return failure.failure.kind
        return None

    assert _with(base, work) in (None, FailureKind.MALFORMED)
    assert len(shelf.messages) + len(shelf.quarantine) == 1


def test_reading_back_is_of_the_specified_form(base: str) -> None:
    for thread, person in (("222-300", "222"), ("222-300", "")):

        async def work(connector: Connector, thread: str = thread, person: str = person) -> int:
            return len(await connector.read_back(PlatformId(thread), PlatformId(person), Millis(0)))

        assert _with(base, work) == 1


def test_the_server_does_check(base: str) -> None:
    """What makes the tests above worth something: without a token 401, with a body of another form 4xx."""
    told = _with(base, lambda connector: _kind(connector.whoami()), token="")
    assert told is FailureKind.AUTH

    async def asks() -> tuple[int, int]:
        door = HttpDoor(FakeClock())
        address = f"{base}/2/dm_conversations/with/222/messages"
        try:
            nobody = await door.ask(Call("POST", address, json={"text": "x"}))
            wrong = await door.ask(Call("POST", address, token="t", json={"txt": 7}))
        finally:
            await door.aclose()
        return nobody.status, wrong.status

    nobody, wrong = asyncio.run(asks())
    assert (nobody, wrong >= 400) == (401, True)


async def _kind(work: Any) -> FailureKind | None:
    try:
        await work
    except PlatformFailure as failure:
        return failure.failure.kind
    return None


def test_a_participant_that_is_no_number_is_refused_before_anything_is_sent(base: str) -> None:
    async def work(connector: Connector) -> PlatformFailure:
        try:
            await connector.send(reply("x", to="not-a-number"))
        except PlatformFailure as failure:
            return failure
        raise AssertionError("was accepted")

    assert _with(base, work).failure.certain
