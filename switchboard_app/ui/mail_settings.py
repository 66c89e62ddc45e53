"""The mail server that sends to the offices: host, port, encryption, login, sender; the password for the keyring.

A part of the settings sheet. The password is handed to the keyring off the window's thread and wiped from its field.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from switchboard_app.config import StationSettings
from switchboard_app.model.errors import UserError
from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge

_KEYS = ("mail_host", "mail_port", "mail_security", "mail_user", "mail_sender")
_USUAL_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class MailSecrets(Protocol):
    """Where the password of the mail server lies."""

    async def keep_mail_password(self, user: str, password: str) -> None:
        """Keep it in the keyring, off the window's thread. Raises UserError."""


class MailSettings(QWidget):
    """`fill` settings, read them back with `applied`; `edited` when a field is left or chosen."""

    edited = Signal()

    def __init__(self, bridge: Bridge, secrets: MailSecrets) -> None:
        super().__init__()
        self._bridge = bridge
        self._secrets = secrets
        self.host = look.LineField("", placeholder="mail.example.org")
        self.port = look.LineField("")
        self.port.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.security = look.ComboField("")
        self.user = look.LineField("")
        self.from_address = look.LineField("", placeholder="telefonzentrale@example.org")
        self.password = look.LineField("")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep = look.KeyButton("")
        lines = (self.host, self.port, self.security, self.user, self.from_address, self.password)
        self._parts = [look.Field("", line) for line in lines]
        self._said = look.Label("", look.Type.SECONDARY, "muted", wrap=True)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        for column in range(6):
            self._grid.setColumnStretch(column, 1)
        spots = ((0, 0, 3), (0, 3, 1), (0, 4, 2), (1, 0, 3), (1, 3, 3), (2, 0, 3))
        for field, (row, column, columns) in zip(self._parts, spots, strict=True):
            self._grid.addWidget(field, row, column, 1, columns, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self.keep, 2, 3, 1, 3, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(self._said, 3, 0, 1, 6)
        for line in (self.host, self.port, self.user, self.from_address):
            line.editingFinished.connect(self.edited)
        self.security.activated.connect(self._security_chosen)
        self.keep.clicked.connect(self._keep)
        self.password.returnPressed.connect(self._keep)
        look.follow(self.retheme)

    def retheme(self) -> None:
        self._grid.setHorizontalSpacing(look.px(look.S3))
        self._grid.setVerticalSpacing(look.px(look.S2))

    def fill(self, settings: StationSettings) -> None:
        """Show what is in force."""
        self.host.setText(settings.mail_host)
        self.port.setText(str(settings.mail_port))
        self.security.setCurrentIndex(max(0, self.security.findData(settings.mail_security)))
        self.user.setText(settings.mail_user)
        self.from_address.setText(settings.mail_sender)
        for key, field in zip(_KEYS, self._parts, strict=False):
            locked = key in settings.locked
            field.field.setEnabled(not locked)
            field.set_mark(tr("set by IT") if locked else "", "muted")
        self._said.setText("")

    def applied(self, settings: StationSettings) -> StationSettings:
        """`settings` with what stands here; a port that is no port is said and left as it was."""
        port = self.port.text().strip()
        good = port.isascii() and port.isdigit() and 0 < int(port) < 65536
        self.port.set_wrong(not good)
        self._parts[1].set_mark("" if good else tr("1 to 65535"))
        made = replace(
            settings,
            mail_host=self.host.text().strip(),
            mail_port=int(port) if good else settings.mail_port,
            mail_security=self.security.currentData(),
            mail_user=self.user.text().strip(),
            mail_sender=self.from_address.text().strip(),
        )
        held = {key: getattr(settings, key) for key in _KEYS if key in settings.locked}
        return replace(made, **held)

    def _security_chosen(self) -> None:
        """The usual port of the kind, unless somebody chose another."""
        if self.port.text().strip() in {str(port) for port in _USUAL_PORTS.values()}:
            self.port.setText(str(_USUAL_PORTS[self.security.currentData()]))
        self.edited.emit()

    def _keep(self) -> None:
        if self.password.text() and self.user.text().strip():
            self.keep.setEnabled(False)
            self._said.setText(tr("The keyring is being asked …"))
            self._bridge.start("keep the mail password", self._keeping(self.user.text().strip(), self.password.text()))
        else:
            self._said.setText(tr("Type the login and its password first."))

    async def _keeping(self, user: str, password: str) -> None:
        try:
            await self._secrets.keep_mail_password(user, password)
        except UserError as refusal:
            self._said.setText(str(refusal))
            return
        finally:
            self.keep.setEnabled(True)
        self.wipe()
        self._said.setText(tr("The password is in the keyring."))

    def wipe(self) -> None:
        """No password stays in its field."""
        self.password.setText("")

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        names = (
            tr("Mail server"),
            tr("Port"),
            tr("Encryption"),
            tr("Login"),
            tr("Sender's address"),
            tr("Password"),
        )
        for field, name in zip(self._parts, names, strict=True):
            field.set_label(name)
            field.field.setAccessibleName(name)
        chosen = self.security.currentData()
        self.security.clear()
        for value, name in (("starttls", "STARTTLS"), ("tls", "TLS"), ("none", tr("none (only within the house)"))):
            self.security.addItem(name, value)
        self.security.setCurrentIndex(max(0, self.security.findData(chosen)))
        self.keep.set_words(tr("Put it into the keyring"))
        self.password.setPlaceholderText(tr("Only to set or change it"))
