"""A town's worth of invented enquiries: the same seed and size give the same conversations on every machine.

German-looking words, drawn with a Zipf distribution so that a search can be rare, medium or common; conversations as
in the design's measurements: three to six messages (mean four), two years, about 11 % not done, mostly recent ones.
Refuses to be a benchmark itself: it makes values, the benches store them.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis

SEED = 20261121
NOW = Millis(1_795_262_400_000)
"""21 November 2026, 12:00 UTC: the moment at which the corpus ends."""
SPAN = 730 * DAY
VOCABULARY = 24_000
_ANSWERED_BEFORE = 8 * DAY
"""What was answered is older than this, so that it counts as done (the reopen period is seven days)."""
_PEOPLE_PER_CONVERSATION = 0.2

_BEGIN = "B Br D Dr F Fl Fr G Gl Gr H K Kl Kn L M N P Pf R S Sch Schl Schw Sp St T Tr W Z".split()
_VOWEL = "a e i o u ä ö ü au ei eu ie".split()
_MIDDLE = "b bb ch ck d ff g gg l ld ll lt m mm n nd ng nn r rd rg rr s ss sch st t tt tz z".split()
_END = "e el en er ung ig lich heit keit amt hof weg gasse platz strasse schein gesuch stelle dienst geld kasse".split()
_SMALL = (
    "der die das und ich ist nicht ein eine mir wir sie für auf von dem den zu wie was wo wann kann haben hat sind bei"
    " noch auch oder wenn im am an mit es aus nach um als bis seit schon nur mehr keine unser mein ihre diese jetzt"
).split()
_CONCERNS = (
    "Guten Tag, bei uns an der {place} brennt die Strassenlampe seit Tagen nicht mehr",
    "Grüezi, wie lange dauert es, bis der neue Ausweis da ist, ich verreise bald",
    "Guten Abend, der Abfall an der {place} liegt seit Montag da und niemand holt ihn",
    "Grüezi mitenand, ich ziehe an die {place} um, wo muss ich das melden",
    "Sehr geehrte Damen und Herren, die Frist für die Steuern ist mir zu kurz, kann ich sie verlängern",
    "Hallo, braucht mein Kind für die Schule an der {place} eine Anmeldung",
    "Guten Morgen, auf dem Trottoir an der {place} ist ein Loch, meine Mutter ist gestürzt",
    "Grüezi, was kostet die Parkkarte für Anwohner an der {place}",
)
_ANSWERS = (
    "Guten Tag {name}, vielen Dank für Ihre Nachricht, wir klären das ab",
    "Grüezi {name}, die zuständige Stelle meldet sich bei Ihnen",
    "Guten Tag {name}, bitte nehmen Sie den Ausweis mit, der Schalter ist am Vormittag offen",
)
_FIRST = (
    "Aline Bruno Carla Dario Erika Felix Gaby Heinz Irina Jürg Karin Leo Marta Nils Olga Paul Rita Sven Thea".split()
)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a conversation."""

    id: str
    ours: bool
    at: Millis
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """One citizen's concern on one of the two accounts (0 is the page, 1 the handle)."""

    account: int
    thread: str
    person: str
    name: str
    lines: tuple[Line, ...]

    @property
    def open(self) -> bool:
        """Whether the citizen still waits."""
        return not self.lines[-1].ours


