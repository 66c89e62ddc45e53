"""What tests of the assembly share: a ring that keeps secrets in memory, and the window's loop for coroutines."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Iterator

import pytest


class MemoryRing:
    """An honest keyring, as a desktop's would answer."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """As keyring's back ends."""
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """As keyring's back ends."""
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """As keyring's back ends."""
        del self.entries[service, username]


@pytest.fixture
def ring() -> MemoryRing:
    """An empty keyring."""
    return MemoryRing()


@pytest.fixture(scope="session")
def window_loop(qapp: object) -> Iterator[object]:
    """The window's loop, one for the whole session: a closed one that a thread collects leaves a timer in Qt."""
    import qasync

    made = qasync.QEventLoop(qapp)
    yield made
    made.close()
    gc.collect()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is a coroutine in the window's loop."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: value for name, value in pyfuncitem.funcargs.items() if name in wanted}
    pyfuncitem._request.getfixturevalue("window_loop").run_until_complete(pyfuncitem.obj(**arguments))
    return True
