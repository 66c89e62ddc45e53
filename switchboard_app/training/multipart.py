"""The parts of a ``multipart/form-data`` body, byte-exact.

What it is for: both platforms take uploads this way. Starlette's own reader needs one more library, which the
program would have to ship. What it refuses to do: streaming; a training upload fits into memory.
Called by `training.facebook` and `training.x_media`.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser


class PartsUnreadable(ValueError):
    """The body does not follow its own content type."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `mime` is empty when the sender gave no content type, `filename` when there is none."""

    name: str
    filename: str
    mime: str
    content: bytes


def read_parts(content_type: str, body: bytes) -> tuple[Part, ...]:
    """The parts in order. Raises PartsUnreadable."""
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_boundary()
    if not boundary:
        raise PartsUnreadable("no boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise PartsUnreadable("no closing boundary")
    return tuple(_part(piece) for piece in pieces[1:-1])


def _part(piece: bytes) -> Part:
    head, gap, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not gap:
        raise PartsUnreadable("a part without headers")
    headers = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
    name = headers.get_param("name", "", header="content-disposition")
    mime = headers.get_content_type() if "content-type" in headers else ""
    return Part(str(name), headers.get_filename() or "", mime, content)
