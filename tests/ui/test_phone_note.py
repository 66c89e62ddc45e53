"""The phone note as an operator uses it: opened by key or call, typed, filed, refused, discarded."""

from __future__ import annotations

import asyncio
import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from switchboard_app.config import locale_folder
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import EnquiryState, QueueRow, View
from switchboard_app.model.entry import EntryKind
from switchboard_app.model.language import use_language
from switchboard_app.store import desk, drafts, queue, timeline
from switchboard_app.store.desk import NoteAction, PhoneNote
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui import look
from switchboard_app.ui.phone_note import PhoneNoteSheet
from tests.ui.hands import ALT, CTRL, press, type_in
from tests.ui.workspace import ME, Workspace, until

CONCERN = "Möchte einen Kaufvertrag beurkunden lassen, weiss nicht, welches Amt."


def rows(workspace: Workspace, view: View = View.ALL) -> list[QueueRow]:
    return workspace.store.read(queue.page, queue.QueueFilter(view, ME), 0, 50)


def draft(workspace: Workspace, place: str = "phone-note") -> dict[str, object]:
    text = workspace.store.read(drafts.load, ME, place)
    return json.loads(text) if text else {}


@pytest.fixture
def window(qtbot: QtBot) -> look.Ground:
    """What the sheet lies over."""
    made = look.Ground("window")
    qtbot.addWidget(made)
    made.resize(1440, 900)
    made.show()
    made.activateWindow()
    return made


async def opened(workspace: Workspace, window: look.Ground) -> PhoneNoteSheet:
    """An open, empty phone note over a window."""
    sheet = PhoneNoteSheet(window, workspace.bridge, workspace.verbs)
    sheet.open_for()
    await until(lambda: sheet.form.office._finder is not None and QApplication.focusWidget() is sheet.form.number)
    return sheet


def full(tx: Transaction, *, room: bool) -> None:
    """Let the database grow no further, as on a full disk; or again."""
    pages = tx.value("PRAGMA page_count")
    tx.rows(f"PRAGMA max_page_count = {pages + 100_000 if room else pages}")


