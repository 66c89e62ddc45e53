"""Search: the same answers on both databases, newest first, whatever is typed."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchboard_app.model.ids import Operator
from switchboard_app.model.times import DAY, HOUR
from switchboard_app.store import desk, people, search
from switchboard_app.store.database import Store
from switchboard_app.store.desk import PhoneNote
from switchboard_app.store.fold import LONGEST_WORD, fold, words
from switchboard_app.store.phone import normal_number, searched_as, typed_number, written_number
from tests.platforms import FakeClock
from tests.store.town import Town, found, minutes, zurich
from tests.workspaces import Workspace


def hits(town: Town, query: str) -> list[str]:
    """Who wrote what is found."""
    return [hit.row.person_name for hit in town.store.read(search.enquiries, query)]


def write(town: Town, **texts: str) -> None:
    """Let citizens write, one after the other."""
    for who, text in texts.items():
        town.arrives(town.says(text, who))
        town.clock.forward(minutes(1))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Ein Schlagloch vor unserer Haustür", "haustur"),
        ("Ein Schlagloch vor unserer Haustür", "HAUSTÜR"),
        ("Ein Schlagloch vor unserer Haustür", "schlagl"),
        ("Ein Schlagloch vor unserer Haustür", "haus schlag"),
        ("Ein Schlagloch vor unserer Haustür", '"vor unserer"'),
        ("An der Hochstraße", "hochstrasse"),
        ("An der Hochstrasse", "hochstraße"),
        ("Herr Yılmaz fragt", "yilmaz"),
        ("Frau Đorđević", "dordevic"),
        ("Une œuvre à l’école", "oeuvre ecole"),
        ("cafe\u0301 zerlegt", "café"),
        ("ﬁnden (Ligatur)", "finden"),
        ("１２３ in voller Breite", "123"),
        ("№ 5", "no"),
        ("snake_case_wort", "case"),
        ("Grüezi\u00a0mitenand", "mitenand"),
        ("https://www.bs.ch/steuern?x=1", "steuern"),
        ("mail an anna@example.ch", "anna@example.ch"),
        ("Rechnung 2026-0042", "2026-0042"),
        ("Привет, Базель", "привет"),
        ("ガザ地区", "ガザ"),
        ("हिन्दी में", "हिन"),
        ("x" * 200, "x" * 100),
        ("Donaudampfschifffahrtsgesellschaft", "donaudampf"),
    ],
)
def test_found(town: Town, text: str, query: str) -> None:
    write(town, anna=text, beat="etwas ganz anderes")
    assert hits(town, query) == ["Anna"]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Ein Schlagloch", "loch"),
        ("vor unserer Tür", '"unserer vor"'),
        ("vor unserer Tür", '"unser"'),
        ("Schlagloch", "schlagloch haus"),
        ("Basel", "b"),
    ],
)
def test_not_found(town: Town, text: str, query: str) -> None:
    write(town, anna=text)
    assert hits(town, query) == []


WEIRD = [
    *("", " ", "\0", "\0\0", '"', '""', '"""', "'", "''", "`", "AND", "OR", "NOT", "NEAR", "a AND", "AND b", "NOT x"),
    *("*", "**", "a*", "*a", "^a", "a^2", "-a", "a -b", "+a", "(", ")", "()", "(a", "a)", "a OR b", "NEAR(a b)"),
    *("words:a", "entry_words", "{a b}", "a:b", "a\\b", "\\", "%", "_", "a%b", "a?b", "?", "%s", "$1", ":a", "@a"),
    *("&", "|", "a & b", "a | !b", "<->", "a <-> b", "!", "a:*", "'a':*", "é", "ß", "ẞ", "İ", "\u0301", "\u202e"),
    *("\ufeff", "\ud800", "\udfff a", "🙈", "🇨🇭", "\U0010ffff", "\n", "a\nb", "\t", "\x1b[31m"),
    *("'; DROP TABLE entry; --", '" OR 1=1', "1", "0", "-1", "1e5", "0x1f", "1/2", "½", "Ⅷ", "²", "#", "#1"),
    *("#99999999999", "999999999999", "١٢٣", "#١"),
]


def test_nothing_that_is_typed_breaks_it_and_both_databases_agree(town: Town, embedded_workspace: Workspace) -> None:
    texts = ["a b and or not near 1 0 x s 2 5 8 12", "ss i e", *WEIRD, "x" * 10_000, " ".join(WEIRD)]
    towns = [town]
    if town.store.postgres:
        towns.append(found(embedded_workspace.open(), town.clock, town.me))
    for one in towns:
        one.arrives(*[one.says(text, f"c{n:03}", at=town.clock.now + n) for n, text in enumerate(texts)])
    queries = [*WEIRD, "x" * 10_240, "wort " * 2048, '"' * 10_240, "a" * 5000 + " " + "b" * 5000, "* " * 5000]
    for query in queries:
        answers = [hits(one, query) for one in towns]
        people_found = [[hit.name for hit in one.store.read(search.people, query)] for one in towns]
        for each in (answers, people_found):
            assert each[0] == each[-1], query


TEXT = st.text(alphabet=st.sampled_from("abcAB äöüßÉéı.-_'\"*12\u0301\u00a0ﬁ"), min_size=0, max_size=30)


@pytest.fixture(scope="module")
def two_towns(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[tuple[Town, Town]]:
    """The same town on both databases, for many small examples."""
    import shutil

    from switchboard_app.store.location import embedded

    template, key = request.getfixturevalue("embedded_template")
    server, migrated = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    path = tmp_path_factory.mktemp("two") / "workspace.db"
    shutil.copyfile(template, path)
    name = server.create(migrated)
    clock, me = FakeClock(zurich(2026, 11, 24, 9)), Operator("ml")
    stores = (Store(embedded(path), key, clock=clock), Store(server.location(name), clock=clock))
    yield found(stores[0], clock, me), found(stores[1], clock, me)
    for store in stores:
        store.close()
    server.drop(name)


@pytest.mark.postgres
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, min_size=1, max_size=6), queries=st.lists(TEXT, min_size=1, max_size=6))
def test_both_databases_answer_alike(two_towns: tuple[Town, Town], texts: list[str], queries: list[str]) -> None:
    one, other = two_towns
    for town in two_towns:
        town.arrives(*[town.says(text, f"c{n}") for n, text in enumerate(texts)])
    for query in queries:
        assert hits(one, query) == hits(other, query), query


def test_newest_first_also_after_a_late_import(town: Town) -> None:
    now = town.clock.now
    town.arrives(town.says("Abfall heute", "heute", at=now))
    town.arrives(town.says("Abfall früher", "frueher", at=now - 400 * DAY))
    town.arrives(town.says("Abfall gestern", "gestern", at=now - DAY))
    assert hits(town, "abfall") == ["Heute", "Gestern", "Frueher"]


def test_an_enquiry_stands_once_with_its_newest_matching_text(town: Town) -> None:
    for n in range(5):
        town.arrives(town.says(f"Abfall die {n}.", "anna", at=town.clock.forward(minutes(1))))
    town.arrives(town.says("Abfall auch", "beat", at=town.clock.forward(minutes(1))))
    found_ = town.store.read(search.enquiries, "abfall")
    assert [(hit.row.person_name, hit.text) for hit in found_] == [("Beat", "Abfall auch"), ("Anna", "Abfall die 4.")]


def test_an_enquiry_behind_hundreds_of_messages_of_another_is_found(town: Town) -> None:
    town.arrives(town.says("Abfall ganz unten", "unten", at=town.clock.now - DAY))
    town.arrives(*[town.says(f"Abfall {n}", "viel", at=town.clock.now - HOUR + n) for n in range(400)])
    assert hits(town, "abfall") == ["Viel", "Unten"]


def test_never_more_than_asked_for(town: Town) -> None:
    town.arrives(*[town.says("Abfall", f"c{n}") for n in range(80)])
    assert len(town.store.read(search.enquiries, "abfall", 50)) == 50
    assert len(town.store.read(search.people, "c1", 5)) == 5


def test_a_number_leads_to_its_enquiry_first(town: Town) -> None:
    write(town, anna="Die Nummer 2 ist gemeint", beat="Etwas anderes")
    assert hits(town, "2") == hits(town, "#2") == hits(town, " #2 ") == ["Beat", "Anna"]
    assert hits(town, "#99") == []


def test_notes_are_found_and_events_are_not(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.note, enquiry, "Interner Vermerk", town.me)
    town.store.write(desk.reassign, enquiry, Operator("sara"), "Ferienablösung", town.me)
    town.store.write(desk.take_note, PhoneNote("Gesprächsnotiz über Fahrplan"), town.me)
    assert len(town.store.read(search.enquiries, "vermerk")) == 1
    assert len(town.store.read(search.enquiries, "fahrplan")) == 1
    assert town.store.read(search.enquiries, "ferienablosung") == []


# -- people ----------------------------------------------------------------------------------------------------------


def names(town: Town, query: str) -> list[str]:
    """The people found."""
    return [hit.name for hit in town.store.read(search.people, query)]


def calls(town: Town, number: str, name: str) -> None:
    """Somebody calls."""
    town.store.write(desk.take_note, PhoneNote("Ruft an", number, name), town.me)
    town.clock.forward(minutes(1))


@pytest.mark.parametrize(
    "query",
    [
        "061 267 81 81",
        "0612678181",
        "061267",
        "061 267 8",
        "+41 61 267 81 81",
        "0041 61 267",
        "061/267.81",
        "41612678181",
    ],
)
def test_a_person_is_found_by_the_number_however_it_is_spaced(town: Town, query: str) -> None:
    calls(town, "061 267 81 81", "Rosa Meier")
    calls(town, "+49 7621 4150", "Jürgen Weiß")
    assert names(town, query) == ["Rosa Meier"]


def test_people_are_found_by_name_handle_and_foreign_number_the_newest_first(town: Town) -> None:
    calls(town, "061 267 81 81", "Rosa Meier")
    calls(town, "+49 7621 4150", "Jürgen Weiß")
    calls(town, "", "Rosa Luxemburg")
    assert names(town, "rosa") == ["Rosa Luxemburg", "Rosa Meier"]
    assert (
        names(town, "weiss jurg") == names(town, "+49 7621") == names(town, "7621") == ["Jürgen Weiß"]
        or names(town, "7621") == []
    )
    (hit,) = town.store.read(search.people, "meier")
    assert hit.labels == ("061 267 81 81",)


def test_a_renamed_person_is_found_by_the_new_name_only(town: Town) -> None:
    calls(town, "061 267 81 81", "Rosa Maier")
    (hit,) = town.store.read(search.people, "maier")
    town.store.write(people.rename, hit.id, "Rosa Meier", town.me)
    assert (names(town, "maier"), names(town, "meier")) == ([], ["Rosa Meier"])
    assert names(town, "061 267") == ["Rosa Meier"]
    assert town.store.read(people.card, hit.id).name == "Rosa Meier"


# -- folding ---------------------------------------------------------------------------------------------------------


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_words_hold_nothing_that_means_something_to_a_database(text: str) -> None:
    for word in words(text):
        assert word.isalnum()
        assert 0 < len(word) <= LONGEST_WORD
        assert not set(word) & set("'\"\\*&|!():<>-_ \0")


@given(st.text(alphabet=st.characters(codec="latin-1")))
def test_case_and_accents_make_no_difference(text: str) -> None:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    assert fold(text.upper()) == fold(text.lower()) == fold(text.casefold())
    assert fold(plain) == fold(text)


def test_every_letter_of_the_languages_here_is_typed_without_accents() -> None:
    assert fold("ÄÖÜäöüß ÉÈÊËÀÂÇÎÏÔÙÛŒÆ àèéìòù ıİğş đĐčćžš łŁ øØ åÅ ñ") == (
        "aouaouss eeeeaaciiouuoeae aeeiou iigs ddcczs ll oo aa n"
    )
    assert sys.maxunicode == 0x10FFFF


# -- telephone numbers -----------------------------------------------------------------------------------------------


def test_numbers() -> None:
    assert normal_number("061 267 81 81") == normal_number("+41 (0)61 267 81 81") == "+41612678181"
    assert normal_number("07621 4150") != normal_number("+49 7621 4150") == "+4976214150"
    assert [normal_number(text) for text in ("", "117a b", "unbekannt", "1" * 41, "\0", "٠٦١")] == [""] * 6
    assert (written_number("+41612678181"), written_number("+4976214150")) == ("061 267 81 81", "+49 7621 4150")
    assert written_number("nichts") == "nichts"
    assert searched_as("+41612678181") == "41612678181 0612678181"
    assert [typed_number(text) for text in ("061 2", "+41 61", "0041 61", "61", "061 x", "")] == [
        "0612",
        "4161",
        "4161",
        "",
        "",
        "",
    ]
