"""The open enquiry: opening, re-reading, refusing, Esc, keyboard, the other language."""

from __future__ import annotations

import asyncio
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from switchboard_app.config import locale_folder
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.language import use_language
from switchboard_app.model.times import HOUR, MINUTE
from switchboard_app.store import desk as verbs
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui import look
from switchboard_app.ui.chip_button import ChipButton
from switchboard_app.ui.tab_order import in_reading_order, step_focus
from tests.ui.hands import press, type_in
from tests.ui.open_enquiry import HOLE, ROADS, Desk, focus
from tests.ui.workspace import ME, Workspace, until


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


def chips(desk: Desk) -> list[str]:
    return [chip.text for chip in (label.chip() for label in desk.pane.head._chip_labels)]


# -- opening ----------------------------------------------------------------------------------------------------------


async def test_the_head_says_who_where_and_until_when(desk: Desk) -> None:
    anna = desk.receive("Sandra Brodbeck", HOLE)
    shown = await desk.open(anna)
    head = desk.pane.head
    assert head.name.source() == "Sandra Brodbeck"
    assert head.where.source() == f"Facebook · Rathaus Basel · Enquiry {shown.number}"
    assert chips(desk) == ["Reply until 11:48", "Reply window 1 d left"]
    assert [b.words() for b in (head.owner_button, head.forward_button, head.done_button)] == [
        "Take over",
        "Forward",
        "Mark done",
    ]


async def test_nothing_open_says_how_to_begin(desk: Desk) -> None:
    assert desk.pane.nothing.isVisible()
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    gone = []
    desk.pane.closed.connect(lambda: gone.append(1))
    desk.pane.close()
    assert desk.pane.nothing.isVisible()
    assert desk.pane.current() is None
    assert gone == [1]
    assert desk.pane.isVisible()


async def test_the_last_of_many_openings_is_shown(desk: Desk) -> None:
    enquiries = [desk.receive(name, f"Hallo von {name}") for name in ("Anna", "Bea", "Carla", "Dora")]
    for enquiry in enquiries:
        desk.pane.open(enquiry)
    await desk.open(enquiries[-1])
    assert desk.pane.head.name.source() == "Dora"
    assert [message.entry.text for message in desk.messages()] == ["Hallo von Dora"]


