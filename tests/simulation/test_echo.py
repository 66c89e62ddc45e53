"""What we sent comes back in a poll, before or after the platform's answer: it is never a new message."""

from __future__ import annotations

import pytest

from tests import tiers
from tests.simulation.run import twice
from tests.simulation.sending import sends

pytestmark = pytest.mark.timeout(240)


def test_our_echo_is_no_new_message() -> None:
    tiers.each("echo", 3, 40, lambda seed: twice(seed, lambda sim: sends(sim, polls=True)))
