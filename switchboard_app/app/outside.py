"""The engine as window and command line use it: accounts connected and checked, mails sent, secrets kept.

Joins the store (what is known of an account) with the keyring (its secret) and the engine (its platform).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from switchboard_app.app.browser import BrowserSignIn, browser_sign_in
from switchboard_app.app.station import Station
from switchboard_app.model.account import Account
from switchboard_app.model.channel import CONNECTABLE, Channel
from switchboard_app.model.errors import Unreachable, UserError, WrongUse
from switchboard_app.model.ids import AccountId, Operator
from switchboard_app.model.language import tr
from switchboard_app.model.sign_in import SIGN_INS, must_and_may
from switchboard_app.store import accounts
from switchboard_app.store.database import Store
from switchboard_app.sync.addresses import check_api_base
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.engine import Engine, Surroundings
from switchboard_app.sync.mail import MailServer, SmtpPost, one_address
from switchboard_app.sync.renewal import Secrets
from switchboard_app.sync.thread import EngineThread

T = TypeVar("T")


def surroundings(station: Station) -> Surroundings:
    """What the engine of a real station is given: keyring, mail server, proxy."""
    settings = station.settings
    return Surroundings(
        secrets=station.credentials,
        post=smtp_post(station),
        mail_sender=settings.mail_sender or settings.mail_user,
        proxy=settings.proxy or None,
    )


def smtp_post(station: Station) -> SmtpPost | None:
    """The mail server of the settings; None when there is none."""
    settings = station.settings
    if not settings.mail_host:
        return None

    async def password() -> str | None:
        return await asyncio.to_thread(station.credentials.mail_password, settings.mail_user)

    sender = settings.mail_sender or settings.mail_user
    server = MailServer(settings.mail_host, settings.mail_port, settings.mail_security, sender, settings.mail_user)
    return SmtpPost(server, password)


async def check_mail(station: Station) -> str:
    """Connect to the mail server, sign in, send nothing; returns where it is. Raises WrongUse, Unreachable."""
    settings, post = station.settings, smtp_post(station)
    if post is None:
        raise WrongUse(
            tr("The settings name no mail server."), tr("Set «mail_host» in the settings file (docs/operations.md).")
        )
    place = f"{settings.mail_host}:{settings.mail_port}"
    try:
        one_address(settings.mail_sender or settings.mail_user)
    except ValueError as broken:
        raise WrongUse(
            tr("The sender's address in the settings cannot be used."),
            tr("Set «mail_sender» to one address, for example telefonzentrale@example.ch."),
        ) from broken
    try:
        await post.check()
    except PlatformFailure as failure:
        raise Unreachable(
            failure.failure.text,
            tr("Check {server}, the encryption and the sign-in in the settings.").format(server=place),
        ) from failure
    return place


def account_kind(name: str) -> Channel:
    """The kind of account that a person named; raises WrongUse with the kinds there are."""
    if name in tuple(CONNECTABLE):
        return Channel(name)
    kinds = ", ".join(kind.value for kind in CONNECTABLE)
    raise WrongUse(
        tr("There is no kind of account «{name}» in this version.").format(name=name),
        tr("Possible: {kinds}.").format(kinds=kinds),
    )


def check_secret(kind: Channel, secret: Mapping[str, object]) -> dict[str, str]:
    """The secret as it is kept; raises WrongUse naming what is missing or unknown. Never repeats a value."""
    must, may = must_and_may(kind)
    if not all(isinstance(value, str) for value in secret.values()):
        raise WrongUse(tr("Every field of the secret is a text."), tr('For example {"access_token": "…"}.'))
    clean = {key: str(value).strip() for key, value in secret.items() if str(value).strip()}
    missing = [name for name in must if name not in clean]
    unknown = [name for name in clean if name not in (*must, *may)]
    if missing or unknown:
        fields = ", ".join((*must, *(f"{name}?" for name in may)))
        raise WrongUse(
            tr("The secret lacks {fields}.").format(fields=", ".join(missing))
            if missing
            else tr("The secret has unknown fields: {fields}.").format(fields=", ".join(unknown)),
            tr("It is one JSON object with: {fields}.").format(fields=fields),
        )
    return clean


async def connect_account(
    store: Store,
    secrets: Secrets,
    whoami: Callable[[Account], Coroutine[Any, Any, Account]],
    kind: Channel,
    name: str,
    secret: Mapping[str, str],
    by: Operator,
    *,
    api_base: str = "",
    options: Mapping[str, str] | None = None,
) -> Account:
    """Connect an account: secret (of `check_secret`, or from the browser) into the keyring, row into the store, then
    ask the platform who we are.

    The account is connected even when the platform does not answer now; its health says so. Nobody sees it before its
    secret is kept. One that was removed earlier goes on under its former id. Raises UserError.
    """
    if not api_base and SIGN_INS[kind].address:
        raise WrongUse(
            tr("Such an account needs the address of its instance."),
            tr("Give it, for example {address}.").format(address=SIGN_INS[kind].address_example),
        )
    base = check_api_base(api_base) if api_base else ""
    account = await store.run(accounts.add, kind, name, by, api_base=base, options=options, hidden=True)
    try:
        await asyncio.to_thread(secrets.keep_account_secret, account.id, secret)
    except UserError:
        await store.run(accounts.discard, account.id)
        raise
    try:
        await whoami(account)
        connected = await store.run(accounts.connected, account.id, by)
        if connected.id != account.id:
            # asking may have renewed it, and a refresh token works once
            now = await asyncio.to_thread(secrets.account_secret, account.id)
            await asyncio.to_thread(secrets.keep_account_secret, connected.id, now or secret)
            connected = await whoami(connected)
    except UserError:
        await asyncio.to_thread(secrets.forget_account, account.id)
        await store.run(accounts.discard, account.id)
        raise
    if connected.id != account.id:
        await asyncio.to_thread(secrets.forget_account, account.id)
    return connected


class EngineOutside:
    """`ui.bridge.Outside` over an engine thread; every call is awaited in the window's loop."""

    def __init__(self, store: Store, engine: EngineThread, station: Station, secrets: Secrets) -> None:
        self._store = store
        self._engine = engine
        self._station = station
        self._secrets = secrets

    def look_now(self, account: AccountId | None = None) -> None:
        """Poll and send soon."""
        self._engine.look_now(account)

    async def _in_engine(self, work: Callable[[Engine], Coroutine[Any, Any, T]]) -> T:
        return await asyncio.wrap_future(self._engine.submit(work))

    async def _whoami(self, account: Account) -> Account:
        checked = await self._in_engine(lambda engine: engine.whoami(account))
        self._engine.look_now(account.id)
        return checked

    @property
    def _me(self) -> Operator:
        return self._station.acting(self._store.location)

    async def add_account(
        self, kind: Channel, name: str, secret: Mapping[str, str], api_base: str, options: Mapping[str, str]
    ) -> Account:
        """Keep the secret, connect, ask the platform who we are."""
        clean = check_secret(kind, secret)
        return await connect_account(
            self._store, self._secrets, self._whoami, kind, name, clean, self._me, api_base=api_base, options=options
        )

    async def add_by_browser(
        self, kind: Channel, name: str, client: Mapping[str, str], api_base: str, show: Callable[[str], None]
    ) -> Account:
        """Have a person sign in by the browser, then connect."""
        begun = browser_sign_in(kind, self._station.settings, client, api_base=api_base)
        secret = await self._in_browser(begun, show)
        return await connect_account(
            self._store, self._secrets, self._whoami, kind, name, secret, self._me, api_base=api_base
        )

    async def sign_in_again(self, account: AccountId, secret: Mapping[str, str]) -> Account:
        """Replace the secret of an account and check it."""
        known = await self._store.ask(accounts.one, account)
        return await self._signed_in(known, check_secret(known.kind, secret))

    async def sign_in_by_browser(
        self, account: AccountId, client: Mapping[str, str], show: Callable[[str], None]
    ) -> Account:
        """Have a person sign in by the browser, then check."""
        known = await self._store.ask(accounts.one, account)
        former = None if client.get("client_id") else await asyncio.to_thread(self._secrets.account_secret, account)
        begun = browser_sign_in(known.kind, self._station.settings, client, former, api_base=known.api_base)
        return await self._signed_in(known, await self._in_browser(begun, show))

    async def _in_browser(self, begun: BrowserSignIn, show: Callable[[str], None]) -> dict[str, str]:
        """`show` is called in this loop; the waiting is the engine's."""
        here = asyncio.get_running_loop()

        def show_here(address: str) -> None:
            here.call_soon_threadsafe(show, address)

        return await self._in_engine(lambda engine: begun.ask(engine, show_here))

    async def _signed_in(self, account: Account, secret: Mapping[str, str]) -> Account:
        checked = await self._in_engine(lambda engine: engine.sign_in(account, secret))
        self._engine.look_now(account.id)
        return checked

    async def check_account(self, account: AccountId) -> Account:
        """Ask the platform who we are."""
        return await self._whoami(await self._store.ask(accounts.one, account))

    async def remove_account(self, account: AccountId) -> None:
        """Forget the secret, keep the history."""
        await asyncio.to_thread(self._secrets.forget_account, account)
        await self._store.run(accounts.remove, account, self._me)
