"""Mail to the offices: a forwarding's summary as a plain-text message with its reference, by SMTP with TLS.

Message-ID is the delivery's id, so that a second copy is recognised. What fails before the text was handed to the
connection is certain (nothing was taken); what fails after it may have arrived. Refuses to send without TLS except to
this machine, and to build a mail from an address that could name a second recipient or a second header.
Called by `sync.engine`; `app` asks it whether the server takes our sign-in.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from email import policy
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Protocol, cast

import aiosmtplib

from switchboard_app.log import logger
from switchboard_app.model import sending
from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import OutboxId
from switchboard_app.model.language import tr
from switchboard_app.model.times import MINUTE, Millis, to_datetime
from switchboard_app.store import outbox
from switchboard_app.store.database import Store
from switchboard_app.store.outbox import Taken
from switchboard_app.store.station_clock import wall_clock
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.permit import Permit, TooLate
from switchboard_app.sync.sender import Sends, count, held_up, shielded
from switchboard_app.sync.wire import system_trust

TIMEOUT_SECONDS = 15.0
"""For one answer of the server."""
DEADLINE_SECONDS = (sending.MAILS.write_within + sending.MAILS.deadline) / 1000
"""For a whole mail; it ends before its permit does."""
FAREWELL_SECONDS = 2.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class Post(Protocol):
    """Whoever takes a mail: an SMTP server, or training's post box."""

    async def send(self, message: EmailMessage, permit: Permit | None = None) -> None:
        """Hand the mail over; the text is not begun unless `permit` holds. Raises PlatformFailure."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails to the offices go. `security` is starttls, tls, or none (this machine only)."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""


class SmtpPost:
    """Mails by SMTP; one connection a mail, because a switchboard sends a few an hour."""

    def __init__(
        self,
        server: MailServer,
        password: Callable[[], Awaitable[str | None]],
        tls: ssl.SSLContext | None = None,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self._server = server
        self._password = password
        self._tls = tls
        self._deadline = deadline

    async def send(self, message: EmailMessage, permit: Permit | None = None) -> None:
        """Hand the mail to the server; raises PlatformFailure with the certainty of its step."""
        sender, recipient = address_of(message["From"]), address_of(message["To"])
        raw = message.as_bytes(policy=policy.SMTP)
        handed = _Handed(permit)
        client: aiosmtplib.SMTP | None = None
        try:
            async with asyncio.timeout(self._deadline):
                client = await self._opened()
                await _envelope(client, sender, recipient)
                await handed.over(client, raw)
            await _farewell(client)
        except TooLate as late:
            raise held_up(wall_clock()) from late
        except (aiosmtplib.SMTPException, OSError) as broken:  # a TimeoutError is an OSError
            raise handed.meaning(broken) from broken
        finally:
            if client is not None and client.transport is not None and not handed.taken:
                with contextlib.suppress(AttributeError):  # Python 3.11.2 fails on a TLS transport that was let go
                    cast(asyncio.WriteTransport, client.transport).abort()  # what lies in our buffers never leaves
            if client is not None:
                client.close()

    async def check(self) -> None:
        """Connect and sign in, and send nothing. Raises PlatformFailure."""
        try:
            async with asyncio.timeout(self._deadline):
                client = await self._opened()
                await _farewell(client)
                client.close()
        except (aiosmtplib.SMTPException, OSError) as broken:
            raise _Handed().meaning(broken) from broken

    async def _opened(self) -> aiosmtplib.SMTP:
        """A connection that is protected and signed in."""
        if self._server.security == "none" and self._server.host not in _LOOPBACK:
            raise _certain(FailureKind.PERMISSION, tr("Mail without encryption is only sent on this machine."))
        password = await self._secret() if self._server.user else None
        client = aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            use_tls=self._server.security == "tls",
            start_tls=self._server.security == "starttls",
            tls_context=(self._tls or system_trust()) if self._server.security != "none" else None,
            timeout=TIMEOUT_SECONDS,
        )
        try:
            await client.connect()
            if password is not None:
                await client.login(self._server.user, password)
        except aiosmtplib.SMTPAuthenticationError as refusal:
            client.close()
            if refusal.code < 500:
                raise
            raise _certain(FailureKind.AUTH, tr("The mail server refused the sign-in.")) from refusal
        except BaseException:
            client.close()
            raise
        return client

    async def _secret(self) -> str:
        try:
            password = await self._password()
        except UserError as problem:
            raise _certain(FailureKind.AUTH, problem.message) from problem
        if password is None:
            words = tr("The password of the mail account is not in the keyring. Enter it: switchboard mail password.")
            raise _certain(FailureKind.AUTH, words)
        return password


async def _farewell(client: aiosmtplib.SMTP) -> None:
    """Say QUIT; the mail was taken, whatever becomes of it."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        async with asyncio.timeout(FAREWELL_SECONDS):
            await client.quit()


