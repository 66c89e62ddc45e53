"""Proving that nothing is missing: what the platform lists now is compared with what is stored.

The walk is the connector's own sweep from an empty cursor, with requests that neither a poll nor a read-back will need,
under the lead of the account's polls. It goes as deep as the spare budget allows and can be gone on with. Refuses to
move the polls' cursor and to judge the account: a limit that ends it is no illness. Called by `sync.engine`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from switchboard_app.log import logger
from switchboard_app.model.account import Account
from switchboard_app.model.budget import DEEP, SPARE
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import WELL
from switchboard_app.model.ids import AccountId, PlatformId
from switchboard_app.model.proof import Proof, due, is_night
from switchboard_app.model.remote import Batch, Cursor
from switchboard_app.model.times import HOUR, MINUTE, Millis
from switchboard_app.store import intake, leases, proof
from switchboard_app.store.database import Store
from switchboard_app.store.intake import Stored
from switchboard_app.store.leases import Lease
from switchboard_app.store.transaction import Transaction
from switchboard_app.sync.connector import Connector, Known, Meter, PlatformFailure
from switchboard_app.sync.lead import LeadLost, leading, take_lead
from switchboard_app.sync.poller import fetch_file

LOOK_EVERY = 10 * MINUTE
"""How often the nights are asked whether a proof is due, or can be gone on with."""


PATIENCE_SECONDS = 10.0
"""How long a proof waits for a poll that is under way."""
STALE = 2 * HOUR
"""A walk that nobody went on with for so long is begun anew: what it counted may have changed."""


class SparingMeter:
    """The account's meter for what can wait: takes only what the polls until the reset will not need."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    async def spend(self, bucket: str) -> None:
        """As `Meter`."""
        await self._meter.spend(bucket.removesuffix(SPARE) + DEEP if bucket.endswith(SPARE) else bucket)

    async def observed(self, bucket: str, limit: int, remaining: int, reset_at: Millis) -> None:
        """As `Meter`."""
        await self._meter.observed(bucket, limit, remaining, reset_at)

    async def exhausted(self, bucket: str, until: Millis) -> None:
        """As `Meter`."""
        await self._meter.exhausted(bucket, until)


@dataclass(slots=True)
class Walk:
    """A proof under way: how far it has come, and what it has counted."""

    cursor: Cursor = field(default_factory=dict)
    counted: set[PlatformId] = field(default_factory=set)
    proof: Proof | None = None


class Prover:
    """The proofs of all accounts on this station: by themselves at night, or because a person asked."""

    def __init__(self, store: Store, connector_for: Callable[[Account], Awaitable[Connector | None]]) -> None:
        self._store = store
        self._connector_for = connector_for
        self._walks: dict[AccountId, Walk] = {}
        self._look_at: dict[AccountId, Millis] = {}

    def may_be_due(self, account: Account, now: Millis) -> bool:
        """Whether it is worth asking the workspace if a proof is due; costs nothing by day."""
        return account.health in WELL and is_night(now) and now >= self._look_at.get(account.id, 0)

    async def at_night(self, account: Account) -> None:
        """Prove what is due; nobody is told of a failure, because the polls tell it better."""
        now = self._store.now()
        self._look_at[account.id] = Millis(now + LOOK_EVERY)
        if not due(await self._store.ask(proof.of_account, account.id), now):
            return
        try:
            await self.go_on(account, patience=PATIENCE_SECONDS)
        except PlatformFailure as failure:
            logger("sync").info("account %s: no proof, %s", account.id, failure.failure.kind.value)

    async def go_on(self, account: Account, *, patience: float = 0.0) -> Proof:
        """One turn of the account's proof: begun, or gone on with. Raises PlatformFailure; without a sign-in nothing is
        proved."""
        connector = await self._connector_for(account)
        if connector is None:
            return await self._store.ask(proof.of_account, account.id) or Proof(self._store.now())
        walk = self._walks.setdefault(account.id, Walk())
        if walk.proof is not None and self._store.now() - walk.proof.at > STALE:
            walk = self._walks[account.id] = Walk()
        try:
            done = await prove(self._store, account, connector, walk, patience=patience)
        finally:
            await connector.aclose()
        if done.complete:
            self._walks.pop(account.id, None)  # the next one begins anew
        return done


async def prove(store: Store, account: Account, connector: Connector, walk: Walk, *, patience: float = 0.0) -> Proof:
    """Go on with a walk as far as the spare budget allows; the proof so far is stored, and returned.

    Raises PlatformFailure for everything but a limit; then what was counted before is stored all the same.
    """
    so_far = replace(walk.proof or Proof(store.now()), at=store.now())
    lead = await take_lead(store, f"poll:{account.id}", patience)
    if lead is None:
        return so_far
    walk.proof = so_far
    try:
        async with leading(store, lead):
            async for batch in connector.poll(walk.cursor, _known(store, account)):
                await _page(store, account, connector, lead.lease, walk, batch)
    except LeadLost:
        pass  # what was counted stands; the next turn goes on
    except PlatformFailure as failure:
        if failure.failure.kind is not FailureKind.RATE_LIMIT:
            raise
    finally:
        if walk.counted or walk.proof.complete:  # one that saw nothing takes no other one's place
            await store.run(proof.keep, account.id, walk.proof)
    return walk.proof


def _known(store: Store, account: Account) -> Known:
    async def known(ids: Sequence[PlatformId]) -> frozenset[PlatformId]:
        return await store.ask(intake.known, account.id, ids)

    return known


async def _page(store: Store, account: Account, connector: Connector, lease: Lease, walk: Walk, batch: Batch) -> None:
    assert walk.proof is not None
    missing, stored = await store.run(_compare, lease, account, batch)
    fresh = {one.platform_id for one in batch.messages} - walk.counted
    walk.counted |= fresh
    since = min((one.at for one in batch.messages), default=None)
    walk.proof = replace(proof.counted(walk.proof, fresh, len(missing & fresh), since), complete=batch.complete)
    walk.cursor = batch.cursor
    for one in stored.to_fetch:
        await fetch_file(store, connector, one)


def _compare(tx: Transaction, lease: Lease, account: Account, batch: Batch) -> tuple[frozenset[PlatformId], Stored]:
    if leases.holder(tx, lease.name) != lease.holder:
        raise LeadLost
    return proof.compare(tx, account, batch)
