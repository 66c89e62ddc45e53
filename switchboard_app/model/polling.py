"""When an account is polled next: quick while people write to each other, slow at night, never beyond the budget.

What it knows: how quick each channel may be asked, when somebody last wrote or was answered, whether it is business
time, and what is left of the budget. It refuses to ask a clock and to throw dice: `chance` between 0 and 1 is handed
in, so that many stations and accounts do not ask at the same second. Called by `sync.poller`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from switchboard_app.model.budget import SPARE, Budget, allows, free_at, kept_back, left
from switchboard_app.model.channel import Channel
from switchboard_app.model.times import HOUR, MINUTE, SECOND, Millis

ALIVE: Final = 20 * MINUTE
"""A conversation in which somebody wrote this recently is going on."""
AWAKE: Final = 2 * HOUR
"""So long after the last message an account is not asleep, whatever the hour."""
JITTER: Final = 0.1
"""A pause is longer by up to this part of it, never shorter."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Milliseconds between two polls: in a conversation, in business hours, and at night."""

    quick: int
    usual: int
    slow: int


PAUSES: Final[Mapping[Channel, Pauses]] = {
    # 200 calls a day for each engaged person, of whom five are assumed: 1,000 calls (dossier 2.3). A day of nine hours
    # at 60 s, the rest at 5 min makes 720.
    Channel.FACEBOOK: Pauses(40 * SECOND, 60 * SECOND, 5 * MINUTE),
    Channel.INSTAGRAM: Pauses(40 * SECOND, 60 * SECOND, 5 * MINUTE),
    # 15 reads in 15 minutes, three of them kept for reading back (dossier 1.4)
    Channel.X: Pauses(75 * SECOND, 75 * SECOND, 5 * MINUTE),
}
ORDINARY: Final = Pauses(30 * SECOND, 60 * SECOND, 5 * MINUTE)

CREDITS_FIRST: Final = HOUR
CREDITS_LAST: Final = 6 * HOUR


def pause_of(kind: Channel, chosen: int, last_message: Millis | None, now: Millis, *, business: bool) -> int:
    """The pause that suits the account. `chosen` (the option ``poll_seconds``, in milliseconds) overrides it."""
    if chosen:
        return chosen
    pauses = PAUSES.get(kind, ORDINARY)
    since = None if last_message is None else now - last_message
    if since is not None and since < ALIVE:
        return pauses.quick
    if business or (since is not None and since < AWAKE):
        return pauses.usual
    return pauses.slow


def spread(pause: int, budgets: Sequence[Budget], now: Millis) -> int:
    """The pause, longer where the budgets that a poll spends would not last to their end."""
    for budget in budgets:
        spare = left(budget, now) - kept_back(budget, SPARE, now)
        if not allows(budget, SPARE, now):
            pause = max(pause, free_at(budget, now) - now)
        elif budget.refill and spare < budget.limit // 10:
            pause = max(pause, 2 * budget.refill)
        elif not budget.refill and now < budget.reset_at:
            pause = max(pause, (budget.reset_at - now) // max(1, spare))
    return pause


def next_poll(pause: int, budgets: Sequence[Budget], now: Millis, *, chance: float, chosen: bool) -> Millis:
    """The moment of the next poll. A pause that a person chose is kept to the second where the budget allows."""
    jitter = 0 if chosen else int(pause * JITTER * chance)
    return Millis(now + spread(pause + jitter, budgets, now))


def seldom(failures: int) -> int:
    """The pause while credits are gone: an hour, then longer, at most six."""
    return min(CREDITS_FIRST << min(max(0, failures), 8), CREDITS_LAST)
