"""What the simulated page shows of itself: conversations, messages and attachments as nodes of the Graph API.

What it is for: rendering the truth with exactly the fields that were asked for, in pages with cursors (contract
dossier 2.2). What it refuses to do: changing anything. Called by `training.facebook`, one `Nodes` a request.

True to the platform: times have whole seconds, fields without a value are left out, the address of the next page
carries the access token, and only the newest messages of a conversation have details.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

from switchboard_app.model.times import DAY, HOUR, Millis, to_datetime
from switchboard_app.training.graph_errors import (
    REFUSALS,
    GraphError,
    GraphRefused,
    bad_parameter,
    unknown_field,
    unknown_object,
)
from switchboard_app.training.graph_fields import Asked, FieldsUnreadable, picked, read_fields
from switchboard_app.training.pictures import size_of
from switchboard_app.training.platform import SimulatedPlatform, number_of
from switchboard_app.training.truth import NobodyThere, SimulatedFile, SimulatedMessage, SimulatedPerson

DETAILED: Final = 20
"""So many messages of a conversation have details; older ones answer as if they were deleted."""

LIVES: Final = HOUR
"""Milliseconds for which the signed address of an attachment works."""

_PAGE: Final = 25
_CONVERSATION_DEFAULTS: Final = (Asked("id"), Asked("updated_time"))
_MESSAGE_DEFAULTS: Final = (Asked("id"), Asked("created_time"))
_ONE_FILE_CURSOR: Final = "MAZDZD"
"""The cursor that recordings show beside the only attachment of a message."""
_CURSOR_END: Final = "ZDZD"

T = TypeVar("T")


def graph_time(at: Millis) -> str:
    """2019-04-24T10:38:15+0000: whole seconds, no colon in the zone."""
    return to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S+0000")


def fields_of(text: str, defaults: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """The fields that were asked for, or the defaults. Raises GraphRefused."""
    try:
        return read_fields(text) or defaults
    except FieldsUnreadable:
        raise GraphRefused(
            GraphError(2500, f'Syntax error "Expected end of string instead of "{text[:1]}"." at character 0: {text}')
        ) from None


@dataclass(frozen=True, slots=True)
class Address:
    """How the client reached us: needed to write addresses that lead back."""

    root: str
    version: str
    token: str

    def node(self, path: str, parameters: Mapping[str, str]) -> str:
        """The address of a node or edge, with the access token in it as the platform does."""
        asked = {"access_token": self.token, "pretty": "0", **parameters}
        return f"{self.root}/{self.version}/{path}?{urlencode(asked)}"


class Nodes:
    """Renders what one request asks for."""

    inbox = "messenger"
    """What ``platform`` has to say in a request for conversations."""

    def __init__(
        self, platform: SimulatedPlatform, address: Address, *, page: str = "", most_items: int | None = None
    ) -> None:
        """`page` is in whose path the conversations lie; `most_items` how many nodes one answer may hold before the
        platform asks for less (None: no end)."""
        self._platform = platform
        self._page = page or platform.own_id
        self._address = address
        self._budget = most_items

    # --- conversations --------------------------------------------------------------------------------------------

    def conversations(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """``GET /{page}/conversations``: the one that changed last comes first."""
        fields = fields_of(parameters.get("fields", ""), _CONVERSATION_DEFAULTS)
        asked = parameters.get("user_id", "")
        found: list[tuple[tuple[int, str], str]] = []
        with self._platform.locked():
            for conversation in self._platform.conversations():
                newest = self._platform.newest(conversation)
                if newest is not None and (not asked or asked == self._person(newest).id):
                    found.append(((newest.at // 1000, conversation), conversation))
        if parameters.get("platform", "messenger") != self.inbox or parameters.get("folder", "inbox") != "inbox":
            found = []
        found.sort(reverse=True)
        return self._edge(
            found,
            lambda entry: entry[0],
            parameters,
            f"{self._page}/conversations",
            lambda entry: self.conversation(entry[1], fields),
        )

    def conversation(self, conversation: str, fields: tuple[Asked, ...] | str) -> dict[str, Any]:
        """One conversation. Raises GraphRefused when there is none."""
        if isinstance(fields, str):
            fields = fields_of(fields, _CONVERSATION_DEFAULTS)
        messages = self._platform.in_conversation(conversation)
        if not messages:
            raise GraphRefused(unknown_object(conversation))
        self._spend()
        known = self._conversation_values(conversation, messages)
        rendered: dict[str, Any] = {}
        for asked in fields:
            if asked.name == "messages":
                parameters = {**asked.modifiers, "fields": asked.text}
                rendered["messages"] = self.messages(conversation, parameters)
            elif asked.name not in known:
                raise GraphRefused(unknown_field(asked.name, "UnifiedThread"))
            elif known[asked.name] is not None:
                rendered[asked.name] = picked(known[asked.name], asked.inside)
        return rendered if "id" in rendered else {**rendered, "id": conversation}

    def _conversation_values(self, conversation: str, messages: Sequence[SimulatedMessage]) -> dict[str, Any]:
        person = self._person(messages[0])
        both = {"data": [self._profile(person), self._profile(None)]}
        last_word = next((message.at for message in messages if not message.ours), None)
        unread = next((n for n, message in enumerate(messages) if message.ours), len(messages))
        now = self._platform.clock()
        return {
            "id": conversation,
            "updated_time": graph_time(messages[0].at),
            "snippet": messages[0].text[:100],
            "message_count": len(messages),
            "unread_count": unread,
            "can_reply": last_word is not None and now - last_word < 7 * DAY,
            "participants": both,
            "former_participants": {"data": []},
            "senders": both,
            "link": f"/{self._page}/inbox/{number_of(conversation, 16)}/",
            "is_owner": True,
            "is_subscribed": True,
            "scoped_thread_key": conversation,
            "folder": "inbox",
            "tags": None,
            "name": None,
            "subject": None,
            "wallpaper": None,
        }

    # --- messages -------------------------------------------------------------------------------------------------

    def messages(self, conversation: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """``GET /{conversation}/messages``: newest first; the older ones have only id and time."""
        fields = fields_of(parameters.get("fields", ""), _MESSAGE_DEFAULTS)
        messages = self._platform.in_conversation(conversation)
        if not messages:
            raise GraphRefused(unknown_object(conversation))
        detailed = {message.id for message in messages[:DETAILED]}
        return self._edge(
            messages,
            lambda message: (message.at, str(message.order).rjust(12, "0")),
            parameters,
            f"{conversation}/messages",
            lambda message: self._message(message, fields, message.id in detailed),
        )

    def message(self, message_id: str, text: str) -> dict[str, Any]:
        """``GET /{message}``. Raises GraphRefused: an old one "was deleted" although it was not."""
        message = self._platform.message(message_id)
        newest = self._platform.in_conversation(message.conversation)[:DETAILED]
        if message not in newest:
            raise GraphRefused(bad_parameter("The message you are trying to access has been deleted."))
        return self._message(message, fields_of(text, _MESSAGE_DEFAULTS), detailed=True)

    def _message(self, message: SimulatedMessage, fields: tuple[Asked, ...], detailed: bool) -> dict[str, Any]:
        self._spend()
        known = self._message_values(message)
        rendered: dict[str, Any] = {}
        for asked in fields:
            if asked.name not in known:
                raise GraphRefused(unknown_field(asked.name, "UnifiedMessage"))
            value = known[asked.name]
            if value is not None and (detailed or asked.name in ("id", "created_time")):
                rendered[asked.name] = picked(value, asked.inside)
        return rendered if "id" in rendered else {**rendered, "id": message.id}

    def _message_values(self, message: SimulatedMessage) -> dict[str, Any]:
        person, page = self._profile(self._person(message)), self._profile(None)
        sender, recipient = (page, person) if message.ours else (person, page)
        names = ["inbox", "read", "sent", "source:chat"] if message.ours else ["inbox", "source:mobile"]
        sticker = next((file for file in message.files if file.sticker), None)
        files = [file for file in message.files if not file.sticker]
        return {
            "id": message.id,
            "created_time": graph_time(message.at),
            "from": sender,
            "to": {"data": [recipient]},
            "message": message.text,
            "tags": {"data": [{"name": name} for name in names]},
            "sticker": None if sticker is None else self._file_address(sticker),
            "attachments": self._attachments(message.id, files) if files else None,
            "shares": None,
            "reactions": None,
            "story": None,
            "reply_to": None,
            "is_unsupported": None,
            "thread_id": message.conversation,
        }

    # --- files ----------------------------------------------------------------------------------------------------

    def _attachments(self, message_id: str, files: Sequence[SimulatedFile]) -> dict[str, Any]:
        next_page = {"limit": str(_PAGE), "after": _ONE_FILE_CURSOR}
        return {
            "data": [self.attachment(file) for file in files],
            "paging": {
                "cursors": {"before": _ONE_FILE_CURSOR, "after": _ONE_FILE_CURSOR},
                "next": self._address.node(f"{message_id}/attachments", next_page),
            },
        }

    def attachment(self, file: SimulatedFile) -> dict[str, Any]:
        """One attachment as the platform names it."""
        if file.withheld:
            reason = "Media not available due to new privacy rules in Europe. See developer documentation for more info"
            return {"id": file.id, "name": reason}
        named = {"id": file.id, "mime_type": file.mime, "name": file.name, "size": len(file.content)}
        address = self._file_address(file)
        width, height = size_of(file.content)
        shape = {"width": width, "height": height, "max_width": width, "max_height": height}
        if file.mime.startswith("image/"):
            image = {"url": address, "preview_url": address, "image_type": 1, "render_as_sticker": file.sticker}
            return {**named, "image_data": {**shape, **image}}
        if file.mime.startswith("video/"):
            video = {"width": 0, "height": 0, "length": 0, "video_type": 1, "url": address, "preview_url": address}
            return {**named, "video_data": {**video, "rotation": 0}}
        return {**named, "file_url": address}

    def _file_address(self, file: SimulatedFile) -> str:
        expires = f"{(self._platform.clock() + LIVES) // 1000:X}"
        signature = number_of(f"{file.id} {expires}", 24)
        return f"{self._address.root}/attachments/{file.id}/{quote(file.name)}?oh={signature}&oe={expires}"

    # --- inside ---------------------------------------------------------------------------------------------------

    def _person(self, message: SimulatedMessage) -> SimulatedPerson:
        return self._platform.people[message.person]

    def _profile(self, person: SimulatedPerson | None) -> dict[str, Any]:
        """Name and id of a person, or of the page; the address is none, it only looks like one."""
        name, known_as = (
            (self._platform.own_name, self._platform.own_id) if person is None else (person.name, person.id)
        )
        return {"name": name, "email": f"{known_as}@facebook.com", "id": known_as}

    def _spend(self) -> None:
        if self._budget is not None:
            self._budget -= 1
            if self._budget < 0:
                raise GraphRefused(REFUSALS["reduce"])

    def _edge(
        self,
        entries: Sequence[T],
        key: Callable[[T], tuple[int, str]],
        parameters: Mapping[str, str],
        path: str,
        render: Callable[[T], dict[str, Any]],
    ) -> dict[str, Any]:
        """A page of entries (newest first) with cursors; an empty one has no paging at all."""
        limit = _limit(parameters.get("limit", ""))
        after, before = parameters.get("after", ""), parameters.get("before", "")
        if after:
            entries = [entry for entry in entries if key(entry) < _opened(after)]
        elif before:
            entries = [entry for entry in entries if key(entry) > _opened(before)][-limit:]
        page = entries[:limit]
        if not page:
            return {"data": []}
        first, last = _sealed(key(page[0])), _sealed(key(page[-1]))
        paging: dict[str, Any] = {"cursors": {"before": first, "after": last}}
        rest = {
            name: value for name, value in parameters.items() if name in ("fields", "user_id", "platform") and value
        }
        if len(entries) > limit or before:
            paging["next"] = self._address.node(path, {**rest, "limit": str(limit), "after": last})
        if after:
            paging["previous"] = self._address.node(path, {**rest, "limit": str(limit), "before": first})
        return {"data": [render(entry) for entry in page], "paging": paging}


def _limit(text: str) -> int:
    if not text:
        return _PAGE
    if not text.isdecimal() or int(text) < 1:
        raise GraphRefused(bad_parameter("limit must be a positive integer"))
    return int(text)


def _sealed(key: tuple[int, str]) -> str:
    """A cursor; clients may not look inside."""
    return base64.urlsafe_b64encode(f"{key[0]}|{key[1]}".encode()).decode("ascii").rstrip("=") + _CURSOR_END


def _opened(cursor: str) -> tuple[int, str]:
    try:
        sealed = cursor.removesuffix(_CURSOR_END) + "=" * (-len(cursor.removesuffix(_CURSOR_END)) % 4)
        number, _, tie = base64.urlsafe_b64decode(sealed.encode()).decode().partition("|")
        return int(number), tie
    except (ValueError, binascii.Error):
        raise GraphRefused(bad_parameter("Invalid cursors values")) from None


def file_of(platform: SimulatedPlatform, file_id: str) -> SimulatedFile:
    """A file by its id; raises NobodyThere."""
    for message in platform.truth():
        for file in message.files:
            if file.id == file_id:
                return file
    raise NobodyThere(file_id)
