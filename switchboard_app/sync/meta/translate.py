"""Graph's records in our words: conversations, messages, attachments. Liberal, lossless, without any exchange.

Whatever a record lacks is left empty (fields without a value are left out, dossier 2.2); whatever is odd is kept in
`raw`. A record without an id becomes a message for quarantine instead of an error, so that one bad record never costs
the others. It refuses to fetch and to guess from texts. Called by `meta.sweep` and the connectors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.remote import (
    KeptRecord,
    RemoteAttachment,
    RemoteMessage,
    RemotePerson,
    RemoteReaction,
    RemoteThread,
)
from switchboard_app.model.times import Millis
from switchboard_app.sync.addresses import name_in
from switchboard_app.sync.json_answer import (
    Json,
    Record,
    id_of,
    is_signed,
    kept_record,
    raw_of,
    record_of,
    rows_of,
    text_of,
    time_of,
    whole_of,
)

INBOX: Final = "https://www.facebook.com"
_LONGEST_NAME: Final = 200


def person_of(record: Json) -> RemotePerson | None:
    """Somebody of a ``from`` or ``participants`` entry; ``email`` is no address (dossier 2.2) and is left out.

    On Instagram people have a ``username`` and often no name (dossier 4).
    """
    person = record_of(record)
    known_as, handle = id_of(person.get("id")), text_of(person.get("username"))
    return RemotePerson(PlatformId(known_as), text_of(person.get("name")), handle) if known_as else None


def thread_of(record: Record, page_id: str) -> RemoteThread:
    """A conversation. The person is the first participant (else sender) who is not the page; may be unknown."""
    people = [
        person
        for member in ("participants", "senders", "former_participants")
        for row in rows_of(record.get(member))
        if (person := person_of(row)) is not None and person.platform_id != page_id
    ]
    person = people[0] if people else RemotePerson(PlatformId(""))
    return RemoteThread(PlatformId(id_of(record.get("id"))), person, _inbox_link(text_of(record.get("link"))))


def with_person(thread: RemoteThread, messages: Sequence[RemoteMessage]) -> RemoteThread:
    """The thread with its person from its messages, where the conversation itself named none."""
    if thread.person.platform_id:
        return thread
    senders = [message.sender for message in messages if not message.ours and message.sender.platform_id]
    person = senders[0] if senders else RemotePerson(PlatformId(f"?{thread.platform_id}"))
    return RemoteThread(thread.platform_id, person, thread.link)


def _inbox_link(link: str) -> str:
    """Where the platform's inbox shows the conversation: its relative address (the usual case), or one of its own."""
    if link.startswith("/") and not link.startswith("//") and "\\" not in link:
        return INBOX + link
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    host = parts.hostname or ""
    return link if parts.scheme == "https" and (host == "facebook.com" or host.endswith(".facebook.com")) else ""


def is_skeleton(record: Json) -> bool:
    """Whether the platform gave no more than id and time: a message beyond the 20 newest, not an empty one."""
    return isinstance(record, dict) and set(record) <= {"id", "created_time"}


def message_of(record: Json, thread: RemoteThread, page_id: str, now: Millis, *, whole: bool = False) -> RemoteMessage:
    """One message. Direction is ``from.id == page id`` (dossier 2.2), not the tags.

    `whole` says that every field was asked for: fields without a value are left out, so then no reactions means none.
    """
    row = record_of(record)
    known_as = id_of(row.get("id"))
    raw = raw_of(record)
    sender = person_of(row.get("from")) or _unnamed_sender(row, thread, page_id)
    unreadable = ""
    if not known_as:
        known_as = f"?{hashlib.sha256(raw.encode()).hexdigest()[:32]}"
        unreadable = tr("A message without an id.")
    return RemoteMessage(
        platform_id=PlatformId(known_as),
        thread=thread.platform_id,
        sender=sender,
        ours=sender.platform_id == page_id,
        text=text_of(row.get("message")),
        at=time_of(row.get("created_time"), now) or now,
        attachments=tuple(_attachments(row, known_as)),
        raw=raw,
        unreadable=unreadable,
        deleted=row.get("is_deleted") is True,
        reactions=tuple(_reactions(row)) if whole or "reactions" in row else None,
    )


_EMOJI: Final = {"love": "❤", "smile": "😆", "haha": "😆", "wow": "😮", "sad": "😢", "angry": "😠", "like": "👍",
                 "yes": "👍", "dislike": "👎", "no": "👎"}  # fmt: skip
"""Meta writes some reactions by name (dossier, Instagram fixtures of section 4)."""
_LONGEST_EMOJI: Final = 32


def _reactions(row: Record) -> Iterator[RemoteReaction]:
    """Who reacted how: ``{"data": [{"reaction": "love", "users": [{"id": …}]}]}``."""
    for entry in map(record_of, rows_of(row.get("reactions"))):
        name = text_of(entry.get("emoji")) or text_of(entry.get("reaction"))
        emoji = _EMOJI.get(name, name)[:_LONGEST_EMOJI]
        for user in map(record_of, rows_of(entry.get("users"))):
            known_as = id_of(user.get("id"))
            if emoji and known_as:
                yield RemoteReaction(PlatformId(known_as), emoji)


