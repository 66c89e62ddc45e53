"""The training cases are complete, plausible and harmless, and mistakes in their files are named."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.model.errors import ExitCode
from switchboard_app.model.office_csv import read_directory
from switchboard_app.training.cases import Case, CaseFileError, Cases, Platform, Urgency, load_cases

FOLDER = Path(__file__).parents[2] / "resources" / "training"

SAMPLE_NUMBER = re.compile(r"061 555 \d\d \d\d|\+33 3 53 01 \d\d \d\d|\+49 171 39200 \d\d")
"""061 555 is used for samples throughout; the other two are ranges that the regulators keep free for fiction."""


@pytest.fixture(scope="module")
def cases() -> Cases:
    return load_cases(FOLDER)


def all_cases(cases: Cases) -> list[Case]:
    return [case for citizen in cases.citizens for case in citizen.cases]


def texts_of(case: Case) -> list[str]:
    said = [message.text for message in case.messages] + [answer.text for answer in case.answers]
    varied = [text for v in case.variations for text in (v.text, v.answer, v.impatient)]
    return [*said, case.impatient, *varied]


def everything_german(cases: Cases) -> list[str]:
    german = [
        text for citizen in cases.citizens if citizen.language == "de" for c in citizen.cases for text in texts_of(c)
    ]
    german += [text for case in all_cases(cases) for text in (case.topic, case.hint, case.expect_office)]
    german += [text for call in cases.calls for text in (*call.lines, call.callback, call.hint, call.topic)]
    return german


class TestShippedCases:
    def test_enough_citizens_of_each_language(self, cases: Cases) -> None:
        spoken = Counter(citizen.language for citizen in cases.citizens)
        assert len(cases.citizens) >= 44
        assert spoken["de"] >= 22
        assert spoken["fr"] >= 8
        assert spoken["it"] >= 7
        assert spoken["en"] >= 7

    def test_both_platforms_are_lively(self, cases: Cases) -> None:
        platforms = Counter(citizen.platform for citizen in cases.citizens)
        assert platforms[Platform.FACEBOOK] >= 15
        assert platforms[Platform.X] >= 15
        assert platforms[Platform.INSTAGRAM] >= 4
        assert platforms[Platform.MASTODON] >= 4
        assert platforms[Platform.EMAIL] >= 4

    def test_names_fit_their_platform(self, cases: Cases) -> None:
        for citizen in cases.citizens:
            assert bool(citizen.handle) is (citizen.platform not in (Platform.FACEBOOK, Platform.EMAIL)), citizen.key
            if citizen.platform is Platform.X:
                assert len(citizen.name) <= 50, citizen.key

    def test_names_that_break_layouts_are_among_them(self, cases: Cases) -> None:
        names = [citizen.name for citizen in cases.citizens]
        assert any(re.search("[\u0590-\u06ff]", name) for name in names), "right to left"
        assert any(re.search("[\U0001f300-\U0001faff]", name) for name in names), "emoji"
        assert any(len(name) > 40 for name in names), "long"

    def test_swiss_spelling(self, cases: Cases) -> None:
        for text in everything_german(cases):
            assert "ß" not in text
            assert not re.search('[„“"]', text), text

    def test_expected_offices_are_named(self, cases: Cases) -> None:
        for expected in [case.expect_office for case in all_cases(cases)] + [
            call.expect_office for call in cases.calls
        ]:
            assert expected == expected.strip() != ""
        assert len({case.expect_office for case in all_cases(cases)}) >= 25

    def test_expected_offices_are_in_the_sample_directory(self, cases: Cases) -> None:
        offices = read_directory((FOLDER.parent / "directory" / "basel-stadt-sample.csv").read_bytes())
        named = {name for office in offices for name in (office.name, office.unit, office.title)}
        expected = {case.expect_office for case in all_cases(cases)} | {call.expect_office for call in cases.calls}
        assert expected <= named

    def test_special_cases_are_there(self, cases: Cases) -> None:
        messages = [message for case in all_cases(cases) for message in case.messages]
        assert any("756.9217.0769.85" in message.text for message in messages)
        assert any(len(message.text) > 1_850 for message in messages)
        assert any(message.is_sticker and not message.text for message in messages)
        assert len({message.photo for message in messages if message.photo and not message.is_sticker}) >= 3
        assert sum("Hammerstrasse" in message.text for message in messages) >= 3, "a wave about the same water pipe"
        assert sum(bool(case.impatient) for case in all_cases(cases)) >= 20

    def test_photos_are_small_pictures_and_files_what_they_say(self, cases: Cases) -> None:
        used = {message.photo for case in all_cases(cases) for message in case.messages if message.photo}
        assert used == {*(FOLDER / "photos").glob("*.png"), *(FOLDER / "files").iterdir()}
        starts = {".png": b"\x89PNG\r\n\x1a\n", ".pdf": b"%PDF-1.", ".m4a": b"\0\0\0"}
        for file in used:
            assert file.read_bytes().startswith(starts[file.suffix])
            assert file.stat().st_size < 60_000

    def test_something_is_withheld_as_in_europe(self, cases: Cases) -> None:
        withheld = [m for case in all_cases(cases) for m in case.messages if m.is_withheld]
        assert withheld
        assert all(message.photo for message in withheld)

    def test_citizens_write_back_within_a_minute_and_a_half(self, cases: Cases) -> None:
        for case in all_cases(cases):
            assert all(20 <= answer.delay_s <= 90 for answer in case.answers), case.key

    def test_calls(self, cases: Cases) -> None:
        assert len(cases.calls) >= 12
        numbers = [call.number for call in cases.calls]
        assert "" in numbers
        assert any(number.startswith("+33") for number in numbers)
        assert any(number.startswith("+49") for number in numbers)
        for call in cases.calls:
            assert call.number == "" or SAMPLE_NUMBER.fullmatch(call.number), call.key
            assert len(call.lines) >= 3, call.key
        assert {call.urgency for call in cases.calls} == set(Urgency)
        assert any(call.callback for call in cases.calls)

    def test_no_other_telephone_number_or_address_is_in_the_texts(self, cases: Cases) -> None:
        texts = [text for case in all_cases(cases) for text in texts_of(case)]
        texts += [text for call in cases.calls for text in (*call.lines, call.callback)]
        for text in texts:
            for number in re.findall(r"(?:\+|\b0)\d[\d ]{7,}\d", text):
                assert SAMPLE_NUMBER.fullmatch(number), text
            assert "@" not in text
            assert "://" not in text


class TestSchedule:
    def test_a_backlog_lies_there_at_the_start(self, cases: Cases) -> None:
        backlog = [arrival for arrival in cases.arrivals() if arrival.at_s < 0]
        assert 10 <= len(backlog) <= 18
        assert any(arrival.at_s < -86_400 for arrival in backlog), "one is older than the free reply window"
        assert {arrival.citizen.platform for arrival in backlog} == set(Platform)
        assert len({arrival.citizen.language for arrival in backlog}) == 4

    def test_one_arrives_every_40_to_90_seconds_for_an_hour(self, cases: Cases) -> None:
        times = [arrival.at_s for arrival in cases.arrivals() if arrival.at_s >= 0]
        assert times[0] <= 60
        assert times[-1] >= 3_400
        assert all(40 <= later - sooner <= 90 for sooner, later in pairwise(times))

    def test_the_wave_comes_together(self, cases: Cases) -> None:
        wave = [a.at_s for a in cases.arrivals() if any("Hammerstrasse" in m.text for m in a.case.messages)]
        assert max(wave) - min(wave) <= 300
        assert any(
            min(wave) - 300 <= ring.at_s <= max(wave) + 300 for ring in cases.rings() if ring.call.urgency != "normal"
        )

    def test_calls_are_spread_over_the_hour(self, cases: Cases) -> None:
        times = [ring.at_s for ring in cases.rings()]
        assert times[-1] >= 3_000
        assert all(later - sooner >= 180 for sooner, later in pairwise(times))

    def test_it_goes_on_in_other_words(self, cases: Cases) -> None:
        first, second, third = (cases.arrivals(turn) for turn in (0, 1, 2))
        assert len(second) >= 50
        times = [arrival.at_s for arrival in (*first, *second, *third) if arrival.at_s >= 0]
        assert all(40 <= later - sooner <= 90 for sooner, later in pairwise(times))
        keys = [arrival.case.key for arrival in (*first, *second, *third)]
        assert len(set(keys)) == len(keys)
        said = {message.text for arrival in first for message in arrival.case.messages}
        assert not said & {message.text for arrival in second for message in arrival.case.messages}
        order = [[arrival.citizen.key for arrival in turn] for turn in (second, third)]
        assert order[0] != order[1]

    def test_calls_go_on(self, cases: Cases) -> None:
        again = cases.rings(1)
        assert again[0].at_s > cases.rings()[-1].at_s
        assert {ring.call.key for ring in again} == {call.key for call in cases.calls}

    def test_the_same_every_time(self, cases: Cases) -> None:
        assert cases.arrivals(3) == load_cases(FOLDER).arrivals(3)


Spoil = Callable[[dict[str, Any]], None]


def first_case(values: dict[str, Any]) -> dict[str, Any]:
    case: dict[str, Any] = values["citizens"][0]["cases"][0]
    return case


class TestMistakes:
    @pytest.mark.parametrize(
        ("spoil", "place"),
        [
            (lambda v: v["citizens"][0].pop("name"), "citizens[andrea-muster].name"),
            (lambda v: v["citizens"][0].update(nmae="x"), "citizens[andrea-muster].nmae"),
            (lambda v: v["citizens"][0].update(platform="myspace"), "citizens[andrea-muster].platform"),
            (lambda v: v["citizens"][0].update(handle="andrea"), "citizens[andrea-muster].handle"),
            (lambda v: v["citizens"][0].update(key=v["citizens"][1]["key"]), "beat-schaub"),
            (lambda v: v["citizens"][0].update(cases=[]), "citizens[andrea-muster].cases"),
            (lambda v: first_case(v).update(arrives_after_s="soon"), ".arrives_after_s"),
            (lambda v: first_case(v).update(arrives_after_s=True), ".arrives_after_s"),
            (lambda v: first_case(v).update(expect_office=" "), ".expect_office"),
            (lambda v: first_case(v)["messages"][0].update(photo="nowhere.png"), ".messages[0].photo"),
            (lambda v: first_case(v)["messages"][0].update(photo="../citizens.json"), ".messages[0].photo"),
            (lambda v: first_case(v)["messages"][0].update(text=""), ".messages[0].text"),
            (lambda v: first_case(v)["messages"][0].update(text="x" * 2_001), ".messages[0].text"),
            (lambda v: first_case(v)["messages"][0].update(after_s=5), ".messages"),
            (lambda v: first_case(v).update(replies={}), ".replies"),
            (lambda v: v.update(more=[]), "file.more"),
        ],
    )
    def test_are_named_by_file_and_key(self, tmp_path: Path, spoil: Spoil, place: str) -> None:
        folder = shutil.copytree(FOLDER, tmp_path / "training")
        values = json.loads((folder / "citizens.json").read_text(encoding="utf-8"))
        spoil(values)
        (folder / "citizens.json").write_text(json.dumps(values), encoding="utf-8")
        with pytest.raises(CaseFileError) as caught:
            load_cases(folder)
        assert "citizens.json" in str(caught.value)
        assert caught.value.place.endswith(place)
        assert caught.value.next_step
        assert caught.value.exit_code == ExitCode.WRONG_USE

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "line 1, column 1"),
            (b'{"calls": [', "is not JSON"),
            (b'{"calls": [\xff]}', "byte 11"),
            (b"[]", "must be an object"),
            (b'{"calls": []}', "has 0 entries"),
            (b'{"calls": [1]}', "calls[0]"),
            (b'{"calls": [], "calls": []}', "stands twice"),
        ],
    )
    def test_broken_file(self, tmp_path: Path, content: bytes, said: str) -> None:
        folder = shutil.copytree(FOLDER, tmp_path / "training")
        (folder / "calls.json").write_bytes(content)
        with pytest.raises(CaseFileError, match=re.escape(said)) as caught:
            load_cases(folder)
        assert "calls.json" in str(caught.value)

    def test_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(CaseFileError, match=r"citizens\.json"):
            load_cases(tmp_path)
