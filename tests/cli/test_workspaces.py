"""The workspace file and its key: created, lost, wrong, brought back; copies and what they may replace."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from switchboard_app.model.workspace_key import new_key
from tests.cli.conftest import Station
from tests.cli.forks import ROOT


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def entry(station: Station) -> str:
    """The keyring's entry for the workspace."""
    return f"switchboard/workspace/{station.file.read_bytes()[:16].hex()} switchboard"


def put(station: Station, **entries: str) -> None:
    station.keyring.write_text(json.dumps({**station.secrets, **entries}))


@pytest.fixture
def recovery(bare: Station) -> str:
    """The recovery key of a workspace that holds one note."""
    key = bare.ok("workspace", "init")["recovery_key"]
    bare.ok("phone-note", "add", stdin={"concern": "vorher"})
    return str(key)


def total(station: Station) -> int:
    return int(station.ok("enquiry", "list")["total"])


def test_created_once_and_encrypted(bare: Station) -> None:
    made = bare.ok("workspace", "init")
    assert len(made["recovery_key"].split("-")) == 14
    for file in bare.home.glob("workspace.db*"):
        assert file.stat().st_mode & 0o077 == 0, "it is its user's alone"
    bare.ok("phone-note", "add", stdin={"concern": "Kanarienvogel im Baum", "caller_name": "Frau Muster"})
    for file in (bare.file, *bare.home.glob("workspace.db*")):
        raw = file.read_bytes()
        assert b"Kanarienvogel" not in raw
        assert b"SQLite format 3" not in raw
    before = digest(bare.file)
    assert "already" in bare.refused(3, "workspace", "init")
    assert digest(bare.file) == before
    assert bare.ok("workspace", "check") == {"problems": []}
    assert bare.ok("workspace", "upgrade") == {"applied": []}
    bare.refused(2, "workspace", "move", "--to", "postgresql://db/x")


def test_the_recovery_key_is_nowhere_on_the_disk(bare: Station, recovery: str) -> None:
    plain = recovery.replace("-", "").encode()
    for file in (one for one in bare.home.rglob("*") if one.is_file()):
        raw = file.read_bytes()
        assert recovery.encode() not in raw, file
        assert plain not in raw, file


@pytest.mark.parametrize("state", ["lost", "another", "damaged"])
def test_a_key_that_is_not_there_or_wrong(bare: Station, recovery: str, state: str) -> None:
    name = entry(bare)
    kept = bare.secrets.pop(name)
    others = {key: value for key, value in bare.secrets.items() if key != name}
    wrong = {"lost": {}, "another": {name: new_key().key.hex()}, "damaged": {name: kept[:-7] + "no hex!"}}[state]
    bare.keyring.write_text(json.dumps({**others, **wrong}))
    before = digest(bare.file)
    for verb in (
        ("enquiry", "list"),
        ("sync", "--once"),
        ("workspace", "check"),
        ("workspace", "upgrade"),
        ("workspace", "backup", str(bare.home / "b.db")),
        ("workspace", "restore", str(bare.file)),  # without the recovery key
    ):
        said = bare.refused(4, *verb)
        assert "recovery key" in said, (verb, said)
        assert digest(bare.file) == before, "the file was not touched"
    assert not (bare.home / "b.db").exists()
    assert bare("phone-note", "add", stdin={"concern": "x"}).code == 4

    bare.refused(2, "workspace", "restore", str(bare.file), stdin=recovery[:-3])
    bare.refused(2, "workspace", "restore", str(bare.file), stdin="hello")
    bare.refused(2, "workspace", "restore", str(bare.file), stdin={"key": recovery})
    bare.refused(2, "workspace", "restore", str(bare.file), stdin=b"\xff\xfe\x00")
    other = new_key().recovery  # a good recovery key, of another workspace
    bare.refused(4, "workspace", "restore", str(bare.file), stdin={"recovery_key": other})
    assert digest(bare.file) == before
    assert bare.secrets.get(name) == wrong.get(name), "what was refused replaced nothing"

    given: dict[str, str] | str = {"recovery_key": recovery}
    if state == "another":  # as people type it from the sheet
        given = recovery.lower().replace("-", " ") + "\n"
    assert bare.ok("workspace", "restore", str(bare.file), stdin=given)["former_file"] is None
    assert bare.secrets[name] == kept
    assert total(bare) == 1
    assert bare.ok("workspace", "check") == {"problems": []}


@pytest.mark.parametrize(
    ("error", "word"), [("KeyringLocked", "locked"), ("NoKeyringError", "no keyring"), ("KeyringError", "refused")]
)
def test_a_keyring_that_does_not_open(bare: Station, recovery: str, error: str, word: str) -> None:
    kept, before = bare.keyring.read_text(), digest(bare.file)
    bare.keyring.write_text(json.dumps({"!": error}))
    for verb in (("enquiry", "list"), ("workspace", "check"), ("workspace", "restore", str(bare.file))):
        assert word in bare.refused(4, *verb)
    doctor = bare("doctor", "--json")
    assert doctor.code == 4
    assert {one["what"] for one in doctor.json()["findings"] if not one["ok"]} == {"Keyring", "Workspace"}
    assert digest(bare.file) == before
    elsewhere = f"sqlite:///{bare.home}/second.db"
    bare.refused(4, "--workspace", elsewhere, "workspace", "init")
    assert not (bare.home / "second.db").exists(), "no file exists without its key"
    bare.keyring.write_text(kept)
    assert total(bare) == 1, "it works again at once"


