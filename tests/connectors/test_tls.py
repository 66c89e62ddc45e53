"""TLS at the door: the system's trust, any other certificate refused with certainty."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.http import Answer, Call, HttpDoor
from tests.connectors.certificates import certified
from tests.connectors.raw_server import Seen, answer, serving
from tests.platforms import FakeClock


async def _ask(call: Call, trust: ssl.SSLContext | None) -> Answer:
    door = HttpDoor(FakeClock(), tls=trust, deadline=5.0)
    try:
        return await door.ask(call)
    finally:
        await door.aclose()


def test_a_trusted_server_is_talked_to(tmp_path: Path) -> None:
    server, trust = certified(tmp_path, "localhost")

    async def work() -> int:
        async with serving(answer(b"{}"), tls=server) as seen:
            return (await _ask(Call("GET", seen.base), trust)).status

    assert asyncio.run(work()) == 200


@pytest.mark.parametrize(
    ("name", "days", "trusted"), [("localhost", 30, False), ("else.example", 30, True), ("localhost", -1, True)]
)
def test_any_other_certificate_is_refused_with_certainty(tmp_path: Path, name: str, days: int, trusted: bool) -> None:
    server, trust = certified(tmp_path, name, days)

    async def work() -> tuple[PlatformFailure, Seen]:
        async with serving(answer(b"{}"), tls=server) as seen:
            with pytest.raises(PlatformFailure) as caught:
                await _ask(Call("POST", seen.base, token="t0ken", json={}), trust if trusted else None)
            return caught.value, seen

    failure, seen = asyncio.run(work())
    assert not seen.requests
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.NETWORK, True)
    assert failure.health is Health.UNREACHABLE
    assert failure.health_detail
