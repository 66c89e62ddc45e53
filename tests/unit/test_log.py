"""The log holds neither secrets nor what belongs to a person; redaction is exact and cannot be made slow."""

from __future__ import annotations

import json
import logging
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.log import logger, redact, start_logging
from switchboard_app.model import redaction
from switchboard_app.model.redaction import Sensitive, sensitive
from tests.cost import within


def test_the_corpus(shared: Path) -> None:
    cases = json.loads((shared / "corpora/own/redaction.json").read_text("utf-8"))["cases"]
    left = []
    for case in cases:
        text, out = case["text"], redact(case["text"])
        survived = [text[begin:end] for begin, end, _ in case["spans"] if text[begin:end] in out]
        if survived or (not case["spans"] and out != text):
            left.append((case["id"], survived, out))
    assert len(cases) > 40
    assert left == []


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("AHV 756.9217.0769.85 bitte", "9217"),
        ("756 9217 0769 85", "9217"),
        ("ahv7569217076985.", "9217"),
        ("IBAN CH93 0076 2011 6238 5295 7 DANKE", "2011"),
        ("DE89370400440532013000", "0532"),
        ("FR1420041010050500013M02606", "0500013"),
        ("Karte 4111 1111 1111 1111", "1111"),
        ("5500-0000-0000-0004", "5500"),
        ("378282246310005", "378282"),
        ("061 267 81 81", "267"),
        ("Tel.:061/267.81.81", "267"),
        ("(+41 61 267 81 81)", "267"),
        ("+41 (0)79 123 45 67", "123"),
        ("0041-61-267-81-81", "267"),
        ("+49 (7621) 4150-12", "7621"),
        ("ruft von 079\u00a0123\u00a045\u00a067 an", "123"),
        ("von Anna.Müller+x@sub.bs.test.", "Müller"),
        ("authorization: Basic dXNlcjpwYXNz", "dXNl"),
        ("Cookie: sid=abc123; other=1", "abc123"),
        ("https://graph.test/me?fields=id&x=Geheim", "Geheim"),
        ("http://u:p@ss@host/x", "p@ss"),
        ("postgresql://login:geheim@host:5432/db", "geheim"),
        ('{"access_token":"abc","id":"7"}', "abc"),
        ("client_secret = 'mit leer zeichen'", "leer"),
        ("refresh_token=1//0gabc&x=1", "0gabc"),
        ("GET /cb?code=AQB1x2c3d4e5&state=zy9x8w7v", "AQB1x2"),
        ("bearer AAAAAAAAAAAA%3D", "AAAA"),
        ("EAAGm0PX4ZCpsBAtest", "GmPX"),
        ("Passwort: hunter2", "hunter2"),
        ("Schlüssel " + "0a1b2c3d" * 12, "0a1b2c3d"),
        ("geboren am 1.2.1980 in Basel", "1980"),
        ("née le 01/02/1980", "1980"),
    ],
)
def test_taken_out(text: str, secret: str) -> None:
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "756.9217.0769.86",
        "CH9300762011623852958",
        "4111 1111 1111 1112",
        "account 01a2002b-50b4-74af-aa0e-52ac2a0c052f: poll ended with rate_limit AbCdEf123",
        "delivery 01a2002b-538b-76b7-a200-3ab52358e882: state=queued, certain=True",
        "2026-11-21 14:05:33,123 INFO switchboard.sync 1795262400000",
        "X 1860000000000000001 and m_AbCdEf-123",
        "code=190 error, session=open, tokens: 5 left of 15",
        "0.61 267 8181 and 1’284.00",
        "max_age=86400 retry_after=120 HTTP/1.1 429",
        "Tokens, passwords and secrets are never logged",
        "",
        "Grüezi 🙈",
    ],
)
def test_left_as_it_is(text: str) -> None:
    assert redact(text) == text


def check_digit(body: list[int]) -> int:
    """The last digit of an AHV number."""
    return -sum(n * (3 if place % 2 else 1) for place, n in enumerate(body)) % 10


