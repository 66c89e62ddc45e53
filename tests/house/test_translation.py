"""The catalogues hold every sentence of the program, in good German.

Each test collects every offence, so that one run shows them all. What is missing is brought in with
``python3 dev.py translate`` and then written by a person.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo

from tests.house.catalogue import TRANSLATED, catalogue, entries, forms, mo_file, po_file, sentences, translated
from tests.house.sources import last_name, program

FIELD = re.compile(r"\{(\w+)(?:![rs])?(?::[^}]*)?\}")
MIND = "python3 dev.py translate"


@cache
def pairs(language: str) -> tuple[tuple[str, str], ...]:
    """Every translated sentence with its source; of a plural both forms."""
    found: list[tuple[str, str]] = []
    for entry in entries(catalogue(language)):
        if translated(entry):
            found += zip(forms(entry.id), forms(entry.string or ""), strict=True)
    return tuple(found)


def ids(messages: Iterator[Message]) -> set[tuple[str, ...]]:
    """The sources of messages, to be compared."""
    return {forms(entry.id) for entry in messages}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language: str) -> None:
    known, needed = ids(entries(catalogue(language))), ids(entries(sentences()))
    lacking = [forms(entry.id)[0] for entry in entries(catalogue(language)) if not translated(entry) or entry.fuzzy]
    assert not needed - known, f"not in the catalogue yet ({MIND}): {sorted(needed - known)}"
    assert not known - needed, f"no longer in the program ({MIND}): {sorted(known - needed)}"
    assert not lacking, f"without translation in {po_file(language).name}: {lacking}"
    assert not catalogue(language).obsolete, f"obsolete sentences ({MIND})"


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_file_is_of_the_edited_one(language: str) -> None:
    with mo_file(language).open("rb") as file:
        compiled = {forms(entry.id): forms(entry.string or "") for entry in entries(read_mo(file))}
    edited = {forms(entry.id): forms(entry.string or "") for entry in entries(catalogue(language)) if translated(entry)}
    assert compiled == edited, f"compile it: {MIND}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_filled_in_is_the_same_in_both(language: str) -> None:
    wrong = [f"{s!r}: {t!r}" for s, t in pairs(language) if set(FIELD.findall(s)) != set(FIELD.findall(t))]
    assert not wrong, f"other placeholders: {wrong}"


def edges(text: str) -> tuple[str, str, int]:
    """What must be alike at both ends of a sentence, and its number of line breaks."""
    end = text.rstrip()[-1:]
    return (
        text[: len(text) - len(text.lstrip())],
        (end if end in ".:!?…" else "") + text[len(text.rstrip()) :],
        text.count("\n"),
    )


@pytest.mark.parametrize("language", TRANSLATED)
def test_both_begin_and_end_alike(language: str) -> None:
    wrong = [f"{s!r}: {t!r}" for s, t in pairs(language) if edges(s) != edges(t)]
    assert not wrong, f"other full stop, colon, dots, blanks or line breaks: {wrong}"


# What is the same in every language: keys, commands, options, addresses, files, names in capitals.
KEPT = re.compile(
    r"(?<=: )switchboard(?: [a-z]+)+(?: --[a-z]+)?|--[a-z][a-z-]*|\b\w+://(?:[\w./@:]*\w)?|\w+/\w+\.md|GNOME Keyring"
    r"|\b[A-Z]{3,}[A-Z_]*\b|\bCtrl(?:[+ ]\w+)?|\b(?:Esc|Alt|F\d{1,2})\b|\bEnter\b(?! the\b| it\b)|[⏎↑↓]"
    r"|(?<=\bwith )[A-Z]\b|(?<=\band )[A-Z]\b|\([A-Z]\)"
)
NOT_KEPT = {"ILL"}


@pytest.mark.parametrize("language", TRANSLATED)
def test_keys_and_commands_stay(language: str) -> None:
    lost = [
        f"{word} in {translation!r}"
        for source, translation in pairs(language)
        for word in set(KEPT.findall(source)) - NOT_KEPT
        if not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", translation)
    ]
    assert not lost, f"to be the same in every language: {lost}"


# --- German ---------------------------------------------------------------------------------------------------------

WRITING = {
    "ss, never the sharp s": re.compile("\N{LATIN SMALL LETTER SHARP S}|\N{LATIN CAPITAL LETTER SHARP S}"),
    "«…» as quotation marks": re.compile(r"[\"„“”»](?=\w)|(?<=\w)[«\"„“”]"),
    "no straight apostrophe": re.compile(r"'"),
    "1’284": re.compile(r"\d[ ',.]\d{3}(?!\d)"),
    "… as one sign, after a blank": re.compile(r"\.\.\.|(?<=\w\w)…"),
    "– between words": re.compile(r"\s-\s"),
    "one blank, none before a mark": re.compile(r"(?<! )  +(?! )|\s[.,;:!?](?=\s|$)"),
    "Sie or nobody": re.compile(r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b", re.IGNORECASE),
    "no ae, oe, ue for umlauts": re.compile(r"\b(fuer|ueber\w*|koennen|muessen|Aemter|Uebung\w*|zurueck\w*)\b"),
}
EXCUSED = {
    "«…» as quotation marks": re.compile(r"\{\"access_token\": \"…\"\}"),
    "… as one sign, after a blank": re.compile(r"«[^»]*…»|https://…"),
}


@pytest.mark.parametrize("rule", WRITING)
def test_swiss_writing(rule: str) -> None:
    excuse = EXCUSED.get(rule)
    wrong = [
        german
        for _, german in pairs("de")
        if WRITING[rule].search(excuse.sub("", german) if excuse is not None else german)
    ]
    assert not wrong, f"{rule}: {wrong}"


# Words that only English has; the names of things that are the same in German are not among them.
ENGLISH = re.compile(
    r"\b(the|and|of|with|is|are|be|this|that|from|by|for|to|you|your|please|open|file|note|office|enquir\w+|again"
    r"|there|cannot|messages?|answer\w*|accounts?|workspace|drafts?|thread|outbox|done|settings|close|cancel|send|sent"
    r"|forward\w*|claim\w*|release|snooze\w*|inbox|keyring|training|directory|attachments?|delivery|window|key|keys)\b",
    re.IGNORECASE,
)


def test_nothing_english_is_left() -> None:
    left = [
        f"{word} in {german!r}"
        for _, german in pairs("de")
        for word in ENGLISH.findall(FIELD.sub("", KEPT.sub("", german)))
    ]
    assert not left, f"English words: {left}"


# The glossary: whoever writes the one means the other. Where a sentence does without the word, it is not checked.
GLOSSARY = {
    r"\benquir": "Anfrage",
    r"\bphone notes?\b": "Gesprächsnotiz",
    r"\binternal note": "nterne Notiz",
    r"\bforwardings?\b": "Weiterleitung",
    r"\brecovery key": "Wiederherstellungsschlüssel",
    r"\bkeyring": "Schlüsselbund",
    r"\bworkspace": "Arbeitsbereich",
    r"\boutbox": "Postausgang",
    r"\breply window": "Antwortfenster",
    r"\btraining mode": "Übungsmodus",
    r"\baccounts?\b": "[Kk]ont",
    r"\bdrafts?\b": "Entw",
    r"\bdirectory\b": "erzeichnis",
    r"\bconversation": "nterhaltung",
    r"\bdelivery\b": "Zustellung",
    r"\bdiscard": "erw[aeo]rf",
    r"\btags?\b": "Schlag[wz]",
    r"\battachment": "[Aa]nhang",
    r"\bfollow-up": "Wiedervorlage",
}
BANNED = re.compile(r"\b(Ticket|Case|Kund\w+|User|Inbox|Mahnung|Behörde|Thread|Account|Makro|Bürger(in)?)\b(?!/in)")


def test_the_words_of_the_glossary() -> None:
    other = [
        f"{german!r} has no {word!r}"
        for english, german in pairs("de")
        for said, word in GLOSSARY.items()
        if re.search(said, FIELD.sub("", KEPT.sub("", english)), re.IGNORECASE) and not re.search(word, german)
    ]
    assert not other, f"other words than the glossary's: {other}"
    avoided = [german for _, german in pairs("de") if BANNED.search(german)]
    assert not avoided, f"words to avoid: {avoided}"


# --- the code that speaks ---------------------------------------------------------------------------------------------

ERRORS = {"UserError", "WrongUse", "Refused", "NotThere", "Stale", "Unreachable", "Failure"}


def unsayable(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Lines that no catalogue can translate: a sentence put together before it is looked up, or never looked up."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = last_name(node.func)
        if name in ("tr", "ntr", "mark"):
            for word in node.args[: 2 if name == "ntr" else 1]:
                made = isinstance(word, ast.JoinedStr | ast.BinOp | ast.IfExp | ast.BoolOp)
                filled = isinstance(word, ast.Call) and last_name(word.func) in ("format", "join")
                if made or filled or (name != "tr" and not isinstance(word, ast.Constant)):
                    yield node.lineno, f"{name}() wants the whole sentence as it stands in the catalogue"
        elif name in ERRORS:
            for word in node.args:
                said = isinstance(word, ast.Constant) and isinstance(word.value, str) and " " in word.value
                if said or isinstance(word, ast.JoinedStr):
                    yield node.lineno, f"{name} speaks to people: through tr()"


def test_every_sentence_can_be_translated() -> None:
    wrong = [f"{name}:{line}: {why}" for name, tree in program() for line, why in unsayable(tree)]
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('tr("A {n}").format(n=1)', []),
        ("tr(one.words)", []),
        ('tr(f"A {n}")', [1]),
        ('tr("A {n}".format(n=1))', [1]),
        ('tr("a" if one else "b")', [1]),
        ('ntr("one", many, n)', [1]),
        ('raise WrongUse("That is wrong.", "")', [1]),
        ('raise Refused(f"Not {this}.", tr("Try again."))', [1]),
        ('raise Refused(tr("Not this."), "")', []),
    ],
)
def test_the_rule_against_untranslatable_sentences_bites(source: str, lines: list[int]) -> None:
    assert [line for line, _ in unsayable(ast.parse(source))] == lines
