"""X's events in our words: who wrote what to whom, with files. Liberal, lossless, without any exchange.

A one-to-one conversation is ``{smaller id}-{larger id}``, so the other person can be computed (dossier 1.2); a group
has a single number and goes to quarantine, as does a kind of event that this version does not know: counted and kept,
never dropped. Both writings of the specification are read (2.166 and 2.167). Called by `x.sweep` and `x.connector`.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.remote import RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import Millis
from switchboard_app.sync.addresses import name_in
from switchboard_app.sync.json_answer import Json, Record, id_of, raw_of, record_of, rows_of, text_of, time_of, whole_of

INBOX: Final = "https://x.com/messages"
_ONE_TO_ONE: Final = re.compile(r"(\d{1,19})-(\d{1,19})")
_RESOURCE: Final = re.compile(r"[A-Za-z0-9_.-]{1,50}")
_MEDIA_PATH: Final = re.compile(r"/dm/(\d{1,19})/(\d{1,19})/([A-Za-z0-9_.-]{1,50})$")
_TYPES: Final = {"photo": "image/jpeg", "animated_gif": "video/mp4", "video": "video/mp4"}


@dataclass(frozen=True, slots=True)
class Includes:
    """The people and media that a page brings along."""

    users: Mapping[str, RemotePerson] = field(default_factory=dict)
    media: Mapping[str, Record] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Record) -> Includes:
        """From an answer's ``includes``."""
        includes = record_of(answer.get("includes"))
        users = [record_of(row) for row in rows_of(includes.get("users"))]
        media = [record_of(row) for row in rows_of(includes.get("media"))]
        return cls(
            {id_of(row.get("id")): user_of(row) for row in users},
            {id_of(row.get("media_key")): row for row in media},
        )

    def person(self, known_as: str) -> RemotePerson:
        """Somebody by id; without a name when the page did not bring them."""
        return self.users.get(known_as, RemotePerson(PlatformId(known_as)))


def user_of(row: Record) -> RemotePerson:
    """A user object."""
    return RemotePerson(
        PlatformId(id_of(row.get("id"))), text_of(row.get("name")), text_of(row.get("username")).removeprefix("@")
    )


def conversation_id(one: str, other: str) -> str:
    """The id of a one-to-one conversation: the smaller number first. Ids stay text: they exceed what a float holds."""
    return "-".join(sorted((one, other), key=lambda known_as: (len(known_as), known_as)))


def other_of(conversation: str, me: str) -> str:
    """The other person of a one-to-one conversation; "" for a group or when we are not in it."""
    pair = _ONE_TO_ONE.fullmatch(conversation)
    if pair is None or me not in pair.groups():
        return ""
    return pair[2] if pair[1] == me else pair[1]


@dataclass(frozen=True, slots=True)
class Event:
    """One event: the message, and its conversation where it is one with a person."""

    message: RemoteMessage
    thread: RemoteThread | None


def event_of(record: Json, includes: Includes, me: str, api_base: str, now: Millis, *, person: str = "") -> Event:
    """One event. `person` is the other one when a single conversation was read (then the record may not say it)."""
    row = record_of(record)
    raw = raw_of(record)
    known_as, unreadable = id_of(row.get("id")), ""
    if not known_as:
        known_as = f"?{hashlib.sha256(raw.encode()).hexdigest()[:32]}"
        unreadable = tr("A message without an id.")
    sender = id_of(row.get("sender_id"))
    conversation = id_of(row.get("dm_conversation_id"))
    if not conversation and (partner := person or (sender if sender != me else "")):
        conversation = conversation_id(me, partner)
    other = other_of(conversation, me) or _outsider(conversation, sender, person)
    unreadable = unreadable or _unreadable(text_of(row.get("event_type")), conversation, other)
    sender = sender or other
    message = RemoteMessage(
        platform_id=PlatformId(known_as),
        thread=PlatformId(conversation),
        sender=includes.person(sender),
        ours=sender == me,
        text=text_of(row.get("text")),
        at=time_of(row.get("created_at"), now) or now,
        attachments=tuple(_attachments(row, known_as, includes, api_base)),
        raw=raw,
        unreadable=unreadable,
    )
    if unreadable:
        return Event(message, None)
    link = f"{INBOX}/{quote(conversation)}"
    return Event(message, RemoteThread(PlatformId(conversation), includes.person(other), link))


def _outsider(conversation: str, sender: str, person: str) -> str:
    """The person of a conversation whose id does not name us, as after a change of account or in another writing."""
    if person or not _ONE_TO_ONE.fullmatch(conversation):
        return person
    return sender


def _unreadable(kind: str, conversation: str, other: str) -> str:
    if kind not in ("MessageCreate", ""):
        return tr("An event of a kind that this version does not show: {kind}").format(kind=kind[:40])
    if not conversation:
        return tr("A message without its conversation.")
    if not other:
        return tr("A group conversation; groups are not shown here.")
    return ""


# --- attachments --------------------------------------------------------------------------------------------------


def _attachments(row: Record, event: str, includes: Includes, api_base: str) -> Iterator[RemoteAttachment]:
    attached = record_of(row.get("attachments"))
    for key in map(id_of, rows_of(attached.get("media_keys"))):
        if key:
            yield _medium(key, includes.media.get(key, {}), event, api_base)
    shared = [*rows_of(row.get("referenced_posts")), *rows_of(row.get("referenced_tweets"))]
    for known_as in dict.fromkeys(id_of(record_of(entry).get("id")) for entry in shared):
        link = f"https://x.com/i/status/{quote(known_as)}"
        words = tr("Shared by the person: {link}").format(link=link)
        yield RemoteAttachment(PlatformId(f"post:{known_as}"), link, "text/uri-list", unavailable=words)


def _medium(key: str, row: Record, event: str, api_base: str) -> RemoteAttachment:
    plain = text_of(row.get("url")) or _best_variant(row) or text_of(row.get("preview_image_url"))
    name = name_in(plain)
    address = _api_address(plain, key, event, api_base)
    return RemoteAttachment(
        platform_id=PlatformId(key),
        name=name or key,
        mime=mimetypes.guess_type(name)[0] or _TYPES.get(text_of(row.get("type")), ""),
        url=f"{address}#{plain}" if address and plain != address else address or plain,
        unavailable="" if plain else tr("The platform does not give this file; open the conversation in its inbox."),
    )


def _best_variant(row: Record) -> str:
    variants = [record_of(entry) for entry in rows_of(row.get("variants"))]
    films = [one for one in variants if text_of(one.get("content_type")).startswith("video/mp4")] or variants
    return text_of(max(films, key=lambda one: whole_of(one.get("bit_rate")), default={}).get("url"))


def _api_address(plain: str, key: str, event: str, api_base: str) -> str:
    """Where the API gives the bytes with our token (dossier 1.1); "" when it cannot be said.

    The old private address ends in ``/dm/{dm_id}/{media_id}/{resource_id}``, which is what the API wants; else the
    media id is the second half of the key.
    """
    if not plain or plain.startswith(f"{api_base}/"):
        return ""
    try:
        path = urlsplit(plain).path
    except ValueError:
        return ""
    if told := _MEDIA_PATH.search(path):
        return f"{api_base}/2/dm_conversations/media/{told[1]}/{told[2]}/{told[3]}"
    media, resource = key.partition("_")[2], name_in(plain)
    if not (event.isdigit() and media.isdigit() and _RESOURCE.fullmatch(resource)):
        return ""
    return f"{api_base}/2/dm_conversations/media/{event}/{media}/{resource}"
