"""What bad input gets: a sentence with the next step and the exit code of the contract, nothing lost, no traceback."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Station
from tests.cli.forks import ROOT

# -- settings ----------------------------------------------------------------------------------------------------------

BROKEN = {
    "half-written": b'language = "en"\ntheme = "da',
    "no TOML": b"<html>",
    "no UTF-8": b'language = "\xff"',
    "zeros, as after a power cut": b"\0" * 512,
    "wrong choice": b'theme = "pink"',
    "wrong type": b'mail_port = "587"',
    "a number for a switch": b"compact_rows = 1",
    "out of range": b"mail_port = 70000",
    "too big": b"text_scale = 4000",
    "line break in a value": b'mail_sender = "a@example.org\\nBcc: b@example.org"',
    "proxy": b'proxy = "not an address"',
    "version of a newer program": b"version = 2",
    "version that is none": b'version = "one"',
    "twice": b'theme = "dark"\ntheme = "light"',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_settings_file_that_cannot_be_used(switchboard: Station, name: str) -> None:
    file = switchboard.home / "settings.toml"
    file.write_bytes(BROKEN[name])
    said = switchboard.refused(2, "enquiry", "list")
    assert str(file) in said
    assert len(said.splitlines()) >= 2, "a sentence and a next step"
    assert file.read_bytes() == BROKEN[name], "it was not touched"


def test_settings_that_are_not_a_file(switchboard: Station) -> None:
    (switchboard.home / "settings.toml").unlink()
    (switchboard.home / "settings.toml").mkdir()
    assert "settings.toml" in switchboard.refused(2, "enquiry", "list")


def test_keys_of_a_newer_program_are_left_alone(switchboard: Station) -> None:
    file = switchboard.home / "settings.toml"
    file.write_text('version = 1\nlanguage = "en"\nhologram = true\n[extra]\nx = 1\n')
    switchboard.ok("enquiry", "list")


# -- where things lie --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://host/db",
        "sqlite:///",
        "sqlite://relative.db",
        "postgresql://ml:secretword@db.example.org/switchboard",
        "postgresql://ml@db.example.org/switchboard?password=secretword",
        "http://[",
    ],
)
def test_a_workspace_address_that_is_none(bare: Station, url: str) -> None:
    said = bare.refused(2, "--workspace", url, "enquiry", "list")
    assert "secretword" not in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ml@127.0.0.1:9/switchboard",
        "postgresql://ml@/switchboard?host=/nowhere",
        "postgresql://ml@127.0.0.1:port/switchboard",
        "postgresql://ml@127.0.0.1:9/switchboard?nonsense=1",
    ],
)
def test_a_database_that_cannot_be_reached(bare: Station, url: str) -> None:
    for verb in (("enquiry", "list"), ("workspace", "init"), ("workspace", "upgrade")):
        done = bare("--workspace", url, *verb)
        assert done.code in (2, 4), done
        assert done.err
        assert "Traceback" not in done.err


def test_no_workspace_yet(bare: Station) -> None:
    for verb in (("enquiry", "list"), ("sync", "--once"), ("workspace", "check"), ("workspace", "upgrade")):
        assert "workspace init" in bare.refused(4, *verb)
    assert not bare.file.exists(), "nothing was made by looking"


def test_folders_that_are_none(bare: Station, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    for place in (f"{blocked}/place.db", "/proc/nowhere/place.db", "/dev/null/place.db"):
        bare.refused(4, "--workspace", f"sqlite:///{place}", "workspace", "init")
        done = bare("--workspace", f"sqlite:///{place}", "enquiry", "list")
        assert (done.code, done.out) == (4, "")
    for home in (f"{blocked}/home", "/proc/nowhere"):
        done = bare("workspace", "init", env={"SWITCHBOARD_HOME": home})
        assert (done.code, done.out) == (4, ""), done
        assert "Traceback" not in done.err
    directory = tmp_path / "directory"
    directory.mkdir()
    bare.refused(4, "--workspace", f"sqlite:///{directory}", "enquiry", "list")
    bare.refused(4, "--workspace", f"sqlite:///{directory}", "workspace", "init")


def _open_to_all(folder: Path) -> bool:
    """Whether any user of this machine may read what lies there."""
    return all(one.stat().st_mode & 0o005 == 0o005 for one in (folder, *folder.parents))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a folder read-only for a user")
@pytest.mark.skipif(not _open_to_all(ROOT), reason="the other user cannot read the program in this checkout")
def test_a_folder_that_may_not_be_written(switchboard: Station) -> None:
    """As another user, because nothing is read-only for root."""
    file = switchboard.file
    file.chmod(0o644)
    before = file.read_bytes()
    # the folder of the station is root's and 0700 or 0755: user nobody cannot write into it
    for folder in (switchboard.home, *switchboard.home.parents):
        if folder.is_relative_to("/tmp"):
            folder.chmod(0o755)
    switchboard.keyring.chmod(0o644)
    done = switchboard("phone-note", "add", stdin={"concern": "x"}, env={"TEST_USER": "nobody"})
    assert done.code == 4, done
    assert done.out == ""
    assert "Traceback" not in done.err
    assert file.read_bytes() == before


# -- the workspace file ------------------------------------------------------------------------------------------------


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a text", b"This is not a workspace, but it is long enough to look like one." * 100),
        ("short", b"abc"),
        ("zeros", b"\0" * 8192),
        ("plain head, then nothing", b"SQLite format 3\0" + b"\0" * 100),
    ],
)
def test_a_file_that_is_no_workspace(bare: Station, name: str, content: bytes) -> None:
    bare.file.write_bytes(content)
    for verb in (("enquiry", "list"), ("workspace", "check"), ("workspace", "upgrade"), ("workspace", "init")):
        done = bare(*verb)
        assert done.code in (3, 4), (verb, done)
        assert "Traceback" not in done.err
        assert done.err
    assert bare.file.read_bytes() == content, "it was not touched"


def test_damage_inside_the_file(switchboard: Station) -> None:
    for number in range(5):
        switchboard.ok("phone-note", "add", stdin={"concern": f"Anliegen {number} " * 2000})
    raw = bytearray(switchboard.file.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 4096] = os.urandom(4096)
    switchboard.file.write_bytes(raw)
    done = switchboard("workspace", "check", "--json")
    assert done.code == 4
    assert "Traceback" not in done.err
    assert switchboard("enquiry", "list").code in (0, 4)


def test_a_workspace_of_a_newer_version(bare: Station) -> None:
    assert bare("workspace", "init", "--unencrypted").code == 0
    with sqlite3.connect(bare.file) as database:
        database.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_of_the_future', '2030-01-01')")
    database.close()
    before = digest(bare.file)
    for verb in (("enquiry", "list"), ("workspace", "upgrade"), ("sync", "--once")):
        assert "newer version" in bare.refused(4, *verb)
    assert digest(bare.file) == before


def test_numbers_beyond_every_database(switchboard: Station) -> None:
    for number in ("0", "-1", "99999999999999999999", "9223372036854775807"):
        done = switchboard("enquiry", "show", "--", number)
        assert (done.code, done.out) == (2, ""), done
        assert "Traceback" not in done.err
    switchboard.refused(2, "enquiry", "merge", "1", "99999999999999999999")
    assert switchboard("enquiry", "list", "--limit", "-5").code in (0, 2)
    switchboard.ok("enquiry", "list", "--limit", "99999999999999999999")


def test_searches_for_anything(switchboard: Station) -> None:
    """A search is words, whatever they look like; never the language of the database."""
    switchboard.ok("phone-note", "add", stdin={"concern": "Der Strassenlärm «nachts» ist zu laut (Nr. 5)"})
    words = """" ' * AND NOT laut* a:b ( ) NEAR(a ^ {} - -- % \\ 🙂 \u202e #5 5 OR lau """.split()
    for query in (*words, "NEAR(a b)", "laut OR", "laut AND NOT", "'; DROP TABLE entry; --", " ", "x" * 5000):
        done = switchboard("enquiry", "list", "--json", f"--query={query}")
        assert done.code == 0, (query, done)
    assert switchboard.ok("enquiry", "list", "--query", "strassenlarm")["total"] == 1
    for query in ('"', "*", "(", "x" * 5000, " "):
        assert switchboard("office", "search", "--", query).code == 0


