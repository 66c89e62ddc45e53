"""Back ends that misbehave in ways a real one cannot be made to, and who may ask the keyring at all."""

from __future__ import annotations

import ast
import sys
import threading
from pathlib import Path

import pytest

from switchboard_app.credentials import WINDOWS_LIMIT, Credentials
from switchboard_app.model.errors import Refused, Unreachable, UserError, WrongUse

PROGRAM = Path(__file__).resolve().parents[2] / "switchboard_app"


class Ring:
    """A keyring in memory; remembers on which threads it was asked."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.threads: set[str] = set()
        self.calls = 0

    def _asked(self) -> None:
        self.calls += 1
        self.threads.add(threading.current_thread().name)

    def get_password(self, service: str, username: str) -> str | None:
        self._asked()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._asked()
        self.entries[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        self._asked()
        del self.entries[(service, username)]


class Forgetful(Ring):
    """As the null back end: takes everything, keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        self._asked()


class Mangling(Ring):
    """Gives back something else than it was given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password.encode("latin-1", "replace").decode("latin-1"))


class Waiting(Ring):
    """Waits behind a prompt until the test answers it."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self._asked()
        self.answered.wait(30)
        return super().get_password(service, username)


def test_one_entry_for_each_secret() -> None:
    ring = Ring()
    credentials = Credentials(lambda: ring)
    credentials.keep_account_secret("a", {"access_token": "1"})
    credentials.keep_account_secret("b", {"access_token": "2"})
    credentials.keep_workspace_key(b"s" * 16, b"k" * 32)
    credentials.keep_mail_password("tz", "3")
    services = [service for service, _ in ring.entries]
    assert len(services) == len(set(services)) == 4, "Windows mixes up two users of one service"


class Crash(BaseException):
    """The program ends here."""


