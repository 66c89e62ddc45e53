"""The engine: polls, sends and settles for all accounts, once (``sync --once``) or without end (window, gateway).

Runs on a plain asyncio loop, in a thread of its own beside the window (`EngineThread`). It meets the window only in the
store; which connectors exist `sync.lines` knows. Refuses to hold anything that a restart would miss: budgets, cursors,
leases and the outbox live in the store.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from switchboard_app.log import logger
from switchboard_app.model.account import OVERDUE, Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Refused, UserError
from switchboard_app.model.health import Health
from switchboard_app.model.ids import AccountId
from switchboard_app.model.language import tr
from switchboard_app.model.proof import Proof
from switchboard_app.model.times import MINUTE, SECOND, Millis
from switchboard_app.store import accounts, desk, health, outbox
from switchboard_app.store.database import Store
from switchboard_app.store.leases import process_ended
from switchboard_app.sync.connector import Connector
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.identity import ask_who, is_another, remember, signed_in, words_of_another
from switchboard_app.sync.lines import OAUTH, Line, Lines, Maker
from switchboard_app.sync.mail import Post, send_mails
from switchboard_app.sync.oauth import OAuthClient, ask_consent
from switchboard_app.sync.poller import Poll, poll
from switchboard_app.sync.proving import Prover, SparingMeter
from switchboard_app.sync.renewal import Secrets
from switchboard_app.sync.rereading import read_again
from switchboard_app.sync.sender import Sends, account_wide, finish_sends, send_due, settle
from switchboard_app.sync.waking import Ears
from switchboard_app.tasks import TaskGroup

TICK_SECONDS = 0.5
CHORES_SECONDS = 5.0
REST = 30 * SECOND
"""How long an account rests after a bug was met while tending it."""
REST_AWAY = 5 * SECOND
"""How long it rests when the workspace could not be reached."""
PATIENCE_SECONDS = 100.0
"""How long ``sync --once`` waits for whoever polls the account just now: longer than a lease outlives its holder."""
SETTLE_AHEAD = 10 * SECOND
"""``sync --once`` reads back at once what it has just sent without an answer, instead of waiting for its turn."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine is given besides the store. `transport` and `instead` replace the network in training."""

    secrets: Secrets
    post: Post | None = None
    mail_sender: str = ""
    proxy: str | None = None
    transport: httpx.AsyncBaseTransport | None = None
    instead: Mapping[Channel, Maker] = field(default_factory=dict)


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
    reached: bool = True
    """Whether the platform answered at all, be it with a refusal."""


