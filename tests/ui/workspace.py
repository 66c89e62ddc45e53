"""What a test of a view stands on: a real workspace on SQLite, the bridge and the verbs, a clock that is set.

`Workspace` is the fixture `workspace` of `conftest`; tests of views are coroutines (`async def test_…`), which run in
the window's own loop. `until` waits for what the loop still has to do. `Noted` is an honest stand-in for the engine: it
keeps what it was asked and answers as it is told to.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import UserError
from switchboard_app.model.health import Health
from switchboard_app.model.ids import AccountId, Operator, PlatformId
from switchboard_app.model.office_csv import read_directory
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import Millis, parse_iso
from switchboard_app.store import accounts, directory, health, intake
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.store.migrate import upgrade
from switchboard_app.ui.bridge import Bridge, Telephone
from switchboard_app.ui.verbs import Verbs

ROOT = Path(__file__).resolve().parents[2]
ME = Operator("Marco Lüthi")
CONSENT = "https://x.com/i/oauth2/authorize?response_type=code&state=s"
"""What the platform's page for signing in is called in tests."""


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, now: str = "2026-11-20T09:48:00+01:00") -> None:
        self.now = parse_iso(now)

    def __call__(self) -> Millis:
        return self.now

    def set(self, moment: str) -> None:
        """Stand at this moment (ISO 8601; without zone: Basel)."""
        self.now = parse_iso(moment)

    def forward(self, millis: int) -> None:
        """Go on by so much."""
        self.now = Millis(self.now + millis)


@dataclass
class Noted:
    """Stands in for engine and keyring: keeps the calls; `refuse` makes the next ones raise, `hold` makes them wait."""

    store: Store
    calls: list[tuple[str, object]] = field(default_factory=list)
    refuse: UserError | None = None
    hold: asyncio.Event | None = None
    health: tuple[Health, str] | None = None
    """How the next account that is connected or signed in to turns out."""

    def look_now(self, account: AccountId | None = None) -> None:
        self.calls.append(("look_now", account))

    async def _asked(self, name: str, what: object) -> None:
        self.calls.append((name, what))
        if self.hold is not None:
            await self.hold.wait()
        if self.refuse is not None:
            raise self.refuse

    async def add_account(
        self, kind: Channel, name: str, secret: Mapping[str, str], api_base: str, options: Mapping[str, str]
    ) -> Account:
        await self._asked("add_account", (kind, name, dict(secret), api_base, dict(options)))
        account = await self.store.run(accounts.add, kind, name, ME, api_base=api_base, options=options)
        if self.health is not None:
            await self.store.run(health.put, account.id, *self.health)
        return await self.store.ask(accounts.one, account.id)

    async def add_by_browser(
        self, kind: Channel, name: str, client: Mapping[str, str], api_base: str, show: Callable[[str], None]
    ) -> Account:
        show(CONSENT)
        await self._asked("add_by_browser", (kind, name, dict(client), api_base))
        return await self.store.run(accounts.add, kind, name, ME, api_base=api_base)

    async def sign_in_by_browser(
        self, account: AccountId, client: Mapping[str, str], show: Callable[[str], None]
    ) -> Account:
        show(CONSENT)
        await self._asked("sign_in_by_browser", (account, dict(client)))
        return await self.store.ask(accounts.one, account)

    async def sign_in_again(self, account: AccountId, secret: Mapping[str, str]) -> Account:
        await self._asked("sign_in_again", (account, dict(secret)))
        return await self.store.ask(accounts.one, account)

    async def check_account(self, account: AccountId) -> Account:
        await self._asked("check_account", account)
        return await self.store.ask(accounts.one, account)

    async def remove_account(self, account: AccountId) -> None:
        await self._asked("remove_account", account)
        await self.store.run(accounts.remove, account, ME)


class Workspace:
    """A workspace that a window could have open, and ways to fill it through the store's own functions."""

    def __init__(self, folder: Path, telephone: Telephone | None = None) -> None:
        self.clock = Clock()
        location = embedded(folder / "workspace.db")
        upgrade(location)
        self.store = Store(location, clock=self.clock)
        self.outside = Noted(self.store)
        self.bridge = Bridge(
            self.store, ME, self.outside, resources=ROOT / "resources", telephone=telephone, clock=self.clock
        )
        self.verbs = Verbs(self.bridge)
        self._numbers = itertools.count(1)

    def connect(self, kind: Channel, name: str) -> Account:
        """An account without a secret."""
        return self.store.write(accounts.add, kind, name, ME)

    def receive(self, account: Account, person: str, text: str, at: Millis | None = None) -> RemoteMessage:
        """A message of a citizen, as the poller would store it; one thread for each name."""
        number = next(self._numbers)
        sender = RemotePerson(PlatformId(f"p-{person}"), person)
        thread = RemoteThread(PlatformId(f"t-{person}"), sender)
        message = RemoteMessage(
            PlatformId(f"m-{number}"), thread.platform_id, sender, False, text, self.clock.now if at is None else at
        )
        batch = Batch((thread,), (message,), {"at": str(number)}, complete=True)
        self.store.write(intake.ingest, account, batch)
        return message

    def import_directory(self) -> None:
        """The sample directory for Basel-Stadt."""
        raw = (ROOT / "resources" / "directory" / "basel-stadt-sample.csv").read_bytes()
        self.store.write(directory.replace, read_directory(raw), ME)

    async def rest(self) -> None:
        """Stop what the bridge started; it starts nothing any more."""
        if not self.bridge.ended:
            await self.bridge.stop()

    async def close(self) -> None:
        """Stop what the bridge started, then close the store."""
        await self.rest()
        await asyncio.to_thread(self.store.close)


async def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Let the loop go on until the condition holds; fails after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is about widgets, which know no asyncio.Event
            await asyncio.sleep(0.005)
