"""The engine: polls, sends and settles for all accounts, once (``sync --once``) or without end (window, gateway).

Runs on a plain asyncio loop, in a thread of its own beside the window (`EngineThread`). It alone knows which connectors
exist. It meets the window only in the store. Refuses to hold anything that a restart would miss: budgets, cursors,
leases and the outbox live in the store.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from switchboard_app.model.account import Account, Channel, Health
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import AccountId, PlatformId
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.store import accounts, desk, outbox
from switchboard_app.store.database import Store
from switchboard_app.sync.connector import Clock, Connector, Grant, Meter, PlatformFailure, Self
from switchboard_app.sync.facebook import FacebookConnector
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.mail import Post, send_mails
from switchboard_app.sync.poller import Poll, health_of, keep_meter, load_meter, poll
from switchboard_app.sync.ratelimit import AccountMeter
from switchboard_app.sync.sender import Sends, account_wide, finish_sends, send_due, settle
from switchboard_app.sync.x import XConnector
from switchboard_app.tasks import TaskGroup

CONNECTORS: Mapping[Channel, Callable[[Grant, HttpDoor, Meter, Clock], Connector]] = {
    Channel.FACEBOOK: FacebookConnector,
    Channel.X: XConnector,
}
TICK_SECONDS = 0.5
REST = 30 * SECOND
"""How long an account rests after a bug was met while tending it."""
ONCE_ROUNDS = 20
"""``sync --once`` goes on until nothing is due, at most this often: an account that always has more is told as such."""


class Secrets(Protocol):
    """Where the accounts' secrets lie: the OS keyring, or training's invented ones."""

    def account_secret(self, account: str) -> dict[str, str] | None:
        """The secret, None when this station has none. Raises Unreachable; may wait for a prompt."""

    def keep_account_secret(self, account: str, secret: Mapping[str, str]) -> None:
        """Keep a renewed secret."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine is given besides the store. `transport` replaces the network in training."""

    secrets: Secrets
    post: Post | None = None
    mail_sender: str = ""
    proxy: str | None = None
    transport: httpx.AsyncBaseTransport | None = None


@dataclass(slots=True)
class Report:
    """What one account came to, as ``sync --once`` prints it."""

    name: str
    fetched: int = 0
    new: int = 0
    sent: int = 0
    uncertain: int = 0
    failed: int = 0
    health: Health = Health.OK
    reason: str = ""
    next_step: str = ""
    next_poll_at: Millis | None = None


