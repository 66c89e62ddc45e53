"""What an answer becomes: to whom by name, in what words, with which files.

A private mention reaches exactly those whom its text names. So everybody in the conversation is named in front of the
operator's words, which stay as they are; and words that would name somebody else are refused, because that person would
get the answer, and see whom it is for. Called by `mastodon.connector`. Refuses to send.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.language import tr
from switchboard_app.model.length import mentions
from switchboard_app.sync.connector import OutgoingFile, PlatformFailure
from switchboard_app.sync.failures import malformed, surely
from switchboard_app.sync.http import Part
from switchboard_app.sync.json_answer import id_of, text_of
from switchboard_app.sync.mastodon.api import UPLOADS, MastodonApi

FILES_AT_ONCE: Final = 4
"""Files of one post (instance document, dossier 3)."""
_LOOKS: Final = 20
_PAUSE_S: Final = 0.5


def addressed(text: str, handles: Sequence[str]) -> str:
    """The operator's words, with everybody who is to get them in front. Raises PlatformFailure (certain)."""
    known = {handle.lower() for handle in handles}  # the local part alone is somebody else: whoever is at home here
    for named in mentions(text):
        if named.lower() not in known:
            words = tr("The text names @{name}, who would receive it too. Write the name without the @.")
            raise PlatformFailure(Failure(FailureKind.CONTENT, True, words.format(name=named)))
    return " ".join([*(f"@{handle}" for handle in handles), *([text] if text else [])])


def bodies(text: str, names: str, reply_to: str, media: Sequence[str]) -> list[dict[str, Any]]:
    """The posts of an answer: one, unless it has more files than a post takes. A further one has the names alone."""
    groups = [media[at : at + FILES_AT_ONCE] for at in range(0, len(media), FILES_AT_ONCE)] or [()]
    return [_body(text if number == 0 else names, reply_to, group) for number, group in enumerate(groups)]


def _body(text: str, reply_to: str, media: Sequence[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"status": text, "visibility": "direct"}
    if reply_to:
        body["in_reply_to_id"] = reply_to
    if media:
        body["media_ids"] = list(media)
    return body


async def upload(api: MastodonApi, file: OutgoingFile) -> str:
    """Give the instance a file; its id once it has been processed. Raises PlatformFailure, always certain."""
    parts: Sequence[Part] = (Part.of("file", file), Part("description", file.name.encode("utf-8", "replace")))
    try:
        medium: Mapping[str, Any] = await api.post(UPLOADS, "v2", "media", parts=parts)
        known_as = id_of(medium.get("id"))
        if not known_as:
            raise malformed(True, None)
        for _ in range(_LOOKS):
            if text_of(medium.get("url")):
                return known_as
            await asyncio.sleep(_PAUSE_S)
            medium = await api.record("v1", "media", known_as)  # 206 as long as there is no address
    except PlatformFailure as failure:
        raise surely(failure) from None
    words = tr("The platform is still working on «{name}»; it is tried again.").format(name=file.name)
    raise PlatformFailure(Failure(FailureKind.SERVER, True, words, api.soon()))
