"""The catalogues of the translations: brings them up to date with the program's sentences, and reads them.

``python3 dev.py translate`` runs it: sentences new in the program come in empty, those that went are taken out, what is
translated stays as it is, and the compiled file is written. Refuses to guess: a sentence that changed is a new one and
gets no fuzzy translation. No places and no dates are written, so that a change of the file shows what really changed.
Called by dev.py and by the tests of this folder.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from switchboard_app.model.language import DOMAIN, LANGUAGES

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "switchboard_app"
LOCALE = ROOT / "resources" / "locale"
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
"""English is the source and has no catalogue."""

_KEYWORDS = {"tr": None, "ntr": (1, 2), "mark": None}
_HEAD = """\
# The words of Switchboard in this language: «{language}».
# `python3 dev.py translate` brings in what is new in the program, takes out what went, and writes the compiled file.
# Here only the lines `msgstr` are edited; then the same command again.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: nplurals={plurals}; plural={rule};\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in the compiled file, whose format wants a date, so that equal sentences give an equal file."""


def po_file(language: str) -> Path:
    """The file that people edit."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def mo_file(language: str) -> Path:
    """The file that the program reads."""
    return po_file(language).with_suffix(".mo")


def sentences() -> Catalog:
    """Every sentence of the program, as it stands in the code."""
    found = Catalog(domain=DOMAIN, fuzzy=False)
    extracted = extract_from_dir(PROGRAM, [("**.py", "python")], keywords=_KEYWORDS)
    for name, line, words, _, _ in extracted:
        found.add(words, locations=[(f"{PROGRAM.name}/{name}", line)])
    return found


def catalogue(language: str) -> Catalog:
    """What is translated, from the file that people edit; empty where there is none yet."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def entries(known: Catalog) -> Iterator[Message]:
    """The sentences of a catalogue, without its head."""
    return (entry for entry in known if entry.id)


def update(language: str) -> list[str]:
    """Write both files of a language; returns the sentences that still lack a translation."""
    known = catalogue(language)
    known.update(sentences(), no_fuzzy_matching=True)
    known.obsolete.clear()
    known.creation_date = known.revision_date = _NO_DATE
    head = _HEAD.format(language=language, plurals=known.num_plurals, rule=known.plural_expr)
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, known, width=0, no_location=True, omit_header=True, sort_output=True)
    lacking = [entry.id for entry in entries(known) if not translated(entry)]
    for words in lacking:  # else the program would show a plural without translation as nothing at all
        known.delete(words)
    write_mo(compiled, known)
    po_file(language).parent.mkdir(parents=True, exist_ok=True)
    po_file(language).write_bytes(head.encode("utf-8") + text.getvalue().strip() + b"\n")
    mo_file(language).write_bytes(compiled.getvalue())
    return [forms(words)[0] for words in lacking]


def forms(words: str | Sequence[str]) -> tuple[str, ...]:
    """The sentence as a tuple: its singular and its plural, or just itself."""
    return (words,) if isinstance(words, str) else tuple(words)


def translated(entry: Message) -> bool:
    """Whether the sentence, and its plural where it has one, stands in the other language."""
    return all(forms(entry.string or ""))


def main() -> int:
    """Bring all languages up to date; says what is still to be translated."""
    for language in TRANSLATED:
        lacking = update(language)
        count = sum(1 for _ in entries(catalogue(language)))
        lines = [f"{language}: {count} sentences, {len(lacking)} to be translated", *(f"  {one!r}" for one in lacking)]
        sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