@dataclass(slots=True)
class _Line:
    """One account as the engine holds it while it runs."""

    connector: Connector
    meter: AccountMeter
    made_from: tuple[str, str]
    failures: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Engine:
    """Polls and sends for every account of the workspace. Build, use and close it in one loop."""

    def __init__(self, store: Store, around: Surroundings) -> None:
        self._store = store
        self._around = around
        self._door = HttpDoor(store.now, transport=around.transport, proxy=around.proxy)
        self._lines: dict[AccountId, _Line] = {}
        self._wanted = asyncio.Event()
        self._at_once: set[str] = set()
        self._tasks = TaskGroup(self._ended_in_error)
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self._rests: dict[str, Millis] = {}

    # -- lines to the platforms ------------------------------------------------------------------------------------

    async def _line(self, account: Account) -> _Line | None:
        """The connector of an account, made again when its settings changed; None without a secret here."""
        made_from = (account.api_base, str(sorted(account.options.items())))
        line = self._lines.get(account.id)
        if line is not None and line.made_from == made_from:
            return line
        try:
            secret = await asyncio.to_thread(self._around.secrets.account_secret, account.id)
        except UserError as problem:
            await self._store.run(accounts.set_health, account.id, Health.NEEDS_SIGN_IN, problem.message)
            return None
        if secret is None:
            await self._store.run(accounts.set_health, account.id, Health.NEEDS_SIGN_IN)
            return None

        async def keep(renewed: Mapping[str, str]) -> None:
            await asyncio.to_thread(self._around.secrets.keep_account_secret, account.id, renewed)

        user = PlatformId(account.platform_user) if account.platform_user else None
        grant = Grant(account.kind, account.api_base, account.options, user, secret, keep)
        meter = await load_meter(self._store, account, self._store.now)
        made = CONNECTORS[account.kind](grant, self._door, meter, self._store.now)
        line = _Line(made, meter, made_from)
        self._lines[account.id] = line
        return line

    def forget(self, account: AccountId) -> None:
        """Make the connector anew next time: its secret changed."""
        self._lines.pop(account, None)

    async def whoami(self, account: Account) -> Account:
        """Ask the platform who we are; stores the answer or the health it means, and returns the account."""
        self.forget(account.id)
        line = await self._line(account)
        if line is not None:
            try:
                me: Self = await line.connector.whoami()
            except PlatformFailure as failure:
                health = failure.health or health_of(failure.failure)
                await self._store.run(accounts.set_health, account.id, health, failure.health_detail)
            else:
                options = {**account.options, "platform_name": me.name or me.handle}
                await self._store.run(accounts.set_platform_user, account.id, me.platform_id, options)
                await self._store.run(accounts.set_health, account.id, Health.OK)
            await keep_meter(self._store, account, line.meter)
        return await self._store.ask(accounts.one, account.id)

    # -- one round -------------------------------------------------------------------------------------------------

    async def poll_account(self, account: Account) -> Poll:
        """Poll one account now."""
        line = await self._line(account)
        if line is None:
            return Poll(health=Health.NEEDS_SIGN_IN)
        async with line.lock:
            done = await poll(self._store, account, line.connector, line.meter, line.failures)
        line.failures = 0 if done.health is Health.OK else line.failures + 1
        return done

    async def send_account(self, account: Account) -> Sends:
        """Send what is due on one account and settle what can be settled."""
        line = await self._line(account)
        if line is None:
            return Sends()
        async with line.lock:
            done = await send_due(self._store, account, line.connector)
            await settle(self._store, account, line.connector)
            await keep_meter(self._store, account, line.meter)
        return done

    async def chores(self) -> None:
        """What belongs to no account: lapsed sends, follow-ups that come back, mails to offices."""
        await self._store.run(outbox.recover)
        await self._store.run(desk.wake_due)
        await send_mails(self._store, self._around.post, self._around.mail_sender)

    async def once(self, only: AccountId | None = None) -> list[Report]:
        """Poll every account now and go on until nothing more is due."""
        reports: dict[AccountId, Report] = {}
        chosen = [one for one in await self._store.ask(accounts.listed) if only is None or one.id == only]
        for account in chosen:
            reports[account.id] = Report(account.name)
            await self._once_account(account, reports[account.id])
        await self.chores()
        for account in chosen:
            now = await self._store.ask(accounts.one, account.id)
            report = reports[account.id]
            report.health, report.reason, report.next_step = now.health, now.reason, now.next_step
            report.next_poll_at = now.next_poll_at
            counts = await self._store.ask(outbox.summary, account.id)
            report.uncertain = counts["uncertain"]
        return list(reports.values())

    async def _once_account(self, account: Account, report: Report) -> None:
        """Poll, then send and settle until nothing more is due now."""
        polled = await self.poll_account(account)
        report.fetched, report.new = polled.fetched, polled.new
        for _ in range(ONCE_ROUNDS):
            account = await self._store.ask(accounts.one, account.id)
            if account_wide(account.health):
                return
            sent = await self.send_account(account)
            report.sent += sent.sent
            report.failed += sent.failed
            if not (sent.sent or sent.failed or sent.uncertain):
                return

    # -- without end -----------------------------------------------------------------------------------------------

    def look_now(self, account: AccountId | None = None) -> None:
        """Send soon, and poll `account` soon. Call it in the engine's loop."""
        if account is not None:
            self._at_once.add(account)
        self._wanted.set()

    async def run(self) -> None:
        """Poll each account when it is due, send what is due, until cancelled. One account's trouble is its own."""
        try:
            while True:
                for account in await self._store.ask(accounts.listed):
                    self._start(account.id, self._tend(account, asked=account.id in self._at_once))
                self._start("chores", self.chores())
                self._at_once.clear()
                self._wanted.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), TICK_SECONDS)
        finally:
            await self._tasks.stop()
            await finish_sends()

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` unless the last one of this name is still under way or ended in a bug a moment ago."""
        last = self._under_way.get(name)
        if (last is not None and not last.done()) or self._store.now() < self._rests.get(name, 0):
            work.close()
            return
        self._under_way[name] = self._tasks.start(name, work)

    def _ended_in_error(self, name: str, _error: BaseException) -> None:
        self._rests[name] = Millis(self._store.now() + REST)

    async def _tend(self, account: Account, *, asked: bool) -> None:
        """What one account needs now."""
        now = self._store.now()
        if asked or account.next_poll_at is None or account.next_poll_at <= now:
            await self.poll_account(account)
        if account_wide(account.health):
            return
        waits = await self._store.ask(outbox.due, account.id, "message", 1)
        unsettled = await self._store.ask(outbox.unsettled, account.id)
        if waits or unsettled:
            await self.send_account(account)

    async def close(self) -> None:
        """Let go of all connections."""
        for line in self._lines.values():
            await line.connector.aclose()
        await self._door.aclose()
