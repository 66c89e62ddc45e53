"""What can be done from the head of an enquiry: take over, close, the menu, narrow and low panes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from switchboard_app.model.enquiry import DueReason, EnquiryState, Outcome
from switchboard_app.model.ids import Operator
from switchboard_app.model.times import Millis
from switchboard_app.store import desk as verbs
from switchboard_app.ui.links import LinkSheet
from tests.ui.hands import press
from tests.ui.open_enquiry import Desk
from tests.ui.workspace import ME, Workspace, until

OFFSCREEN_MENU = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


# -- what the head can do ---------------------------------------------------------------------------------------------


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


# -- chips ------------------------------------------------------------------------------------------------------------


async def test_a_window_that_is_what_is_due_is_said_once(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    enquiry = desk.stored(anna).enquiry
    assert enquiry.window_until is not None
    only = replace(enquiry, due_at=enquiry.window_until, due_reason=DueReason.WINDOW)
    before = desk.pane.head.chips(only, desk.workspace.clock())
    assert [chip.text for chip in before if "indow" in chip.text] == ["Reply window 1 d left"]
    after = desk.pane.head.chips(only, Millis(enquiry.window_until + 1))
    assert "Overdue" in after[0].text
