"""How the simulated page takes replies: windows, limits and refusals of the Send API (contract dossier 2.3).

What it is for: `Sending` decides whether a reply is accepted and puts it into the truth. What it refuses to do:
fetching anything: an attachment given by address is refused, because training leads nowhere.
Called by `training.facebook`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from switchboard_app.model.times import DAY, HOUR, Millis
from switchboard_app.training.graph_errors import (
    REFUSALS,
    GraphError,
    GraphRefused,
    bad_parameter,
    no_such_user,
    outside_window,
)
from switchboard_app.training.multipart import Part
from switchboard_app.training.platform import SimulatedPlatform, number_of
from switchboard_app.training.truth import NobodyThere, SimulatedFile, SimulatedPerson

RESPONSE_WINDOW: Final = 24 * HOUR
HUMAN_WINDOW: Final = 7 * DAY
"""Milliseconds after the person's last message: for any reply, and for one tagged HUMAN_AGENT."""

UPLOAD_LIVES: Final = 90 * DAY
BIGGEST_UPLOAD: Final = 25 * 1024 * 1024

_KINDS: Final = {"image": "image/", "audio": "audio/", "video": "video/", "file": ""}
_TYPES: Final = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
_ACTIONS: Final = ("typing_on", "typing_off", "mark_seen", "react", "unreact")


@dataclass(slots=True)
class SendRules:
    """What the page may do at the moment; tests and trainers change it while the platform runs."""

    human_agent: bool = True
    """The app has the reviewed feature; without it the tag is refused."""
    barred: bool = False
    """The page is barred from sending for a while (10/1893063)."""
    owned_elsewhere: frozenset[str] = frozenset()
    """Person ids whose conversation another app controls (10/2018300)."""
    longest: int = 2_000
    """Characters of one text, or bytes."""
    in_bytes: bool = False
    window_subcode: int = 2018278
    platform: str = ""
    """What an upload has to name; "" for Messenger, which is what the platform takes it for."""


