"""What holds for every verb: options before and after it, exit codes, and where what is printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from switchboard_app import __version__
from tests.cli.conftest import Station
from tests.cli.forks import ROOT

DESK = (
    "list show claim release reassign reply note forward answered withdraw decide tag snooze done reopen merge undo"
    " export"
)
VERBS = [
    ("workspace", "init"),
    ("workspace", "upgrade"),
    ("workspace", "check"),
    ("workspace", "backup"),
    ("workspace", "restore"),
    ("workspace", "move"),
    ("account", "add"),
    ("account", "list"),
    ("account", "check"),
    ("account", "sign-in"),
    ("account", "remove"),
    ("sync",),
    *(("enquiry", verb) for verb in DESK.split()),
    ("phone-note", "add"),
    ("call",),
    ("office", "import"),
    ("office", "list"),
    ("office", "search"),
    ("mail", "password"),
    ("mail", "check"),
    ("doctor",),
]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_tells_how_it_is_used(bare: Station, verb: tuple[str, ...]) -> None:
    done = bare(*verb, "--help")
    assert done.code == 0
    assert done.out.startswith("usage: switchboard")
    assert done.err == ""


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_is_documented(verb: tuple[str, ...]) -> None:
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert re.search(rf"`(?:{' '.join(verb)}|{verb[-1]})[ `]", text)


def test_help_and_version_need_no_station(bare: Station) -> None:
    (bare.home / "settings.toml").write_text("broken [")
    assert bare("--help").code == 0
    assert bare("--version").out.strip() == f"switchboard {__version__}"


LATER = [
    ("gateway",),
    ("gateway", "--help"),
    ("report", "--from", "2026-10-01", "--to", "2026-12-31", "--pdf", "r.pdf"),
    ("person", "export", "1", "--to", "f.json"),
    ("person", "erase", "1"),
    ("retention", "run", "--dry-run"),
    ("audit", "verify"),
    ("workspace", "move", "--to", "postgresql://ml@db/switchboard"),
]


@pytest.mark.parametrize("verb", LATER, ids=" ".join)
@pytest.mark.parametrize("before", [(), ("--json",)], ids=["", "json"])
def test_verbs_of_a_later_version_say_so(bare: Station, verb: tuple[str, ...], before: tuple[str, ...]) -> None:
    said = bare.refused(2, *before, *verb)
    assert "comes with a later version" in said
    assert verb[0] in said


WRONG = [
    ("enquiries",),
    ("enquiry",),
    ("enquiry", "lists"),
    ("enquiry", "show"),
    ("enquiry", "show", "one"),
    ("enquiry", "list", "--view", "somewhere"),
    ("enquiry", "list", "--limit", "many"),
    ("enquiry", "list", "--vie", "inbox"),  # abbreviations would break scripts when an option is added
    ("enquiry", "reply", "1", "--text", "a", "--text-file", "b"),
    ("enquiry", "done", "1"),
    ("enquiry", "done", "1", "--outcome", "merged"),
    ("sync",),
    ("account", "add", "facebook"),
    ("--workspace",),
    ("--jsn",),
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_use_is_exit_code_2(switchboard: Station, arguments: tuple[str, ...]) -> None:
    switchboard.refused(2, *arguments)


def test_options_for_every_verb_stand_before_or_after_it(switchboard: Station, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path}/other/place.db"
    assert switchboard("--workspace", other, "workspace", "init", "--json").code == 0
    note = {"concern": "Nur im anderen"}
    assert switchboard("phone-note", "add", "--workspace", other, "--json", stdin=note).json()["enquiry"] == 1
    for arguments in (
        ("--json", "--workspace", other, "enquiry", "list"),
        ("--json", "enquiry", "--workspace", other, "list"),
        ("enquiry", "list", "--workspace", other, "--json"),
        ("--workspace", other, "enquiry", "--json", "list"),
    ):
        done = switchboard(*arguments)
        assert (done.code, done.json()["total"]) == (0, 1), arguments
    assert switchboard.ok("enquiry", "list")["total"] == 0
    # the environment's workspace stands behind the option and before the station's own
    there = switchboard("enquiry", "list", "--json", env={"SWITCHBOARD_WORKSPACE": other})
    assert there.json()["total"] == 1
    switchboard.settings(workspace=other)
    assert switchboard.ok("enquiry", "list")["total"] == 1


def test_who_acts(switchboard: Station) -> None:
    number = switchboard.ok("phone-note", "add", stdin={"concern": "x"})["enquiry"]
    for operator, expected in (("ak", "ak"), (" mb ", "mb")):
        done = switchboard("enquiry", "claim", str(number), "--json", env={"SWITCHBOARD_OPERATOR": operator})
        assert done.json()["owner"] == expected
        switchboard("enquiry", "release", str(number), env={"SWITCHBOARD_OPERATOR": operator})
    switchboard.settings(operator="fs")
    assert switchboard("enquiry", "claim", str(number), "--json", env={"SWITCHBOARD_OPERATOR": ""}).json()["owner"] == (
        "fs"
    )


def test_what_people_read_goes_to_stderr_and_json_to_stdout(bare: Station) -> None:
    done = bare("workspace", "init", "--json")
    document = done.json()
    assert done.code == 0
    assert set(document) == {"workspace", "recovery_key"}
    assert "recovery key" in done.err  # what to do with it
    assert document["recovery_key"] not in done.err


def test_lines_for_people_are_one_line_each(switchboard: Station) -> None:
    hostile = "zwei\nZeilen\tund\x1b[31mrot\x07\u202eoben\u00a0da"
    switchboard.ok("phone-note", "add", stdin={"concern": hostile, "caller_name": "A\nB"})
    done = switchboard("enquiry", "list")
    line, end = done.out.split("\n")
    assert end == ""
    columns = line.split("\t")
    assert len(columns) == 6
    assert "\x1b" not in line
    assert "\u202e" not in line
    shown = switchboard("enquiry", "show", "1").out
    assert len(shown.splitlines()) == 2
    assert all(sign.isprintable() or sign in "\t\n" for sign in shown)


def plain(station: Station) -> dict[str, str]:
    """The environment without the test's keyring."""
    return {name: value for name, value in station.environment.items() if name != "TEST_KEYRING"}


