"""The settings of this station: language, theme, text size, rows, notifications, the mail server to the offices.

Everything is in force at once and without a restart, and stored beside. What IT's policy sets is shown and cannot be
changed here. Holds no password. Called by the main window; `settings` is the assembly's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from switchboard_app.config import StationSettings, locale_folder
from switchboard_app.model.errors import UserError
from switchboard_app.model.language import language_in_use, tr, use_language
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.mail_settings import MailSecrets, MailSettings

SIZES = (100, 110, 125, 150, 175, 200)
_LANGUAGES = {"de": "Deutsch", "en": "English"}
_SETTINGS = ("language", "theme", "text_scale", "compact_rows", "notifications")


class Settings(Protocol):
    """The station's settings as the assembly keeps them."""

    def current(self) -> StationSettings:
        """What is in force."""

    def save(self, new: StationSettings) -> None:
        """Store them and remember them as current. Called on another thread. Raises UserError."""


class SettingsSheet(look.Sheet):
    """`SettingsSheet(window, bridge, settings, secrets).open()`."""

    changed = Signal(object)
    """The new StationSettings; theme, text size and language are in force already."""

    def __init__(self, window: QWidget, bridge: Bridge, settings: Settings, secrets: MailSecrets) -> None:
        super().__init__(window, tr("Settings"), width=600)
        self._bridge = bridge
        self._settings = settings
        self._filling = False
        self.mail = MailSettings(bridge, secrets)
        self._build()
        self.retheme()
        self.language.activated.connect(self._chosen)
        self.theme.activated.connect(self._chosen)
        self.text_size.activated.connect(self._chosen)
        self.compact.toggled.connect(self._chosen)
        self.notify.toggled.connect(self._chosen)
        self.mail.edited.connect(self._mail_edited)
        self.done.clicked.connect(self.close)
        self.closed.connect(self.mail.wipe)
        words.follow(self.retranslate)

    def _build(self) -> None:
        self.notice = look.Banner("", look.Kind.BAD, dismissable=True)
        self.notice.hide()
        self.language = look.ComboField("")
        self.theme = look.ComboField("")
        self.text_size = look.ComboField("")
        self.compact = look.Check("")
        self.notify = look.Check("")
        self._labels = {key: look.Label("", tone="muted") for key in _SETTINGS[:3]}
        self._by_it = {key: look.Label("", look.Type.SECONDARY, "muted") for key in _SETTINGS}
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        for row, (key, field) in enumerate(self._controls().items()):
            if key in self._labels:
                self._grid.addWidget(self._labels[key], row, 0)
            self._grid.addWidget(field, row, 1)
            self._grid.addWidget(self._by_it[key], row, 2)
        self._mail_title = look.Label("", look.Type.BODY_STRONG)
        self.body.addWidget(self.notice)
        self.body.addLayout(self._grid)
        self.body.addWidget(look.Hairline())
        self.body.addWidget(self._mail_title)
        self.body.addWidget(self.mail)
        self.done = look.KeyButton("", "Esc", self.card)
        self.foot.addStretch(1)
        self.foot.addWidget(self.done)

    def _controls(self) -> dict[str, QWidget]:
        fields = (self.language, self.theme, self.text_size, self.compact, self.notify)
        return dict(zip(_SETTINGS, fields, strict=True))

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_grid"):
            self._grid.setHorizontalSpacing(look.px(look.S4))
            self._grid.setVerticalSpacing(look.px(look.S2))

    def open(self, focus: QWidget | None = None) -> None:
        """Show what is in force."""
        self.notice.hide()
        self._fill(self._settings.current())
        super().open(focus)

    def _fill(self, settings: StationSettings) -> None:
        self._filling = True
        self._choose(self.language, settings.language)
        self._choose(self.theme, settings.theme)
        if self.text_size.findData(settings.text_scale) < 0:
            self.text_size.addItem(tr("{n} %").format(n=settings.text_scale), settings.text_scale)
        self._choose(self.text_size, settings.text_scale)
        self.compact.setChecked(settings.compact_rows)
        self.notify.setChecked(settings.notifications)
        for key, field in self._controls().items():
            locked = key in settings.locked
            field.setEnabled(not locked)
            self._by_it[key].setVisible(locked)
        self.mail.fill(settings)
        self._filling = False

    @staticmethod
    def _choose(field: look.ComboField, value: object) -> None:
        field.setCurrentIndex(field.findData(value))

    # -- changing --------------------------------------------------------------------------------------------------

    def _chosen(self) -> None:
        if self._filling:
            return
        self._store(
            replace(
                self._settings.current(),
                language=self.language.currentData(),
                theme=self.theme.currentData(),
                text_scale=self.text_size.currentData(),
                compact_rows=self.compact.isChecked(),
                notifications=self.notify.isChecked(),
            )
        )

    def _mail_edited(self) -> None:
        if not self._filling:
            self._store(self.mail.applied(self._settings.current()))

    def _store(self, new: StationSettings) -> None:
        if new != self._settings.current():
            self._put_in_force(new)
            self._bridge.start("store the settings", self._saving(new))

    async def _saving(self, new: StationSettings) -> None:
        try:
            await asyncio.to_thread(self._settings.save, new)
        except UserError as refusal:
            self.notice.say(str(refusal), look.Kind.BAD)
            self.notice.show()
        self.changed.emit(new)

    def _put_in_force(self, new: StationSettings) -> None:
        app = QApplication.instance()
        theme, scale = look.Theme(new.theme), new.text_scale / 100
        if isinstance(app, QApplication) and (theme is not look.chosen() or scale != look.scale()):
            look.apply(app, theme, scale)
        if new.language != language_in_use():
            use_language(new.language, locale_folder())

    # -- words -----------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.title.setText(tr("Settings"))
        self.setAccessibleName(tr("Settings"))
        names = dict(zip(self._labels, (tr("Language"), tr("Appearance"), tr("Text size")), strict=True))
        for key, name in names.items():
            self._labels[key].setText(name)
            self._controls()[key].setAccessibleName(name)
        self._refill(self.language, list(_LANGUAGES.items()))
        self._refill(
            self.theme,
            [
                ("system", tr("Like the system")),
                ("light", tr("Light")),
                ("dark", tr("Dark")),
                ("high-contrast", tr("High contrast")),
            ],
        )
        self._refill(self.text_size, [(size, tr("{n} %").format(n=size)) for size in SIZES])
        self.compact.set_words(tr("Compact rows in the queue"))
        self.notify.set_words(tr("Tell of new enquiries, without their content"))
        for label in self._by_it.values():
            label.setText(tr("set by IT"))
        self._mail_title.setText(tr("Mail to the offices"))
        self.mail.retranslate()
        self.done.set_words(tr("Close"))

    def _refill(self, field: look.ComboField, entries: Sequence[tuple[object, str]]) -> None:
        """Other words for the entries, the same one chosen."""
        chosen = field.currentData()
        field.clear()
        for value, name in entries:
            field.addItem(name, value)
        if chosen is not None and field.findData(chosen) < 0:
            field.addItem(tr("{n} %").format(n=chosen), chosen)
        field.setCurrentIndex(max(0, field.findData(chosen)))