def test_an_account_whose_secret_cannot_be_kept_is_not_added(switchboard: Station) -> None:
    assert (
        switchboard("workspace", "init", "--unencrypted", "--workspace", f"sqlite:///{switchboard.home}/p.db").code == 0
    )
    switchboard.settings(workspace=f"sqlite:///{switchboard.home}/p.db")
    switchboard.keyring.write_text(json.dumps({"!": "KeyringLocked"}))
    arguments = ("account", "add", "facebook", "--name", "P", "--api-base", "http://127.0.0.1:9")
    switchboard.refused(4, *arguments, stdin={"access_token": "t"})
    assert switchboard.ok("account", "list") == {"accounts": []}
    switchboard.keyring.unlink()
    switchboard.ok(*arguments, stdin={"access_token": "t"})


def test_a_copy_is_taken_and_brought_back(bare: Station, recovery: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert bare.ok("workspace", "backup", str(copy)) == {"file": str(copy)}
    assert b"vorher" not in copy.read_bytes()
    taken = digest(copy)
    bare.refused(2, "workspace", "backup", str(copy))
    assert digest(copy) == taken
    bare.ok("phone-note", "add", stdin={"concern": "nachher"})
    assert total(bare) == 2
    done = bare.ok("workspace", "restore", str(copy))
    assert total(bare) == 1
    former = Path(done["former_file"])
    assert former.exists(), "what was there is kept beside it"
    assert digest(copy) == taken
    back = bare.ok("workspace", "restore", str(former))
    assert total(bare) == 2
    assert back["former_file"] not in (None, str(former))


def test_a_copy_on_a_new_machine(bare: Station, recovery: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    bare.ok("workspace", "backup", str(copy))
    bare.keyring.unlink()
    for file in bare.home.glob("workspace.db*"):
        file.unlink()
    bare.refused(4, "workspace", "restore", str(copy))
    assert not bare.file.exists()
    assert bare.ok("workspace", "restore", str(copy), stdin={"recovery_key": recovery})["former_file"] is None
    assert total(bare) == 1


def test_copies_that_cannot_be_used_replace_nothing(bare: Station, recovery: str, tmp_path: Path) -> None:
    good = tmp_path / "good.db"
    bare.ok("workspace", "backup", str(good))
    raw = good.read_bytes()
    before = digest(bare.file)
    for name, content in {
        "cut": raw[: len(raw) // 2],
        "damaged": raw[: len(raw) // 2] + os.urandom(4096) + raw[len(raw) // 2 + 4096 :],
        "empty": b"",
        "a text": b"no workspace " * 1000,
    }.items():
        bad = tmp_path / "bad.db"
        bad.write_bytes(content)
        done = bare("workspace", "restore", str(bad))
        assert done.code in (2, 4), (name, done)
        assert "Traceback" not in done.err
        assert digest(bare.file) == before, name
    bare.refused(2, "workspace", "restore", str(tmp_path / "nowhere.db"))
    bare.refused(4, "workspace", "restore", str(tmp_path))
    for target in (tmp_path / "missing" / "copy.db", good / "below" / "copy.db", tmp_path):
        done = bare("workspace", "backup", str(target))
        assert done.code in (2, 4), done
        assert "Traceback" not in done.err
    assert not list(tmp_path.rglob("*.part"))
    assert total(bare) == 1


@contextmanager
def opened(station: Station) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the workspace open, as a window has."""
    program = (
        "import sys\n"
        "from switchboard_app.store.database import Store\n"
        "from switchboard_app.store.location import embedded\n"
        "from switchboard_app.store import accounts\n"
        "from pathlib import Path\n"
        "store = Store(embedded(Path(sys.argv[1])), sys.argv[2])\n"
        "store.write(accounts.listed); store.read(accounts.listed)\n"
        "print('open', flush=True); sys.stdin.read(); store.close()\n"
    )
    raw = station.secrets[entry(station)] + station.file.read_bytes()[:16].hex()
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(station.file), raw],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    try:
        yield other
    finally:
        other.communicate()


def test_nothing_is_replaced_under_an_open_window(bare: Station, recovery: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with opened(bare):
        bare.ok("workspace", "backup", str(copy))
        bare.ok("phone-note", "add", stdin={"concern": "nachher"})
        assert total(bare) == 2, "the command line works beside an open window"
        said = bare.refused(3, "workspace", "restore", str(copy))
        assert "lose" in said, "close the window first"
        assert total(bare) == 2
    bare.ok("workspace", "restore", str(copy))
    assert total(bare) == 1


@pytest.mark.parametrize("name", ["mit Leerzeichen", "hundert%25", "frage?zeichen", "raute#", "umlaut-ä-🙂", "a'b\"c"])
def test_folders_with_odd_names(bare: Station, tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    home.mkdir()
    environment = {"SWITCHBOARD_HOME": str(home)}
    assert bare("workspace", "init", env=environment).code == 0
    assert (home / "workspace.db").exists()
    done = bare("phone-note", "add", "--json", stdin={"concern": "x"}, env=environment)
    assert done.code == 0, done
    url = bare("workspace", "init", "--json", env=environment | {"SWITCHBOARD_HOME": str(home / "b")}).json()[
        "workspace"
    ]
    assert bare("--workspace", url, "enquiry", "list", "--json", env=environment).json()["total"] == 0
