"""Polling one account: fetch a batch, store it with its cursor, fetch its attachments, say how the account is.

What happens in the network stays here; what is stored is one transaction a batch (`store.intake`), and only as long as
this station has the lead (`sync.lead`). How the account is judged is `store.health`'s, when it is polled next
`model.polling`'s. Refuses to move a cursor by itself. Called by `sync.engine`.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from switchboard_app.log import logger
from switchboard_app.model import polling
from switchboard_app.model.account import Account
from switchboard_app.model.budget import Budget
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.entry import AttachmentState
from switchboard_app.model.health import Health, Seen
from switchboard_app.model.ids import EnquiryId, PlatformId
from switchboard_app.model.remote import Batch
from switchboard_app.model.retry import pause
from switchboard_app.model.times import MINUTE, SECOND, Millis
from switchboard_app.store import accounts, attachments, health, intake, leases
from switchboard_app.store.database import Store
from switchboard_app.store.intake import Stored, ToFetch
from switchboard_app.store.leases import Lease
from switchboard_app.store.transaction import Transaction
from switchboard_app.sync.connector import Connector, Forewarns, PlatformFailure
from switchboard_app.sync.lead import LeadLost, leading, take_lead
from switchboard_app.sync.rereading import read_again


@dataclass(slots=True)
class Poll:
    """What one poll came to."""

    fetched: int = 0
    new: int = 0
    settled: int = 0
    health: Health = Health.OK
    """What this poll saw; what is shown may differ (`model.health.judged`)."""
    next_poll_at: Millis | None = None
    skipped: bool = False
    """Somebody else holds the lease, or has polled in the meantime."""
    reached: bool = True
    """Whether the platform answered at all, be it with a refusal."""
    complete: bool = True
    """Whether the sweep came to its end; else the next poll goes on."""


def chosen_pause(account: Account) -> int:
    """The pause that a person chose for the account (option ``poll_seconds``) in milliseconds, 0 for none."""
    chosen = account.options.get("poll_seconds", "")
    return int(chosen) * SECOND if chosen.isascii() and chosen.isdigit() and len(chosen) < 8 else 0


async def poll(
    store: Store,
    account: Account,
    connector: Connector,
    budgets: Callable[[], Awaitable[Sequence[Budget]]] | None = None,
    *,
    patience: float = 0.0,
    due_only: bool = False,
    asked: bool = True,
) -> Poll:
    """Fetch everything new of one account; failures become its health, they are never raised.

    `budgets` says what is left of those that a poll spends, for the pause until the next one. `patience` is for how
    many seconds to wait while somebody else polls. `due_only` leaves it be when somebody else has just done so. Whoever
    `asked` is told at once what it came to; a poll by itself shows only what lasts.
    """
    lead = await take_lead(store, f"poll:{account.id}", patience)
    if lead is None:
        return Poll(skipped=True, health=account.health, next_poll_at=account.next_poll_at)
    done = Poll()
    try:
        async with leading(store, lead):
            account = await store.ask(accounts.one, account.id)
            waits = account.next_poll_at is not None and account.next_poll_at > store.now()
            if due_only and (account.removed or waits):
                return Poll(skipped=True, health=account.health, next_poll_at=account.next_poll_at)
            try:
                done.new += await read_again(store, account, connector)
                await _sweep(store, account, connector, lead.lease, done)
                await _fetch_left_over(store, account, connector)
            except PlatformFailure as failure:
                await _failed(store, account, failure, done, asked=asked)
            else:
                left = () if budgets is None else await budgets()
                await _went_through(store, account, connector, left, done, asked=asked)
    except LeadLost:
        logger("sync").info("account %s: the lead was lost, the poll ended there", account.id)
        return Poll(done.fetched, done.new, done.settled, account.health, account.next_poll_at, skipped=True)
    return done


async def _went_through(
    store: Store, account: Account, connector: Connector, left: Sequence[Budget], done: Poll, *, asked: bool
) -> None:
    now, chosen = store.now(), chosen_pause(account)
    life = await store.ask(health.life, account.id)
    wait = polling.pause_of(account.kind, chosen, life.last_message, now, business=life.business)
    chance = secrets.randbelow(1000) / 1000
    done.next_poll_at = polling.next_poll(wait, left, now, chance=chance, chosen=bool(chosen))
    found = await store.ask(health.well, account, complete=done.complete)
    done.health = found.health
    detail = found.detail
    if found.health is Health.OK and isinstance(connector, Forewarns):
        detail = connector.forewarning()
    await store.run(health.seen, account.id, Seen(found.health, detail, asked=asked), done.next_poll_at)


async def _failed(store: Store, account: Account, failure: PlatformFailure, done: Poll, *, asked: bool) -> None:
    what = failure.failure
    done.health, done.complete = failure.health or health_of(what), False
    done.reached = what.kind not in (FailureKind.NETWORK, FailureKind.TIMEOUT)
    before = await store.ask(health.failures, account.id)
    done.next_poll_at = after_failure(store.now(), what, before)
    logger("sync").info("account %s: poll ended with %s %s", account.id, what.kind.value, what.trace)
    seen = Seen(done.health, failure.health_detail, asked=asked, until=done.next_poll_at)
    await store.run(health.seen, account.id, seen, done.next_poll_at)


async def _sweep(store: Store, account: Account, connector: Connector, lease: Lease, done: Poll) -> None:
    cursor = await store.ask(accounts.cursor, account.id)
    first = await store.ask(accounts.first_sweep, account.id)

    async def known(ids: Sequence[PlatformId]) -> frozenset[PlatformId]:
        return await store.ask(intake.known, account.id, ids)

    async for batch in connector.poll(cursor, known):
        stored = await store.run(_ingest, lease, account, batch, first_sweep=first)
        done.complete = batch.complete
        done.fetched += stored.fetched
        done.new += stored.new
        done.settled += stored.settled
        for one in stored.to_fetch:
            await fetch_file(store, connector, one)
    if first and done.complete:
        await store.run(accounts.swept, account.id)


def _ingest(tx: Transaction, lease: Lease, account: Account, batch: Batch, *, first_sweep: bool) -> Stored:
    """Store a batch while the lead is ours: a station that slept must not move a cursor that somebody else moved on."""
    if leases.holder(tx, lease.name) != lease.holder:
        raise LeadLost
    return intake.ingest(tx, account, batch, first_sweep=first_sweep)


async def fetch_file(store: Store, connector: Connector, one: ToFetch) -> None:
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
            await fetch_file(store, connector, ToFetch(left.id, remote, EnquiryId(left.enquiry)))


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


def after_failure(now: Millis, failure: Failure, failures: int) -> Millis:
    """When to poll again: the platform's own time, else a growing pause; a dead sign-in is looked at every 15 min, an
    account without credits seldom."""
    if failure.kind is FailureKind.CREDITS:
        return Millis(max(failure.retry_at or 0, now + polling.seldom(failures)))
    if failure.retry_at is not None:
        return Millis(max(failure.retry_at, now + SECOND))
    if failure.kind in (FailureKind.AUTH, FailureKind.PERMISSION):
        return Millis(now + 15 * MINUTE)
    return Millis(now + pause(failures + 4))
