"""Connecting accounts and signing in again: secrets go to the keyring and nowhere else, refusals are said in place."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.health import Health
from switchboard_app.store import accounts
from switchboard_app.ui import look
from switchboard_app.ui.account_sheet import AccountSheet
from tests.ui.hands import CTRL, press, type_in
from tests.ui.workspace import CONSENT, Workspace, until

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
    sheet.more.click()
    assert len(sheet.by_hand.fields()) == 3
    assert sheet.secrets.fields()[0].echoMode() is QLineEdit.EchoMode.Normal, "a client id is no secret"
    for line in sheet.by_hand.fields():
        assert line.echoMode() is QLineEdit.EchoMode.Password
        line.setText(TOKEN)
    press(sheet.by_hand.fields()[0], Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert typed(sheet) == set()
    assert not any(line.isUndoAvailable() for line in sheet.by_hand.fields())


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


class Browser:
    """Stands in for the system's browser."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, opens: bool = True) -> None:
        self.opened: list[str] = []

        def opening(url: QUrl) -> bool:
            self.opened.append(url.toString())
            return opens

        monkeypatch.setattr(QDesktopServices, "openUrl", opening)


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
async def test_x_signs_in_by_the_browser_and_the_sheet_comes_back(
    workspace: Workspace, window: look.Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(monkeypatch)
    workspace.outside.hold = asyncio.Event()
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_new(Channel.X)
    assert sheet.save.words() == "Sign in in the browser"
    assert sheet.by_hand.isHidden()
    type_in(sheet.name, "Kanton Basel-Stadt")
    type_in(sheet.secrets.fields()[0], " app-1 ")
    sheet.save.click()
    await until(lambda: workspace.outside.calls)
    assert browser.opened == [CONSENT]
    assert not sheet.waiting.isHidden()
    assert sheet._name_field.isHidden(), "nothing to change meanwhile"
    sheet.waiting.copy.click()
    assert QApplication.clipboard().text() == CONSENT
    sheet.waiting.open_again.click()
    assert browser.opened == [CONSENT, CONSENT]
    workspace.outside.hold.set()
    await until(lambda: not sheet.isVisible())
    expected: object = (Channel.X, "Kanton Basel-Stadt", {"client_id": "app-1"}, "")
    assert workspace.outside.calls == [("add_by_browser", expected)]
    assert window.isActiveWindow()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
async def test_waiting_for_the_browser_can_be_left_and_begun_again(
    workspace: Workspace, window: look.Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    Browser(monkeypatch)
    workspace.outside.hold = asyncio.Event()
    account = workspace.connect(Channel.X, "Kanton Basel-Stadt")
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_again(account)
    assert QApplication.focusWidget() is sheet.save, "one press is enough"
    sheet.save.click()
    await until(lambda: not sheet.waiting.isHidden())
    sheet.cancel.click()
    await until(sheet.waiting.isHidden)
    assert sheet.isVisible()
    assert sheet.save.isEnabled()
    assert not sheet.secrets.isHidden()
    workspace.outside.hold.set()
    sheet.save.click()
    await until(lambda: not sheet.isVisible())
    assert workspace.outside.calls == [("sign_in_by_browser", (account.id, {}))] * 2


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
async def test_a_browser_that_does_not_open_is_told_and_a_refusal_brings_the_fields_back(
    workspace: Workspace, window: look.Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    Browser(monkeypatch, opens=False)
    workspace.outside.hold = asyncio.Event()
    workspace.outside.refuse = Unreachable("Nobody came back.", "Begin again.")
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_again(workspace.connect(Channel.X, "Kanton"))
    sheet.save.click()
    await until(lambda: not sheet.waiting.isHidden())
    assert "Copy the address" in sheet.waiting._words.accessibleName()
    workspace.outside.hold.set()
    await until(lambda: "Nobody came back" in sheet.notice.accessibleName())
    assert sheet.waiting.isHidden()
    assert sheet.waiting.address.toPlainText() == ""
    assert sheet.save.isEnabled()


async def test_tokens_by_hand_are_the_way_for_experts(workspace: Workspace, window: look.Ground) -> None:
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_again(workspace.connect(Channel.X, "Kanton"))
    sheet.more.click()
    type_in(sheet.by_hand.fields()[0], TOKEN)
    assert sheet.save.words() == "Sign in"
    sheet.by_hand.fields()[0].clear()
    assert sheet.save.words() == "Sign in in the browser"
    type_in(sheet.by_hand.fields()[0], TOKEN)
    sheet.more.click()
    assert sheet.save.words() == "Sign in in the browser", "what is not seen is not used"
    sheet.more.click()
    sheet.submit()
    await until(lambda: not sheet.isVisible())
    assert [name for name, _ in workspace.outside.calls] == ["sign_in_again"]


async def test_what_the_platform_says_of_the_token_stands_in_the_sheet(
    workspace: Workspace, window: look.Ground
) -> None:
    """The account is connected; the sheet says which permission is missing and takes a better token at once."""
    workspace.outside.health = (Health.PERMISSION_MISSING, "pages_messaging")
    sheet = AccountSheet(window, workspace.bridge)
    connected: list[Account] = []
    sheet.connected.connect(connected.append)
    sheet.open_new()
    type_in(sheet.name, "Rathaus Basel")
    type_in(sheet.secrets.fields()[0], TOKEN)
    sheet.submit()
    await until(lambda: connected)
    assert sheet.isVisible()
    assert "pages_messaging" in sheet.notice.accessibleName()
    assert "Rathaus Basel" in sheet.title.source()
    assert typed(sheet) == {"Rathaus Basel"}
    assert QApplication.focusWidget() is sheet.secrets.fields()[0]
    type_in(sheet.secrets.fields()[0], "better")
    sheet.submit()
    await until(lambda: len(workspace.outside.calls) == 2)
    assert workspace.outside.calls[1] == ("sign_in_again", (connected[0].id, {"access_token": "better"}))


async def test_signing_in_again_asks_for_the_secret_only(workspace: Workspace, window: look.Ground) -> None:
    account = workspace.connect(Channel.FACEBOOK, "Kanton Basel-Stadt")
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_again(account)
    assert QApplication.focusWidget() is sheet.secrets.fields()[0]
    assert not sheet.kinds.isVisible()
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


async def test_an_account_of_an_instance_asks_for_its_address(workspace: Workspace, window: look.Ground) -> None:
    """Mastodon is in many places: the address stands with the first fields and is asked for like the name."""
    sheet = AccountSheet(window, workspace.bridge)
    sheet.open_new(Channel.MASTODON)
    assert sheet.api_base.isVisible()
    assert sheet.more.isHidden()
    type_in(sheet.name, "Kanton Basel-Stadt")
    type_in(sheet.secrets.fields()[0], TOKEN)
    sheet.submit()
    assert QApplication.focusWidget() is sheet.api_base
    assert workspace.outside.calls == []
    type_in(sheet.api_base, "https://social.example")
    sheet.submit()
    await until(lambda: not sheet.isVisible())
    expected: object = (Channel.MASTODON, "Kanton Basel-Stadt", {"access_token": TOKEN}, "https://social.example", {})
    assert workspace.outside.calls == [("add_account", expected)]
