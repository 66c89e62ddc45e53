"""Opening a PDF of a citizen with the system's own program, after a second deliberate step.

The file is written under its cleaned name into a private folder, read-only, on Windows marked as coming from the
internet, and goes with the program. Refuses every other kind of file, and to decide alone: the sheet asks first. Used
by the conversation.
"""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
import time
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from switchboard_app.model.entry import Attachment
from switchboard_app.model.errors import Unreachable, UserError
from switchboard_app.model.language import tr
from switchboard_app.store import attachments
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.file_names import cleaned, ending, openable
from switchboard_app.ui.links import open_document
from switchboard_app.ui.saving import Saving, write_file

_PREFIX = "switchboard-open-"
_OLD_SECONDS = 86_400


@lru_cache(maxsize=1)
def _folder() -> Path:
    """This program's own folder for opened files; those that a killed program left are taken away a day later."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if left.is_dir() and not left.is_symlink() and left.stat().st_mtime < time.time() - _OLD_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=_PREFIX))  # 0700: nobody else looks in
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def write_to_open(name: str, content: bytes) -> Path:
    """Write a document where the system's program may read it. Raises Unreachable."""
    clean = cleaned(name)
    if ending(clean) != "pdf":
        clean = f"{clean}.pdf"
    try:
        path = Path(tempfile.mkdtemp(dir=_folder())) / clean
    except OSError as problem:
        raise Unreachable(
            tr("The document could not be written: {problem}.").format(problem=problem.strerror or problem),
            tr("Save it instead, or free some space."),
        ) from problem
    write_file(path, content)
    path.chmod(0o400)
    return path


class OpenSheet(look.Sheet):
    """Asks before a document of a citizen is opened."""

    def __init__(self, window: QWidget, file: Attachment) -> None:
        super().__init__(window, tr("Open this document?"), width=520)
        self.body.addWidget(look.Label(cleaned(file.name), look.Type.BODY_STRONG, wrap=True, selectable=True))
        words = tr(
            "It comes from a citizen and is opened with this computer's program for PDF documents. Do not follow links"
            " in it, and enter no password."
        )
        self.body.addWidget(look.Banner(words, look.Kind.LATE))
        self.cancel_button = look.KeyButton(tr("Cancel"), "Esc")
        self.save_button = look.KeyButton(tr("Save as…"), quiet=True)
        self.open_button = look.KeyButton(tr("Open"), primary=True)
        for button in (self.cancel_button, self.save_button, self.open_button):
            button.clicked.connect(self.close)
        self.foot.addWidget(self.save_button)
        self.foot.addStretch(1)
        self.foot.addWidget(self.cancel_button)
        self.foot.addWidget(self.open_button)
        self.closed.connect(self.deleteLater)


class Opening(QObject):
    """`Opening(view, bridge, saving).ask(attachment)`: ask, write, open."""

    def __init__(self, over: QWidget, bridge: Bridge, saving: Saving) -> None:
        super().__init__(over)
        self._over = over
        self._bridge = bridge
        self._saving = saving
        self.sheet: OpenSheet | None = None

    def ask(self, file: Attachment) -> None:
        """Begin; what may not be opened is only saved."""
        if not openable(file.name, file.mime):
            self._saving.ask(file)
            return
        self.sheet = OpenSheet(self._over.window(), file)
        self.sheet.save_button.clicked.connect(lambda: self._saving.ask(file))
        self.sheet.open_button.clicked.connect(lambda: self._bridge.start("open document", self._open(file)))
        self.sheet.open(self.sheet.cancel_button)

    async def _open(self, file: Attachment) -> None:
        try:
            await self._opened(file)
        except UserError as problem:
            self._bridge.failed.emit(problem)

    async def _opened(self, file: Attachment) -> None:
        """Write and open it. Raises UserError."""
        content = await self._bridge.ask(attachments.content, file.id)
        if attachments.kind_of(content) != "application/pdf":
            raise Unreachable(tr("This file is no PDF after all."), tr("Save it and let IT look at it."))
        path = await asyncio.to_thread(write_to_open, file.name, content)
        if not open_document(path):
            raise Unreachable(
                tr("This computer has no program that opens PDF documents."), tr("Save the file, or ask IT for one.")
            )
