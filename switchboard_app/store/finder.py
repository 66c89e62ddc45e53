"""Which office is responsible: search while typing, and suggestions for a citizen's whole message.

A `Finder` is built once for a version of the directory and then only read; it lives in memory and asks no database.
`search` is for an operator who types and chooses; `suggest` reads a message in German, French, Italian or English and
stays silent rather than guess. Lessons from declined forwardings lower an office for the words it declined. Refuses to
decide: it ranks and says why. Called by `store.directory`; one finder may be used by any number of threads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from switchboard_app.model.office import Lesson, Office, OfficeMatch
from switchboard_app.model.spelling import stem, tokens
from switchboard_app.model.stop_words import STOP_WORDS
from switchboard_app.store.phrases import Phrase, PhraseIndex, PhraseKind
from switchboard_app.store.vocabulary import SAME, Likeness, Synonyms, read_synonyms

__all__ = ["Finder", "read_synonyms"]

LONGEST_QUERY = 200
"""Characters of what was typed that `search` reads."""
LONGEST_MESSAGE = 6_000
"""Characters of a message that `suggest` reads; the concern stands at its beginning."""

_KIND_WEIGHT: Mapping[PhraseKind, float] = {
    PhraseKind.TOPIC: 1.0,
    PhraseKind.WORD: 1.0,
    PhraseKind.NAME: 1.0,
    PhraseKind.DEPARTMENT: 0.6,
    PhraseKind.CONTACT: 0.5,
}
_NAMES = frozenset({PhraseKind.NAME, PhraseKind.TOPIC})
_ONLY_TYPED = frozenset({PhraseKind.DEPARTMENT, PhraseKind.CONTACT})
"""Citizens write the streets they live in; only an operator means the office there."""
_SHORTEST_IN_WORDS = 3
"""One or two letters find the names of offices and topics that begin with them, not every word of the directory."""
_UNKNOWN_WORD_WEIGHT = 0.6
"""How much a typed word counts that the directory does not know: it lowers every office alike."""
_SEARCH_LEAST, _SEARCH_LEAST_OF_BEST = 15.0, 0.4
_SUGGEST_LEAST, _SUGGEST_LEAST_OF_BEST = 36.0, 0.45
_NEAR = 5
"""Words of one phrase that stand further apart in a message belong together less surely."""
_FAR_APART = 0.6
_OTHER_TOPIC = 0.35
"""How much a second topic of the same office adds to the first."""
_LESSON_SHARE = 0.5
"""A lesson counts when at least this share of its words is there."""
_LESSON_LIKENESS = 0.78
_LESSON_STEP = 0.6
"""One refusal lowers an office for the same words; only the second or third takes it from the list."""
_LESSON_LIFT = 100.0
_WORDS_SHOWN = 4
_PHONE = re.compile(r"\+?[\d\s()/.'’-]{3,}")


@dataclass(slots=True)
class _Found:
    """What speaks for one office."""

    topic: str = ""
    matched: list[str] = field(default_factory=list)
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class _Hit:
    """A phrase, and which words of the text it owes its strength to."""

    phrase: Phrase
    words: frozenset[str]
    strength: float


class Finder:
    """The directory, ready to be searched."""

    def __init__(self, offices: Sequence[Office], *, lessons: Iterable[Lesson] = (), synonyms: Synonyms) -> None:
        self.offices = tuple(offices)
        self._index = PhraseIndex(self.offices, synonyms)
        self._phones = [_digits(office.phone) for office in self.offices]
        self._lessons = self._learnt(lessons)

    def search(self, text: str, limit: int = 20) -> tuple[OfficeMatch, ...]:
        """The offices for what an operator has typed so far, the best first; none for an empty text.

        Words may stand in any order, be unfinished, misspelt or dialect; a telephone number is found by its digits.
        """
        text = text[:LONGEST_QUERY].strip()
        if _PHONE.fullmatch(text) and len(_digits(text)) >= 3:
            return self._answer(self._by_phone(_digits(text)), limit, _SEARCH_LEAST, 0.0)
        words = list(dict.fromkeys(tokens(text)))
        words = [word for word in words if word not in STOP_WORDS] or words
        alike = {word: self._index.vocabulary.typed(word) for word in words}
        found = self._typed(alike)
        self._apply_lessons(found, alike)
        return self._answer(found, limit, _SEARCH_LEAST, _SEARCH_LEAST_OF_BEST)

    def suggest(self, text: str, limit: int = 3) -> tuple[OfficeMatch, ...]:
        """The offices that are probably responsible for a message; none when nothing in it tells an office."""
        positions = _positions(text)
        alike = {word: self._index.vocabulary.written(word) for word in positions}
        found = self._written(alike, positions, STOP_WORDS.intersection(tokens(text[:LONGEST_MESSAGE])))
        self._apply_lessons(found, alike)
        return self._answer(found, limit, _SUGGEST_LEAST, _SUGGEST_LEAST_OF_BEST)

    def _by_phone(self, digits: str) -> dict[int, _Found]:
        return {
            number: _Found(matched=[self.offices[number].phone], score=100.0 * len(digits) / max(len(phone), 1))
            for number, phone in enumerate(self._phones)
            if digits in phone
        }

    def _typed(self, alike: Mapping[str, Likeness]) -> dict[int, _Found]:
        """Score by how much of what was typed an office explains, best by one phrase."""
        weights = {
            word: max((self._index.rarity[number] for number in likeness), default=_UNKNOWN_WORD_WEIGHT)
            for word, likeness in alike.items()
        }
        total = sum(weights.values()) or 1.0
        parts: dict[Phrase, tuple[float, float]] = {}
        coverage: dict[int, float] = {}
        for word, likeness in alike.items():
            weight, short = weights[word] / total, len(word) < _SHORTEST_IN_WORDS
            explained: dict[int, float] = {}
            for phrase, (certain, number) in self._index.holding(likeness).items():
                if short and certain < SAME and phrase.kind not in _NAMES:
                    continue
                part, met = parts.get(phrase, (0.0, 0.0))
                parts[phrase] = part + weight * certain, met + self._index.rarity[number]
                certain *= _KIND_WEIGHT[phrase.kind]
                if certain > explained.get(phrase.office, 0.0):
                    explained[phrase.office] = certain
            for office, certain in explained.items():
                coverage[office] = coverage.get(office, 0.0) + weight * certain
        hits: dict[int, list[tuple[float, Phrase]]] = {}
        for phrase, (part, met) in parts.items():
            strength = _KIND_WEIGHT[phrase.kind] * part * (0.8 + 0.2 * min(1.0, met / phrase.weight))
            hits.setdefault(phrase.office, []).append((strength, phrase))
        several = len(alike) > 1
        return {office: _explained(found, coverage[office], several=several) for office, found in hits.items()}

    def _written(
        self, alike: Mapping[str, Likeness], positions: Mapping[str, list[int]], little: Collection[str]
    ) -> dict[int, _Found]:
        """Score by how surely the message speaks of an office's topics: rare words and whole phrases count most."""
        met: dict[Phrase, dict[str, tuple[float, int]]] = {}
        for word, likeness in alike.items():
            for phrase, best in self._index.holding(likeness).items():
                if phrase.kind not in _ONLY_TYPED:
                    met.setdefault(phrase, {})[word] = best
        hits: dict[int, list[_Hit]] = {}
        for phrase, words in met.items():
            strength = self._strength(phrase, words.values(), [positions[word] for word in words], little)
            if strength > 0.0:
                hits.setdefault(phrase.office, []).append(_Hit(phrase, frozenset(words), strength))
        return {office: _weighed(office_hits) for office, office_hits in hits.items()}

    def _strength(
        self, phrase: Phrase, met: Iterable[tuple[float, int]], places: list[list[int]], little: Collection[str]
    ) -> float:
        """How surely a message speaks of a phrase of which it has some words."""
        certain: dict[int, float] = {}
        for likeness, number in met:
            certain[number] = max(likeness, certain.get(number, 0.0))
        strength: float = self._index.share(phrase, certain, little) ** 2
        strength *= min(1.0, sum(self._index.rarity[number] for number in certain)) ** 0.8
        lengths = [len(self._index.vocabulary.words[number]) for number in certain]
        if min(lengths) == 1:  # a lone letter only completes «Ausweis C», and only beside it
            return strength if max(lengths) > 1 and _near(places, 1) else 0.0
        return strength if _near(places, _NEAR) else strength * _FAR_APART

    def _learnt(self, lessons: Iterable[Lesson]) -> list[tuple[int, frozenset[str], float]]:
        """The lessons that can apply: office, stems of the words that the directory knows, weight."""
        vocabulary = self._index.vocabulary
        numbers = {office.id: number for number, office in enumerate(self.offices)}
        learnt: list[tuple[int, frozenset[str], float]] = []
        for lesson in lessons:
            words = (token for word in lesson.words for token in tokens(word) if token not in STOP_WORDS)
            meant = (vocabulary.written(word) for word in words)
            surely = (max(likeness.items(), key=itemgetter(1)) for likeness in meant if likeness)
            stems = frozenset(stem(vocabulary.words[number]) for number, sure in surely if sure >= _LESSON_LIKENESS)
            if lesson.office in numbers and stems:
                learnt.append((numbers[lesson.office], stems, max(-1.0, min(1.0, lesson.weight))))
        return learnt

    def _apply_lessons(self, found: dict[int, _Found], alike: Mapping[str, Likeness]) -> None:
        if not self._lessons:
            return
        words = self._index.vocabulary.words
        present = {
            stem(words[number])
            for likeness in alike.values()
            for number, sure in likeness.items()
            if sure >= _LESSON_LIKENESS
        }
        wrong: dict[int, float] = {}
        for office, stems, weight in self._lessons:
            share = len(stems & present) / len(stems)
            if share >= _LESSON_SHARE:
                wrong[office] = wrong.get(office, 0.0) + _LESSON_STEP * weight * share**2
        for office, weight in wrong.items():
            if weight > 0 and office in found:
                found[office].score *= max(0.05, 1.0 - weight)
            elif weight < 0:
                match = found.setdefault(office, _Found())
                match.score = min(100.0, match.score + _LESSON_LIFT * min(1.0, -weight))

    def _answer(
        self, found: Mapping[int, _Found], limit: int, least: float, least_of_best: float
    ) -> tuple[OfficeMatch, ...]:
        best = max((match.score for match in found.values()), default=0.0)
        ranked = sorted(
            (number for number, match in found.items() if match.score >= max(least, best * least_of_best)),
            key=lambda number: (-round(found[number].score, 3), self.offices[number].outside, number),
        )
        return tuple(
            OfficeMatch(
                self.offices[number],
                found[number].topic,
                tuple(found[number].matched[:_WORDS_SHOWN]),
                round(min(100.0, found[number].score), 1),
            )
            for number in ranked[:limit]
        )


