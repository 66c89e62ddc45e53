"""Mail to the offices: a forwarding's summary as a plain-text message with its reference, by SMTP with TLS.

Message-ID is the delivery's id, so that a second copy is recognised. The connection lost before the final dot is
certain (nothing was taken); lost after it, the mail may have arrived. Refuses to send without TLS except to this
machine.
Called by `sync.engine`.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

import aiosmtplib

from switchboard_app.log import logger
from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind
from switchboard_app.model.language import tr
from switchboard_app.model.times import MINUTE, Millis, to_datetime
from switchboard_app.store import outbox
from switchboard_app.store.database import Store
from switchboard_app.store.outbox import Taken
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.sender import Sends, count, shielded

TIMEOUT_SECONDS = 20.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Post(Protocol):
    """Whoever takes a mail: an SMTP server, or training's post box."""

    async def send(self, message: EmailMessage) -> None:
        """Hand the mail over. Raises PlatformFailure."""


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
    ) -> None:
        self._server = server
        self._password = password
        self._tls = tls

    async def send(self, message: EmailMessage) -> None:
        """Hand the mail to the server; raises PlatformFailure with the certainty of its step."""
        if self._server.security == "none" and self._server.host not in _LOOPBACK:
            raise _failure(FailureKind.PERMISSION, tr("Mail without encryption is only sent on this machine."))
        client = aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            use_tls=self._server.security == "tls",
            start_tls=self._server.security == "starttls",
            tls_context=self._tls or ssl.create_default_context(),
            timeout=TIMEOUT_SECONDS,
        )
        await self._open(client)
        try:
            await client.send_message(message, sender=self._server.sender)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPSenderRefused) as refusal:
            raise _failure(FailureKind.RECIPIENT, tr("The mail server refused the address of the office.")) from refusal
        except aiosmtplib.SMTPResponseException as refusal:
            raise _refused(refusal) from refusal
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as broken:
            words = tr("The connection to the mail server broke while the mail was handed over.")
            raise PlatformFailure(Failure(FailureKind.NETWORK, False, words)) from broken
        finally:
            client.close()

    async def _open(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.connect()
            if self._server.user:
                password = await self._password()
                if password is None:
                    raise _failure(FailureKind.AUTH, tr("The password of the mail account is not in the keyring."))
                await client.login(self._server.user, password)
        except aiosmtplib.SMTPAuthenticationError as refusal:
            client.close()
            raise _failure(FailureKind.AUTH, tr("The mail server refused the sign-in.")) from refusal
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as broken:
            client.close()
            raise _failure(FailureKind.NETWORK, tr("The mail server cannot be reached.")) from broken


def _failure(kind: FailureKind, words: str) -> PlatformFailure:
    """A failure before the final dot: nothing was taken."""
    return PlatformFailure(Failure(kind, True, words))


def _refused(refusal: aiosmtplib.SMTPResponseException) -> PlatformFailure:
    """An answer of the server: 4xx is worth another try, 5xx is final. Both are certain."""
    if 400 <= refusal.code < 500:
        words = tr("The mail server asks to try again later ({code}).").format(code=refusal.code)
        return PlatformFailure(Failure(FailureKind.SERVER, True, words, retry_at=Millis(1)))
    words = tr("The mail server refused the mail ({code}).").format(code=refusal.code)
    return _failure(FailureKind.CONTENT, words)


def compose(taken: Taken, sender: str, now: Millis) -> EmailMessage:
    """The mail of a forwarding: plain text, the reference at the end of its subject, no personal data in headers."""
    message = EmailMessage()
    domain = sender.rpartition("@")[2] or "switchboard.invalid"
    message["From"] = sender
    message["To"] = taken.recipient
    message["Subject"] = " ".join(taken.payload["subject"].split())
    message["Message-ID"] = f"<{taken.id}@{domain}>"
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
        taken = await store.run(outbox.take, wanted)
        if taken is not None:
            count(done, await shielded(_send_one(store, post, sender, taken)))
    return done


async def _send_one(store: Store, post: Post, sender: str, taken: Taken) -> DeliveryState | None:
    try:
        await post.send(compose(taken, sender, store.now()))
    except PlatformFailure as failure:
        known = failure.failure
        if known.certain and known.kind in (FailureKind.NETWORK, FailureKind.SERVER):
            known = Failure(known.kind, True, known.text, retry_at=Millis(store.now() + MINUTE))
        logger("sync").info("mail %s: %s, certain=%s", taken.id, known.kind, known.certain)
        return await store.run(outbox.record_failure, taken, known)
    await store.run(outbox.record_sent, taken, ())
    return DeliveryState.SENT