def test_the_program_itself_without_a_keyring(bare: Station) -> None:
    """The real start, once: an unencrypted workspace needs no keyring; UTF-8 comes out in an ASCII locale."""

    def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        environment = {**plain(bare), "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
        command = [sys.executable, "-m", "switchboard_app", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, input=stdin, capture_output=True, check=False)

    assert run("workspace", "init", "--unencrypted").returncode == 0
    concern = "Zürich 🙂 日本"
    assert run("phone-note", "add", stdin=json.dumps({"concern": concern}).encode()).returncode == 0
    for arguments in (("enquiry", "show", "1", "--json"), ("enquiry", "show", "1")):
        done = run(*arguments)
        assert done.returncode == 0, done
        assert concern in done.stdout.decode()
    gone = run("enquiry", "show", "9")
    assert (gone.returncode, gone.stdout) == (2, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_output_that_leads_nowhere(bare: Station) -> None:
    assert bare("workspace", "init", "--unencrypted").code == 0
    command = [sys.executable, "-m", "switchboard_app", "enquiry", "list", "--json"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, cwd=ROOT, env=plain(bare), stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 4
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    reader_gone = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {' '.join(command)} | true"],
        cwd=ROOT,
        env=plain(bare),
        stderr=subprocess.PIPE,
        check=False,
    )
    assert reader_gone.returncode in (0, 4)
    assert reader_gone.stderr == b""


def test_no_crash_report_was_ever_needed(switchboard: Station) -> None:
    for arguments in WRONG:
        switchboard(*arguments)
    assert not (switchboard.home / "crash").exists()
