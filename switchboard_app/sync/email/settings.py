"""The options of a connected mailbox, read once: where to read, where to send, who we are.

Options of an account are texts that IT set (``account add email --option imap_host=…``); what they lack or mean wrongly
is said in words by ``account check``. The password is the secret. Called by `email.connector`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.language import tr
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.email.header import plain_address
from switchboard_app.sync.email.imap import MailBoxServer
from switchboard_app.sync.mail import MailServer, one_address

_PORTS: Final = {("imap", "tls"): 993, ("imap", "starttls"): 143, ("smtp", "tls"): 465, ("smtp", "starttls"): 587}
_DAYS: Final = 30
_TYPED: Final = ("address", "imap_host", "smtp_host", "user")
"""What the window's sheet asks for together with the password, and keeps beside it."""


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """What the options say. `forms` are senders of web forms, whose Reply-To names the citizen."""

    address: str
    sender: str
    imap: MailBoxServer
    smtp: MailServer
    folders: tuple[str, ...]
    sent_folder: str
    days: int
    quote: bool
    lay_aside: bool
    reply_to: str
    forms: frozenset[str]


def settings_of(given: Mapping[str, str], secret: Mapping[str, str]) -> MailboxSettings:
    """The settings; raises PlatformFailure (certain) that says which option is missing or wrong."""
    options = {name: secret[name] for name in _TYPED if secret.get(name)} | dict(given)
    address = plain_address(options.get("address", ""))
    if not address:
        raise _wrong(tr("The option «address» must name the mailbox, for example telefonzentrale@example.ch."))
    user = options.get("user", "") or address
    name = options.get("sender_name", "").strip()
    sender = f"{name} <{address}>" if name else address
    try:
        one_address(sender)
        reply_to = options.get("reply_to", "")
        if reply_to:
            one_address(reply_to)
    except ValueError as broken:
        raise _wrong(tr("The name or an address of the mailbox cannot be written into a mail.")) from broken
    imap = MailBoxServer(*_server(options, "imap"), user)
    host, port, security = _server(options, "smtp")
    days = options.get("days", "")
    return MailboxSettings(
        address=address,
        sender=sender,
        imap=imap,
        smtp=MailServer(host, port, security, sender, options.get("smtp_user", user)),
        folders=tuple(one.strip() for one in options.get("folders", "INBOX").split(",") if one.strip()) or ("INBOX",),
        sent_folder=options.get("sent_folder", ""),
        days=int(days) if days.isdecimal() and 0 < len(days) < 5 else _DAYS,
        quote=options.get("quote", "") == "yes",
        lay_aside=options.get("keep_sent", "") == "yes",
        reply_to=reply_to,
        forms=frozenset(filter(None, map(plain_address, options.get("form_senders", "").split(",")))),
    )


def _server(options: Mapping[str, str], kind: str) -> tuple[str, int, str]:
    host = options.get(f"{kind}_host", "").strip()
    if not host:
        raise _wrong(tr("The option «{option}» is missing: the name of the server.").format(option=f"{kind}_host"))
    security = options.get(f"{kind}_security", "tls")
    if security not in ("tls", "starttls", "none"):
        words = tr("The option «{option}» is tls, starttls or none (this machine only).")
        raise _wrong(words.format(option=f"{kind}_security"))
    port = options.get(f"{kind}_port", "") or str(_PORTS.get((kind, security), 0))
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise _wrong(tr("The option «{option}» is the number of a port.").format(option=f"{kind}_port"))
    return host, int(port), security


def _wrong(words: str) -> PlatformFailure:
    return PlatformFailure(Failure(FailureKind.PERMISSION, True, words), Health.NEEDS_SIGN_IN, words)
