"""The phrases of the directory, indexed by their words: names, topics, citizens' words, addresses.

Knows which phrases hold a word and how rare a word is; refuses to rank offices: that is `store.finder`, which asks it.
The directory takes the words of a lesson from here.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from switchboard_app.model.office import Office
from switchboard_app.model.spelling import stem, tokens
from switchboard_app.model.stop_words import STOP_WORDS
from switchboard_app.store.vocabulary import Likeness, Synonyms, Vocabulary

_LITTLE = 0.25
"""How much a stop word of a phrase counts; a telling word counts up to 1."""
_LONE_CAPITAL = re.compile(r"\b[B-HJ-Z]\b")  # A and I are words


class PhraseKind(StrEnum):
    """Where in an office's entry a phrase stands."""

    TOPIC = "topic"
    WORD = "word"
    NAME = "name"
    DEPARTMENT = "department"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """A phrase of one office. Two phrases are the same only when they are the same entry."""

    office: int
    """Its place among the offices."""
    kind: PhraseKind
    topic: str
    text: str
    """As written in the directory."""
    words: tuple[int, ...]
    """Numbers of its telling words in the vocabulary."""
    little: frozenset[str]
    """Its stop words: without them «Arbeiten beim Kanton» would be no more than «Arbeiten»."""
    weight: float
    """The rarity of all its words together."""


class PhraseIndex:
    """All phrases of a directory."""

    def __init__(self, offices: Sequence[Office], synonyms: Synonyms) -> None:
        read = [
            (number, kind, topic, text, words)
            for number, office in enumerate(offices)
            for kind, topic, text in _texts(office)
            for words in _readings(text)
        ]
        telling = [_telling(text, words) for *_, text, words in read]
        offices_of: defaultdict[str, set[int]] = defaultdict(set)
        for (office, *_), kept in zip(read, telling, strict=True):
            for word in kept:
                offices_of[word].add(office)
        self.vocabulary = Vocabulary(offices_of, synonyms)
        self.rarity = [_rarity(len(offices_of[word]), len(offices)) for word in self.vocabulary.words]
        """Of each word of the vocabulary: 1 when one office has it, near 0 when all have it."""
        self._phrases_of: list[list[Phrase]] = [[] for _ in self.vocabulary.words]
        number_of = {word: number for number, word in enumerate(self.vocabulary.words)}
        for (office, kind, topic, text, words), kept in zip(read, telling, strict=True):
            numbers = tuple(number_of[word] for word in kept)
            little = frozenset() if kind is PhraseKind.NAME else frozenset(words).difference(kept)
            weight = sum(self.rarity[number] for number in numbers) + _LITTLE * len(little)
            phrase = Phrase(office, kind, topic, text, numbers, little, weight)
            for number in numbers:
                self._phrases_of[number].append(phrase)

    def holding(self, likeness: Likeness) -> dict[Phrase, tuple[float, int]]:
        """The phrases that hold one of some words: with the likeness of the word that is most alike, and its number."""
        phrases: dict[Phrase, tuple[float, int]] = {}
        for number, alike in likeness.items():
            for phrase in self._phrases_of[number]:
                known = phrases.get(phrase)
                if known is None or alike > known[0]:
                    phrases[phrase] = alike, number
        return phrases

    def share(self, phrase: Phrase, met: Mapping[int, float], little: Collection[str]) -> float:
        """How much of a phrase was met, from 0 to 1: rare words count more, a likeness counts in proportion."""
        part = sum(self.rarity[number] * met[number] for number in phrase.words if number in met)
        return (part + _LITTLE * len(phrase.little.intersection(little))) / phrase.weight


def known_words(offices: Sequence[Office], text: str, limit: int = 8) -> tuple[str, ...]:
    """The words of a text that the directory has among its topics, folded, the rarest first: the words of a `Lesson`.

    Only words of the directory come out, so that a lesson holds nothing personal.
    """
    holders: defaultdict[str, set[int]] = defaultdict(set)
    for number, office in enumerate(offices):
        for kind, _, phrase in _texts(office):
            if kind in {PhraseKind.TOPIC, PhraseKind.WORD}:
                for word in tokens(phrase):
                    holders[stem(word)].add(number)
    asked = dict.fromkeys(word for word in tokens(text) if word not in STOP_WORDS and stem(word) in holders)
    return tuple(sorted(asked, key=lambda word: len(holders[stem(word)]))[:limit])


def _texts(office: Office) -> Iterator[tuple[PhraseKind, str, str]]:
    for text in dict.fromkeys((office.name, office.unit)):
        yield PhraseKind.NAME, "", text
    for topic in office.topics:
        yield PhraseKind.TOPIC, topic.name, topic.name
        for word in topic.words:
            yield PhraseKind.WORD, topic.name, word
    yield PhraseKind.DEPARTMENT, "", office.department
    yield PhraseKind.CONTACT, "", office.address
    yield PhraseKind.CONTACT, "", office.email.partition("@")[0]


def _readings(text: str) -> Iterator[tuple[str, ...]]:
    """The words of a phrase; once more with hyphens closed, for «Bebbi-Sagg» typed as «Bebbisagg»."""
    words = tuple(dict.fromkeys(tokens(text)))
    if words:
        yield words
    closed = tuple(tokens(text.replace("-", ""))) if "-" in text else words
    if closed != words and len(closed) == 1:
        yield closed


def _telling(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a phrase that tell something: no stop words, but capitals that stand alone («Ausweis C»)."""
    capitals = {capital.lower() for capital in _LONE_CAPITAL.findall(text)}
    return tuple(word for word in words if word not in STOP_WORDS or word in capitals) or words


def _rarity(holders: int, offices: int) -> float:
    return (1.0 + math.log((offices + 1) / (holders + 1))) / (1.0 + math.log((offices + 1) / 2))
