"""The cards beside the enquiry: who is responsible, how to reach them, who writes, what may be the same matter."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import Outcome
from switchboard_app.model.ids import EnquiryId, OfficeId, PersonId
from switchboard_app.model.office import Office, OfficeMatch, Topic
from switchboard_app.model.people import Identity, IdentityKind
from switchboard_app.model.times import DAY, HOUR, MINUTE
from switchboard_app.store import desk as verbs
from switchboard_app.store import directory, people
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui import look
from switchboard_app.ui.cards_reading import queries
from switchboard_app.ui.links import LinkSheet
from switchboard_app.ui.side_cards import SideCards
from tests.ui.hands import press
from tests.ui.open_enquiry import HOLE, ROADS, Desk
from tests.ui.workspace import ME, Workspace, until


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


@pytest.fixture
def cards(desk: Desk) -> SideCards:
    made = SideCards(desk.workspace.bridge, desk.workspace.verbs)
    layout = desk.window.layout()
    assert layout is not None
    layout.addWidget(made)
    made.setMinimumHeight(500)
    return made


def texts(card: look.Card) -> list[str]:
    labels = [label.source() for label in card.findChildren(look.Label)]
    return labels + [paragraph.source() for paragraph in card.findChildren(look.Paragraph)]


async def shown(cards: SideCards, enquiry: EnquiryId) -> None:
    cards.show(enquiry)
    await until(lambda: not cards.responsible.isHidden() and cards._shown is not None)
    await asyncio.sleep(0.1)
    await until(lambda: not cards._reread._under_way)


async def test_the_first_three_offices_with_their_reasons(desk: Desk, cards: SideCards) -> None:
    anna = desk.receive("Sandra Brodbeck", HOLE)
    await shown(cards, anna)
    assert cards.suggestions[0].title() == "Tiefbauamt"
    assert "Strassenunterhalt" in cards.suggestions[0].below()
    assert "«Schlagloch»" in cards.suggestions[0].below()
    chosen: list[str] = []
    cards.office_chosen.connect(chosen.append)
    cards.choose(1)
    cards.choose(9)
    press(cards.suggestions[0], Qt.Key.Key_Return)
    assert chosen == [ROADS, ROADS]


async def test_the_office_says_how_it_is_reached_and_whether_it_is_open(desk: Desk, cards: SideCards) -> None:
    anna = desk.receive("Sandra Brodbeck", HOLE)
    await shown(cards, anna)
    words = texts(cards.office)
    assert words[0] == "Tiefbauamt, Strassenunterhalt"
    assert "061 555 02 10" in words
    assert "strassen@example.org" in words
    opening = [chip.chip() for chip in cards.office.findChildren(look.ChipLabel)]
    assert [(chip.text, chip.tone) for chip in opening] == [("open until 12:00", look.Tone.GOOD)]
    assert any(word.startswith("Deputy: Tiefbauamt, Baustellen") for word in words)
    call = next(button for button in cards.office.findChildren(QAbstractButton) if "Call" in button.accessibleName())
    call.click()
    sheet = desk.window.findChild(LinkSheet)
    assert isinstance(sheet, LinkSheet)
    assert sheet.judged.address == "tel:061 555 02 10"


async def test_the_office_it_was_forwarded_to_stands_before_the_suggested_one(desk: Desk, cards: SideCards) -> None:
    anna = desk.receive("Sandra Brodbeck", HOLE)
    other = OfficeId("bvd-tiefbauamt-baustellen")
    desk.workspace.store.write(verbs.forward, anna, other, "Bitte", ME)
    await shown(cards, anna)
    assert cards.office.office is not None
    assert cards.office.office.id == other


async def test_an_outside_body_says_so(desk: Desk, cards: SideCards) -> None:
    office = Office(
        OfficeId("iwb"),
        "Nicht Kanton",
        "IWB",
        topics=(Topic("Strom", ("Stromausfall",)),),
        phone="061 555 90 00",
        outside=True,
        outside_kind="Energieversorger",
        note="Bei Gefahr 112.",
    )
    desk.workspace.store.write(directory.replace, [office], ME)
    anna = desk.receive("Anna", "Wir haben seit heute Morgen einen Stromausfall im ganzen Haus")
    await shown(cards, anna)
    assert "Not the canton: Energieversorger." in texts(cards.office)
    assert "Bei Gefahr 112." in texts(cards.office)


async def test_nothing_told_and_nothing_imported_are_said(desk: Desk, cards: SideCards) -> None:
    anna = desk.receive("Anna", "Hallo")
    await shown(cards, anna)
    assert not cards.suggestions
    assert any("Nothing in the message" in word for word in texts(cards.responsible))
    assert cards.office.isHidden()
    desk.workspace.store.write(directory.replace, [], ME)
    await until(lambda: any("directory is empty" in word for word in texts(cards.responsible)))


async def test_the_person_across_channels_with_earlier_enquiries(desk: Desk, cards: SideCards) -> None:
    first = desk.receive("Anna", "Die erste Frage an die Gemeinde, bitte und danke")
    desk.workspace.store.write(verbs.done, first, Outcome.ANSWERED, ME)
    number = desk.stored(first).enquiry.number
    desk.workspace.clock.forward(20 * DAY)
    second = desk.receive("Anna", "Ich habe noch eine zweite Frage, bitte")

    def also_by_phone(tx: Transaction) -> None:
        person = tx.value("SELECT person_id FROM enquiry WHERE id = ?", second)
        people.add_identity(tx, PersonId(person), Identity(IdentityKind.PHONE, "+41615550188", "061 555 01 88"))

    desk.workspace.store.write(also_by_phone)
    await shown(cards, second)
    words = texts(cards.person)
    assert {"Anna", "Facebook, Phone", "061 555 01 88", "German"} <= set(words)
    assert [row.title() for row in cards.person.rows] == [f"Enquiry {number} · 20.11.2026"]
    wanted: list[int] = []
    cards.enquiry_wanted.connect(wanted.append)
    cards.person.rows[0].click()
    assert wanted == [number]


async def test_the_same_street_may_be_the_same_matter(desk: Desk, cards: SideCards) -> None:
    desk.workspace.clock.forward(-25 * HOUR)
    note = verbs.PhoneNote("Schlagloch Hegenheimerstrasse 110", "061 555 01 88", "Frau Meier")
    taken = desk.workspace.store.write(verbs.take_note, note, ME)
    desk.workspace.store.write(verbs.take_note, verbs.PhoneNote("Baum an der Elsässerstrasse", "061 555 01 77"), ME)
    desk.workspace.clock.forward(25 * HOUR)
    anna = desk.receive("Anna", HOLE)
    await shown(cards, anna)
    await until(lambda: cards.similar)
    assert [row.below() for row in cards.similar] == ["Schlagloch Hegenheimerstrasse 110"]
    wanted: list[int] = []
    cards.enquiry_wanted.connect(wanted.append)
    cards.similar[0].click()
    assert wanted == [taken.number]


async def test_what_is_long_ago_or_the_person_s_own_is_not_the_same_matter(desk: Desk, cards: SideCards) -> None:
    desk.receive("Bea", "Schlagloch Hegenheimerstrasse 110")
    desk.workspace.clock.forward(40 * DAY)
    first = desk.receive("Anna", HOLE)
    desk.workspace.store.write(verbs.done, first, Outcome.ANSWERED, ME)
    desk.workspace.clock.forward(8 * DAY)
    second = desk.receive("Anna", HOLE)
    assert second != first
    await shown(cards, second)
    assert not cards.similar
    assert cards.same.isHidden()


def test_the_most_telling_question_comes_first() -> None:
    office = Office(ROADS, "BVD", "Tiefbauamt")
    match = OfficeMatch(office, "Strassenschaden", ("Loch in der Strasse", "Schlagloch"), 90.0)
    assert [query for query, _ in queries(HOLE, (match,))] == [
        "Hegenheimerstrasse Schlagloch",
        "Hegenheimerstrasse",
        "Schlagloch",
    ]
    assert queries("Hallo", ()) == []


async def test_cards_follow_hints_and_stay_when_nothing_changed(desk: Desk, cards: SideCards) -> None:
    anna = desk.receive("Anna", HOLE)
    await shown(cards, anna)
    row = cards.suggestions[0]
    desk.note(anna, "Nur eine Notiz")
    await asyncio.sleep(0.2)
    assert cards.suggestions[0] is row
    desk.workspace.clock.forward(MINUTE)
    desk.receive("Anna", "Und eine Frage zu meiner Steuererklärung: kann ich die Frist verlängern?")
    await until(lambda: len(cards.suggestions) > 1 and cards.suggestions[0] is not row)


async def test_nothing_open_shows_no_card(desk: Desk, cards: SideCards) -> None:
    anna = desk.receive("Anna", HOLE)
    await shown(cards, anna)
    cards.show(None)
    assert all(card.isHidden() for card in (cards.responsible, cards.office, cards.person, cards.same))
    cards.show(EnquiryId("no-such-enquiry"))
    await asyncio.sleep(0.1)
    assert not desk.told


async def test_a_phone_note_suggests_too(desk: Desk, cards: SideCards) -> None:
    taken = desk.workspace.store.write(verbs.take_note, verbs.PhoneNote("Schlagloch vor dem Haus"), ME)
    await shown(cards, taken.enquiry)
    assert cards.suggestions[0].title() == "Tiefbauamt"
    assert desk.stored(taken.enquiry).enquiry.channel is Channel.PHONE
