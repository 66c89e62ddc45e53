"""A mail in our words: who wrote to whom in which conversation, its text, its files, and what its head tells.

Called by `email.connector` for mails of the server, and by training's mailbox for invented ones: mails are understood
in one place. It refuses to open files and to believe that a mail in the inbox is ours because it says so: ours is what
lies in the folder of sent mails.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote, unquote

from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.remote import (
    Letter,
    RemoteAttachment,
    RemoteMessage,
    RemotePerson,
    RemoteThread,
)
from switchboard_app.model.times import Millis
from switchboard_app.sync.email.header import Correspondent
from switchboard_app.sync.email.mime import NOBODY, Mail, MailFile
from switchboard_app.sync.email.threading import automatic_of, digest_of, id_of, thread_of

_HEAD_KEPT = 16_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies: `validity` and `uid` name it on the server as long as the folder is the same."""

    folder: str
    validity: int
    uid: int
    at: Millis
    """When the server took it: the mail's own time is what its sender's clock said."""
    sent: bool = False
    """In the folder of sent mails."""
    cut: bool = False
    """Larger than what is read: only its beginning was."""

    def address(self, file: int) -> str:
        """How `fetch` finds a file of it again."""
        return f"imap:{quote(self.folder, safe='')};{self.validity};{self.uid};{file}"


def place_in(address: str) -> tuple[str, int, int, int] | None:
    """Folder, validity, uid and file of such an address; None for any other."""
    scheme, _, rest = address.partition(":")
    steps = rest.split(";")
    if scheme != "imap" or len(steps) != 4 or not all(step.isdecimal() and len(step) < 12 for step in steps[1:]):
        return None
    return unquote(steps[0]), int(steps[1]), int(steps[2]), int(steps[3])


def message_of(mail: Mail, place: Place, own: str, forms: frozenset[str] = frozenset()) -> RemoteMessage:
    """One mail. `forms` are senders of web forms, whose Reply-To names the citizen."""
    other = _other(mail, place, own, forms)
    words = "" if other.address else tr("A mail without an address to answer to.")
    report = mail.undelivered
    final = report is not None and report.final
    return RemoteMessage(
        platform_id=id_of(mail),
        thread=thread_of(mail, other.address),
        sender=RemotePerson(PlatformId(own)) if place.sent else _person(other),
        ours=place.sent,
        text=mail.text,
        at=place.at,
        attachments=tuple(_file(one, place) for one in mail.files),
        raw=_raw(mail, place),
        unreadable=words,
        letter=Letter(
            subject=mail.subject,
            answers=tuple(PlatformId(one) for one in mail.answers),
            automatic=None if place.sent else automatic_of(mail, own),
            digest=digest_of(mail),
            failed=tuple(PlatformId(one) for one in report.ids) if report is not None and final else (),
            failure=report.words if report is not None and final else "",
        ),
    )


def conversation_of(message: RemoteMessage, mail: Mail, place: Place, own: str, forms: frozenset[str]) -> RemoteThread:
    """The conversation of a readable mail."""
    return RemoteThread(message.thread, _person(_other(mail, place, own, forms)))


def _other(mail: Mail, place: Place, own: str, forms: frozenset[str]) -> Correspondent:
    """The other person: an address; what it calls itself proves nothing."""
    if place.sent:
        return next((one for one in mail.to if one.address != own), NOBODY)
    if mail.sender.address in forms and mail.reply_to.address:
        return mail.reply_to
    return mail.sender


def _person(one: Correspondent) -> RemotePerson:
    return RemotePerson(PlatformId(one.address), one.name or one.address)


def _file(one: MailFile, place: Place) -> RemoteAttachment:
    words = tr("The mail is too large to be fetched; open it in the mailbox.") if place.cut else ""
    where = "" if place.cut else place.address(one.place)
    return RemoteAttachment(PlatformId(str(one.place)), one.name, one.mime, len(one.content), where, words)


def _raw(mail: Mail, place: Place) -> str:
    """What an answer must know of it later, and its head as it came."""
    kept = {
        "message_id": mail.id,
        "references": list(reversed(mail.answers)),
        "subject": mail.subject,
        "from": mail.sender.address,
        "name": mail.sender.name,
        "reply_to": mail.reply_to.address,
        "written_at": mail.written_at,
        "digest": digest_of(mail),
        "folder": place.folder,
        "uidvalidity": place.validity,
        "uid": place.uid,
        "head": mail.head[:_HEAD_KEPT].decode("utf-8", "backslashreplace"),
    }
    return json.dumps(kept, ensure_ascii=False)
