"""A real SMTP server on loopback that keeps the truth, refuses on request and can be cut at every step.

`MailServer` runs aiosmtpd in a thread of its own. `cut_at` names the command at which the connection is cut without an
answer: CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, or DOT (after the final dot, when the mail is kept); `wait_at` the one at
which the server falls silent. `answers` replaces the answer to MAIL, RCPT or DATA.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import subprocess
import threading
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

logging.getLogger("mail.log").disabled = True  # what the server thinks of a cut is its own affair


@dataclass(slots=True)
class Kept:
    """A mail as it was taken."""

    sender: str
    recipients: list[str]
    raw: bytes
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """As a mail program reads it."""
        read = message_from_bytes(self.raw, policy=policy.SMTP)
        assert isinstance(read, EmailMessage)
        return read


@dataclass(slots=True)
class MailServer:
    """The server; use it as a context manager."""

    tls: ssl.SSLContext | None = None
    at_once: bool = False
    """TLS from the first byte; otherwise STARTTLS where there is a context."""
    login: tuple[str, str] | None = None
    cut_at: str = ""
    wait_at: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    open: list[asyncio.Transport] = field(default_factory=list)
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _server: Any = None

    def __enter__(self) -> MailServer:
        started = threading.Event()

        async def start() -> None:
            context = self.tls if self.at_once else None
            self._server = await self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=context)
            self.port = self._server.sockets[0].getsockname()[1]
            started.set()

        def work() -> None:
            self._loop.run_until_complete(start())
            self._loop.run_forever()

        self._thread = threading.Thread(target=work, name="smtp", daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        async def stop() -> None:
            self._server.close()
            for transport in self.open:
                with suppress(AttributeError):  # Python 3.11.2 cannot abort a TLS transport that is closed already
                    transport.abort()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0.01)  # aborted transports close their sockets in the loop's next turns

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(10)
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _protocol(self) -> SMTP:
        starttls = self.tls if not self.at_once else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of servers that ask for a password in the clear: so do we
            return self._cutting(starttls)

    def _cutting(self, starttls: ssl.SSLContext | None) -> SMTP:
        return _Cutting(
            self,
            _Keeping(self),
            enable_SMTPUTF8=False,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=self.login is not None,
            auth_require_tls=starttls is not None,
            authenticator=self._authenticate,
            loop=self._loop,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        if not isinstance(data, LoginPassword) or self.login is None:
            return AuthResult(success=False, handled=False)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False)


class _Cutting(SMTP):
    """The server's side of one connection; cuts it where the test wants."""

    def __init__(self, server: MailServer, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._of = server

    def _reached(self, step: str) -> bool:
        self._of.seen.append(step)
        if self._of.cut_at != step:
            return False
        cast(asyncio.Transport, self.transport).abort()
        return True

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._of.open.append(transport)
        self._reached("CONNECT")

    async def _held(self, step: str) -> bool:
        if self._of.wait_at == step:
            await asyncio.sleep(30)
        return self._reached(step)

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._held("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._held("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._held("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._held("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._held("DATA"):
            await super().smtp_DATA(arg)


class _Keeping:
    """What the server does with a mail."""

    def __init__(self, server: MailServer) -> None:
        self._of = server

    async def handle_MAIL(
        self, _server: SMTP, _s: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self._of.answers:
            return self._of.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, _s: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self._of.answers:
            return self._of.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self._of.answers:
            return self._of.answers["DATA"]
        assert server.transport is not None
        encrypted = session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None
        raw = envelope.original_content or b""
        self._of.kept.append(Kept(envelope.mail_from or "", list(envelope.rcpt_tos), raw, encrypted))
        if self._of.wait_at == "DOT":
            await asyncio.sleep(30)
        if self._of.cut_at == "DOT":
            cast(asyncio.Transport, server.transport).abort()
        return "250 kept"


def certificate(folder: Path, name: str = "localhost", days: int = 2) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of its own, and a client's that trusts it."""
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    more = ["-keyout", str(key), "-out", str(cert), "-days", str(days), "-subj", f"/CN={name}"]
    names = [
        "-addext",
        f"subjectAltName=DNS:{name},IP:127.0.0.1" if name == "localhost" else f"subjectAltName=DNS:{name}",
    ]
    subprocess.run([*command, *more, *names], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    client = ssl.create_default_context(cafile=str(cert))
    return server, client
