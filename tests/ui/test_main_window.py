"""The main window put together: the queue first, keys that reach what they say, and everything as it was left."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.config import StationSettings
from switchboard_app.model.account import Account, Channel
from switchboard_app.model.enquiry import EnquiryState, View
from switchboard_app.model.errors import Refused, UserError
from switchboard_app.model.ids import EnquiryId
from switchboard_app.store import timeline
from switchboard_app.ui import look
from switchboard_app.ui.keys import Action
from switchboard_app.ui.main_window import MainWindow
from switchboard_app.ui.panes import Stage
from switchboard_app.ui.sidebar import Choice
from switchboard_app.ui.tab_order import in_reading_order
from switchboard_app.ui.window_state import load_state
from tests.ui.workspace import ME, Workspace, until

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


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "window.json")


@pytest.fixture
def page(workspace: Workspace) -> Account:
    """Twelve enquiries on a page."""
    made = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    for number in range(12):
        workspace.receive(made, f"Person {number:02}", f"Vor dem Haus {number} ist ein Schlagloch")
        workspace.clock.forward(MINUTE)
    return made


_made: list[MainWindow] = []


@pytest.fixture(autouse=True)
def windows() -> Iterator[None]:
    """Windows that `opened` made go when nothing of the test runs any more."""
    yield
    for window in _made:
        window.deleteLater()
    _made.clear()


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


# -- the start ------------------------------------------------------------------------------------------------------


def test_what_the_first_page_does_not_need_is_not_loaded() -> None:
    code = (
        "import sys, switchboard_app.ui.main_window\n"
        "late = ('httpx', 'keyring', 'qasync', 'aiosmtplib', 'starlette', 'holidays', 'PySide6.QtNetwork',"
        " 'switchboard_app.ui.conversation', 'switchboard_app.ui.phone_note', 'switchboard_app.ui.settings_sheet',"
        " 'switchboard_app.ui.palette', 'switchboard_app.ui.health_page')\n"
        "print([name for name in late if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


async def test_the_queue_comes_first(workspace: Workspace, page: Account, station: Station) -> None:
    window = MainWindow(workspace.bridge, workspace.verbs, station)
    window.show()
    assert window._conversation is None
    assert window._palette is None
    await until(window.queue.model.ready)
    assert window.queue.model.row(0) is not None
    await until(lambda: window._palette is not None)
    assert window.windowTitle() == "Switchboard"
    assert window.queue.view.hasFocus() or not window.isActiveWindow()
    window.close()
    window.deleteLater()


# -- opening and acting ---------------------------------------------------------------------------------------------


async def test_a_row_opens_beside_the_queue(workspace: Workspace, page: Account, station: Station) -> None:
    async with opened(workspace, station) as window:
        window.act(Action.NEXT)
        await at_rest(window)
        assert window.conversation().current() == enquiry(window, 0)
        window.act(Action.NEXT)
        await until(lambda: window.conversation().current() == enquiry(window, 1))


async def test_keys_reach_the_open_enquiry(workspace: Workspace, page: Account, station: Station, qtbot: QtBot) -> None:
    async with opened(workspace, station) as window:
        window.act(Action.CLAIM)
        assert window.conversation().current() is None, "nothing is open, so nothing is claimed"
        window.act(Action.NEXT)
        await at_rest(window)
        first = enquiry(window, 0)
        window.act(Action.CLAIM)
        await until(window.undo.can_undo)
        await until(lambda: (row := window.queue.model.row(0)) is not None and row.owner == ME)
        assert window.undo.toast.isVisible()
        window.act(Action.UNDO)
        await until(lambda: not window.undo.can_undo())
        await until(lambda: (row := window.queue.model.row(0)) is not None and row.owner is None)
        head = await workspace.bridge.ask(timeline.enquiry, first)
        assert (head.state, head.owner) == (EnquiryState.NEW, None)


async def test_letters_do_nothing_while_something_lies_over_the_window(
    workspace: Workspace, page: Account, station: Station
) -> None:
    async with opened(workspace, station) as window:
        assert not window.covered()
        window.act(Action.PHONE_NOTE)
        note = window.sheets.phone_note()
        await until(note.isVisible)
        assert window.covered()
        note.close()
        window.act(Action.PALETTE)
        assert window.covered()
        window.search().close()
        window.act(Action.KEYS)
        assert window.covered()
        window.sheets.keys().close()
        assert not window.covered()


async def test_every_action_has_something_to_do(workspace: Workspace, page: Account, station: Station) -> None:
    own = {Action.SEND, Action.BACK}
    async with opened(workspace, station) as window:
        assert set(Action) - set(window.acts._table) == own
        window.act(Action.NEXT)
        await at_rest(window)
        for action in (Action.NOTE, Action.FORWARD, Action.ANSWER, Action.FIRST_OFFICE, Action.CARDS, Action.TOP):
            window.act(action)
        for action in (Action.DONE, Action.SNOOZE, Action.REASSIGN, Action.SETTINGS, Action.DIRECTORY):
            window.act(action)
            sheets = [sheet for sheet in window.findChildren(look.Sheet) if sheet.isVisible()]
            assert sheets, action
            for sheet in sheets:
                sheet.close()


async def test_the_next_one_follows_a_closed_one(workspace: Workspace, page: Account, station: Station) -> None:
    async with opened(workspace, station) as window:
        window.act(Action.NEXT)
        await at_rest(window)
        second = enquiry(window, 1)
        window.conversation().next_wanted.emit()
        await until(lambda: window.conversation().current() == second)


async def test_from_the_palette_to_an_enquiry_of_another_list(
    workspace: Workspace, page: Account, station: Station
) -> None:
    async with opened(workspace, station) as window:
        wanted = enquiry(window, 7)
        window.show_list(Choice(View.DONE, title="Done"))
        await until(lambda: window.queue.model.ready() and window.queue.model.total() == 0)
        window.search().enquiry_chosen.emit(wanted)
        await at_rest(window)
        assert window.conversation().current() == wanted
        window.open_number(3)
        await until(lambda: window.conversation().current() not in (None, wanted))


async def test_an_office_from_the_palette_is_looked_up_or_forwarded_to(
    workspace: Workspace, page: Account, station: Station
) -> None:
    workspace.import_directory()
    async with opened(workspace, station) as window:
        office = (await workspace.bridge.finder()).search("tiefbauamt")[0].office
        window.search().office_chosen.emit(office.id)
        await until(window.sheets.directory().isVisible)
        assert window.sheets.directory().search.text() == office.title
        window.sheets.directory().close()


async def test_escape_goes_back_step_by_step(workspace: Workspace, page: Account, station: Station) -> None:
    async with opened(workspace, station) as window:
        window.act(Action.NEXT)
        await at_rest(window)
        window.act(Action.HEALTH)
        workspace.verbs.refused.emit(Refused("It is not so.", "Do this."))
        assert window.notice.shown()
        assert "It is not so. Do this." in window.notice.banner.accessibleName()
        press(window, Qt.Key.Key_Escape)
        assert not window.notice.shown()
        assert window._middle.shows(window._health)
        press(window, Qt.Key.Key_Escape)
        assert window._middle.shows(window.conversation())
        press(window, Qt.Key.Key_Escape)
        assert window.conversation().current() is None
        assert window.queue.view.selected() is None


async def test_what_failed_is_said_and_goes_with_the_next_success(
    workspace: Workspace, page: Account, station: Station
) -> None:
    async with opened(workspace, station) as window:
        workspace.bridge.failed.emit(UserError("The disk is full.", "Make room."))
        assert window.notice.shown()
        assert not QApplication.activeModalWidget()
        window.act(Action.NEXT)
        await at_rest(window)
        window.act(Action.CLAIM)
        await until(lambda: not window.notice.shown())


@dataclass
class Call:
    """A call that rings until it is taken."""

    number: str = "061 555 01 88"
    name: str = "Frau Muster"
    script: tuple[str, ...] = ("Guten Tag",)


@dataclass
class Telephone:
    """Rings once."""

    call: Call | None = field(default_factory=Call)

    def ringing(self) -> Call | None:
        return self.call

    def accept(self) -> Call | None:
        taken, self.call = self.call, None
        return taken


async def test_f2_takes_the_call_that_rings(tmp_path: Path, station: Station, loop: object) -> None:
    folder = tmp_path / "training"
    folder.mkdir()
    training = Workspace(folder, Telephone())
    async with opened(training, station) as window:
        assert window._strip.isVisible()
        assert window.windowTitle() == "Switchboard · Training"
        await until(lambda: window.bells._calls is not None)
        assert window.bells._calls is not None
        window.bells._calls.ask()
        window.act(Action.PHONE_NOTE)
        note = window.sheets.phone_note()
        await until(note.isVisible)
        fields = [field.text() for field in note.findChildren(look.LineField)]
        assert "061 555 01 88" in fields
        note.close()
        window.act(Action.PHONE_NOTE)
        await until(note.isVisible)
        note.close()
    await training.close()


async def test_tab_goes_in_reading_order(workspace: Workspace, page: Account, station: Station) -> None:
    workspace.connect(Channel.X, "Kanton Basel-Stadt")
    async with opened(workspace, station) as window:
        window.act(Action.NEXT)
        await at_rest(window)
        await until(lambda: len(window.status._states) == 2)
        parts = [window.top, window.views, window.queue, window._middle, window.status]
        seen = [
            next(number for number, part in enumerate(parts) if part.isAncestorOf(one)) for one in window_order(window)
        ]
        assert seen == sorted(seen)
        assert set(seen) == {0, 1, 2, 3, 4}
        window.queue.view.setFocus()
        window.focusNextPrevChild(True)
        assert QApplication.focusWidget() in window._middle.findChildren(QWidget)
        window.focusNextPrevChild(False)
        assert QApplication.focusWidget() is window.queue.view


def window_order(window: MainWindow) -> list[QWidget]:
    """What Tab reaches, without the cards."""
    return in_reading_order((window.top, window.views, window.queue, window._middle, window.status))


# -- room -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "scale"), [((1024, 700), 1.0), ((1024, 700), 1.5), ((1024, 700), 2.0), ((2560, 1440), 1.0)]
)
async def test_it_fits(
    workspace: Workspace, page: Account, station: Station, qapp: QApplication, size: tuple[int, int], scale: float
) -> None:
    look.apply(qapp, look.Theme.LIGHT, scale)
    async with opened(workspace, station, size) as window:
        window.act(Action.NEXT)
        await at_rest(window)
        assert (window.width(), window.height()) == size
        for part in (window.top, window.status, window.panes):
            assert part.geometry().right() <= window.rect().right()
            assert part.geometry().bottom() <= window.rect().bottom()
        assert window.top.note.geometry().right() <= window.top.width()
        if window.panes.stage() is Stage.ONE:
            assert window.panes.only_conversation()
            press(window, Qt.Key.Key_Escape)
            assert window.panes.seen("queue")
    look.apply(qapp, look.Theme.LIGHT, 1.0)


async def test_a_page_in_the_place_of_the_panes(workspace: Workspace, station: Station) -> None:
    async with opened(workspace, station) as window:
        first = look.Ground("window")
        window.show_instead(first)
        assert first.isVisible()
        assert not window.panes.isVisible()
        window.show_instead(None)
        assert window.panes.isVisible()


# -- the end and the next start -------------------------------------------------------------------------------------


async def test_the_next_start_is_as_it_was_left(workspace: Workspace, page: Account, station: Station) -> None:
    async with opened(workspace, station, (1300, 800)) as window:
        window.show_list(Choice(View.OPEN, Channel.FACEBOOK, page.id, "Rathaus Basel"))
        await until(window.queue.model.ready)
        window.queue.view.step(1)
        window.queue.view.step(4)
        await at_rest(window)
        await until(lambda: window.conversation().current() == enquiry(window, 4))
        wanted = enquiry(window, 4)
        window.panes.widths["queue"] = 400
        window.panes.toggle("side")
    state = load_state(station.state_file)
    assert (state.view, state.account, state.enquiry, state.folded) == ("open", page.id, wanted, ["side"])
    async with opened(workspace, station, (1300, 800)) as again:
        await at_rest(again)
        assert again.conversation().current() == wanted
        assert again.queue.view.selected() == wanted
        assert again.queue._name.source() == "Rathaus Basel"
        assert again.views._channels[page.id][0].isChecked()
        assert again.panes.widths["queue"] == 400
        assert not again.panes.seen("side")


async def test_it_remembers_without_being_closed(workspace: Workspace, page: Account, station: Station) -> None:
    async with opened(workspace, station) as window:
        window._memory._clock.setInterval(20)
        window.act(Action.NEXT)
        await until(lambda: load_state(station.state_file).enquiry == enquiry(window, 0))


async def test_closing_is_told_once_everything_is_written(
    workspace: Workspace, page: Account, station: Station
) -> None:
    async with opened(workspace, station) as window:
        told: list[bool] = []
        window.closing.connect(lambda: told.append(station.state_file.exists()))
        window.act(Action.QUIT)
        assert told == [True]
        assert not window.isVisible()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
async def test_a_second_start_brings_it_forward(workspace: Workspace, page: Account, station: Station) -> None:
    async with opened(workspace, station) as window:
        window.showMinimized()
        window.come_forward()
        assert not window.isMinimized()
        window.take_call("061 555 01 88")
        await until(window.sheets.phone_note().isVisible)


async def test_settings_act_at_once(workspace: Workspace, page: Account, station: Station) -> None:
    async with opened(workspace, station) as window:
        before = window.queue.view.rowHeight(0)
        window._use_settings(StationSettings(compact_rows=True))
        assert window.queue.view.rowHeight(0) < before


async def test_refreshes_leave_nothing_behind(workspace: Workspace, page: Account, station: Station) -> None:
    async with opened(workspace, station) as window:
        await asyncio.sleep(0.2)
        before = len(window.findChildren(QWidget))
        for _ in range(40):
            workspace.bridge.changed.emit(frozenset({"queue", "accounts", "outbox"}))
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert len(window.findChildren(QWidget)) == before
