"""A `Meter` for tests of connectors alone: the arithmetic of `model.budget` on a dictionary, without a workspace."""

from __future__ import annotations

from collections.abc import Mapping

from switchboard_app.model import budget as rules
from switchboard_app.model.budget import UNTOLD, Budget
from switchboard_app.model.times import Millis
from switchboard_app.sync.connector import Clock
from switchboard_app.sync.failures import rate_limited


class MemoryMeter:
    """What `StoreMeter` keeps in the workspace, kept in memory."""

    def __init__(self, clock: Clock, budgets: Mapping[str, Budget] | None = None) -> None:
        self._clock = clock
        self._budgets = dict(budgets or {})

    def snapshot(self) -> dict[str, Budget]:
        """All budgets; `MemoryMeter(clock, snapshot)` goes on with them."""
        return dict(self._budgets)

    async def spend(self, bucket: str) -> None:
        """As `Meter`."""
        now, (name, tier) = self._clock(), rules.name_and_tier(bucket)
        budget = self._budgets.get(name)
        if budget is None:
            return
        if not rules.allows(budget, tier, now):
            raise rate_limited(rules.free_at(budget, now))
        self._budgets[name] = rules.taken(budget, now)

    async def observed(self, bucket: str, limit: int, remaining: int, reset_at: Millis) -> None:
        """As `Meter`."""
        now, old = self._clock(), self._budgets.get(bucket)
        if remaining == UNTOLD:
            self._budgets[bucket] = rules.steady(old, limit, reset_at, now)
        else:
            self._budgets[bucket] = rules.told(old, limit, remaining, reset_at, now)

    async def exhausted(self, bucket: str, until: Millis) -> None:
        """As `Meter`."""
        self._budgets[bucket] = rules.refused(self._budgets.get(bucket), until)
