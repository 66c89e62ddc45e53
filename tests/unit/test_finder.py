"""Finding the responsible office: while typing, and from a citizen's whole message.

The questions stand in ``office_questions.json``; they are asked of the sample directory.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.ids import OfficeId
from switchboard_app.model.office import Lesson, Office, OfficeMatch, Topic
from switchboard_app.model.office_csv import read_directory
from switchboard_app.model.spelling import fold, stem, tokens
from switchboard_app.model.stop_words import STOP_WORDS
from switchboard_app.store.finder import Finder, read_synonyms
from switchboard_app.store.phrases import known_words
from switchboard_app.store.vocabulary import Vocabulary

RESOURCES = Path(__file__).parents[2] / "resources" / "directory"
QUESTIONS: dict[str, Any] = json.loads(Path(__file__).with_name("office_questions.json").read_text("utf-8"))


@cache
def sample() -> tuple[Office, ...]:
    return read_directory((RESOURCES / "basel-stadt-sample.csv").read_bytes())


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    return read_synonyms((RESOURCES / "synonyms.csv").read_bytes())


@cache
def finder() -> Finder:
    return Finder(sample(), synonyms=synonyms())


def ids(matches: tuple[OfficeMatch, ...]) -> list[str]:
    return [match.office.id for match in matches]


def office(slug: str, name: str, *topics: Topic, **fields: Any) -> Office:
    return Office(OfficeId(slug), "Departement", name, topics=topics, **fields)


# --- the questions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "gsw", "fr", "it", "en"])
def test_messages_of_citizens_find_their_office_among_the_first_three(language: str) -> None:
    asked = [question for question in QUESTIONS["messages"] if question["language"] == language]
    missed = [
        question["text"]
        for question in asked
        if not set(question["offices"]).intersection(ids(finder().suggest(question["text"])))
    ]
    assert len(asked) >= 10
    assert len(missed) <= len(asked) * 0.05, missed


def test_messages_mostly_find_their_office_first() -> None:
    asked = QUESTIONS["messages"]
    first = [q for q in asked if ids(finder().suggest(q["text"], limit=1)) in [[name] for name in q["offices"]]]
    assert len(first) >= 0.8 * len(asked)


@pytest.mark.parametrize("text", QUESTIONS["nothing"])
def test_a_message_that_tells_no_office_gets_no_suggestion(text: str) -> None:
    assert finder().suggest(text) == ()


def test_what_operators_type_finds_the_office_among_the_first_three() -> None:
    missed = [q["text"] for q in QUESTIONS["typed"] if q["office"] not in ids(finder().search(q["text"], limit=3))]
    assert len(QUESTIONS["typed"]) >= 60
    assert len(missed) <= len(QUESTIONS["typed"]) * 0.05, missed


def test_every_question_names_offices_of_the_sample() -> None:
    known = {one.id for one in sample()}
    named = {name for q in QUESTIONS["messages"] for name in q["offices"]} | {q["office"] for q in QUESTIONS["typed"]}
    assert named <= known


# --- search while typing -----------------------------------------------------------------------------------------


def test_every_office_is_found_by_its_name_and_by_its_number() -> None:
    for one in sample():
        assert one.id in ids(finder().search(one.title)), one.title
        assert ids(finder().search(one.phone)) == [one.id]
        assert finder().search(one.phone)[0].score == 100


def test_every_topic_is_found_by_its_name() -> None:
    for one in sample():
        for topic in one.topics:
            assert one.id in ids(finder().search(topic.name)), topic.name


def test_each_letter_typed_keeps_the_office_once_it_is_first() -> None:
    found = [ids(finder().search("schlagloch"[:length], limit=3)) for length in range(4, 11)]
    assert all("bvd-tiefbauamt-strassenunterhalt" in three for three in found), found


@pytest.mark.parametrize("text", ["", "   ", "\n", "…", "🙂", "?!"])
def test_nothing_typed_finds_nothing(text: str) -> None:
    assert finder().search(text) == ()


def test_the_ranking_is_explained_in_the_directory_s_own_words() -> None:
    match = finder().search("schlaglcoh")[0]
    assert match.office.title == "Tiefbauamt, Strassenunterhalt"
    assert match.topic == "Strassenschaden melden"
    assert match.matched[0] in {"Schlagloch", "Schlaglöcher"}
    assert 0 < match.score < 100


def test_scores_fall_and_the_limit_holds() -> None:
    matches = finder().search("strasse", limit=7)
    assert len(matches) == 7
    scores = [match.score for match in matches]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 100 for score in scores)


@pytest.mark.parametrize(
    "spelling", ["Grünabfuhr", "GRÜNABFUHR", "Gruenabfuhr", "grunabfuhr", "gru\u0308nabfuhr", "ｇｒüｎabfuhr"]
)
def test_spellings_of_an_umlaut_are_one(spelling: str) -> None:
    assert finder().search(spelling) == finder().search("grünabfuhr")


@pytest.mark.parametrize("spelling", ["Strassenlampe", "Straßenlampe", "STRASSENLAMPE"])
def test_sharp_s_is_double_s(spelling: str) -> None:
    assert finder().search(spelling) == finder().search("strassenlampe")


def test_the_order_of_the_words_does_not_matter() -> None:
    assert finder().search("vereist trottoir") == finder().search("trottoir vereist")


def test_numbers_are_found_however_they_are_written() -> None:
    for number in ("061 555 80 10", "+41 61 555 80 10", "0041 61 555 80 10", "+41 (0)61 555 80 10", "061/555.80-10"):
        assert ids(finder().search(number)) == ["iwb-strassenbeleuchtung"], number


def test_a_name_in_an_address_and_the_name_of_a_mailbox_are_found() -> None:
    assert "jsd-einwohneramt" in ids(finder().search("spiegelgasse"))
    assert ids(finder().search("steuerbezug"))[0] == "fd-steuerverwaltung-bezug"


# --- suggestions -------------------------------------------------------------------------------------------------


def test_suggestions_are_few_and_sure() -> None:
    for question in QUESTIONS["messages"]:
        matches = finder().suggest(question["text"])
        assert 1 <= len(matches) <= 3
        assert all(36 <= match.score <= 100 for match in matches)
        assert all(match.matched for match in matches)


def test_where_somebody_lives_does_not_suggest_the_office_in_that_street() -> None:
    assert finder().suggest("Ich wohne an der Spiegelgasse 6") == ()


def test_a_long_message_is_read_to_its_concern() -> None:
    text = "Guten Tag, ich schreibe Ihnen, weil ich schon lange in dieser Stadt lebe und gerne hier bin. " * 15
    assert "iwb-strassenbeleuchtung" in ids(finder().suggest(text + "Die Strassenlampe vor dem Haus ist kaputt."))


def test_one_word_counts_once_however_often_the_directory_has_it() -> None:
    many = office("many", "Viele", Topic("A", tuple(f"Lampe {colour}" for colour in "rot gelb blau weiss".split())))
    one = office("one", "Eine", Topic("B", ("Lampe",)))
    assert ids(Finder([many, one], synonyms={}).suggest("Die Lampe ist aus"))[0] == "one"


def test_a_whole_phrase_beats_one_of_its_words() -> None:
    whole = office("whole", "Gemeinde", Topic("A", ("Schlagloch in Riehen",)))
    part = office("part", "Tiefbauamt", Topic("B", ("Schlagloch",)))
    two = Finder([part, whole], synonyms={})
    assert ids(two.suggest("In Riehen hat es ein Schlagloch"))[0] == "whole"
    assert ids(two.suggest("In Basel hat es ein Schlagloch"))[0] == "part"


def test_a_letter_alone_is_no_concern_but_completes_one() -> None:
    permits = [
        office("b", "B", Topic("B", ("Ausweis B",))),
        office("c", "C", Topic("C", ("Ausweis C",))),
    ]
    two = Finder(permits, synonyms={})
    assert ids(two.suggest("Ich habe den Ausweis C"))[0] == "c"
    assert ids(two.suggest("Ich habe den Ausweis B"))[0] == "b"
    assert two.suggest("Das war Plan C") == ()


# --- lessons -----------------------------------------------------------------------------------------------------

LAMP = "Seit Tagen brennt die Strassenlampe vor dem Haus nicht, und das Trottoir ist dunkel"


def test_a_declined_office_drops_for_those_words_only() -> None:
    wrong = OfficeId("iwb-strassenbeleuchtung")
    assert ids(finder().suggest(LAMP))[0] == wrong
    declined = Lesson(("Strassenlampe", "Trottoir"), wrong, 1.0)
    taught = Finder(sample(), lessons=[declined], synonyms=synonyms())
    assert wrong not in ids(taught.suggest(LAMP))[:1]
    assert taught.suggest(LAMP)[0].score < finder().suggest(LAMP)[0].score
    assert wrong not in ids(Finder(sample(), lessons=[declined] * 2, synonyms=synonyms()).suggest(LAMP))
    other = "Die Laterne flackert"
    assert ids(taught.suggest(other))[0] == wrong
    assert taught.suggest(other) == finder().suggest(other)


def test_lessons_add_up() -> None:
    wrong = OfficeId("iwb-strassenbeleuchtung")

    def score(*weights: float) -> float:
        lessons = [Lesson(("Strassenlampe",), wrong, weight) for weight in weights]
        return Finder(sample(), lessons=lessons, synonyms=synonyms()).search("strassenlampe")[0].score

    once, twice = score(0.2), score(0.2, 0.2)
    assert score() > once > twice
    assert score(-0.3, 0.3) == score()


def test_the_office_that_was_named_as_right_rises_even_without_a_word() -> None:
    right = OfficeId("sb-ombudsstelle")
    lesson = Lesson(("Strassenlampe", "Trottoir"), right, -1.0)
    matches = Finder(sample(), lessons=[lesson], synonyms=synonyms()).suggest(LAMP)
    assert right in ids(matches)
    assert next(match for match in matches if match.office.id == right).topic == ""


def test_lessons_for_other_words_or_offices_that_are_gone_change_nothing() -> None:
    lessons = [
        Lesson(("Katze", "Hund"), OfficeId("iwb-strassenbeleuchtung"), 1.0),
        Lesson(("Strassenlampe",), OfficeId("closed-down"), 1.0),
        Lesson((), OfficeId("iwb-strassenbeleuchtung"), 1.0),
    ]
    assert Finder(sample(), lessons=lessons, synonyms=synonyms()).suggest(LAMP) == finder().suggest(LAMP)


def test_a_lesson_of_a_whole_message_counts_for_a_message_like_it() -> None:
    wrong = OfficeId("iwb-strassenbeleuchtung")
    lesson = Lesson(tuple(f"Guten Tag, hier ist Zbinden. {LAMP}. Freundliche Grüsse".split()), wrong, 1.0)
    taught = Finder(sample(), lessons=[lesson] * 2, synonyms=synonyms())
    assert wrong not in ids(
        taught.suggest("Vor dem Haus brennt die Strassenlampe nicht mehr, das Trottoir ist dunkel.")
    )
    assert wrong in ids(taught.suggest("Der Kandelaber an der Ecke flackert"))


def test_the_words_of_a_lesson_hold_nothing_personal() -> None:
    text = "Hier schreibt Aurelia Zbinden, 076 000 00 00: die Strassenlampen vor meinem Haus flackern!"
    words = known_words(sample(), text)
    assert words[0] in {"strassenlampen", "flackern"}
    assert not {"aurelia", "zbinden", "076"}.intersection(words)
    assert len(known_words(sample(), text, limit=1)) == 1
    declined = Lesson(words, OfficeId("iwb-strassenbeleuchtung"), 1.0)
    taught = Finder(sample(), lessons=[declined] * 2, synonyms=synonyms())
    assert "iwb-strassenbeleuchtung" not in ids(taught.suggest(text))
    assert known_words(sample(), "Danke!") == ()


# --- robustness --------------------------------------------------------------------------------------------------


def test_an_empty_directory_finds_nothing() -> None:
    empty = Finder([], synonyms=synonyms())
    assert empty.search("schlagloch") == ()
    assert empty.search("061 555") == ()
    assert empty.suggest("schlagloch") == ()
    assert known_words([], "schlagloch") == ()


def test_an_office_with_nothing_but_a_name() -> None:
    bare = Finder([Office(OfficeId("a1"), "", "Amt")], synonyms={})
    assert ids(bare.search("amt")) == ["a1"]


def test_two_equal_offices_keep_the_order_of_the_directory_and_the_canton_comes_first() -> None:
    first = office("first", "Amt", Topic("Lampe"))
    twins = [replace(first, id=OfficeId("outside"), outside=True), first, replace(first, id=OfficeId("second"))]
    assert ids(Finder(twins, synonyms={}).search("lampe")) == ["first", "second", "outside"]


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    for matches, limit in ((finder().search(text), 20), (finder().suggest(text), 3)):
        assert len(matches) <= limit
        assert len(set(ids(matches))) == len(matches)
        assert all(0 < match.score <= 100 for match in matches)


@given(st.text(max_size=60))
def test_composed_and_decomposed_texts_are_one(text: str) -> None:
    assert tokens(unicodedata.normalize("NFC", text)) == tokens(unicodedata.normalize("NFD", text))


def test_the_corpus_of_naughty_strings_is_answered(shared: Path) -> None:
    for text in json.loads((shared / "corpora" / "third_party" / "blns.json").read_text("utf-8")):
        finder().search(text)
        finder().suggest(text * 20)


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Zügeln", "zugeln"),
        ("Zuegeln", "zugeln"),
        ("Grüße", "grusse"),
        ("Crèche", "creche"),
        ("Œuvre", "ouvre"),
        ("neue Steuer", "neue steuer"),
        ("Bauer", "bauer"),
        ("quel", "quel"),
        ("İstanbul", "istanbul"),
        ("ＡＢＣ", "abc"),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_stems_join_the_forms_of_a_word() -> None:
    for forms in ("lampe lampen lampes", "bewilligung bewilligungen", "poubelle poubelles", "strada strade"):
        assert len({stem(form) for form in forms.split()}) == 1, forms


def test_no_topic_word_is_a_stop_word() -> None:
    told = "schlagloch lampe busse pass steuern miete hund kind car fine rue casa lavoro bruit noise".split()
    assert not STOP_WORDS.intersection(told)


def test_a_vocabulary_prefers_the_very_word() -> None:
    vocabulary = Vocabulary(["lampe", "lampen", "strassenlampe"], {"funzel": ("lampe",)})
    likeness = vocabulary.written("lampe")
    assert max(likeness, key=lambda number: likeness[number]) == vocabulary.words.index("lampe")
    assert vocabulary.words.index("strassenlampe") in vocabulary.typed("lampe")
    assert vocabulary.written("funzel")[vocabulary.words.index("lampe")] < 1
    assert not vocabulary.written("xyzzyq")


@pytest.mark.parametrize("raw", [b"", b"a;b\n", b"word;means\na;b;c\n", b'word;means\n"a;b\n'])
def test_a_broken_table_of_synonyms_is_a_bug(raw: bytes) -> None:
    with pytest.raises(Exception, match=r"."):
        read_synonyms(raw)


def test_every_synonym_leads_somewhere() -> None:
    vocabulary = finder()._index.vocabulary
    known = set(vocabulary.words) | {stem(word) for word in vocabulary.words}
    lost = [word for word, means in synonyms().items() if not any({m, stem(m)} & known for m in means)]
    assert lost == []
