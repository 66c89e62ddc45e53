"""Renewing the secret of an account so that nothing of it is lost: one at a time, kept before it is used.

Refresh tokens are single use (dossier 1.5), and several programs may meet the same dead token at once. So whoever
renews holds the lease ``refresh:<account>`` and, holding it, first looks into the keyring: somebody may have been
faster. What the platform gives is written beside the secret in use, read back, and only then used; the former one stays
until the new one has proved itself and is tried once when the platform refuses the new one. A renewal that has begun
goes on although its caller gave up waiting, because its answer exists only once.

It refuses to know how a platform renews: the connector hands in that one question. Made by `sync.engine`, one for each
account, and given to connectors as their grant's `renewing`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from typing import Final, Protocol, TypeVar

from switchboard_app.log import logger
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.errors import UserError
from switchboard_app.model.health import Health
from switchboard_app.model.ids import AccountId
from switchboard_app.model.language import tr
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.store import leases
from switchboard_app.store.database import Store
from switchboard_app.sync.connector import AskAnew, PlatformFailure, RenewalRefused
from switchboard_app.sync.failures import signed_out

T = TypeVar("T")

LEASE: Final = 150 * SECOND
"""Longer than a renewal can take: 20 s for the platform and twice 60 s for a keyring that waits behind its prompt."""
WAIT_SECONDS: Final = 25.0
"""How long a call waits for the renewal it needs; the renewal itself goes on."""
_ASK_AGAIN_SECONDS: Final = 0.1
_AGAIN: Final = 15 * SECOND


class Secrets(Protocol):
    """Where the accounts' secrets lie: the OS keyring, or training's invented ones. Any call may wait for a prompt."""

    def account_secret(self, account: str) -> dict[str, str] | None:
        """The secret in use, None when this station has none. Raises Unreachable."""

    def former_secret(self, account: str) -> dict[str, str] | None:
        """The one before it, until the one in use proved itself. Raises Unreachable."""

    def keep_account_secret(self, account: str, secret: Mapping[str, str]) -> None:
        """Keep a secret beside the one in use, which becomes the former one. Raises Unreachable."""

    def secret_proved(self, account: str) -> None:
        """The one in use works: forget the former one. Raises Unreachable."""

    def take_back_secret(self, account: str) -> None:
        """The one in use is wrong: the former one is in use again. Raises Unreachable."""

    def forget_account(self, account: str) -> None:
        """Forget everything of the account. Raises Unreachable."""


class Renewal:
    """The secret of one account on this station, for one engine. See `sync.connector.Renewing`."""

    def __init__(self, store: Store, secrets: Secrets, account: AccountId) -> None:
        self._store = store
        self._secrets = secrets
        self._account = account
        self._one = asyncio.Lock()
        self._unkept: tuple[str, dict[str, str]] | None = None
        """What the platform gave and the keyring did not take yet, and in place of which access token; it exists
        nowhere else."""
        self._under_way: set[asyncio.Task[Mapping[str, str]]] = set()

    async def current(self) -> dict[str, str] | None:
        """The secret to use now, None when this station has none. Raises UserError when the keyring does not answer."""
        if self._unkept is not None:
            async with self._one, self._turn():
                await self._keep_waiting()
        return await asyncio.to_thread(self._secrets.account_secret, self._account)

    async def renew(self, dead: str, ask: AskAnew) -> Mapping[str, str]:
        """As `Renewing.renew`."""
        task = asyncio.get_running_loop().create_task(self._renewed(dead, ask), name="renew a sign-in")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await asyncio.shield(task)
        except TimeoutError:
            raise self._later(tr("Renewing the sign-in takes longer than usual.")) from None

    async def proved(self) -> None:
        """As `Renewing.proved`."""
        try:
            await asyncio.to_thread(self._secrets.secret_proved, self._account)
        except UserError as away:  # the former one stays a little longer
            logger("sync").info("account %s: the keyring does not answer: %s", self._account, type(away).__name__)

    async def replace(self, secret: Mapping[str, str]) -> None:
        """A person signed in anew: keep it, in turn with whoever renews. Raises UserError."""
        async with self._one, self._turn():
            await self._keep(secret)

    async def take_back(self) -> None:
        """What a person brought is wrong: the former secret is in use again. Raises UserError."""
        async with self._one, self._turn():
            await asyncio.to_thread(self._secrets.take_back_secret, self._account)

    async def finish(self) -> None:
        """Wait for the renewal under way; it ends by its own deadlines."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    # -- one renewal -----------------------------------------------------------------------------------------------

    async def _renewed(self, dead: str, ask: AskAnew) -> Mapping[str, str]:
        async with self._one:
            try:
                async with self._turn():
                    return await self._in_turn(dead, ask)
            except UserError as away:
                raise self._later(away.message) from away

    async def _in_turn(self, dead: str, ask: AskAnew) -> Mapping[str, str]:
        kept = await _kept_or_why(self._keep_waiting())
        if kept is None:
            raise signed_out(tr("There is no sign-in for this account."))
        if kept.get("access_token") != dead:
            return kept  # somebody else was faster
        try:
            fresh = await ask(kept)
        except RenewalRefused:
            former = await _kept_or_why(asyncio.to_thread(self._secrets.former_secret, self._account))
            if former is None or former.get("refresh_token", "") in ("", kept.get("refresh_token")):
                raise
            fresh = await ask(former)
        self._unkept = (dead, dict(fresh))
        await _kept_or_why(self._keep(fresh))
        return fresh

    async def _keep(self, fresh: Mapping[str, str]) -> None:
        await asyncio.to_thread(self._secrets.keep_account_secret, self._account, fresh)
        self._unkept = None

    async def _keep_waiting(self) -> dict[str, str] | None:
        """Keep what could not be kept before, unless somebody signed in meanwhile; returns the secret in use."""
        kept = await asyncio.to_thread(self._secrets.account_secret, self._account)
        if self._unkept is None:
            return kept
        place, fresh = self._unkept
        if kept is not None and kept.get("access_token") == place:
            await self._keep(fresh)
            kept = fresh
        self._unkept = None
        return kept

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """The lease; that of a process which died on this machine is not waited for. Raises UserError."""
        name, store = f"refresh:{self._account}", self._store
        while (lease := await store.run(leases.take, name, store.station, LEASE)) is None:
            if store.location.embedded:
                holder = await store.ask(leases.holder, name)
                if not holder or leases.process_ended(holder):
                    await store.run(leases.lapse, name, holder)
                    continue
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
        try:
            yield
        finally:
            await asyncio.shield(store.run(leases.release, lease))

    def _later(self, words: str) -> PlatformFailure:
        again = Millis(self._store.now() + _AGAIN)
        return PlatformFailure(Failure(FailureKind.SERVER, True, words, again), Health.UNREACHABLE, words)


async def _kept_or_why(work: Awaitable[T]) -> T:
    """What the keyring says. Raises PlatformFailure, always certain, with what to do about the keyring."""
    try:
        return await work
    except UserError as error:
        failure = Failure(FailureKind.AUTH, True, error.message)
        raise PlatformFailure(failure, Health.NEEDS_SIGN_IN, error.next_step) from error
