"""TLS at the door: the system's trust, any other certificate refused with certainty."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.http import Answer, Call, HttpDoor
from tests.connectors.raw_server import Seen, answer, serving
from tests.platforms import FakeClock


async def _ask(call: Call, trust: ssl.SSLContext | None) -> Answer:
    door = HttpDoor(FakeClock(), tls=trust, deadline=5.0)
    try:
        return await door.ask(call)
    finally:
        await door.aclose()


def _certificate(folder: Path, name: str, days: int) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context for a self-made certificate, and the file that would make it trusted."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    alternatives = (
        [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))] if name == "localhost" else [x509.DNSName(name)]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=30))
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / f"{name}{days}.pem", folder / f"{name}{days}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, private)
    return server, certificate


def test_a_trusted_server_is_talked_to(tmp_path: Path) -> None:
    server, certificate = _certificate(tmp_path, "localhost", 30)

    async def work() -> int:
        async with serving(answer(b"{}"), tls=server) as seen:
            trust = ssl.create_default_context(cafile=str(certificate))
            return (await _ask(Call("GET", seen.base), trust)).status

    assert asyncio.run(work()) == 200


@pytest.mark.parametrize(
    ("name", "days", "trusted"), [("localhost", 30, False), ("else.example", 30, True), ("localhost", -1, True)]
)
def test_any_other_certificate_is_refused_with_certainty(tmp_path: Path, name: str, days: int, trusted: bool) -> None:
    server, certificate = _certificate(tmp_path, name, days)
    trust = ssl.create_default_context(cafile=str(certificate)) if trusted else None

    async def work() -> tuple[PlatformFailure, Seen]:
        async with serving(answer(b"{}"), tls=server) as seen:
            with pytest.raises(PlatformFailure) as caught:
                await _ask(Call("POST", seen.base, token="t0ken", json={}), trust)
            return caught.value, seen

    failure, seen = asyncio.run(work())
    assert not seen.requests
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.NETWORK, True)
    assert failure.health is Health.UNREACHABLE
    assert failure.health_detail