class Engine:
    """Polls and sends for every account of the workspace. Build, use and close it in one loop."""

    def __init__(self, store: Store, around: Surroundings) -> None:
        self._store = store
        self._around = around
        self._door = HttpDoor(store.now, transport=around.transport, proxy=around.proxy)
        self._lines = Lines(store, around.secrets, self._door, around.instead)
        self._wanted = asyncio.Event()
        self._at_once: set[AccountId] = set()
        self._woken: set[AccountId] = set()
        self._tasks = TaskGroup(self._ended_in_error)
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self._rests: dict[str, Millis] = {}
        self._chores_at = 0.0
        self._ears = Ears(self._tasks, self.wake)
        self._prover = Prover(store, self._sparing)

    # -- accounts and who they are ---------------------------------------------------------------------------------

    async def _sparing(self, account: Account) -> Connector | None:
        """A connector of its own for what can wait: it spends only what polls and read-backs will not need."""
        line, _ = await self._ready(account)
        return None if line is None else line.make(SparingMeter(line.meter), self._store.now)

    async def prove(self, account: Account) -> Proof:
        """Compare what the platform lists with what is stored, as far as the budget allows. Raises PlatformFailure."""
        return await self._prover.go_on(account, patience=PATIENCE_SECONDS)

    async def _ready(self, account: Account, *, again: bool = False) -> tuple[Line | None, bool]:
        """The line, and whether the keyring answered; without a line the account's health says why.

        On a shared workspace another station may well be signed in: then its word about the account stands.
        """
        detail, answered = "", True
        try:
            line = await self._lines.of(account, again=again)
        except UserError as problem:
            line, detail, answered = None, problem.message, False
        if line is not None:
            return line, True
        now = self._store.now()
        self._rests[f"poll {account.id}"] = self._rests[f"send {account.id}"] = Millis(now + MINUTE)
        fresh = account.last_ok_at is not None and now - account.last_ok_at < OVERDUE
        if not (self._store.postgres and fresh):
            wait = Millis(now + MINUTE)
            await self._store.run(health.put, account.id, Health.NEEDS_SIGN_IN, detail, wait)
        return None, answered

    async def whoami(self, account: Account) -> Account:
        """Ask the platform who we are; stores the answer or the health it means, and returns the account."""
        line, _ = await self._ready(account, again=True)
        me = None if line is None else await ask_who(self._store, account, line.connector)
        if me is not None and is_another(account, me):
            await self._store.run(health.put, account.id, Health.NEEDS_SIGN_IN, words_of_another(me))
        elif me is not None and line is not None:
            await signed_in(self._store, account, me, line.connector)
            await self._lines.renewal(account.id).proved()
        return await self._store.ask(accounts.one, account.id)

    async def sign_in(self, account: Account, secret: Mapping[str, str]) -> Account:
        """Replace the account's secret and ask the platform who we are.

        Raises Refused when it is the secret of another account: then the former sign-in stands.
        """
        await self._lines.renewal(account.id).replace(secret)
        line, _ = await self._ready(account, again=True)
        me = None if line is None else await ask_who(self._store, account, line.connector)
        if me is not None and is_another(account, me):
            await self._lines.renewal(account.id).take_back()
            self._lines.forget(account.id)
            raise Refused(words_of_another(me), tr("Sign in as the account itself; the former sign-in was kept."))
        if me is not None and line is not None:
            await signed_in(self._store, account, me, line.connector)
            await self._lines.renewal(account.id).proved()
        return await self._store.ask(accounts.one, account.id)

    async def ask_consent(
        self, kind: Channel, api_base: str, client: OAuthClient, port: int, show: Callable[[str], None]
    ) -> dict[str, str]:
        """Have a person sign in by the browser; `show` is told the address. Returns the secret. Raises UserError."""
        return await ask_consent(OAUTH[kind](api_base), client, port, self._door, self._store.now, show)

    # -- one round -------------------------------------------------------------------------------------------------

    async def poll_account(
        self, account: Account, *, patience: float = 0.0, due_only: bool = False, asked: bool = True
    ) -> Poll:
        """Poll one account now; `patience` is for how many seconds to wait while another station does, `asked` whether
        a person waits to be told."""
        line, answered = await self._ready(account)
        if line is None:
            return Poll(health=Health.NEEDS_SIGN_IN, reached=answered)
        left = line.meter.of_polls
        done = await poll(self._store, account, line.connector, left, patience=patience, due_only=due_only, asked=asked)
        if done.skipped and due_only:
            self._rests[f"poll {account.id}"] = Millis(self._store.now() + 2 * SECOND)  # somebody else has the lead
        await remember(self._store, account, line.connector)
        if done.health is Health.NEEDS_SIGN_IN:
            self._lines.forget(account.id)  # next time the keyring may hold a better secret
        return done

    async def read_again(self, account: Account) -> int:
        """Try the account's quarantine once more because a person asked; how many records could be read."""
        line, _ = await self._ready(account)
        return 0 if line is None else await read_again(self._store, account, line.connector, asked=True)

    async def send_account(self, account: Account, *, ahead: int = 0) -> Sends:
        """Send what is due on one account and settle what can be settled, also what may be read back `ahead` of now."""
        line, _ = await self._ready(account)
        if line is None:
            return Sends()
        done = await send_due(self._store, account, line.connector)
        done.settled = await settle(self._store, account, line.connector, ahead)
        return done

    async def chores(self) -> None:
        """What belongs to no account: lapsed sends, follow-ups that come back."""
        await self._store.run(outbox.recover, process_ended if self._store.location.embedded else None)
        await self._store.run(desk.wake_due)

    async def mails(self) -> Sends:
        """Mails to offices that are due."""
        return await send_mails(self._store, self._around.post, self._around.mail_sender)

    async def once(self, only: AccountId | None = None) -> list[Report]:
        """Poll every account now and go on until nothing more is due. One account's trouble is its own."""
        await self.chores()
        chosen = [one for one in await self._store.ask(accounts.listed) if only is None or one.id == only]
        reports = [Report(account.name) for account in chosen]
        rounds = (self._once_account(account, report) for account, report in zip(chosen, reports, strict=True))
        ended = await asyncio.gather(*rounds, return_exceptions=True)
        await self._store.run(outbox.hurry, None)
        while (sends := await self.mails()).sent or sends.failed or sends.uncertain:
            pass  # as long as it gets on
        for account, report in zip(chosen, reports, strict=True):
            now = await self._store.ask(accounts.one, account.id)
            report.health, report.reason, report.next_step = now.health, now.reason, now.next_step
            report.next_poll_at = now.next_poll_at
            report.uncertain = (await self._store.ask(outbox.summary, account.id))["uncertain"]
        for problem in ended:
            if problem is not None:
                raise problem
        return reports

    async def _once_account(self, account: Account, report: Report) -> None:
        """Poll, then send and settle until nothing more is due now."""
        polled = await self.poll_account(account, patience=PATIENCE_SECONDS)
        report.fetched, report.new, report.sent = polled.fetched, polled.new, polled.settled
        report.reached = polled.reached
        await self._store.run(outbox.hurry, account.id)
        while True:
            account = await self._store.ask(accounts.one, account.id)
            if account_wide(account.health):
                return
            sent = await self.send_account(account, ahead=SETTLE_AHEAD)
            report.sent += sent.sent + sent.settled
            report.failed += sent.failed
            if not (sent.sent or sent.failed or sent.uncertain or sent.settled):
                return

    # -- without end -----------------------------------------------------------------------------------------------

    def look_now(self, account: AccountId | None = None) -> None:
        """Send soon, and poll `account` soon. Call it in the engine's loop."""
        if account is not None:
            self._at_once.add(account)
            self._woken.discard(account)
        self._chores_at = 0.0
        self._wanted.set()

    def wake(self, account: AccountId) -> None:
        """Poll `account` soon because its platform said so: nobody waits to be told what comes of it."""
        self._woken.add(account)
        self._at_once.add(account)
        self._wanted.set()

    async def run(self) -> None:
        """Poll each account when it is due, send what is due, until cancelled. One account's trouble is its own."""
        try:
            while True:
                self._wanted.clear()
                await self._start_due()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), TICK_SECONDS)
        finally:
            await self._tasks.stop()
            await finish_sends()

    async def _start_due(self) -> None:
        """Start what is due and not under way."""
        asked, self._at_once = self._at_once, set()
        try:
            listed = await self._store.ask(accounts.listed)
        except UserError as away:
            logger("sync").info("the workspace cannot be read: %s", type(away).__name__)
            self._at_once |= asked
            return
        now = self._store.now()
        for account in listed:
            if account.id in asked:
                self._rests.pop(f"poll {account.id}", None)
                self._rests.pop(f"send {account.id}", None)
            wanted = account.id in asked
            if wanted or account.next_poll_at is None or account.next_poll_at <= now:
                started = self._start(f"poll {account.id}", partial(self._tend_polls, account, asked=wanted))
                if wanted and not started:
                    self._at_once.add(account.id)  # the poll under way began before it was asked for
            if not account_wide(account.health):
                self._start(f"send {account.id}", partial(self._tend_sends, account))
            self._ears.heed(account.id, self._lines.made(account.id))
            if self._prover.may_be_due(account, now):
                self._start(f"prove {account.id}", partial(self._prover.at_night, account))
        self._start("mails", self.mails)
        if asyncio.get_running_loop().time() >= self._chores_at:
            self._chores_at = asyncio.get_running_loop().time() + CHORES_SECONDS
            self._start("chores", self.chores)

    def _start(self, name: str, work: Callable[[], Coroutine[Any, Any, object]]) -> bool:
        """Run `work` unless the last one of this name is still under way or ended badly a moment ago."""
        last = self._under_way.get(name)
        if (last is not None and not last.done()) or self._store.now() < self._rests.get(name, 0):
            return False
        self._under_way[name] = self._tasks.start(name, self._guarded(name, work))
        return True

    async def _guarded(self, name: str, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        try:
            await work()
        except UserError as away:  # the workspace, not the platform: people are told where they work with it
            logger("sync").info("%s waits: %s", name, type(away).__name__)
            self._rests[name] = Millis(self._store.now() + REST_AWAY)

    def _ended_in_error(self, name: str, _error: BaseException) -> None:
        self._rests[name] = Millis(self._store.now() + REST)

    async def _tend_polls(self, account: Account, *, asked: bool) -> None:
        by_person = asked and account.id not in self._woken
        self._woken.discard(account.id)
        await self.poll_account(account, due_only=not asked, asked=by_person)

    async def _tend_sends(self, account: Account) -> None:
        waiting = bool(await self._store.ask(outbox.due, account.id, "message", 1))
        unclear = bool(await self._store.ask(outbox.unsettled, account.id))
        if waiting or unclear:
            await self.send_account(account)

    async def close(self) -> None:
        """Wait for the sends under way, then let go of all connections."""
        await finish_sends()
        await self._lines.finish()
        await self._door.aclose()
