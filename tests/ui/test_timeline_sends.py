"""What needs a person in the timeline: the word of an office, sends that are unclear or failed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind
from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.entry import Direction
from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.ids import EnquiryId, Operator, PlatformId
from switchboard_app.model.remote import RemoteMessage, RemotePerson
from switchboard_app.model.times import MINUTE
from switchboard_app.store import desk as verbs
from switchboard_app.store import outbox
from switchboard_app.ui.forwarding_row import ForwardingRow
from switchboard_app.ui.timeline_rows import EventRow, OfficeWordRow
from switchboard_app.ui.unclear_card import UnclearCard
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


def events(desk: Desk) -> list[str]:
    return [row.words() for row in desk.pane.timeline.rows() if isinstance(row, EventRow)]


# -- forwardings ------------------------------------------------------------------------------------------------------


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


# -- unclear and failed sends -----------------------------------------------------------------------------------------


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
    assert card.seen.isHidden()
    assert "may settle itself" in card.words.source()
    other = RemotePerson(PlatformId("page"), "Seite")
    for number in range(3):
        desk.workspace.clock.forward(20 * MINUTE)
        [one] = desk.workspace.store.read(outbox.unsettled, desk.facebook.id)
        at = desk.workspace.clock.now
        text = "<b>Etwas anderes</b>\nvon uns"
        seen = RemoteMessage(PlatformId("e"), one.thread_platform_id, other, True, text, at)
        desk.workspace.store.write(outbox.record_read, one, (seen,) if number else ())

    def shown() -> UnclearCard:
        return desk.messages()[-1].findChildren(UnclearCard)[0]

    await until(lambda: "3 times" in shown().seen.title.source())
    card = shown()
    assert [line.source() for line in card.seen.lines] == ["10:48  <b>Etwas anderes</b> von uns"]
    assert "then decide" in card.words.source()
    assert "Etwas anderes" in card.accessibleName()
    assert all(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in card.buttons.values())
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
