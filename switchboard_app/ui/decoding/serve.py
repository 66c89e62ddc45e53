"""The decoder process: reads a file, answers with pixels or samples, until nobody asks any more.

Started by `process` as the hidden verb ``decoder`` with what it decodes: ``pictures`` or ``sounds``. It holds nothing
between two files, writes no log, and says why in one word only. Refuses to run on a terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import BinaryIO

from switchboard_app.ui.decoding import limits
from switchboard_app.ui.decoding.frames import Broken, Head, read_frame, whole, write_frame

MOST_SIDE = 4096
MOST_INPUT = 26 * 1024 * 1024

Answered = tuple[Head, bytes | bytearray | memoryview, object]
"""Head and body, and what the body lies in: pixels are written from the very picture that holds them."""
Answering = Callable[[Head, bytes], Answered]


def serve(what: str) -> int:
    """Answer until standard input ends; the exit code."""
    source, target = _pipes()
    if sys.platform == "linux":
        limits.give_up_network()
    answering = {"pictures": _pictures, "sounds": _sounds}[what]()
    limits.limit_this_process()
    try:
        write_frame(target, {"is": "ready"})
        while True:
            head, content = read_frame(source, MOST_INPUT)
            try:
                answer, body, holder = answering(head, content)
            except MemoryError:
                answer, body, holder = _none("memory")
            del content
            answer["peak"] = limits.most_used()
            write_frame(target, answer, body)
            del body, holder
    except (Broken, OSError):
        return 0  # the window ended


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, unbuffered, and out of the reach of anything that prints."""
    import os

    if sys.platform == "win32":
        import msvcrt

        for number in (0, 1):
            msvcrt.setmode(number, os.O_BINARY)  # or line ends would be changed within pictures
    source = os.fdopen(os.dup(0), "rb", buffering=0)
    target = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    return source, target


def _none(why: str) -> Answered:
    return {"is": "none", "why": why}, b"", None


def _pictures() -> Answering:
    from switchboard_app.ui.decoding import pictures

    def answer(head: Head, content: bytes) -> Answered:
        if head.get("do") == "shrink":
            small = pictures.shrunk(content, whole(head, "most", MOST_INPUT))
            return ({"is": "file"}, small, None) if small else _none("damaged")
        found = pictures.decoded(content, whole(head, "width", MOST_SIDE), whole(head, "height", MOST_SIDE))
        if found is None:
            return _none("damaged" if pictures.form_of(content) else "kind")
        image, size = found
        told: Head = {
            "is": "picture",
            "width": image.width(),
            "height": image.height(),
            "whole_width": size.width(),
            "whole_height": size.height(),
        }
        return told, image.constBits(), image  # 4 bytes a pixel: rows have no padding

    return answer


def _sounds() -> Answering:
    from switchboard_app.ui.decoding import sounds

    def answer(head: Head, content: bytes) -> Answered:
        try:
            if head.get("do") == "poster":
                width, height = whole(head, "width", MOST_SIDE), whole(head, "height", MOST_SIDE)
                found = sounds.first_picture(content, width, height)
                if found is None:
                    return _none("kind")
                wide, tall, pixels = found
                told: Head = {"is": "picture", "width": wide, "height": tall, "whole_width": 0, "whole_height": 0}
                return told, pixels, None
            tempo = whole(head, "tempo", 300) / 100
            made, millis, cut = sounds.samples(content, tempo, whole(head, "seconds", sounds.MOST_SECONDS))
            return {"is": "sound", "rate": sounds.RATE, "millis": millis, "cut": int(cut)}, made, None
        except sounds.NoSound:
            return _none("kind")
        except sounds.DAMAGED:
            return _none("damaged")

    return answer
