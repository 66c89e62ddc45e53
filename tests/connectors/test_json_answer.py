"""The strict reader of JSON and the patient reader of what stands in it."""

from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.times import DAY, Millis
from switchboard_app.sync.json_answer import (
    Json,
    NotJson,
    id_of,
    raw_of,
    read_json,
    record_of,
    rows_of,
    text_of,
    time_of,
    whole_of,
)
from tests.platforms import NOON

DUPLICATES = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
"""Good JSON that we refuse on purpose: which of the two would count?"""


def _bytes(case: dict[str, object]) -> bytes:
    if "b64" in case:
        return base64.b64decode(str(case["b64"]))
    rule = record_of(case["repeat"])  # type: ignore[arg-type]
    return (text_of(rule["text"]) * whole_of(rule["times"]) + text_of(rule.get("tail"))).encode()


def test_the_json_test_suite(shared: Path) -> None:
    corpus = json.loads((shared / "corpora/third_party/jsontestsuite_parsing.json").read_text("utf-8"))
    wrong = []
    for case in corpus["cases"]:
        try:
            read_json(_bytes(case))
            outcome = "accept"
        except NotJson:
            outcome = "reject"
        expected = "reject" if case["name"] in DUPLICATES else case["expect"]
        if expected not in (outcome, "either"):
            wrong.append((case["name"], outcome))
    assert wrong == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html></html>",
        b'{"a": 1',
        b'{"a": 1}}',
        b'{"a": 1, "a": 2}',
        b'[{"b": {"a": 1, "a": 1}}]',
        b"[NaN]",
        b"[Infinity, -Infinity]",
        b"\xff\xfe{\x00}\x00",
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\x01"}',
        b"[" * 101 + b"]" * 101,
        b'{"a":' * 101 + b"1" + b"}" * 101,
        b"[" * 200_000,
        b"'a'",
        b"[1,]",
    ],
)
def test_what_is_no_honest_json(body: bytes) -> None:
    with pytest.raises(NotJson) as caught:
        read_json(body)
    assert "html" not in str(caught.value)


def test_what_is() -> None:
    assert read_json(b"\xef\xbb\xbf{}") == {}
    assert read_json(b"[" * 100 + b"]" * 100)
    assert read_json('{"ä": "\\u0000 \\ud83d\\ude00 \\ud800"}'.encode()) == {"ä": "\0 😀 \ud800"}


def test_whole_numbers_are_exact_whatever_their_size() -> None:
    big = "9007199254740993"
    record = record_of(read_json(f'{{"id": {big}, "huge": {"9" * 5000}, "real": 1e400, "neg": -{big}}}'.encode()))
    assert id_of(record["id"]) == big
    assert id_of(record["neg"]) == f"-{big}"
    assert id_of(record["huge"]) == "9" * 5000
    assert text_of(record["real"]) == "1e400"


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_reading_gives_back_what_was_written(value: Json) -> None:
    assert read_json(json.dumps(value).encode()) == value


@given(json_values)
def test_patient_readers_never_raise(value: Any) -> None:
    assert isinstance(text_of(value), str)
    assert isinstance(id_of(value), str)
    assert isinstance(whole_of(value), int)
    assert isinstance(record_of(value), dict)
    assert isinstance(rows_of(value), list)
    assert 0 <= (time_of(value, NOON) or 0) <= NOON + DAY
    assert raw_of(value).isascii()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(NotJson):
        read_json(body)


def test_fields_as_they_come() -> None:
    odd: tuple[Json, ...] = ("a\0b", 7, 1.5, None, True, [], {})
    assert [text_of(value) for value in odd] == ["a\0b", "7", "1.5", "", "", "", ""]
    assert text_of("halb \ud83d, ganz 😀, halb \ude00") == "halb \ufffd, ganz 😀, halb \ufffd"
    assert [id_of(value) for value in ("m_1-_:=", 5, 5.0, True, None)] == ["m_1-_:=", "5", "", "", ""]
    assert [whole_of(value) for value in (5, "17", "-1", "١", "1" * 30, None, True)] == [5, 17, 0, 0, 0, 0, 0]
    assert rows_of([1]) == rows_of({"data": [1]}) == [1]
    assert rows_of({"data": {}}) == rows_of("x") == rows_of(None) == []


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-21T19:17:00+0000", 1795288620000),
        ("2026-11-21T19:17:00.123Z", 1795288620123),
        ("2026-11-21T20:17:00+01:00", 1795288620000),
        (1795288620000, 1795288620000),
        ("1795288620000", 1795288620000),
        (1795288620, 1795288620000),
        ("1795288620", 1795288620000),
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-21 19:17:00", None),
        ("2026-11-21", None),
        ("2016-12-31T23:59:60Z", None),
        ("2026-02-30T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("gestern", None),
        ("", None),
        (None, None),
        (-1, None),
        (0, None),
        (1e40, None),
        (True, None),
        (10**40, None),
        ("9" * 5000, None),
    ],
)
def test_moments(value: Json, moment: int | None) -> None:
    assert time_of(value, NOON) == moment


def test_moments_of_the_corpus(shared: Path) -> None:
    corpus = json.loads((shared / "corpora/own/times.json").read_text("utf-8"))
    far = Millis(2_147_483_648_000)  # the year 2038 has come, so that its case is no future
    wrong = [
        (case["id"], case["value"], time_of(case["value"], far))
        for case in corpus["cases"]
        if time_of(case["value"], far) != case["epoch_ms"] and not (case["epoch_ms"] is None and case["id"] == "t011")
    ]
    assert wrong == []


def test_raw_keeps_all_but_secrets() -> None:
    record: dict[str, Any] = {
        "message": "siehe https://a.example/?x=1 \ud800 \0",
        "shares": {"data": [{"link": "https://example.org/?v=1"}, {"link": "https://cdn.fbsbx.com/a?oh=1"}]},
        "attachments": {
            "data": [{"id": "1", "image_data": {"url": "https://scontent.xx.fbcdn.net/a.jpg?oh=SECRET&oe=1"}}],
            "paging": {"next": "https://graph.facebook.com/x?access_token=SECRET"},
        },
        "sticker": "http://127.0.0.1/s.png?sig=SECRET",
        "link": "https://graph.facebook.com/me?access_token=SECRET",
        "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://example.org/?v=2"}]},
        "unknown": [1, 2.5, None, True, 10**30],
    }
    raw = raw_of(record)
    assert raw.isascii()
    assert "SECRET" not in raw
    assert "paging" not in raw
    back = json.loads(raw)
    assert back["message"] == record["message"]
    assert back["unknown"] == record["unknown"]
    assert back["shares"]["data"] == [{"link": "https://example.org/?v=1"}, {"link": "https://cdn.fbsbx.com/a"}]
    assert back["entities"] == record["entities"]
    assert back["attachments"]["data"][0]["image_data"]["url"] == "https://scontent.xx.fbcdn.net/a.jpg"


@pytest.mark.parametrize(
    "record",
    [
        {"paging": {"next": "SECRET"}},
        {"a": [{"access_token": "SECRET"}]},
        {"a": {"b": ["HTTPS://scontent.xx.fbcdn.net/a.jpg?oh=SECRET"]}},
        {"url": "http://a.example/?token=SECRET"},
        {"url": "https://a.example/#SECRET"},
    ],
)
def test_one_secret_alone_is_seen(record: dict[str, Any]) -> None:
    assert "SECRET" not in raw_of({"id": "1", **record})
    assert '"id":"1"' in raw_of({"id": "1", **record})
