"""The calm line before a number leaves: real numbers only, in answer and forwarding, without standing in the way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from switchboard_app.model.redaction import Sensitive
from switchboard_app.ui.caution import caution_words
from tests.ui.hands import CTRL, press, type_in
from tests.ui.open_enquiry import Desk
from tests.ui.workspace import Workspace, until

NUMBER = "756.9217.0769.85"


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


async def test_an_answer_with_an_ahv_number_says_so_and_leaves_all_the_same(desk: Desk) -> None:
    anna = desk.receive("Anna", "Welche Nummer haben Sie von mir?")
    await desk.open(anna)
    page = desk.pane.composer.answer
    type_in(page.box, "Wir haben 756.9217.0769.8")
    assert page.caution.isHidden()
    type_in(page.box, "5")
    assert page.caution.isVisible()
    assert "AHV" in page.caution.said
    assert NUMBER not in page.caution.said
    assert page.caution.accessibleName() == page.caution.said
    assert page.send_button.isEnabled(), "it is a line, no lock"
    press(page.box, Qt.Key.Key_Return, CTRL)
    await until(lambda: not page.box.text())
    assert page.caution.isHidden()
    assert desk.stored(anna).entries[-1].text == f"Wir haben {NUMBER}"


async def test_a_forwarding_that_quotes_one_says_so(desk: Desk) -> None:
    anna = desk.receive("Anna", f"Meine AHV-Nummer ist {NUMBER}, wann kommt die Rente?")
    await desk.open(anna)
    desk.pane.focus_forward()
    page = desk.pane.composer.office
    await until(lambda: NUMBER in page.box.text())
    assert "AHV" in page.caution.said
    page.box.selectAll()
    type_in(page.box, "Rentenfrage")
    assert page.caution.said == ""


def test_each_has_its_words() -> None:
    said = {caution_words(found) for found in ((Sensitive.AHV,), (Sensitive.CARD,), (Sensitive.AHV, Sensitive.CARD))}
    assert len(said) == 3
    assert caution_words(()) == ""
