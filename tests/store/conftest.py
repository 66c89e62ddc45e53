"""Fixtures of the store's tests: workspaces on both databases (`tests.workspaces`) and a town around each."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from switchboard_app.model.ids import Operator
from switchboard_app.store.database import Store
from tests.platforms import FakeClock
from tests.store.town import Town, found, zurich
from tests.workspaces import *  # noqa: F403

TUESDAY = zurich(2026, 11, 24, 9, 0)
"""An ordinary working day, in the morning."""


@pytest.fixture
def town(store: Store, clock: FakeClock, me: Operator) -> Town:
    """An account and its citizens, on both databases; Tuesday, nine in the morning."""
    clock.now = TUESDAY
    return found(store, clock, me)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of four megabytes; skipped where nobody may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("this machine mounts no small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
