"""Connecting accounts and signing in again: secrets go to the keyring and nowhere else, refusals are said in place."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Unreachable
from switchboard_app.store import accounts
from switchboard_app.ui import look
from switchboard_app.ui.account_sheet import AccountSheet
from tests.ui.hands import CTRL, press, type_in
from tests.ui.workspace import Workspace, until

TOKEN = "EAAtoken-of-a-test"


@pytest.fixture
def window(qtbot: QtBot) -> look.Ground:
    """What the sheet lies over."""
    made = look.Ground("window")
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    return made


def typed(sheet: AccountSheet) -> set[str]:
    """Everything that stands in a field."""
    return {line.text() for line in sheet.findChildren(QLineEdit) if line.text()}


async def test_a_page_is_connected_with_its_secret_and_nothing_stays(workspace: Workspace, window: look.Ground) -> None:
    sheet = AccountSheet(window, workspace.bridge)
    connected: list[Account] = []
    sheet.connected.connect(connected.append)
    sheet.open_new()
    assert QApplication.focusWidget() is sheet.name
    type_in(sheet.name, "Rathaus Basel")
    type_in(sheet.secrets.fields()[0], f" {TOKEN} ")
    press(sheet.secrets.fields()[0], Qt.Key.Key_Return, CTRL)
    await until(lambda: connected)
    expected: object = (Channel.FACEBOOK, "Rathaus Basel", {"access_token": TOKEN}, "", {})
    assert workspace.outside.calls == [("add_account", expected)]
    assert not sheet.isVisible()
    assert typed(sheet) <= {"Rathaus Basel"}
    assert [one.name for one in workspace.store.read(accounts.listed)] == ["Rathaus Basel"]


async def test_secrets_are_never_shown_and_gone_when_the_sheet_is_closed(
    workspace: Workspace, window: look.Ground
) -> None:
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_new(Channel.X)
    assert len(sheet.secrets.fields()) == 4
    for line in sheet.secrets.fields():
        assert line.echoMode() is QLineEdit.EchoMode.Password
        line.setText(TOKEN)
    press(sheet.secrets.fields()[0], Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert typed(sheet) == set()
    assert not any(line.isUndoAvailable() for line in sheet.secrets.fields())


async def test_what_is_missing_is_said_and_nothing_is_asked(workspace: Workspace, window: look.Ground) -> None:
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_new()
    sheet.submit()
    assert QApplication.focusWidget() is sheet.name
    assert sheet.name.accessibleDescription()
    assert sheet.secrets.fields()[0].accessibleDescription()
    type_in(sheet.name, "Rathaus")
    sheet.submit()
    assert QApplication.focusWidget() is sheet.secrets.fields()[0]
    assert workspace.outside.calls == []


async def test_a_refusal_is_said_in_place_and_the_fields_stay(workspace: Workspace, window: look.Ground) -> None:
    workspace.outside.refuse = Unreachable("The keyring is locked.", "Unlock it, then try again.")
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_new()
    type_in(sheet.name, "Rathaus")
    type_in(sheet.secrets.fields()[0], TOKEN)
    sheet.submit()
    await until(lambda: "locked" in sheet.notice.accessibleName())
    assert sheet.isVisible()
    assert sheet.save.isEnabled()
    assert sheet.secrets.content() == {"access_token": TOKEN}
    workspace.outside.refuse = None
    sheet.submit()
    await until(lambda: not sheet.isVisible())


async def test_a_keyring_that_waits_can_be_left(workspace: Workspace, window: look.Ground) -> None:
    workspace.outside.hold = asyncio.Event()
    sheet = AccountSheet(window, workspace.bridge)
    sheet._patience.setInterval(20)
    sheet.open_new()
    type_in(sheet.name, "Rathaus")
    type_in(sheet.secrets.fields()[0], TOKEN)
    sheet.submit()
    sheet.submit()
    await until(lambda: "password window" in sheet.notice.accessibleName())
    assert not sheet.save.isEnabled()
    sheet.cancel.click()
    await until(sheet.save.isEnabled)
    assert sheet.isVisible()
    assert len(workspace.outside.calls) == 1
    assert workspace.store.read(accounts.listed) == []
    sheet.cancel.click()
    assert not sheet.isVisible()


async def test_signing_in_again_asks_for_the_secret_only(workspace: Workspace, window: look.Ground) -> None:
    account = workspace.connect(Channel.X, "Kanton Basel-Stadt")
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_again(account)
    assert QApplication.focusWidget() is sheet.secrets.fields()[0]
    assert sheet.kinds.isHidden()
    assert sheet.name.isReadOnly()
    assert "Kanton Basel-Stadt" in sheet.title.source()
    type_in(sheet.secrets.fields()[0], TOKEN)
    sheet.submit()
    await until(lambda: not sheet.isVisible())
    assert workspace.outside.calls == [("sign_in_again", (account.id, {"access_token": TOKEN}))]


async def test_another_address_is_only_used_when_it_is_seen(workspace: Workspace, window: look.Ground) -> None:
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_new()
    sheet.more.click()
    assert QApplication.focusWidget() is sheet.api_base
    type_in(sheet.api_base, "http://127.0.0.1:8901")
    type_in(sheet.name, "Rathaus")
    type_in(sheet.secrets.fields()[0], TOKEN)
    sheet.submit()
    await until(lambda: not sheet.isVisible())
    name, asked = workspace.outside.calls[0]
    assert name == "add_account"
    assert isinstance(asked, tuple)
    assert asked[3] == "http://127.0.0.1:8901"
    sheet.open_new()
    assert sheet.api_base.text() == ""
