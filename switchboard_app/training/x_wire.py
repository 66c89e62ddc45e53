"""Bodies of the simulated X account: JSON in, JSON out.

What it is for: X writes UTF-8 unescaped; a text with half a surrogate pair, which UTF-8 cannot hold, is escaped. What
it refuses to do: deciding. Called by `training.x`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from switchboard_app.training.x_problems import XRefused, invalid_request


def json_response(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer as X writes it."""
    try:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        content = json.dumps(body, separators=(",", ":")).encode()
    return Response(content, status, headers, "application/json; charset=utf-8")


async def json_body(request: Request) -> dict[str, Any]:
    """The body, which must be a JSON object. Raises XRefused."""
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise XRefused(invalid_request({"body": []}, f"The request body is not JSON: {error}")) from error
    if not isinstance(body, dict):
        raise XRefused(invalid_request({"body": []}, "The request body is not a JSON object"))
    return body


def message_body(body: object, longest: int) -> tuple[str, list[str]]:
    """Text and media ids of a message to send, checked against the specification. Raises XRefused."""
    if not isinstance(body, dict):
        raise XRefused(invalid_request({"message": []}, "$.message: must be an object"))
    text, attachments = body.get("text"), body.get("attachments")
    strange = sorted(set(body) - {"text", "attachments"})
    if strange:
        raise XRefused(invalid_request({strange[0]: [""]}, f"$.{strange[0]}: is not defined in the schema"))
    if text is None and attachments is None:
        raise XRefused(invalid_request({"text": []}, "At least one of text, attachments is required"))
    if text is not None and (not isinstance(text, str) or not 1 <= len(text) <= longest):
        raise XRefused(invalid_request({"text": []}, f"$.text: must have 1 to {longest} characters"))
    if attachments is None:
        return text or "", []
    if not isinstance(attachments, list) or len(attachments) != 1 or not isinstance(attachments[0], dict):
        raise XRefused(invalid_request({"attachments": []}, "$.attachments: exactly one is allowed"))
    return text or "", [str(attachments[0].get("media_id", ""))]
