"""The command line in a session with a real keyring: where keys and tokens lie, and the way back without them."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.credentials import Credentials, system_keyring
from switchboard_app.store.station_clock import wall_clock
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.loopback import LoopbackServer
from tests.cli.forks import ROOT, Done, Forks
from tests.keyring.conftest import Desktop

pytestmark = pytest.mark.keyring

TOKEN = "EAAcanaryTOKENcanaryTOKEN"


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """The process that has the program loaded."""
    made = Forks()
    yield made
    made.close()


class Switchboard:
    """The program's command line in a session; its station has a folder of its own."""

    def __init__(self, forks: Forks, desktop: Desktop, home: Path) -> None:
        self._forks = forks
        self.desktop = desktop
        self.home = home
        home.mkdir(exist_ok=True)
        (home / "settings.toml").write_text('language = "en"\n')

    @property
    def file(self) -> Path:
        """The workspace."""
        return self.home / "workspace.db"

    @property
    def salt(self) -> bytes:
        """What stands at the head of the workspace."""
        return self.file.read_bytes()[:16]

    @property
    def environment(self) -> dict[str, str]:
        """What its commands are started with."""
        return {**self.desktop.environment, "SWITCHBOARD_HOME": str(self.home), "SWITCHBOARD_OPERATOR": "ml"}

    def __call__(self, *arguments: str, stdin: str | dict[str, Any] = "") -> Done:
        text = json.dumps(stdin) if isinstance(stdin, dict) else stdin
        return self._forks.run(arguments, text.encode(), self.environment)

    def ok(self, *arguments: str, stdin: str | dict[str, Any] = "") -> Any:
        """A command that must succeed; its document."""
        done = self(*arguments, "--json", stdin=stdin)
        assert done.code == 0, done
        return done.json()

    def refused(self, code: int, *arguments: str, stdin: str | dict[str, Any] = "") -> str:
        """A command that must end with this exit code and say why; what it said."""
        done = self(*arguments, stdin=stdin)
        assert (done.code, done.out) == (code, ""), done
        assert "Traceback" not in done.err
        return done.err


@pytest.fixture
def switchboard(forks: Forks, unlocked: Desktop, station_home: Path) -> Switchboard:
    """The program in a session whose keyring is open."""
    return Switchboard(forks, unlocked, station_home)


@pytest.fixture
def recovery(switchboard: Switchboard) -> str:
    """The recovery key of a workspace with one note."""
    made = switchboard.ok("workspace", "init")
    switchboard.ok("phone-note", "add", stdin={"concern": "Kanarienvogel im Baum"})
    return str(made["recovery_key"])


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def total(switchboard: Switchboard) -> int:
    return int(switchboard.ok("enquiry", "list")["total"])


def on_disk(folders: tuple[Path, ...], *canaries: str) -> list[str]:
    """The files in which a canary stands, in any of the forms in which it could."""
    forms = [
        form for text in canaries for form in (text.encode(), text.encode("utf-16-le"), text.encode().hex().encode())
    ]
    files = (one for folder in folders for one in folder.rglob("*") if one.is_file())
    return [str(one) for one in files if any(form in one.read_bytes() for form in forms)]


def test_the_workspace_is_encrypted_and_its_key_in_the_keyring(switchboard: Switchboard, recovery: str) -> None:
    raw = switchboard.file.read_bytes()
    assert b"Kanarienvogel" not in raw
    assert b"SQLite format 3" not in raw
    key = Credentials().workspace_key(switchboard.salt)
    assert key is not None, "the file tells which key it wants"
    assert len(key) == 32
    assert key not in raw
    assert switchboard.ok("workspace", "check") == {"problems": []}
    places = (switchboard.home, switchboard.desktop.home)
    assert on_disk(places, key.hex(), recovery, recovery.replace("-", ""), "Kanarienvogel") == []


def sheet(key: str) -> str:
    """As somebody types it from the sheet."""
    return key.lower().replace("-", "  ") + "\n"


@pytest.mark.parametrize("state", ["deleted", "replaced", "damaged", "new keyring"])
@pytest.mark.parametrize("form", ["json", "sheet"])
def test_the_recovery_key_brings_a_lost_key_back(
    switchboard: Switchboard, recovery: str, state: str, form: str
) -> None:
    ring, entry = system_keyring(), f"switchboard/workspace/{switchboard.salt.hex()}"
    match state:
        case "deleted":
            ring.delete_password(entry, "switchboard")
        case "replaced":
            ring.set_password(entry, "switchboard", "ab" * 32)
        case "damaged":
            ring.set_password(entry, "switchboard", "half a k")
        case _:
            desktop = switchboard.desktop
            desktop.close()
            for file in desktop.home.rglob("*.keyring"):
                file.unlink()
            desktop.start_bus()
            desktop.unlock()
    before = digest(switchboard.file)
    for verb in (("enquiry", "list"), ("workspace", "check"), ("workspace", "backup", str(switchboard.home / "c.db"))):
        assert "not touched" in switchboard.refused(4, *verb)
    assert not (switchboard.home / "c.db").exists()
    workspace = str(switchboard.file)
    slip = recovery[:-1] + ("A" if recovery[-1] != "A" else "B")
    for wrong in (slip, recovery[:-5], "", "{", '{"recovery_key": 5}', '{"key": "x"}'):
        done = switchboard("workspace", "restore", workspace, stdin=wrong)
        assert done.code == (2 if wrong else 4), (wrong, done)
        assert done.out == ""
        assert recovery[:24] not in done.err, "what was typed is not repeated"
    assert digest(switchboard.file) == before
    switchboard.ok(
        "workspace", "restore", workspace, stdin={"recovery_key": recovery} if form == "json" else sheet(recovery)
    )
    assert digest(switchboard.file) == before
    assert total(switchboard) == 1
    assert switchboard.ok("workspace", "check") == {"problems": []}


