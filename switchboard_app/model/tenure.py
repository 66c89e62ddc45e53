"""The rules of a lease: who may hold it, when it changes hands, and for how long its holder may believe in it.

A lease is taken and renewed by the database's clock; its epoch grows whenever it changes hands and fences whoever held
it before. The holder's own belief ends earlier: it is counted from *before* the request, by the pessimist of two
clocks, less a margin. No clock, no database in here: `store.leases` and its holders ask.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from switchboard_app.model.sending import Moment
from switchboard_app.model.times import SECOND, Millis

MARGIN = 10 * SECOND
"""The holder stops so long before others may begin."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A right to act for a while; `until` by the database's clock. Nobody's when `holder` is empty."""

    name: str
    holder: str = ""
    epoch: int = 0
    until: Millis = Millis(0)

    def held(self, now: Millis) -> bool:
        """Whether somebody holds it at `now`."""
        return bool(self.holder) and self.until > now


def taken(lease: Lease, holder: str, millis: int, now: Millis) -> Lease | None:
    """The lease as `holder` has it after taking or renewing it; None while somebody else holds it.

    Whoever comes back after it lapsed begins a new epoch, even if nobody took it meanwhile.
    """
    until = Millis(now + millis)
    if lease.held(now):
        return replace(lease, until=until) if lease.holder == holder else None
    return Lease(lease.name, holder, lease.epoch + 1, until)


def released(lease: Lease) -> Lease:
    """The lease when its holder gave it back."""
    return replace(lease, holder="", until=Millis(0))


def belief(requested: Moment, millis: int, now: Moment) -> int:
    """For how many more milliseconds a holder may act on a lease of `millis` that it asked for at `requested`."""
    return millis - MARGIN - now.since(requested)
