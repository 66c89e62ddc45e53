"""Every word of the directory, and which of them a person may have meant.

`Vocabulary` compares single folded words: the same word, the same stem, the beginning of a word (while typing), a part
of a compound («Parkkarte» in «Anwohnerparkkarte»), a synonym, and last a typing error. It refuses to know offices or
to rank them: that is `store.finder`, its only caller.
"""

from __future__ import annotations

import csv
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Final

from switchboard_app.model.spelling import stem, tokens

Synonyms = Mapping[str, tuple[str, ...]]
"""From a folded word to the folded words it may stand for."""

SAME: Final = 1.0
_SAME_STEM = 0.93
_SAME_STEM_BESIDE_SAME = 0.75
"""Where the directory has the very word, another of the same stem is likely a different one: Rente, English rent."""
_SYNONYM = 0.9
_PREFIX = 0.74, 0.21
"""A beginning counts 0.74, and up to 0.21 more the more of the word is there."""
_END_OF_COMPOUND = 0.74
"""The last part of a German compound says what it is: a «Parkkarte» is a «Karte»."""
_START_OF_COMPOUND = 0.55
_INSIDE = 0.6
_LONGER_COMPOUND = 0.55
"""A «Liste» in a message need not be a «Spitalliste»."""
_ABBREVIATED_COMPOUND, _MOST_OF_COMPOUND = 0.74, 0.65
"""«Strafregister» for «Strafregisterauszug»: said of a word that holds at least this share of the compound."""
_ONE_ERROR, _TWO_ERRORS = 0.8, 0.66
_GOOD_ENOUGH = 0.7
"""With a word this alike at hand nobody made a typing error."""

_SHORTEST_PART = 5
_SHORTEST_TYPED_WITH_ERROR, _SHORTEST_WRITTEN_PART = 4, 6
_SHORTEST_WITH_TWO_ERRORS = 9

Likeness = dict[int, float]
"""From the number of a word of the vocabulary to its likeness, above 0 and up to 1."""


def read_synonyms(raw: bytes) -> dict[str, tuple[str, ...]]:
    """The table ``word;means`` (UTF-8, means separated by commas) as folded single words.

    Raises ValueError when it is not such a table: it is part of the program, not of the directory.
    """
    rows = csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";", strict=True)
    if next(rows, None) != ["word", "means"]:
        raise ValueError("the table of synonyms begins with the columns word;means")
    synonyms: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row:
            word, means = row
            folded = (_joined(meaning) for meaning in means.split(","))
            key = _joined(word)
            synonyms[key] = (*synonyms.get(key, ()), *folded)
    return synonyms


def _joined(word: str) -> str:
    return "".join(tokens(word))