def test_the_recovery_key_of_another_workspace(switchboard: Switchboard, recovery: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    another = switchboard.ok("workspace", "init", "--workspace", f"sqlite:///{other}/workspace.db")["recovery_key"]
    before = digest(switchboard.file)
    assert "not touched" in switchboard.refused(4, "workspace", "restore", str(switchboard.file), stdin=another)
    assert digest(switchboard.file) == before
    assert total(switchboard) == 1, "the right key is still in the keyring"


def test_a_copy_comes_back_on_another_station(
    switchboard: Switchboard, recovery: str, forks: Forks, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    switchboard.ok("workspace", "backup", str(copy))
    assert b"Kanarienvogel" not in copy.read_bytes()
    desktop = switchboard.desktop
    desktop.close()
    for file in desktop.home.rglob("*.keyring"):
        file.unlink()
    desktop.start_bus()
    desktop.unlock()
    other = Switchboard(forks, desktop, tmp_path / "other")
    other.refused(4, "workspace", "restore", str(copy))
    assert not other.file.exists()
    assert other.ok("workspace", "restore", str(copy), stdin=recovery)["former_file"] is None
    assert total(other) == 1
    other.ok("phone-note", "add", stdin={"concern": "auf der neuen Station"})
    assert total(other) == 2


def test_nothing_is_made_without_a_keyring(forks: Forks, desktop: Desktop, station_home: Path) -> None:
    switchboard = Switchboard(forks, desktop, station_home)
    assert "no keyring" in switchboard.refused(4, "workspace", "init")
    desktop.start_bus()
    assert "locked" in switchboard.refused(4, "workspace", "init")
    assert not switchboard.file.exists(), "no file without its key"
    findings = {one["what"]: one for one in switchboard("doctor", "--json").json()["findings"]}
    assert findings["Keyring"]["ok"] is False
    assert findings["Keyring"]["next_step"]
    switchboard.ok("workspace", "init", "--unencrypted")
    secret = {"access_token": TOKEN}
    assert "locked" in switchboard.refused(4, "account", "add", "facebook", "--name", "P", stdin=secret)
    assert switchboard.ok("account", "list") == {"accounts": []}, "no account without its secret"
    assert on_disk((station_home, desktop.home), TOKEN) == []


def test_a_keyring_that_locks_in_the_middle(switchboard: Switchboard, recovery: str) -> None:
    switchboard.desktop.lock()
    before = digest(switchboard.file)
    assert "locked" in switchboard.refused(4, "enquiry", "list")
    assert "locked" in switchboard.refused(4, "workspace", "restore", str(switchboard.file), stdin=recovery)
    assert digest(switchboard.file) == before
    switchboard.desktop.end_keyring()
    switchboard.desktop.unlock()
    assert total(switchboard) == 1


def test_a_token_is_in_the_keyring_and_nowhere_else(switchboard: Switchboard, recovery: str) -> None:
    page = SimulatedFacebook(wall_clock)
    secret = {"access_token": page.token, "app_secret": "canaryAPPSECRETcanary"}
    with LoopbackServer(page.app, page.faults) as server:
        switchboard.ok("account", "add", "facebook", "--name", "P", "--api-base", server.base, stdin=secret)
        switchboard.ok("sync", "--once")
        switchboard.ok("doctor", "--bundle", str(switchboard.home / "bundle.zip"))
        known = switchboard.ok("account", "list")
    assert page.token not in json.dumps(known)
    account = known["accounts"][0]["id"]
    assert Credentials().account_secret(account) == secret
    assert (switchboard.home / "log" / "switchboard.log").exists()
    places = (switchboard.home, switchboard.desktop.home)
    assert on_disk(places, *secret.values()) == []
    switchboard.ok("account", "remove", "P")
    assert Credentials().account_secret(account) is None


def test_a_secret_shows_in_no_list_of_processes(switchboard: Switchboard, recovery: str) -> None:
    """The program itself, held while it asks a platform that does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as platform:
        platform.settimeout(60)
        base = f"http://127.0.0.1:{platform.getsockname()[1]}"
        command = [sys.executable, "-m", "switchboard_app", "account", "add", "facebook", "--name", "P"]
        process = subprocess.Popen(
            [*command, "--api-base", base],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=switchboard.environment,
            cwd=ROOT,
        )
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps({"access_token": TOKEN}).encode())
            process.stdin.close()
            connection, _ = platform.accept()
            with connection:
                asked = connection.recv(65536)
                assert f"Bearer {TOKEN}".encode() in asked, "it has the token now"
                assert TOKEN.encode() not in asked.split(b"\r\n")[0], "and it does not stand in the address"
                seen = [Path(f"/proc/{process.pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
        finally:
            process.kill()
            process.wait(20)
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            process.stderr.close()
    key = Credentials().workspace_key(switchboard.salt)
    assert key is not None
    for place in seen:
        for canary in (TOKEN, key.hex(), recovery, recovery.replace("-", "")):
            assert canary.encode() not in place