class Sending:
    """The page's outgoing side; remembers uploads."""

    def __init__(self, platform: SimulatedPlatform, rules: SendRules) -> None:
        self._platform = platform
        self._rules = rules
        self._uploads: dict[str, tuple[SimulatedFile, Millis]] = {}

    def message(self, parameters: Mapping[str, str], part: Part | None) -> dict[str, Any]:
        """``POST /{page}/messages``. Raises GraphRefused; then nothing was accepted."""
        person = self._recipient(_object(parameters, "recipient"))
        if "sender_action" in parameters:
            if parameters["sender_action"] not in _ACTIONS or "message" in parameters:
                raise GraphRefused(bad_parameter("Param sender_action must stand alone"))
            return {"recipient_id": person.id}
        message = _object(parameters, "message")
        text = message.get("text", "")
        if not isinstance(text, str):
            raise GraphRefused(bad_parameter("Param message[text] must be a string"))
        if len(text.encode() if self._rules.in_bytes else text) > self._rules.longest:
            problem = f"Length of param message[text] must be less than or equal to {self._rules.longest}"
            raise GraphRefused(bad_parameter(problem))
        attachment = message.get("attachment")
        if bool(text) == (attachment is not None):
            raise GraphRefused(bad_parameter("Param message must contain exactly one of: text, attachment"))
        self._allow(person, parameters)
        files = () if attachment is None else (self._file(attachment, part),)
        sent = self._platform.accept(person, text, files, tag=parameters.get("tag", ""))
        receipt = {"recipient_id": person.id, "message_id": sent.id}
        if attachment is not None and _payload(attachment).get("is_reusable") in (True, "true"):
            receipt["attachment_id"] = self._keep(sent.files[0])
        return receipt

    def upload(self, parameters: Mapping[str, str], part: Part | None) -> dict[str, Any]:
        """``POST /{page}/message_attachments``: stores a file for later messages. Raises GraphRefused."""
        attachment = _object(parameters, "message").get("attachment")
        if self._rules.platform and parameters.get("platform") != self._rules.platform:
            raise GraphRefused(bad_parameter("Param platform must be one of messenger, instagram"))
        if self._rules.platform and part is not None and not part.filename.isascii():
            raise GraphRefused(bad_parameter("Upload attachment failure.", 2018047))
        if attachment is None:
            raise GraphRefused(bad_parameter("Param message[attachment] is required"))
        return {"attachment_id": self._keep(self._file(attachment, part))}

    def _recipient(self, recipient: Mapping[str, Any]) -> SimulatedPerson:
        known_as = recipient.get("id")
        if not isinstance(known_as, str) or not known_as:
            raise GraphRefused(bad_parameter("Param recipient[id] must be a string"))
        try:
            return self._platform.person_by_id(known_as)
        except NobodyThere:
            raise GraphRefused(no_such_user()) from None

    def _allow(self, person: SimulatedPerson, parameters: Mapping[str, str]) -> None:
        """Whether this person may get this kind of message now."""
        if self._rules.barred:
            raise GraphRefused(REFUSALS["barred"])
        if person.id in self._rules.owned_elsewhere:
            raise GraphRefused(REFUSALS["owned"])
        if not person.accepts:
            raise GraphRefused(REFUSALS["unavailable"])
        kind, tag = parameters.get("messaging_type", "RESPONSE"), parameters.get("tag", "")
        if kind not in _TYPES or (kind == "MESSAGE_TAG") != bool(tag) or tag not in ("", "HUMAN_AGENT"):
            raise GraphRefused(bad_parameter())
        if tag and not self._rules.human_agent:
            raise GraphRefused(GraphError(10, "(#10) Application does not have permission for this action"))
        inbound = self._platform.in_conversation(self._platform.conversation_with(person))
        last_word = next((message.at for message in inbound if not message.ours), None)
        window = HUMAN_WINDOW if tag else RESPONSE_WINDOW
        if last_word is None or self._platform.clock() - last_word > window:
            raise GraphRefused(outside_window(self._rules.window_subcode))

    def _file(self, attachment: object, part: Part | None) -> SimulatedFile:
        payload = _payload(attachment)
        kind = attachment.get("type") if isinstance(attachment, dict) else None
        if not isinstance(kind, str) or kind not in _KINDS:
            raise GraphRefused(
                bad_parameter("Param message[attachment][type] must be one of image, audio, video, file")
            )
        if "attachment_id" in payload:
            file, stored_at = self._uploads.get(str(payload["attachment_id"]), (None, Millis(0)))
            if file is None or self._platform.clock() - stored_at > UPLOAD_LIVES:
                raise GraphRefused(bad_parameter("Invalid attachment id"))
            return SimulatedFile(file.name, file.mime, file.content)
        if part is None:
            raise GraphRefused(bad_parameter("Failed to fetch the file from the url", 2018008))
        if not part.mime.startswith(_KINDS[kind]) or part.mime in ("", "application/octet-stream"):
            raise GraphRefused(bad_parameter("Upload attachment failure.", 2018047))
        if len(part.content) > BIGGEST_UPLOAD:
            raise GraphRefused(bad_parameter("Attachment size exceeds allowable limit.", 2018109))
        return SimulatedFile(part.filename or "file", part.mime, part.content)

    def _keep(self, file: SimulatedFile) -> str:
        known_as = number_of(f"{self._platform.own_id} upload {len(self._uploads)}", 15)
        self._uploads[known_as] = (file, self._platform.clock())
        return known_as


def _object(parameters: Mapping[str, str], name: str) -> Mapping[str, Any]:
    """A parameter that is an object written as JSON."""
    if name not in parameters:
        raise GraphRefused(bad_parameter(f"The parameter {name} is required"))
    try:
        value = json.loads(parameters[name])
    except json.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise GraphRefused(bad_parameter(f"Param {name} must be a JSON object"))
    return value


def _payload(attachment: object) -> Mapping[str, Any]:
    payload = attachment.get("payload", {}) if isinstance(attachment, dict) else None
    if not isinstance(payload, dict):
        raise GraphRefused(bad_parameter("Param message[attachment][payload] must be an object"))
    return payload
