"""The life of the window: what stands in the way of the workspace, the workspace, its end.

Runs in the window's loop; everything that may wait (keyring, disk, migrations) is awaited on another thread. Implements
what the first-start pages ask for (`ui.first_start.Beginnings`).
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from switchboard_app.app.station import Station
from switchboard_app.app.support import BundleOfStation
from switchboard_app.config import StationSettings, save_settings
from switchboard_app.log import logger
from switchboard_app.model.errors import ExitCode, Unreachable, UserError
from switchboard_app.model.language import tr
from switchboard_app.store.database import Store
from switchboard_app.store.location import Location
from switchboard_app.ui.bridge import Bridge, Outside, Rehearsal, Telephone
from switchboard_app.ui.main_window import MainWindow
from switchboard_app.ui.page_window import PageWindow, bring_forward
from switchboard_app.ui.single import CALL
from switchboard_app.ui.verbs import Verbs

if TYPE_CHECKING:
    from switchboard_app.sync.thread import EngineThread
    from switchboard_app.ui.first_start import FirstStart
    from switchboard_app.ui.no_entry import NoEntry

ENGINE_AFTER_MILLIS, ENGINE_AT_LATEST_MILLIS = 150, 5000
"""The engine starts when the first page stands: its imports cost more than the window. A machine that takes longer to
show the page than the second number starts it all the same."""
PROMPT_SECONDS = 3.0
"""An engine that has not ended after this long may wait for the keyring, which nobody answers any more."""
WAIT_NOTICE_SECONDS = 1.5
"""A workspace that takes longer to open says what it waits for."""


@dataclass(slots=True)
class Open:
    """An open workspace and what lives on it."""

    store: Store
    telephone: Telephone | None
    rehearsal: Rehearsal | None
    connect: Callable[[], tuple[EngineThread, Outside]]
    close: Callable[[], None]
    """Lets go of the store and of what training keeps beside it."""
    engine: EngineThread | None = None
    bridge: Bridge | None = None


@dataclass(slots=True)
class LateOutside:
    """The engine before it runs: a wish is kept until it does."""

    start: Callable[[], Outside]
    real: Outside | None = field(default=None)
    _one: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> Outside:
        """Start the engine, unless it runs; on any thread."""
        with self._one:
            if self.real is None:
                self.real = self.start()
            return self.real

    def __getattr__(self, name: str) -> object:
        return getattr(self.begin(), name)


class StationRoom:
    """What the window may know and change of this station (`ui.window_state.WindowSettings`)."""

    def __init__(self, station: Station, state_file: Path, workspace_name: str) -> None:
        self._station = station
        self.state_file = state_file
        self.workspace_name = workspace_name

    @property
    def secrets(self) -> StationRoom:
        """Where the password of the mail server lies."""
        return self

    def current(self) -> StationSettings:
        """The settings in force."""
        return self._station.settings

    def save(self, new: StationSettings) -> None:
        """Store them; called on another thread. Raises UserError."""
        save_settings(self._station.folder, new)
        self._station.settings = new

    async def keep_mail_password(self, user: str, password: str) -> None:
        """Keep the mail server's password in the keyring."""
        await asyncio.to_thread(self._station.credentials.keep_mail_password, user, password)