async def test_opening_marks_the_messages_as_read(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    assert desk.row("Anna").unread == 1
    await desk.open(anna)
    await until(lambda: desk.row("Anna").unread == 0)
    desk.workspace.clock.forward(MINUTE)
    desk.receive("Anna", "Noch etwas")
    await until(lambda: desk.row("Anna").unread == 0)


async def test_slow_reading_shows_shapes_and_then_the_conversation(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    held = threading.Event()

    def wait(_tx: Transaction) -> None:
        held.wait(5)

    slow = asyncio.ensure_future(desk.workspace.bridge.ask(wait))
    desk.pane.open(anna)
    await until(desk.pane.skeleton.isVisible)
    assert not desk.pane.head.isVisible()
    desk.pane.grab()
    held.set()
    await slow
    await until(desk.pane.head.isVisible)
    assert not desk.pane.skeleton.isVisible()


async def test_quick_reading_shows_no_shapes(desk: Desk) -> None:
    anna, bea = desk.receive("Anna", "Hallo"), desk.receive("Bea", "Hallo")
    await desk.open(anna)
    desk.pane.open(bea)
    desk.pane.open(anna)
    await asyncio.sleep(0.3)
    assert not desk.pane.skeleton.isVisible()


async def test_an_enquiry_that_is_gone_says_so_and_can_be_tried_again(desk: Desk) -> None:
    desk.pane.open(EnquiryId("no-such-enquiry"))
    await until(desk.pane.unreadable.isVisible)
    anna = desk.receive("Anna", "Hallo")
    desk.pane._wanted = anna  # as if the database had been away for a moment
    desk.pane.unreadable.button.click()
    await until(desk.pane.head.isVisible)
    assert desk.pane.head.name.source() == "Anna"


async def test_an_unreachable_database_keeps_what_was_typed(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    type_in(desk.pane.composer.answer.box, "Halber Satz")
    await until(lambda: desk.draft(anna) == "Halber Satz")
    desk.pane._fail(Unreachable("The database cannot be reached.", "Check the network."))
    assert desk.pane.unreadable.isVisible()
    desk.pane.unreadable.button.click()
    await until(desk.pane.head.isVisible)
    assert desk.pane.composer.answer.box.text() == "Halber Satz"


async def test_a_refresh_keeps_focus_caret_and_selection(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    desk.pane.focus_answer()
    box = desk.pane.composer.answer.box
    type_in(box, "Guten Tag")
    cursor = box.textCursor()
    cursor.setPosition(2)
    cursor.setPosition(5, cursor.MoveMode.KeepAnchor)
    box.setTextCursor(cursor)
    desk.workspace.clock.forward(MINUTE)
    desk.receive("Anna", "Noch etwas")
    await until(lambda: len(desk.messages()) == 2)
    assert focus() is box
    assert box.textCursor().selectedText() == "ten"
    assert box.text() == "Guten Tag"


async def test_time_goes_on_in_the_head(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    desk.workspace.clock.forward(3 * HOUR)
    desk.pane._tick()
    assert chips(desk)[0].startswith("Overdue 1 h")


# -- Esc --------------------------------------------------------------------------------------------------------------


async def test_esc_goes_one_step_back_each_time(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    desk.pane.focus_answer()
    box = desk.pane.composer.answer.box
    type_in(box, "Text")
    desk.pane.ask_snooze()
    sheet = desk.pane.sheets.snooze_sheet
    assert sheet is not None
    assert sheet.isVisible()
    press(sheet.choices.rows[0], Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert focus() is box
    press(box, Qt.Key.Key_Escape)
    assert focus() is desk.pane.timeline
    assert desk.pane.current() == anna
    press(desk.pane.timeline, Qt.Key.Key_Escape)
    assert desk.pane.current() is None
    await until(lambda: desk.draft(anna) == "Text")


# -- keyboard and screen reader ---------------------------------------------------------------------------------------


async def test_every_button_has_a_name_and_is_reached_by_tab(desk: Desk) -> None:
    anna = desk.receive("Anna", HOLE)
    desk.workspace.store.write(verbs.forward, anna, ROADS, "Bitte flicken", ME)
    await desk.open(anna)
    for page in (desk.pane.focus_answer, desk.pane.focus_note, desk.pane.focus_forward):
        page()
        await asyncio.sleep(0.01)
        for button in desk.pane.findChildren(QAbstractButton):
            if button.isVisible():
                assert button.accessibleName(), button
                assert button.focusPolicy() & Qt.FocusPolicy.TabFocus, button
    for box in desk.pane.composer.boxes:
        assert box.accessibleName()


async def test_tab_goes_in_reading_order_also_through_what_is_scrolled_away(desk: Desk) -> None:
    for number in range(12):
        desk.workspace.clock.forward(MINUTE)
        desk.receive("Anna", f"{number}: siehe https://n{number}.example.org/ {HOLE}")
    anna = desk.row("Anna").id
    await desk.open(anna)
    await until(desk.pane.timeline.complete)
    desk.pane.composer.answer.box.setPlainText("Danke")
    order = in_reading_order((desk.pane,))
    links = [one.words() for one in order if isinstance(one, ChipButton)]
    assert links == [f"n{number}.example.org" for number in range(12)]
    head, view, box = desk.pane.head, desk.pane.timeline, desk.pane.composer.answer.box
    first_link = next(one for one in order if isinstance(one, ChipButton))
    wanted = [head.owner_button, head.more_button, view, first_link, box, desk.pane.composer.answer.send_button]
    assert [one for one in order if one in wanted] == wanted
    view.setFocus()
    assert step_focus((desk.pane,), forward=True)
    assert focus() is first_link
    spot = first_link.mapTo(view, first_link.rect().center())
    assert view.rect().contains(spot)


@pytest.mark.parametrize("scale", [1.0, 2.0])
async def test_nothing_is_cut_off_at_either_end_of_the_text_scale(desk: Desk, qapp: object, scale: float) -> None:
    from PySide6.QtWidgets import QApplication

    anna = desk.receive("Anna", HOLE)
    desk.workspace.store.write(verbs.forward, anna, ROADS, "Bitte flicken", ME)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    look.apply(app, look.Theme.LIGHT, scale)
    try:
        desk.window.resize(1024, 640)
        await desk.open(anna)
        await asyncio.sleep(0.05)
        head = desk.pane.head
        shown = [one for one in head.findChildren(QAbstractButton) if one.isVisible()]
        assert shown
        for button in shown:
            assert head.rect().contains(button.mapTo(head, button.rect().bottomRight())), button.accessibleName()
        foot, send = desk.pane._foot, desk.pane.composer.answer.send_button
        desk.pane.focus_answer()  # at rest it gives way to the timeline
        await until(lambda: foot.viewport().rect().contains(send.mapTo(foot.viewport(), send.rect().bottomRight())))
        assert foot.height() + head.height() < desk.pane.height()
        for row in desk.pane.timeline.rows():
            assert row.height() >= row.heightForWidth(row.width())
    finally:
        look.apply(app, look.Theme.LIGHT, 1.0)


# -- language ---------------------------------------------------------------------------------------------------------


async def test_the_language_changes_without_a_restart(desk: Desk) -> None:
    anna = desk.receive("Anna", HOLE)
    desk.note(anna, "Notiz")
    await desk.open(anna)
    desk.pane.composer.answer.box.setPlainText("Mein Text")
    try:
        use_language("de", locale_folder())
        await desk.settled()
        assert desk.pane.head.owner_button.words() == "Übernehmen"
        assert desk.pane.composer.tabs.tabs[1].text().startswith("Interne Notiz")
        assert any(row.accessibleName().startswith("Interne Notiz") for row in desk.pane.timeline.rows())
        assert desk.pane.composer.answer.box.text() == "Mein Text"
    finally:
        use_language("en", locale_folder())
    assert desk.pane.head.owner_button.words() == "Take over"
