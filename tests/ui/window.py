"""The main window for its tests: furnished, on a workspace of the test, with the station's settings in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from switchboard_app.config import StationSettings
from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import EnquiryId
from switchboard_app.ui.main_window import MainWindow
from tests.ui.workspace import Workspace, until

MINUTE = 60_000


@dataclass
class Keyring:
    """Where a mail password would go."""

    kept: list[tuple[str, str]] = field(default_factory=list)

    async def keep_mail_password(self, user: str, password: str) -> None:
        self.kept.append((user, password))


@dataclass
class Station:
    """What the assembly hands to the window."""

    state_file: Path
    workspace_name: str = "Lokal"
    secrets: Keyring = field(default_factory=Keyring)
    settings: StationSettings = field(default_factory=StationSettings)

    def current(self) -> StationSettings:
        return self.settings

    def save(self, new: StationSettings) -> None:
        self.settings = new


_made: list[MainWindow] = []


def forget_windows() -> None:
    """Let go of the windows that `opened` made, when nothing of the test runs any more; `conftest` deletes them."""
    _made.clear()


def page_of_twelve(workspace: Workspace) -> Account:
    """Twelve enquiries on a page."""
    made = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    for number in range(12):
        workspace.receive(made, f"Person {number:02}", f"Vor dem Haus {number} ist ein Schlagloch")
        workspace.clock.forward(MINUTE)
    return made


@asynccontextmanager
async def opened(
    workspace: Workspace, station: Station, size: tuple[int, int] = (1440, 900)
) -> AsyncIterator[MainWindow]:
    """The window, furnished."""
    window = MainWindow(workspace.bridge, workspace.verbs, station)
    _made.append(window)
    window.resize(*size)
    window.show()
    window.activateWindow()
    try:
        await until(lambda: window._palette is not None and window.views._known)
        yield window
    finally:
        window.close()
        await window.save_typed()


def press(widget: QWidget, key: Qt.Key, words: str = "") -> None:
    """Press and let go of a key where the keyboard is, shortcuts included."""
    plain = Qt.KeyboardModifier.NoModifier
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, plain, words))


def enquiry(window: MainWindow, place: int) -> EnquiryId:
    row = window.queue.model.row(place)
    assert row is not None
    return row.id


async def at_rest(window: MainWindow) -> None:
    """The conversation has read its enquiry."""
    await until(lambda: window.conversation().enquiry() is not None)
