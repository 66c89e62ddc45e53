"""A file of a message as a line: its name, its size and what can be done, or why it is not here.

What could run something says so and is only saved; a PDF is saved, or opened after a second step (`opening`).
What the platform does not give leads to its own inbox. Refuses to open anything. Used by `attachment_view`.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from switchboard_app.model.entry import Attachment, AttachmentState
from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.attachment_line import AttachmentLine
from switchboard_app.ui.file_names import cleaned, ending, openable, risky, size_words
from switchboard_app.ui.plain import plain_text
from switchboard_app.ui.text.message import attachment_words
from switchboard_app.ui.timeline_row import Wishes


def caption(file: Attachment) -> str:
    """«IMG_2231.jpg · 1.8 MB». A platform that does not give a file may put a sentence in the place of its name."""
    told = ending(file.name)
    nameless = file.state is not AttachmentState.KEPT and not file.mime and (not told or " " in told)
    name = tr("Attachment") if nameless else cleaned(file.name)
    return " · ".join(part for part in (plain_text(name), size_words(file.size)) if part)


class FileLine(AttachmentLine):
    """A file that is only saved, or one that is not here, with the reason."""

    def __init__(self, file: Attachment, wishes: Wishes, parent: QWidget | None = None) -> None:
        kept = file.state is AttachmentState.KEPT
        super().__init__(look.IconSpot("file" if kept else "circle-alert", "muted", 16), parent)
        self.file = file
        self.name = look.elided(caption(file), look.Type.BODY_MEDIUM, "text", self)
        self.words.addWidget(self.name)
        self.why = attachment_words(file.state, file.reason)
        if kept and risky(file.name):
            self.why = tr("This kind of file can harm the computer when it is opened.")
        if self.why:
            self.words.addWidget(
                look.Label(self.why, look.Type.SECONDARY, "late" if kept else "muted", self, wrap=True)
            )
        self.button: look.KeyButton | None = None
        self.open_button: look.KeyButton | None = None
        self._add_buttons(wishes)
        self.setAccessibleName(plain_text(f"{caption(file)} {self.why}"))
        look.follow(self.retheme)

    def _add_buttons(self, wishes: Wishes) -> None:
        file = self.file
        if file.state is AttachmentState.KEPT:
            if openable(file.name, file.mime):
                self.open_button = look.KeyButton(tr("Open…"), parent=self, icon_name="external-link")
                self.open_button.clicked.connect(lambda: wishes.document.emit(file))
                self.buttons.addWidget(self.open_button)
            self.button = look.KeyButton(tr("Save as…"), parent=self, icon_name="download")
            self.button.clicked.connect(lambda: wishes.save.emit(file))
        elif file.state is not AttachmentState.PENDING:
            self.button = look.KeyButton(tr("Open in the platform's inbox"), parent=self, icon_name="external-link")
            self.button.clicked.connect(wishes.inbox)
        if self.button is not None:
            self.buttons.addWidget(self.button)
