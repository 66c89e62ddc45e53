"""Saving an attachment as a file of this machine: under a cleaned name, with a warning for what could run.

The only way by which something that a citizen sent becomes a file, and only where a person said so. On Windows the file
is marked as coming from the internet. Refuses to open anything. Used by the conversation.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from switchboard_app.model.entry import Attachment
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.language import tr
from switchboard_app.store import attachments
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.file_names import cleaned, ending, risky


def write_file(path: Path, content: bytes) -> None:
    """Write it and, on Windows, mark it as foreign. Raises Unreachable."""
    try:
        path.write_bytes(content)
        if sys.platform == "win32":
            Path(f"{path}:Zone.Identifier").write_text("[ZoneTransfer]\r\nZoneId=3\r\n", "ascii")
    except OSError as problem:
        raise Unreachable(
            tr("The file could not be saved: {problem}.").format(problem=problem.strerror or problem),
            tr("Choose another folder, or free some space."),
        ) from problem


class RiskSheet(look.Sheet):
    """Asks before a file is saved that could run something."""

    def __init__(self, window: QWidget, file: Attachment) -> None:
        super().__init__(window, tr("Save this file?"), width=520)
        self.body.addWidget(look.Label(cleaned(file.name), look.Type.BODY_STRONG, wrap=True, selectable=True))
        words = tr(
            "Files of this kind («.{ending}») can run programs when they are opened. Save it only when it is expected,"
            " and let IT look at it before anybody opens it."
        )
        self.body.addWidget(look.Banner(words.format(ending=ending(file.name) or "?"), look.Kind.BAD))
        self.cancel_button = look.KeyButton(tr("Cancel"), "Esc")
        self.save_button = look.KeyButton(tr("Save all the same"), danger=True)
        self.cancel_button.clicked.connect(self.close)
        self.foot.addStretch(1)
        self.foot.addWidget(self.save_button)
        self.foot.addWidget(self.cancel_button)
        self.closed.connect(self.deleteLater)


class Saving(QObject):
    """`Saving(view, bridge).ask(attachment)`: warn where needed, ask where to, write."""

    def __init__(self, over: QWidget, bridge: Bridge) -> None:
        super().__init__(over)
        self._over = over
        self._bridge = bridge
        self.dialog: QFileDialog | None = None
        self.warning: RiskSheet | None = None

    def ask(self, file: Attachment) -> None:
        """Begin."""
        if not risky(file.name):
            self._ask_where(file)
            return
        self.warning = RiskSheet(self._over.window(), file)
        self.warning.save_button.clicked.connect(lambda: self._warned(file))
        self.warning.open(self.warning.cancel_button)

    def _warned(self, file: Attachment) -> None:
        if self.warning is not None:
            self.warning.close()
            self.warning = None
        self._ask_where(file)

    def _ask_where(self, file: Attachment) -> None:
        dialog = QFileDialog(self._over.window(), tr("Save as"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(cleaned(file.name))
        dialog.fileSelected.connect(lambda path: self._bridge.start("save attachment", self.save(file, Path(path))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self.dialog = dialog

    async def save(self, file: Attachment, path: Path) -> None:
        """Write the file to `path`. Raises UserError."""
        content = await self._bridge.ask(attachments.content, file.id)
        await asyncio.to_thread(write_file, path, content)
