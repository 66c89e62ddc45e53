"""Polling one account: fetch a batch, store it with its cursor, fetch its attachments, say how the account is.

What happens in the network stays here; what is stored is one transaction a batch (`store.intake`). Whoever holds the
lease ``poll:<account>`` polls; nobody else does. Refuses to move a cursor by itself. Called by `sync.engine`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from switchboard_app.log import logger
from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.entry import AttachmentState
from switchboard_app.model.health import Health
from switchboard_app.model.ids import EnquiryId, PlatformId
from switchboard_app.model.retry import pause
from switchboard_app.model.times import MINUTE, SECOND, Millis
from switchboard_app.store import accounts, attachments, intake, leases
from switchboard_app.store.database import Store
from switchboard_app.store.intake import Stored, ToFetch
from switchboard_app.sync.connector import Connector, Forewarns, PlatformFailure

LEASE = 90 * SECOND
POLL_EVERY: Mapping[Channel, int] = {
    # A small page has 200 calls x engaged people a day (dossier 2.3); X shares 15 reads in 15 minutes (dossier 1.4).
    Channel.FACEBOOK: 60 * SECOND,
    Channel.INSTAGRAM: 60 * SECOND,
    Channel.X: 75 * SECOND,
}
_ORDINARY = 60 * SECOND
_ASK_AGAIN_SECONDS = 0.25
"""How often a station that waits for the lease asks for it."""


@dataclass(slots=True)
class Poll:
    """What one poll came to."""

    fetched: int = 0
    new: int = 0
    settled: int = 0
    health: Health = Health.OK
    next_poll_at: Millis | None = None
    skipped: bool = False
    """Somebody else holds the lease, or has polled in the meantime."""
    reached: bool = True
    """Whether the platform answered at all, be it with a refusal."""


def poll_every(account: Account) -> int:
    """The pause between two polls in milliseconds; the option ``poll_seconds`` sets another."""
    chosen = account.options.get("poll_seconds", "")
    if chosen.isdigit() and int(chosen) > 0:
        return int(chosen) * SECOND
    return POLL_EVERY.get(account.kind, _ORDINARY)


async def poll(
    store: Store,
    account: Account,
    connector: Connector,
    failures: int = 0,
    *,
    patience: float = 0.0,
    due_only: bool = False,
) -> Poll:
    """Fetch everything new of one account; failures become its health, they are never raised.

    `failures` is how many polls in a row failed before, for the pause until the next one. `patience` is for how many
    seconds to wait while somebody else polls; `due_only` leaves it be when somebody else has just done so.
    """
    lease = await _lease(store, f"poll:{account.id}", patience)
    if lease is None:
        return Poll(skipped=True, health=account.health, next_poll_at=account.next_poll_at)
    if due_only:
        known = await store.ask(accounts.one, account.id)
        if known.removed or (known.next_poll_at is not None and known.next_poll_at > store.now()):
            await store.run(leases.release, lease)
            return Poll(skipped=True, health=known.health, next_poll_at=known.next_poll_at)
    done = Poll()
    try:
        await _sweep(store, account, connector, done)
        await _fetch_left_over(store, account, connector)
    except PlatformFailure as failure:
        done.health = failure.health or health_of(failure.failure)
        done.reached = failure.failure.kind not in (FailureKind.NETWORK, FailureKind.TIMEOUT)
        done.next_poll_at = _after_failure(store.now(), failure.failure, failures)
        logger("sync").info(
            "account %s: poll ended with %s %s", account.id, failure.failure.kind.value, failure.failure.trace
        )
        await store.run(accounts.set_health, account.id, done.health, failure.health_detail, done.next_poll_at)
    else:
        done.next_poll_at = Millis(store.now() + poll_every(account))
        warning = connector.forewarning() if isinstance(connector, Forewarns) else ""
        await store.run(accounts.set_health, account.id, Health.OK, warning, done.next_poll_at)
    finally:
        await store.run(leases.release, lease)
    return done


async def _lease(store: Store, name: str, patience: float) -> leases.Lease | None:
    """The lease, waited for with patience; that of a process which died on this machine is not waited for."""
    clock = asyncio.get_running_loop().time
    ends = clock() + patience
    while True:
        lease = await store.run(leases.take, name, store.station, LEASE)
        if lease is not None:
            return lease
        if store.location.embedded:
            holder = await store.ask(leases.holder, name)
            if not holder or leases.process_ended(holder):
                await store.run(leases.lapse, name, holder)
                continue
        if clock() >= ends:
            return None
        await asyncio.sleep(_ASK_AGAIN_SECONDS)


async def _sweep(store: Store, account: Account, connector: Connector, done: Poll) -> None:
    cursor = await store.ask(accounts.cursor, account.id)
    first = await store.ask(accounts.first_sweep, account.id)

    async def known(ids: Sequence[PlatformId]) -> frozenset[PlatformId]:
        return await store.ask(intake.known, account.id, ids)

    async for batch in connector.poll(cursor, known):
        stored: Stored = await store.run(intake.ingest, account, batch, first_sweep=first)
        done.fetched += stored.fetched
        done.new += stored.new
        done.settled += stored.settled
        for one in stored.to_fetch:
            await _fetch(store, connector, one)
        # a long sweep keeps its lease: one batch takes far less than the lease lasts
        if await store.run(leases.take, f"poll:{account.id}", store.station, LEASE) is None:
            logger("sync").info("account %s: somebody else took over the poll", account.id)
            return
    if first:
        await store.run(accounts.swept, account.id)


async def _fetch(store: Store, connector: Connector, one: ToFetch) -> None:
    """Fetch the bytes of one attachment at once: its address is signed and expires."""
    try:
        content = await connector.fetch(one.remote, attachments.KEEP_LIMIT)
    except PlatformFailure as failure:
        state = AttachmentState.PENDING
        if failure.failure.kind is FailureKind.CONTENT:
            big = one.remote.size > attachments.KEEP_LIMIT
            state = AttachmentState.TOO_BIG if big else AttachmentState.REFUSED
        await store.run(attachments.refuse, one.id, state, failure.failure.text, one.enquiry)
        return
    await store.run(attachments.keep, one.id, content, one.enquiry)


async def _fetch_left_over(store: Store, account: Account, connector: Connector) -> None:
    """Attachments of an interrupted poll: their message is read again for a fresh address."""
    for left in await store.ask(attachments.pending, account.id, 5):
        try:
            seen = await connector.read_back(PlatformId(left.thread_id), PlatformId(""), Millis(0))
        except PlatformFailure as failure:
            if failure.failure.kind is FailureKind.RATE_LIMIT:
                return
            await store.run(attachments.refuse, left.id, AttachmentState.PENDING, failure.failure.text, left.enquiry)
            continue
        found = [a for m in seen if m.platform_id == left.message_id for a in m.attachments]
        remote = next((a for a in found if a.platform_id == left.platform_id), None)
        if remote is None:
            await store.run(attachments.refuse, left.id, AttachmentState.UNAVAILABLE, "", left.enquiry)
        else:
            await _fetch(store, connector, ToFetch(left.id, remote, EnquiryId(left.enquiry)))


def health_of(failure: Failure) -> Health:
    """How an account is after a failure that names no health of its own."""
    return {
        FailureKind.AUTH: Health.NEEDS_SIGN_IN,
        FailureKind.PERMISSION: Health.PERMISSION_MISSING,
        FailureKind.RATE_LIMIT: Health.RATE_LIMITED,
        FailureKind.CREDITS: Health.OUT_OF_CREDITS,
        FailureKind.BLOCKED: Health.BLOCKED,
        FailureKind.MALFORMED: Health.MALFORMED,
    }.get(failure.kind, Health.UNREACHABLE)


def _after_failure(now: Millis, failure: Failure, failures: int) -> Millis:
    """When to poll again: the platform's own time, else a growing pause; a dead sign-in is looked at every 15 min."""
    if failure.retry_at is not None:
        return Millis(max(failure.retry_at, now + SECOND))
    if failure.kind in (FailureKind.AUTH, FailureKind.PERMISSION, FailureKind.CREDITS):
        return Millis(now + 15 * MINUTE)
    return Millis(now + pause(failures + 4))