async def _envelope(client: aiosmtplib.SMTP, sender: str, recipient: str) -> None:
    """From whom and to whom; each refusal has its own meaning."""
    try:
        await client.mail(sender)
    except aiosmtplib.SMTPSenderRefused as refusal:
        if refusal.code < 500:
            raise
        words = tr("The mail server does not let {sender} send ({code}).").format(sender=sender, code=refusal.code)
        raise _certain(FailureKind.PERMISSION, words) from refusal
    try:
        await client.rcpt(recipient)
    except aiosmtplib.SMTPRecipientRefused as refusal:
        if refusal.code < 500:  # greylisting: the same mail is taken in a few minutes
            raise
        words = tr("The mail server refused the address of the office ({code}).").format(code=refusal.code)
        raise _certain(FailureKind.RECIPIENT, words) from refusal


class _Handed:
    """How far one mail got: the answer to what a broken connection means."""

    def __init__(self, permit: Permit | None = None) -> None:
        self._permit = permit
        self._begun = False
        self.taken = False
        """Whether the server said that it has the mail."""
        self._written: list[bytes] = []

    async def over(self, client: aiosmtplib.SMTP, raw: bytes) -> None:
        """Hand over the text. It counts as handed over unless it was seen that only the command was written."""
        protocol = client.protocol
        assert protocol is not None  # it is connected
        write = protocol.write

        def seen(data: bytes) -> None:
            if self._permit is not None and data[:6] != b"DATA\r\n":
                self._permit.check()
            self._written.append(data[:6])
            write(data)

        protocol.write = seen  # type: ignore[method-assign]  # to see what the library writes, and when
        self._begun = True
        await client.data(raw)
        self.taken = True

    @property
    def nothing_left(self) -> bool:
        """Whether it is sure that the server did not get the end of the text."""
        return not self._begun or self._written == [b"DATA\r\n"]

    def meaning(self, problem: Exception) -> PlatformFailure:
        """What went wrong, in words, and whether it is certain that nothing was taken."""
        if isinstance(problem, aiosmtplib.SMTPResponseException) and problem.code >= 400:
            if problem.code < 500:
                words = tr("The mail server asks to try again later ({code}).").format(code=problem.code)
                return _certain(FailureKind.SERVER, words)
            if not self._begun:
                words = tr("The mail server refuses the connection ({code}).").format(code=problem.code)
                return _certain(FailureKind.NETWORK, words)
            words = tr("The mail server refused the mail ({code}).").format(code=problem.code)
            return _certain(FailureKind.CONTENT, words)
        if not self.nothing_left:
            words = tr("The connection to the mail server broke while the mail was handed over.")
            return PlatformFailure(Failure(FailureKind.NETWORK, False, words))
        if _is_about_trust(problem):
            words = tr("The mail server's certificate is not trusted, or it offers no encryption.")
            return _certain(FailureKind.NETWORK, words)
        return _certain(FailureKind.NETWORK, tr("The mail server cannot be reached."))


def _is_about_trust(problem: BaseException | None) -> bool:
    while problem is not None:
        if isinstance(problem, ssl.SSLError) or "STARTTLS" in str(problem):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def _certain(kind: FailureKind, words: str) -> PlatformFailure:
    """A failure after which it is sure that the server took nothing."""
    return PlatformFailure(Failure(kind, True, words))


