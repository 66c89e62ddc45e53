"""What the simulated X account shows of its direct messages: events, includes and pages.

What it is for: rendering the truth with the default fields and those that were asked for, as the specification of the
chosen version allows (contract dossier 1.1 to 1.4). What it refuses to do: changing anything.
Called by `training.x`.

True to the platform: without fields there is no sender and no time; an empty page has no `data`; `next_token` stands
on a page that is not full; the address of a medium is the one of the old host, whose last three parts are what
``GET /2/dm_conversations/media/{dm_id}/{media_id}/{resource_id}`` wants.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from switchboard_app.model.times import DAY, Millis, iso
from switchboard_app.training.pictures import size_of
from switchboard_app.training.platform import SimulatedPlatform, number_of
from switchboard_app.training.truth import SimulatedFile, SimulatedMessage
from switchboard_app.training.x_problems import XRefused, invalid_request, not_one_of

HORIZON: Final = 30 * DAY
"""Milliseconds; older events are not returned."""

MEDIA_HOST: Final = "https://ton.twitter.com/1.1/ton/data/dm"

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "2.166": (
        "attachments",
        "created_at",
        "dm_conversation_id",
        "entities",
        "event_type",
        "id",
        "participant_ids",
        "referenced_tweets",
        "sender_id",
        "text",
    ),
    "2.167": ("attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id", "text"),
}
_EXPANSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "2.166": ("attachments.media_keys", "participant_ids", "referenced_tweets.id", "sender_id"),
    "2.167": ("attachments.media_keys", "participant_ids", "referenced_posts", "sender_id"),
}
_POST_FIELDS: Final[Mapping[str, str]] = {"2.166": "tweet.fields", "2.167": "post.fields"}
_EVENT_TYPES: Final = ("MessageCreate", "ParticipantsJoin", "ParticipantsLeave")
_DEFAULTS: Final = ("id", "event_type", "text")
_LINK: Final = re.compile(r"https?://[^\s<>\"]+")
_TOKEN_FORM: Final = re.compile(r"[0-9A-VZ]{16,}")


class Question:
    """The parameters of a read, checked. Raises XRefused when one is not of the specification."""

    def __init__(self, parameters: Mapping[str, str], spec: str, *, pages: bool = True) -> None:
        known = {"dm_event.fields", "expansions", "user.fields", "media.fields", _POST_FIELDS[spec]}
        known |= {"max_results", "pagination_token", "event_types"} if pages else set()
        for name, value in parameters.items():
            if name not in known:
                message = f"The query parameter [{name}] is not one of [{','.join(sorted(known))}]"
                raise XRefused(invalid_request({name: [value]}, message))
        self.spec = spec
        self.fields = {*_DEFAULTS, *_listed(parameters, "dm_event.fields", _FIELDS[spec])}
        self.expansions = set(_listed(parameters, "expansions", _EXPANSIONS[spec]))
        self.event_types = _listed(parameters, "event_types", _EVENT_TYPES) or list(_EVENT_TYPES)
        self.user_fields = {"id", "name", "username", *_listed(parameters, "user.fields", None)}
        self.media_fields = {"media_key", "type", *_listed(parameters, "media.fields", None)}
        self.max_results = self._max_results(parameters.get("max_results", "100"))
        self.token = parameters.get("pagination_token", "")

    def _max_results(self, text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= 100:
            message = f"The `max_results` query parameter value [{text}] is not between 1 and 100"
            raise XRefused(invalid_request({"max_results": [text]}, message))
        return int(text)


def _listed(parameters: Mapping[str, str], name: str, allowed: Sequence[str] | None) -> list[str]:
    values = [value for value in parameters.get(name, "").split(",") if value]
    for value in values:
        if allowed is not None and value not in allowed:
            raise XRefused(not_one_of(name, value, allowed))
    return values


class Events:
    """Renders events of one account."""

    def __init__(self, platform: SimulatedPlatform, *, always_next: bool = True) -> None:
        """`always_next` keeps `next_token` on every page that is not empty, as recorded."""
        self._platform = platform
        self._always_next = always_next

    def page(self, messages: Sequence[SimulatedMessage], question: Question) -> dict[str, Any]:
        """A page of events, newest first."""
        since = self._platform.clock() - HORIZON
        messages = [message for message in messages if message.at >= since]
        if "MessageCreate" not in question.event_types:
            messages = []
        backwards = False
        if question.token:
            backwards, beyond = _opened(question.token)
            keyed = [((message.at, message.order), message) for message in messages]
            messages = [message for key, message in keyed if (key > beyond if backwards else key < beyond)]
        page = messages[-question.max_results :] if backwards else messages[: question.max_results]
        if not page:
            return {"meta": {"result_count": 0}}
        meta: dict[str, Any] = {"result_count": len(page)}
        if self._always_next or len(messages) > len(page):
            meta["next_token"] = _sealed(page[-1], backwards=False)
        meta["previous_token"] = _sealed(page[0], backwards=True)
        answer: dict[str, Any] = {"data": [self.event(message, question) for message in page], "meta": meta}
        includes = self.includes(page, question)
        return {**answer, "includes": includes} if includes else answer

    def event(self, message: SimulatedMessage, question: Question) -> dict[str, Any]:
        """One event."""
        known: dict[str, Any] = {
            "id": message.id,
            "event_type": "MessageCreate",
            "text": message.text or None,
            "dm_conversation_id": message.conversation,
            "created_at": iso(message.at),
            "sender_id": self._sender(message),
            "attachments": {"media_keys": [media_key(file) for file in message.files]} if message.files else None,
        }
        wanted = question.fields | ({"sender_id"} & question.expansions)
        if "attachments.media_keys" in question.expansions:
            wanted |= {"attachments"}
        event = {name: value for name, value in known.items() if name in wanted and value is not None}
        links = _links(message.text) if "entities" in question.fields else []
        if links:
            event |= {"entities": {"urls": links}} if question.spec != "2.166" else {"urls": links}
        return event

    def includes(self, messages: Sequence[SimulatedMessage], question: Question) -> dict[str, Any]:
        """People and media that the events name, where they were asked for."""
        includes: dict[str, Any] = {}
        if "sender_id" in question.expansions:
            senders = dict.fromkeys(self._sender(message) for message in messages)
            includes["users"] = [user(self._platform, sender, question.user_fields) for sender in senders]
        files = [(message, file) for message in messages for file in message.files]
        if files and "attachments.media_keys" in question.expansions:
            includes["media"] = [_medium(message, file, question.media_fields) for message, file in files]
        return includes

    def _sender(self, message: SimulatedMessage) -> str:
        return self._platform.own_id if message.ours else self._platform.people[message.person].id


def user(platform: SimulatedPlatform, user_id: str, fields: set[str]) -> dict[str, Any]:
    """A user with the fields asked for; ourselves or one of the people. Raises NobodyThere."""
    name, handle = platform.own_name, platform.own_handle
    if user_id != platform.own_id:
        person = platform.person_by_id(user_id)
        name, handle = person.name, person.handle or f"user_{user_id[-8:]}"
    known: dict[str, Any] = {
        "id": user_id,
        "name": name,
        "username": handle,
        "created_at": "2014-03-02T09:30:00.000Z",
        "description": "",
        "profile_image_url": f"https://pbs.twimg.com/profile_images/{user_id}/training_normal.jpg",
        "protected": False,
        "verified": user_id == platform.own_id,
        "verified_type": "government" if user_id == platform.own_id else "none",
    }
    return {field: value for field, value in known.items() if field in fields}


def media_key(file: SimulatedFile) -> str:
    """``3_`` and the id for a picture, 7 for a film, 16 for a moving picture."""
    kind = {"image/gif": 16}.get(file.mime, 7 if file.mime.startswith("video/") else 3)
    return f"{kind}_{file.id}"


def resource_id(file: SimulatedFile) -> str:
    """The last part of a medium's address, with its extension."""
    extension = {"image/png": "png", "image/gif": "gif", "video/mp4": "mp4", "image/webp": "webp"}.get(file.mime, "jpg")
    return f"r{number_of(f'{file.id} resource', 7)}.{extension}"


