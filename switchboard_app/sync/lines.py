"""The accounts' lines to their platforms: which connector speaks for which account, with which secret of this station.

This module alone knows which connectors exist. A line is made when it is first needed, and anew when the account's
settings or its secret changed. Refuses to poll or send: the engine does, over the lines it gets here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import AccountId, PlatformId
from switchboard_app.model.token_facts import without_facts
from switchboard_app.store.database import Store
from switchboard_app.sync.connector import Clock, Connector, Grant, Meter
from switchboard_app.sync.email import EmailConnector
from switchboard_app.sync.facebook import FacebookConnector
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.instagram import InstagramConnector
from switchboard_app.sync.mastodon import MastodonConnector
from switchboard_app.sync.meter import StoreMeter
from switchboard_app.sync.oauth import OAuthPlatform
from switchboard_app.sync.renewal import Renewal, Secrets
from switchboard_app.sync.x import XConnector, x_platform

Maker = Callable[[Grant, HttpDoor, Meter, Clock], Connector]
CONNECTORS: Mapping[Channel, Maker] = {
    Channel.EMAIL: EmailConnector,
    Channel.FACEBOOK: FacebookConnector,
    Channel.INSTAGRAM: InstagramConnector,
    Channel.MASTODON: MastodonConnector,
    Channel.X: XConnector,
}
OAUTH: Mapping[Channel, Callable[[str], OAuthPlatform]] = {Channel.X: x_platform}
"""Where each platform that signs in by the browser asks for consent (`SignIn.browser` in model.sign_in)."""


@dataclass(slots=True)
class Line:
    """One account's way to its platform."""

    connector: Connector
    meter: StoreMeter
    made_from: tuple[str, str]
    secret: dict[str, str]
    make: Callable[[Meter, Clock], Connector]


class Lines:
    """The lines of one engine, in its loop. `instead` replaces connectors in training."""

    def __init__(self, store: Store, secrets: Secrets, door: HttpDoor, instead: Mapping[Channel, Maker]) -> None:
        self._store = store
        self._secrets = secrets
        self._door = door
        self._instead = instead
        self._lines: dict[AccountId, Line] = {}
        self._renewals: dict[AccountId, Renewal] = {}
        self._making: dict[AccountId, asyncio.Lock] = {}

    async def of(self, account: Account, *, again: bool = False) -> Line | None:
        """The connector of an account, made again when its settings changed; None without a secret here.

        With `again` the keyring is asked for another secret. Raises Unreachable when the keyring is.
        """
        made_from = (account.api_base, str(sorted(without_facts(account.options).items())))
        async with self._making.setdefault(account.id, asyncio.Lock()):
            line = self._lines.get(account.id)
            if line is not None and line.made_from == made_from and not again:
                return line
            secret = await self.renewal(account.id).current()
            if secret is None:
                self._lines.pop(account.id, None)
                return None
            if line is not None and line.made_from == made_from and line.secret == secret:
                return line
            self._lines[account.id] = self._made(account, made_from, secret)
            return self._lines[account.id]

    def _made(self, account: Account, made_from: tuple[str, str], secret: dict[str, str]) -> Line:
        user = PlatformId(account.platform_user) if account.platform_user else None
        grant = Grant(account.kind, account.api_base, account.options, user, secret, self.renewal(account.id))
        meter = StoreMeter(self._store, account.id)
        make = partial(self._instead.get(account.kind, CONNECTORS[account.kind]), grant, self._door)
        return Line(make(meter, self._store.now), meter, made_from, dict(secret), make)

    def renewal(self, account: AccountId) -> Renewal:
        """What keeps the account's secret on this station."""
        return self._renewals.setdefault(account, Renewal(self._store, self._secrets, account))

    def forget(self, account: AccountId) -> None:
        """Make the account's line anew the next time: the keyring may hold a better secret then."""
        self._lines.pop(account, None)

    def made(self, account: AccountId) -> Line | None:
        """The account's line, if it has been made; asks nobody."""
        return self._lines.get(account)

    async def finish(self) -> None:
        """Wait for renewals of a sign-in under way, then let go of all connections."""
        for renewal in self._renewals.values():
            await renewal.finish()
        for line in self._lines.values():
            await line.connector.aclose()
