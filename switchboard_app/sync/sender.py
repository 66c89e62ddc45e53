"""Sending what is due: take a row, write it once, record what became of it; and settling what nobody is sure of.

The row is taken and committed before any byte leaves; no transaction is open while the platform is asked. A send runs
shielded: closing the program waits for it, and what cannot be waited for is recovered as uncertain. Called by
`sync.engine`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from switchboard_app.log import logger
from switchboard_app.model.account import Account
from switchboard_app.model.delivery import ACCOUNT_WIDE, DeliveryState, Failure, FailureKind
from switchboard_app.model.health import Health, Seen
from switchboard_app.model.ids import AttachmentId, EntryId, OutboxId, ThreadId
from switchboard_app.model.language import tr
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.store import attachments, health, outbox
from switchboard_app.store.database import Store
from switchboard_app.store.outbox import Taken
from switchboard_app.store.transaction import Transaction
from switchboard_app.sync.connector import Connector, Outgoing, OutgoingFile, PlatformFailure
from switchboard_app.sync.permit import Permit
from switchboard_app.sync.poller import health_of

T = TypeVar("T")


@dataclass(slots=True)
class Sends:
    """What sending for one account came to."""

    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    requeued: int = 0
    settled: int = 0
    """Uncertain ones that reading back found."""


_SEND = "send"


async def shielded(work: Coroutine[Any, Any, T]) -> T:
    """Run one send so that cancelling the caller does not break it off; `finish_sends` waits for it."""
    return await asyncio.shield(asyncio.get_running_loop().create_task(work, name=_SEND))


async def finish_sends() -> None:
    """Wait for the sends under way in this loop; each has its own deadline."""
    under_way = [task for task in asyncio.all_tasks() if task.get_name() == _SEND]
    await asyncio.gather(*under_way, return_exceptions=True)


async def send_due(store: Store, account: Account, connector: Connector) -> Sends:
    """Send everything of the account that is due, in order; stops at a failure that concerns the whole account."""
    done = Sends()
    for wanted in await store.ask(outbox.due, account.id, "message"):
        state = await shielded(_take_and_send(store, account, connector, wanted))
        count(done, state)
        if state is DeliveryState.QUEUED:
            break
    return done


def count(done: Sends, state: DeliveryState | None) -> None:
    """Add one outcome."""
    if state is DeliveryState.SENT:
        done.sent += 1
    elif state is DeliveryState.FAILED:
        done.failed += 1
    elif state is DeliveryState.UNCERTAIN:
        done.uncertain += 1
    elif state is DeliveryState.QUEUED:
        done.requeued += 1


async def _take_and_send(
    store: Store, account: Account, connector: Connector, wanted: OutboxId
) -> DeliveryState | None:
    """Take one row, write it to the platform and record the outcome; never raises for what the network does.

    None when another sender was faster. Taking belongs to it: what is taken and not sent would be unclear for nothing.
    """
    permit = Permit(store.moment)  # begun before the row is taken, so that the time this takes counts
    taken = await store.run(outbox.take, wanted)
    if taken is None:
        return None
    outgoing = await _outgoing(store, taken, permit.under_terms(taken.terms))
    if not outgoing.permit.holds:
        return await _failed(store, account, taken, held_up(store.now()))
    try:
        async with asyncio.timeout((taken.terms.write_within + taken.terms.deadline) / 1000):
            receipt = await connector.send(outgoing)
    except PlatformFailure as failure:
        return await _failed(store, account, taken, failure)
    except TimeoutError:
        words = tr("The platform did not answer in time.")
        return await _failed(store, account, taken, PlatformFailure(Failure(FailureKind.TIMEOUT, False, words)))
    if not await store.run(outbox.record_sent, taken, receipt.platform_ids):
        logger("sync").info("delivery %s was settled by somebody else", taken.id)
    if account.health is Health.BLOCKED:
        await store.run(health.seen_sending, account.id, Seen(Health.OK))
    return DeliveryState.SENT


def held_up(now: Millis) -> PlatformFailure:
    """The failure of a send that was not begun in time; nothing left."""
    words = tr("The program was held up too long before sending; nothing left.")
    return PlatformFailure(Failure(FailureKind.TIMEOUT, True, words, Millis(now + SECOND)))


async def _failed(store: Store, account: Account, taken: Taken, failure: PlatformFailure) -> DeliveryState | None:
    state = await store.run(outbox.record_failure, taken, failure.failure)
    logger("sync").info(
        "delivery %s: %s, certain=%s %s", taken.id, failure.failure.kind, failure.failure.certain, failure.failure.trace
    )
    if failure.failure.kind in ACCOUNT_WIDE and failure.failure.kind is not FailureKind.RATE_LIMIT:
        seen = Seen(failure.health or health_of(failure.failure), failure.health_detail)
        await store.run(health.seen_sending, account.id, seen)
    return state


async def _outgoing(store: Store, taken: Taken, permit: Permit) -> Outgoing:
    files = await store.ask(_files, taken.entry)
    raw, text = await store.ask(_answered, taken.thread)
    return Outgoing(
        id=taken.id,
        thread=taken.thread_platform_id,
        recipient=taken.recipient,
        text=taken.text,
        files=files,
        last_inbound_at=taken.last_inbound_at,
        permit=permit,
        answered_raw=raw,
        answered_text=text,
    )


def _answered(tx: Transaction, thread: ThreadId | None) -> tuple[str, str]:
    """The citizen's last message as the platform gave it, and its text."""
    sql = (
        "SELECT raw, text FROM entry WHERE enquiry_id IN (SELECT id FROM enquiry WHERE thread_id = ?)"
        " AND kind = 'message' AND direction = 'in' ORDER BY place DESC LIMIT 1"
    )
    row = tx.row(sql, thread) if thread is not None else None
    return (row[0] or "", row[1]) if row is not None else ("", "")


def _files(tx: Transaction, entry: EntryId) -> tuple[OutgoingFile, ...]:
    rows = tx.rows("SELECT id, name, mime FROM attachment WHERE entry_id = ? ORDER BY position", entry)
    return tuple(OutgoingFile(row[1], row[2], attachments.content(tx, AttachmentId(row[0]))) for row in rows)


async def settle(store: Store, account: Account, connector: Connector, ahead: int = 0) -> int:
    """Read back the conversations of uncertain sends that are due for it; returns how many were settled as sent.

    `ahead` also takes those that come due within so many milliseconds.
    """
    settled = 0
    for one in await store.ask(outbox.unsettled, account.id, ahead):
        try:
            seen = await connector.read_back(one.thread_platform_id, one.person, one.since)
        except PlatformFailure as failure:
            logger("sync").info("read-back for %s failed: %s", one.id, failure.failure.kind)
            if failure.failure.kind in ACCOUNT_WIDE:
                break
            continue
        settled += int(await store.run(outbox.record_read, one, seen))
    return settled


def account_wide(health: Health) -> bool:
    """Whether sending makes no sense now: the sign-in is dead, a permission is missing, credits are gone."""
    return health in (Health.NEEDS_SIGN_IN, Health.PERMISSION_MISSING, Health.OUT_OF_CREDITS)
