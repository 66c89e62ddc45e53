"""Somebody else's Mastodon server on loopback: `mastodon_mock`, a process of its own.

Where it is laxer or stricter than real servers, as the recordings show them: a conversation's number is that of its
last post and changes with every message; times end in ``+00:00``; names are not linked and stand in the text; a limit's
reset is in seconds since the epoch; a private post that names nobody is accepted; files are ready at once; lengths are
counted in code points.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import httpx
import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import OutboxId, PlatformId
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.sync.connector import Grant, Outgoing, OutgoingFile, PlatformFailure
from switchboard_app.sync.http import HttpDoor, wall_clock
from switchboard_app.sync.mastodon import MastodonConnector
from tests.connectors.bench import PNG, Shelf, swept
from tests.connectors.meter import MemoryMeter

T = TypeVar("T")
START_S = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The server's address; it forgets everything when it ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory", "--demo", "--host", "127.0.0.1",
               "--port", str(port)]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + START_S
        while True:
            try:
                httpx.get(f"{base}/api/v2/instance", timeout=5, trust_env=False)
                break
            except httpx.TransportError:
                assert process.poll() is None, "mastodon_mock ended at once"
                assert time.monotonic() < end, "mastodon_mock does not answer"
                time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def shelf() -> Shelf:
    """What Ada has stored."""
    return Shelf()


def run(base: str, work: Callable[[MastodonConnector], Coroutine[Any, Any, T]], who: str = "ada") -> T:
    """Work with the connector of somebody on the server."""

    async def whole() -> T:
        door = HttpDoor(wall_clock, deadline=10, tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        grant = Grant(Channel.MASTODON, base, {"streaming": base}, None, {"access_token": f"{who}_token"})
        connector = MastodonConnector(grant, door, MemoryMeter(wall_clock), wall_clock)
        try:
            return await work(connector)
        finally:
            await connector.aclose()
            await door.aclose()

    return asyncio.run(whole())


def say(base: str, who: str, text: str, **more: Any) -> dict[str, Any]:
    """Somebody posts, by hand."""
    body = {"status": text, "visibility": "direct", **more}
    headers = {"authorization": f"Bearer {who}_token"}
    answer = httpx.post(f"{base}/api/v1/statuses", json=body, headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def polled(base: str, shelf: Shelf) -> None:
    run(base, lambda connector: swept(connector, shelf))


def answer_to(post: dict[str, Any], text: str, key: str, *, files: tuple[OutgoingFile, ...] = ()) -> Outgoing:
    author = PlatformId(post["account"]["id"])
    return Outgoing(OutboxId(key), author, author, text, files)


def test_who_we_are(server: str) -> None:
    me = run(server, lambda connector: connector.whoami())
    assert (me.name, me.handle, me.options["text_limit"]) == ("Ada Lovelace", "ada", "500")


def test_a_question_an_answer_and_its_echo(server: str, shelf: Shelf) -> None:
    asked = say(server, "alan", "@ada Wann öffnet das Amt?\n\nDanke <b>schon</b> & bis bald")
    polled(server, shelf)
    message = shelf.messages[PlatformId(asked["id"])]
    assert message.text == "Wann öffnet das Amt?\n\nDanke <b>schon</b> & bis bald"
    assert (message.sender.name, message.ours) == ("Alan Turing", False)
    receipt = run(server, lambda connector: connector.send(answer_to(asked, "Um 8 Uhr.", "reply-1")))
    again = run(server, lambda connector: connector.send(answer_to(asked, "Um 8 Uhr.", "reply-1")))
    assert again.platform_ids == receipt.platform_ids, "the same key is the same post"
    polled(server, shelf)
    echo = shelf.messages[receipt.platform_ids[0]]
    assert (echo.ours, echo.text, echo.thread) == (True, "Um 8 Uhr.", message.thread)
    theirs = Shelf()
    run(server, lambda connector: swept(connector, theirs), "alan")
    assert "Um 8 Uhr." in theirs.texts, "it reached whom it was for"

    async def back(connector: MastodonConnector) -> Any:
        return await connector.read_back(message.thread, message.thread, Millis(wall_clock() - MINUTE))

    seen = [one for one in run(server, back) if one.ours and one.text == "Um 8 Uhr."]
    assert tuple(one.platform_id for one in seen) == receipt.platform_ids, "once; the thread may hold older ones"


def test_nothing_is_missing_and_nothing_twice(server: str, shelf: Shelf) -> None:
    polled(server, shelf)
    before = len(shelf.messages)
    said = [say(server, who, f"@ada Frage {number} von {who}")["id"]
            for number in range(8) for who in ("alan", "grace")]  # fmt: skip
    polled(server, shelf)
    assert set(said) <= set(shelf.messages)
    assert len(shelf.messages) == before + len(said)
    polled(server, shelf)
    assert len(shelf.messages) == before + len(said)


def test_an_answer_reaches_everybody_in_the_conversation(server: str, shelf: Shelf) -> None:
    asked = say(server, "alan", "@ada @grace Wir fragen zusammen")
    polled(server, shelf)
    thread = shelf.messages[PlatformId(asked["id"])].thread
    outgoing = Outgoing(OutboxId("reply-2"), thread, thread, "An Sie beide")
    run(server, lambda connector: connector.send(outgoing))
    for who in ("alan", "grace"):
        theirs = Shelf()
        run(server, lambda connector, theirs=theirs: swept(connector, theirs), who)  # type: ignore[misc]
        assert "An Sie beide" in theirs.texts


def test_an_edit_and_a_deletion(server: str, shelf: Shelf) -> None:
    asked = say(server, "katherine", "@ada Erste Fassung")
    polled(server, shelf)
    headers = {"authorization": "Bearer katherine_token"}
    address = f"{server}/api/v1/statuses/{asked['id']}"
    httpx.put(address, json={"status": "@ada Zweite Fassung"}, headers=headers, trust_env=False).raise_for_status()
    served = [one for batch in run(server, lambda c: swept(c, shelf)) for one in batch.messages]
    edited = next(one for one in served if one.platform_id == asked["id"])
    assert edited.text == "Zweite Fassung"
    assert edited.edited_at is not None
    httpx.delete(address, headers=headers, trust_env=False).raise_for_status()
    for _ in range(3):  # two conversations a poll are read again
        served += [one for batch in run(server, lambda c: swept(c, shelf)) for one in batch.messages]
    gone = {one.platform_id for one in served if one.deleted}
    assert gone <= {asked["id"]}


def test_a_picture_goes_out_and_comes_in(server: str, shelf: Shelf) -> None:
    asked = say(server, "alan", "@ada Haben Sie einen Plan?")
    file = OutgoingFile("plan.png", "image/png", PNG)
    receipt = run(server, lambda connector: connector.send(answer_to(asked, "Ja", "reply-3", files=(file,))))
    polled(server, shelf)
    (attachment,) = shelf.messages[receipt.platform_ids[0]].attachments
    assert run(server, lambda connector: connector.fetch(attachment, 10_000)) == PNG


def test_the_stream_wakes_and_says_so_after_connecting(server: str) -> None:
    async def listening(connector: MastodonConnector) -> list[bool]:
        news = [await asyncio.wait_for(connector.wake(), 10)]  # connected: nobody listened before
        waiting = asyncio.ensure_future(connector.wake())
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await asyncio.to_thread(say, server, "alan", "@ada Sind Sie da?")
        news.append(await asyncio.wait_for(waiting, 20))
        return news

    assert run(server, listening) == [True, True]


def test_a_limit(server: str, shelf: Shelf) -> None:
    control = f"{server}/api/v1/_mock/faults"
    rule = {"match": {"path": "/api/v1/conversations"}, "effect": {"type": "ratelimit"}, "count": 1}
    httpx.post(control, json=rule, trust_env=False).raise_for_status()
    with pytest.raises(PlatformFailure) as caught:
        polled(server, shelf)
    assert caught.value.failure.kind is FailureKind.RATE_LIMIT
    assert caught.value.failure.retry_at is not None
    assert caught.value.failure.retry_at > wall_clock() + MINUTE
    httpx.delete(control, trust_env=False)


def test_a_dead_token(server: str) -> None:
    with pytest.raises(PlatformFailure) as caught:
        run(server, lambda connector: connector.whoami(), "niemand")
    assert caught.value.failure.kind is FailureKind.AUTH
