"""Playing voice messages: one at a time, decoded in the decoder process, heard through `speaker`.

Holds where each voice stands, so that a row that is made anew goes on showing it. Refuses to play by itself: only a
person's press begins. Used by the rows of sounds (`sound_line`); one for a conversation.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Signal

from switchboard_app.model.entry import Attachment
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import AttachmentId
from switchboard_app.model.language import tr
from switchboard_app.store import attachments
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.decoding.decoder import Sound, the_decoder
from switchboard_app.ui.speaker import Speaker

SOUNDS = ("audio/mp4", "audio/aac", "audio/ogg", "audio/mpeg", "audio/x-wav", "audio/wav", "audio/amr", "audio/webm")
NORMAL, FASTER = 1.0, 1.5
_TICK = 100
_KEPT, _KEPT_BYTES = 8, 32 * 1024 * 1024
"""Decoded voices that stay in memory, as long as they are small together."""
_SHORT = 2 * 1024 * 1024
"""Bytes up to which the length of a voice is found out unasked."""


def played_here(mime: str) -> bool:
    """Whether files of this type are offered to be heard."""
    return mime in SOUNDS


class Voice(StrEnum):
    """What a voice is doing."""

    RESTING = "resting"
    LOADING = "loading"
    PLAYING = "playing"
    FAILED = "failed"


@dataclass(slots=True)
class Standing:
    """Where one voice stands; times in milliseconds of the voice at its own speed."""

    doing: Voice = Voice.RESTING
    at: int = 0
    length: int = 0
    """0 until it was decoded."""
    words: str = ""
    """Why it cannot be played, or that not all of it is."""


class Player(QObject):
    """`toggle(file)` plays or pauses, `seek`, `set_tempo`; `standing(file)` says where it is, `moved` that it is."""

    moved = Signal(str)
    """The attachment whose standing is another now."""

    def __init__(
        self, bridge: Bridge, parent: QObject | None = None, *, speaker: Callable[[], Speaker] = Speaker
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._speaker = speaker()
        self._now: Attachment | None = None
        self._tempo = NORMAL
        self._heard: Sound | None = None
        self._standings: dict[AttachmentId, Standing] = {}
        self._decoded: OrderedDict[tuple[AttachmentId, float], Sound] = OrderedDict()
        self._turn = asyncio.Lock()
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK)
        self._clock.timeout.connect(self._tick)

    def standing(self, file: Attachment) -> Standing:
        """Where this voice stands."""
        return self._standings.setdefault(file.id, Standing())

    @property
    def tempo(self) -> float:
        """How fast voices are played, the pitch kept."""
        return self._tempo

    def prepare(self, file: Attachment) -> None:
        """Find out how long a short voice is, so that its row can say it before anybody plays it."""
        standing = self.standing(file)
        if not standing.length and standing.doing is Voice.RESTING and file.size <= _SHORT:
            self._bridge.start("prepare a voice", self._preparing(file))

    async def _preparing(self, file: Attachment) -> None:
        try:
            async with self._turn:
                sound = await self._sound(file, NORMAL)
        except UserError:
            return  # not kept any more: the row says what became of it
        standing = self.standing(file)
        if sound is None:
            self._fail(file, _damaged())
        elif not standing.length:
            standing.length = sound.millis
            self.moved.emit(file.id)

    def toggle(self, file: Attachment) -> None:
        """Play it, or pause it."""
        if self._now is not None and self._now.id == file.id:
            self.pause()
            return
        self.pause()
        self._begin(file)

    def seek(self, file: Attachment, at: int) -> None:
        """Go to a moment; goes on playing if it was."""
        standing = self.standing(file)
        standing.at = max(0, min(at, standing.length))
        if self._now is not None and self._now.id == file.id:
            self.pause()
            standing.at = max(0, min(at, standing.length))
            self._begin(file)
        self.moved.emit(file.id)

    def set_tempo(self, tempo: float) -> None:
        """Play this fast from now on."""
        playing = self._now
        self.pause()
        self._tempo = tempo
        if playing is not None:
            self._begin(playing)
        for known in tuple(self._standings):
            self.moved.emit(known)

    def pause(self) -> None:
        """Be silent; the voice stays where it is."""
        now, self._now = self._now, None
        self._clock.stop()
        if now is None:
            return
        self._note_place(now)
        self._speaker.stop()
        self._rest(now)

    # -- playing ---------------------------------------------------------------------------------------------------

    def _begin(self, file: Attachment) -> None:
        self._now, self._heard = file, None
        standing = self.standing(file)
        standing.doing, standing.words = Voice.LOADING, ""
        self.moved.emit(file.id)
        self._bridge.start("play", self._playing(file))

    async def _playing(self, file: Attachment) -> None:
        standing, tempo = self.standing(file), self._tempo
        try:
            async with self._turn:
                sound = await self._sound(file, tempo)
                if self._now is not file or self._tempo != tempo:
                    return  # somebody pressed again meanwhile
                if sound is None:
                    self._fail(file, _damaged())
                    return
                standing.length = sound.millis
                if sound.cut:
                    standing.words = tr("Only the first {n} minutes are played here.").format(n=sound.millis // 60_000)
                start = 0 if standing.at >= sound.millis else standing.at
                await asyncio.to_thread(self._speaker.play, sound.samples, sound.rate, _sample(sound, start, tempo))
        except UserError as problem:
            self._fail(file, f"{problem.message} {problem.next_step}".strip())
            return
        if self._now is not file:
            self._speaker.stop()
            return
        self._heard = sound
        standing.doing = Voice.PLAYING
        self._clock.start()
        self.moved.emit(file.id)

    async def _sound(self, file: Attachment, tempo: float) -> Sound | None:
        key = (file.id, tempo)
        if key not in self._decoded:
            content = await self._bridge.ask(attachments.content, file.id)
            sound = await the_decoder().sound(content, tempo)
            if sound is None:
                return None
            self._decoded[key] = sound
            while len(self._decoded) > _KEPT or (len(self._decoded) > 1 and self._held() > _KEPT_BYTES):
                self._decoded.popitem(last=False)
        return self._decoded[key]

    def _held(self) -> int:
        return sum(len(one.samples) for one in self._decoded.values())

    def _tick(self) -> None:
        if self._now is None:
            return
        self._note_place(self._now)
        if self._speaker.ended():
            now, self._now = self._now, None
            self._clock.stop()
            self._speaker.stop()
            self.standing(now).at = 0
            self._rest(now)
        else:
            self.moved.emit(self._now.id)

    def _note_place(self, file: Attachment) -> None:
        if self._heard is not None:
            place = self._speaker.heard() * 1000 / self._heard.rate * self._tempo
            self.standing(file).at = min(round(place), self._heard.millis)

    def _rest(self, file: Attachment) -> None:
        standing = self.standing(file)
        if standing.doing is not Voice.FAILED:
            standing.doing = Voice.RESTING
        self.moved.emit(file.id)

    def _fail(self, file: Attachment, words: str) -> None:
        if self._now is file:
            self._now = None
        standing = self.standing(file)
        standing.doing, standing.words = Voice.FAILED, words
        self.moved.emit(file.id)


def _damaged() -> str:
    return tr("This sound is damaged, or of a kind that is not played here. It can be saved.")


def _sample(sound: Sound, millis: int, tempo: float) -> int:
    """The sample at a moment of the voice."""
    return min(round(millis / tempo * sound.rate / 1000), len(sound.samples) // 2)
