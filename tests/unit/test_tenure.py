"""Leases: one holder at a time by the database's clock, and a belief that ends before the lease does."""

from __future__ import annotations

import random

from switchboard_app.model.sending import Moment
from switchboard_app.model.tenure import MARGIN, Lease, belief, released, taken
from switchboard_app.model.times import SECOND, Millis
from tests import tiers

LEASE = 90 * SECOND


def test_taken_renewed_lapsed_and_given_back() -> None:
    now = Millis(1_000_000)
    mine = taken(Lease("poll:a"), "one", LEASE, now)
    assert mine == Lease("poll:a", "one", 1, Millis(now + LEASE))
    assert taken(mine, "two", LEASE, Millis(mine.until - 1)) is None
    again = taken(mine, "one", LEASE, Millis(now + 5))
    assert again == Lease("poll:a", "one", 1, Millis(now + 5 + LEASE)), "renewing is no new epoch"
    theirs = taken(mine, "two", LEASE, mine.until)
    assert theirs is not None
    assert theirs.epoch == 2
    back = taken(released(mine), "one", LEASE, Millis(now + 5))
    assert back is not None
    assert back.epoch == 2, "whoever gave it back begins anew"


def test_two_beliefs_never_overlap() -> None:
    """Stations with wrong clocks that sleep: each counts from before its request, by the pessimist of both clocks."""

    def trial(seed: int) -> None:
        dice = random.Random(seed)
        lease, now = Lease("poll:a"), 10_000_000
        skew = {name: dice.randrange(-7_200_000, 7_200_000) for name in "abc"}
        asked: dict[str, Moment] = {}
        for _ in range(200):
            now += dice.choice((10, 500, 5_000, 30_000, 80_000))
            name = dice.choice("abc")
            if dice.randrange(20) == 0:
                skew[name] += dice.choice((-3_600_000, 3_600_000))
            before = Moment(Millis(now + skew[name]), Millis(now))
            now += dice.choice((0, 20, 9_000))  # on its way to the database
            after = taken(lease, name, LEASE, Millis(now))
            if after is not None:
                lease, asked[name] = after, before
            believing = [
                who
                for who, since in asked.items()
                if belief(since, LEASE, Moment(Millis(now + skew[who]), Millis(now))) > 0
            ]
            assert set(believing) <= {lease.holder}

    tiers.each("tenure", 100, 2000, trial)


def test_the_margin() -> None:
    begun = Moment(Millis(0), Millis(0))
    assert belief(begun, LEASE, Moment(Millis(0), Millis(LEASE - MARGIN - 1))) == 1
    assert belief(begun, LEASE, Moment(Millis(0), Millis(LEASE - MARGIN))) == 0
    assert belief(begun, LEASE, Moment(Millis(LEASE - MARGIN), Millis(0))) == 0
