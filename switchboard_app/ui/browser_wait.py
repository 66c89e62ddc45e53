"""While somebody signs in in the browser: what is waited for, and the address for a browser that did not open.

Refuses to wait itself and to know what comes back: the account sheet does. Nothing secret stands in the address.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look, words
from switchboard_app.ui.links import open_sign_in

_COPIED_MILLIS = 2000


class BrowserWait(QWidget):
    """`show_address(address)` opens it in the browser and shows it; hidden otherwise."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._opened = True
        self._words = look.Paragraph("")
        self._where = look.Label("", look.Type.SECONDARY_MEDIUM, "muted", wrap=True)
        self.address = look.TextField("", lines=2, most=3)
        self.address.setReadOnly(True)
        self.open_again = look.KeyButton("", quiet=True)
        self.copy = look.KeyButton("", quiet=True)
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.open_again)
        self._buttons.addWidget(self.copy)
        self._buttons.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for part in (self._words, self._where, self.address):
            self._column.addWidget(part)
        self._column.addLayout(self._buttons)
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(_COPIED_MILLIS)
        self._copied.timeout.connect(self.retranslate)
        self.open_again.clicked.connect(self._open)
        self.copy.clicked.connect(self._copy)
        look.follow(self.retheme)
        words.follow(self.retranslate)
        self.hide()

    def retheme(self) -> None:
        self._column.setSpacing(look.px(look.S3))
        self._buttons.setSpacing(look.px(look.S2))

    def show_address(self, address: str) -> None:
        """The way back is open: open the browser."""
        self.address.setPlainText(address)
        self._open()
        self.show()
        self.copy.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self) -> None:
        self._opened = open_sign_in(self.address.toPlainText())
        self.retranslate()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.address.toPlainText())
        self.copy.set_words(tr("Copied"))
        self._copied.start()

    def leave(self) -> None:
        """It is over."""
        self.hide()
        self.address.setPlainText("")

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        waits = tr("Sign in in the browser and allow the access. It goes on here by itself.")
        failed = tr("No browser could be opened. Copy the address into one, sign in there and allow the access.")
        self._words.set_text(waits if self._opened else failed)
        self._where.setText(tr("Address, in case another browser is to be used"))
        self.address.setAccessibleName(tr("Address of the sign-in"))
        self.open_again.set_words(tr("Open the browser again"))
        self.copy.set_words(tr("Copy address"))
