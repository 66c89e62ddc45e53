"""The tiers of random tests: seeds that repeat, and a failure that names its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import tiers


@pytest.fixture
def no_wish() -> Iterator[None]:
    before = list(tiers._asked)
    tiers.ask_for(None)
    yield
    tiers.ask_for(before[0] if before else None)


@pytest.mark.usefixtures("no_wish")
def test_a_push_repeats_its_seeds_and_a_wish_is_the_only_one() -> None:
    if not tiers.nightly:
        assert list(tiers.seeds("here", 3, 30)) == list(tiers.seeds("here", 3, 30))
        assert len(set(tiers.seeds("here", 3, 30))) == tiers.count(3, 30) == 3
    tiers.ask_for(17)
    assert (list(tiers.seeds("here", 3, 30)), tiers.seed("here")) == ([17], 17)


@pytest.mark.usefixtures("no_wish")
def test_a_failure_names_its_seed() -> None:
    def trial(seed: int) -> None:
        raise AssertionError(f"seed {seed}")

    with pytest.raises(AssertionError) as failed:
        tiers.each("here", 3, 30, trial)
    assert any(f"--sim-seed={str(failed.value)[5:]}" in note for note in failed.value.__notes__)
