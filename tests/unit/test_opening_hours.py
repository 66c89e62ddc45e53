"""Opening hours as people write them: read, refused, and asked for a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.errors import ExitCode
from switchboard_app.model.opening_hours import OpeningHours, OpeningHoursInvalid, Period, parse_opening_hours
from switchboard_app.model.times import ZONE


def hours(text: str) -> OpeningHours:
    parsed = parse_opening_hours(text)
    assert parsed is not None
    return parsed


def at(text: str) -> datetime:
    """A moment by the clock on the wall in Basel."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Mo–Fr 8–12 / 13.30–17 (Fr 16)", "Mo–Do 08:00–12:00, 13:30–17:00; Fr 08:00–12:00, 13:30–16:00"),
        (
            "Mo Di Mi Fr 9–12 / 13.30–16, Do 13.30–17",
            "Mo–Mi 09:00–12:00, 13:30–16:00; Do 13:30–17:00; Fr 09:00–12:00, 13:30–16:00",
        ),
        ("Mo-Fr 08:00-12:00, 13:30-17:00", "Mo–Fr 08:00–12:00, 13:30–17:00"),
        ("Mo–Fr 8–12 / 13–17 (Fr 16)", "Mo–Do 08:00–12:00, 13:00–17:00; Fr 08:00–12:00, 13:00–16:00"),
        ("9–12 / 14–16", "Mo–Fr 09:00–12:00, 14:00–16:00"),
        ("24 h", "24 h"),
        ("24h", "24 h"),
        ("24/7", "24 h"),
        ("24 Stunden", "24 h"),
        ("durchgehend", "24 h"),
        ("Rund um die Uhr", "24 h"),
        ("Mo–So 0–24 h", "24 h"),
        ("Mo–Fr 24 h", "Mo–Fr 24 h"),
        ("Mo–Fr 8–17 durchgehend", "Mo–Fr 08:00–17:00"),
        ("Mo–Fr durchgehend 8–17", "Mo–Fr 08:00–17:00"),
        ("Montag bis Freitag, 08.00 bis 12.00 Uhr und 14.00 bis 17.00 Uhr", "Mo–Fr 08:00–12:00, 14:00–17:00"),
        ("Montag - Freitag: von 8 bis 12 Uhr", "Mo–Fr 08:00–12:00"),
        ("Mon-Fri 9:00-17:00; Saturday 9-12", "Mo–Fr 09:00–17:00; Sa 09:00–12:00"),
        ("Mo.–Fr. 8h00–12h00", "Mo–Fr 08:00–12:00"),
        ("Mo/Mi/Fr 8–12", "Mo 08:00–12:00; Mi 08:00–12:00; Fr 08:00–12:00"),
        ("Mo + Do 14–18", "Mo 14:00–18:00; Do 14:00–18:00"),
        ("Mo–Fr 8–12, Do 14–18", "Mo–Mi 08:00–12:00; Do 08:00–12:00, 14:00–18:00; Fr 08:00–12:00"),
        ("Mo–Fr 8–17 (Mi geschlossen, Fr bis 16)", "Mo–Di 08:00–17:00; Do 08:00–17:00; Fr 08:00–16:00"),
        ("Mo–Fr 8–17 (Mi 10–12 / 14–16)", "Mo–Di 08:00–17:00; Mi 10:00–12:00, 14:00–16:00; Do–Fr 08:00–17:00"),
        ("täglich 10–17; Mo geschlossen", "Di–So 10:00–17:00"),
        ("Fr–Mo 9–11", "Mo 09:00–11:00; Fr–So 09:00–11:00"),
        ("Fr, Sa 20–2", "Fr–Sa 20:00–02:00"),
        ("nach Vereinbarung", "nach Vereinbarung"),
        ("auf telefonische Voranmeldung", "nach Vereinbarung"),
        ("Mo–Fr 8–12, nach telefonischer Vereinbarung", "Mo–Fr 08:00–12:00; nach Vereinbarung"),
        ("geschlossen", "geschlossen"),
        ("  Mo 8-9 ", "Mo 08:00–09:00"),
    ],
)
def test_written_forms_are_read(written: str, normal: str) -> None:
    assert hours(written).normal == normal
    assert hours(written).text == written


