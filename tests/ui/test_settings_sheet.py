"""Settings: in force at once, stored, IT's rules shown and kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from switchboard_app.config import StationSettings, load_settings, locale_folder, save_settings
from switchboard_app.model.errors import DiskFull, UserError
from switchboard_app.model.language import language_in_use, use_language
from switchboard_app.ui import look
from switchboard_app.ui.settings_sheet import SettingsSheet
from tests.ui.hands import type_in
from tests.ui.workspace import Workspace, until


@dataclass
class Kept:
    """The station's settings in a folder, as the assembly keeps them, and a keyring that notes."""

    folder: Path
    policy: Path
    refuse: UserError | None = None
    passwords: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._current = load_settings(self.folder, self.policy)

    def current(self) -> StationSettings:
        return self._current

    def save(self, new: StationSettings) -> None:
        if self.refuse is not None:
            raise self.refuse
        save_settings(self.folder, new)
        self._current = new

    async def keep_mail_password(self, user: str, password: str) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.passwords.append((user, password))


@pytest.fixture
def window(qtbot: QtBot) -> look.Ground:
    made = look.Ground("window")
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    return made


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    """Language and theme are what they were."""
    yield
    use_language("en", locale_folder())
    look.apply(qapp, look.Theme.LIGHT)


def choose(field: look.ComboField, value: object) -> None:
    """What a person's choice in the list does."""
    field.setCurrentIndex(field.findData(value))
    field.activated.emit(field.currentIndex())


async def test_theme_size_and_language_are_in_force_at_once(
    workspace: Workspace, window: look.Ground, tmp_path: Path
) -> None:
    kept = Kept(tmp_path, tmp_path / "none.toml")
    use_language("de", locale_folder())
    sheet = SettingsSheet(window, workspace.bridge, kept, kept)
    changed: list[StationSettings] = []
    sheet.changed.connect(changed.append)
    sheet.open()
    choose(sheet.theme, "dark")
    assert look.current().dark
    await until(lambda: len(changed) == 1)
    choose(sheet.text_size, 150)
    assert look.scale() == 1.5
    await until(lambda: len(changed) == 2)
    choose(sheet.language, "en")
    assert language_in_use() == "en"
    assert sheet.title.source() == "Settings"
    assert sheet.theme.currentText() == "Dark"
    await until(lambda: len(changed) == 3)
    sheet.compact.click()
    await until(lambda: len(changed) == 4)
    read = load_settings(tmp_path, tmp_path / "none.toml")
    assert (read.theme, read.text_scale, read.language, read.compact_rows) == ("dark", 150, "en", True)


async def test_what_it_sets_is_shown_and_cannot_be_changed(
    workspace: Workspace, window: look.Ground, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('theme = "light"\nmail_host = "mail.example.org"\n', "utf-8")
    kept = Kept(tmp_path, policy)
    sheet = SettingsSheet(window, workspace.bridge, kept, kept)
    sheet.open()
    assert not sheet.theme.isEnabled()
    assert sheet._by_it["theme"].isVisible()
    assert not sheet.mail.host.isEnabled()
    assert sheet.language.isEnabled()
    sheet.mail.host.setText("mail.elsewhere.org")
    type_in(sheet.mail.user, "telefonzentrale")
    sheet.mail.user.editingFinished.emit()
    await until(lambda: kept.current().mail_user == "telefonzentrale")
    assert kept.current().mail_host == "mail.example.org"


async def test_a_full_disk_is_said_and_the_choice_holds_until_the_end(
    workspace: Workspace, window: look.Ground, tmp_path: Path
) -> None:
    kept = Kept(tmp_path, tmp_path / "none.toml", refuse=DiskFull("There is no room left.", "Free some space."))
    sheet = SettingsSheet(window, workspace.bridge, kept, kept)
    sheet.open()
    choose(sheet.theme, "dark")
    await until(lambda: "no room left" in sheet.notice.accessibleName())
    assert look.current().dark


async def test_a_port_that_is_none_is_said_and_not_stored(
    workspace: Workspace, window: look.Ground, tmp_path: Path
) -> None:
    kept = Kept(tmp_path, tmp_path / "none.toml")
    sheet = SettingsSheet(window, workspace.bridge, kept, kept)
    sheet.open()
    sheet.mail.port.setText("70000")
    type_in(sheet.mail.host, "mail.example.org")
    sheet.mail.host.editingFinished.emit()
    await until(lambda: kept.current().mail_host == "mail.example.org")
    assert kept.current().mail_port == 587
    assert sheet.mail.port.accessibleDescription()
    sheet.mail.port.setText("587")
    choose(sheet.mail.security, "tls")
    await until(lambda: kept.current().mail_port == 465)


async def test_the_mail_password_goes_to_the_keyring_and_leaves_its_field(
    workspace: Workspace, window: look.Ground, tmp_path: Path
) -> None:
    kept = Kept(tmp_path, tmp_path / "none.toml")
    sheet = SettingsSheet(window, workspace.bridge, kept, kept)
    sheet.open()
    type_in(sheet.mail.user, "telefonzentrale")
    type_in(sheet.mail.password, "geheim")
    sheet.mail.keep.click()
    await until(lambda: kept.passwords == [("telefonzentrale", "geheim")])
    await until(lambda: sheet.mail.password.text() == "")
    type_in(sheet.mail.password, "halb getippt")
    sheet.close()
    assert sheet.mail.password.text() == ""
    written = (tmp_path / "settings.toml").read_text("utf-8") if (tmp_path / "settings.toml").exists() else ""
    assert "geheim" not in written