def _medium(message: SimulatedMessage, file: SimulatedFile, fields: set[str]) -> dict[str, Any]:
    width, height = size_of(file.content)
    address = f"{MEDIA_HOST}/{message.id}/{file.id}/{resource_id(file)}"
    film = file.mime.startswith("video/")
    known: dict[str, Any] = {
        "media_key": media_key(file),
        "type": "video" if film else "animated_gif" if file.mime == "image/gif" else "photo",
        "url": None if film else address,
        "preview_image_url": address if film else None,
        "variants": [{"bit_rate": 832000, "content_type": file.mime, "url": address}] if film else None,
        "width": width,
        "height": height,
    }
    return {name: value for name, value in known.items() if name in fields and value is not None}


def _links(text: str) -> list[dict[str, Any]]:
    return [
        {"start": link.start(), "end": link.end(), "url": link[0], "expanded_url": link[0], "display_url": link[0][:30]}
        for link in _LINK.finditer(text)
    ]


def _sealed(message: SimulatedMessage, *, backwards: bool) -> str:
    """A pagination token: base32hex in capitals, Z where padding would stand."""
    packed = bytes([1 if backwards else 2]) + message.at.to_bytes(7, "big") + message.order.to_bytes(5, "big")
    return base64.b32hexencode(packed).decode("ascii").replace("=", "Z")


def _opened(token: str) -> tuple[bool, tuple[Millis, int]]:
    try:
        if not _TOKEN_FORM.fullmatch(token):
            raise ValueError(token)
        packed = base64.b32hexdecode(token.replace("Z", "="))
        if len(packed) != 13 or packed[0] not in (1, 2):
            raise ValueError(token)
    except (ValueError, binascii.Error):
        message = f"The `pagination_token` query parameter value [{token}] is not valid"
        raise XRefused(invalid_request({"pagination_token": [token]}, message)) from None
    return packed[0] == 1, (Millis(int.from_bytes(packed[1:8], "big")), int.from_bytes(packed[8:], "big"))
