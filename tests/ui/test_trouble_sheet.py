"""Trouble practised in training: chosen for an account, named in the strip over the window, ended again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pytestqt.qtbot import QtBot

from switchboard_app.model.trouble import Trouble, trouble_words
from switchboard_app.ui import look
from switchboard_app.ui.training_bar import TrainingBar
from switchboard_app.ui.trouble_sheet import TroubleSheet
from tests.ui.workspace import Workspace


class Played:
    """Keeps what was chosen; the second account's platform knows no credits."""

    def __init__(self) -> None:
        self.on = {"Rathaus Basel": Trouble.NONE, "Kanton": Trouble.NONE}

    def accounts(self) -> Sequence[str]:
        return tuple(self.on)

    def offers(self, account: str) -> Sequence[Trouble]:
        return [one for one in Trouble if account == "Kanton" or one is not Trouble.NO_CREDITS]

    def now(self, account: str) -> Trouble:
        return self.on[account]

    def play(self, account: str, trouble: Trouble) -> None:
        self.on[account] = trouble


@pytest.fixture
def window(qtbot: QtBot) -> look.Ground:
    made = look.Ground("window")
    qtbot.addWidget(made)
    made.resize(1024, 700)
    made.show()
    return made


def test_a_trouble_is_chosen_for_the_account_that_is_shown(window: look.Ground) -> None:
    played = Played()
    sheet = TroubleSheet(window, played)
    sheet.open()
    sheet.cases[Trouble.DOWN].radio.click()
    assert played.on == {"Rathaus Basel": Trouble.DOWN, "Kanton": Trouble.NONE}
    sheet.which.setCurrentIndex(1)
    assert sheet.cases[Trouble.NONE].radio.isChecked()
    assert sheet.cases[Trouble.NO_CREDITS].isVisible()
    sheet.cases[Trouble.NO_CREDITS].radio.click()
    sheet.which.setCurrentIndex(0)
    assert sheet.cases[Trouble.DOWN].radio.isChecked()
    assert not sheet.cases[Trouble.NO_CREDITS].isVisible()
    sheet.mend.click()
    assert set(played.on.values()) == {Trouble.NONE}
    assert sheet.cases[Trouble.NONE].radio.isChecked()


async def test_the_strip_names_what_is_played(workspace: Workspace, window: look.Ground, qtbot: QtBot) -> None:
    played = workspace.bridge.rehearsal = Played()
    bar = TrainingBar(workspace.bridge, window)
    assert trouble_words(Trouble.DOWN)[0] not in bar.accessibleName()
    played.play("Kanton", Trouble.DOWN)
    bar.retranslate()
    assert f"Kanton: {trouble_words(Trouble.DOWN)[0]}" in bar.accessibleName()


@pytest.mark.parametrize("width", [400, 1024, 2560])
def test_the_strip_begins_with_training_whatever_the_room(
    window: look.Ground, workspace: Workspace, width: int
) -> None:
    played = Played()
    played.on["Rathaus Basel"] = Trouble.DOWN
    workspace.bridge.rehearsal = played
    bar = TrainingBar(workspace.bridge, window)
    bar.resize(width, 24)
    assert bar.accessibleName() in bar.toolTip()
    plate = bar.plate()
    assert plate.left() >= 0
    assert plate.right() <= width - bar.aside()
    assert bar.aside() > 0
    if width == 2560:
        assert plate.center().x() == width / 2