class Breaking(Ring):
    """Ends the program at its n-th write: before it, in its middle (as macOS: deleted, not added yet) or after it."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at

    def set_password(self, service: str, username: str, password: str) -> None:
        at, self.at = self.at, ""
        if at == "before":
            raise Crash
        if at == "between":
            self.entries.pop((service, username), None)
            raise Crash
        super().set_password(service, username, password)
        if at == "after":
            raise Crash


@pytest.mark.parametrize("at", ["before", "between", "after"])
@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_a_crash_while_a_secret_is_replaced_leaves_a_whole_one(at: str, turns: int) -> None:
    ring = Breaking("")
    for turn in range(turns):
        Credentials(lambda: ring).keep_account_secret("a", {"access_token": str(turn)})
    ring.at = at
    with pytest.raises(Crash):
        Credentials(lambda: ring).keep_account_secret("a", {"access_token": "new"})
    credentials = Credentials(lambda: ring)
    last = {"access_token": str(turns - 1)}
    assert credentials.account_secret("a") == ({"access_token": "new"} if at == "after" else last)
    if at == "after":
        assert credentials.former_secret("a") == last
    credentials.keep_account_secret("a", {"access_token": "next"})
    assert credentials.account_secret("a") == {"access_token": "next"}


def test_the_former_secret_stays_until_the_new_one_proved_itself() -> None:
    ring = Ring()
    credentials = Credentials(lambda: ring)
    old, new = {"access_token": "1"}, {"access_token": "2"}
    credentials.keep_account_secret("a", old)
    assert credentials.former_secret("a") is None
    credentials.take_back_secret("a")
    assert credentials.account_secret("a") == old, "the only one is never taken back"
    credentials.keep_account_secret("a", new)
    assert (credentials.account_secret("a"), credentials.former_secret("a")) == (new, old)
    credentials.take_back_secret("a")
    assert (credentials.account_secret("a"), credentials.former_secret("a")) == (old, None)
    credentials.keep_account_secret("a", new)
    credentials.secret_proved("a")
    assert (credentials.account_secret("a"), credentials.former_secret("a")) == (new, None)
    assert len(ring.entries) == 1
    credentials.keep_account_secret("a", old)
    credentials.forget_account("a")
    assert ring.entries == {}


@pytest.mark.parametrize("kind", [Forgetful, Mangling])
def test_what_was_not_kept_is_told(kind: type[Ring]) -> None:
    with pytest.raises(Unreachable, match="did not keep"):
        Credentials(kind).keep_mail_password("tz", "geheim €")


def test_a_prompt_that_nobody_answers() -> None:
    ring = Waiting()
    credentials = Credentials(lambda: ring, wait_seconds=0.05)
    with pytest.raises(Unreachable, match="does not answer"):
        credentials.account_secret("a")
    asked = ring.calls
    with pytest.raises(Unreachable, match="does not answer"):
        credentials.account_secret("b")
    assert ring.calls == asked, "no second prompt is put up over the first"
    assert sum(thread.name == "keyring" for thread in threading.enumerate()) == 1
    ring.answered.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join(5)
    ring.entries[("switchboard/mail/tz", "switchboard")] = "da"
    assert credentials.mail_password("tz") == "da", "it goes on without a new start"


@pytest.mark.parametrize("error", [ValueError("x"), RuntimeError("x"), ConnectionResetError(), EOFError(), KeyError(1)])
def test_whatever_a_back_end_raises_is_said_in_words(error: Exception) -> None:
    class Raising(Ring):
        def get_password(self, service: str, username: str) -> str | None:
            raise error

    with pytest.raises(Unreachable) as told:
        Credentials(Raising).account_secret("a")
    assert told.value.next_step


def test_a_sentence_of_our_own_is_left_alone() -> None:
    def refused() -> Ring:
        raise Refused("so", "do this")

    with pytest.raises(Refused) as told:
        Credentials(refused).account_secret("a")
    assert isinstance(told.value, UserError)


def test_windows_takes_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    ring = Ring()
    credentials = Credentials(lambda: ring)
    credentials.keep_mail_password("tz", "x" * WINDOWS_LIMIT)
    with pytest.raises(WrongUse) as told:
        credentials.keep_mail_password("tz", "x" * (WINDOWS_LIMIT + 1))
    assert str(WINDOWS_LIMIT) in told.value.message
    assert "x" * 20 not in str(told.value)
    assert credentials.mail_password("tz") == "x" * WINDOWS_LIMIT, "the former one is still there"
    with pytest.raises(WrongUse):
        credentials.keep_account_secret("a", {"access_token": "x" * WINDOWS_LIMIT})


@pytest.mark.parametrize("text", ["", "zz", "ab" * 31, "ab" * 33, "x" * 64])
def test_a_damaged_workspace_key_is_no_key(text: str) -> None:
    ring = Ring()
    salt = b"s" * 16
    ring.entries[(f"switchboard/workspace/{salt.hex()}", "switchboard")] = text
    assert Credentials(lambda: ring).workspace_key(salt) is None


def test_never_asked_on_the_callers_thread() -> None:
    ring = Ring()
    credentials = Credentials(lambda: ring)
    credentials.keep_account_secret("a", {"access_token": "1"})
    credentials.forget_account("a")
    assert ring.threads == {"keyring"}


WAITS = {
    # methods of Credentials, and functions of app.workspace that ask it
    *("account_secret keep_account_secret forget_account workspace_key keep_workspace_key".split()),
    *("former_secret secret_proved take_back_secret".split()),
    *("mail_password keep_mail_password create open_store restore key_of upgraded".split()),
}


def waiting_in_a_loop(tree: ast.AST) -> list[int]:
    """Lines of coroutines that call one of these themselves instead of handing it to a thread."""
    found = []
    for function in ast.walk(tree):
        if isinstance(function, ast.AsyncFunctionDef):
            for node in own(function):
                if isinstance(node, ast.Call):
                    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                    if name in WAITS:
                        found.append(node.lineno)
    return found


def own(function: ast.AST) -> list[ast.AST]:
    """The nodes of a function without those of functions and lambdas inside it."""
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(function):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if not isinstance(function, ast.Await):  # what is awaited gives way by itself; its arguments do not
            found.append(child)
        found += own(child)
    return found


def test_no_coroutine_waits_for_the_keyring() -> None:
    """Slots and coroutines run in the window's loop (or the engine's): a prompt would stop it for ever."""
    offences = []
    for room in ("ui", "app", "sync"):
        for path in sorted((PROGRAM / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            offences += [f"{path.relative_to(PROGRAM)}:{line}" for line in waiting_in_a_loop(tree)]
    assert not offences, f"asks the keyring on a loop's thread: {offences}"


def test_the_window_knows_no_keyring() -> None:
    offences = [
        str(path.relative_to(PROGRAM))
        for path in sorted((PROGRAM / "ui").rglob("*.py"))
        if "switchboard_app.credentials" in path.read_text(encoding="utf-8")
    ]
    assert not offences, f"the window goes through the bridge: {offences}"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("async def f(c):\n    c.account_secret('a')\n", [2]),
        ("async def f(c):\n    await to_thread(c.account_secret, 'a')\n", []),
        ("async def f(c):\n    await to_thread(lambda: c.account_secret('a'))\n", []),
        ("async def f(s, l):\n    if s:\n        return open_store(s, l)\n", [3]),
        ("async def f(c):\n    await c.keep_mail_password('a', c.account_secret('b'))\n", [2]),
        ("def f(c):\n    return c.account_secret('a')\n", []),
    ],
)
def test_the_rule_bites(source: str, lines: list[int]) -> None:
    assert waiting_in_a_loop(ast.parse(source)) == lines
