"""Fixtures of the store's tests: workspaces on both databases (`tests.workspaces`) and a town around each."""

from __future__ import annotations

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