def _explained(hits: list[tuple[float, Phrase]], coverage: float, *, several: bool) -> _Found:
    """The phrases of one office that what was typed may mean, and how much of it the office explains in all."""
    hits.sort(key=lambda hit: (-round(hit[0], 6), hit[1].text))
    strength, phrase = hits[0]
    score = 100.0 * (0.4 * coverage + 0.6 * strength) * (coverage if several else 1.0)
    return _Found(phrase.topic, [phrase.text for _, phrase in hits[:_WORDS_SHOWN]], score)


def _weighed(hits: list[_Hit]) -> _Found:
    """The hits of one office together. Each word of the message counts once, however many phrases hold it."""
    by_topic: dict[str, list[_Hit]] = {}
    for hit in hits:
        by_topic.setdefault(hit.phrase.topic, []).append(hit)
    sums = {topic: _together(topic_hits, set()) for topic, topic_hits in by_topic.items()}
    best = max(sums, key=lambda topic: (sums[topic][0], topic != ""))
    doubt, matched = 1.0 - sums[best][0], list(sums[best][1])
    used = {word for hit in by_topic.pop(best) for word in hit.words}
    for others in by_topic.values():
        more, texts = _together(others, used)
        doubt *= 1.0 - _OTHER_TOPIC * more
        matched += texts
    return _Found(best, list(dict.fromkeys(matched)), 100.0 * (1.0 - doubt))


