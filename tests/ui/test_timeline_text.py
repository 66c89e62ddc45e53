"""Plain text whatever citizens write: markup, disguises, endless texts, links that ask first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look
from switchboard_app.ui.chip_button import ChipButton
from switchboard_app.ui.links import LinkSheet
from switchboard_app.ui.message_text import LONGEST
from switchboard_app.ui.timeline_rows import NoteRow
from tests.ui.corpora import corpus
from tests.ui.hands import press
from tests.ui.open_enquiry import Desk
from tests.ui.probe import Probe
from tests.ui.workspace import Workspace, until


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


@pytest.fixture
def probe(tmp_path: Path) -> Iterator[Probe]:
    made = Probe(tmp_path / "canary.png")
    yield made
    made.close()


def chips(within: QWidget) -> dict[str, ChipButton]:
    return {chip.words(): chip for chip in within.findChildren(ChipButton)}


# -- plain text -------------------------------------------------------------------------------------------------------


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
