"""Saving a support bundle from the window: where to, then write it beside the window, then say where it lies.

Refuses to know what is in it: the assembly hands over how it is written. Opened by a command of the palette.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge, Support


class SupportBundle(QObject):
    """`SupportBundle(window, bridge, support, toast).ask()`."""

    def __init__(self, over: QWidget, bridge: Bridge, support: Support, toast: look.Toast) -> None:
        super().__init__(over)
        self._over = over
        self._bridge = bridge
        self._support = support
        self._toast = toast
        self.dialog: QFileDialog | None = None

    def ask(self) -> None:
        """Ask where it shall lie."""
        dialog = QFileDialog(self._over.window(), tr("Save a support bundle"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.selectFile(self._support.name())
        dialog.fileSelected.connect(lambda path: self._bridge.start("support bundle", self.save(Path(path))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self.dialog = dialog

    async def save(self, file: Path) -> None:
        """Write it. Raises UserError."""
        await asyncio.to_thread(self._support.write, file)
        self._toast.say(tr("Saved as {name}. It names nobody; send it to support.").format(name=file.name), seconds=8)
