"""Images on their way out: the chunked upload of API v2 (dossier 1.1), before the message that carries them.

It refuses to send anything by itself: whatever fails here, no message was sent, so every failure is certain.
Called by `x.connector`.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.language import tr
from switchboard_app.sync.connector import OutgoingFile, PlatformFailure
from switchboard_app.sync.failures import surely
from switchboard_app.sync.json_answer import Record, id_of, record_of, text_of, whole_of
from switchboard_app.sync.x.api import UPLOADS, XApi

_SEGMENT: Final = 1024 * 1024
"""Bytes of one piece. Pieces go as base64 in JSON: both specifications take that, while a multipart form cannot satisfy
2.166 (its index would be a number and a text at once)."""
_LOOKS: Final = 5
_LONGEST_WAIT_S: Final = 3.0

Sleep = Callable[[float], Awaitable[None]]


async def upload(api: XApi, file: OutgoingFile, sleep: Sleep) -> str:
    """The media id of an uploaded file, usable for 24 hours by this account. Raises PlatformFailure, certain."""
    try:
        return await _upload(api, file, sleep)
    except PlatformFailure as failure:
        raise surely(failure) from None


async def _upload(api: XApi, file: OutgoingFile, sleep: Sleep) -> str:
    category = {"image/gif": "dm_gif"}.get(file.mime, "dm_video" if file.mime.startswith("video/") else "dm_image")
    begin = {"media_type": file.mime, "media_category": category, "total_bytes": len(file.content)}
    media = _id(await api.post(UPLOADS, "media", "upload", "initialize", json=begin), api)
    for index, start in enumerate(range(0, len(file.content), _SEGMENT)):
        piece = file.content[start : start + _SEGMENT]
        segment = {"segment_index": index, "media": base64.b64encode(piece).decode("ascii")}
        await api.post(UPLOADS, "media", "upload", media, "append", json=segment)
    answer = await api.post(UPLOADS, "media", "upload", media, "finalize")
    for _ in range(_LOOKS):
        progress = record_of(record_of(answer.get("data")).get("processing_info"))
        state = text_of(progress.get("state"))
        if state not in ("pending", "in_progress"):
            break
        await sleep(min(_LONGEST_WAIT_S, max(1.0, whole_of(progress.get("check_after_secs")))))
        answer = await api.get(UPLOADS, "media", "upload", params={"command": "STATUS", "media_id": media})
    else:
        state = "failed"
    if state == "failed":
        raise PlatformFailure(Failure(FailureKind.CONTENT, True, tr("The platform could not process the file.")))
    return media


def _id(answer: Record, api: XApi) -> str:
    known_as = id_of(record_of(answer.get("data")).get("id"))
    if not known_as:
        raise api.not_understood()
    return known_as
