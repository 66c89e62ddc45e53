"""Our answer as a mail: plain text in the conversation of the mail it answers, with its files.

Message-ID is the delivery's id, so that a second copy is recognised; ``Auto-Submitted: no`` says that a person wrote it
(RFC 3834), X-Loop lets us know it when it comes back. It refuses whatever could bring a second recipient or a line of
its own into the head. Called by `email.connector`.
"""

from __future__ import annotations

import json
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis, clock_time, local, swiss_date, to_datetime
from switchboard_app.sync.connector import Outgoing, PlatformFailure
from switchboard_app.sync.email.header import spared, words_of
from switchboard_app.sync.email.settings import MailboxSettings
from switchboard_app.sync.email.threading import LOOP
from switchboard_app.sync.mail import one_address

MAIL_LIMIT: Final = 25 * 1024 * 1024
"""What most mail servers take, once the files are written in the letters of a mail."""
_MOST_REFERENCES: Final = 20
_QUOTED: Final = 20_000
_ANSWER_SIGNS: Final = ("re", "aw", "sv", "r", "rif", "ref", "tr", "fwd", "fw", "wg", "i")


def compose_reply(outgoing: Outgoing, own: MailboxSettings, now: Millis) -> EmailMessage:
    """The mail of an answer. Raises PlatformFailure, certain, for an address or a size that cannot be sent."""
    answered = _answered(outgoing.answered_raw)
    message = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))
    try:
        message["To"] = one_address(outgoing.recipient)
        mine: Address = one_address(own.sender)
    except ValueError as broken:
        words = tr("The address of this person cannot be used for a mail.")
        raise PlatformFailure(Failure(FailureKind.RECIPIENT, True, words)) from broken
    message["From"] = mine
    message["Subject"] = reply_subject(str(answered.get("subject") or ""))
    message["Message-ID"] = f"<{outgoing.id}@{mine.domain}>"
    message["Date"] = format_datetime(to_datetime(now))
    if own.reply_to:
        message["Reply-To"] = one_address(own.reply_to)
    _thread(message, answered)
    message["Auto-Submitted"] = "no"
    message["X-Loop"] = LOOP
    message.set_content(_text(outgoing, own, answered), cte=None)
    for file in outgoing.files:
        kind, _, more = file.mime.partition("/")
        if not (kind.isalnum() and more) or kind == "multipart":
            kind, more = "application", "octet-stream"
        name = "".join(one for one in file.name if one.isprintable())[:200] or "file"
        message.add_attachment(file.content, maintype=kind, subtype=more, filename=name)
    if sum(len(file.content) for file in outgoing.files) * 4 // 3 > MAIL_LIMIT:
        words = tr("The files are too large for a mail.")
        raise PlatformFailure(Failure(FailureKind.CONTENT, True, words))
    return message


def reply_subject(subject: str) -> str:
    """«Re: …» once, whatever signs of answers stand before it."""
    words = words_of(subject)
    while True:
        sign, colon, rest = words.partition(":")
        if not colon or sign.strip().lower() not in _ANSWER_SIGNS:
            break
        words = rest.strip()
    # an encoded word would be unpacked on the way and could bring a line break with it
    return f"Re: {words[:200] or tr('Your enquiry')}".replace("=?", "= ?")


def _answered(raw: str) -> dict[str, Any]:
    found: object = spared(lambda: json.loads(raw), None) if raw else None
    return found if isinstance(found, dict) else {}


def _thread(message: EmailMessage, answered: dict[str, Any]) -> None:
    """In-Reply-To and References: only ids that are plain, so that no line of a citizen gets into our head."""
    parent = _plain_id(answered.get("message_id"))
    before = answered.get("references")
    known = [one for one in map(_plain_id, before if isinstance(before, list) else []) if one]
    if not parent:
        return
    line = list(dict.fromkeys([*known, parent]))
    message["In-Reply-To"] = f"<{parent}>"
    message["References"] = " ".join(f"<{one}>" for one in [*line[:1], *line[1:][-_MOST_REFERENCES:]])


def _plain_id(one: object) -> str:
    sound = isinstance(one, str) and 0 < len(one) <= 250 and one.isascii() and one.isprintable()
    return one if isinstance(one, str) and sound and not set(one) & set(' <>()"\\,;:') else ""


def _text(outgoing: Outgoing, own: MailboxSettings, answered: dict[str, Any]) -> str:
    if not own.quote or not outgoing.answered_text.strip():
        return outgoing.text
    at = answered.get("written_at")
    when = f"{swiss_date(local(Millis(at)).date())}, {clock_time(Millis(at))}" if isinstance(at, int) else ""
    name = words_of(str(answered.get("name") or answered.get("from") or ""))
    lead = tr("On {time} {name} wrote:").format(time=when, name=name) if when else tr("{name} wrote:").format(name=name)
    quoted = "\n".join(f"> {line}".rstrip() for line in outgoing.answered_text[:_QUOTED].splitlines())
    return f"{outgoing.text}\n\n{lead}\n{quoted}\n"
