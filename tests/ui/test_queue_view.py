"""The list of enquiries: nothing jumps under the pointer, the selection is an enquiry and not a row, keys go on."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import QueueRow, View
from switchboard_app.model.ids import EnquiryId
from switchboard_app.store import desk
from switchboard_app.store.queue import QueueFilter
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui import look, queue_view
from switchboard_app.ui.queue_pane import QueuePane
from tests.ui.workspace import ME, Workspace, until

MINUTE = 60_000
COUNT = 30


@pytest.fixture
def account(workspace: Workspace) -> Account:
    """Thirty enquiries, one a minute, on a page."""
    made = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    for number in range(COUNT):
        workspace.receive(made, f"Person {number:02}", f"Anliegen {number}")
        workspace.clock.forward(MINUTE)
    return made


@pytest.fixture
def pane(workspace: Workspace, account: Account, qtbot: QtBot) -> QueuePane:
    """The queue as the window has it, eight rows high."""
    made = QueuePane(workspace.bridge)
    qtbot.addWidget(made)
    made.resize(352, 8 * look.ROW + 44)
    made.show()
    return made


async def inbox(pane: QueuePane) -> None:
    """Show the inbox and wait for it."""
    pane.show_list(QueueFilter(View.INBOX, ME), "Inbox")
    await until(pane.model.ready)
    await until(lambda: pane.view.verticalScrollBar().maximum() > 0)


def person(pane: QueuePane, place: int) -> str:
    row = pane.model.row(place)
    assert row is not None
    return row.person_name


def enquiry(pane: QueuePane, place: int) -> EnquiryId:
    row = pane.model.row(place)
    assert row is not None
    return row.id


def under(pane: QueuePane, y: int) -> str:
    """Who stands at this height of the list."""
    return person(pane, pane.view.rowAt(y))


def point(pane: QueuePane, y: int) -> None:
    """Move the pointer there."""
    at = QPointF(100, y)
    port = pane.view.viewport()
    there = QPointF(port.mapToGlobal(QPoint(100, y)))
    button, none, plain = Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, at, there, button, none, plain))


def leave(pane: QueuePane) -> None:
    QApplication.sendEvent(pane.view, QEvent(QEvent.Type.Leave))


def overdue(workspace: Workspace, number: int) -> None:
    """An enquiry that stands above all others."""
    note = desk.PhoneNote(f"Dringend {number}", caller_name=f"Eilig {number}", callback_at=workspace.clock.now - MINUTE)  # type: ignore[arg-type]  # Millis
    workspace.store.write(desk.take_note, note, ME)


# -- selection ---------------------------------------------------------------------------------------------------------


async def test_a_click_opens_and_a_refresh_does_not(workspace: Workspace, pane: QueuePane) -> None:
    opened: list[str] = []
    pane.opened.connect(opened.append)
    await inbox(pane)
    assert not opened, "nothing is opened by itself"
    pane.view.setCurrentIndex(pane.model.index(2, 0))
    assert opened == [enquiry(pane, 2)]
    overdue(workspace, 1)
    await until(lambda: pane.model.total() == COUNT + 1)
    assert opened == [enquiry(pane, 3)], "the same enquiry, one row below"
    assert pane.view.currentIndex().row() == 3


async def test_the_open_enquiry_stays_selected_when_it_leaves_the_list(workspace: Workspace, pane: QueuePane) -> None:
    opened: list[str] = []
    pane.opened.connect(opened.append)
    await inbox(pane)
    pane.view.step(1)
    pane.view.step(1)
    await asyncio.sleep(0.3)
    second, third = enquiry(pane, 1), enquiry(pane, 2)
    assert opened[-1] == second
    await workspace.verbs.snooze(second, workspace.clock.now + 9000 * MINUTE)  # type: ignore[arg-type]  # Millis
    await until(lambda: pane.model.total() == COUNT - 1)
    assert pane.view.selected() == second
    assert opened[-1] == second, "no other is opened in its place"
    pane.view.step(1)
    await until(lambda: opened[-1] == third)
    pane.view.step(-1)
    await until(lambda: pane.view.selected() == enquiry(pane, 0))


async def test_flicking_through_opens_where_it_ends(pane: QueuePane) -> None:
    opened: list[str] = []
    pane.opened.connect(opened.append)
    await inbox(pane)
    for _ in range(12):
        pane.view.step(1)
    await asyncio.sleep(0.3)
    assert opened == [enquiry(pane, 0), enquiry(pane, 11)]
    assert pane.view.visualRect(pane.model.index(11, 0)).bottom() <= pane.view.viewport().height()


async def test_the_keyboard_goes_to_rows_that_are_not_loaded(workspace: Workspace, pane: QueuePane) -> None:
    def more(tx: Transaction) -> None:
        tx.many(
            "INSERT INTO enquiry (id, number, state, channel, person_name, subject, excerpt, language, priority, tags,"
            " office_name, opened_at, last_at, sort_at, unread, delivery, version)"
            " VALUES (?, ?, 'new', 'phone', ?, '', '', 'de', 0, '', '', 1, 1, ?, 0, '', 1)",
            [(f"z{n:05}", n + 1000, f"Weit {n}", (1 << 61) + n) for n in range(2000)],
        )

    workspace.store.write(more)
    opened: list[str] = []
    pane.opened.connect(opened.append)
    await inbox(pane)
    pane.view.step(1)
    await asyncio.sleep(0.2)
    end = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QApplication.sendEvent(pane.view, end)
    await until(lambda: len(opened) == 2)
    assert opened[1] == "z01999"
    assert pane.view.selected() == "z01999"


async def test_letters_do_not_search(pane: QueuePane) -> None:
    await inbox(pane)
    before = pane.view.currentIndex().row()
    QApplication.sendEvent(
        pane.view, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_P, Qt.KeyboardModifier.NoModifier, "p")
    )
    assert pane.view.currentIndex().row() == before


# -- nothing jumps -----------------------------------------------------------------------------------------------------


async def test_at_the_top_without_a_pointer_a_new_row_simply_comes_in(workspace: Workspace, pane: QueuePane) -> None:
    await inbox(pane)
    overdue(workspace, 1)
    await until(lambda: pane.model.total() == COUNT + 1)
    assert pane.view.verticalScrollBar().value() == 0
    assert under(pane, 10) == "Eilig 1"
    assert pane._news.isHidden()


async def test_the_row_under_the_pointer_stays_there(workspace: Workspace, pane: QueuePane) -> None:
    await inbox(pane)
    point(pane, 300)
    before = under(pane, 300)
    for number in range(3):
        overdue(workspace, number)
    await until(lambda: pane.model.total() == COUNT + 3)
    assert under(pane, 300) == before
    assert not pane._news.isHidden()
    assert pane._news.words() == "3 new"


async def test_what_came_in_is_seen_when_the_pointer_has_gone(
    workspace: Workspace, pane: QueuePane, monkeypatch: pytest.MonkeyPatch
) -> None:
    await inbox(pane)
    point(pane, 300)
    overdue(workspace, 1)
    await until(lambda: pane.model.total() == COUNT + 1)
    assert pane.view.verticalScrollBar().value() == look.ROW
    pane.view._away.setInterval(20)
    leave(pane)
    await until(lambda: pane.view.verticalScrollBar().value() == 0)
    assert under(pane, 10) == "Eilig 1"
    assert pane._news.isHidden()
    assert queue_view.AWAY < queue_view.RESTS


async def test_a_row_that_leaves_above_waits_for_the_pointer(workspace: Workspace, pane: QueuePane) -> None:
    await inbox(pane)
    point(pane, 300)
    before = under(pane, 300)
    first = enquiry(pane, 0)
    await workspace.bridge.run(desk.snooze, first, workspace.clock.now + 9000 * MINUTE, "Keller")  # type: ignore[arg-type]
    await until(lambda: pane.view._held)
    assert under(pane, 300) == before
    assert pane.model.total() == COUNT
    pane.view._away.setInterval(20)
    leave(pane)
    await until(lambda: pane.model.total() == COUNT - 1)
    assert first not in [enquiry(pane, place) for place in range(10)]


async def test_the_pointed_row_does_not_run_away_itself(
    workspace: Workspace, account: Account, pane: QueuePane
) -> None:
    await inbox(pane)
    point(pane, 300)
    pointed = pane.view.rowAt(300)
    urgent = enquiry(pane, pointed)
    await workspace.bridge.run(desk.snooze, urgent, workspace.clock.now + 9000 * MINUTE, ME)  # type: ignore[arg-type]
    await until(lambda: pane.view._held)
    assert enquiry(pane, pane.view.rowAt(300)) == urgent
    pane.view.to_top()
    await until(lambda: pane.model.total() == COUNT - 1)


async def test_with_hands_on_the_keys_the_pointer_does_not_matter(workspace: Workspace, pane: QueuePane) -> None:
    await inbox(pane)
    point(pane, 300)
    pane.view.hands_on_keys()
    await workspace.verbs.snooze(enquiry(pane, 0), workspace.clock.now + 9000 * MINUTE)  # type: ignore[arg-type]
    await until(lambda: pane.model.total() == COUNT - 1)


async def test_scrolled_down_what_is_seen_stays(workspace: Workspace, pane: QueuePane) -> None:
    await inbox(pane)
    pane.view.verticalScrollBar().setValue(1000)
    before = [under(pane, y) for y in range(10, 500, 60)]
    overdue(workspace, 1)
    overdue(workspace, 2)
    await until(lambda: pane.model.total() == COUNT + 2)
    assert [under(pane, y) for y in range(10, 500, 60)] == before
    assert pane._news.words() == "2 new"
    pane._news.click()
    assert under(pane, 10) == "Eilig 1"
    assert pane._news.isHidden()


async def test_scrolling_up_to_the_news_takes_the_announcement_away(workspace: Workspace, pane: QueuePane) -> None:
    await inbox(pane)
    pane.view.verticalScrollBar().setValue(1000)
    overdue(workspace, 1)
    await until(lambda: not pane._news.isHidden())
    pane.view.verticalScrollBar().setValue(0)
    assert pane._news.isHidden()


# -- the place survives ------------------------------------------------------------------------------------------------


async def test_a_restart_comes_back_to_the_same_place(workspace: Workspace, pane: QueuePane, qtbot: QtBot) -> None:
    await inbox(pane)
    pane.view.verticalScrollBar().setValue(777)
    pane.select(enquiry(pane, 11))
    place, selected = pane.view.place(), pane.view.selected()
    overdue(workspace, 1)
    again = QueuePane(workspace.bridge)
    qtbot.addWidget(again)
    again.resize(pane.size())
    again.show()
    again.select(selected)
    again.show_list(QueueFilter(View.INBOX, ME), "Inbox", place)
    await until(again.model.ready)
    assert again.view.place() == place
    assert again.view.verticalScrollBar().value() == 777 + look.ROW
    assert again.view.currentIndex().row() == 12


async def test_an_enquiry_that_is_gone_begins_at_the_top(workspace: Workspace, pane: QueuePane) -> None:
    pane.show_list(QueueFilter(View.INBOX, ME), "Inbox", (EnquiryId("gone"), 12))
    await until(pane.model.ready)
    assert pane.view.verticalScrollBar().value() == 0


async def test_a_larger_text_keeps_the_first_row(pane: QueuePane, qapp: QApplication) -> None:
    await inbox(pane)
    pane.view.verticalScrollBar().setValue(10 * look.ROW)
    before = under(pane, 1)
    look.apply(qapp, look.Theme.LIGHT, 2.0)
    assert under(pane, 1) == before
    assert pane.view.rowHeight(0) == 2 * look.ROW
    pane.view.set_compact(True)
    assert under(pane, 1) == before
    assert pane.view.rowHeight(0) == 2 * look.ROW_COMPACT
    look.apply(qapp, look.Theme.LIGHT, 1.0)


# -- painting ----------------------------------------------------------------------------------------------------------


async def test_painting_asks_nobody(workspace: Workspace, pane: QueuePane, monkeypatch: pytest.MonkeyPatch) -> None:
    await inbox(pane)
    pane.grab()
    await asyncio.sleep(0.1)

    def refuse(*_arguments: object) -> None:
        raise AssertionError("painting reads the store")

    monkeypatch.setattr(workspace.store, "ask", refuse)
    monkeypatch.setattr(workspace.store, "read", refuse)
    picture = pane.grab().toImage()
    assert len({picture.pixel(x, y) for x in range(20, 300, 3) for y in range(50, 600, 7)}) > 20


async def test_a_row_is_laid_out_once(pane: QueuePane, monkeypatch: pytest.MonkeyPatch) -> None:
    await inbox(pane)
    pane.grab()
    laid: list[object] = []
    monkeypatch.setattr(pane.view._rows, "_lay_out", lambda *given: laid.append(given))
    pane.grab()
    assert not laid


async def test_only_the_changed_row_is_painted(workspace: Workspace, pane: QueuePane) -> None:
    await inbox(pane)
    await asyncio.sleep(0.1)
    painted: list[int] = []
    delegate = pane.view._rows
    paint = delegate._layout

    def noted(row: QueueRow, width: int) -> object:
        painted.append(row.number)
        return paint(row, width)

    delegate._layout = noted  # type: ignore[assignment,method-assign]
    await workspace.verbs.claim(enquiry(pane, 3))
    await until(lambda: painted)
    await asyncio.sleep(0.1)
    row = pane.model.row(3)
    assert row is not None
    assert set(painted) == {row.number}


async def test_an_empty_list_says_so(workspace: Workspace, pane: QueuePane) -> None:
    pane.show_list(QueueFilter(View.DONE, ME), "Done")
    await until(pane.model.ready)
    assert pane._empty.isVisible()
    assert pane._count.source() == "0 enquiries"
    await inbox(pane)
    assert not pane._empty.isVisible()
    assert pane._count.source() == "30 open"


async def test_the_pointer_comes_and_goes(pane: QueuePane) -> None:
    await inbox(pane)
    at = QPointF(20, 100)
    QApplication.sendEvent(pane.view, QEnterEvent(at, at, at))
    assert pane.view._pointer is not None
    pane.view._rests.setInterval(20)
    point(pane, 120)
    await until(lambda: pane.view._pointer is None)
