"""The invented citizens and callers of training mode, read from ``resources/training``.

What it is for: turning ``citizens.json`` and ``calls.json`` into frozen values, with every mistake in the files
named by file and key, and saying in which order and at what time the citizens write (`Cases.arrivals`) and the
callers ring (`Cases.rings`).

What it refuses to do: it knows no platform, no clock and no store, and sends nothing. A field it does not know is
an error, so that a typing error in a case cannot pass for an option.

Called by `training.director` (who plays the schedule) and by the simulated platforms, which show the citizens'
names and photos. The files are documented field by field in ``resources/training/README.md``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from switchboard_app.model.language import tr
from switchboard_app.training.entries import CaseFileError, Entry, read_entries

__all__ = [
    "Answer",
    "Arrival",
    "Call",
    "Case",
    "CaseFileError",
    "Cases",
    "Citizen",
    "CitizenMessage",
    "Platform",
    "Ring",
    "Urgency",
    "Variation",
    "load_cases",
]

LANGUAGES: Final = ("de", "fr", "it", "en")
LONGEST_TEXT: Final = 2_000
"""Characters. Messenger takes 2,000 in one text; nobody may write in training what no citizen can write."""

EARLIEST_S: Final = -30 * 86_400
"""A backlog reaches back thirty days at most, as far as X's direct-message events can be read."""

_PAUSE_S: Final = (40, 90)
"""Shortest and longest pause between two arrivals in the rounds after the first."""

_CALL_PAUSE_S: Final = (180, 330)
"""Shortest and longest pause between two calls in the rounds after the first."""


class Platform(StrEnum):
    """Where a citizen writes: the page «Rathaus Basel», the account «Kanton Basel-Stadt» on X and Mastodon
    (@BaselStadt) or on Instagram (kantonbaselstadt), or the mailbox of the switchboard."""

    FACEBOOK = "facebook"
    X = "x"
    INSTAGRAM = "instagram"
    MASTODON = "mastodon"
    EMAIL = "email"


class Urgency(StrEnum):
    """How pressing a call is. `EMERGENCY` belongs to 117, 118 or 144 before any note is written."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class CitizenMessage:
    """One message as the citizen sends it."""

    text: str
    """Plain text, byte-exact; empty when there is only a picture."""
    after_s: int
    """Seconds after the previous message of the case; 0 for the first."""
    photo: Path | None
    """A file that goes with the message, mostly a picture; it exists (checked on loading)."""
    is_sticker: bool
    """The picture is a platform's sticker, not a photo."""
    is_withheld: bool = False
    """The platform names the file and does not give it (Facebook in Europe)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the citizen writes back after our reply: the first answer after the first reply, and so on."""

    text: str
    delay_s: int
    """Seconds after our reply arrived."""


@dataclass(frozen=True, slots=True)
class Variation:
    """The same kind of concern in other words, for the rounds after the first."""

    text: str
    """Replaces all messages of the case by this one."""
    answer: str
    """Replaces all answers by this one; empty when the citizen does not write back."""
    impatient: str
    """Replaces the case's impatient text; empty when the citizen does not chase this time."""