@given(
    st.lists(st.integers(0, 9), min_size=9, max_size=9),
    st.sampled_from(["", ".", " ", "-", "\u00a0"]),
    st.sampled_from(["", "AHV ", "nr:", "(", "x"]),
)
def test_every_ahv_number(body: list[int], between: str, before: str) -> None:
    digits = [7, 5, 6, *body]
    written = "".join(map(str, [*digits, check_digit(digits)]))
    number = between.join((written[:3], written[3:7], written[7:11], written[11:]))
    out = redact(f"{before}{number} danke")
    assert number not in out
    assert written[3:7] not in out.replace("•", "") or before + number == out


@given(st.integers(0, 10**17 - 1), st.booleans())
def test_every_swiss_account_number(account: int, spaced: bool) -> None:
    body = f"{account:017d}"
    check = 98 - int(f"{body}121700") % 97
    number = f"CH{check:02d}{body}"
    if spaced:
        number = " ".join(number[n : n + 4] for n in range(0, 21, 4))
    assert number not in redact(f"IBAN {number} bitte")


@given(st.text(max_size=300))
def test_any_text_can_be_redacted_and_once_is_enough(text: str) -> None:
    assert redact(redact(text)) == redact(text)


HOSTILE = ["0", "+1", "a@", " ", "756 ", "A1 ", "CH09 ", 'token="', "token", "-", "4 ", "(061) ", "a.a", "geb. "]
HOSTILE += [
    "authorization: ",
    "https://",
    "a://b:",
    "x:",
    "@",
    "a@b.",
    "_",
    "api_",
    "'",
    "code=a1",
    "f" * 63 + " ",
    "\u00a0",
]


