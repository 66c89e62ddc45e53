"""Posts, accounts and media of Mastodon in our words. Liberal, lossless, without any exchange.

A conversation here is *the people in it*: everybody a private mention names, and its author, but for ourselves. Their
ids make the thread's id, so it can be told from any single post, stays the same on every server (the ids of Mastodon's
own conversations do not: dossier 7), and a post that names one person more is another thread, which it must be, because
an answer goes to exactly those who are in it.

Ids are opaque text. A post that lacks its id goes to quarantine instead of costing the others. It refuses to fetch and
to render. Called by `mastodon.sweep` and `mastodon.connector`.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterator, Sequence
from typing import Final

from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.remote import RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import Millis
from switchboard_app.sync.addresses import name_in
from switchboard_app.sync.json_answer import Json, Record, id_of, raw_of, record_of, rows_of, text_of, time_of
from switchboard_app.sync.mastodon.html import plain_text

PRIVATE: Final = "direct"
TOGETHER: Final = "+"
"""Between the ids of a thread's people; no server uses it inside an id (digits, or the letters of a ULID)."""

_LEADING: Final = re.compile(r"\s*@([A-Za-z0-9_.-]+(?:@[\w.-]+)?)(?=\s|$)")
_BLANK: Final = " \t\r\n\f\v"
"""What servers take off both ends of a post; other invisible characters were written by somebody."""
_TYPES: Final = {"image": "image/jpeg", "gifv": "video/mp4", "video": "video/mp4", "audio": "audio/mpeg"}
_OF_AN_ACCOUNT: Final = ("id", "acct", "display_name", "url", "bot")


def person_of(record: Json) -> RemotePerson:
    """An account; its name as its owner wrote it, its handle with the server unless it is ours."""
    row = record_of(record)
    handle = text_of(row.get("acct")) or text_of(row.get("username"))
    return RemotePerson(PlatformId(id_of(row.get("id"))), text_of(row.get("display_name")), handle.removeprefix("@"))


def together(ids: Sequence[str]) -> PlatformId:
    """The id of the thread of these people."""
    return PlatformId(TOGETHER.join(sorted(set(ids))))


def people_in(thread: str) -> frozenset[str]:
    """The ids of the people of a thread."""
    return frozenset(one for one in thread.split(TOGETHER) if one)


def others(status: Record, me: str) -> dict[str, RemotePerson]:
    """Everybody a post goes to or comes from, but for us, by id."""
    everybody = [person_of(status.get("account")), *(person_of(row) for row in rows_of(status.get("mentions")))]
    return {one.platform_id: one for one in reversed(everybody) if one.platform_id and one.platform_id != me}


def is_ours_to_read(status: Record, me: str) -> bool:
    """Whether a post is a private one that we wrote to somebody, or that names us."""
    if text_of(status.get("visibility")) != PRIVATE:
        return False
    named = {id_of(record_of(row).get("id")) for row in rows_of(status.get("mentions"))}
    return me in named or (_author(status) == me and bool(named - {me}))


def _author(status: Record) -> str:
    return id_of(record_of(status.get("account")).get("id"))


def thread_of(people: Sequence[RemotePerson], base: str) -> RemoteThread:
    """The thread of these people: several are shown with all their names, and an answer goes to all of them."""
    ordered = sorted(people, key=lambda one: one.platform_id)
    known_as = together([one.platform_id for one in ordered])
    link = f"{base}/conversations"
    if len(ordered) == 1:
        return RemoteThread(known_as, ordered[0], link)
    names = ", ".join(one.name or one.handle for one in ordered)
    handles = " @".join(one.handle for one in ordered)
    return RemoteThread(known_as, RemotePerson(known_as, names, handles), link)


def message_of(record: Json, me: str, now: Millis) -> RemoteMessage:
    """One post that `is_ours_to_read`."""
    status = record_of(record)
    raw = raw_of(_without_profiles(status))
    known_as, unreadable = id_of(status.get("id")), ""
    if not known_as:
        known_as = f"?{hashlib.sha256(raw.encode()).hexdigest()[:32]}"
        unreadable = tr("A message without an id.")
    sender = person_of(status.get("account"))
    files = tuple(_attachments(status, known_as))
    return RemoteMessage(
        platform_id=PlatformId(known_as),
        thread=together(list(others(status, me))),
        sender=sender,
        ours=sender.platform_id == me,
        text=text_in(status, has_files=bool(files)),
        at=time_of(status.get("created_at"), now) or now,
        attachments=files,
        raw=raw,
        unreadable=unreadable,
        edited_at=time_of(status.get("edited_at"), now),
    )


def _without_profiles(status: Record) -> Record:
    """The record without what its author tells of himself elsewhere: it belongs to no enquiry."""
    account = record_of(status.get("account"))
    return {**status, "account": {name: account[name] for name in _OF_AN_ACCOUNT if name in account}, "card": None}


# --- words --------------------------------------------------------------------------------------------------------


def text_in(status: Record, *, has_files: bool = False) -> str:
    """What a post says: its warning, its text without the names it begins with, the choices of its poll."""
    named = [record_of(row) for row in rows_of(status.get("mentions"))]
    mentioned = {text_of(row.get("url")): f"@{text_of(row.get('acct'))}" for row in named if row.get("acct")}
    whole = plain_text(text_of(status.get("content")), mentioned).strip(_BLANK)
    text = without_addressees(whole, [text_of(row.get("acct")) for row in named])
    warning = text_of(status.get("spoiler_text")).strip(_BLANK)
    choices = [text_of(record_of(row).get("title")) for row in rows_of(record_of(status.get("poll")).get("options"))]
    parts = [f"CW: {warning}" if warning else "", text, "\n".join(f"○ {choice}" for choice in choices if choice)]
    return "\n\n".join(part for part in parts if part) or ("" if has_files else whole)


def without_addressees(text: str, named: Sequence[str]) -> str:
    """The text without the names at its beginning: they are the address on the envelope.

    Each name is taken off once, so what somebody wrote after them stays, even if it is a name again.
    """
    left = {name.lower(): name for name in named}
    while left and (leading := _LEADING.match(text)):
        name = leading[1].rstrip(".").lower()
        known = name if name in left else next((one for one in left if one.partition("@")[0] == name), "")
        if not known or leading[1].endswith("."):
            break
        del left[known]
        text = text[leading.end() :]
    return text.lstrip(_BLANK)


# --- media --------------------------------------------------------------------------------------------------------


def _attachments(status: Record, known_as: str) -> Iterator[RemoteAttachment]:
    for number, entry in enumerate(rows_of(status.get("media_attachments"))):
        yield _medium(record_of(entry), f"{known_as}#{number}")


def _medium(row: Record, fallback: str) -> RemoteAttachment:
    """A file. The instance keeps a copy of what other servers' people send; only that copy is fetched."""
    address = text_of(row.get("url"))
    kind = text_of(row.get("type"))
    name = name_in(address)
    gone = not address or kind == "unknown"
    return RemoteAttachment(
        platform_id=PlatformId(id_of(row.get("id")) or fallback),
        name=name or kind or fallback,
        mime=mimetypes.guess_type(name)[0] or _TYPES.get(kind, ""),
        url="" if gone else address,
        unavailable=tr("The platform does not give this file; open the conversation in its inbox.") if gone else "",
    )
