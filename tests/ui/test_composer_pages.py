"""The other pages of the composer: notes that never leave, forwardings, and what stands in the place of the boxes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.entry import Direction, EntryKind
from switchboard_app.model.ids import OfficeId, Operator
from switchboard_app.model.office import Office
from switchboard_app.model.times import HOUR
from switchboard_app.store import desk as verbs
from switchboard_app.store import directory, drafts, outbox
from switchboard_app.store.desk import NoteAction, PhoneNote
from switchboard_app.ui.composer import ANSWER, NOTE, OFFICE
from switchboard_app.ui.conversation_reading import LONGEST_CONCERN
from tests.ui.hands import CTRL, press, type_in
from tests.ui.open_enquiry import HOLE, ROADS, Desk, focus, picture
from tests.ui.workspace import ME, Workspace, until


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


# -- notes ------------------------------------------------------------------------------------------------------------


async def test_a_note_is_saved_and_never_leaves(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    desk.pane.focus_note()
    note = desk.pane.composer.note
    assert focus() is note.box
    type_in(note.box, "Nur für uns")
    press(note.box, Qt.Key.Key_Return, CTRL)
    await until(lambda: not note.box.text())
    entries = desk.stored(anna).entries
    assert [(entry.kind, entry.direction) for entry in entries[1:]] == [(EntryKind.NOTE, Direction.INTERNAL)]
    assert desk.workspace.store.read(outbox.waiting) == 0
    assert desk.pane.composer.page() == NOTE  # the next words do not land in an answer by habit


async def test_the_note_page_stands_in_the_colours_of_notes(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    desk.pane.focus_note()
    page = desk.pane.composer.note
    picture_of_page = page.grab().toImage()
    from switchboard_app.ui import look

    assert picture_of_page.pixelColor(4, page.height() // 2).name() == look.color("note_ground").name()
    assert picture_of_page.pixelColor(30, page.box.y() + 12).name() == look.color("note_ground").name()


# -- forwarding -------------------------------------------------------------------------------------------------------


async def test_the_suggested_office_gets_number_topic_and_concern(desk: Desk) -> None:
    anna = desk.receive("Anna", HOLE)
    shown = await desk.open(anna)
    desk.pane.focus_forward()
    page = desk.pane.composer.office
    assert focus() is page.line
    assert HOLE in page.box.text()
    press(page.line, Qt.Key.Key_Return)
    assert page.office is not None
    assert page.office.id == ROADS
    assert page.box.text().startswith(f"Enquiry {shown.number} · Strassenschaden melden")
    assert focus() is page.box
    assert desk.draft(anna, "forward") == ""  # a proposal is no draft
    press(page.box, Qt.Key.Key_Return, CTRL)
    await until(lambda: desk.stored(anna).forwardings)
    made = desk.stored(anna)
    assert made.forwardings[0].office == ROADS
    assert HOLE in made.forwardings[0].summary
    assert made.enquiry.state is EnquiryState.WAITING_OFFICE
    await until(lambda: desk.pane.composer.page() == ANSWER)


async def test_the_proposal_holds_what_the_citizen_wrote_from_the_beginning(desk: Desk) -> None:
    anna = desk.receive("Anna", HOLE)
    desk.reply(anna, "Danke, wir schauen.")
    desk.workspace.clock.forward(HOUR)
    desk.receive("Anna", "Wann wird es geflickt?")
    await desk.open(anna)
    proposal = desk.pane.composer.office.proposal()
    assert proposal.index(HOLE) < proposal.index("Wann wird es geflickt?")
    assert "Danke, wir schauen." not in proposal


async def test_an_office_is_found_while_typing_and_taken_by_key(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    desk.pane.focus_forward()
    page = desk.pane.composer.office
    assert not page.hits.rows
    type_in(page.line, "schlagl")
    assert page.hits.rows
    press(page.line, Qt.Key.Key_Down)
    assert focus() is page.hits.rows[0]
    press(page.hits.rows[0], Qt.Key.Key_1)
    assert page.chosen.isVisible()
    assert page.chosen.title.source() == "Tiefbauamt, Strassenunterhalt"
    page.chosen.other.click()
    assert not page.chosen.isVisible()
    assert page.line.isVisible()


async def test_a_changed_summary_is_a_draft_and_stays_when_the_office_changes(desk: Desk) -> None:
    anna = desk.receive("Anna", HOLE)
    await desk.open(anna)
    desk.pane.focus_forward(ROADS)
    page = desk.pane.composer.office
    type_in(page.box, " Bitte heute.")
    await until(lambda: desk.draft(anna, "forward").endswith("Bitte heute."))
    desk.pane.focus_forward(OfficeId("bvd-tiefbauamt-baustellen"))
    assert page.box.text().endswith("Bitte heute.")
    bea = desk.receive("Bea", "Hallo")
    await desk.open(bea)
    await desk.open(anna)
    assert desk.pane.composer.page() == OFFICE
    assert page.box.text().endswith("Bitte heute.")


async def test_an_office_without_mail_says_whom_to_call(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    without = Office(OfficeId("ohne-mail"), "Departement", "Amt ohne Mail", phone="061 555 99 99")
    desk.workspace.store.write(directory.replace, [without], ME)
    await desk.open(anna)
    page = desk.pane.composer.office
    desk.pane.focus_forward(without.id)
    assert "061 555 99 99" in page.hint.source()
    assert not page.button.isEnabled()
    press(page.box, Qt.Key.Key_Return, CTRL)
    assert page.trouble.isVisible()
    assert not desk.stored(anna).forwardings


async def test_a_long_concern_is_cut_in_the_proposal(desk: Desk) -> None:
    anna = desk.receive("Anna", "Bitte lesen. " * 800, desk.x)
    await desk.open(anna)
    assert len(desk.pane.composer.office.proposal()) < LONGEST_CONCERN + 100


# -- phone, foreign, done ---------------------------------------------------------------------------------------------


async def test_a_phone_enquiry_has_no_answer_but_a_number_to_call_back(desk: Desk) -> None:
    note = PhoneNote("Schlagloch gemeldet", "061 555 01 88", "Frau Meier", action=NoteAction.INBOX)
    taken = desk.workspace.store.write(verbs.take_note, note, ME)
    await desk.open(taken.enquiry)
    composer = desk.pane.composer
    assert not composer.tabs.tabs[ANSWER].isVisible()
    assert not composer.answer.isVisible()
    assert "061 555 01 88" in composer.strip.words.source()
    desk.pane.focus_answer()
    assert focus() is composer.note.box
    assert "061 555 01 88" in composer.office.proposal()


async def test_somebody_elses_enquiry_has_no_boxes(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    keller = Operator("A. Keller")
    desk.workspace.store.write(drafts.save, ME, f"reply:{anna}", "Mein Entwurf")
    desk.workspace.store.write(verbs.claim, anna, keller)
    await desk.open(anna)
    composer = desk.pane.composer
    assert "A. Keller" in composer.strip.words.source()
    assert composer.strip.aside.isVisible()  # the draft is kept
    assert not any(page.isVisible() for page in (composer.answer, composer.note, composer.office, composer.tabs))
    composer.strip.reassign_button.click()
    sheet = desk.pane.sheets.reassign_sheet
    assert sheet is not None
    assert sheet.to.text() == ME
    assert focus() is sheet.reason
    type_in(sheet.reason, "abwesend")
    press(sheet.reason, Qt.Key.Key_Return)
    await until(composer.answer.isVisible)
    assert composer.answer.box.text() == "Mein Entwurf"


async def test_a_note_can_be_added_to_somebody_elses_enquiry(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    desk.workspace.store.write(verbs.claim, anna, Operator("A. Keller"))
    await desk.open(anna)
    composer = desk.pane.composer
    composer.strip.note_button.click()
    assert focus() is composer.note.box
    composer.note.box.setPlainText("Habe mit ihr telefoniert")
    composer.note.save_button.click()
    await until(lambda: desk.stored(anna).entries[-1].kind is EntryKind.NOTE)
    await until(lambda: not composer.note.isVisible())


async def test_being_reassigned_while_typing_closes_the_box_and_keeps_the_draft(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    composer = desk.pane.composer
    type_in(composer.answer.box, "Halbe Ant")
    desk.workspace.store.write(verbs.reassign, anna, Operator("A. Keller"), "Schicht", Operator("Leitung"))
    await until(lambda: not composer.answer.isVisible())
    await desk.pane.save_drafts()
    assert desk.draft(anna) == "Halbe Ant"


# -- pictures ---------------------------------------------------------------------------------------------------------


async def test_pictures_are_attached_pasted_removed_and_sent(desk: Desk, tmp_path: Path) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    path = tmp_path / "plan.png"
    path.write_bytes(picture())
    answer.files.take_paths([str(path)])
    await until(lambda: len(answer.files.files()) == 1)
    pasted = QMimeData()
    pasted.setImageData(QImage(30, 30, QImage.Format.Format_RGB32))
    answer.box.insertFromMimeData(pasted)
    await until(lambda: len(answer.files.files()) == 2)
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(path))])
    answer.box.insertFromMimeData(dropped)
    await until(lambda: len(answer.files.files()) == 3)
    assert answer.box.text() == ""
    answer.files._picked[1].remove.click()
    assert len(answer.files.files()) == 2
    assert answer.send_button.isEnabled()  # a picture needs no words
    answer.send_button.click()
    await until(lambda: not answer.files.files())
    sent = desk.stored(anna).entries[-1]
    assert [(file.name, file.mime) for file in sent.attachments] == [("plan.png", "image/png")] * 2
    assert sent.delivery is not None
    assert sent.delivery.state is DeliveryState.QUEUED


async def test_what_the_channel_does_not_take_is_refused_in_words(desk: Desk, tmp_path: Path) -> None:
    anna = desk.receive("Anna", "Hallo", desk.x)
    await desk.open(anna)
    answer = desk.pane.composer.answer
    wrong = tmp_path / "vertrag.png"
    wrong.write_bytes(b"%PDF-1.7 not a picture")
    answer.files.take_paths([str(wrong), str(tmp_path / "gibt-es-nicht.png")])
    await until(answer.trouble.isVisible)
    await desk.settled()
    assert not answer.files.files()
    good = tmp_path / "eins.png"
    good.write_bytes(picture())
    answer.files.take_paths([str(good), str(good)])
    await until(lambda: len(answer.files.files()) == 1)
    await until(lambda: "one file" in answer.trouble._text.source())
    assert len(answer.files.files()) == 1


async def test_pictures_stay_with_their_enquiry(desk: Desk) -> None:
    anna, bea = desk.receive("Anna", "Hallo"), desk.receive("Bea", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    answer.files.take_content("plan.png", picture())
    await until(answer.files.files)
    await desk.open(bea)
    assert not answer.files.files()
    await desk.open(anna)
    await until(lambda: [file.name for file in answer.files.files()] == ["plan.png"])
