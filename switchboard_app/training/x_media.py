"""Uploads to the simulated X account (contract dossier 1.1, 1.2).

What it is for: the chunked upload (initialize, append, finalize), the one in one piece, and the question which upload
may go into a direct message. What it refuses to do: looking into a file; its type is what the client says.
Called by `training.x`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from switchboard_app.model.times import DAY, SECOND, Millis
from switchboard_app.training.multipart import PartsUnreadable, read_parts
from switchboard_app.training.pictures import size_of
from switchboard_app.training.platform import Clock
from switchboard_app.training.truth import SimulatedFile
from switchboard_app.training.x_problems import WRONG_MEDIA, XRefused, invalid_request

UPLOAD_LIVES: Final = DAY
CATEGORIES: Final = (
    "amplify_video",
    "tweet_gif",
    "tweet_image",
    "tweet_video",
    "dm_gif",
    "dm_image",
    "dm_video",
    "subtitles",
)
"""As in the specification; only those that begin with ``dm_`` may go into a message."""

_BIGGEST: Final[Mapping[str, int]] = {"dm_image": 5 * 1024 * 1024, "dm_gif": 15 * 1024 * 1024}


@dataclass(slots=True)
class _Upload:
    id: str
    mime: str
    category: str
    total: int
    at: Millis
    segments: dict[int, bytes] = field(default_factory=dict)
    done: bool = False

    @property
    def content(self) -> bytes:
        return b"".join(self.segments[index] for index in sorted(self.segments))


class Uploads:
    """What was uploaded so far."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._uploads: dict[str, _Upload] = {}

    def initialize(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Begin a chunked upload. Raises XRefused."""
        category, total = body.get("media_category", "tweet_image"), body.get("total_bytes", 0)
        if category not in CATEGORIES:
            raise XRefused(invalid_request({"media_category": [str(category)]}, "media_category is not valid"))
        if not isinstance(total, int) or total < 0 or total > _BIGGEST.get(category, 512 * 1024 * 1024):
            raise XRefused(invalid_request({"total_bytes": [str(total)]}, "total_bytes is not valid"))
        return {"data": self._named(self._begin(str(body.get("media_type", "")), category, total))}

    def append(self, media_id: str, content_type: str, body: bytes) -> dict[str, Any]:
        """Add a segment. Raises XRefused."""
        upload = self._known(media_id)
        members, media = self._body(content_type, body)
        index = str(members.get("segment_index", ""))
        if not index.isdecimal() or int(index) > 999 or media is None:
            raise XRefused(invalid_request({"segment_index": [index]}, "media and segment_index are required"))
        upload.segments[int(index)] = media
        return {"data": {"expires_at": (upload.at + UPLOAD_LIVES) // SECOND}}

    def finalize(self, media_id: str) -> dict[str, Any]:
        """End a chunked upload. Raises XRefused when bytes are missing."""
        upload = self._known(media_id)
        if len(upload.content) != upload.total:
            message = f"Segments do not add up to provided total file size ({len(upload.content)} of {upload.total})."
            raise XRefused(invalid_request({"media_id": [media_id]}, message))
        upload.done = True
        return self.status(media_id)

    def at_once(self, content_type: str, body: bytes) -> dict[str, Any]:
        """The upload in one piece. Raises XRefused."""
        members, media = self._body(content_type, body)
        category = str(members.get("media_category", ""))
        if media is None or category not in CATEGORIES:
            raise XRefused(invalid_request({"media_category": [category]}, "media and media_category are required"))
        upload = self._begin(str(members.get("media_type", "image/png")), category, len(media))
        upload.segments[0] = media
        return self.finalize(upload.id)

    def status(self, media_id: str) -> dict[str, Any]:
        """What is known of an upload. Raises XRefused."""
        upload = self._known(media_id)
        record = {**self._named(upload), "size": len(upload.content)}
        if upload.mime.startswith("image/"):
            width, height = size_of(upload.content)
            record["image"] = {"w": width, "h": height, "image_type": upload.mime}
        return {"data": record}

    def for_message(self, media_id: str) -> SimulatedFile:
        """The file for a direct message. Raises XRefused when it may not be attached."""
        upload = self._uploads.get(media_id)
        expired = upload is not None and self._clock() - upload.at > UPLOAD_LIVES
        if upload is None or expired or not upload.done or not upload.category.startswith("dm_"):
            raise XRefused(WRONG_MEDIA)
        return SimulatedFile(f"{media_id}", upload.mime, upload.content, id=media_id)

    def _begin(self, mime: str, category: str, total: int) -> _Upload:
        # Snowflakes as everywhere: more than 2^53.
        number = (self._clock() - 1_288_834_974_657 << 22) + len(self._uploads)
        upload = _Upload(str(number), mime, category, total, self._clock())
        self._uploads[upload.id] = upload
        return upload

    def _named(self, upload: _Upload) -> dict[str, Any]:
        kind = {"dm_gif": 16, "tweet_gif": 16, "dm_video": 7, "tweet_video": 7}.get(upload.category, 3)
        left = (upload.at + UPLOAD_LIVES - self._clock()) // SECOND
        return {"id": upload.id, "media_key": f"{kind}_{upload.id}", "expires_after_secs": left}

    def _known(self, media_id: str) -> _Upload:
        if media_id not in self._uploads:
            raise XRefused(invalid_request({"id": [media_id]}, f"Could not find media with id [{media_id}]"))
        return self._uploads[media_id]

    def _body(self, content_type: str, body: bytes) -> tuple[Mapping[str, Any], bytes | None]:
        """The members of an upload's body, and the bytes: raw in multipart, base64 in JSON."""
        try:
            if content_type.startswith("multipart/form-data"):
                parts = read_parts(content_type, body)
                fields = {part.name: part.content.decode("utf-8", "replace") for part in parts if part.name != "media"}
                media = next((part for part in parts if part.name == "media"), None)
                if media is not None and media.mime:
                    fields.setdefault("media_type", media.mime)
                return fields, None if media is None else media.content
            members = json.loads(body)
            return members, base64.b64decode(members["media"], validate=True) if "media" in members else None
        except (PartsUnreadable, ValueError, TypeError, binascii.Error) as error:
            raise XRefused(invalid_request({"media": [""]}, f"The request body is not readable: {error}")) from error