@dataclass(frozen=True, slots=True)
class Case:
    """One concern of one citizen. It becomes one enquiry."""

    key: str
    """Unique over all citizens, e.g. ``schlagloch-gundeli``."""
    topic: str
    """Two or three words for the trainer's list, in German."""
    arrives_after_s: int
    """Seconds from the start of training to the first message; negative = it lies there when training starts."""
    messages: tuple[CitizenMessage, ...]
    """One to three."""
    answers: tuple[Answer, ...]
    """None to two. Our third reply gets no answer."""
    patience_s: int
    """Seconds without a reply, counted from the last message or from the start of training, whichever is later,
    after which `impatient` is written, once."""
    impatient: str
    """Empty when this citizen never chases."""
    expect_office: str
    """The responsible office: name, unit or title (`model.office.Office.title`) of an entry of the sample directory.
    The name alone means that any of its units is right."""
    hint: str
    """Why this office and what to watch for; shown to the trainee afterwards, in German."""
    variations: tuple[Variation, ...]
    """Empty: the case happens once and is left out of later rounds."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """One invented person on one platform."""

    key: str
    platform: Platform
    name: str
    """Display name on the platform; may hold emoji, Arabic or Hebrew, or be very long."""
    handle: str
    """User name without the @; empty on Facebook."""
    language: str
    """One of `LANGUAGES`."""
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that rings in. Nothing is spoken: the trainee reads the lines one by one."""

    key: str
    topic: str
    rings_after_s: int
    """Seconds from the start of training."""
    gives_up_after_s: int
    """Seconds until the caller hangs up when nobody answers."""
    number: str
    """As the telephone shows it; empty when withheld."""
    caller: str
    """The name the caller gives; empty when none is given."""
    language: str
    """One of `LANGUAGES`."""
    lines: tuple[str, ...]
    """What the caller says, in order."""
    expect_office: str
    """As in `Case`."""
    urgency: Urgency
    callback: str
    """When and where the caller wants to be called back, in the caller's words; empty when no callback is wanted."""
    hint: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A case that begins at a time."""

    at_s: int
    """Seconds from the start of training to the first message."""
    citizen: Citizen
    case: Case


@dataclass(frozen=True, slots=True)
class Ring:
    """A call that begins to ring at a time, in seconds from the start of training."""

    at_s: int
    call: Call


@dataclass(frozen=True, slots=True)
class Cases:
    """Everything that training mode plays."""

    citizens: tuple[Citizen, ...]
    calls: tuple[Call, ...]

    def arrivals(self, turn: int = 0) -> tuple[Arrival, ...]:
        """Who begins to write when, in order of time.

        Turn 0 is the schedule of the file. Turn 1, 2, … follow on for ever: the cases that have variations, in an
        order and with pauses that differ each turn but are the same each time they are asked for.
        """
        if turn == 0:
            told = (Arrival(case.arrives_after_s, citizen, case) for citizen in self.citizens for case in citizen.cases)
            return tuple(sorted(told, key=lambda arrival: (arrival.at_s, arrival.case.key)))
        start = self.arrivals(turn - 1)[-1].at_s
        again = [(citizen, case) for citizen in self.citizens for case in citizen.cases if case.variations]
        dice = random.Random(turn)
        dice.shuffle(again)
        arrivals: list[Arrival] = []
        for citizen, case in again:
            start += dice.randint(*_PAUSE_S)
            arrivals.append(Arrival(start, citizen, _varied(case, turn, start)))
        return tuple(arrivals)

    def rings(self, turn: int = 0) -> tuple[Ring, ...]:
        """Who calls when, in order of time; turns as in `arrivals`."""
        if turn == 0:
            return tuple(Ring(call.rings_after_s, call) for call in sorted(self.calls, key=lambda c: c.rings_after_s))
        start = self.rings(turn - 1)[-1].at_s
        dice = random.Random(turn)
        rings: list[Ring] = []
        for call in dice.sample(self.calls, len(self.calls)):
            start += dice.randint(*_CALL_PAUSE_S)
            rings.append(Ring(start, replace(call, rings_after_s=start)))
        return tuple(rings)


def load_cases(folder: Path) -> Cases:
    """Read ``citizens.json``, ``calls.json`` and the names of ``photos/`` from a folder.

    Raises `CaseFileError`, naming file and key, when a file is missing, is not JSON, or says something impossible.
    """
    photos = folder / "photos"
    citizens = tuple(_citizen(entry, photos) for entry in read_entries(folder / "citizens.json", "citizens"))
    calls = tuple(_call(entry) for entry in read_entries(folder / "calls.json", "calls"))
    _refuse_twins(folder / "citizens.json", (citizen.key for citizen in citizens))
    _refuse_twins(folder / "citizens.json", (case.key for citizen in citizens for case in citizen.cases))
    _refuse_twins(folder / "citizens.json", (citizen.handle.lower() for citizen in citizens if citizen.handle))
    _refuse_twins(folder / "calls.json", (call.key for call in calls))
    return Cases(citizens, calls)


def _citizen(entry: Entry, photos: Path) -> Citizen:
    platform = Platform(entry.choice("platform", tuple(Platform)))
    handle = entry.text("handle", longest=30) if platform not in (Platform.FACEBOOK, Platform.EMAIL) else ""
    if platform is Platform.X and not re.fullmatch(r"[A-Za-z0-9_]{4,15}", handle):
        raise entry.wrong("handle", tr("must be 4 to 15 letters, digits or _"))
    if platform is Platform.INSTAGRAM and not re.fullmatch(r"[a-z0-9_.]{1,30}", handle):
        raise entry.wrong("handle", tr("must be small letters, digits, underscores or dots"))
    if platform is Platform.MASTODON and not re.fullmatch(r"[a-z0-9_]{1,30}", handle):
        raise entry.wrong("handle", tr("must be small letters, digits or underscores"))
    citizen = Citizen(
        key=entry.key("key"),
        platform=platform,
        name=entry.text("name", longest=50 if platform is Platform.X else 80),
        handle=handle,
        language=entry.choice("language", LANGUAGES),
        cases=tuple(_case(case, photos) for case in entry.entries("cases", 1, 3)),
    )
    entry.end()
    return citizen


def _case(entry: Entry, photos: Path) -> Case:
    case = Case(
        key=entry.key("key"),
        topic=entry.text("topic", longest=60),
        arrives_after_s=entry.whole_number("arrives_after_s", EARLIEST_S, 86_400),
        messages=tuple(_message(message, photos) for message in entry.entries("messages", 1, 3)),
        answers=tuple(_answer(answer) for answer in entry.entries("replies", 0, 2)),
        patience_s=entry.whole_number("patience_s", 60, 86_400),
        impatient=entry.text("impatient", longest=LONGEST_TEXT, empty=True),
        expect_office=entry.text("expect_office", longest=80),
        hint=entry.text("hint", longest=300),
        variations=tuple(_variation(variation) for variation in entry.entries("variations", 0, 4)),
    )
    if case.messages[0].after_s != 0:
        raise entry.wrong("messages", tr("the first message has no after_s: arrives_after_s says when it comes"))
    entry.end()
    return case


def _message(entry: Entry, photos: Path) -> CitizenMessage:
    photo = _file(entry, "photo", photos) or _file(entry, "file", photos.parent / "files")
    message = CitizenMessage(
        text=entry.text("text", longest=LONGEST_TEXT, empty=photo is not None),
        after_s=entry.whole_number("after_s", 0, 3_600, default=0),
        photo=photo,
        is_sticker=entry.flag("sticker"),
        is_withheld=entry.flag("withheld"),
    )
    if message.is_sticker and message.photo is None:
        raise entry.wrong("sticker", tr("a sticker needs a photo"))
    if message.is_withheld and message.photo is None:
        raise entry.wrong("withheld", tr("there is nothing to withhold without a photo or a file"))
    entry.end()
    return message


def _file(entry: Entry, key: str, folder: Path) -> Path | None:
    """The file of a folder that a message names; None when it names none."""
    name = entry.text(key, longest=60, empty=True, default="")
    if name and (Path(name).name != name or not (folder / name).is_file()):
        raise entry.wrong(key, tr("there is no file {name} in {folder}").format(name=name, folder=folder))
    return folder / name if name else None


def _answer(entry: Entry) -> Answer:
    answer = Answer(text=entry.text("text", longest=LONGEST_TEXT), delay_s=entry.whole_number("delay_s", 1, 3_600))
    entry.end()
    return answer


def _variation(entry: Entry) -> Variation:
    variation = Variation(
        text=entry.text("text", longest=LONGEST_TEXT),
        answer=entry.text("reply", longest=LONGEST_TEXT, empty=True),
        impatient=entry.text("impatient", longest=LONGEST_TEXT, empty=True, default=""),
    )
    entry.end()
    return variation


def _call(entry: Entry) -> Call:
    call = Call(
        key=entry.key("key"),
        topic=entry.text("topic", longest=60),
        rings_after_s=entry.whole_number("rings_after_s", 0, 86_400),
        gives_up_after_s=entry.whole_number("gives_up_after_s", 10, 300),
        number=entry.text("number", longest=30, empty=True),
        caller=entry.text("caller", longest=80, empty=True),
        language=entry.choice("language", LANGUAGES),
        lines=entry.texts("lines", 1, 12, longest=300),
        expect_office=entry.text("expect_office", longest=80),
        urgency=Urgency(entry.choice("urgency", tuple(Urgency))),
        callback=entry.text("callback", longest=120, empty=True),
        hint=entry.text("hint", longest=300),
    )
    entry.end()
    return call


def _varied(case: Case, turn: int, at_s: int) -> Case:
    """The case in the words of this turn; its key says the turn, so that keys stay unique for ever."""
    variation = case.variations[(turn - 1) % len(case.variations)]
    delay = case.answers[0].delay_s if case.answers else _PAUSE_S[0]
    return replace(
        case,
        key=f"{case.key}~{turn}",
        arrives_after_s=at_s,
        messages=(CitizenMessage(variation.text, after_s=0, photo=None, is_sticker=False),),
        answers=(Answer(variation.answer, delay),) if variation.answer else (),
        impatient=variation.impatient,
    )


def _refuse_twins(file: Path, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise CaseFileError(file, key, tr("is used twice"))
        seen.add(key)
