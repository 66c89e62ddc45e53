"""How much of a low pane the composer takes: people read before they write."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from switchboard_app.ui import composer_foot
from switchboard_app.ui.timeline_view import LEAST_TIMELINE
from tests.ui.open_enquiry import Desk
from tests.ui.workspace import Workspace, until


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


async def low(desk: Desk) -> None:
    """A conversation in a pane of little height; the keyboard is elsewhere."""
    anna = desk.receive("Anna", "Wann wird das Schlagloch geflickt?")
    desk.window.resize(620, 360)
    await desk.open(anna)
    desk.pane.timeline.setFocus()
    await until(lambda: desk.pane.timeline.height() > desk.pane._foot.height())


async def test_the_timeline_has_the_greater_part_until_somebody_writes(desk: Desk) -> None:
    await low(desk)
    resting = desk.pane._foot.height()
    assert desk.pane._foot.verticalScrollBar().value() == 0
    desk.pane.focus_answer()
    await until(lambda: desk.pane._foot.height() > resting)
    assert desk.pane.timeline.height() >= LEAST_TIMELINE - 1
    caret = desk.pane.composer.answer.box.cursorRect().bottomLeft()
    spot = desk.pane.composer.answer.box.viewport().mapTo(desk.pane._foot.viewport(), caret)
    assert desk.pane._foot.viewport().rect().contains(spot)
    desk.pane.timeline.setFocus()
    await until(lambda: desk.pane._foot.height() == resting)


async def test_nothing_moves_under_a_button_that_is_held(desk: Desk) -> None:
    await low(desk)
    box, before = desk.pane.composer.answer.box, desk.pane._foot.height()
    spot = box.mapTo(desk.window, box.rect().topLeft() + QPoint(20, 8))
    QTest.mousePress(desk.window.windowHandle(), Qt.MouseButton.LeftButton, pos=spot)
    assert box.hasFocus()
    await asyncio.sleep(0.2)
    assert desk.pane._foot.height() == before
    QTest.mouseRelease(desk.window.windowHandle(), Qt.MouseButton.LeftButton, pos=spot)
    await until(lambda: desk.pane._foot.height() > before)


async def test_a_button_that_is_never_let_go_does_not_hold_it_for_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composer_foot, "_PATIENCE", 2)
    await low(desk)
    before = desk.pane._foot.height()
    with monkeypatch.context() as held:
        held.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
        desk.pane.focus_answer()
        await until(lambda: desk.pane._foot.height() > before)


async def test_where_there_is_room_the_focus_changes_nothing(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    desk.window.resize(900, 800)
    await desk.open(anna)
    desk.pane.timeline.setFocus()
    await asyncio.sleep(0.1)
    before = desk.pane._foot.height()
    desk.pane.focus_answer()
    await asyncio.sleep(0.1)
    assert desk.pane._foot.height() == before
