"""Secrets in the OS keyring, and nowhere else.

The back end is chosen by class: Secret Service, Windows Credential Manager, macOS Keychain. The environment and
`keyringrc.cfg` are ignored, so nobody can slip in a plaintext or null back end. Every call runs on a thread of its own
with a time limit, because a locked keyring can wait behind its prompt for ever; what is written is read back and
compared.

An account has two slots. A secret is never written over the one in use: it goes into the other slot, with the number of
its turn, so that a crash at any moment leaves a whole one (the macOS back end deletes before it adds). The former one
stays until the new one has proved itself.
Called by `app` and `cli`; never from the window's thread without awaiting.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar, cast

from switchboard_app.model.errors import Unreachable, UserError, WrongUse
from switchboard_app.model.language import tr
from switchboard_app.model.workspace_key import KEY_BYTES

T = TypeVar("T")

WAIT_SECONDS = 60.0
WINDOWS_LIMIT = 1280
"""Characters: the Credential Manager takes 2,560 bytes of UTF-16 (jaraco/keyring, Windows back end)."""

_ENTRY = "switchboard"
_SLOTS = ("", "/second")
_TURN = "turn"
"""How often the account's secret was replaced; the higher one is in use. Absent in the first."""


class Keyring(Protocol):
    """The part of keyring's back ends that is used."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


def system_keyring() -> Keyring:
    """This platform's keyring. Raises Unreachable with what to do where there is none."""
    try:
        return _by_platform()
    except (ImportError, RuntimeError) as problem:
        raise _no_keyring() from problem


def _by_platform() -> Keyring:
    made: Any
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        class Vault(WinVaultKeyring):
            persist = "local machine"  # the usual "enterprise" would roam the secret to other machines

            def set_properties_from_env(self) -> None:
                """The environment has no say."""

        made = Vault()
    elif sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as Keychain

        class Chain(Keychain):
            def set_properties_from_env(self) -> None:
                """The environment has no say."""

        made = Chain()
    else:
        from keyring.backends.SecretService import Keyring as SecretService

        class SecretRing(SecretService):
            def set_properties_from_env(self) -> None:
                """The environment has no say."""

            def get_preferred_collection(self) -> Any:
                """The default collection, open. Unlike the library's own, closes its connection where there is none."""
                return _open_collection()

        _ = SecretRing.priority  # raises RuntimeError where there is no Secret Service
        made = cast(Any, SecretRing)()
    ring: Keyring = made
    return ring


def _open_collection() -> Any:
    """The Secret Service's default collection, unlocked. Raises InitError or KeyringLocked."""
    from keyring.backends import SecretService
    from keyring.errors import InitError, KeyringLocked

    secretstorage = cast(Any, SecretService).secretstorage  # what keyring itself speaks to the bus with
    with contextlib.ExitStack() as opened:
        try:
            bus = secretstorage.dbus_init()
            opened.callback(bus.close)
            collection = secretstorage.get_default_collection(bus)
            if collection.is_locked():
                collection.unlock()
                if collection.is_locked():  # its window was closed
                    raise KeyringLocked
        except secretstorage.SecretStorageException as problem:
            raise InitError from problem
        opened.pop_all()  # whoever asked closes it
    return collection


def _no_keyring() -> Unreachable:
    return Unreachable(
        tr("This session has no keyring to keep secrets in."),
        tr(
            "Log in to a desktop session with a keyring (GNOME Keyring, KWallet, Windows, macOS), or use training mode."
        ),
    )


@dataclass(frozen=True, slots=True)
class _Slot:
    turn: int
    service: str
    secret: dict[str, str] = field(repr=False)


def _read(service: str, ring: Keyring) -> str | None:
    return ring.get_password(service, _ENTRY)


