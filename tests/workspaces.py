"""Workspaces for tests of every folder: a real encrypted SQLite file and a real PostgreSQL database.

``store`` is an open workspace and runs each test twice, once on each database; ``workspace`` is the same one, to be
opened more than once (several stations). ``embedded_store`` is the SQLite one alone, for tests to which the database
makes no difference. All on the `clock` fixture, which a test moves by hand.

Use in the conftest of a folder: ``from tests.workspaces import *  # noqa: F403`` (it exports fixtures only).
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from switchboard_app.model.ids import Operator
from switchboard_app.model.times import Millis
from switchboard_app.store import migrate
from switchboard_app.store.database import Store
from switchboard_app.store.location import Location, embedded
from tests.platforms import FakeClock, clock
from tests.postgres import postgres_location, postgres_server, postgres_template

__all__ = [
    "clock",
    "embedded_store",
    "embedded_template",
    "embedded_workspace",
    "me",
    "postgres_location",
    "postgres_server",
    "postgres_template",
    "shared_workspace",
    "store",
    "workspace",
]


def random_key() -> str:
    """A raw key with salt, as the keyring holds it: 96 hexadecimal digits."""
    return secrets.token_hex(48)


@dataclass(slots=True)
class Workspace:
    """A workspace that exists. `open` gives one more station on it; all stations are closed after the test."""

    location: Location
    key: str
    clock: Callable[[], Millis] | None
    opened: list[Store] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The file of an embedded one."""
        assert self.location.path is not None
        return self.location.path

    def open(self) -> Store:
        """A station on the same workspace, on the same clock."""
        store = Store(self.location, self.key, clock=self.clock)
        self.opened.append(store)
        return store

    def close(self) -> None:
        """Close every station."""
        while self.opened:
            self.opened.pop().close()


@pytest.fixture(scope="session")
def embedded_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An empty encrypted workspace of this version and its key; copy the file, never open it."""
    path, key = tmp_path_factory.mktemp("template") / "workspace.db", random_key()
    migrate.upgrade(embedded(path), key)
    assert not path.with_name("workspace.db-wal").exists()
    return path, key


@pytest.fixture
def embedded_workspace(tmp_path: Path, embedded_template: tuple[Path, str], clock: FakeClock) -> Iterator[Workspace]:
    """An empty encrypted file."""
    template, key = embedded_template
    path = tmp_path / "workspace.db"
    shutil.copyfile(template, path)
    made = Workspace(embedded(path), key, clock)
    yield made
    made.close()


@pytest.fixture
def shared_workspace(postgres_location: Location, clock: FakeClock) -> Iterator[Workspace]:
    """An empty PostgreSQL database; mark the test `postgres`."""
    made = Workspace(postgres_location, "", clock)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def workspace(request: pytest.FixtureRequest) -> Workspace:
    """An empty workspace: the test runs once on each database."""
    name = "embedded_workspace" if request.param == "sqlite" else "shared_workspace"
    made: Workspace = request.getfixturevalue(name)
    return made


@pytest.fixture
def store(workspace: Workspace) -> Store:
    """One station on the workspace."""
    return workspace.open()


@pytest.fixture
def embedded_store(embedded_workspace: Workspace) -> Store:
    """One station on an encrypted file."""
    return embedded_workspace.open()


@pytest.fixture
def me() -> Operator:
    """Who sits at the desk."""
    return Operator("ml")
