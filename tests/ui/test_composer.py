"""The composer: answers that leave once and to the right person, and come back when undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import Direction
from switchboard_app.model.errors import Refused, Stale
from switchboard_app.model.ids import Operator
from switchboard_app.model.times import DAY, HOUR
from switchboard_app.store import desk as verbs
from tests.ui.hands import CTRL, press, type_in
from tests.ui.open_enquiry import HOLE, Desk, focus, picture
from tests.ui.workspace import Workspace, until

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


# -- answering --------------------------------------------------------------------------------------------------------


async def test_ctrl_enter_sends_and_clears_the_box_after_the_commit(desk: Desk) -> None:
    anna = desk.receive("Anna", HOLE)
    await desk.open(anna)
    desk.pane.focus_answer()
    box = desk.pane.composer.answer.box
    assert focus() is box
    type_in(box, "Danke für die Meldung.")
    press(box, Qt.Key.Key_Return, CTRL)
    assert box.text() == "Danke für die Meldung."  # not before the store has it
    await until(lambda: not box.text())
    sent = desk.stored(anna)
    assert [entry.text for entry in sent.entries if entry.direction is Direction.OUT] == ["Danke für die Meldung."]
    assert sent.enquiry.state is EnquiryState.WAITING_CITIZEN
    assert desk.draft(anna) == ""
    assert ("look_now", None) in desk.workspace.outside.calls
    await until(lambda: len(desk.messages()) == 2)
    assert "waiting" in desk.messages()[-1].meta()


async def test_double_click_and_enter_are_one_answer(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    answer.box.setPlainText("Nur einmal")
    answer.send_button.click()
    answer.send_button.click()
    press(answer.box, Qt.Key.Key_Return, CTRL)
    await until(lambda: not answer.box.text())
    await desk.settled()
    press(answer.box, Qt.Key.Key_Return, CTRL)
    await desk.settled()
    assert len([entry for entry in desk.stored(anna).entries if entry.direction is Direction.OUT]) == 1


async def test_a_refused_answer_stays_in_the_box(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    box = desk.pane.composer.answer.box
    box.setPlainText("Antwort")
    desk.workspace.store.write(verbs.reassign, anna, Operator("A. Keller"), "Abwesend", Operator("A. Keller"))
    press(box, Qt.Key.Key_Return, CTRL)
    await until(lambda: desk.told)
    assert isinstance(desk.told[0], Refused)
    assert box.text() == "Antwort"
    await until(lambda: not desk.pane.composer.answer.isVisible())
    await desk.pane.save_drafts()
    assert desk.draft(anna) == "Antwort"


async def test_undo_brings_text_and_pictures_back(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    answer.files.take_content("plan.png", picture())
    await until(answer.files.files)
    answer.box.setPlainText("Zu früh")
    answer.send_button.click()
    await until(lambda: not answer.box.text())
    assert not answer.files.files()
    assert await desk.workspace.verbs.undo(anna)
    await until(lambda: answer.box.text() == "Zu früh")
    await until(lambda: [file.name for file in answer.files.files()] == ["plan.png"])
    assert not [entry for entry in desk.stored(anna).entries if entry.direction is Direction.OUT]


async def test_undo_keeps_what_was_typed_since(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    box = desk.pane.composer.answer.box
    box.setPlainText("Erste")
    desk.pane.composer.answer.send_button.click()
    await until(lambda: not box.text())
    type_in(box, "Zweite")
    await until(lambda: desk.draft(anna) == "Zweite")
    assert await desk.workspace.verbs.undo(anna)
    await until(lambda: box.text() == "Erste\n\nZweite")
    await until(lambda: desk.draft(anna) == "Erste\n\nZweite")


async def test_a_message_that_comes_in_while_typing_asks_for_a_second_key_press(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    type_in(answer.box, "Antwort")
    desk.workspace.clock.forward(1000)
    desk.receive("Anna", "Noch etwas: es eilt")
    await until(answer.news.isVisible)
    press(answer.box, Qt.Key.Key_Return, CTRL)
    await desk.settled()
    assert answer.box.text() == "Antwort"
    assert answer.news.isVisible()
    assert desk.pane.timeline.at_end()
    press(answer.box, Qt.Key.Key_Return, CTRL)
    await until(lambda: not answer.box.text())
    assert not answer.news.isVisible()
    assert not desk.told
    assert desk.stored(anna).entries[-1].text == "Antwort"


async def test_a_message_nobody_has_seen_yet_stops_the_answer(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    answer.box.setPlainText("Antwort")
    desk.workspace.clock.forward(1000)
    desk.receive("Anna", "Erledigt, danke!")
    press(answer.box, Qt.Key.Key_Return, CTRL)  # the hint has not come yet
    await until(lambda: desk.told)
    assert isinstance(desk.told[0], Stale)
    await until(answer.news.isVisible)
    assert answer.box.text() == "Antwort"


async def test_other_changes_do_not_stop_the_answer(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    answer.box.setPlainText("Antwort")
    desk.workspace.store.write(verbs.set_tags, anna, ("tiefbau",), Operator("A. Keller"))
    await desk.settled()
    assert not answer.news.isVisible()
    press(answer.box, Qt.Key.Key_Return, CTRL)
    await until(lambda: not answer.box.text())


async def test_send_and_close_asks_for_the_outcome(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer, wanted = desk.pane.composer.answer, []
    desk.pane.next_wanted.connect(lambda: wanted.append(1))
    type_in(answer.box, "Das Amt meldet sich.")
    press(answer.box, Qt.Key.Key_Return, CTRL | SHIFT)
    assert answer.outcomes.isVisible()
    assert focus() is answer.outcomes.rows[0]
    press(answer.outcomes.rows[0], Qt.Key.Key_4)
    await until(lambda: not answer.box.text())
    enquiry = desk.stored(anna).enquiry
    assert (enquiry.state, enquiry.outcome) == (EnquiryState.DONE, Outcome.REFERRED)
    await until(lambda: wanted)


async def test_enter_in_the_outcomes_takes_answered_directly_and_esc_leaves_them(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    answer.box.setPlainText("Gern geschehen")
    answer.close_button.click()
    press(answer.outcomes.rows[0], Qt.Key.Key_Escape)
    assert not answer.outcomes.isVisible()
    assert focus() is answer.box
    answer.close_button.click()
    press(answer.outcomes.rows[0], Qt.Key.Key_Return)
    await until(lambda: not answer.box.text())
    assert desk.stored(anna).enquiry.outcome is Outcome.ANSWERED


async def test_the_counter_counts_as_the_channel_does_and_warns_near_the_limit(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    assert answer.counter.source() == "0/2000"
    assert not answer.send_button.isEnabled()
    answer.box.setPlainText("👍" * 10)
    assert answer.counter.source() == "10/2000"
    answer.box.setPlainText("a" * 1900)
    assert answer.counter._tone == "late"
    answer.box.setPlainText("a" * 2001)
    assert answer.counter.source().startswith("2001/2000")
    assert answer.counter._tone == "bad"
    press(answer.box, Qt.Key.Key_Return, CTRL)
    assert answer.trouble.isVisible()
    assert len(answer.box.text()) == 2001


async def test_x_takes_ten_thousand_characters(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo", desk.x)
    await desk.open(anna)
    assert desk.pane.composer.answer.counter.source() == "0/10000"


async def test_a_closed_window_says_so_and_keeps_the_text(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    desk.workspace.clock.forward(7 * DAY + HOUR)
    await desk.open(anna)
    answer = desk.pane.composer.answer
    answer.box.setPlainText("Zu spät")
    assert "closed" in answer.clock.source()
    assert not answer.send_button.isEnabled()
    press(answer.box, Qt.Key.Key_Return, CTRL)
    assert answer.trouble.isVisible()
    assert answer.box.text() == "Zu spät"
