"""The seam between the window and the rest: the store's functions awaited, its change hints as a signal in Qt's
thread, background tasks whose errors are shown. A view holds the bridge and nothing else of the house.

What lies outside the store (platforms, keyring, training) reaches the views through the two protocols here; `app`
brings their implementations. Refuses to run anything heavy on the window's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from switchboard_app.log import logger
from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import AccountId, Operator
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.model.trouble import Trouble
from switchboard_app.store.database import EVERYTHING, Store
from switchboard_app.store.station_clock import wall_clock
from switchboard_app.store.transaction import Transaction
from switchboard_app.tasks import TaskGroup

if TYPE_CHECKING:
    from switchboard_app.store.finder import Finder

P = ParamSpec("P")
T = TypeVar("T")

UNDO_MILLIS = 8000
"""For how long an answer or a mail is held back so that it can be undone."""


class Outside(Protocol):
    """What the window may ask of the engine and the keyring; each call runs off the window's thread."""

    def look_now(self, account: AccountId | None = None) -> None:
        """Poll and send soon: somebody waits."""

    async def add_account(
        self, kind: Channel, name: str, secret: Mapping[str, str], api_base: str, options: Mapping[str, str]
    ) -> Account:
        """Keep the secret in the keyring, connect, ask the platform who we are. Raises UserError."""

    async def add_by_browser(
        self, kind: Channel, name: str, client: Mapping[str, str], api_base: str, show: Callable[[str], None]
    ) -> Account:
        """Have a person sign in by the browser, then connect. `show` is told the address to open. Raises UserError."""

    async def sign_in_again(self, account: AccountId, secret: Mapping[str, str]) -> Account:
        """Replace the secret of an account and check it. Raises UserError."""

    async def sign_in_by_browser(
        self, account: AccountId, client: Mapping[str, str], show: Callable[[str], None]
    ) -> Account:
        """Have a person sign in to an account by the browser again, then check. Raises UserError."""

    async def check_account(self, account: AccountId) -> Account:
        """Ask the platform who we are; returns the account with its health. Raises UserError."""

    async def remove_account(self, account: AccountId) -> None:
        """Forget the secret, keep the history. Raises UserError."""


class Caller(Protocol):
    """A call that rings in training, or that a softphone announced."""

    @property
    def number(self) -> str:
        """As it came; empty when withheld."""

    @property
    def name(self) -> str:
        """Empty when unknown."""

    @property
    def script(self) -> tuple[str, ...]:
        """What the caller says, for training; else empty."""


class Telephone(Protocol):
    """Calls that ring."""

    def ringing(self) -> Caller | None:
        """The call that rings now."""

    def accept(self) -> Caller | None:
        """Take the ringing call."""


class Rehearsal(Protocol):
    """Trouble on the simulated platforms of training, by the names of the accounts."""

    def accounts(self) -> Sequence[str]:
        """The accounts whose platform can be troubled."""

    def offers(self, account: str) -> Sequence[Trouble]:
        """What can be played on this account."""

    def now(self, account: str) -> Trouble:
        """What is being played."""

    def play(self, account: str, trouble: Trouble) -> None:
        """Play this from now on, instead of what was played so far."""


class Support(Protocol):
    """How a support bundle is written."""

    def name(self) -> str:
        """What its file might be called."""

    def write(self, file: Path) -> None:
        """Write it; called on another thread. Raises UserError."""


class Bridge(QObject):
    """What every view is given."""

    changed = Signal(object)
    """A frozenset of topics (`queue`, `enquiry:<id>`, `accounts`, `directory`, `outbox`, `person:<id>`)."""
    failed = Signal(object)
    """A UserError that no view took: the window shows it with its next step."""

    def __init__(
        self,
        store: Store,
        me: Operator,
        outside: Outside,
        *,
        resources: Path,
        telephone: Telephone | None = None,
        rehearsal: Rehearsal | None = None,
        support: Support | None = None,
        clock: Callable[[], Millis] = wall_clock,
    ) -> None:
        super().__init__()
        self.store = store
        self.me = me
        self.outside = outside
        self.telephone = telephone
        self.training = telephone is not None
        self.rehearsal = rehearsal
        self.support = support
        self.clock = clock
        self._resources = resources
        self._tasks = TaskGroup(self._task_failed)
        self._finder: tuple[str, Finder] | None = None
        self._ended = False
        store.listen(self._hinted)

    # -- the store -------------------------------------------------------------------------------------------------

    async def run(self, verb: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One write transaction; raises UserError."""
        return await self.store.run(verb, *args, **kwargs)

    async def ask(self, query: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One read; raises UserError."""
        return await self.store.ask(query, *args, **kwargs)

    def _hinted(self, topics: frozenset[str]) -> None:
        """Called on a thread of the store; the signal carries it over."""
        if not self._ended:
            self.changed.emit(topics)

    # -- background work -------------------------------------------------------------------------------------------

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any] | None:
        """Run `work` in the window's loop; a UserError that escapes it is shown, a bug is logged and shown.

        None once `stop` was called: a timer may still fire while the loop ends, and its work would never finish.
        """
        if self._ended:
            work.close()
            return None
        return self._tasks.start(name, work)

    def _task_failed(self, name: str, error: BaseException) -> None:
        if isinstance(error, UserError):
            self.failed.emit(error)
        else:
            logger("ui").error("the task %s failed", name, exc_info=error)
            self.failed.emit(
                UserError(
                    tr("Something went wrong in the program itself."),
                    tr("Nothing that was stored is lost. Tell IT; the log of this station says more."),
                )
            )

    # -- the directory ---------------------------------------------------------------------------------------------

    async def finder(self) -> Finder:
        """The directory, ready to be searched while typing; built anew when it changed."""
        from switchboard_app.model.office import Lesson  # nothing of the directory is needed for the first page
        from switchboard_app.store import directory
        from switchboard_app.store.finder import Finder, read_synonyms

        version = await self.ask(directory.version)
        if self._finder is None or self._finder[0] != version:
            offices = await self.ask(directory.listed)
            learnt = await self.ask(directory.lessons)
            lessons = tuple(Lesson(words, office, weight) for words, office, weight in learnt)
            synonyms = self._resources / "directory" / "synonyms.csv"
            made = await asyncio.to_thread(
                lambda: Finder(offices, lessons=lessons, synonyms=read_synonyms(synonyms.read_bytes()))
            )
            self._finder = (version, made)
        return self._finder[1]

    # -- end -------------------------------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether `stop` was called: nothing may be started any more."""
        return self._ended

    async def stop(self) -> None:
        """Cancel and gather what runs; called before the loop ends, once."""
        self._ended = True
        self.store.forget(self._hinted)
        await self._tasks.stop()


def concerns(topics: frozenset[str], *wanted: str) -> bool:
    """Whether a hint is about one of these topics (or about everything)."""
    return EVERYTHING in topics or not topics.isdisjoint(wanted)
