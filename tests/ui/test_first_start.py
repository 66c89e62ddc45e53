"""The first start, and what the window shows when the workspace cannot be opened."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Unreachable, UserError, WrongKey, WrongUse
from switchboard_app.store import directory
from switchboard_app.ui.first_start import FirstStart
from switchboard_app.ui.first_step import StepState
from switchboard_app.ui.no_entry import NoEntry
from switchboard_app.ui.recovery_key import forget_in_clipboard, in_lines, paper
from tests.ui.hands import press, type_in
from tests.ui.workspace import ROOT, Workspace, until

KEY = "-".join(["ABCD"] * 7 + ["WXYZ"] * 7)
NOW, LATER, DONE = StepState.NOW, StepState.LATER, StepState.DONE


@dataclass
class Begun:
    """Stands in for the assembly: notes what it was asked, refuses when told to."""

    calls: list[str] = field(default_factory=list)
    refuse: UserError | None = None
    key: str = KEY

    def _asked(self, what: str) -> None:
        self.calls.append(what)
        if self.refuse is not None:
            raise self.refuse

    async def create_workspace(self) -> str:
        self._asked("create")
        return self.key

    async def open_workspace(self) -> None:
        self._asked("open")

    async def restore_workspace(self, recovery_key: str) -> None:
        self._asked(f"restore {recovery_key}")

    def start_training(self) -> None:
        self.calls.append("train")


def page(begun: Begun, qtbot: QtBot) -> FirstStart:
    made = FirstStart(begun, ROOT / "resources")
    qtbot.addWidget(made)
    made.resize(1024, 700)
    made.show()
    made.activateWindow()
    return made


def states(made: FirstStart) -> list[StepState]:
    return [step.state for step in made.steps]


def everything_shown(made: FirstStart) -> str:
    return "\n".join(label.text() for label in made.findChildren(QLabel))


async def test_the_workspace_is_created_and_its_key_shown_once(workspace: Workspace, qtbot: QtBot) -> None:
    begun = Begun()
    made = page(begun, qtbot)
    assert states(made) == [NOW, LATER, LATER]
    made.make.click()
    await until(made.key.isVisible)
    assert in_lines(KEY) in everything_shown(made)
    assert not made.key.go_on.isEnabled()
    assert begun.calls == ["create"]
    made.key.kept.click()
    made.key.go_on.click()
    await until(lambda: begun.calls == ["create", "open"])
    assert "ABCD" not in everything_shown(made)
    made.attach(workspace.bridge)
    assert states(made)[0] is DONE


async def test_a_workspace_that_is_open_at_once_still_shows_its_key(workspace: Workspace, qtbot: QtBot) -> None:
    class Quick(Begun):
        async def create_workspace(self) -> str:
            made.attach(workspace.bridge)
            return await super().create_workspace()

    begun = Quick()
    made = page(begun, qtbot)
    made.make.click()
    await until(made.key.isVisible)
    assert in_lines(KEY) in everything_shown(made)
    assert states(made) == [NOW, LATER, LATER]
    assert not made.later.isVisible()
    made.key.kept.click()
    made.key.go_on.click()
    await until(lambda: states(made) == [DONE, NOW, NOW])
    assert begun.calls == ["create"]


async def test_a_keyring_that_refuses_is_said_and_can_be_asked_again(workspace: Workspace, qtbot: QtBot) -> None:
    begun = Begun(refuse=Unreachable("This session has no keyring.", "Log in to a desktop session."))
    made = page(begun, qtbot)
    made.make.click()
    await until(lambda: "no keyring" in made.notice.accessibleName())
    assert "Log in to a desktop session" in made.notice.accessibleName()
    assert made.make.isEnabled()
    begun.refuse = None
    made.make.click()
    await until(made.key.isVisible)


async def test_training_needs_nothing(workspace: Workspace, qtbot: QtBot) -> None:
    begun = Begun()
    made = page(begun, qtbot)
    made.train.click()
    assert begun.calls == ["train"]


async def test_the_steps_are_ticked_by_what_the_store_says(workspace: Workspace, qtbot: QtBot) -> None:
    made = page(Begun(), qtbot)
    finished: list[bool] = []
    made.finished.connect(lambda: finished.append(True))
    made.attach(workspace.bridge)
    await until(lambda: states(made) == [DONE, NOW, NOW])
    workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    await until(lambda: states(made) == [DONE, DONE, NOW])
    assert not finished
    workspace.import_directory()
    await until(lambda: states(made) == [DONE, DONE, DONE])
    assert finished


async def test_the_sample_directory_is_one_click_away(workspace: Workspace, qtbot: QtBot) -> None:
    made = page(Begun(), qtbot)
    made.attach(workspace.bridge)
    made.take_sample.click()
    await until(lambda: states(made)[2] is DONE)
    offices = workspace.store.read(directory.listed)
    assert offices
    assert all(office.sample for office in offices)


async def test_later_leads_on(workspace: Workspace, qtbot: QtBot) -> None:
    made = page(Begun(), qtbot)
    assert not made.later.isVisible()
    made.attach(workspace.bridge)
    with qtbot.waitSignal(made.finished, timeout=100):
        made.later.click()


async def test_a_missing_key_asks_for_the_recovery_key(workspace: Workspace, qtbot: QtBot) -> None:
    begun = Begun(refuse=WrongUse("This is not a recovery key.", "Type all 14 groups."))
    made = NoEntry(begun, WrongKey("The keyring has no key for the workspace.", "…"))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    await until(lambda: QApplication.focusWidget() is made.key)
    type_in(made.key, "abcd")
    press(made.key, Qt.Key.Key_Return)
    await until(lambda: "not a recovery key" in made.what.text())
    assert made.step.text() == "Type all 14 groups."
    assert made.key.isVisible()
    assert made.key.text() == "abcd"
    begun.refuse = None
    made.key.setText(KEY)
    made.restore.click()
    await until(lambda: begun.calls[-1] == f"restore {KEY}")
    await until(lambda: made.key.text() == "")


async def test_a_locked_keyring_can_be_tried_again(workspace: Workspace, qtbot: QtBot) -> None:
    begun = Begun(refuse=Unreachable("The keyring is still locked.", "Unlock it."))
    made = NoEntry(begun, Unreachable("The keyring is locked.", "Unlock the keyring, then try again."))
    qtbot.addWidget(made)
    made.show()
    assert not made.key.isVisible()
    assert made.step.text() == "Unlock the keyring, then try again."
    made.again.click()
    await until(lambda: "still locked" in made.what.text())
    assert made.again.isEnabled()
    made.train.click()
    assert begun.calls == ["open", "train"]


def test_the_key_is_printed_as_it_is_typed(qapp: QApplication) -> None:
    printed = paper(KEY).toPlainText()
    assert in_lines(KEY) in printed
    assert in_lines(KEY).split() == KEY.split("-")


async def test_the_clipboard_forgets_the_key_but_nothing_else(workspace: Workspace) -> None:
    board = QGuiApplication.clipboard()
    board.setText(KEY)
    forget_in_clipboard(KEY, seconds=0)
    await until(lambda: board.text() == "")
    board.setText("something else")
    forget_in_clipboard(KEY, seconds=0)
    await until(lambda: True)
    assert board.text() == "something else"