class Vocabulary:
    """The words of one directory, numbered in alphabetical order."""

    def __init__(self, words: Iterable[str], synonyms: Synonyms) -> None:
        from rapidfuzz import process  # 40 ms, paid where a directory is read: beside the window's thread
        from rapidfuzz.distance import OSA

        self._alike = process.extract
        self._errors_between = OSA.distance
        self.words = sorted(set(words))
        self._number = {word: number for number, word in enumerate(self.words)}
        self._by_stem: defaultdict[str, list[int]] = defaultdict(list)
        self._by_initial: defaultdict[str, dict[int, str]] = defaultdict(dict)
        self._by_end: defaultdict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(self.words):
            self._by_stem[stem(word)].append(number)
            self._by_initial[word[0]][number] = word
            for start in range(1, len(word) - _SHORTEST_PART + 1):
                self._by_end[word[start:]].append(number)
        self._text = "\n".join(self.words)
        """All words as one text, which is searched far faster than word by word."""
        self._starts = [0, *accumulate(len(word) + 1 for word in self.words)][: len(self.words)]
        self._synonyms = synonyms
        self._synonym_keys = sorted(synonyms)
        self._beginnings: dict[int, dict[int, str]] = {0: dict(enumerate(self.words))}

    def typed(self, word: str) -> Likeness:
        """What the typed word, or the beginning of a word, may mean; typing errors forgiven anywhere."""
        likeness = self._whole(word)
        for number in self._starting_with(word):
            share = len(word) / len(self.words[number])
            _raise_to(likeness, number, _PREFIX[0] + _PREFIX[1] * share)
        for key in self._synonyms_starting_with(word):
            self._add_synonyms(likeness, key)
        if len(word) >= _SHORTEST_TYPED_WITH_ERROR:
            if max(likeness.values(), default=0.0) < _GOOD_ENOUGH:
                self._add_misspelt(likeness, word, self._beginnings_of(len(word)))
                self._add_misspelt(likeness, word, self._beginnings[0])
            self._add_containing(likeness, word)
            self._add_parts(likeness, word)
        return likeness

    def written(self, word: str) -> Likeness:
        """What a word of a whole message may mean: stricter than `typed`, since nobody is there to choose."""
        likeness = self._whole(word)
        if word in self._synonyms:
            self._add_synonyms(likeness, word)
        if len(word) >= _SHORTEST_WRITTEN_PART:
            for number in self._starting_with(word):
                if len(word) >= _MOST_OF_COMPOUND * len(self.words[number]):
                    _raise_to(likeness, number, _ABBREVIATED_COMPOUND)
            known = max(likeness.values(), default=0.0) >= _GOOD_ENOUGH
            for number in self._by_end.get(word, ()):
                _raise_to(likeness, number, _LONGER_COMPOUND)
            if not known:
                self._add_misspelt(likeness, word, self._by_initial.get(word[0], {}))
                self._add_parts(likeness, word)
        return likeness

    def _whole(self, word: str) -> Likeness:
        number = self._number.get(word)
        same_stem = self._by_stem.get(stem(word), ())
        likeness: Likeness = dict.fromkeys(same_stem, _SAME_STEM if number is None else _SAME_STEM_BESIDE_SAME)
        if number is not None:
            likeness[number] = SAME
        return likeness

    def _starting_with(self, word: str) -> range:
        return range(bisect_left(self.words, word), bisect_left(self.words, word + "\U0010ffff"))

    def _synonyms_starting_with(self, word: str) -> list[str]:
        first = bisect_left(self._synonym_keys, word)
        if len(word) < 3:
            return self._synonym_keys[first : first + 1] if word in self._synonyms else []
        last = bisect_left(self._synonym_keys, word + "\U0010ffff")
        return self._synonym_keys[first:last]

    def _add_synonyms(self, likeness: Likeness, key: str) -> None:
        for meaning in self._synonyms[key]:
            for number, alike in self._whole(meaning).items():
                _raise_to(likeness, number, alike * _SYNONYM)

    def _add_containing(self, likeness: Likeness, word: str) -> None:
        position = self._text.find(word)
        while position >= 0:
            number = bisect_right(self._starts, position) - 1
            known = self.words[number]
            if not known.startswith(word):
                _raise_to(likeness, number, _END_OF_COMPOUND if known.endswith(word) else _INSIDE)
            position = self._text.find(word, self._starts[number] + len(known))

    def _add_parts(self, likeness: Likeness, word: str) -> None:
        """Words of the directory that stand at an end of a compound that the directory does not know."""
        for cut in range(_SHORTEST_PART, len(word) - 2):
            for number in self._by_stem.get(stem(word[-cut:]), ()):
                _raise_to(likeness, number, _END_OF_COMPOUND)
            for number in self._by_stem.get(stem(word[:cut]), ()):
                _raise_to(likeness, number, _START_OF_COMPOUND)

    def _add_misspelt(self, likeness: Likeness, word: str, candidates: dict[int, str]) -> None:
        errors = 2 if len(word) >= _SHORTEST_WITH_TWO_ERRORS else 1
        for _, distance, number in self._alike(
            word, candidates, scorer=self._errors_between, score_cutoff=errors, limit=None
        ):
            _raise_to(likeness, number, _ONE_ERROR if distance <= 1 else _TWO_ERRORS)

    def _beginnings_of(self, length: int) -> dict[int, str]:
        """The words cut to a length, to forgive an error in a word that is not typed to its end."""
        if length not in self._beginnings:
            self._beginnings[length] = {
                number: word[:length] for number, word in enumerate(self.words) if len(word) > length
            }
        return self._beginnings[length]


def _raise_to(likeness: Likeness, number: int, alike: float) -> None:
    if alike > likeness.get(number, 0.0):
        likeness[number] = alike
