"""Training mode: an embedded workspace of its own, simulated platforms in the process, nothing can leave.

The real connectors speak to the simulated page and account through httpx's ASGI transport: every host that is not
simulated is refused. The store is plain, because its citizens are invented; no keyring is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from switchboard_app.app.station import Station
from switchboard_app.log import logger
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import Operator
from switchboard_app.model.office_csv import read_directory
from switchboard_app.store import accounts, desk, directory, migrate
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.store.station_clock import wall_clock
from switchboard_app.store.transaction import Transaction
from switchboard_app.sync.connector import Clock, Connector, Grant, Meter
from switchboard_app.sync.email.inside import InsideEmail
from switchboard_app.sync.engine import Engine, Surroundings
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.inside import OnlyInside
from switchboard_app.training.calls import CallBoard
from switchboard_app.training.cases import load_cases
from switchboard_app.training.director import Director
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.instagram import SimulatedInstagram
from switchboard_app.training.journal import Journal
from switchboard_app.training.mailbox import OfficeWord, TrainingPost
from switchboard_app.training.mailroom import SimulatedMailbox
from switchboard_app.training.mastodon import SimulatedMastodon
from switchboard_app.training.pace import TrainingTime
from switchboard_app.training.rehearsal import Place, Rehearsal
from switchboard_app.training.x import SimulatedX

PAGE_NAME = "Rathaus Basel"
HANDLE_NAME = "Kanton Basel-Stadt"
PAGE_BASE = "https://facebook.training.invalid"
HANDLE_BASE = "https://x.training.invalid"
INSTAGRAM_NAME = "Kanton Basel-Stadt (Instagram)"
INSTAGRAM_BASE = "https://instagram.training.invalid"
MASTODON_NAME = "Kanton Basel-Stadt (Mastodon)"
MASTODON_BASE = "https://mastodon.training.invalid"
MAILBOX_NAME = "Telefonzentrale"
SENDER = "telefonzentrale@training.invalid"
_OFFICES = Operator("training")


class InventedSecrets:
    """The tokens of the simulated platforms, kept in memory (`sync.renewal.Secrets`)."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}
        self._former: dict[str, dict[str, str]] = {}

    def account_secret(self, account: str) -> dict[str, str] | None:
        """The token of a simulated account."""
        return self._known.get(account)

    def keep_account_secret(self, account: str, secret: Mapping[str, str]) -> None:
        """Keep a token until the program ends."""
        if account in self._known:
            self._former[account] = self._known[account]
        self._known[account] = dict(secret)

    def former_secret(self, account: str) -> dict[str, str] | None:
        """The token before the one in use."""
        return self._former.get(account)

    def secret_proved(self, account: str) -> None:
        """The token in use works."""
        self._former.pop(account, None)

    def take_back_secret(self, account: str) -> None:
        """The former token is in use again."""
        if account in self._former:
            self._known[account] = self._former.pop(account)

    def forget_account(self, account: str) -> None:
        """Forget a token."""
        self._known.pop(account, None)
        self._former.pop(account, None)


@dataclass(frozen=True, slots=True)
class TrainingCaller:
    """A call that rings, as the window's banner wants it."""

    number: str
    name: str
    script: tuple[str, ...]


class TrainingTelephone:
    """`ui.bridge.Telephone` over the call board."""

    def __init__(self, board: CallBoard) -> None:
        self._board = board

    def ringing(self) -> TrainingCaller | None:
        """The call that rings now."""
        call = self._board.ringing(wall_clock())
        return None if call is None else TrainingCaller(call.call.number, call.call.caller, tuple(call.call.lines))

    def accept(self) -> TrainingCaller | None:
        """Take it; the line is free again at once, because the trainee decides how long the talk is."""
        call = self._board.accept()
        self._board.hang_up()
        return None if call is None else TrainingCaller(call.call.number, call.call.caller, tuple(call.call.lines))


