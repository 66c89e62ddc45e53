"""Which conversation a mail belongs to, and whether a machine wrote it: rules over what its head says.

What it is for: `thread_of` names the conversation a mail points at by itself; the store joins it with what it knows
(`store.letters`). `automatic_of` recognises absence notices, lists, reports and our own mails that came back. What it
refuses to do: believing a display name, or letting a mail join another person's conversation because it names one of
its ids: a conversation has one address. Called by `email.translate`.
"""

from __future__ import annotations

import hashlib
from typing import Final

from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Automatic
from switchboard_app.sync.email.mime import Mail

_BULK: Final = ("bulk", "list", "junk")
_DAEMONS: Final = ("mailer-daemon@", "postmaster@")
LOOP: Final = "switchboard"
"""What we write into X-Loop; a mail that brings it back has gone in a circle."""


def id_of(mail: Mail) -> PlatformId:
    """The mail's own id; made from its head where it has none."""
    return PlatformId(mail.id or f"?{digest_of(mail)}")


def digest_of(mail: Mail) -> str:
    """Tells mails apart that carry one id: some scanners and scripts give all of theirs the same."""
    told = "\0".join((mail.id, *(mail.lines.get(name, "") for name in ("from", "date", "subject"))))
    if not mail.id:
        told += mail.head.decode("latin-1")
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def thread_of(mail: Mail, person: str) -> PlatformId:
    """The conversation with one person: the first mail it refers to, or the mail itself."""
    root = mail.answers[-1] if mail.answers else id_of(mail)
    return PlatformId(f"{root}|{person}")


def root_of(thread: PlatformId) -> str:
    """The id of the mail a conversation began with."""
    return thread.rpartition("|")[0]


def automatic_of(mail: Mail, own: str) -> Automatic | None:
    """What kind of machine wrote it; None for a person.

    RFC 3834 (Auto-Submitted), RFC 2919 (List-Id), RFC 3464 (reports), and what programs before them write.
    """
    if mail.undelivered is not None:
        return Automatic.FAILURE
    lines = {name: line.lower().strip() for name, line in mail.lines.items()}
    if "multipart/report" in lines.get("content-type", ""):
        return Automatic.REPLY  # a receipt
    if lines.get("auto-submitted", "no").partition(";")[0].strip() not in ("no", ""):
        return Automatic.REPLY
    if any(name in lines for name in ("x-autoreply", "x-autorespond", "x-auto-reply-from")):
        return Automatic.REPLY
    precedence = lines.get("precedence", "")
    if precedence == "auto_reply" or lines.get("return-path", "?") == "<>" or mail.sender.address.startswith(_DAEMONS):
        return Automatic.REPLY
    if _came_back(mail, lines, own):
        return Automatic.REPLY
    if precedence in _BULK or "list-id" in lines or "feedback-id" in lines:
        return Automatic.BULK
    if "all" in lines.get("x-auto-response-suppress", "").replace(",", " ").split():
        return Automatic.REPLY  # who wants no machine's answer to anything is one
    return None


def _came_back(mail: Mail, lines: dict[str, str], own: str) -> bool:
    """Whether it is a mail of ours that a forwarding rule or a list brought back."""
    if lines.get("x-loop", "") == LOOP:
        return True
    return bool(own) and mail.sender.address == own and is_ours(mail.id, own)


def is_ours(message_id: str, own: str) -> bool:
    """Whether an id has the form of ours: the delivery's id, a UUID, at the domain of the mailbox."""
    name, _, domain = message_id.partition("@")
    return len(name) == 36 and name.count("-") == 4 and domain == own.partition("@")[2]
