"""The open enquiry: opening, re-reading, refusing, the head's buttons, Esc, the other language."""

from __future__ import annotations

import asyncio
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from switchboard_app.config import locale_folder
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.language import use_language
from switchboard_app.model.times import HOUR, MINUTE
from switchboard_app.store import desk as verbs
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui import look
from switchboard_app.ui.chip_button import ChipButton
from switchboard_app.ui.links import LinkSheet
from switchboard_app.ui.tab_order import in_reading_order, step_focus
from tests.ui.hands import press, type_in
from tests.ui.open_enquiry import HOLE, ROADS, Desk, focus
from tests.ui.workspace import ME, Workspace, until

OFFSCREEN_MENU = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


def chips(desk: Desk) -> list[str]:
    return [chip.text for chip in (label.chip() for label in desk.pane.head._chip_labels)]


# -- opening -----------------------------------------------------------------------------------------------------------


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

    slow = desk.workspace.bridge.start("slow", desk.workspace.bridge.ask(wait))
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


# -- what the head can do ----------------------------------------------------------------------------------------------


async def test_taking_over_and_releasing(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    desk.pane.head.owner_button.click()
    await until(lambda: desk.pane.head.owner_button.words() == "Release")
    assert desk.stored(anna).enquiry.owner == ME
    desk.pane.claim()  # mine already: nothing happens
    desk.pane.head.owner_button.click()
    await until(lambda: desk.stored(anna).enquiry.owner is None)
    assert not desk.told


async def test_being_slower_is_told(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    desk.workspace.store.write(verbs.claim, anna, Operator("A. Keller"))
    desk.pane.claim()
    await until(lambda: desk.told)
    assert "A. Keller" in str(desk.told[0])
    await until(lambda: not desk.pane.composer.answer.isVisible())


async def test_done_by_one_key_and_reopened(desk: Desk) -> None:
    anna = desk.receive("Anna", "Danke!")
    await desk.open(anna)
    wanted = []
    desk.pane.next_wanted.connect(lambda: wanted.append(1))
    desk.pane.head.done_button.click()
    sheet = desk.pane.sheets.done_sheet
    assert sheet is not None
    press(sheet.choices.rows[0], Qt.Key.Key_6)
    await until(lambda: wanted)
    assert desk.stored(anna).enquiry.outcome is Outcome.NO_CONCERN
    await until(lambda: desk.pane.head.done_button.words() == "Reopen")
    composer = desk.pane.composer
    assert composer.strip.isVisible()
    assert "No concern" in composer.strip.words.source()
    assert not composer.answer.isVisible()
    composer.strip.reopen_button.click()
    await until(composer.answer.isVisible)
    assert desk.stored(anna).enquiry.state is EnquiryState.OPEN


async def test_done_is_refused_within_the_sheet_while_a_send_is_unclear(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    sent = desk.reply(anna, "Hm")
    from switchboard_app.model.delivery import Failure, FailureKind

    desk.fail(sent, Failure(FailureKind.TIMEOUT, False, "No answer."))
    await desk.open(anna)
    desk.pane.ask_done()
    sheet = desk.pane.sheets.done_sheet
    assert sheet is not None
    sheet.choices.rows[0].click()
    await until(sheet.trouble.isVisible)
    assert sheet.isVisible()
    assert "did not get through" in sheet.trouble.accessibleName()


@OFFSCREEN_MENU
async def test_the_menu_offers_the_rest(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    shown = await desk.open(anna)
    menu = desk.pane.head.open_menu()
    words = {action.text(): action for action in menu.actions()}
    assert set(words) == {
        "Put away until …",
        "Reassign …",
        "Merge with …",
        "Tags …",
        "Copy number",
        "Open in the platform's inbox",
    }
    words["Copy number"].trigger()
    assert QGuiApplication.clipboard().text() == str(shown.number)
    words["Open in the platform's inbox"].trigger()
    sheet = desk.window.findChild(LinkSheet)
    assert isinstance(sheet, LinkSheet)
    assert "facebook.com" in sheet.judged.host
    sheet.close()
    words["Tags …"].trigger()
    assert desk.pane.sheets.tags_sheet is not None
    menu.close()


@OFFSCREEN_MENU
async def test_a_phone_enquiry_has_no_platform(desk: Desk) -> None:
    taken = desk.workspace.store.write(verbs.take_note, verbs.PhoneNote("Anliegen", "061 555 01 88"), ME)
    await desk.open(taken.enquiry)
    menu = desk.pane.head.open_menu()
    assert "Open in the platform's inbox" not in [action.text() for action in menu.actions()]
    menu.close()
    desk.pane.open_inbox()
    assert desk.window.findChild(LinkSheet) is None


async def test_the_buttons_move_below_where_the_pane_is_narrow(desk: Desk) -> None:
    anna = desk.receive("Sandra Brodbeck-Oppenheimer von Wattenwil", "Hallo")
    await desk.open(anna)
    head = desk.pane.head
    assert abs(head.owner_button.mapTo(head, head.rect().topLeft()).y() - head.name.y()) < 20
    desk.window.resize(330, 700)
    await asyncio.sleep(0.05)
    assert desk.window.width() == 330
    buttons = (head.owner_button, head.forward_button, head.done_button, head.more_button)
    for button in buttons:
        spot = button.mapTo(head, button.rect().bottomRight())
        assert head.rect().contains(spot), button.words()


@OFFSCREEN_MENU
async def test_where_height_is_scarce_the_buttons_are_in_the_menu(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    desk.window.resize(620, 360)
    await desk.open(anna)
    head = desk.pane.head
    assert [one.isVisible() for one in (head.owner_button, head.forward_button, head.done_button)] == [False] * 3
    menu = head.open_menu()
    words = {action.text(): action for action in menu.actions()}
    assert {"Take over", "Forward", "Mark done"} <= set(words)
    words["Take over"].trigger()
    menu.close()
    await until(lambda: desk.stored(anna).enquiry.owner == ME)
    desk.window.resize(620, 800)
    await until(head.done_button.isVisible)


# -- Esc ---------------------------------------------------------------------------------------------------------------


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


# -- keyboard and screen reader ----------------------------------------------------------------------------------------


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
        foot = desk.pane._foot
        assert foot.height() + head.height() < desk.pane.height()
        send = desk.pane.composer.answer.send_button
        assert foot.viewport().rect().contains(send.mapTo(foot.viewport(), send.rect().bottomRight()))
        for row in desk.pane.timeline.rows():
            assert row.height() >= row.heightForWidth(row.width())
    finally:
        look.apply(app, look.Theme.LIGHT, 1.0)


# -- language ----------------------------------------------------------------------------------------------------------


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
