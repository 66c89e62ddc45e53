"""Times, spans and counts as people in Basel write them, and the switch of language while the program runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from switchboard_app.model.delivery import DeliveryState, delivery_words
from switchboard_app.model.enquiry import EnquiryState, View, state_name, view_name
from switchboard_app.model.language import language_in_use, ntr, on_language_change, tr, use_language
from switchboard_app.model.times import DAY, HOUR, MINUTE, ZONE, Millis, day_title, duration, from_datetime, when

LOCALE = Path(__file__).resolve().parent.parent.parent / "resources" / "locale"
NOW = from_datetime(datetime(2026, 11, 21, 14, 5, tzinfo=ZONE))


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    before = language_in_use()
    use_language("de", LOCALE)
    yield
    use_language(before, LOCALE)


def at(*clock: int) -> Millis:
    return from_datetime(datetime(*clock, tzinfo=ZONE))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(2026, 11, 21, 9, 41), "09:41"),
        (at(2026, 11, 20, 14, 5), "Fr 20.11., 14:05"),
        (at(2026, 11, 23, 10, 0), "Mo 23.11., 10:00"),
        (at(2026, 11, 14, 10, 0), "14.11.2026"),
        (at(2025, 1, 2, 10, 0), "02.01.2025"),
    ],
)
def test_a_moment_beside_a_row(moment: Millis, words: str) -> None:
    assert when(moment, NOW) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(2026, 11, 21, 0, 0), "Heute"),
        (at(2026, 11, 20, 23, 59), "Gestern"),
        (at(2026, 11, 18, 12, 0), "Mi, 18.11.2026"),
        (at(2026, 11, 22, 12, 0), "So, 22.11.2026"),
    ],
)
def test_the_heading_of_a_day(moment: Millis, words: str) -> None:
    assert day_title(moment, NOW) == words


@pytest.mark.parametrize(
    ("millis", "words"),
    [
        (-5, "0 min"),
        (18 * MINUTE, "18 min"),
        (HOUR, "1 h"),
        (HOUR + 10 * MINUTE, "1 h 10"),
        (5 * HOUR + 5 * MINUTE, "5 h 05"),
        (22 * HOUR + 48 * MINUTE, "22 h 48"),
        (DAY, "1 T"),
        (DAY + 2 * HOUR + 59 * MINUTE, "1 T 2 h"),
    ],
)
def test_a_span(millis: int, words: str) -> None:
    assert duration(millis) == words


def test_the_week_begins_on_monday() -> None:
    titles = [day_title(at(2026, 10, day, 12, 0), NOW)[:2] for day in range(5, 12)]
    assert titles == ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]


def test_the_words_of_the_pictures() -> None:
    views = (View.INBOX, View.MINE, View.WAITING_OFFICE, View.WAITING_CITIZEN, View.SNOOZED, View.OPEN, View.DONE)
    assert [view_name(view) for view in views] == [
        "Eingang",
        "Mir zugewiesen",
        "Wartet auf Amt",
        "Wartet auf Bürger/in",
        "Wiedervorlage",
        "Alle offenen",
        "Erledigt",
    ]
    assert state_name(EnquiryState.OPEN) == "In Bearbeitung"
    assert delivery_words(DeliveryState.DELIVERED) == "zugestellt"


def test_counting() -> None:
    said = [ntr("{n} new enquiry", "{n} new enquiries", n).format(n=n) for n in (0, 1, 2)]
    assert said == ["0 neue Anfragen", "1 neue Anfrage", "2 neue Anfragen"]


def test_the_language_changes_while_the_program_runs() -> None:
    heard: list[str] = []
    on_language_change(lambda: heard.append(tr("Inbox")))
    use_language("en", LOCALE)
    assert (language_in_use(), tr("Inbox"), duration(HOUR + 5 * MINUTE)) == ("en", "Inbox", "1 h 5 min")
    use_language("de", LOCALE)
    assert (language_in_use(), tr("Inbox"), heard[-2:]) == ("de", "Eingang", ["Inbox", "Eingang"])


def test_a_language_without_catalogue_changes_nothing() -> None:
    with pytest.raises(FileNotFoundError):
        use_language("rm", LOCALE)
    assert (language_in_use(), tr("Inbox")) == ("de", "Eingang")


def test_what_has_no_translation_stays_english() -> None:
    assert tr("No such sentence in the program.") == "No such sentence in the program."


def test_no_words_stay_no_words() -> None:
    assert tr("") == ""
