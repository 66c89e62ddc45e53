"""What the window asks its decoders for: pictures as pixels, voices as samples, smaller copies.

One process for pictures and one for sounds, each asked one file at a time on a thread of its own. `Decoder` is made
once (`the_decoder`), shared by thumbnails, viewer, composer and player, and ended with the program. A file that the
process dies of, hangs on or cannot hold is no picture, told within `PICTURE_SECONDS`.
"""

from __future__ import annotations

import asyncio
import atexit
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from switchboard_app.ui.decoding.frames import Broken, Head, whole
from switchboard_app.ui.decoding.process import NOTHING, Answer, DecoderProcess

PICTURE_SECONDS = 2.0
SHRINK_SECONDS = 6.0
SOUND_SECONDS = 8.0
MOST_SIDE = 4096
"""Pixels of a side of the biggest picture that is asked for."""
MOST_INPUT = 26 * 1024 * 1024
LONGEST_SOUND = 600
"""Seconds of a voice message that are played; what is longer is saved and played elsewhere."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels, and how large the picture is in the file (0 x 0 when unknown)."""

    image: QImage
    whole: QSize

    @property
    def complete(self) -> bool:
        """Whether the pixels are all there are."""
        return self.whole == self.image.size()


@dataclass(frozen=True, slots=True)
class Sound:
    """One voice: 16-bit samples, `rate` a second. `millis` is its length at normal speed as far as it is played."""

    samples: bytes
    rate: int
    millis: int
    cut: bool


class Decoder:
    """Awaited from the window's loop; nothing here holds it up."""

    def __init__(self) -> None:
        self.pictures = DecoderProcess("pictures")
        self.sounds = DecoderProcess("sounds")
        self._threads = {
            one: ThreadPoolExecutor(1, thread_name_prefix="decoder") for one in (self.pictures, self.sounds)
        }
        self._closed = False
        atexit.register(self.close)

    async def picture(self, content: bytes, within: QSize) -> Picture | None:
        """The picture, scaled down to fit; None when it is none that is shown, too big, or damaged."""
        wide, tall = min(within.width(), MOST_SIDE), min(within.height(), MOST_SIDE)
        head: Head = {"do": "picture", "width": wide, "height": tall}
        return picture_of(await self._ask(self.pictures, head, content, PICTURE_SECONDS), wide, tall)

    async def poster(self, content: bytes, within: QSize) -> Picture | None:
        """The first picture of a film; None when there is none."""
        wide, tall = min(within.width(), MOST_SIDE), min(within.height(), MOST_SIDE)
        head: Head = {"do": "poster", "width": wide, "height": tall}
        return picture_of(await self._ask(self.sounds, head, content, PICTURE_SECONDS), wide, tall)

    async def sound(self, content: bytes, tempo: float = 1.0) -> Sound | None:
        """The voice in a file; None when there is none that is played."""
        head: Head = {"do": "sound", "tempo": round(tempo * 100), "seconds": LONGEST_SOUND}
        return sound_of(await self._ask(self.sounds, head, content, SOUND_SECONDS), tempo)

    async def shrunk(self, content: bytes, most: int) -> bytes:
        """A smaller copy of a picture as JPEG with at most `most` bytes; b"" when there is none."""
        answer = await self._ask(
            self.pictures, {"do": "shrink", "most": min(most, MOST_INPUT)}, content, SHRINK_SECONDS
        )
        good = answer.kind == "file" and len(answer.body) <= most and answer.body.startswith(b"\xff\xd8\xff")
        return answer.body if good else b""

    async def _ask(self, process: DecoderProcess, head: Head, content: bytes, seconds: float) -> Answer:
        if len(content) > MOST_INPUT or self._closed:
            return NOTHING
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads[process], process.ask, head, content, seconds)

    def close(self) -> None:
        """End both processes; the next question starts none."""
        self._closed = True
        for process, thread in self._threads.items():
            process.close()
            thread.shutdown(wait=False, cancel_futures=True)
        atexit.unregister(self.close)


@lru_cache(maxsize=1)
def the_decoder() -> Decoder:
    """The one of this program; its processes start with the first file."""
    return Decoder()


def picture_of(answer: Answer, wide: int, tall: int) -> Picture | None:
    """The pixels of an answer, when it is one and they are as many as it says."""
    if answer.kind != "picture":
        return None
    try:
        width, height = whole(answer.head, "width", wide), whole(answer.head, "height", tall)
        size = QSize(whole(answer.head, "whole_width", 1 << 20), whole(answer.head, "whole_height", 1 << 20))
    except Broken:
        return None
    if not width or not height or len(answer.body) != width * height * 4:
        return None
    form = QImage.Format.Format_ARGB32_Premultiplied
    return Picture(QImage(answer.body, width, height, width * 4, form).copy(), size)


def sound_of(answer: Answer, tempo: float) -> Sound | None:
    """The samples of an answer, when it is one and they are no more than were asked for."""
    if answer.kind != "sound":
        return None
    try:
        rate, millis = whole(answer.head, "rate", 96_000), whole(answer.head, "millis", LONGEST_SOUND * 1000 + 1000)
        cut = whole(answer.head, "cut", 1)
    except Broken:
        return None
    if rate < 4000 or not answer.body or len(answer.body) % 2 or len(answer.body) > rate * 2 * (LONGEST_SOUND + 1):
        return None
    return Sound(answer.body, rate, round(millis * tempo), bool(cut))
