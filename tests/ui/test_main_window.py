"""The main window put together: the queue first, keys that reach what they say, one step back at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import EnquiryState, View
from switchboard_app.model.errors import Refused, UserError
from switchboard_app.store import timeline
from switchboard_app.ui import look
from switchboard_app.ui.keys import Action
from switchboard_app.ui.main_window import MainWindow
from switchboard_app.ui.sidebar import Choice
from switchboard_app.ui.tab_order import in_reading_order
from tests.ui.window import Station, at_rest, enquiry, forget_windows, opened, page_of_twelve, press
from tests.ui.workspace import ME, Workspace, until


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "window.json")


@pytest.fixture
def page(workspace: Workspace) -> Account:
    return page_of_twelve(workspace)


@pytest.fixture(autouse=True)
def windows() -> Iterator[None]:
    yield
    forget_windows()


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
        assert window.training.isVisible()
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
