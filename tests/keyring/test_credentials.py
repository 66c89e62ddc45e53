"""Secrets in a real keyring: kept across processes, and a sentence for every way in which a keyring can fail."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from switchboard_app.credentials import Credentials
from switchboard_app.model.errors import Unreachable
from tests.keyring.conftest import Desktop

pytestmark = pytest.mark.keyring

ROOT = Path(__file__).resolve().parents[2]
SECRET = {"access_token": "EAAcanaryTOKENcanary", "app_secret": "canarySECRET"}
KEY, SALT = bytes(range(32)), bytes(range(100, 116))

SCRIPT = """
import json, sys
from switchboard_app.credentials import Credentials
credentials = Credentials()
verb, *rest = json.loads(sys.stdin.read())
print(json.dumps(getattr(credentials, verb)(*rest)))
"""


def elsewhere(desktop: Desktop, verb: str, *rest: object, **env: str) -> object:
    """One method of `Credentials` in another process; its answer."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps([verb, *rest]),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**desktop.environment, **env},
        check=True,
    )
    return json.loads(done.stdout)


def on_disk(folder: Path, *canaries: str) -> list[str]:
    """The files that hold a canary in plain text, UTF-16 or hexadecimal."""
    forms = [
        form for text in canaries for form in (text.encode(), text.encode("utf-16-le"), text.encode().hex().encode())
    ]
    files = (one for one in folder.rglob("*") if one.is_file())
    return [f"{one}" for one in files if any(form in one.read_bytes() for form in forms)]


def sentence(work: Callable[[], object]) -> str:
    """What a keyring that cannot be used says; both halves, and soon."""
    begun = time.monotonic()
    with pytest.raises(Unreachable) as refused:
        work()
    assert time.monotonic() - begun < 20
    assert refused.value.message.endswith(".")
    assert refused.value.next_step.endswith(".")
    assert refused.value.exit_code == 4
    return str(refused.value)


def every_verb(credentials: Credentials) -> list[Callable[[], object]]:
    return [
        lambda: credentials.account_secret("a1"),
        lambda: credentials.keep_account_secret("a1", SECRET),
        lambda: credentials.forget_account("a1"),
        lambda: credentials.workspace_key(SALT),
        lambda: credentials.keep_workspace_key(SALT, KEY),
        lambda: credentials.mail_password("telefonzentrale"),
        lambda: credentials.keep_mail_password("telefonzentrale", "canary"),
    ]


def test_secrets_are_kept_across_processes(unlocked: Desktop) -> None:
    here = Credentials()
    assert here.account_secret("a1") is None
    assert here.workspace_key(SALT) is None
    assert here.mail_password("telefonzentrale") is None
    here.forget_account("a1")
    here.keep_account_secret("a1", SECRET)
    here.keep_account_secret("a2", {"access_token": "Zürich «ü» 🙂\n"})
    here.keep_workspace_key(SALT, KEY)
    here.keep_mail_password("telefonzentrale", "päss wort")
    assert elsewhere(unlocked, "account_secret", "a1") == SECRET
    assert elsewhere(unlocked, "account_secret", "a2") == {"access_token": "Zürich «ü» 🙂\n"}
    assert elsewhere(unlocked, "mail_password", "telefonzentrale") == "päss wort"
    assert Credentials().workspace_key(SALT) == KEY
    elsewhere(unlocked, "keep_account_secret", "a1", {"access_token": "another"})
    assert here.account_secret("a1") == {"access_token": "another"}
    elsewhere(unlocked, "forget_account", "a1")
    assert here.account_secret("a1") is None
    assert here.account_secret("a2") is not None, "one entry for each account"
    assert on_disk(unlocked.home, "EAAcanaryTOKENcanary", "canarySECRET", KEY.hex()) == []


def test_they_outlive_the_session(unlocked: Desktop) -> None:
    Credentials().keep_account_secret("a1", SECRET)
    unlocked.close()
    unlocked.start_bus()
    unlocked.unlock()
    assert Credentials().account_secret("a1") == SECRET