class Life(QObject):
    """One run of the window."""

    def __init__(self, station: Station, workspace: str, *, training: bool) -> None:
        super().__init__()
        self._station = station
        self._given = workspace
        self._training = training
        self._ended = asyncio.Event()
        self._window: QWidget | None = None
        self._former: QWidget | None = None
        """The page that stood in the way. It stays, hidden: a step of it may still be under way."""
        self._main: MainWindow | None = None
        self._open: Open | None = None
        self._engine_begins: asyncio.Task[None] | None = None
        self._closing = False
        self._engine_clock = QTimer(self)
        self._engine_clock.setSingleShot(True)

    async def live(self) -> int:
        """Open, show, wait for the end, close. Returns the exit code."""
        opening = asyncio.ensure_future(self._begin())
        ended = asyncio.ensure_future(self._ended.wait())
        await asyncio.wait((opening,), timeout=WAIT_NOTICE_SECONDS)
        if not opening.done():
            self._show_waiting()
            await asyncio.wait((opening, ended), return_when=asyncio.FIRST_COMPLETED)
        if opening.done():
            opening.result()  # anything but a UserError is a bug
        await ended
        opening.cancel()
        if self._main is not None:
            await self._main.save_typed()
        await self._close()
        return ExitCode.DONE

    async def _begin(self) -> None:
        try:
            await self.open_workspace()
        except UserError as problem:
            self._show_obstacle(problem)

    def told(self, message: str) -> None:
        """What another start of the program wants: raise the window, or note a call."""
        window = self._main or self._window
        if window is None:
            return
        bring_forward(window)
        if message.startswith(CALL) and self._main is not None:
            self._main.take_call(message.removeprefix(CALL))

    # -- beginnings (ui.first_start) -------------------------------------------------------------------------------

    @property
    def _location(self) -> Location:
        return self._station.location(self._given)

    async def create_workspace(self) -> str:
        """Make an encrypted workspace and open it; returns its recovery key."""
        from switchboard_app.app.workspace import create

        recovery = await asyncio.to_thread(create, self._station, self._location)
        self._open = await asyncio.to_thread(self._real)
        bridge = self._bridge(self._open)
        if (page := self._first_start()) is not None:
            page.attach(bridge)
        return recovery

    async def open_workspace(self) -> None:
        """Open the workspace that is there and show it."""
        self._open = await asyncio.to_thread(self._trained if self._training else self._real)
        self._show_main()

    async def restore_workspace(self, recovery_key: str) -> None:
        """Bring its key back and open it."""
        from switchboard_app.app.workspace import restore

        path = self._location.path
        assert path is not None
        await asyncio.to_thread(restore, self._station, self._location, path, recovery_key)
        await self.open_workspace()

    def start_training(self) -> None:
        """Open training mode beside this program: a process of its own, with a workspace of its own."""
        import subprocess

        subprocess.Popen([sys.executable, "-m", "switchboard_app", "--training"], close_fds=True)

    # -- opening ---------------------------------------------------------------------------------------------------

    def _real(self) -> Open:
        from switchboard_app.app.workspace import open_store

        store = open_store(self._station, self._location)

        def connect() -> tuple[EngineThread, Outside]:
            from switchboard_app.app.outside import EngineOutside, surroundings
            from switchboard_app.sync.engine import Engine
            from switchboard_app.sync.thread import EngineThread

            engine = EngineThread(lambda: Engine(store, surroundings(self._station)))
            engine.start()
            return engine, EngineOutside(store, engine, self._station, self._station.credentials)

        return Open(store, None, None, connect, store.close)

    def _trained(self) -> Open:
        from switchboard_app.app.training import Training

        training = Training(self._station)

        def connect() -> tuple[EngineThread, Outside]:
            from switchboard_app.app.outside import EngineOutside
            from switchboard_app.sync.thread import EngineThread

            engine = EngineThread(training.engine)
            engine.start()
            engine.submit(lambda _engine: training.play())
            return engine, EngineOutside(training.store, engine, self._station, training.secrets)

        return Open(training.store, training.telephone, training.rehearsal, connect, training.close)

    def _bridge(self, opened: Open) -> Bridge:
        if opened.bridge is None:
            outside = LateOutside(lambda: self._start_engine(opened))
            opened.bridge = Bridge(
                opened.store,
                self._station.acting(opened.store.location),
                outside,  # type: ignore[arg-type]  # hands every call on to the real one
                resources=self._station.resources,
                telephone=opened.telephone,
                rehearsal=opened.rehearsal,
                support=BundleOfStation(self._station, opened.store),
            )
            bridge = opened.bridge
            self._engine_clock.timeout.connect(lambda: self._begin_engine(bridge, outside))
            self._engine_clock.start(ENGINE_AT_LATEST_MILLIS)
        return opened.bridge

    def _begin_engine(self, bridge: Bridge, outside: LateOutside) -> None:
        """Load and start the engine beside the window's thread."""

        async def begin() -> None:
            await asyncio.to_thread(_load_engine)
            if not self._closing:
                await asyncio.to_thread(outside.begin)  # it makes a TLS context

        self._engine_begins = bridge.start("start the engine", begin())

    def _start_engine(self, opened: Open) -> Outside:
        opened.engine, outside = opened.connect()
        return outside

    # -- showing ---------------------------------------------------------------------------------------------------

    def _show_main(self) -> None:
        assert self._open is not None
        bridge = self._bridge(self._open)
        name = "training" if self._training else "window"
        room = StationRoom(
            self._station,
            self._station.folder / f"{name}.json",
            tr("Training") if self._training else _short(self._location),
        )
        self._main = MainWindow(bridge, Verbs(bridge), room)
        self._main.closing.connect(self._ended.set)
        self._main.first_page.painted.connect(self._first_page)
        self._main.show()
        if (page := self._first_start()) is not None:
            page.finished.disconnect(self._show_main)
        if isinstance(self._window, PageWindow):
            self._window.replace()
        self._window, self._former = None, self._window

    def _first_page(self) -> None:
        self._engine_clock.start(ENGINE_AFTER_MILLIS)

    def _show_obstacle(self, problem: UserError) -> None:
        """First start, or why the workspace cannot be opened, with the way on."""
        from switchboard_app.app.workspace import NoWorkspace
        from switchboard_app.ui.first_start import FirstStart
        from switchboard_app.ui.no_entry import NoEntry

        if isinstance(problem, NoWorkspace):
            begin = FirstStart(self, self._station.resources)
            begin.finished.connect(self._show_main)
            self._show_page(begin)
        elif (page := self._no_entry()) is not None:
            page.say(problem)
        else:
            logger("app").info("the workspace cannot be opened: %s", type(problem).__name__)
            self._show_page(NoEntry(self, problem))

    def _show_waiting(self) -> None:
        """The keyring may wait behind its own window, and a migration takes its time: nobody is left without a word."""
        from switchboard_app.ui.no_entry import NoEntry

        asked = tr("The keyring is being asked. It may show a window for its password.")
        what = asked if self._location.embedded and not self._training else tr("One moment, please.")
        self._show_page(NoEntry(self, Unreachable(what), waiting=True))

    def _show_page(self, page: QWidget) -> None:
        former, self._window = self._window, PageWindow(page)
        self._window.closed.connect(self._ended.set)
        self._window.show()
        if isinstance(former, PageWindow):
            former.replace()

    def _page(self) -> QWidget | None:
        return self._window.page if isinstance(self._window, PageWindow) else None

    # The pages that may stand in the way are not loaded before one of them does: a usual start shows none.

    def _first_start(self) -> FirstStart | None:
        page = self._page()
        if page is None:
            return None
        from switchboard_app.ui.first_start import FirstStart

        return page if isinstance(page, FirstStart) else None

    def _no_entry(self) -> NoEntry | None:
        page = self._page()
        if page is None:
            return None
        from switchboard_app.ui.no_entry import NoEntry

        return page if isinstance(page, NoEntry) else None

    # -- end -------------------------------------------------------------------------------------------------------

    async def _close(self) -> None:
        """Stop the window's tasks, let the engine finish its send, close the store."""
        self._closing = True
        self._engine_clock.stop()  # whoever closes at once ends before the engine began
        if self._engine_begins is not None:
            await asyncio.gather(self._engine_begins, return_exceptions=True)  # its error was told
        page, opened = self._no_entry() or self._first_start(), self._open
        if page is not None:
            await page.stop()
        if opened is None:
            self._station.credentials.give_up()
            return
        if opened.bridge is not None:
            await opened.bridge.stop()
        if opened.engine is not None:
            stopping = asyncio.ensure_future(asyncio.to_thread(opened.engine.stop))
            await asyncio.wait({stopping}, timeout=PROMPT_SECONDS)
            self._station.credentials.give_up()  # the engine may wait behind a prompt of the keyring
            await stopping
        self._station.credentials.give_up()
        await asyncio.to_thread(opened.close)


def _load_engine() -> None:
    """Load what the engine is made of; never on the window's thread."""
    import switchboard_app.app.outside
    import switchboard_app.sync.engine
    import switchboard_app.sync.thread  # noqa: F401 - loaded here, used where the engine is made


def _short(location: Location) -> str:
    return tr("This workstation") if location.path is not None else tr("Shared workspace")