class Training:
    """Everything training needs besides the window."""

    def __init__(self, station: Station, folder: Path | None = None) -> None:
        self.folder = folder or station.folder / "training"
        self.folder.mkdir(parents=True, exist_ok=True)
        location = embedded(self.folder / "workspace.db")
        migrate.upgrade(location)
        with contextlib.ExitStack() as opened:
            self.store = Store(location)
            opened.callback(self.store.close)
            journal = Journal(self.folder / "platforms.jsonl", wall_clock())
            opened.callback(journal.close)
            self._play_on(station, journal)
            self._opened = opened.pop_all()

    def _play_on(self, station: Station, journal: Journal) -> None:
        """Platforms, citizens and offices, where the last run left them."""
        time = TrainingTime(wall_clock, journal=journal)
        cases = load_cases(station.resources / "training")
        self.facebook = SimulatedFacebook(wall_clock, journal=journal)
        self.x = SimulatedX(wall_clock, journal=journal)
        self.instagram = SimulatedInstagram(wall_clock, journal=journal)
        self.mastodon = SimulatedMastodon(wall_clock, journal=journal)
        self.mailbox = SimulatedMailbox(wall_clock, journal=journal)
        stages = (self.facebook, self.x, self.instagram, self.mastodon, self.mailbox)
        self.director = Director(stages, cases, wall_clock, time=time)
        self.post = TrainingPost(wall_clock)
        self.telephone = TrainingTelephone(CallBoard(cases, wall_clock, time=time))
        played = (
            (PAGE_NAME, PAGE_BASE, self.facebook),
            (HANDLE_NAME, HANDLE_BASE, self.x),
            (INSTAGRAM_NAME, INSTAGRAM_BASE, self.instagram),
            (MASTODON_NAME, MASTODON_BASE, self.mastodon),
        )
        self.inside = OnlyInside({base: platform.app for _, base, platform in played})
        self.rehearsal = Rehearsal(
            {name: Place(platform, partial(self.inside.cut_off, base)) for name, base, platform in played}
        )
        self.secrets = InventedSecrets()
        self.store.write(_furnish, station.operator, (station.resources / "directory" / "basel-stadt-sample.csv"))
        tokens = {Channel(platform.kind): platform.token for _, _, platform in played}
        tokens[Channel.EMAIL] = self.mailbox.token
        for account in self.store.read(accounts.listed):
            self.secrets.keep_account_secret(account.id, {"access_token": tokens[account.kind]})

    def close(self) -> None:
        """Let go of the workspace and of the platforms' record; the engine has stopped before."""
        self._opened.close()

    def surroundings(self) -> Surroundings:
        """What the engine is given instead of the network."""
        box = self.mailbox

        def mailbox(_grant: Grant, _door: HttpDoor, _meter: Meter, clock: Clock) -> Connector:
            return InsideEmail(box, clock)  # a real one would leave the process

        instead = {Channel.EMAIL: mailbox}
        return Surroundings(self.secrets, self.post, SENDER, transport=self.inside, instead=instead)

    def engine(self) -> Engine:
        """The engine over the simulated platforms; make it in its loop."""
        return Engine(self.store, self.surroundings())

    async def play(self) -> None:
        """Let citizens write and offices answer, once a second, until cancelled. Runs in the engine's loop."""
        while True:
            self.director.advance()
            for word in self.post.office_words(wall_clock()):
                await self._enter(word)
            await asyncio.sleep(1)

    async def _enter(self, word: OfficeWord) -> None:
        """What a simulated office says is entered as an operator would enter it."""
        with contextlib.suppress(UserError):  # withdrawn meanwhile: the office's word has no forwarding any more
            await self.store.run(_office_word, word)
            logger("training").info("an office said %s", word.kind)


def _furnish(tx: Transaction, by: Operator, sample: Path) -> None:
    """The accounts and the sample directory, at the first start."""
    known = {account.name for account in accounts.listed(tx)}
    if PAGE_NAME not in known:
        accounts.add(tx, Channel.FACEBOOK, PAGE_NAME, by, api_base=PAGE_BASE, options={"poll_seconds": "10"})
    if HANDLE_NAME not in known:
        accounts.add(tx, Channel.X, HANDLE_NAME, by, api_base=HANDLE_BASE)
    if INSTAGRAM_NAME not in known:
        accounts.add(tx, Channel.INSTAGRAM, INSTAGRAM_NAME, by, api_base=INSTAGRAM_BASE, options={"poll_seconds": "10"})
    if MASTODON_NAME not in known:
        accounts.add(tx, Channel.MASTODON, MASTODON_NAME, by, api_base=MASTODON_BASE, options={"poll_seconds": "10"})
    if MAILBOX_NAME not in known:
        accounts.add(tx, Channel.EMAIL, MAILBOX_NAME, by, options={"poll_seconds": "10"})
    if not directory.version(tx):
        directory.replace(tx, read_directory(sample.read_bytes()), by)


def _office_word(tx: Transaction, word: OfficeWord) -> None:
    forwarding = desk.awaited(tx, word.reference, word.office)
    if forwarding is not None:
        desk.office_word(tx, forwarding, word.kind, word.text, _OFFICES)
