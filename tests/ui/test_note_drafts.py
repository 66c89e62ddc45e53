"""Drafts of phone notes: on disk within a second, back after a crash, none lost when the next call comes."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from switchboard_app.model.enquiry import View
from switchboard_app.model.errors import Refused
from switchboard_app.model.times import ZONE, parse_iso
from switchboard_app.store import desk, drafts, queue
from switchboard_app.store.desk import NoteAction
from switchboard_app.ui import look
from switchboard_app.ui.callback_time import reachable
from switchboard_app.ui.note_draft import ACTIVE, ASIDE, NoteDraft, fresh, from_text, keep, stored
from switchboard_app.ui.phone_note import PhoneNoteSheet
from tests.ui.hands import press, type_in
from tests.ui.workspace import ME, Workspace, until

NOW = parse_iso("2026-11-20T09:48:00")


@pytest.fixture
def window(qtbot: QtBot) -> look.Ground:
    """What the sheet lies over."""
    made = look.Ground("window")
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    return made


def on_disk(workspace: Workspace) -> dict[str, str]:
    """The concern of each stored draft by place."""
    found = workspace.store.read(stored, ME)
    return {place: json.loads(text)["concern"] for place, text in found.items()}


async def opened(workspace: Workspace, window: look.Ground) -> PhoneNoteSheet:
    """An open phone note whose drafts are read."""
    sheet = PhoneNoteSheet(window, workspace.bridge, workspace.verbs)
    sheet.open_for()
    await until(lambda: sheet.keeping._loaded)
    return sheet


async def test_a_pause_saves_the_draft_and_says_so(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    assert sheet.aside.source() == ""
    type_in(sheet.form.concern, "Schlagloch")
    await until(lambda: on_disk(workspace) == {ACTIVE: "Schlagloch"}, 1.5)
    await until(lambda: sheet.aside.source() == "Draft saved")


async def test_typing_without_a_pause_is_saved_within_a_second(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    begun = time.monotonic()
    while not on_disk(workspace) and time.monotonic() - begun < 3:
        type_in(sheet.form.concern, "x")
        await asyncio.sleep(0.05)
    assert on_disk(workspace), "never saved while somebody typed"


async def test_escape_keeps_the_draft_at_once(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    type_in(sheet.form.concern, "Schlagloch")
    press(sheet.form.concern, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    await until(lambda: on_disk(workspace) == {ACTIVE: "Schlagloch"})
    sheet.open_for()
    assert sheet.form.concern.toPlainText() == "Schlagloch"


async def test_every_field_comes_back_after_a_crash(workspace: Workspace, window: look.Ground) -> None:
    workspace.import_directory()
    sheet = await opened(workspace, window)
    await until(lambda: sheet.form.office._finder and sheet.form.office._finder.offices)
    sheet.form.number.setText("061 555 01 88")
    sheet.form.name.setText("Frau Muster")
    sheet.form.concern.setPlainText("Zeile 1\nZeile 2 <b>")
    type_in(sheet.form.office.line, "schlagloch")
    press(sheet.form.office.line, Qt.Key.Key_Return)
    sheet.form.radios[NoteAction.CONNECTED].setChecked(True)
    sheet.form.urgent.setChecked(True)
    before = sheet.form.content()
    await until(lambda: drafts_text(workspace) == before.as_text())
    window.hide()  # the program is gone; nobody said goodbye to the sheet
    again = await opened(workspace, window)
    assert again.form.content() == before
    await until(lambda: again.form.office._office is not None)
    assert again.form.content() == before


def drafts_text(workspace: Workspace) -> str:
    return workspace.store.read(drafts.load, ME, ACTIVE)


async def test_what_was_typed_before_the_draft_was_read_is_kept_beside_it(
    workspace: Workspace, window: look.Ground
) -> None:
    workspace.store.write(drafts.save, ME, ACTIVE, fresh(NOW, concern="von gestern").as_text())
    sheet = PhoneNoteSheet(window, workspace.bridge, workspace.verbs)
    sheet.open_for()
    type_in(sheet.form.concern, "sofort getippt")
    await until(lambda: set(on_disk(workspace).values()) == {"von gestern", "sofort getippt"})
    assert sheet.form.concern.toPlainText() == "sofort getippt"
    assert sheet.waiting.isVisible()


async def test_a_call_begins_a_new_note_and_the_half_written_one_waits(
    workspace: Workspace, window: look.Ground
) -> None:
    sheet = await opened(workspace, window)
    type_in(sheet.form.concern, "erste Notiz")
    sheet.open_for("061 555 01 88", "Frau Muster")
    assert sheet.form.concern.toPlainText() == ""
    assert sheet.waiting.isVisible()
    type_in(sheet.form.concern, "zweite Notiz")
    await until(lambda: sorted(on_disk(workspace).values()) == ["erste Notiz", "zweite Notiz"])
    sheet.waiting.acted.emit()
    assert sheet.form.concern.toPlainText() == "erste Notiz"
    await until(lambda: on_disk(workspace).get(ACTIVE) == "erste Notiz")
    assert sorted(on_disk(workspace).values()) == ["erste Notiz", "zweite Notiz"]


async def test_taking_the_draft_over_gives_it_the_number_of_the_call(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    type_in(sheet.form.concern, "erste Notiz")
    sheet.open_for("061 555 01 88")
    sheet.waiting.acted.emit()
    assert (sheet.form.number.text(), sheet.form.concern.toPlainText()) == ("061 555 01 88", "erste Notiz")
    await until(lambda: on_disk(workspace) == {ACTIVE: "erste Notiz"})
    assert sheet.waiting.isHidden()


async def test_filing_one_of_three_leaves_the_others(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    for count in (1, 2, 3):
        sheet.open_for(f"061 555 00 0{count}")
        type_in(sheet.form.concern, f"Notiz {count}")
    await until(lambda: len(on_disk(workspace)) == 3)
    sheet.form.radios[NoteAction.INBOX].setChecked(True)
    sheet.file_note()
    await until(lambda: not sheet.isVisible())
    await until(lambda: sorted(on_disk(workspace).values()) == ["Notiz 1", "Notiz 2"])
    sheet.open_for()
    assert sheet.form.content().blank
    seen = []
    for _ in range(2):
        sheet.waiting.acted.emit()
        seen.append(sheet.form.concern.toPlainText())
    assert seen == ["Notiz 1", "Notiz 2"]
    (row,) = workspace.store.read(queue.page, queue.QueueFilter(View.ALL, ME), 0, 9)
    assert row.excerpt == "Notiz 3"


async def test_the_same_call_twice_is_one_note(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    sheet.open_for("061 555 01 88")
    sheet.close()
    sheet.open_for("061 555 01 88")
    assert sheet.keeping.others == []


async def test_a_note_filed_just_before_a_crash_is_not_filed_again(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    type_in(sheet.form.concern, "Notiz")
    sheet.form.radios[NoteAction.INBOX].setChecked(True)
    note = sheet.form.content()
    workspace.store.write(desk.take_note, note.as_note(NOW), ME, note_id=note.note_id)
    sheet.file_note()
    await until(lambda: not sheet.isVisible())
    assert workspace.store.read(queue.total, queue.QueueFilter(View.ALL, ME)) == 1


async def test_a_call_that_comes_while_a_note_is_filed_keeps_its_own_note(
    workspace: Workspace, window: look.Ground
) -> None:
    sheet = await opened(workspace, window)
    type_in(sheet.form.concern, "erste")
    sheet.form.radios[NoteAction.INBOX].setChecked(True)
    sheet.file_note()
    sheet.open_for("061 555 01 88")
    type_in(sheet.form.number, "9")  # the form is locked for the moment
    await until(lambda: not sheet._filing)
    type_in(sheet.form.concern, "zweite")
    await until(lambda: on_disk(workspace) == {ACTIVE: "zweite"})
    assert sheet.isVisible()
    assert sheet.keeping.others == []
    assert workspace.store.read(queue.total, queue.QueueFilter(View.ALL, ME)) == 1


async def test_a_note_begins_when_its_form_is_opened(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    sheet.close()
    workspace.clock.forward(3_600_000)
    sheet.open_for()
    assert sheet.form.content().opened_at == workspace.clock.now
    type_in(sheet.form.concern, "Notiz")
    sheet.close()
    workspace.clock.forward(3_600_000)
    sheet.open_for()
    assert sheet.form.content().opened_at < workspace.clock.now


async def test_the_number_of_drafts_is_told(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    told: list[int] = []
    sheet.drafts_changed.connect(told.append)
    type_in(sheet.form.concern, "eins")
    sheet.open_for("061 555 01 88")
    type_in(sheet.form.concern, "zwei")
    await until(lambda: told and told[-1] == 2)


async def test_the_last_words_are_stored_before_the_end(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    type_in(sheet.form.concern, "letzte Worte")
    await sheet.flush()
    assert on_disk(workspace) == {ACTIVE: "letzte Worte"}


async def test_the_focus_is_where_it_was_after_a_draft_was_taken_over(
    workspace: Workspace, window: look.Ground
) -> None:
    sheet = await opened(workspace, window)
    type_in(sheet.form.concern, "erste")
    sheet.open_for("061 555 01 88")
    sheet.waiting.acted.emit()
    assert QApplication.focusWidget() is sheet.form.concern


def test_places_that_run_out_are_said_and_nothing_is_moved(workspace: Workspace) -> None:
    for place in ASIDE:
        workspace.store.write(drafts.save, ME, place, fresh(NOW, concern=place).as_text())
    workspace.store.write(drafts.save, ME, ACTIVE, fresh(NOW, concern="hier").as_text())
    before = workspace.store.read(stored, ME)
    with pytest.raises(Refused):
        workspace.store.write(keep, ME, "neu", ["noch eine"], [])
    assert workspace.store.read(stored, ME) == before


@pytest.mark.parametrize(
    ("text", "concern"),
    [
        ("", None),
        ("kein JSON: Schlagloch", "kein JSON: Schlagloch"),
        ('{"concern": "x", "of a newer version": 1}', "x"),
        ('{"concern": 5, "urgent": "yes"}', ""),
        ('{"concern": "x", "action": "teleport"}', "x"),
        ("[1, 2]", None),
    ],
)
def test_a_stored_draft_is_read_whoever_wrote_it(text: str, concern: str | None) -> None:
    read = from_text(text, NOW)
    assert (None if read is None else read.concern) == concern


def test_a_draft_reads_as_it_was_written() -> None:
    made = fresh(NOW, number="061", name="Ä «ß» \u2028", concern="a\n\tb", urgent=True, joins=4, called=True)
    assert from_text(made.as_text(), NOW) == made


def test_what_counts_as_empty() -> None:
    assert fresh(NOW).blank
    called = fresh(NOW, number="061 555 01 88", called=True)
    assert called.bare
    assert not called.blank
    assert not fresh(NOW, concern="x").bare
    assert isinstance(called, NoteDraft)


@pytest.mark.parametrize(
    ("concern", "moment", "until_then"),
    [
        ("Erreichbar ab 14 Uhr", "2026-11-20T14:00", False),
        ("bitte zurückrufen, nach 16.30 Uhr", "2026-11-20T16:30", False),
        ("bis 11:15 erreichbar", "2026-11-20T11:15", True),
        ("erreichbar morgen ab 8 Uhr", "2026-11-21T08:00", False),
        ("joignable à partir de 15h", "2026-11-20T15:00", False),
        ("raggiungibile dalle 16:00", "2026-11-20T16:00", False),
        ("from 14:00 until 16:00", "2026-11-20T16:00", True),
    ],
)
def test_a_time_the_caller_named_is_understood(concern: str, moment: str, until_then: bool) -> None:
    found = reachable(concern, NOW)
    assert found is not None
    assert (found.at, found.until) == (parse_iso(moment), until_then)
    assert found.words(NOW).startswith("until" if until_then else "from")


@pytest.mark.parametrize(
    "concern", ["", "14 Uhr", "ab 25 Uhr", "bis 8 Uhr", "Hausnummer ab 14", "Labor 14:00", "seit 3 Wochen ab 1999"]
)
def test_other_numbers_are_no_time(concern: str) -> None:
    assert reachable(concern, NOW) is None


def test_the_last_time_counts_and_clocks_change_with_the_season() -> None:
    found = reachable("bis 11 Uhr, nein, bis 12 Uhr", NOW)
    assert found is not None
    assert found.at == parse_iso("2026-11-20T12:00:00")
    assert ZONE.key == "Europe/Zurich"