async def test_it_opens_with_the_focus_where_typing_begins(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    assert QApplication.focusWidget() is sheet.form.number
    sheet.close()
    sheet.open_for("061 555 01 88", "Herr Yılmaz")
    assert QApplication.focusWidget() is sheet.form.concern
    assert (sheet.form.number.text(), sheet.form.name.text()) == ("061 555 01 88", "Herr Yılmaz")


async def test_it_opens_above_another_sheet_and_goes_back_to_it(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    sheet.close()
    other = look.Sheet(window, "Snooze")
    field = look.LineField("Until")
    other.body.addWidget(field)
    other.open()
    sheet.open_for()
    assert sheet.isVisible()
    assert other.isVisible()
    assert window.childAt(window.rect().center()) is not field
    press(sheet.form.number, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert QApplication.focusWidget() is field


async def test_a_note_is_filed_once_however_often_the_key_is_pressed(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    type_in(sheet.form.number, "061 555 01 88")
    type_in(sheet.form.concern, CONCERN)
    sheet.form.radios[NoteAction.INBOX].setChecked(True)
    for _ in range(3):
        press(sheet.form.concern, Qt.Key.Key_Return, CTRL)
    await until(lambda: not sheet.isVisible())
    (row,) = rows(workspace)
    assert (row.channel, row.excerpt, row.person_name) == (Channel.PHONE, CONCERN, "061 555 01 88")
    assert sheet.form.content().blank
    assert draft(workspace) == {}


async def test_filing_from_every_field(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    sheet.form.radios[NoteAction.INBOX].setChecked(True)
    fields = [sheet.form.number, sheet.form.name, sheet.form.concern, sheet.form.office.line, sheet.form.urgent]
    for count, field in enumerate(fields, 1):
        sheet.open_for()
        sheet.form.concern.setPlainText(f"Anliegen {count}")
        field.setFocus()
        press(field, Qt.Key.Key_Return, CTRL)
        await until(lambda count=count: len(rows(workspace)) == count)  # type: ignore[misc]  # a late-bound loop variable
        await until(lambda: not sheet.isVisible())


async def test_a_note_without_a_concern_is_refused_in_words_and_keeps_the_rest(
    workspace: Workspace, window: look.Ground
) -> None:
    sheet = await opened(workspace, window)
    sheet.form.number.setText("061 555 01 88")
    sheet.file_note()
    await until(sheet.trouble.isVisible)
    assert "says nothing yet" in sheet.trouble.accessibleName()
    assert sheet.isVisible()
    assert sheet.form.number.text() == "061 555 01 88"
    assert QApplication.focusWidget() is sheet.form.concern
    assert rows(workspace) == []


async def test_a_full_disk_leaves_the_text_in_the_form_and_is_got_over(
    workspace: Workspace, window: look.Ground
) -> None:
    sheet = await opened(workspace, window)
    long = "Schlagloch vor dem Haus. " * 20_000
    workspace.store.write(full, room=False)
    sheet.form.concern.setPlainText(long)
    sheet.form.radios[NoteAction.INBOX].setChecked(True)
    await until(lambda: "not saved" in sheet.aside.source())
    sheet.file_note()
    await until(lambda: not sheet._filing)
    assert "no room left on the disk" in sheet.trouble.accessibleName()
    assert sheet.isVisible()
    assert sheet.form.concern.toPlainText() == long
    assert rows(workspace) == []
    workspace.store.write(full, room=True)
    sheet.file_note()
    await until(lambda: not sheet.isVisible())
    (row,) = rows(workspace)
    (entry, *_) = workspace.store.read(timeline.conversation, row.id).entries
    assert entry.text == long
    assert sheet.trouble.isHidden()


async def test_the_caller_who_is_known_is_named_and_the_earlier_call_said(
    workspace: Workspace, window: look.Ground
) -> None:
    workspace.clock.set("2026-11-18T10:12:00")
    earlier = PhoneNote("Fragen zur Handänderungssteuer", "+41 61 555 01 88", "Mehmet Yılmaz", action=NoteAction.INBOX)
    workspace.store.write(desk.take_note, earlier, ME)
    workspace.clock.set("2026-11-20T09:48:00")
    sheet = await opened(workspace, window)
    type_in(sheet.form.number, "061 555 01 88")
    await until(sheet.form.hint.isVisible)
    assert sheet.form.name.text() == "Mehmet Yılmaz"
    assert "18.11." in sheet.form.hint._sentence()
    assert "Fragen zur Handänderungssteuer" in sheet.form.hint._sentence()
    sheet.form.number.clear()
    assert sheet.form.name.text() == ""
    assert sheet.form.hint.isHidden()


async def test_an_odd_number_is_said_and_blocks_nothing(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    type_in(sheet.form.number, "intern 81")
    await until(sheet.form.hint.isVisible)
    assert "kept as it is written" in sheet.form.hint._sentence()
    sheet.form.concern.setPlainText("Frage")
    sheet.form.radios[NoteAction.INBOX].setChecked(True)
    sheet.file_note()
    await until(lambda: not sheet.isVisible())
    (row,) = rows(workspace)
    assert "intern 81" in row.person_name


async def test_a_name_that_was_typed_is_never_replaced(workspace: Workspace, window: look.Ground) -> None:
    workspace.store.write(desk.take_note, PhoneNote("x", "061 555 01 88", "Mehmet Yılmaz"), ME)
    sheet = await opened(workspace, window)
    type_in(sheet.form.name, "Frau Meier")
    type_in(sheet.form.number, "061 555 01 88")
    await until(sheet.form.hint.isVisible)
    assert sheet.form.name.text() == "Frau Meier"


async def test_a_note_joins_the_enquiry_that_is_still_open(workspace: Workspace, window: look.Ground) -> None:
    first = workspace.store.write(desk.take_note, PhoneNote("Schlagloch", "061 555 01 88", "Meier"), ME)
    sheet = await opened(workspace, window)
    type_in(sheet.form.number, "061 555 01 88")
    await until(sheet.form.hint.join.isVisible)
    sheet.form.hint.join.click()
    sheet.form.radios[NoteAction.INBOX].setChecked(True)
    sheet.form.concern.setPlainText("Ist noch tiefer geworden.")
    sheet.file_note()
    await until(lambda: not sheet.isVisible())
    assert [row.number for row in rows(workspace)] == [first.number]
    entries = workspace.store.read(timeline.conversation, first.enquiry).entries
    notes = [entry.text for entry in entries if entry.kind is EntryKind.PHONE_NOTE]
    assert notes == ["Schlagloch", "Ist noch tiefer geworden."]


async def test_an_office_is_found_chosen_and_told(workspace: Workspace, window: look.Ground) -> None:
    workspace.import_directory()
    sheet = await opened(workspace, window)
    await until(lambda: sheet.form.office._finder and sheet.form.office._finder.offices)
    press(sheet.form.concern, Qt.Key.Key_Z, ALT)
    line = sheet.form.office.line
    assert QApplication.focusWidget() is line
    type_in(line, "schlaglch")
    current = sheet.form.office.hits.current()
    assert current is not None
    assert "Tiefbauamt" in current.office.title
    press(line, Qt.Key.Key_Return)
    assert sheet.form.office.office == current.office.id
    assert line.text() == current.office.title
    sheet.form.concern.setPlainText("Tiefes Schlagloch, bitte zurückrufen.")
    sheet.file_note()
    await until(lambda: not sheet.isVisible())
    (row,) = rows(workspace)
    assert (row.state, row.office) == (EnquiryState.WAITING_OFFICE, current.office.id)


async def test_changed_words_let_go_of_the_office(workspace: Workspace, window: look.Ground) -> None:
    workspace.import_directory()
    sheet = await opened(workspace, window)
    await until(lambda: sheet.form.office._finder and sheet.form.office._finder.offices)
    type_in(sheet.form.office.line, "schlagloch")
    press(sheet.form.office.line, Qt.Key.Key_Down)
    press(sheet.form.office.line, Qt.Key.Key_Return)
    assert sheet.form.office.office is not None
    press(sheet.form.office.line, Qt.Key.Key_Backspace)
    assert sheet.form.office.office is None


async def test_the_concern_suggests_offices_while_nothing_is_typed(workspace: Workspace, window: look.Ground) -> None:
    workspace.import_directory()
    sheet = await opened(workspace, window)
    await until(lambda: sheet.form.office._finder and sheet.form.office._finder.offices)
    sheet.form.concern.setPlainText("Vor dem Haus ist ein tiefes Schlagloch in der Strasse")
    await until(lambda: sheet.form.office.hits.current() is not None)
    current = sheet.form.office.hits.current()
    assert current is not None
    assert "Tiefbauamt" in current.office.title


async def test_what_cannot_be_done_as_wished_is_said_and_the_note_is_filed(
    workspace: Workspace, window: look.Ground
) -> None:
    said: list[str] = []
    workspace.verbs.stepped.connect(lambda words, _enquiry, _action: said.append(words))
    sheet = await opened(workspace, window)
    sheet.form.concern.setPlainText("Rückruf erwünscht")
    assert sheet.form.action() is NoteAction.OFFICE_CALLBACK
    sheet.file_note()
    await until(lambda: not sheet.isVisible())
    assert said[-1] == "No office was chosen, so the note waits in the inbox."
    (row,) = rows(workspace, View.INBOX)
    assert row.excerpt == "Rückruf erwünscht"


async def test_a_discarded_note_can_be_had_back(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    type_in(sheet.form.concern, CONCERN)
    await until(lambda: draft(workspace).get("concern") == CONCERN)
    sheet.discard.click()
    assert not sheet.isVisible()
    await until(lambda: draft(workspace) == {})
    sheet._toast.acted.emit()
    assert sheet.isVisible()
    assert sheet.form.concern.toPlainText() == CONCERN
    await until(lambda: draft(workspace).get("concern") == CONCERN)


async def test_the_call_is_timed_and_its_script_said_line_by_line(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    sheet.open_for("061 555 12 34", "", ("Grüezi.", "Ich habe eine Frage.", "Danke."))
    assert sheet.script.isVisible()
    assert sheet.script.said() == "Grüezi."
    sheet.script.go_on.click()
    sheet.script.go_on.click()
    assert sheet.script.said() == "Ich habe eine Frage.\nDanke."
    workspace.clock.forward(42_000)
    sheet._say_state()
    assert sheet.aside.source().startswith("Call running 00:42")
    sheet.form.concern.setPlainText("Frage")
    sheet.form.radios[NoteAction.ANSWERED].setChecked(True)
    sheet.file_note()
    await until(lambda: not sheet.isVisible())
    assert sheet.script.isHidden()
    (row,) = rows(workspace)
    assert row.state is EnquiryState.DONE


@pytest.mark.parametrize(
    "text", ["<b>fett</b> &amp; &", "שלום עולם", "👩‍👩‍👧 \u202eevil", "  zwei  Blanks \n\n am Ende  "]
)
async def test_what_is_typed_is_filed_exactly(workspace: Workspace, window: look.Ground, text: str) -> None:
    sheet = await opened(workspace, window)
    sheet.form.concern.setPlainText(text)
    sheet.form.radios[NoteAction.INBOX].setChecked(True)
    sheet.file_note()
    await until(lambda: not sheet.isVisible())
    (row,) = rows(workspace)
    (entry, *_) = workspace.store.read(timeline.conversation, row.id).entries
    assert entry.text == text


async def test_at_twice_the_text_on_a_small_screen_every_field_can_be_reached(
    workspace: Workspace, window: look.Ground, qapp: QApplication
) -> None:
    look.apply(qapp, look.Theme.LIGHT, 2.0)
    try:
        sheet = await opened(workspace, window)
        window.resize(1024, 700)
        for field in sheet._fields():
            field.setFocus(Qt.FocusReason.TabFocusReason)
            await asyncio.sleep(0.01)
            seen = field.mapTo(sheet, field.rect().center())
            assert sheet.card.geometry().contains(seen), field.accessibleName()
            assert field.width() <= sheet.card.width()
        assert window.rect().contains(sheet.card.geometry())
    finally:
        look.apply(qapp, look.Theme.LIGHT)


async def test_the_language_is_switched_under_what_was_typed(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    sheet.form.concern.setPlainText(CONCERN)
    try:
        use_language("de", locale_folder())
        assert sheet.form.concern.toPlainText() == CONCERN
    finally:
        use_language("en", locale_folder())
    assert sheet.file.words() == "File note"