def test_no_session_bus(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = Credentials()
    begun = time.monotonic()
    for verb in every_verb(credentials):
        assert "no keyring" in sentence(verb)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    for verb in every_verb(Credentials()):
        assert "no keyring" in sentence(verb)
    assert time.monotonic() - begun < 10, "at once"
    desktop.start_bus()
    desktop.unlock()
    for name, value in desktop.environment.items():
        monkeypatch.setenv(name, value)
    credentials.keep_account_secret("a1", SECRET)
    assert credentials.account_secret("a1") == SECRET, "works without a new start of the program"


def test_a_bus_on_which_nobody_keeps_secrets(desktop: Desktop) -> None:
    desktop.start_bus(activation=False)
    for verb in every_verb(Credentials()):
        assert "no keyring" in sentence(verb)


def test_no_keyring_file_and_no_display_to_ask_for_a_password(desktop: Desktop) -> None:
    desktop.start_bus()
    for verb in every_verb(Credentials()):
        assert "locked" in sentence(verb)
    assert not list(desktop.home.rglob("*.keyring"))


def test_a_keyring_that_refuses_keeps_no_connection_open(unlocked: Desktop) -> None:
    """The engine asks again and again; the library itself leaves its connections to the collector."""
    unlocked.lock()
    credentials = Credentials()
    sentence(lambda: credentials.account_secret("a1"))
    gc.disable()
    try:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(10):
            sentence(lambda: credentials.account_secret("a1"))
        assert len(list(Path("/proc/self/fd").iterdir())) <= before
    finally:
        gc.enable()


def test_locked(unlocked: Desktop) -> None:
    credentials = Credentials()
    credentials.keep_account_secret("a1", SECRET)
    unlocked.lock()
    for verb in every_verb(credentials):
        assert "locked" in sentence(verb)
    unlocked.end_keyring()
    unlocked.unlock()
    assert credentials.account_secret("a1") == SECRET, "nothing was lost or written while it was locked"


@pytest.mark.parametrize("activation", [True, False], ids=["started again by the bus", "gone"])
def test_the_keyring_dies_and_comes_back(desktop: Desktop, activation: bool) -> None:
    desktop.start_bus(activation=activation)
    desktop.unlock()
    credentials = Credentials()
    credentials.keep_account_secret("a1", SECRET)
    desktop.end_keyring()
    for verb in every_verb(credentials):
        said = sentence(verb)
        assert "locked" in said if activation else "no keyring" in said
    if activation:
        desktop.end_keyring()
    desktop.unlock()
    assert credentials.account_secret("a1") == SECRET
    credentials.keep_account_secret("a1", {"access_token": "new"})
    assert credentials.account_secret("a1") == {"access_token": "new"}


def test_the_bus_dies_and_comes_back(unlocked: Desktop) -> None:
    credentials = Credentials()
    credentials.keep_account_secret("a1", SECRET)
    unlocked.end_bus()
    for verb in every_verb(credentials):
        assert "no keyring" in sentence(verb)
    unlocked.start_bus()
    unlocked.unlock()
    assert credentials.account_secret("a1") == SECRET


EVIL = """
from pathlib import Path
from keyring.backend import KeyringBackend
Path({trace!r}).write_text("loaded")

class Keyring(KeyringBackend):
    priority = 99
    def get_password(self, service, username): return None
    def set_password(self, service, username, password): Path({trace!r}).write_text(password)
    def delete_password(self, service, username): pass
"""


@pytest.mark.parametrize(
    "env",
    [
        {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
        {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring"},
        {"PYTHON_KEYRING_BACKEND": "own_ring.Keyring"},
        {"KEYRING_PROPERTY_SCHEME": "KeePassXC", "KEYRING_PROPERTY_APPID": "another"},
        {"KEYRING_PROPERTY_PREFERRED_COLLECTION": "/org/freedesktop/secrets/collection/session"},
    ],
    ids=["null", "fail", "plaintext", "own code", "scheme", "collection"],
)
def test_the_environment_has_no_say(unlocked: Desktop, tmp_path: Path, env: dict[str, str]) -> None:
    trace = tmp_path / "trace"
    (tmp_path / "own_ring.py").write_text(EVIL.format(trace=str(trace)))
    env = {**env, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    elsewhere(unlocked, "keep_account_secret", "a1", SECRET, **env)
    assert elsewhere(unlocked, "account_secret", "a1", **env) == SECRET
    assert Credentials().account_secret("a1") == SECRET, "it is in the real keyring"
    assert on_disk(unlocked.home, *SECRET.values()) == []
    assert not trace.exists()
    unlocked.close()
    unlocked.start_bus()
    unlocked.unlock()
    assert Credentials().account_secret("a1") == SECRET, "it was not in the session's collection, which is forgotten"


@pytest.mark.parametrize("back_end", ["keyring.backends.null.Keyring", "own_ring.Keyring", "nonsense.Keyring"])
def test_the_rc_file_has_no_say(unlocked: Desktop, tmp_path: Path, back_end: str) -> None:
    trace = tmp_path / "trace"
    (tmp_path / "own_ring.py").write_text(EVIL.format(trace=str(trace)))
    places = (unlocked.home / "config" / "python_keyring", unlocked.home / "data" / "python_keyring")
    for place in (*places, unlocked.home / ".config" / "python_keyring"):
        place.mkdir(parents=True)
        (place / "keyringrc.cfg").write_text(f"[backend]\ndefault-keyring={back_end}\nkeyring-path={tmp_path}\n")
    elsewhere(unlocked, "keep_account_secret", "a1", SECRET)
    assert Credentials().account_secret("a1") == SECRET
    assert on_disk(unlocked.home, *SECRET.values()) == []
    assert not trace.exists(), "code of the rc file's folder was run"


def test_without_a_keyring_a_plaintext_back_end_is_no_way_out(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for verb in every_verb(Credentials()):
        assert "no keyring" in sentence(verb)
    assert on_disk(desktop.home, *SECRET.values()) == []


def test_two_processes_write(unlocked: Desktop) -> None:
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                SCRIPT.replace("verb, *rest", "for verb, *rest in")
                .replace("= json.loads(sys.stdin.read())", "json.loads(sys.stdin.read()):")
                .replace("print(", "    print("),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=unlocked.environment,
        )
        for _ in range(2)
    ]
    for number, process in enumerate(processes):
        verbs = [["keep_account_secret", f"{number}-{one}", {"access_token": f"t{number}-{one}"}] for one in range(15)]
        assert process.stdin is not None
        process.stdin.write(json.dumps(verbs))
        process.stdin.close()
    for process in processes:
        assert process.stdout is not None
        assert process.wait(60) == 0
        process.stdout.close()
    credentials = Credentials()
    for number in range(2):
        for one in range(15):
            assert credentials.account_secret(f"{number}-{one}") == {"access_token": f"t{number}-{one}"}


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"access_token": 5}', "\0"])
def test_an_entry_that_somebody_damaged(unlocked: Desktop, text: str) -> None:
    from switchboard_app.credentials import system_keyring

    ring = system_keyring()
    ring.set_password("switchboard/account/a1", "switchboard", text)
    ring.set_password(f"switchboard/workspace/{SALT.hex()}", "switchboard", text)
    assert "damaged" in sentence(lambda: Credentials().account_secret("a1"))
    assert Credentials().workspace_key(SALT) is None, "the recovery key brings it back"
    Credentials().keep_account_secret("a1", SECRET)
    assert Credentials().account_secret("a1") == SECRET
