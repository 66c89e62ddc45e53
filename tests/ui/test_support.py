"""The window keeps to itself: titles, notifications, its own files and a support bundle saved from the palette."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from switchboard_app.app import station
from switchboard_app.app.support import BundleOfStation
from switchboard_app.config import StationSettings
from switchboard_app.model.channel import Channel
from switchboard_app.ui import tray
from switchboard_app.ui.keys import Action
from switchboard_app.ui.main_window import MainWindow
from tests.ui.hands import type_in
from tests.ui.window import Station, at_rest, enquiry, opened, press
from tests.ui.workspace import Workspace, until

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)

CANARIES = ("Kanaria Musterfrau", "Kanarienvogel", "061 555 77 77", "756.9217.0769.85", "EAAcanary00000000")


class NoKeyring:
    """A station whose keyring nobody asks for anything but a probe."""

    def account_secret(self, _account: str) -> dict[str, str] | None:
        return None


@asynccontextmanager
async def full_of_canaries(workspace: Workspace, tmp_path: Path) -> AsyncIterator[MainWindow]:
    """A window on a workspace full of canaries, with a way to support."""
    page = workspace.connect(Channel.FACEBOOK, "Kanaria Musterfrau und Söhne")
    workspace.receive(page, "Kanaria Musterfrau", "Kanarienvogel entflogen 061 555 77 77, AHV 756.9217.0769.85")
    settings = StationSettings(operator="ml", mail_user="Kanaria Musterfrau", proxy="http://u:EAAcanary00000000@p:1")
    here = station.Station(tmp_path / "home", settings, NoKeyring())  # type: ignore[arg-type]
    workspace.bridge.support = BundleOfStation(here, workspace.store)
    async with opened(workspace, Station(tmp_path / "home" / "window.json")) as window:
        yield window


def quoted(text: str) -> list[str]:
    return [one for one in CANARIES if one in text]


async def test_titles_and_notifications_name_nobody(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def show(_icon: QSystemTrayIcon, title: str, words: str, _picture: QIcon) -> None:
        told.append(f"{title}: {words}")

    monkeypatch.setattr(QSystemTrayIcon, "showMessage", show)
    monkeypatch.setattr(tray, "tray_available", lambda: True)
    titles: set[str] = set()
    async with full_of_canaries(workspace, tmp_path) as busy:
        busy.bells.hang()

        def look() -> None:
            titles.update(one.windowTitle() for one in QApplication.topLevelWidgets())
            titles.update(one.windowTitle() for one in busy.findChildren(QWidget))

        busy.go_to(enquiry(busy, 0))
        await at_rest(busy)
        look()
        for action in (Action.ANSWER, Action.FORWARD, Action.SNOOZE, Action.DONE, Action.TAGS, Action.REASSIGN):
            busy.act(action)
            look()
            press(QApplication.focusWidget() or busy, Qt.Key.Key_Escape)
        other = QWidget()  # somebody works in another program
        other.show()
        other.activateWindow()
        await until(lambda: not busy.isActiveWindow())
        page = workspace.connect(Channel.X, "Kanton")
        for number in range(2):  # what waits when the tray is made is no news
            counted: list[object] = []
            busy.views.counted.connect(counted.append)
            workspace.receive(page, f"Kanaria Musterfrau {number}", "Kanarienvogel wieder da")
            await until(partial(len, counted))
        await until(lambda: told)
        look()
        other.close()
    assert "Switchboard" in titles
    assert quoted("\n".join((*titles, *told, QApplication.applicationDisplayName()))) == []


async def test_a_bundle_from_the_window_names_nobody(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    async with full_of_canaries(workspace, tmp_path) as busy:
        busy.go_to(enquiry(busy, 0))
        await at_rest(busy)
        type_in(busy.conversation().composer.answer.box, "Kanarienvogel 756.9217.0769.85")
        assert busy.acts.available(Action.SUPPORT)
        busy.act(Action.SUPPORT)
        asked = busy.sheets.support
        assert asked is not None
        assert asked.dialog is not None
        assert asked.dialog.windowTitle() == "Save a support bundle"
        asked.dialog.fileSelected.emit(str(file))
        asked.dialog.close()
        await until(file.exists)
        await until(busy.undo.toast.isVisible)
    with zipfile.ZipFile(file) as bundle:
        pieces = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert {"versions.json", "findings.json", "settings.json", "workspace.json", "health.json"} <= set(pieces)
    assert '"entry": 1' in pieces["workspace.json"]
    assert '"mail_user": "(set)"' in pieces["settings.json"]
    assert '"proxy": "http://p:1"' in pieces["settings.json"]
    assert quoted("".join(pieces.values())) == []


async def test_the_windows_own_files_hold_nothing_that_was_typed(workspace: Workspace, tmp_path: Path) -> None:
    before = temporary()
    async with full_of_canaries(workspace, tmp_path) as busy:
        busy.go_to(enquiry(busy, 0))
        await at_rest(busy)
        type_in(busy.conversation().composer.answer.box, "Kanarienvogel")
        await busy.save_typed()
    for file in (tmp_path / "home").rglob("*"):
        assert not file.is_file() or quoted(file.read_text("utf-8", "replace")) == [], file
    assert QSettings().allKeys() == [], "nothing is kept in Qt's own settings"
    assert not [one for one in temporary() - before if "witchboard" in one]


def temporary() -> set[str]:
    """The names in the folder for temporary files."""
    return {one.name for one in Path(tempfile.gettempdir()).iterdir()}


async def test_without_a_way_to_support_the_command_is_not_there(workspace: Workspace, tmp_path: Path) -> None:
    workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    async with opened(workspace, Station(tmp_path / "window.json")) as window:
        assert not window.acts.available(Action.SUPPORT)
