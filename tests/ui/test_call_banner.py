"""A ringing call: said above everything, taken with one key, gone when the caller gives up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import qasync
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look
from switchboard_app.ui.bridge import Caller
from switchboard_app.ui.call_banner import CallBanner
from tests.ui.workspace import Workspace


@dataclass(frozen=True)
class Ringing:
    """A call as a telephone gives it."""

    number: str = "061 555 01 88"
    name: str = "Frau Muster"
    script: tuple[str, ...] = ("Grüezi.",)


class Desk:
    """A telephone on which a test can ring."""

    def __init__(self) -> None:
        self.call: Ringing | None = None

    def ringing(self) -> Ringing | None:
        return self.call

    def accept(self) -> Ringing | None:
        taken, self.call = self.call, None
        return taken


@pytest.fixture
def telephone() -> Desk:
    return Desk()


@pytest.fixture
def workspace(loop: qasync.QEventLoop, tmp_path: Path, telephone: Desk) -> Iterator[Workspace]:
    """A workspace with a telephone."""
    made = Workspace(tmp_path, telephone=telephone)
    yield made
    loop.run_until_complete(made.close())


@pytest.fixture
def window(qtbot: QtBot) -> look.Ground:
    made = look.Ground("window")
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.activateWindow()
    return made


async def test_a_call_is_said_taken_and_handed_on(workspace: Workspace, window: look.Ground, telephone: Desk) -> None:
    banner = CallBanner(window, workspace.bridge)
    taken: list[Caller] = []
    banner.accepted.connect(taken.append)
    banner.ask()
    assert not banner.isVisible()
    assert not banner.accept()
    telephone.call = Ringing()
    banner.ask()
    assert banner.isVisible()
    assert banner.accessibleName() == "Call 061 555 01 88 – Frau Muster"
    assert banner.accept()
    assert [caller.number for caller in taken] == ["061 555 01 88"]
    assert not banner.isVisible()


async def test_a_withheld_number_is_said_as_such(workspace: Workspace, window: look.Ground, telephone: Desk) -> None:
    banner = CallBanner(window, workspace.bridge)
    telephone.call = Ringing("", "")
    banner.ask()
    assert banner.accessibleName() == "Call number withheld"


async def test_a_caller_who_gives_up_goes_away(workspace: Workspace, window: look.Ground, telephone: Desk) -> None:
    banner = CallBanner(window, workspace.bridge)
    telephone.call = Ringing()
    banner.ask()
    telephone.call = None
    assert not banner.accept(), "the caller hung up in the same second"
    assert not banner.isVisible()


async def test_it_lies_above_a_sheet_and_takes_no_focus(
    workspace: Workspace, window: look.Ground, telephone: Desk
) -> None:
    banner = CallBanner(window, workspace.bridge)
    sheet = look.Sheet(window, "Snooze")
    field = look.LineField("Until")
    sheet.body.addWidget(field)
    sheet.open()
    telephone.call = Ringing()
    banner.ask()
    assert window.childAt(banner.geometry().center()) is not None
    assert window.children().index(banner) > window.children().index(sheet)
    assert QApplication.focusWidget() is field
    window.resize(600, 500)
    assert window.rect().contains(banner.geometry())