@pytest.mark.parametrize("piece", HOSTILE, ids=[str(n) for n in range(len(HOSTILE))])
def test_no_text_makes_it_slow(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    within(1.5, lambda: redact(text))  # some 0.1 s; quadratic patterns took minutes


PATTERNS = [pattern for _, pattern, _ in redaction._PATTERNS] + [
    one for name, one in vars(redaction).items() if name != "_PATTERNS" and isinstance(one, re.Pattern)
]


def test_no_pattern_takes_long_on_any_text() -> None:
    """50 ms for 100 kB written against it, each pattern on each text; on a busy machine the better of three counts."""

    def slow(piece: str, pattern: re.Pattern[str]) -> bool:
        text = piece * (100_000 // len(piece))
        return all(_seconds(lambda: pattern.sub("", text)) > 0.05 for _ in range(3))

    found = [(piece, pattern.pattern) for piece in HOSTILE for pattern in PATTERNS if slow(piece, pattern)]
    assert len(PATTERNS) >= 15
    assert found == []


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def test_five_megabytes_of_log_in_two_seconds() -> None:
    line = "2026-11-22 01:39:28,700 INFO switchboard.sync delivery 01a200e8-86ab-75f4-a96e-bea855813b37: malformed, "
    lines = [f"{line}certain={number % 2 == 0} Bearer AAAA{number:08d}" for number in range(5_000_000 // 140)]
    written = "\n".join(redact(one) for one in lines)
    assert "AAAA00000001" not in written
    assert any(_seconds(lambda: [redact(one) for one in lines]) <= 2 for _ in range(3))


def test_of_a_thousand_numbers_and_addresses_nearly_all_are_found() -> None:
    """At least 99 of 100, as people write them; whoever wants the failures reads the list."""
    dice = random.Random(31)
    phones = [_phone(dice) for _ in range(1000)]
    mails = [_mail(dice) for _ in range(1000)]
    for kind in (phones, mails):
        left = [one for one in kind if one in redact(f"Bitte an {one} melden")]
        assert len(left) <= 10, left


def _phone(dice: random.Random) -> str:
    area, rest = dice.choice(["61", "44", "31", "79", "78", "91"]), f"{dice.randrange(10**7):07d}"
    gap = dice.choice([" ", "", ".", "-", "/", "\u00a0", "\u2009"])
    groups = gap.join((rest[:3], rest[3:5], rest[5:]))
    before = dice.choice([f"0{area}", f"+41{gap}{area}", f"0041{gap}{area}", f"(0{area})", f"+41 (0){area}"])
    return f"{before}{gap or ''}{groups}"


def _mail(dice: random.Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyzäöüé0123456789"
    name = ".".join("".join(dice.choices(letters, k=dice.randint(1, 12))) for _ in range(dice.randint(1, 3)))
    tag = dice.choice(["", "+info", "_bs", "-zentrale"])
    host = ".".join("".join(dice.choices(letters[:26], k=dice.randint(2, 10))) for _ in range(dice.randint(1, 3)))
    return f"{name}{tag}@{host}.{dice.choice(['ch', 'example', 'org', 'swiss'])}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ihre AHV-Nummer 756.9217.0769.85 haben wir.", (Sensitive.AHV,)),
        ("7569217076985", (Sensitive.AHV,)),
        ("756.9217.0769.86 ist keine", ()),
        ("Karte 4111 1111 1111 1111", (Sensitive.CARD,)),
        ("Karte 4111 1111 1111 1112", ()),
        ("756 9217 0769 85 und 5500-0000-0000-0004", (Sensitive.AHV, Sensitive.CARD)),
        ("Rufen Sie 061 267 81 81 an, Geschäft 2026-114", ()),
        ("IBAN CH93 0076 2011 6238 5295 7", ()),
        ("", ()),
    ],
)
def test_what_should_not_leave_without_a_thought(text: str, found: tuple[Sensitive, ...]) -> None:
    assert sensitive(text) == found


# -- the log itself --------------------------------------------------------------------------------------------------


@pytest.fixture
def own_log(tmp_path: Path) -> Iterator[Path]:
    """A log in a folder of its own; afterwards logging is as it was."""
    root = logging.getLogger("switchboard")
    everybody = logging.getLogger()
    before = (root.level, root.propagate, list(root.handlers))
    outside = list(everybody.handlers)
    folder = tmp_path / "log" / "deep"
    start_logging(folder)
    yield folder / "switchboard.log"
    everybody.handlers[:] = outside
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.level, root.propagate = before[0], before[1]
    for handler in before[2]:
        root.addHandler(handler)


def test_lines_are_written_redacted(own_log: Path) -> None:
    logger("sync").info("account %s: %s", "a-1", "Bearer AAAAAAAAAAAA")
    logger("store").warning("call 061 267 81 81")
    try:
        raise LookupError("token=geheim123")
    except LookupError:
        logger("ui").error("broken", exc_info=True)
    text = own_log.read_text("utf-8")
    assert "INFO switchboard.sync account a-1: Bearer •••" in text
    assert "267" not in text
    assert "geheim123" not in text
    assert "LookupError" in text


def test_the_log_turns_over(own_log: Path) -> None:
    for n in range(60):
        logger("x").info("line %d %s", n, "Zeile um Zeile. " * 1500)
    kept = sorted(path.name for path in own_log.parent.iterdir())
    assert kept[0] == "switchboard.log"
    assert len(kept) > 1
    assert own_log.stat().st_size <= 1_000_000


def test_without_a_folder_only_warnings_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger("switchboard")
    before = (root.level, root.propagate, list(root.handlers))
    outside = list(logging.getLogger().handlers)
    start_logging(None)
    logging.getLogger().handlers[:] = outside
    logger("x").info("quiet")
    logger("x").warning("said with token=geheim123")
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.level, root.propagate = before[0], before[1]
    for handler in before[2]:
        root.addHandler(handler)
    said = capsys.readouterr().err
    assert "quiet" not in said
    assert "said with token=•••" in said


def test_an_error_is_told_by_kind_and_place_alone(own_log: Path) -> None:
    try:
        try:
            raise KeyError("Kanarienvogel im Schlüssel")
        except KeyError as cause:
            raise LookupError("Kanarienvogel ist weg") from cause
    except LookupError:
        logger("ui").exception("the task %s failed", "poll")
    text = own_log.read_text("utf-8")
    assert "the task poll failed" in text
    assert "LookupError at test_log.py" in text
    assert "because of KeyError at test_log.py" in text
    assert "Kanarienvogel" not in text


@pytest.mark.logs_warning
def test_what_libraries_warn_of_is_in_the_log_without_their_quotations(
    own_log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("somelib").warning("password=%s is wrong", "geheim123")
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: ValueError('Kanarienvogel')")
    logging.getLogger("somelib").info("quiet")
    logger("x").warning("once")
    text = own_log.read_text("utf-8")
    assert "WARNING somelib password=••• is wrong" in text
    assert "ERROR asyncio Task exception was never retrieved" in text
    assert "quiet" not in text
    assert text.count("once") == 1
    assert "Kanarienvogel" not in text
    assert capsys.readouterr().err == ""
