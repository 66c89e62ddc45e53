"""What went wrong with a mailbox, in words that say which server and why, and never a name, an address or a password.

Called by `email.connector`.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from dataclasses import replace

from imap_tools.errors import MailboxLoginError, UnexpectedCommandStatusError

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.language import tr
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.email.imap import NotProtected


def reading_failed(problem: BaseException, now: Millis) -> PlatformFailure:
    """The failure of reading the mailbox; nothing is sent by reading, so it is certain."""
    again = Millis(now + MINUTE)
    if isinstance(problem, MailboxLoginError):
        if _is_temporary(problem):
            words = tr("The mailbox's server does not let anybody in just now.")
            return PlatformFailure(Failure(FailureKind.SERVER, True, words, again), Health.UNREACHABLE, words)
        words = tr("The mailbox's server refused user or password.")
        return PlatformFailure(Failure(FailureKind.AUTH, True, words), Health.NEEDS_SIGN_IN, words)
    if isinstance(problem, NotProtected):
        words = tr("A mailbox without encryption is only read on this machine.")
        return PlatformFailure(Failure(FailureKind.PERMISSION, True, words), Health.NEEDS_SIGN_IN, words)
    if is_about_trust(problem):
        words = tr("The certificate of the mailbox's server is not trusted, or it offers no encryption.")
        return PlatformFailure(Failure(FailureKind.NETWORK, True, words, again), Health.UNREACHABLE, words)
    if isinstance(problem, socket.gaierror):
        words = tr("There is no server of the name given for the mailbox.")
        return PlatformFailure(Failure(FailureKind.NETWORK, True, words, again), Health.UNREACHABLE, words)
    if isinstance(problem, UnexpectedCommandStatusError):
        words = tr("The mailbox's server refuses a folder: check the options «folders» and «sent_folder».")
        return PlatformFailure(Failure(FailureKind.PERMISSION, True, words, again), Health.PERMISSION_MISSING, words)
    if isinstance(problem, TimeoutError):
        words = tr("The mailbox's server does not answer in time.")
        return PlatformFailure(Failure(FailureKind.TIMEOUT, True, words, again), Health.UNREACHABLE, words)
    if isinstance(problem, (OSError, imaplib.IMAP4.abort)):
        words = tr("The mailbox's server cannot be reached, or the connection broke.")
        return PlatformFailure(Failure(FailureKind.NETWORK, True, words, again), Health.UNREACHABLE, words)
    words = tr("The mailbox's server answers in a form that this version does not understand.")
    return PlatformFailure(Failure(FailureKind.MALFORMED, True, words, again), Health.MALFORMED, words)


def sending_failed(failure: PlatformFailure, now: Millis) -> PlatformFailure:
    """A failure of `sync.mail`, with when to try again and how the account is then."""
    told = failure.failure
    transient = told.kind in (FailureKind.NETWORK, FailureKind.SERVER, FailureKind.TIMEOUT)
    if told.kind is FailureKind.RECIPIENT:  # `sync.mail` speaks of offices
        told = replace(told, text=tr("The mail server refused this person's address."))
    if told.certain and transient and told.retry_at is None:
        told = replace(told, retry_at=Millis(now + MINUTE))
    healths = {FailureKind.AUTH: Health.NEEDS_SIGN_IN, FailureKind.PERMISSION: Health.PERMISSION_MISSING}
    health = Health.UNREACHABLE if transient else healths.get(told.kind)
    return PlatformFailure(told, failure.health or health, failure.health_detail)


def is_about_trust(problem: BaseException | None) -> bool:
    """Whether TLS is the reason."""
    while problem is not None:
        if isinstance(problem, ssl.SSLError) or "STARTTLS" in str(problem) or "TLS not supported" in str(problem):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def _is_temporary(refusal: MailboxLoginError) -> bool:
    """Whether the server says that it is its own trouble (RFC 5530)."""
    told = str(refusal).upper()
    return any(code in told for code in ("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "[LIMIT]"))
