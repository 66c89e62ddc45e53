"""The timeline: what each entry says, plain text whatever citizens write, and a place that is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import Direction
from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.ids import EnquiryId, Operator, PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import DAY, HOUR, MINUTE
from switchboard_app.store import desk as verbs
from switchboard_app.store import intake, outbox
from switchboard_app.store.desk import NoteAction, PhoneNote
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui import look
from switchboard_app.ui.chip_button import ChipButton
from switchboard_app.ui.forwarding_row import ForwardingRow
from switchboard_app.ui.links import LinkSheet
from switchboard_app.ui.message_text import LONGEST
from switchboard_app.ui.timeline_plan import ButtonRow
from switchboard_app.ui.timeline_rows import DayRow, EventRow, MessageRow, NoteRow, OfficeWordRow, PhoneNoteRow
from switchboard_app.ui.unclear_card import UnclearCard
from tests.ui.corpora import corpus
from tests.ui.hands import press
from tests.ui.open_enquiry import HOLE, ROADS, Desk
from tests.ui.probe import Probe
from tests.ui.workspace import ME, Workspace, until

UNSURE = Failure(FailureKind.TIMEOUT, False, "The platform did not answer in time.")
NEVER = Failure(FailureKind.CONTENT, True, "The platform refuses this text.")


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


def chips(within: QWidget) -> dict[str, ChipButton]:
    return {chip.words(): chip for chip in within.findChildren(ChipButton)}


def events(desk: Desk) -> list[str]:
    return [row.words() for row in desk.pane.timeline.rows() if isinstance(row, EventRow)]


# -- what each entry says ----------------------------------------------------------------------------------------------


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


# -- plain text --------------------------------------------------------------------------------------------------------


OWN_STRINGS = [
    "<b>Hallo</b>",
    '<img src="{PROBE}/a.png">',
    '<img src="{CANARY}">',
    "<!-- alles weg -->sichtbar",
    "Frau Muster<table>.verborgen",
    "a &amp; b && c",
    "<3 danke",
    "\u202eumgekehrt\u202c",
    "a\u2028b\u00a0c",
    "%s {name} \\n",
]


async def shows_exactly(desk: Desk, texts: list[str]) -> None:
    """Each text as a message of one conversation, and as a note, shown letter by letter."""
    for text in texts:
        desk.workspace.clock.forward(1000)
        desk.receive("Anna", text)
    anna = desk.row("Anna").id
    desk.note(anna, f"Notiz: {texts[0]}")
    await desk.open(anna)
    desk.pane._show_more()
    press(desk.pane.timeline, Qt.Key.Key_Home)
    await until(lambda: len(desk.messages()) == len(texts), seconds=20)
    desk.pane.grab()
    room = desk.pane.timeline.viewport().width()
    for message, text in zip(desk.messages(), texts, strict=True):
        assert (message.text.source() if message.text is not None else "") == text
        assert message.geometry().right() < room
    note = next(row for row in desk.pane.timeline.rows() if isinstance(row, NoteRow))
    assert note.text.source() == f"Notiz: {texts[0]}"


async def test_markup_is_shown_as_written_and_fetches_nothing(desk: Desk, probe: Probe) -> None:
    await shows_exactly(desk, [probe.fill(text) for text in OWN_STRINGS])
    assert not probe.requests
    assert not probe.opened()


async def test_markup_of_the_corpus_is_shown_as_written(desk: Desk, probe: Probe) -> None:
    found = [probe.fill(str(case["text"])) for case in corpus("own", "qt_markup.json")]
    if not found:
        pytest.skip("no ../shared/corpora/own/qt_markup.json beside this checkout")
    await shows_exactly(desk, [text for text in found if text])
    assert not probe.requests
    assert not probe.opened()


@pytest.mark.parametrize("part", range(4))
async def test_naughty_strings_are_shown_as_they_came(desk: Desk, part: int) -> None:
    found = [str(case["text"]) for case in corpus("third_party", "blns.json")]
    if not found:
        pytest.skip("no ../shared/corpora/third_party/blns.json beside this checkout")
    await shows_exactly(desk, [text for text in found[part::4] if text])


async def test_ten_thousand_characters_are_shown_whole(desk: Desk) -> None:
    text = "Wörter ohne Ende. " * 555
    anna = desk.receive("Anna", text, desk.x)
    await desk.open(anna)
    shown = desk.messages()[0].text
    assert shown is not None
    assert shown.text() == text
    assert desk.pane.timeline.at_end()


async def test_a_text_beyond_all_measure_is_cut_and_can_be_read_whole(desk: Desk) -> None:
    text = "x" * (LONGEST + 5)
    anna = desk.receive("Anna", text, desk.x)
    await desk.open(anna)
    row = desk.messages()[0]
    next(chip for words, chip in chips(row).items() if "20’005" in words).click()
    sheet = desk.pane.sheets.text_sheet
    assert sheet is not None
    assert sheet.box.toPlainText() == text


async def test_a_name_that_disguises_itself_is_marked(desk: Desk) -> None:
    anna = desk.receive("Kanton\u202eBasel", "Hallo")
    await desk.open(anna)
    assert "\u202e" not in desk.pane.head.name.text()
    assert any("Look twice" in chip.chip().text for chip in desk.pane.head.findChildren(look.ChipLabel))
    assert any("Look twice" in chip.chip().text for chip in desk.messages()[0].findChildren(look.ChipLabel))


async def test_links_are_chips_with_their_host_and_ask_first(desk: Desk) -> None:
    text = "Siehe https://www.example.org/pfad?x=1 und www.example.org/zwei und javascript:alert(1)"
    anna = desk.receive("Anna", text)
    await desk.open(anna)
    row = desk.messages()[0]
    assert [chip.words() for chip in row.findChildren(ChipButton)] == ["www.example.org", "www.example.org"]
    row.findChildren(ChipButton)[0].click()
    sheet = desk.window.findChild(LinkSheet)
    assert isinstance(sheet, LinkSheet)
    assert sheet.isVisible()
    assert sheet.judged.address == "https://www.example.org/pfad?x=1"
    press(sheet.cancel_button, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


# -- its place ---------------------------------------------------------------------------------------------------------


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


# -- forwardings -------------------------------------------------------------------------------------------------------


async def forwarded(desk: Desk) -> tuple[EnquiryId, ForwardingRow]:
    anna = desk.receive("Anna", HOLE)
    desk.workspace.store.write(verbs.forward, anna, ROADS, "Bitte flicken", ME)
    await desk.open(anna)
    return anna, next(row for row in desk.pane.timeline.rows() if isinstance(row, ForwardingRow))


async def test_a_forwarding_says_how_it_stands_and_takes_the_office_s_answer(desk: Desk) -> None:
    anna, row = await forwarded(desk)
    assert events(desk)[0].startswith("Forwarded to Tiefbauamt, Strassenunterhalt · answer until")
    assert set(row.buttons) == {"taken", "answered", "declined", "withdraw"}
    assert row.summary.source() == "Bitte flicken"
    row.fold.click()
    assert row.summary.isVisible()
    row.buttons["answered"].click()
    sheet = desk.pane.sheets.word_sheet
    assert sheet is not None
    assert sheet.word() is ForwardingState.ANSWERED
    press(sheet.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sheet.trouble.isVisible()  # an answer has words
    await until(lambda: sheet.box.place() != "")
    sheet.box.setPlainText("Ist gesichert.")
    sheet.button.click()
    await until(lambda: not sheet.isVisible())
    assert desk.stored(anna).forwardings[0].state is ForwardingState.ANSWERED
    await until(lambda: any(isinstance(row, OfficeWordRow) for row in desk.pane.timeline.rows()))
    word = next(row for row in desk.pane.timeline.rows() if isinstance(row, OfficeWordRow))
    assert word.text.source() == "Ist gesichert."
    assert word.heading.source().startswith("Word of the office · Tiefbauamt")


async def test_a_half_written_word_of_the_office_survives(desk: Desk) -> None:
    _, row = await forwarded(desk)
    row.buttons["answered"].click()
    sheet = desk.pane.sheets.word_sheet
    assert sheet is not None
    await until(lambda: sheet.box.place() != "")
    sheet.box.setPlainText("Das Amt sagt")
    await desk.pane.save_drafts()
    press(sheet.box, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    forwarding = row.forwarding.id
    from switchboard_app.store import drafts

    assert desk.workspace.store.read(drafts.load, ME, f"office-word:{forwarding}") == "Das Amt sagt"


async def test_a_declined_forwarding_brings_the_enquiry_back(desk: Desk) -> None:
    anna, row = await forwarded(desk)
    row.buttons["declined"].click()
    sheet = desk.pane.sheets.word_sheet
    assert sheet is not None
    sheet.button.click()
    await until(lambda: desk.stored(anna).enquiry.state is EnquiryState.OPEN)
    assert desk.stored(anna).forwardings[0].state is ForwardingState.DECLINED


async def test_a_forwarding_is_withdrawn(desk: Desk) -> None:
    anna, row = await forwarded(desk)
    row.buttons["withdraw"].click()
    await until(lambda: desk.stored(anna).forwardings[0].state is ForwardingState.WITHDRAWN)
    await until(lambda: "Forwarding to Tiefbauamt, Strassenunterhalt withdrawn · 09:48" in events(desk))


# -- unclear and failed sends ------------------------------------------------------------------------------------------


async def unclear(desk: Desk, failure: Failure) -> tuple[EnquiryId, UnclearCard]:
    anna = desk.receive("Anna", "Hallo")
    sent = desk.reply(anna, "Kommt das an?")
    desk.fail(sent, failure)
    await desk.open(anna)
    return anna, desk.messages()[-1].findChildren(UnclearCard)[0]


def delivery_state(desk: Desk, enquiry: EnquiryId) -> DeliveryState:
    delivery = desk.stored(enquiry).entries[-1].delivery
    assert delivery is not None
    return delivery.state


async def test_an_unclear_send_says_what_was_seen_and_asks(desk: Desk) -> None:
    anna, card = await unclear(desk, UNSURE)
    assert set(card.buttons) == {"was_sent", "send_again", "drop"}
    assert "Tried 09:48." in card.words.source()
    assert UNSURE.text in card.words.source()
    for _ in range(2):
        desk.workspace.clock.forward(20 * MINUTE)
        [one] = desk.workspace.store.read(outbox.unsettled, desk.facebook.id)
        desk.workspace.store.write(outbox.record_read, one, ())
    await until(lambda: "2 times" in desk.messages()[-1].findChildren(UnclearCard)[0].words.source())
    card = desk.messages()[-1].findChildren(UnclearCard)[0]
    card.buttons["was_sent"].click()
    await until(lambda: delivery_state(desk, anna) is DeliveryState.SENT)
    await until(lambda: not desk.messages()[-1].findChildren(UnclearCard))


async def test_an_unclear_send_can_be_sent_again_or_dropped(desk: Desk) -> None:
    anna, card = await unclear(desk, UNSURE)
    card.buttons["send_again"].click()
    card.buttons["send_again"].click()
    await until(lambda: delivery_state(desk, anna) is DeliveryState.QUEUED)
    assert not desk.told


async def test_a_failed_send_says_why_and_can_be_edited(desk: Desk) -> None:
    anna, card = await unclear(desk, NEVER)
    assert set(card.buttons) == {"send_again", "edit", "drop"}
    assert NEVER.text in card.words.source()
    assert "Change the text" in card.words.source()
    card.buttons["edit"].click()
    await until(lambda: desk.pane.composer.answer.box.text() == "Kommt das an?")
    assert not [entry for entry in desk.stored(anna).entries if entry.direction is Direction.OUT]
    await until(desk.pane.composer.answer.box.hasFocus)


async def test_editing_a_failed_send_keeps_what_is_being_typed(desk: Desk) -> None:
    _, card = await unclear(desk, NEVER)
    desk.pane.composer.answer.box.setPlainText("Neuer Anfang")
    card.buttons["edit"].click()
    await until(lambda: desk.pane.composer.answer.box.text() == "Kommt das an?\n\nNeuer Anfang")


async def test_a_decision_that_came_too_late_is_told_and_can_be_taken_again(desk: Desk) -> None:
    anna, card = await unclear(desk, UNSURE)
    delivery = desk.stored(anna).entries[-1].delivery
    assert delivery is not None
    desk.workspace.store.write(verbs.decide, delivery.id, verbs.Decision.WAS_SENT, Operator("A. Keller"))
    card.buttons["send_again"].click()
    await until(lambda: desk.told)
    await until(lambda: not desk.messages()[-1].findChildren(UnclearCard))
    assert delivery_state(desk, anna) is DeliveryState.SENT