@pytest.mark.parametrize("moment", ["", "tomorrow", "2026-13-01", "2020-01-01T10:00"])
def test_times_that_make_no_sense(switchboard: Station, moment: str) -> None:
    switchboard.ok("phone-note", "add", stdin={"concern": "x"})
    done = switchboard("enquiry", "snooze", "1", "--until", moment)
    assert done.code in (2, 3), done
    assert "Traceback" not in done.err


# -- standard input ----------------------------------------------------------------------------------------------------

INPUT = {
    "nothing": b"",
    "no JSON": b"hello",
    "a list": b"[]",
    "a text": b'"x"',
    "binary": bytes(range(256)),
    "half": b'{"concern": "x"',
    "deep": b"[" * 100_000,
    "huge": b'{"concern": "' + b"x" * 2_000_000 + b'"}',
}


@pytest.mark.parametrize("name", INPUT)
def test_standard_input_of_another_kind(switchboard: Station, name: str) -> None:
    switchboard.refused(2, "phone-note", "add", stdin=INPUT[name])
    switchboard.refused(2, "account", "add", "facebook", "--name", "P", stdin=INPUT[name])
    assert switchboard.ok("account", "list") == {"accounts": []}
    assert switchboard.ok("enquiry", "list")["total"] == 0


def test_a_byte_order_mark_before_the_json(switchboard: Station) -> None:
    switchboard.ok("phone-note", "add", stdin=b'\xef\xbb\xbf{"concern": "aus der PowerShell"}')


