"""The director of training: who of the invented citizens writes what, and when.

What it is for: `Director.advance` lets the simulated platforms receive what is due: what lies there at the start, new
concerns, answers some seconds after a reply of ours arrived, and a chaser from whoever waits too long. What it refuses
to do: sleeping, drawing lots that cannot be repeated, or saying anything twice: every message has a reference, and the
platforms remember which they have had, also from an earlier run (`training.journal`).

Called once a second by the assembly, and by tests with a clock of their own.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from switchboard_app.model.times import SECOND, Millis
from switchboard_app.training.cases import Arrival, Case, Cases, Citizen, CitizenMessage, Platform
from switchboard_app.training.pace import TrainingTime
from switchboard_app.training.platform import Clock, SimulatedPlatform
from switchboard_app.training.truth import SimulatedFile, SimulatedMessage

_MIMES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".pdf": "application/pdf",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".mp4": "video/mp4",
}
_JITTER: Final = (0.8, 1.2)
"""Nobody answers to the second: a delay is multiplied by something in between."""


@dataclass(slots=True)
class _Played:
    """A case that has begun and is not over."""

    arrival: Arrival
    said: list[SimulatedMessage]
    """What the citizen has said of this case, oldest first."""

    @property
    def case(self) -> Case:
        return self.arrival.case

    @property
    def citizen(self) -> Citizen:
        return self.arrival.citizen

    def has_said(self, name: str) -> bool:
        """Whether the part of the case with this name was said."""
        return any(message.ref == f"{self.case.key}/{name}" for message in self.said)

    @property
    def told(self) -> SimulatedMessage | None:
        """The last message of the concern itself; None while it is not complete."""
        ref = f"{self.case.key}/m{len(self.case.messages) - 1}"
        return next((message for message in self.said if message.ref == ref), None)


class Director:
    """Plays the cases on the simulated platforms."""

    def __init__(
        self,
        platforms: Iterable[SimulatedPlatform],
        cases: Cases,
        clock: Clock,
        *,
        pace: float = 1.0,
        seed: int = 0,
        time: TrainingTime | None = None,
    ) -> None:
        """Make the citizens known and say what lies there at the start; who is on another platform keeps silent.

        `pace` is how fast training passes, `seed` changes how long answers take; `time` carries on an earlier run.
        """
        self.time = time or TrainingTime(clock, pace=pace)
        self._platforms = {Platform(platform.kind): platform for platform in platforms}
        self._cases = cases
        self._seed = seed
        self._playing: list[_Played] = []
        self._arrivals = self._all_arrivals()
        self._next = next(self._arrivals, None)
        self._said_before: dict[str, list[SimulatedMessage]] = {}
        for platform in self._platforms.values():
            for message in platform.truth():
                if message.ref:
                    self._said_before.setdefault(_case_key(message), []).append(message)
        known = {platform: set(there.people) for platform, there in self._platforms.items()}
        for citizen in cases.citizens:
            if citizen.key not in known.get(citizen.platform, {citizen.key}):
                self._platforms[citizen.platform].add_person(citizen.key, citizen.name, citizen.handle)
        self._begin_due(0.0, self.time.opened_at)

    def advance(self, now: Millis | None = None) -> int:
        """Say everything that is due at `now` (the clock's time unless given); answers how many messages that were."""
        moment = self.time.clock() if now is None else now
        played_s = self.time.step(moment)
        said = self._begin_due(played_s, moment)
        for played in list(self._playing):
            said += self._go_on(played, played_s, moment)
            if self._over(played):
                self._playing.remove(played)
        return said

    # --- inside ---------------------------------------------------------------------------------------------------

    def _all_arrivals(self) -> Iterator[Arrival]:
        turn = 0
        while True:
            arrivals = self._cases.arrivals(turn)
            if not arrivals:
                return
            yield from (arrival for arrival in arrivals if arrival.citizen.platform in self._platforms)
            turn += 1

    def _told(self) -> Iterator[Arrival]:
        """Every arrival up to now, newest turn last."""
        for arrival in self._all_arrivals():
            if arrival.at_s > self.time.played_s:
                return
            yield arrival

    def _begin_due(self, played_s: float, now: Millis) -> int:
        said = 0
        while self._next is not None and self._next.at_s <= played_s:
            played = _Played(self._next, self._said_before.pop(self._next.case.key, []))
            said += self._go_on(played, played_s, now)
            if not self._over(played):
                self._playing.append(played)
            self._next = next(self._arrivals, None)
        return said

    def _go_on(self, played: _Played, played_s: float, now: Millis) -> int:
        """Say what of a case is due; a case that lies there from the start is dated back."""
        said = 0
        due_s = played.arrival.at_s
        for number, message in enumerate(played.case.messages):
            due_s += message.after_s
            if due_s > played_s:
                return said
            at = Millis(self.time.opened_at + due_s * SECOND) if due_s < 0 else now
            said += self._say(played, f"m{number}", message, at)
        return said + self._answer(played, now) + self._chase(played, now)

    def _answer(self, played: _Played, now: Millis) -> int:
        """The citizen answers our reply to what was said last, in the order of the case."""
        for number, answer in enumerate(played.case.answers):
            if played.has_said(f"a{number}"):
                continue
            reply = self._reply_after(played, played.said[-1]) if played.said else None
            dice = random.Random(f"{self._seed} {played.case.key} {number}")
            if reply is None or self.time.since(reply.at, now) < answer.delay_s * dice.uniform(*_JITTER):
                return 0
            return self._say(played, f"a{number}", _text(answer.text), now)
        return 0

    def _chase(self, played: _Played, now: Millis) -> int:
        """The citizen asks again when nobody has written since the concern was told."""
        told = played.told
        if told is None or not played.case.impatient or self._reply_after(played, told) is not None:
            return 0
        if self.time.since(told.at, now) < played.case.patience_s:
            return 0
        return self._say(played, "i", _text(played.case.impatient), now)

    def _over(self, played: _Played) -> bool:
        """Whether this case will say nothing more."""
        told = played.told
        if told is None:
            # Not complete yet; or deleted on the platform, and then nobody waits for anything.
            return self._platform(played).has_said(f"{played.case.key}/m{len(played.case.messages) - 1}")
        answered = all(played.has_said(f"a{number}") for number in range(len(played.case.answers)))
        calm = not played.case.impatient or played.has_said("i") or self._reply_after(played, told) is not None
        return answered and calm

    def _say(self, played: _Played, name: str, message: CitizenMessage, at: Millis) -> int:
        """Say it, unless it was said before."""
        platform, ref = self._platform(played), f"{played.case.key}/{name}"
        if platform.has_said(ref):
            return 0
        played.said.append(platform.say(played.citizen.key, message.text, at, _files(message), ref=ref))
        return 1

    def _reply_after(self, played: _Played, last: SimulatedMessage) -> SimulatedMessage | None:
        """The first reply of ours, from here or from another tool, after a message of the citizen."""
        conversation = self._platform(played).in_conversation(last.conversation)
        after = [message for message in conversation if message.ours and message.order > last.order]
        return after[-1] if after else None

    def _platform(self, played: _Played) -> SimulatedPlatform:
        return self._platforms[played.citizen.platform]


def _case_key(message: SimulatedMessage) -> str:
    return message.ref.partition("/")[0]


def _text(text: str) -> CitizenMessage:
    return CitizenMessage(text, after_s=0, photo=None, is_sticker=False)


def _files(message: CitizenMessage) -> tuple[SimulatedFile, ...]:
    if message.photo is None:
        return ()
    path = message.photo
    mime = _MIMES.get(path.suffix.lower(), "application/octet-stream")
    content = b"" if message.is_withheld else path.read_bytes()
    return (SimulatedFile(path.name, mime, content, sticker=message.is_sticker, withheld=message.is_withheld),)
