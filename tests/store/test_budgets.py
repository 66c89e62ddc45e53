"""Budgets in the workspace: what was told is never exceeded, whoever spends, and one request costs one commit."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from switchboard_app.model.budget import DEEP, SPARE, UNTOLD, Budget
from switchboard_app.model.ids import AccountId
from switchboard_app.model.times import DAY, HOUR, MINUTE
from switchboard_app.store import budgets
from switchboard_app.store.database import Store
from tests.platforms import FakeClock
from tests.workspaces import Workspace

ACCOUNT = AccountId("a")
QUARTER = 15 * MINUTE


def granted(store: Store, bucket: str, most: int = 2000) -> int:
    """How many requests may leave now."""
    count = 0
    while count < most and store.write(budgets.charge, ACCOUNT, bucket).granted:
        count += 1
    return count


def test_nothing_told_nothing_held_back_nothing_written(store: Store) -> None:
    assert granted(store, "reads", 50) == 50
    assert store.read(budgets.of_account, ACCOUNT) == {}


def test_a_told_budget_is_spent_to_its_end_and_comes_back(store: Store, clock: FakeClock) -> None:
    store.write(budgets.observed, ACCOUNT, "reads", 15, 4, QUARTER)
    assert granted(store, "reads") == 4
    assert store.write(budgets.charge, ACCOUNT, "reads") == budgets.Charged(False, QUARTER)
    clock.forward(QUARTER)
    assert granted(store, "reads") == 15


def test_polls_leave_some_for_reading_back(store: Store) -> None:
    store.write(budgets.observed, ACCOUNT, "reads", 15, 15, QUARTER)
    assert granted(store, "reads" + SPARE) == 12
    assert granted(store, "reads") == 3


def test_the_second_look_leaves_the_coming_polls_their_requests(store: Store, clock: FakeClock) -> None:
    store.write(budgets.observed, ACCOUNT, "reads", 15, 15, QUARTER)
    assert granted(store, "reads" + DEEP) == 0  # 12 polls of 75 seconds and 3 for reading back stay
    store.write(budgets.observed, ACCOUNT, "more", 300, 299, QUARTER)
    assert granted(store, "more" + DEEP) == 284
    clock.forward(10 * MINUTE)
    assert granted(store, "reads" + DEEP) == 8


def test_a_refusal_counts_until_its_moment(store: Store, clock: FakeClock) -> None:
    store.write(budgets.exhausted, ACCOUNT, "graph", HOUR)
    assert granted(store, "graph") == 0
    clock.forward(HOUR)
    assert granted(store, "graph", 50) == 50


def test_our_own_rule_refills_and_holds_back_beginnings_only(store: Store, clock: FakeClock) -> None:
    store.write(budgets.observed, ACCOUNT, "day", 1000, UNTOLD, DAY)
    assert granted(store, "day" + SPARE) == 1000
    assert store.write(budgets.charge, ACCOUNT, "day" + SPARE) == budgets.Charged(False, DAY // 1000)
    assert granted(store, "day", 1) == 1  # a sweep under way is never broken off by our own rule
    clock.forward(2 * DAY // 1000)
    assert granted(store, "day" + SPARE) == 1
    store.write(budgets.observed, ACCOUNT, "day", 2000, UNTOLD, DAY)  # more people: what was used stays used
    assert 900 < granted(store, "day" + SPARE) <= 1000


def test_stations_together_never_exceed_what_was_told(workspace: Workspace) -> None:
    stations = [workspace.open() for _ in range(3)]
    stations[0].write(budgets.observed, ACCOUNT, "reads", 40, 37, QUARTER)
    with ThreadPoolExecutor(len(stations)) as pool:
        assert sum(pool.map(lambda store: granted(store, "reads"), stations)) == 37


def test_stations_that_begin_a_window_together_stay_within_one(workspace: Workspace, clock: FakeClock) -> None:
    stations = [workspace.open() for _ in range(3)]
    stations[0].write(budgets.observed, ACCOUNT, "reads", 15, 0, MINUTE)
    clock.forward(MINUTE)
    with ThreadPoolExecutor(len(stations)) as pool:
        assert sum(pool.map(lambda store: granted(store, "reads"), stations)) == 15


def test_the_first_row_may_be_made_by_two_at_once(workspace: Workspace) -> None:
    stations = [workspace.open() for _ in range(2)]

    async def both() -> None:
        for number in range(20):
            made = (one.run(budgets.observed, ACCOUNT, f"b{number}", 15, 9, QUARTER) for one in stations)
            await asyncio.gather(*made)

    asyncio.run(both())
    known = stations[0].read(budgets.of_account, ACCOUNT)
    assert [one.remaining for one in known.values()] == [9] * 20


@pytest.mark.parametrize("jitter", [-3, 0, 3, 900])
@pytest.mark.parametrize("told_left", [14, 12])
def test_an_answer_that_tells_what_was_counted_costs_no_write(
    embedded_store: Store, told_left: int, jitter: int
) -> None:
    store = embedded_store
    store.write(budgets.observed, ACCOUNT, "reads", 15, 15, QUARTER)
    store.write(budgets.charge, ACCOUNT, "reads")
    store.write(budgets.observed, ACCOUNT, "day", 1000, UNTOLD, DAY)
    before = store.write(lambda tx: tx.value("SELECT total_changes()"))
    store.write(budgets.observed, ACCOUNT, "reads", 15, told_left, QUARTER + jitter)
    store.write(budgets.observed, ACCOUNT, "day", 1000, UNTOLD, DAY + jitter)
    written = store.write(lambda tx: tx.value("SELECT total_changes()")) - before
    assert written == (0 if told_left == 14 else 1)
    assert store.read(budgets.of_account, ACCOUNT)["reads"] == Budget(15, told_left, store.now() + QUARTER)  # type: ignore[arg-type]
