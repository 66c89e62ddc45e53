"""The timeline: what each entry says, and a place that is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.model.enquiry import Outcome
from switchboard_app.model.ids import EnquiryId, PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import DAY, HOUR, MINUTE
from switchboard_app.store import desk as verbs
from switchboard_app.store import intake, outbox
from switchboard_app.store.desk import NoteAction, PhoneNote
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui import look
from switchboard_app.ui.timeline_plan import ButtonRow
from switchboard_app.ui.timeline_rows import DayRow, EventRow, MessageRow, NoteRow, PhoneNoteRow
from tests.ui.hands import press
from tests.ui.open_enquiry import HOLE, Desk
from tests.ui.probe import Probe
from tests.ui.workspace import ME, Workspace, until


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


@pytest.fixture
def probe(tmp_path: Path) -> Iterator[Probe]:
    made = Probe(tmp_path / "canary.png")
    yield made
    made.close()


def kinds(desk: Desk) -> list[type[QWidget]]:
    return [type(row) for row in desk.pane.timeline.rows()]


def events(desk: Desk) -> list[str]:
    return [row.words() for row in desk.pane.timeline.rows() if isinstance(row, EventRow)]


# -- what each entry says ---------------------------------------------------------------------------------------------


async def test_a_conversation_reads_from_old_to_new_with_its_days(desk: Desk) -> None:
    anna = desk.receive("Sandra Brodbeck", HOLE)
    desk.workspace.clock.forward(DAY)
    desk.workspace.store.write(verbs.claim, anna, ME)
    desk.note(anna, "Gleiche Stelle wie gestern")
    desk.workspace.clock.forward(MINUTE)
    desk.reply(anna, "Danke, wir kümmern uns.")
    await desk.open(anna)
    assert kinds(desk) == [DayRow, MessageRow, DayRow, EventRow, NoteRow, MessageRow]
    first, last = desk.messages()
    assert first.text is not None
    assert last.text is not None
    assert first.text.source() == HOLE
    assert first.text.x() < desk.pane.width() // 10
    assert last.text.geometry().right() > last.width() * 0.9
    assert "Sandra Brodbeck" in first.meta()
    assert last.meta().endswith("09:49 · waiting")
    assert events(desk) == ["Marco Lüthi took over · 09:48"]
    assert "Sandra Brodbeck" in first.accessibleName()


async def test_a_note_cannot_be_mistaken(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    desk.note(anna, "Nur für uns")
    await desk.open(anna)
    note = next(row for row in desk.pane.timeline.rows() if isinstance(row, NoteRow))
    assert note.heading.source().startswith("Internal note · Marco Lüthi")
    message = desk.messages()[0]
    assert note.width() == message.width()
    assert note.grab().toImage().pixelColor(note.width() // 2, 4).name() == look.color("note_ground").name()


async def test_a_phone_note_shows_caller_action_and_urgency(desk: Desk) -> None:
    note = PhoneNote("Ast auf der Strasse", "061 555 01 88", "Frau Meier", action=NoteAction.INBOX, urgent=True)
    taken = desk.workspace.store.write(verbs.take_note, note, ME)
    await desk.open(taken.enquiry)
    row = next(row for row in desk.pane.timeline.rows() if isinstance(row, PhoneNoteRow))
    assert row.caller.source() == "061 555 01 88 · Frau Meier"
    assert row.text.source() == "Ast auf der Strasse"
    assert {chip.chip().text for chip in row.findChildren(look.ChipLabel)} == {"To be done", "Urgent"}


async def test_marks_of_a_message_are_in_words(desk: Desk) -> None:
    desk.workspace.clock.forward(3 * HOUR)
    person, page = RemotePerson(PlatformId("p-1"), "Anna"), RemotePerson(PlatformId("page"), "Rathaus Basel")
    thread = RemoteThread(PlatformId("t-1"), person)
    now = desk.workspace.clock.now
    messages = (
        RemoteMessage(PlatformId("m1"), thread.platform_id, person, False, "alt", now - 2 * HOUR),  # type: ignore[arg-type]
        RemoteMessage(PlatformId("m2"), thread.platform_id, page, True, "von anderswo", now),
    )
    desk.workspace.store.write(intake.ingest, desk.facebook, Batch((thread,), messages, {"at": "1"}, complete=True))
    anna = desk.row("Anna").id

    def touch(tx: Transaction) -> None:
        tx.change("UPDATE entry SET deleted = 1, edited = 1 WHERE platform_id = 'm1'")

    desk.workspace.store.write(touch)
    await desk.open(anna)
    first, last = desk.messages()
    assert "arrived late" in first.meta()
    assert "edited" in first.meta()
    assert "deleted" in first.meta()
    assert "another tool" in last.meta()


async def test_the_delivery_moves_on_under_the_message(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    sent = desk.reply(anna, "Danke")
    await desk.open(anna)
    first = desk.messages()[0]
    taken = desk.workspace.store.write(outbox.take, sent.id)
    assert taken is not None
    desk.workspace.store.write(outbox.record_sent, taken, (PlatformId("m-99"),))
    await until(lambda: desk.messages()[-1].meta().endswith("· sent"))
    assert desk.messages()[0] is first  # what did not change keeps its row


# -- its place --------------------------------------------------------------------------------------------------------


def long_conversation(desk: Desk, n: int = 60) -> EnquiryId:
    for number in range(n):
        desk.workspace.clock.forward(MINUTE)
        desk.receive("Anna", f"{number}: {HOLE}")
    return desk.row("Anna").id


async def test_it_opens_at_its_end_and_makes_only_what_is_near(desk: Desk) -> None:
    anna = long_conversation(desk, 100)
    await desk.open(anna)
    bar = desk.pane.timeline.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    assert len(desk.pane.timeline.rows()) < 45
    assert desk.messages()[-1].entry.text.startswith("99: ")
    press(desk.pane.timeline, Qt.Key.Key_Home)
    await until(desk.pane.timeline.complete)
    await asyncio.sleep(0.02)
    assert bar.value() == 0
    assert desk.messages()[0].entry.text.startswith("0: ")


async def test_scrolling_up_brings_older_rows_without_a_jump(desk: Desk) -> None:
    anna = long_conversation(desk)
    await desk.open(anna)
    view = desk.pane.timeline
    made = len(view.rows())
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 3)
    anchor = view._anchor()
    assert anchor is not None
    key, offset = anchor
    await until(lambda: len(view.rows()) > made)
    row = view.row(key)
    assert row is not None
    assert view.verticalScrollBar().value() - row.y() == offset


async def test_a_new_message_at_the_end_comes_into_sight(desk: Desk) -> None:
    anna = long_conversation(desk)
    await desk.open(anna)
    desk.workspace.clock.forward(MINUTE)
    desk.receive("Anna", "Noch etwas")
    await until(lambda: desk.messages()[-1].entry.text == "Noch etwas")
    view = desk.pane.timeline
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    assert not view.pill.isVisible()


async def test_a_new_message_moves_nothing_while_one_reads_further_up(desk: Desk) -> None:
    anna = long_conversation(desk)
    await desk.open(anna)
    view = desk.pane.timeline
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() - 900)
    await asyncio.sleep(0.1)
    before = view._anchor()
    desk.workspace.clock.forward(MINUTE)
    desk.receive("Anna", "Noch etwas")
    await until(view.pill.isVisible)
    assert view._anchor() == before
    view.pill.click()
    assert view.at_end()
    assert not view.pill.isVisible()
    assert desk.messages()[-1].entry.text == "Noch etwas"


async def test_another_width_keeps_the_place(desk: Desk) -> None:
    anna = long_conversation(desk)
    await desk.open(anna)
    view = desk.pane.timeline
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() - 900)
    await asyncio.sleep(0.1)
    before = view._anchor()
    assert before is not None
    desk.window.resize(480, 800)
    await asyncio.sleep(0.05)
    after = view._anchor()
    assert after is not None
    assert after[0] == before[0]
    widest = max(row.geometry().right() for row in view.rows())
    assert widest <= view.viewport().width()


async def test_older_entries_come_on_demand(desk: Desk) -> None:
    anna = long_conversation(desk, 130)
    await desk.open(anna)
    press(desk.pane.timeline, Qt.Key.Key_Home)
    await until(lambda: isinstance(desk.pane.timeline.rows()[0], ButtonRow))
    more = desk.pane.timeline.rows()[0]
    assert isinstance(more, ButtonRow)
    assert more.button.words() == "Show older entries"
    more.button.click()
    await until(lambda: len(desk.pane.timeline._lines) > 120)
    press(desk.pane.timeline, Qt.Key.Key_Home)
    await until(lambda: desk.messages()[0].entry.text.startswith("0: "))


async def test_the_earlier_conversation_comes_on_demand(desk: Desk) -> None:
    first = desk.receive("Anna", "Die erste Frage")
    desk.reply(first, "Die erste Antwort")
    desk.workspace.store.write(verbs.done, first, Outcome.ANSWERED, ME)
    desk.workspace.clock.forward(20 * DAY)
    second = desk.receive("Anna", "Die zweite Frage")
    assert second != first
    await desk.open(second)
    row = desk.pane.timeline.rows()[0]
    assert isinstance(row, ButtonRow)
    row.button.click()
    await until(lambda: len(desk.messages()) == 3)
    assert desk.messages()[0].entry.text == "Die erste Frage"
    assert sum(isinstance(row, DayRow) for row in desk.pane.timeline.rows()) == 4  # heading, two days, begins here
