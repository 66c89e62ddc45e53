"""Drafts: on disk after a pause, back exactly as they were, and never lost to a full disk or a quick hand."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from switchboard_app.store import drafts
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.composer import ANSWER, NOTE, OFFICE
from tests.ui.corpora import corpus
from tests.ui.hands import CTRL, press, type_in
from tests.ui.open_enquiry import Desk
from tests.ui.workspace import ME, Workspace, until


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


# -- drafts -----------------------------------------------------------------------------------------------------------


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


# -- never to the wrong person, never lost ----------------------------------------------------------------------------


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
