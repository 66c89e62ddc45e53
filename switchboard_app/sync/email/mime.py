"""One mail as bytes becomes words and files. The one place that reads MIME: for citizens, offices and bounces alike.

What it is for: `read_mail` gives the text (plain where there is one, else the words of its HTML), every other part as a
file that is kept and not interpreted (pictures within the text, nested mails, calendars, signatures, encrypted parts,
``winmail.dat``), and what the head says. What it refuses to do: following an address, unpacking an archive, showing
markup, or failing: a mail that is built to harm (nested a thousand times, ten thousand parts) comes out whole as one
file beside its head. Called by `email.translate`, for a mailbox and for training alike.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32
from typing import Final, cast

from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.sync.email.header import (
    Correspondent,
    correspondents_of,
    ids_of,
    line_of,
    spared,
    text_of_bytes,
    time_of,
    words_of,
)
from switchboard_app.sync.html_text import text_of_html

LONGEST_TEXT: Final = 1_000_000
_HEAD: Final = 512 * 1024
_MOST_BRANCHES: Final = 60
"""Parts that hold parts; a mail forwarded thirty times as an attachment is still read."""
_MOST_PARTS: Final = 1000
_BRANCH: Final = re.compile(rb"content-type:\s*(?:multipart|message)/", re.IGNORECASE)
_PART: Final = re.compile(rb"(?:^|\n)content-[a-z-]{1,30}:", re.IGNORECASE)
_LINE_END: Final = re.compile(rb"\n(?![ \t])")
_LONGEST_PART_LINE: Final = 8192
_BOUNDARY: Final = re.compile(rb"\n--")
_WHOLE: Final = "message.eml"
_NAMES: Final = {
    "text/calendar": "invitation.ics",
    "message/rfc822": _WHOLE,
    "application/ms-tnef": "winmail.dat",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "version.asc",
}


@dataclass(frozen=True, slots=True)
class MailFile:
    """A part that is kept as a file; `place` is its number within the mail, the same at each reading."""

    place: int
    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What a report says about a mail of ours: whether it is final, the server's words, which mail."""

    final: bool
    words: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. `lines` are the head lines that tell machines from people, in lower case."""

    id: str
    sender: Correspondent
    reply_to: Correspondent
    to: tuple[Correspondent, ...]
    subject: str
    written_at: Millis | None
    answers: tuple[str, ...]
    lines: dict[str, str]
    head: bytes = field(repr=False)
    text: str = ""
    files: tuple[MailFile, ...] = ()
    undelivered: Undelivered | None = None


_TELLING: Final = (
    "auto-submitted", "precedence", "x-auto-response-suppress", "list-id", "list-unsubscribe", "return-path", "x-loop",
    "x-autoreply", "x-autorespond", "x-auto-reply-from", "feedback-id", "content-type", "subject", "from", "date",
)  # fmt: skip
NOBODY: Final = Correspondent()


def read_mail(raw: bytes) -> Mail:
    """What a mail says. Never raises for what stands in it."""
    end = re.search(rb"\r?\n\r?\n", raw[: _HEAD + 4])
    head = raw[: end.start() if end else min(len(raw), _HEAD)]
    top = spared(lambda: BytesHeaderParser(policy=compat32).parsebytes(head + b"\n\n"), Message())
    senders = correspondents_of(line_of(top, "from")) or correspondents_of(line_of(top, "sender"))
    near, far = ids_of(line_of(top, "in-reply-to")), ids_of(line_of(top, "references"))
    text, files, report = _body(raw, top)
    return Mail(
        id=next(iter(ids_of(line_of(top, "message-id"))), ""),
        sender=senders[0] if senders else NOBODY,
        reply_to=next(iter(correspondents_of(line_of(top, "reply-to"))), NOBODY),
        to=correspondents_of(line_of(top, "to")) + correspondents_of(line_of(top, "cc")),
        subject=words_of(line_of(top, "subject")),
        written_at=time_of(line_of(top, "date")),
        answers=tuple(dict.fromkeys((*near, *reversed(far)))),
        lines={name: line_of(top, name) for name in _TELLING if top.get(name) is not None},
        head=head,
        text=text,
        files=files,
        undelivered=report,
    )


def _body(raw: bytes, top: Message) -> tuple[str, tuple[MailFile, ...], Undelivered | None]:
    """Text, files, and what a report says."""
    if _is_monstrous(raw):
        return "", (MailFile(0, _WHOLE, "message/rfc822", raw),), None
    message = spared(lambda: BytesParser(policy=compat32).parsebytes(raw), None)
    if message is None:
        return "", (MailFile(0, _WHOLE, "message/rfc822", raw),), None
    texts: list[str] = []
    files: list[MailFile] = []
    leaves = list(_leaves(message))
    if len(leaves) > _MOST_PARTS:
        return "", (MailFile(0, _WHOLE, "message/rfc822", raw),), None
    for place, (part, as_text) in enumerate(leaves):
        if as_text:
            texts.append(_text_of(part))
        elif (file := _file_of(part, place)) is not None:
            files.append(file)
    text = "\n\n".join(one for one in texts if one.strip())
    if len(text) > LONGEST_TEXT:
        files.append(MailFile(_MOST_PARTS, "message.txt", "text/plain", text.encode("utf-8", "replace")))
        text = text[:LONGEST_TEXT]
    return text, tuple(files), _report(message, top)


def _is_monstrous(raw: bytes) -> bool:
    """Whether reading its parts would take more than a mail is worth: counted in bytes, before anything is built."""
    if len(raw) > _HEAD and not re.search(rb"\r?\n\r?\n", raw[: _HEAD + 4]):
        return True
    branches = sum(1 for _ in _BRANCH.finditer(raw))
    if branches > _MOST_BRANCHES or (branches and sum(1 for _ in _BOUNDARY.finditer(raw)) > 200 * _MOST_PARTS):
        return True
    for count, line in enumerate(_PART.finditer(raw)):
        end = _LINE_END.search(raw, line.end(), line.end() + _LONGEST_PART_LINE)
        if count > 4 * _MOST_PARTS or (end is None and len(raw) - line.end() > _LONGEST_PART_LINE):
            return True
    return False


def _leaves(message: Message) -> Iterator[tuple[Message, bool]]:
    """The parts that hold no others, in their order, and whether each is text to be read. A nested mail is a leaf."""
    waiting: list[tuple[Message, bool]] = [(message, True)]
    given = 0
    while waiting and given <= _MOST_PARTS:
        part, readable = waiting.pop()
        children = _children(part)
        if children:
            shown = _shown_of(part.get_content_type(), children) if readable else set()
            waiting += [(child, number in shown) for number, child in reversed(list(enumerate(children)))]
            if part.get_content_type() == "multipart/alternative" and readable:
                waiting = [one for one in waiting if one[1] or not _is_other_wording(one[0], children)]
            continue
        given += 1
        yield part, readable and _is_text(part)


def _children(part: Message) -> list[Message]:
    if part.get_content_maintype() != "multipart":
        return []
    inside = part.get_payload()
    return [one for one in inside if isinstance(one, Message)] if isinstance(inside, list) else []


def _shown_of(kind: str, children: list[Message]) -> set[int]:
    """Which children are read for the text: of several wordings the plainest, otherwise all."""
    if kind != "multipart/alternative":
        return set(range(len(children)))
    plain = [n for n, one in enumerate(children) if one.get_content_type() == "text/plain" and _text_of(one).strip()]
    if plain:
        return {plain[0]}
    branch = [n for n, one in enumerate(children) if one.get_content_maintype() == "multipart"]
    marked = [n for n, one in enumerate(children) if one.get_content_type() == "text/html"]
    return set((marked or branch or list(range(len(children))))[:1])


def _is_other_wording(part: Message, children: list[Message]) -> bool:
    """Whether a part says again, with markup, what was read already; other parts of it (a calendar) are files."""
    return any(part is one for one in children) and part.get_content_type() in ("text/html", "text/plain")


def _is_text(part: Message) -> bool:
    if part.get_content_type() not in ("text/plain", "text/html", "text/enriched", "text/richtext"):
        return False
    return part.get_content_disposition() != "attachment" and not _name_of(part)


def _bytes_of(part: Message) -> bytes:
    found: object = spared(lambda: part.get_payload(decode=True), None)
    return found if isinstance(found, bytes) else b""


def _text_of(part: Message) -> str:
    """The words of a text part, its lines ended as here; nothing else of them is changed."""
    charset = spared(part.get_content_charset, None) or "us-ascii"
    text = text_of_bytes(_bytes_of(part), str(charset)).replace("\r\n", "\n")
    if part.get_content_type() != "text/plain":
        return text_of_html(text)
    return text.removesuffix("\n")


def _name_of(part: Message) -> str:
    """The file name that the part gives itself (RFC 2231, and as an encoded word all the same); one line."""
    found = spared(part.get_filename, None)
    return words_of(str(found))[:200] if found else ""


def _file_of(part: Message, place: int) -> MailFile | None:
    kind = part.get_content_type()
    if kind == "message/rfc822" or part.get_content_maintype() == "message":
        inside = part.get_payload()
        nested = inside[0] if isinstance(inside, list) and inside else None
        if kind != "message/rfc822" or not isinstance(nested, Message):
            content = spared(part.as_bytes, b"")
        else:
            content = spared(lambda: cast(Message, nested).as_bytes(), b"")
        if kind in ("message/delivery-status", "message/disposition-notification"):
            return None  # its words are told; the mail server has the rest
    else:
        content = _bytes_of(part)
    if not content:
        return None
    name = _name_of(part) or _NAMES.get(kind) or f"file-{place + 1}{mimetypes.guess_extension(kind) or ''}"
    return MailFile(place, name, kind, content)


# -- reports -----------------------------------------------------------------------------------------------------------


def _report(message: Message, top: Message) -> Undelivered | None:
    """What a delivery report says (RFC 3464); None when it is none, or one of success."""
    if top.get_content_type() != "multipart/report":
        return None
    kind = spared(lambda: str(top.get_param("report-type") or ""), "").lower()
    if kind not in ("delivery-status", ""):
        return None
    action, words = "", ""
    ids: list[str] = []
    for part in _children(message)[:10]:
        if part.get_content_type() == "message/delivery-status":
            action, words = _status(part)
        elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            ids += _ids_within(part)
    if not action and not ids:
        return None
    return Undelivered(action in ("failed", ""), words, tuple(ids))


def _status(part: Message) -> tuple[str, str]:
    """The action and the server's words of the first recipient that has them."""
    inside = part.get_payload()
    blocks = [one for one in inside if isinstance(one, Message)] if isinstance(inside, list) else []
    for block in blocks[:20]:
        action = line_of(block, "action").lower()
        if action:
            said = words_of(line_of(block, "diagnostic-code")).partition(";")[2].strip()
            return action.split()[0], (said or _status_words(words_of(line_of(block, "status"))))[:300]
    return "", ""


def _status_words(status: str) -> str:
    """A status code (RFC 3463) in words, where the server says nothing else."""
    _, _, rest = status.partition(".")
    known = {
        "2.2": tr("the mailbox is full"),
        "2.3": tr("the mail is too large"),
        "3.4": tr("the mail is too large"),
    }
    subjects = {
        "1": tr("the address does not exist"),
        "2": tr("the mailbox takes no mail"),
        "4": tr("the server cannot be reached"),
        "7": tr("a rule of the server refuses it"),
    }
    return known.get(rest) or subjects.get(rest[:1]) or tr("no reason was given ({status})").format(status=status[:20])


def _ids_within(part: Message) -> tuple[str, ...]:
    inside = part.get_payload()
    if isinstance(inside, list):
        return ids_of(line_of(inside[0], "message-id")) if inside and isinstance(inside[0], Message) else ()
    head = spared(lambda: BytesHeaderParser(policy=compat32).parsebytes(_bytes_of(part)[:_HEAD]), Message())
    return ids_of(line_of(head, "message-id"))