# -- the mail itself ---------------------------------------------------------------------------------------------------


def one_address(text: str) -> Address:
    """The one address in a text such as ``Amt <amt@example.ch>``. Raises ValueError for none, several or a broken one.

    A name in the domain is written as the network wants it (IDNA).
    """
    if not text.isprintable():
        raise ValueError("a control character in an address")
    header: Any = policy.SMTP.header_factory("to", text)
    if header.defects or len(header.addresses) != 1 or any(group.display_name for group in header.groups):
        raise ValueError("not one address")
    found = header.addresses[0]
    domain = found.domain.encode("idna").decode("ascii") if found.domain else ""
    plain = f"{found.username}@{domain}"
    if _PLAIN_ADDRESS.fullmatch(plain) is None or len(plain) > 254:
        raise ValueError("not a plain address")
    return Address(found.display_name, found.username, domain)


def address_of(header: AddressHeader) -> str:
    """The bare address of a header that `compose` made."""
    return str(header.addresses[0].addr_spec)


def compose(taken: Taken, sender: str, now: Millis) -> EmailMessage:
    """The mail of a forwarding: plain text, the reference at the end of its subject, no personal data in headers.

    Raises PlatformFailure, certain, when sender or recipient cannot be written into a mail.
    """
    message = EmailMessage()
    try:
        mine = one_address(sender)
    except ValueError as broken:
        words = tr("The sender's address in the settings cannot be used.")
        raise _certain(FailureKind.PERMISSION, words) from broken
    try:
        message["To"] = one_address(taken.recipient)
    except ValueError as broken:
        raise _certain(FailureKind.RECIPIENT, tr("The address of the office cannot be used.")) from broken
    message["From"] = mine
    # an encoded word in a topic would be unpacked on the way and could bring a line break with it
    message["Subject"] = " ".join(taken.payload["subject"].split()).replace("=?", "= ?")
    message["Message-ID"] = f"<{taken.id}@{mine.domain}>"
    message["Date"] = format_datetime(to_datetime(now))
    message["X-Auto-Response-Suppress"] = "OOF"
    body = tr(
        "{summary}\n\n--\nPlease answer this mail and leave the reference in the subject:\n"
        "taken (until when), not responsible (who would be), or answered (what to tell the citizen)."
    ).format(summary=taken.payload["text"])
    message.set_content(body, charset="utf-8", cte="quoted-printable")
    return message


async def send_mails(store: Store, post: Post | None, sender: str) -> Sends:
    """Send all mails that are due; without a mail server they wait and the outbox says so."""
    done = Sends()
    if post is None:
        return done
    for wanted in await store.ask(outbox.due, None, "mail"):
        state, problem = await shielded(_take_and_send(store, post, sender, wanted))
        count(done, state)
        if problem in _OF_THE_SERVER:
            break
    return done


_OF_THE_SERVER = (FailureKind.NETWORK, FailureKind.AUTH, FailureKind.PERMISSION)
"""What would befall the next mail as well."""


async def _take_and_send(
    store: Store, post: Post, sender: str, wanted: OutboxId
) -> tuple[DeliveryState | None, FailureKind | None]:
    """What one mail came to, and which failure it met; nothing when another sender was faster."""
    permit = Permit(store.moment)  # begun before the row is taken
    taken = await store.run(outbox.take, wanted)
    if taken is None:
        return None, None
    permit = permit.under_terms(taken.terms)
    try:
        if not permit.holds:
            raise held_up(store.now())
        await post.send(compose(taken, sender, store.now()), permit)
    except PlatformFailure as failure:
        known = failure.failure
        if known.certain and known.kind in (FailureKind.NETWORK, FailureKind.SERVER):
            known = replace(known, retry_at=Millis(store.now() + MINUTE))
        logger("sync").info("mail %s: %s, certain=%s", taken.id, known.kind, known.certain)
        return await store.run(outbox.record_failure, taken, known), known.kind
    await store.run(outbox.record_sent, taken, ())
    return DeliveryState.SENT, None
