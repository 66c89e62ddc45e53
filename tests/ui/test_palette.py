"""The palette: finds enquiries, people, offices and commands; the newest query counts; nothing typed is markup."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.model.channel import Channel
from switchboard_app.store import desk, search
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.keys import Action
from switchboard_app.ui.palette import Palette
from switchboard_app.ui.palette_search import FEW_ENQUIRIES, FOUND, Found, Sort, around, marked
from tests.ui.workspace import ME, Workspace, until


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1024, 700)
    made.show()
    return made


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    page = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    workspace.receive(page, "Sandra Brodbeck", "Vor unserer Haustür ist ein Schlagloch.")
    workspace.receive(page, "Peter Stocker", "Wo melde ich meinen Umzug?")
    workspace.receive(page, "Léa Müller", "<b>Où</b> est le Musée & le parc?")
    workspace.store.write(desk.take_note, desk.PhoneNote("Schlagloch", "061 555 01 88", "Herr Yılmaz"), ME)
    workspace.import_directory()
    return workspace


def press(palette: Palette, key: Qt.Key) -> None:
    QApplication.sendEvent(palette.field, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))


def rows(palette: Palette, sort: Sort) -> list[Found]:
    return [row for row in palette.model._rows if row.sort is sort]


def words(palette: Palette, sort: Sort) -> list[str]:
    return [row.words for row in rows(palette, sort)]


async def asked(palette: Palette, query: str) -> None:
    """Type it and wait for its answer."""
    answers: list[str] = []
    palette.search.found.connect(lambda answered, _rows: answers.append(answered))
    palette.field.setText(query)
    await until(lambda: query in answers)


def made(window: QWidget, workspace: Workspace) -> Palette:
    palette = Palette(window, workspace.bridge, lambda action: action is not Action.UNDO)
    palette.open()
    return palette


async def test_an_empty_field_lists_the_commands(window: QWidget, filled: Workspace) -> None:
    palette = made(window, filled)
    assert "Phone note" in words(palette, Sort.COMMAND)
    assert "Undo the last step" not in words(palette, Sort.COMMAND), "nothing to undo, so not offered"
    assert palette.field.hasFocus() or not window.isActiveWindow()


async def test_one_field_over_everything(window: QWidget, filled: Workspace) -> None:
    palette = made(window, filled)
    await asked(palette, "schlagl")
    assert words(palette, Sort.HEADING) == ["Enquiries", "Offices"]
    assert words(palette, Sort.ENQUIRY) == ["061 555 01 88 · Herr Yılmaz · 4", "Sandra Brodbeck · 1"]
    assert words(palette, Sort.OFFICE)[0] == "Tiefbauamt, Strassenunterhalt"
    await asked(palette, "brodb")
    assert words(palette, Sort.PERSON) == ["Sandra Brodbeck"]
    await asked(palette, "forw")
    assert words(palette, Sort.COMMAND) == ["Forward to an office"]


async def test_enter_goes_to_what_is_chosen(window: QWidget, filled: Workspace) -> None:
    palette = made(window, filled)
    gone: list[str] = []
    palette.enquiry_chosen.connect(gone.append)
    await asked(palette, "schlagl")
    press(palette, Qt.Key.Key_Down)
    press(palette, Qt.Key.Key_Return)
    assert gone == [rows(palette, Sort.ENQUIRY)[1].enquiry]
    assert not palette.isVisible()


async def test_a_number_goes_there_directly(window: QWidget, filled: Workspace) -> None:
    palette = made(window, filled)
    for typed in ("2", "#2"):
        await asked(palette, typed)
        assert words(palette, Sort.ENQUIRY)[0] == "Peter Stocker · 2"
        assert palette.list.currentIndex().row() == 1


async def test_a_person_leads_to_their_enquiries(window: QWidget, filled: Workspace) -> None:
    palette = made(window, filled)
    gone: list[str] = []
    palette.enquiry_chosen.connect(gone.append)
    await asked(palette, "müll")
    place = next(n for n, row in enumerate(palette.model._rows) if row.sort is Sort.PERSON)
    palette._choose(place)
    await until(lambda: rows(palette, Sort.NUMBER))
    assert words(palette, Sort.HEADING) == ["Enquiries of Léa Müller"]
    press(palette, Qt.Key.Key_Return)
    await until(lambda: gone)
    number = await filled.bridge.ask(lambda tx: tx.value("SELECT number FROM enquiry WHERE id = ?", gone[0]))
    assert number == 3


async def test_escape_goes_one_step_back(window: QWidget, filled: Workspace) -> None:
    before = QLineEdit(window)
    before.show()
    palette = made(window, filled)
    await asked(palette, "müll")
    palette._choose(next(n for n, row in enumerate(palette.model._rows) if row.sort is Sort.PERSON))
    await until(lambda: rows(palette, Sort.NUMBER))
    press(palette, Qt.Key.Key_Escape)
    await until(lambda: rows(palette, Sort.PERSON))
    press(palette, Qt.Key.Key_Escape)
    assert not palette.isVisible()


async def test_offices_and_commands_are_told(window: QWidget, filled: Workspace) -> None:
    palette = made(window, filled)
    offices: list[str] = []
    actions: list[Action] = []
    palette.office_chosen.connect(offices.append)
    palette.command_chosen.connect(actions.append)
    await asked(palette, "tiefbauamt")
    palette._choose(next(n for n, row in enumerate(palette.model._rows) if row.sort is Sort.OFFICE))
    palette.open()
    await asked(palette, ">set")
    press(palette, Qt.Key.Key_Return)
    assert offices
    assert actions == [Action.SETTINGS]


async def test_a_command_by_its_name_comes_first(window: QWidget, filled: Workspace) -> None:
    """An office may sound like it; whoever spells a command out wants the command."""
    palette = made(window, filled)
    for typed, first in (("phone note", "Phone note"), ("forward office", "Forward to an office")):
        await asked(palette, typed)
        assert words(palette, Sort.HEADING)[0] == "Commands", typed
        assert words(palette, Sort.COMMAND)[0] == first
        assert palette.list.currentIndex().row() == 1
    await asked(palette, "tiefbauamt")
    assert words(palette, Sort.HEADING)[0] == "Offices"


async def test_nothing_found_says_so(window: QWidget, filled: Workspace) -> None:
    palette = made(window, filled)
    await asked(palette, "qqzzx&")
    assert palette._empty.isVisible()
    assert palette._empty.source() == "Nothing found for «qqzzx&»."
    press(palette, Qt.Key.Key_Return)
    assert palette.isVisible()


async def test_a_stale_answer_is_dropped(window: QWidget, filled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    palette = made(window, filled)
    answered: list[str] = []
    palette.search.found.connect(lambda query, _rows: answered.append(query))
    asked_store: list[str] = []
    enquiries = search.enquiries

    def counted(tx: Transaction, query: str, limit: int = 50) -> list[search.Hit]:
        asked_store.append(query)
        return enquiries(tx, query, limit)

    monkeypatch.setattr(search, "enquiries", counted)
    for end in range(1, 10):
        palette.field.setText("schlagloch"[:end])
    await until(lambda: answered == ["schlagloc"])
    await asyncio.sleep(0.1)
    assert answered == ["schlagloc"]
    assert asked_store[-1] == "schlagloc"
    assert len(asked_store) <= 2, "one under way, then only the newest"


async def test_enter_counts_for_what_was_typed_not_for_what_is_still_shown(window: QWidget, filled: Workspace) -> None:
    palette = made(window, filled)
    actions: list[Action] = []
    palette.command_chosen.connect(actions.append)
    await asked(palette, "schlagl")
    palette.field.setText("phone note")
    press(palette, Qt.Key.Key_Return)
    assert palette.isVisible()
    await until(lambda: actions == [Action.PHONE_NOTE])
    assert not palette.isVisible()
    palette.open()
    palette.field.setText("schlagl")
    press(palette, Qt.Key.Key_Return)
    await asked(palette, "phone note")
    await asyncio.sleep(0.05)
    assert palette.isVisible(), "typing on takes the Enter back"


async def test_many_hits_are_counted_no_further_than_pays(window: QWidget, workspace: Workspace) -> None:
    page = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    for number in range(FOUND + 10):
        workspace.receive(page, f"Person {number}", "Velo")
    palette = made(window, workspace)
    await asked(palette, "velo")
    assert len(rows(palette, Sort.ENQUIRY)) == FEW_ENQUIRIES
    assert rows(palette, Sort.HEADING)[0].right == "first 50, 60 messages match"
    more = next(n for n, row in enumerate(palette.model._rows) if row.sort is Sort.MORE)
    assert palette.model._rows[more].words == "Show 44 more"
    palette._choose(more)
    await until(lambda: len(rows(palette, Sort.ENQUIRY)) == FOUND)


def test_words_that_match_are_marked_whole() -> None:
    text = "Das Müsli: MÜSLI-Riegel & <b>Muesli</b>"
    assert [text[start:end] for start, end in marked(text, "müs")] == ["Müsli", "MÜSLI"]
    assert marked(text, "") == []
    assert marked("Où est-ce", "ou") == [(0, 2)]


def test_the_part_round_the_match_is_shown() -> None:
    text = "Guten Tag\n" + "bla " * 100 + "Schlagloch an der Ecke\tund\x00 mehr"
    shown = around(text, "schlagl")
    assert shown.startswith("…")
    assert "Schlagloch an der Ecke" in shown
    assert "\n" not in shown
    assert around("kurz", "anders") == "kurz"
    assert len(around("x" * 50_000, "y")) < 400


async def test_rows_are_spoken_and_painted(window: QWidget, filled: Workspace) -> None:
    palette = made(window, filled)
    await asked(palette, "schlagl")
    spoken = palette.model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("061 555 01 88 · Herr Yılmaz · 4, Schlagloch")
    assert palette.field.accessibleDescription() == spoken
    assert not palette.model.flags(palette.model.index(0, 0)) & Qt.ItemFlag.ItemIsSelectable
    picture = palette.grab().toImage()
    assert len({picture.pixel(x, y) for x in range(210, 800, 5) for y in range(20, 300, 5)}) > 15