class Speech:
    """The words of one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.words = self._made(VOCABULARY)
        self._weights = list(accumulate(1 / (rank + 3) ** 1.05 for rank in range(VOCABULARY)))
        self._small = list(accumulate(1 / (rank + 2) for rank in range(len(_SMALL))))
        self.places = [f"{word}strasse" for word in self._made(600)]
        self.families = self._made(1200)

    def _made(self, count: int) -> list[str]:
        pick = self.chance.choice
        made: dict[str, None] = {}
        while len(made) < count:
            word = pick(_BEGIN) + pick(_VOWEL) + pick(_MIDDLE)
            if self.chance.random() < 0.6:
                word += pick(_VOWEL) + pick(_MIDDLE)
            made[word + pick(_END)] = None
        return list(made)

    def talk(self, count: int) -> str:
        """So many words, about half of them small ones."""
        chance = self.chance.random
        words, weights, small = self.words, self._weights, self._small
        total, least = weights[-1], small[-1]
        return " ".join(
            [
                words[bisect(weights, chance() * total)] if chance() < 0.55 else _SMALL[bisect(small, chance() * least)]
                for _ in range(count)
            ]
        )


def conversations(size: int, seed: int = SEED) -> Iterator[Conversation]:
    """So many conversations, the oldest first."""
    speech = Speech(seed)
    chance = speech.chance
    living = max(1, int(size * _PEOPLE_PER_CONVERSATION))
    people = [f"{chance.choice(_FIRST)} {chance.choice(speech.families)}" for _ in range(living)]
    for number in range(size):
        yield _conversation(speech, people, number, size)


def _conversation(speech: Speech, people: Sequence[str], number: int, size: int) -> Conversation:
    chance = speech.chance.random
    age = 1 - number / size
    waits = chance() < (0.55 if age < 0.1 else 0.06)
    person = int(chance() ** 1.5 * len(people))
    name = people[person]
    count = 3 + bisect((0.4, 0.7, 0.9), chance())
    at = NOW - int(SPAN * age) - int(chance() * HOUR)
    at = min(at, NOW - (10 * MINUTE * count if waits else _ANSWERED_BEFORE + DAY * count))
    account = int(chance() < 0.35)
    lines = []
    for turn in range(count):
        ours = not waits if turn == count - 1 else turn % 2 == 1
        lines.append(Line(f"m-{number}-{turn}", ours, Millis(at), _text(speech, name, ours, turn, number)))
        at += int(3 * MINUTE + chance() ** 3 * (5 * MINUTE if waits else DAY - 3 * MINUTE))
    return Conversation(account, f"t-{number}", f"p-{account}-{person}", name, tuple(lines))


def _text(speech: Speech, name: str, ours: bool, turn: int, number: int) -> str:
    chance = speech.chance
    place = f"{speech.places[int(chance.random() ** 2 * len(speech.places))]} {1 + int(chance.random() * 90)}"
    if turn == 0:
        concern = chance.choice(_CONCERNS).format(place=place)
        text = f"{concern}. {speech.talk(8 + chance.randrange(32))}. Freundliche Grüsse, {name}"
        return f"{text} (Dossier {30_000_000 + number})" if chance.random() < 0.15 else text
    if ours:
        return f"{chance.choice(_ANSWERS).format(name=name)}. {speech.talk(4 + chance.randrange(18))}."
    return f"{speech.talk(6 + chance.randrange(24))}. Danke und Gruss"


def batches(made: Sequence[Conversation], account: int, messages: int) -> Iterator[Batch]:
    """The conversations of an account as a connector hands them over: about so many messages a batch.

    Newest first within a conversation, as platforms serve them.
    """
    threads: list[RemoteThread] = []
    rows: list[RemoteMessage] = []
    number = 0
    for one in made:
        if one.account != account:
            continue
        thread, remote = as_remote(one)
        threads.append(thread)
        rows.extend(remote)
        if len(rows) >= messages:
            number += 1
            yield Batch(tuple(threads), tuple(rows), {"page": str(number)}, complete=False)
            threads, rows = [], []
    yield Batch(tuple(threads), tuple(rows), {"page": str(number + 1)}, complete=True)


def as_remote(one: Conversation) -> tuple[RemoteThread, list[RemoteMessage]]:
    """A conversation in the connectors' words."""
    handle = one.name.replace(" ", "_").lower() if one.account else ""
    person = RemotePerson(PlatformId(one.person), one.name, handle)
    us = RemotePerson(PlatformId("us"), "Kanton")
    thread = RemoteThread(PlatformId(one.thread), person)
    rows = []
    for line in reversed(one.lines):
        sender = us if line.ours else person
        rows.append(RemoteMessage(PlatformId(line.id), thread.platform_id, sender, line.ours, line.text, line.at))
    return thread, rows
