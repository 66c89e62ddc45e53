"""The lead of a poll: taken, kept by renewing, and let go before anybody else may begin.

Whoever holds the lease ``poll:<account>`` polls. Its holder believes in it for less time than it lasts, counted from
before each request for it, by the pessimist of its clocks, sleep included (`model.tenure`); what runs inside `leading`
is cut off when that ends. So two stations never ask a platform for one account at once, and a station that died is
followed after `LEASE` at the latest. Refuses to poll. Called by `sync.poller`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from switchboard_app.log import logger
from switchboard_app.model import tenure
from switchboard_app.model.errors import UserError
from switchboard_app.model.sending import Moment
from switchboard_app.model.times import SECOND
from switchboard_app.store import leases
from switchboard_app.store.database import Store
from switchboard_app.store.leases import Lease

LEASE = 40 * SECOND
"""Whoever follows begins at most so long after the last renewal of a station that died."""
RENEW_SECONDS = 8.0
_LOOK_SECONDS = 1.0
_ASK_AGAIN_SECONDS = 0.25
"""How often a station that waits for the lease asks for it."""


class LeadLost(Exception):
    """Somebody else polls this account now, or may begin to: what was under way was cut off."""


class Lead:
    """A lease with the time its holder may believe in it."""

    def __init__(self, store: Store, lease: Lease, asked: Moment) -> None:
        self.lease = lease
        self._store = store
        self._asked = asked
        self.limit: asyncio.Timeout | None = None

    def believed(self) -> float:
        """For how many seconds this station may still believe that nobody else polls."""
        return tenure.belief(self._asked, LEASE, self._store.moment()) / 1000

    async def renew(self) -> bool:
        """Whether the lease is still ours and lasts longer now."""
        asked = self._store.moment()
        again = await self._store.run(leases.take, self.lease.name, self.lease.holder, LEASE)
        if again is None or again.epoch != self.lease.epoch:
            return False  # it lapsed meanwhile: somebody may have polled
        self._asked = asked
        return True


async def take_lead(store: Store, name: str, patience: float) -> Lead | None:
    """The lead, waited for with patience; that of a process which died on this machine is not waited for."""
    clock = asyncio.get_running_loop().time
    ends = clock() + patience
    while True:
        asked = store.moment()
        lease = await store.run(leases.take, name, store.station, LEASE)
        if lease is not None:
            return Lead(store, lease, asked)
        if store.location.embedded:
            holder = await store.ask(leases.holder, name)
            if not holder or leases.process_ended(holder):
                await store.run(leases.lapse, name, holder)
                continue
        if clock() >= ends:
            return None
        await asyncio.sleep(_ASK_AGAIN_SECONDS)


@contextlib.asynccontextmanager
async def leading(store: Store, lead: Lead) -> AsyncIterator[None]:
    """Keep the lead while the body runs, and give it back. Raises LeadLost when it cannot be kept."""
    renewing: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(lead.believed()) as limit:
            lead.limit = limit
            renewing = asyncio.get_running_loop().create_task(_renewing(lead), name="keep the lead of a poll")
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise LeadLost from None
    finally:
        if renewing is not None:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
        await store.run(leases.release, lead.lease)


async def _renewing(lead: Lead) -> None:
    assert lead.limit is not None
    clock = asyncio.get_running_loop().time
    while True:
        ends = clock() + RENEW_SECONDS
        while clock() < ends:
            await asyncio.sleep(min(RENEW_SECONDS, _LOOK_SECONDS))
            if lead.believed() <= 0:  # the machine slept: the loop's own clock stood still meanwhile
                lead.limit.reschedule(clock())
                return
        try:
            kept = await lead.renew()
        except UserError as away:  # no workspace, no lease: the time believed in goes on running out
            logger("sync").info("a lead cannot be renewed: %s", type(away).__name__)
            continue
        left = lead.believed() if kept else 0.0
        lead.limit.reschedule(clock() + max(0.0, left))
        if not kept:
            return
