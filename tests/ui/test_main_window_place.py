"""The main window in its place: it fits, it is left and found again, and leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from switchboard_app.config import StationSettings
from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import View
from switchboard_app.ui import look
from switchboard_app.ui.keys import Action
from switchboard_app.ui.panes import Stage
from switchboard_app.ui.sidebar import Choice
from switchboard_app.ui.window_state import load_state
from tests.ui.window import Station, at_rest, enquiry, forget_windows, opened, page_of_twelve, press
from tests.ui.workspace import Workspace, until


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