@pytest.mark.parametrize("nothing", ["", "   ", "\t\n"])
def test_no_text_means_not_known(nothing: str) -> None:
    assert parse_opening_hours(nothing) is None


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("morgens", "«morgens» is not understood"),
        ("Montags 8–9", "«Montags 8–9» is not understood"),
        ("Mo–Fr 8–12 ausser Ferien", "«ausser Ferien» is not understood"),
        ("Mo 25–26", "«25» is not a time of day"),
        ("Mo 8.75–9", "«8.75» is not a time of day"),
        ("Mo 123–124", "is not understood"),
        ("Mo", "ends where a time should follow"),
        ("8", "ends where – should follow"),
        ("Mo–Fr 8–", "ends where a time should follow"),
        ("Mo–Fr 8–12 (", "ends where a day should follow"),
        ("Mo–Fr 8–12 (Fr 16", "ends where ) should follow"),
        ("Mo–Fr 13.30–12", "12:00 lies before 13:30"),
        ("Mo 2–2", "02:00 lies before 02:00"),
        ("Mo 24–0", "00:00 lies before 24:00"),
        ("Mo–Fr 8–12, Fr 9–10", "Fr is given twice"),
        ("Mo–Fr 8–12 / 11–14", "Mo is given twice"),
        ("Mo, Mo 8–12", "One day is named twice"),
        ("Mo–Fr 13–17 (Fr 12)", "Fr cannot close at 12:00"),
        ("Mo–Do 8–12 (Fr 11)", "Fr cannot close at 11:00"),
        (") 8–12", "«)» stands where a time should be"),
        ("²–³", "is not understood"),
        ("=cmd|'/C calc'!A0", "is not understood"),
    ],
)
def test_what_is_not_understood_is_refused_in_words(written: str, reason: str) -> None:
    with pytest.raises(OpeningHoursInvalid) as refusal:
        parse_opening_hours(written)
    assert reason in refusal.value.message
    assert "Mo–Fr 8–12" in refusal.value.next_step
    assert refusal.value.exit_code is ExitCode.WRONG_USE


# Wednesday 7 October 2026, Friday 9 October 2026
@pytest.mark.parametrize(
    ("moment", "is_open", "closes", "opens"),
    [
        ("2026-10-07T07:59", False, None, "2026-10-07T08:00"),
        ("2026-10-07T08:00", True, "2026-10-07T12:00", "2026-10-07T13:30"),
        ("2026-10-07T11:59:59", True, "2026-10-07T12:00", "2026-10-07T13:30"),
        ("2026-10-07T12:00", False, None, "2026-10-07T13:30"),
        ("2026-10-07T16:59", True, "2026-10-07T17:00", "2026-10-08T08:00"),
        ("2026-10-09T16:30", False, None, "2026-10-12T08:00"),
        ("2026-10-10T10:00", False, None, "2026-10-12T08:00"),
    ],
)
def test_an_office_at_a_moment(moment: str, is_open: bool, closes: str | None, opens: str) -> None:
    week = hours("Mo–Fr 8–12 / 13.30–17 (Fr 16)")
    assert week.is_open(at(moment)) is is_open
    assert week.closes_at(at(moment)) == (at(closes) if closes else None)
    assert week.next_opening(at(moment)) == at(opens)