@pytest.mark.parametrize(
    "secret",
    [
        {},
        {"access_token": ""},
        {"access_token": 5},
        {"token": "EAAcanary000000000000"},
        {"access_token": "EAAcanary000000000000", "colour": "red"},
        {"access_token": {"EAAcanary000000000000": 1}},
    ],
)
def test_secrets_of_another_shape_are_not_repeated(switchboard: Station, secret: dict[str, object]) -> None:
    said = switchboard.refused(2, "account", "add", "facebook", "--name", "P", stdin=secret)
    assert "EAAcanary" not in said
    assert switchboard.secrets.keys() == {key for key in switchboard.secrets if "workspace" in key}


# -- the directory -----------------------------------------------------------------------------------------------------


def test_a_directory_with_wrong_columns(switchboard: Station, tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "resources" / "directory" / "basel-stadt-sample.csv"
    good = sample.read_text(encoding="utf-8")
    switchboard.ok("office", "import", str(sample))
    before = switchboard.ok("office", "list")
    header, _, rest = good.partition("\n")
    file = tmp_path / "offices.csv"
    for name, content in {
        "no header": rest.encode(),
        "column missing": (header.replace("office", "irgendwas", 1) + "\n" + rest).encode(),
        "empty": b"",
        "binary": bytes(range(256)) * 10,
        "latin-1": good.encode("latin-1", "replace"),
        "a page": b"<html><body>moved</body></html>",
    }.items():
        file.write_bytes(content)
        said = switchboard.refused(2, "office", "import", str(file))
        assert len(said.strip()) > 20, name
        assert switchboard.ok("office", "list") == before, name
    lines = good.splitlines()
    lines[4] = lines[4].replace("@", " at ")
    file.write_text("\n".join(lines), encoding="utf-8")
    switchboard.refused(2, "office", "import", str(tmp_path / "nowhere.csv"))
    switchboard.refused(2, "office", "import", str(tmp_path))


# -- the disk ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A disk of 3 MB; skipped where none can be mounted."""
    import subprocess

    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    return folder


def test_a_full_disk(bare: Station, small_disk: Path) -> None:
    import subprocess

    try:
        bare.home = small_disk / "station"
        bare.home.mkdir()
        bare.settings()
        assert bare("workspace", "init").code == 0
        switchboard = bare
        stored = 0
        for number in range(20):
            done = switchboard("phone-note", "add", "--json", stdin={"concern": f"Anliegen {number} " + "x" * 400_000})
            if done.code:
                break
            stored += 1
        assert 0 < stored < 20
        assert done.code == 4
        assert "room" in done.err
        assert "Traceback" not in done.err
        assert "Logging error" not in done.err
        backup = switchboard("workspace", "backup", str(small_disk / "copy.db"))
        assert backup.code == 4
        assert "Traceback" not in backup.err
        assert not (small_disk / "copy.db").exists()
        assert not list(small_disk.glob("*.part"))
        assert switchboard.ok("enquiry", "list", "--view", "all", "--limit", "100")["total"] == stored
        assert switchboard.ok("workspace", "check") == {"problems": []}
    finally:
        subprocess.run(["umount", "-l", str(small_disk)], check=True)
