"""What the window remembers: ids and numbers, written whole; a file that makes no sense is the same as none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchboard_app.ui.window_state import WIDTHS, WindowState, load_state, save_state


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "window.json"


def test_it_comes_back(file: Path) -> None:
    state = WindowState([10, 20, 1000, 700], True, {"views": 200, "queue": 300, "side": 250}, ["side"], "mine")
    save_state(file, state)
    assert load_state(file) == state


def test_none_is_the_usual(file: Path) -> None:
    assert load_state(file) == WindowState()
    assert WindowState().widths == WIDTHS


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 2}',
        '{"version": 1, "view": "nonsense"}',
        '{"version": 1, "place": [1, 2]}',
        '{"version": 1, "place": ["a", "b", "c", "d"]}',
        '{"version": 1, "maximised": "yes"}',
        '{"version": 1, "widths": {"queue": "wide"}}',
    ],
)
def test_a_file_that_makes_no_sense_is_the_same_as_none(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    assert load_state(file) == WindowState()


def test_bytes_that_are_no_text(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    assert load_state(file) == WindowState()


def test_widths_stay_within_reason(file: Path) -> None:
    file.write_text(json.dumps({"version": 1, "widths": {"queue": 99_999, "views": 1}}), encoding="utf-8")
    assert load_state(file).widths == {"views": 60, "queue": 4000, "side": 284}


def test_a_later_versions_fields_do_no_harm(file: Path) -> None:
    file.write_text(json.dumps({"version": 1, "view": "mine", "new": 3}), encoding="utf-8")
    assert load_state(file).view == "mine"


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    save_state(tmp_path / "file" / "window.json", WindowState())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from([*WindowState.__slots__, "version", "else"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(names, json_values | st.just(1)))
def test_no_file_stops_the_start(file: Path, content: dict[str, object]) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")
    save_state(file, load_state(file))
    assert load_state(file).widths.keys() == WIDTHS.keys()