def test_the_zone_of_the_asker_does_not_matter() -> None:
    week = hours("Mo–Fr 8–12")
    assert week.is_open(datetime(2026, 10, 7, 6, 0, tzinfo=UTC))  # 08:00 in Basel
    assert not week.is_open(datetime(2026, 10, 7, 5, 59, tzinfo=UTC))
    closes = week.closes_at(datetime(2026, 10, 7, 15, 0, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert closes is not None
    assert closes.isoformat() == "2026-10-07T12:00:00+02:00"


def test_a_datetime_without_zone_is_refused() -> None:
    for ask in (
        hours("24 h").is_open,
        hours("Mo 8–9").is_open,
        hours("Mo 8–9").closes_at,
        hours("Mo 8–9").next_opening,
    ):
        with pytest.raises(ValueError, match="zone"):
            ask(datetime(2026, 10, 7, 8))  # noqa: DTZ001


def test_holidays_close_an_office_but_not_an_emergency_line() -> None:
    def is_christmas(day: date) -> bool:
        return (day.month, day.day) in {(12, 25), (12, 26)}

    week = hours("Mo–Fr 8–17")  # 25 December 2026 is a Friday
    assert not week.is_open(at("2026-12-25T10:00"), is_christmas)
    assert week.next_opening(at("2026-12-24T17:00"), is_christmas) == at("2026-12-28T08:00")
    assert week.is_open(at("2026-12-25T10:00"))
    line = hours("24 h")
    assert line.is_open(at("2026-12-25T10:00"), is_christmas)
    assert line.closes_at(at("2026-12-25T10:00"), is_christmas) is None
    assert line.next_opening(at("2026-12-25T10:00"), is_christmas) is None


def test_an_office_that_never_opens_has_no_next_opening() -> None:
    for text in ("geschlossen", "nach Vereinbarung"):
        assert hours(text).next_opening(at("2026-10-07T10:00")) is None
        assert not hours(text).is_open(at("2026-10-07T10:00"))
    assert hours("Mo–Fr 8–12").next_opening(at("2026-10-07T10:00"), lambda _day: True) is None


def test_over_midnight_the_evening_belongs_to_the_day_before() -> None:
    bar = hours("Fr, Sa 20–2")
    assert bar.is_open(at("2026-10-10T01:59"))  # Saturday night, opened on Friday
    assert not bar.is_open(at("2026-10-10T02:00"))
    assert bar.closes_at(at("2026-10-09T23:00")) == at("2026-10-10T02:00")
    assert not bar.is_open(at("2026-10-09T01:00"))


def test_periods_without_a_gap_are_one_opening() -> None:
    week = hours("Mo–Fr 24 h")
    assert week.closes_at(at("2026-10-07T10:00")) == at("2026-10-10T00:00")
    assert week.next_opening(at("2026-10-07T10:00")) == at("2026-10-12T00:00")


def test_the_nights_in_which_clocks_change() -> None:
    night = hours("Sa 22–4")
    spring, autumn = at("2026-03-29T03:59"), at("2026-10-25T03:59")  # 23 and 25 hours long
    for moment in (spring, autumn):
        assert night.is_open(moment)
        closes = night.closes_at(moment)
        assert closes is not None
        assert closes.strftime("%H:%M") == "04:00"
    assert night.is_open(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))  # 02:30 for the first time
    assert night.is_open(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))  # 02:30 for the second time
    opens, closes = night.next_opening(at("2026-10-24T21:00")), night.closes_at(at("2026-10-24T22:00"))
    assert opens is not None
    assert closes is not None
    assert (closes.astimezone(UTC) - opens.astimezone(UTC)).total_seconds() == 7 * 3600


_MINUTES = st.integers(0, 24 * 4).map(lambda quarter: quarter * 15)
_DAY = st.lists(_MINUTES, max_size=6, unique=True).map(
    lambda edges: tuple(Period(start, end) for start, end in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
)


@given(st.lists(_DAY, min_size=7, max_size=7))
def test_the_normal_form_reads_back_as_the_same_week(week: list[tuple[Period, ...]]) -> None:
    written = OpeningHours("", tuple(week)).normal
    assert hours(written).week == tuple(week)
    assert hours(written).normal == written


@given(st.text(alphabet="MoDiFrSa0123456789–-/,;:.() h", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parsed = parse_opening_hours(text)
    except OpeningHoursInvalid as refusal:
        assert refusal.message  # noqa: PT017
    else:
        assert parsed is None or hours(parsed.normal).week == parsed.week


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001
def test_open_closed_and_the_edges_agree(naive: datetime) -> None:
    week, moment = hours("Mo–Fr 8–12 / 13.30–17 (Fr 16); Sa 20–2"), naive.replace(tzinfo=UTC)
    closes, opens = week.closes_at(moment), week.next_opening(moment)
    assert opens is not None
    assert opens > moment
    assert week.is_open(opens)
    if week.is_open(moment):
        assert closes is not None
        assert moment < closes < opens
        assert not week.is_open(closes)
    else:
        assert closes is None