def reread(kept: KeptRecord, own: str, now: Millis) -> tuple[RemoteThread, RemoteMessage]:
    """A record that an earlier version could not read."""
    record = kept_record(kept.raw)
    where = RemoteThread(kept.thread, RemotePerson(PlatformId("")))
    if kept.platform_id.startswith(f"?{kept.thread}@"):  # the conversation could not be read: nothing of it was kept
        return where, unreadable_thread(where, kept.platform_id.rpartition("@")[2], record, now)
    message = message_of(record, where, own, now)
    return with_person(where, [message]), message


def unreadable_thread(thread: RemoteThread, mark: str, record: Json, now: Millis) -> RemoteMessage:
    """What goes to quarantine when a conversation cannot be read at all, once for each of its changes."""
    return RemoteMessage(
        platform_id=PlatformId(f"?{thread.platform_id}@{mark}"),
        thread=thread.platform_id,
        sender=thread.person,
        ours=False,
        text="",
        at=now,
        raw=raw_of(record),
        unreadable=tr("The platform did not let this conversation be read."),
    )


def _unnamed_sender(row: Record, thread: RemoteThread, page_id: str) -> RemotePerson:
    """Without ``from``: whoever it is not addressed to. When that is unknown too it counts as the citizen's."""
    to = [id_of(record_of(entry).get("id")) for entry in rows_of(row.get("to"))]
    if to and page_id not in to:
        return RemotePerson(PlatformId(page_id))
    return thread.person


# --- attachments --------------------------------------------------------------------------------------------------


def _attachments(row: Record, message_id: str) -> Iterator[RemoteAttachment]:
    found = [_attachment(record_of(entry), message_id, number) for number, entry in enumerate(_files(row))]
    yield from found
    sticker = text_of(row.get("sticker"))
    if sticker and not found:  # an old sticker comes with a parallel image attachment, a new one alone (dossier 2.2)
        name = name_in(sticker)
        yield RemoteAttachment(PlatformId(f"sticker:{message_id}"), name or "sticker.png", "image/png", url=sticker)
    for number, entry in enumerate(rows_of(row.get("shares"))):
        yield _share(record_of(entry), message_id, number)
    yield from _stories(record_of(row.get("story")), message_id)
    if text_of(row.get("is_unsupported")) == "true" or row.get("is_unsupported") is True:
        words = tr("The platform does not give this kind of message; open the conversation in its inbox.")
        yield RemoteAttachment(PlatformId(f"unsupported:{message_id}"), "", unavailable=words)


def _files(row: Record) -> list[Json]:
    return [entry for entry in rows_of(row.get("attachments")) if isinstance(entry, dict)]


def _attachment(entry: Record, message_id: str, number: int) -> RemoteAttachment:
    image, video = record_of(entry.get("image_data")), record_of(entry.get("video_data"))
    template = record_of(entry.get("generic_template"))
    url = (
        text_of(entry.get("file_url"))
        or text_of(video.get("url"))
        or text_of(image.get("url"))
        or text_of(image.get("animated_gif_url"))
        or text_of(entry.get("url"))
    )
    name = text_of(entry.get("name")) or text_of(template.get("title")) or text_of(entry.get("title"))
    mime = text_of(entry.get("mime_type"))
    unavailable = ""
    if template:
        unavailable = tr("A card with buttons from another tool; open the conversation in the platform's inbox.")
    elif not url:  # Europe: an id and a sentence in place of the name (dossier 2.2)
        unavailable = tr("The platform does not give this file; open the conversation in its inbox.")
    return RemoteAttachment(
        platform_id=PlatformId(id_of(entry.get("id")) or f"{message_id}#{number}"),
        name=name[:_LONGEST_NAME] or name_in(url),
        mime=mime or ("image/png" if image.get("render_as_sticker") is True else ""),
        size=max(0, whole_of(entry.get("size"))),
        url="" if unavailable else url,
        unavailable=unavailable,
    )


def _stories(story: Record, message_id: str) -> Iterator[RemoteAttachment]:
    """A story that was answered or that names us (Instagram): said in words. It lives for a day, its picture is not
    ours to keep, and the address is signed."""
    told = {
        "reply_to": tr("An answer to your story; it can be seen in the platform's inbox."),
        "mention": tr("A mention of you in a story; it can be seen in the platform's inbox."),
    }
    for member, words in told.items():
        if isinstance(story.get(member), dict):
            yield RemoteAttachment(PlatformId(f"story:{member}:{message_id}"), "", "text/uri-list", unavailable=words)


def _share(entry: Record, message_id: str, number: int) -> RemoteAttachment:
    """Something shared: a link that is shown as text and never fetched; one that is signed expires and is not shown."""
    template = record_of(entry.get("template"))
    link = text_of(entry.get("link")) or text_of(template.get("media_url"))
    link = "" if is_signed(link) else link
    title = text_of(entry.get("name")) or text_of(entry.get("description")) or _product(template) or link
    return RemoteAttachment(
        platform_id=PlatformId(f"share:{id_of(entry.get('id')) or f'{message_id}#{number}'}"),
        name=title[:_LONGEST_NAME],
        mime="text/uri-list",
        unavailable=tr("Shared by the person: {link}").format(link=link) if link else tr("Shared by the person."),
    )


def _product(template: Record) -> str:
    """The name of a product that was shared from a shop (Instagram, dossier 4)."""
    elements = record_of(record_of(record_of(template.get("payload")).get("product")).get("elements"))
    names = [text_of(record_of(one).get("name")) for one in rows_of(elements)]
    return ", ".join(name for name in names if name)
