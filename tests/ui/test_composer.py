"""The composer: drafts that survive, answers that leave once, notes that never leave, forwardings, pictures."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import Direction, EntryKind
from switchboard_app.model.errors import Refused, Stale
from switchboard_app.model.ids import OfficeId, Operator
from switchboard_app.model.office import Office
from switchboard_app.model.times import DAY, HOUR
from switchboard_app.store import desk as verbs
from switchboard_app.store import directory, drafts, outbox
from switchboard_app.store.desk import NoteAction, PhoneNote
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.composer import ANSWER, NOTE, OFFICE
from switchboard_app.ui.conversation_reading import LONGEST_CONCERN
from tests.ui.corpora import corpus
from tests.ui.hands import CTRL, press, type_in
from tests.ui.open_enquiry import HOLE, ROADS, Desk, focus, picture
from tests.ui.workspace import ME, Workspace, until

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


# -- drafts ------------------------------------------------------------------------------------------------------------


async def test_what_is_typed_is_on_disk_after_a_pause_and_back_when_opened_again(desk: Desk) -> None:
    anna, bea = desk.receive("Anna", "Wo ist das Amt?"), desk.receive("Bea", "Danke")
    await desk.open(anna)
    desk.pane.focus_answer()
    type_in(desk.pane.composer.answer.box, "Guten Tag Frau Ä.")
    await until(lambda: desk.draft(anna) == "Guten Tag Frau Ä.")
    await desk.open(bea)
    assert desk.pane.composer.answer.box.text() == ""
    await desk.open(anna)
    assert desk.pane.composer.answer.box.text() == "Guten Tag Frau Ä."
    assert desk.pane.composer.answer.box.textCursor().atEnd()


async def test_a_draft_is_saved_at_once_when_another_enquiry_is_opened(desk: Desk) -> None:
    anna, bea = desk.receive("Anna", "Hallo"), desk.receive("Bea", "Hallo")
    await desk.open(anna)
    type_in(desk.pane.composer.answer.box, "halb")
    desk.pane.open(bea)
    desk.pane.open(anna)
    await desk.settled()
    assert desk.draft(anna) == "halb"
    assert desk.pane.composer.answer.box.text() == "halb"


async def test_typing_without_a_pause_is_saved_within_a_second(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    for _ in range(25):
        type_in(desk.pane.composer.answer.box, "a")
        await asyncio.sleep(0.05)
        if desk.draft(anna):
            return
    pytest.fail("never saved while typing")


@pytest.mark.parametrize("text", ["a\u2028b\u2029c", "a\u00a0b", "\ufeffBOM", "tab\tund\r\nzeile", "  Ränder  \n\n"])
async def test_a_draft_comes_back_exactly_as_it_was_stored(desk: Desk, text: str) -> None:
    anna, bea = desk.receive("Anna", "Hallo"), desk.receive("Bea", "Hallo")
    desk.workspace.store.write(drafts.save, ME, f"reply:{anna}", text)
    await desk.open(anna)
    assert desk.pane.composer.answer.box.text() == text
    await desk.open(bea)
    await desk.settled()
    assert desk.draft(anna) == text


async def test_naughty_strings_are_drafts_like_others(desk: Desk) -> None:
    found = [str(case["text"]) for case in corpus("third_party", "blns.json")]
    if not found:
        pytest.skip("no ../shared/corpora/third_party/blns.json beside this checkout")
    box = desk.pane.composer.answer.box
    for text in found:
        box.hold("reply:somewhere", text)
        assert box.text() == text
        assert not box.unsaved()
    box.hold("", "")


async def test_closing_saves_every_page(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    for page, words in ((ANSWER, "Antwort"), (NOTE, "Notiz"), (OFFICE, "Ans Amt")):
        box = desk.pane.composer.boxes[page]
        box.setPlainText(words)
    await desk.pane.save_drafts()
    assert [desk.draft(anna, place) for place in ("reply", "note", "forward")] == ["Antwort", "Notiz", "Ans Amt"]


async def test_a_page_with_unsent_text_shows_it_on_its_tab(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    composer = desk.pane.composer
    composer.note.box.setPlainText("vergessen?")
    assert composer.tabs.tabs[NOTE].text().endswith("•")
    assert "unsent" in composer.tabs.tabs[NOTE].accessibleName()
    assert not composer.tabs.tabs[OFFICE].text().endswith("•")  # the proposal is no draft


# -- answering ---------------------------------------------------------------------------------------------------------


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
    answer.files.put([verbs.File("plan.png", picture())])
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


# -- notes -------------------------------------------------------------------------------------------------------------


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


# -- forwarding --------------------------------------------------------------------------------------------------------


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


# -- phone, foreign, done ----------------------------------------------------------------------------------------------


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


# -- pictures ----------------------------------------------------------------------------------------------------------


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
    await until(lambda: "one picture" in answer.trouble._text.source())
    assert len(answer.files.files()) == 1


async def test_pictures_stay_with_their_enquiry(desk: Desk) -> None:
    anna, bea = desk.receive("Anna", "Hallo"), desk.receive("Bea", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    answer.files.put([verbs.File("plan.png", picture())])
    await until(answer.files.files)
    await desk.open(bea)
    assert not answer.files.files()
    await desk.open(anna)
    await until(lambda: [file.name for file in answer.files.files()] == ["plan.png"])


# -- never to the wrong person, never lost -----------------------------------------------------------------------------


async def test_an_answer_goes_to_the_one_it_was_written_for_whatever_is_opened_meanwhile(desk: Desk) -> None:
    anna, bea = desk.receive("Anna", "Hallo"), desk.receive("Bea", "Hallo")
    desk.workspace.store.write(drafts.save, ME, f"reply:{bea}", "Für Bea")
    await desk.open(anna)
    box = desk.pane.composer.answer.box
    type_in(box, "Für Anna")
    desk.pane.composer.save_soon()  # a save is under way, so the answer waits its turn
    press(box, Qt.Key.Key_Return, CTRL)
    desk.pane.open(bea)
    await until(lambda: box.text() == "Für Bea")
    await until(lambda: len(desk.stored(anna).entries) > 1)
    await desk.settled()
    assert desk.stored(anna).entries[-1].text == "Für Anna"
    assert len(desk.stored(bea).entries) == 1
    assert (desk.draft(anna), desk.draft(bea)) == ("", "Für Bea")
    assert box.text() == "Für Bea"
    assert not box.isReadOnly()
    await desk.open(anna)
    assert box.text() == ""


async def test_a_note_belongs_to_the_enquiry_it_was_written_on(desk: Desk) -> None:
    anna, bea = desk.receive("Anna", "Hallo"), desk.receive("Bea", "Hallo")
    await desk.open(anna)
    note = desk.pane.composer.note
    desk.pane.focus_note()
    type_in(note.box, "Zu Anna")
    desk.pane.composer.save_soon()
    press(note.box, Qt.Key.Key_Return, CTRL)
    desk.pane.open(bea)
    await until(lambda: len(desk.stored(anna).entries) > 1)
    await desk.settled()
    assert desk.stored(anna).entries[-1].text == "Zu Anna"
    assert len(desk.stored(bea).entries) == 1


def full(tx: Transaction, *, room: bool) -> None:
    """Let the database grow no further, as on a full disk; or again."""
    pages = tx.value("PRAGMA page_count")
    tx.rows(f"PRAGMA max_page_count = {pages + 100_000 if room else pages}")


async def test_a_full_disk_loses_nothing_that_was_typed(desk: Desk) -> None:
    anna, bea = desk.receive("Anna", "Hallo"), desk.receive("Bea", "Hallo")
    long = "Sehr ausführlich. " * 3000
    await desk.open(anna)
    desk.workspace.store.write(full, room=False)
    box = desk.pane.composer.answer.box
    box.setPlainText(long)
    await until(lambda: desk.told)
    assert box.text() == long
    desk.pane.open(bea)
    await until(lambda: box.text() == "")
    desk.pane.open(anna)
    await until(lambda: box.text() == long)
    assert len(desk.told) == 1  # said once, not at every pause
    desk.workspace.store.write(full, room=True)
    await until(lambda: desk.draft(anna) == long)


async def test_a_draft_left_behind_on_a_full_disk_is_stored_when_there_is_room(desk: Desk) -> None:
    anna, bea = desk.receive("Anna", "Hallo"), desk.receive("Bea", "Hallo")
    long = "Sehr ausführlich. " * 3000
    await desk.open(anna)
    desk.workspace.store.write(full, room=False)
    desk.pane.composer.answer.box.setPlainText(long)
    desk.pane.open(bea)
    await until(lambda: desk.told)
    desk.workspace.store.write(full, room=True)
    await until(lambda: desk.draft(anna) == long)
    assert desk.draft(bea) == ""