def _together(hits: list[_Hit], used: set[str]) -> tuple[float, list[str]]:
    """The joint strength of phrases, and the phrases that contributed; adds their words to `used`."""
    doubt, texts = 1.0, []
    for hit in sorted(hits, key=lambda hit: (-hit.strength, hit.phrase.text)):
        fresh = hit.words - used
        if fresh:
            doubt *= 1.0 - hit.strength * len(fresh) / len(hit.words)
            texts.append(hit.phrase.text)
            used |= fresh
    return 1.0 - doubt, texts


def _near(positions: list[list[int]], limit: int) -> bool:
    """Whether words stand together somewhere in the message, each near the first of them."""
    if len(positions) < 2:
        return True
    return any(
        all(min(abs(place - other) for other in others) <= limit for others in positions[1:]) for place in positions[0]
    )


def _positions(text: str) -> dict[str, list[int]]:
    """The telling words of a message, each with its places; numbers and little words tell nothing."""
    positions: dict[str, list[int]] = {}
    for place, word in enumerate(tokens(text[:LONGEST_MESSAGE])):
        if not word.isdigit() and (word not in STOP_WORDS or len(word) == 1):
            positions.setdefault(word, []).append(place)
    return positions


def _digits(phone: str) -> str:
    """The digits of a number as dialled within Switzerland: +41 61 … and 0041 61 … begin with 0."""
    digits = "".join(char for char in phone if char.isascii() and char.isdigit())
    if phone.strip().startswith("+41"):
        return "0" + digits[2:].removeprefix("0")
    if digits.startswith("0041"):
        return "0" + digits[4:].removeprefix("0")
    return digits
