"""Folding: the quick way through a table finds the same words as the general one."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.store import fold


def general(text: str) -> list[str]:
    """The words without the table."""
    return [word[: fold.LONGEST_WORD] for word in fold._WORD.findall(fold.fold(text))]


@pytest.mark.parametrize("around", ["{} ", "a{}é ", "é{}\u0301x "])
def test_every_sign_between_others(around: str) -> None:
    """A sign that were taken for a letter or a blank would join or split its neighbours."""
    numbers = [*range(0x800), *range(0x800, 0xD800, 7), *range(0xE000, sys.maxunicode, 97)]
    texts = [around.format(chr(number)) for number in numbers]
    assert [text for text in texts if fold.words(text) != general(text)] == []


@given(st.text(alphabet="abC1 .,-_äÖßæ½µ²ªþ«»\xa0\xad–’…😀\u200d\ufe0f\u0301łØЖÅﬁ№١\0"))
def test_any_mixture(text: str) -> None:
    assert fold.words(text) == general(text)


def test_long_words_are_cut() -> None:
    assert fold.words("ä" * 80 + " kurz") == ["a" * fold.LONGEST_WORD, "kurz"]
