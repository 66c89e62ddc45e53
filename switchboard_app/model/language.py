"""The sentences of the program in the chosen language.

English is the source; `tr` looks a sentence up in the catalogue of the language in use. Placeholders are filled after
the look-up: ``tr("Reply until {time}").format(time=...)``. Switching needs no restart: views ask again when told to.
Refuses to guess: a sentence without a translation stays English. Called by everything that speaks to people.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from pathlib import Path

DOMAIN = "switchboard"
LANGUAGES = ("de", "en")


class _Catalogue:
    """The one catalogue in use; a class so that `tr` keeps its identity while the language changes under it."""

    def __init__(self) -> None:
        self.language = "en"
        self.translations: gettext.NullTranslations = gettext.NullTranslations()
        self.listeners: list[Callable[[], None]] = []


_in_use = _Catalogue()


def use_language(language: str, locale_folder: Path) -> None:
    """Switch every later `tr` to `language` ("de" or "en"); the catalogues lie in `locale_folder`.

    Raises FileNotFoundError when the catalogue of a language other than English is missing.
    """
    if language == "en":
        _in_use.translations = gettext.NullTranslations()
    else:
        _in_use.translations = gettext.translation(DOMAIN, locale_folder, languages=[language])
    _in_use.language = language
    for listener in tuple(_in_use.listeners):
        listener()


def language_in_use() -> str:
    """The code of the language in use: "de" or "en"."""
    return _in_use.language


def on_language_change(listener: Callable[[], None]) -> None:
    """Call `listener` after each switch of language."""
    _in_use.listeners.append(listener)


def tr(sentence: str) -> str:
    """The sentence in the language in use; the sentence itself where it has no translation."""
    # the catalogue keeps its head under the empty sentence
    return _in_use.translations.gettext(sentence) if sentence else ""


def ntr(singular: str, plural: str, n: int) -> str:
    """As `tr`, for sentences that count something."""
    return _in_use.translations.ngettext(singular, plural, n)


def mark(sentence: str) -> str:
    """Mark a sentence for translation that is looked up later, where it is shown."""
    return sentence