class Credentials:
    """The secrets of this OS user's stations: one entry for each account and workspace."""

    def __init__(self, ring: Callable[[], Keyring] = system_keyring, wait_seconds: float = WAIT_SECONDS) -> None:
        self._make_ring = ring
        self._wait = wait_seconds
        self._ring: Keyring | None = None
        self._stuck: threading.Event | None = None
        """Set once the last call that ran out of time has ended after all."""
        self._waiting: set[threading.Event] = set()

    # -- what is kept ----------------------------------------------------------------------------------------------

    def account_secret(self, account: str) -> dict[str, str] | None:
        """The secret of an account, or None when this station has none. Raises Unreachable."""
        return next((slot.secret for slot in self._slots(account)), None)

    def former_secret(self, account: str) -> dict[str, str] | None:
        """The secret before the one in use, as long as that one has not proved itself. Raises Unreachable."""
        return next((slot.secret for slot in self._slots(account)[1:]), None)

    def keep_account_secret(self, account: str, secret: Mapping[str, str]) -> None:
        """Keep the secret of an account beside the one in use, which becomes the former one.

        Raises Unreachable when the keyring did not take it; then what was in use still is.
        """
        slots = self._slots(account, damaged_too=False)
        turn = {_TURN: str(slots[0].turn + 1)} if slots else {}
        used = slots[0].service if slots else ""
        free = next(one for one in self._services(account) if one != used)
        self._keep(free, json.dumps({**secret, **turn}, separators=(",", ":")))

    def secret_proved(self, account: str) -> None:
        """The secret in use works: forget the former one."""
        for slot in self._slots(account)[1:]:
            self._forget(slot.service)

    def take_back_secret(self, account: str) -> None:
        """The secret in use is wrong: forget it, the former one is in use again. Without one nothing happens."""
        slots = self._slots(account)
        if len(slots) > 1:
            self._forget(slots[0].service)

    def forget_account(self, account: str) -> None:
        """Forget the secrets of an account; nothing happens when there are none."""
        for service in self._services(account):
            self._forget(service)

    @staticmethod
    def _services(account: str) -> list[str]:
        return [f"{_ENTRY}/account/{account}{slot}" for slot in _SLOTS]

    def _slots(self, account: str, *, damaged_too: bool = True) -> list[_Slot]:
        """What lies in the slots, the one in use first. Raises Unreachable, also when nothing but damage is there."""
        found, damaged = [], None
        for service in self._services(account):
            text = self._call(partial(_read, service))
            if text is None:
                continue
            try:
                secret = _as_secret(text)
            except Unreachable as problem:
                damaged = problem
                continue
            turn = secret.pop(_TURN, "")
            found.append(_Slot(int(turn) if turn.isdecimal() else 0, service, secret))
        if damaged is not None and damaged_too and not found:
            raise damaged
        return sorted(found, key=lambda slot: slot.turn, reverse=True)

    def workspace_key(self, salt: bytes) -> bytes | None:
        """The raw key of the embedded workspace whose file has this salt. Raises Unreachable."""
        text = self._call(lambda ring: ring.get_password(f"{_ENTRY}/workspace/{salt.hex()}", _ENTRY))
        if text is None:
            return None
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        return key if len(key) == KEY_BYTES else None  # a damaged entry is no key: the recovery key brings it back

    def keep_workspace_key(self, salt: bytes, key: bytes) -> None:
        """Keep the raw key of an embedded workspace."""
        self._keep(f"{_ENTRY}/workspace/{salt.hex()}", key.hex())

    def mail_password(self, user: str) -> str | None:
        """The password of the mail account that sends to the offices."""
        return self._call(lambda ring: ring.get_password(f"{_ENTRY}/mail/{user}", _ENTRY))

    def keep_mail_password(self, user: str, password: str) -> None:
        """Keep the password of the mail account."""
        self._keep(f"{_ENTRY}/mail/{user}", password)

    def give_up(self) -> None:
        """Wait no longer, because the program ends: every call that waits now is told that nothing answers."""
        for one in tuple(self._waiting):
            one.set()

    # -- how -------------------------------------------------------------------------------------------------------

    def _keep(self, service: str, text: str) -> None:
        if sys.platform == "win32" and len(text) > WINDOWS_LIMIT:
            raise WrongUse(
                tr("The secret is too long for the Windows Credential Manager ({n} characters, {limit} fit).").format(
                    n=len(text), limit=WINDOWS_LIMIT
                ),
                tr("Use a shorter token, for example one of a system user."),
            )
        self._call(lambda ring: ring.set_password(service, _ENTRY, text))
        if self._call(lambda ring: ring.get_password(service, _ENTRY)) != text:
            raise Unreachable(
                tr("The keyring did not keep the secret."), tr("Check the keyring with: switchboard doctor.")
            )

    def _forget(self, service: str) -> None:
        if self._call(lambda ring: ring.get_password(service, _ENTRY)) is not None:
            self._call(lambda ring: ring.delete_password(service, _ENTRY))

    def _call(self, work: Callable[[Keyring], T]) -> T:
        """Run `work` on a thread that may be left behind: nothing ends a call that waits behind a prompt.

        While one waits, no further prompt is put up: the call fails at once.
        """
        if self._stuck is not None and not self._stuck.is_set():
            raise _no_answer()
        outcome: list[tuple[T | None, BaseException | None]] = []
        ended, woken = threading.Event(), threading.Event()

        def ask() -> None:
            try:
                if self._ring is None:
                    self._ring = self._make_ring()
                outcome.append((work(self._ring), None))
            except BaseException as problem:  # noqa: BLE001 - carried over to the caller's thread
                outcome.append((None, problem))
            finally:
                ended.set()
                woken.set()

        self._waiting.add(woken)
        threading.Thread(target=ask, name="keyring", daemon=True).start()
        woken.wait(self._wait)
        self._waiting.discard(woken)
        if not ended.is_set():
            self._stuck = ended
            raise _no_answer()
        value, problem = outcome[0]
        if problem is not None:
            raise _in_words(problem) from problem
        return value  # type: ignore[return-value]  # work gave it


def _no_answer() -> Unreachable:
    return Unreachable(
        tr("The keyring does not answer; it may be waiting behind its password window."),
        tr("Unlock the keyring, then try again."),
    )


def _in_words(problem: BaseException) -> BaseException:
    """What a back end's error means. Back ends raise what their bus, daemon or system call raises: all of it counts."""
    import keyring.errors as kinds

    if type(problem.__cause__).__name__ == "SecretServiceNotAvailableException":
        return _no_keyring()  # it was there when the program started
    if isinstance(problem, kinds.KeyringLocked | kinds.InitError):
        return Unreachable(
            tr("The keyring is locked, or its password window was closed."),
            tr("Unlock the keyring (log in to the desktop again if needed), then try again."),
        )
    if isinstance(problem, kinds.NoKeyringError | OSError | EOFError):  # no bus, or it broke off
        return _no_keyring()
    if isinstance(problem, Exception) and not isinstance(problem, UserError):
        return Unreachable(
            tr("The keyring refused: {kind}.").format(kind=type(problem).__name__),
            tr("Check the keyring with: switchboard doctor."),
        )
    return problem


def _as_secret(text: str) -> dict[str, str]:
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        raise Unreachable(tr("The keyring's entry for this account is damaged."), tr("Sign in to the account again."))
    return {str(key): value for key, value in read.items()}
