"""Where the pictures are taken: a copy of the sample workspace with a window on it, a clock that stands, no outside.

A stage is made for one picture series and struck afterwards; the prepared workspace file is never touched. Called by
`screenshots` and its views.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from switchboard_app.config import StationSettings
from switchboard_app.model.account import Account
from switchboard_app.model.errors import Refused, UserError
from switchboard_app.model.health import Health
from switchboard_app.model.ids import AccountId
from switchboard_app.model.language import language_in_use, tr
from switchboard_app.model.office_csv import read_directory
from switchboard_app.model.trouble import Trouble
from switchboard_app.store import accounts, directory, health
from switchboard_app.store.database import Store
from switchboard_app.store.location import Location, embedded
from switchboard_app.store.migrate import upgrade
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.main_window import MainWindow
from switchboard_app.ui.sample_workspace import ME, Filled, SetClock, fill
from switchboard_app.ui.verbs import Verbs

_FRAME = 0.12
_ALIKE = 3
_LONGEST = 6.0


class NobodyOutside:
    """No engine and no keyring: a picture asks for neither."""

    def look_now(self, account: AccountId | None = None) -> None:
        """Nobody is there to look."""

    async def add_account(self, *_asked: object) -> Account:
        """Refuses: pictures reach nothing."""
        raise _nothing()

    async def sign_in_again(self, *_asked: object) -> Account:
        """Refuses: pictures reach nothing."""
        raise _nothing()

    async def add_by_browser(self, *_asked: object) -> Account:
        """Refuses: pictures reach nothing."""
        raise _nothing()

    async def sign_in_by_browser(self, *_asked: object) -> Account:
        """Refuses: pictures reach nothing."""
        raise _nothing()

    async def check_account(self, *_asked: object) -> Account:
        """Refuses: pictures reach nothing."""
        raise _nothing()

    async def remove_account(self, *_asked: object) -> None:
        """Refuses: pictures reach nothing."""
        raise _nothing()


def _nothing() -> Refused:
    return Refused(tr("Pictures reach nothing."))


@dataclass(frozen=True, slots=True)
class PictureCaller:
    """Somebody who rings in a picture."""

    number: str = "061 555 12 34"
    name: str = "Rosmarie Thommen"
    script: tuple[str, ...] = (
        "Grüezi, Thommen. Ich habe eine Frage wegen dem Trottoir.",
        "Bei uns an der Bruderholzallee heben die Baumwurzeln die Platten an, und gestern bin ich gestolpert.",
    )


class PictureTelephone:
    """Rings until somebody accepts."""

    def __init__(self) -> None:
        self._caller: PictureCaller | None = PictureCaller()

    def ringing(self) -> PictureCaller | None:
        """The call that rings now."""
        return self._caller

    def accept(self) -> PictureCaller | None:
        """Take it."""
        taken, self._caller = self._caller, None
        return taken


class PictureRehearsal:
    """Trouble that is only chosen; `ui.bridge.Rehearsal`."""

    def __init__(self) -> None:
        self._played = {"Rathaus Basel": Trouble.ANSWER_LOST, "Kanton Basel-Stadt": Trouble.NONE}

    def accounts(self) -> Sequence[str]:
        """The accounts of the sample."""
        return tuple(self._played)

    def offers(self, _account: str) -> Sequence[Trouble]:
        """Everything."""
        return tuple(Trouble)

    def now(self, account: str) -> Trouble:
        """What was chosen."""
        return self._played[account]

    def play(self, account: str, trouble: Trouble) -> None:
        """Choose."""
        self._played[account] = trouble


@dataclass(slots=True)
class PictureStation:
    """What the window may know of its station (`window_state.WindowSettings`)."""

    state_file: Path
    workspace_name: str = field(default_factory=lambda: tr("This workstation"))
    settings: StationSettings = field(default_factory=StationSettings)

    @property
    def secrets(self) -> PictureStation:
        """Where the password of the mail server would lie."""
        return self

    def current(self) -> StationSettings:
        """What is in force."""
        return self.settings

    def save(self, new: StationSettings) -> None:
        """Remember it."""
        self.settings = new

    async def keep_mail_password(self, *_asked: object) -> None:
        """Refuses: pictures reach nothing."""
        raise _nothing()


@dataclass(frozen=True, slots=True)
class Prepared:
    """The workspaces that stages are copies of."""

    busy: Path
    quiet: Path
    filled: Filled
    resources: Path


def prepare(folder: Path, resources: Path) -> Prepared:
    """Make a busy workspace (the sample) and a quiet one (accounts and directory, no enquiry)."""
    clock = SetClock()
    busy, quiet = folder / "busy.db", folder / "quiet.db"
    store = _fresh(embedded(busy), clock)
    filled = fill(store, clock, resources)
    store.close()
    store = _fresh(embedded(quiet), clock)
    raw = (resources / "directory" / "basel-stadt-sample.csv").read_bytes()
    store.write(directory.replace, read_directory(raw), ME)
    for account in filled.accounts.values():
        made = store.write(accounts.add, account.kind, account.name, ME)
        store.write(health.put, made.id, Health.OK)
    store.close()
    return Prepared(busy, quiet, filled, resources)


def _fresh(location: Location, clock: SetClock) -> Store:
    upgrade(location)
    return Store(location, clock=clock)


class Stage:
    """A window on a copy of a prepared workspace."""

    def __init__(self, prepared: Prepared, source: Path, folder: Path, *, ringing: bool = False) -> None:
        self.prepared = prepared
        self.clock = SetClock()
        path = folder / "workspace.db"
        shutil.copyfile(source, path)
        self.store = Store(embedded(path), clock=self.clock)
        self.station = PictureStation(folder / "window.json")
        self.station.settings = StationSettings(
            language=language_in_use(),
            theme=look.chosen().value,
            text_scale=round(look.scale() * 100),
            mail_host="mail.example.org",
            mail_user="telefonzentrale",
            mail_sender="telefonzentrale@example.org",
        )
        self.bridge = Bridge(
            self.store,
            ME,
            NobodyOutside(),
            resources=prepared.resources,
            telephone=PictureTelephone() if ringing else None,
            rehearsal=PictureRehearsal() if ringing else None,
            clock=self.clock,
        )
        self.verbs = Verbs(self.bridge)
        self._troubles: list[UserError] = []
        self.bridge.failed.connect(self._troubles.append)
        self.verbs.refused.connect(self._troubles.append)
        self.window = MainWindow(self.bridge, self.verbs, self.station)

    def check(self) -> None:
        """Raise what went wrong in the window since it was opened: a picture of that would be of no use."""
        if self._troubles:
            raise self._troubles[0]

    async def strike(self) -> None:
        """Take the window away and close the workspace."""
        await self.window.save_typed()
        self.window.hide()
        await self.bridge.stop()
        await asyncio.to_thread(self.store.close)
        self.window.deleteLater()
        await asyncio.sleep(0)


async def settled(widget: QWidget) -> QImage:
    """The picture of a widget once nothing moves in it any more: looks a moment apart are the same."""
    waited = 0.0
    before = QImage()
    alike = 0
    while waited < _LONGEST:
        await asyncio.sleep(_FRAME)
        waited += _FRAME
        now = widget.grab().toImage()
        alike = alike + 1 if now == before else 0
        if alike >= _ALIKE:
            return now
        before = now
    return before
