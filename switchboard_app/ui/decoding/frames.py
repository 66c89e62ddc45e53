"""How window and decoder speak: frames of a small JSON head and raw bytes, both with their length in front.

Nothing that is read here is executed or trusted: lengths are bounded before anything is allocated, heads are flat JSON
objects. Used by both processes, standard library only.
"""

from __future__ import annotations

import json
import struct
from typing import BinaryIO

MOST_HEAD = 4096
MOST_BODY = 72 * 1024 * 1024
"""Bytes of the biggest answer: a picture of 4096 x 4096 pixels, with some air."""
_LENGTHS = struct.Struct(">II")
_PIECE = 1024 * 1024

Head = dict[str, str | int | float]


class Broken(Exception):
    """The other side ended, or says something that is no frame."""


def write_frame(stream: BinaryIO, head: Head, body: bytes | bytearray | memoryview = b"") -> None:
    """Write one frame. Raises OSError when nobody reads."""
    words = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    _write_all(stream, _LENGTHS.pack(len(words), len(body)) + words)
    view = memoryview(body)
    for start in range(0, len(view), _PIECE):
        _write_all(stream, view[start : start + _PIECE])
    stream.flush()


def read_frame(stream: BinaryIO, most_body: int = MOST_BODY) -> tuple[Head, bytes]:
    """Read one frame. Raises Broken."""
    head_length, body_length = _LENGTHS.unpack(_read_all(stream, _LENGTHS.size))
    if head_length > MOST_HEAD or body_length > most_body:
        raise Broken
    words = _read_all(stream, head_length)
    try:
        head = json.loads(words)
    except (ValueError, RecursionError) as error:
        raise Broken from error
    if not isinstance(head, dict) or not all(isinstance(value, (str, int, float)) for value in head.values()):
        raise Broken
    return head, _read_all(stream, body_length)


def whole(head: Head, name: str, most: int) -> int:
    """A whole number from 0 to `most` in a head. Raises Broken."""
    value = head.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise Broken
    return value


def _write_all(stream: BinaryIO, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[stream.write(view) :]  # a pipe without a buffer may take a part


def _read_all(stream: BinaryIO, length: int) -> bytes:
    """Exactly so many bytes, taken as they come: what is announced is not allocated before it is there."""
    pieces = bytearray()
    while len(pieces) < length:
        piece = stream.read(min(_PIECE, length - len(pieces)))
        if not piece:
            raise Broken
        pieces += piece
    return bytes(pieces)
