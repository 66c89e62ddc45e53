"""When a running engine polls next: by what is stored of the account, the hour, and what is left of the budget."""

from __future__ import annotations

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis
from switchboard_app.store import accounts, budgets
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.x import SimulatedX
from tests.platforms import NOON, FakeClock
from tests.sync.conftest import Desk

TUESDAY = Millis(NOON + 3 * DAY - 3 * HOUR)
"""Ten in the morning in Basel."""


def pause(desk_: Desk, account: Account, clock: FakeClock) -> int:
    """Seconds until the next poll, as the health page shows it."""
    desk_.run(desk_.engine.poll_account(account, asked=False))
    due = desk_.store.read(accounts.one, account.id).next_poll_at
    assert due is not None
    return (due - clock.now) // SECOND


@pytest.mark.parametrize(
    ("at", "wrote", "least", "most"),
    [
        (TUESDAY, 2 * MINUTE, 40, 44),
        (TUESDAY, 3 * HOUR, 60, 66),
        (Millis(TUESDAY + 12 * HOUR), HOUR, 60, 66),
        (Millis(TUESDAY + 12 * HOUR), 3 * HOUR, 300, 330),
        (Millis(TUESDAY + 5 * DAY), 3 * HOUR, 300, 330),
    ],
    ids=["in a conversation", "in business hours", "in the evening, awake", "at night", "on Sunday"],
)
def test_a_page_is_polled_by_its_life(
    desk_: Desk,
    page: Account,
    facebook: SimulatedFacebook,
    clock: FakeClock,
    at: Millis,
    wrote: int,
    least: int,
    most: int,
) -> None:
    clock.now = at
    facebook.say("p", "Frage", Millis(at - wrote))
    assert least <= pause(desk_, page, clock) <= most


def test_what_is_left_of_a_window_is_spread(desk_: Desk, handle: Account, x: SimulatedX, clock: FakeClock) -> None:
    clock.now = TUESDAY
    x.say("p", "Frage")
    assert 75 <= pause(desk_, handle, clock) <= 110, "a first sweep takes a few"
    for _ in range(4):
        desk_.store.write(budgets.charge, handle.id, "x-reads")
    assert 180 <= pause(desk_, handle, clock) <= 310, "three of the last are kept for reading back"
    for _ in range(6):
        desk_.store.write(budgets.charge, handle.id, "x-reads")
    assert 890 <= pause(desk_, handle, clock) <= 900
