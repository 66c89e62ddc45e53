"""However quickly somebody clicks and presses, one answer is one answer."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.model.entry import Direction
from tests import tiers
from tests.ui.hands import CTRL, press
from tests.ui.open_enquiry import Desk
from tests.ui.workspace import Workspace, until

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


def double_click(button: QWidget) -> None:
    """As a mouse makes it; what Qt's tests call so is the second press alone, and the button stays down."""
    QTest.mouseClick(button, LEFT)
    QTest.mouseDClick(button, LEFT)
    QTest.mouseRelease(button, LEFT)


@pytest.mark.timeout(600)
async def test_double_click_and_enter_in_any_order_are_one_reply(desk: Desk) -> None:
    dice = random.Random(tiers.seed("one reply"))
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    deeds: dict[str, Callable[[], object]] = {
        "click": lambda: QTest.mouseClick(answer.send_button, LEFT),
        "double click": lambda: double_click(answer.send_button),
        "programme": answer.send_button.click,
        "enter": lambda: press(answer.box, Qt.Key.Key_Return, CTRL),
    }
    trials = tiers.count(50, 500)
    for number in range(trials):
        text = f"Antwort {number}"
        answer.box.setPlainText(text)
        for name in dice.choices(sorted(deeds), k=dice.randrange(2, 6)):
            deeds[name]()
            for _ in range(dice.choice((0, 0, 1, 5))):
                await asyncio.sleep(0)
        await until(lambda: not answer.box.text())
        await desk.settled()  # the window has read again what it sent
    await desk.settled()
    rows = desk.workspace.store.read(
        lambda tx: tx.rows("SELECT text FROM entry WHERE direction = ? AND kind = 'message'", Direction.OUT.value)
    )
    assert Counter(row[0] for row in rows) == Counter(f"Antwort {number}" for number in range(trials))
    assert not desk.told
