"""A file of a message as a line: its name, its size and what can be done, or why it is not here.

What could run something says so and is only saved; a PDF is saved, or opened after a second step (`opening`).
What the platform does not give leads to its own inbox. Refuses to open anything. Used by `attachment_view`.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.model.entry import Attachment, AttachmentState
from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.file_names import cleaned, openable, risky, size_words
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.plain import plain_text
from switchboard_app.ui.text.message import attachment_words
from switchboard_app.ui.timeline_row import Wishes


def caption(file: Attachment) -> str:
    """«IMG_2231.jpg · 1.8 MB»."""
    return " · ".join(part for part in (plain_text(cleaned(file.name)), size_words(file.size)) if part)


class FileLine(QWidget):
    """A file that is only saved, or one that is not here, with the reason."""

    def __init__(self, file: Attachment, wishes: Wishes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = file
        kept = file.state is AttachmentState.KEPT
        row = QHBoxLayout(self)
        row.addWidget(
            look.IconSpot("file" if kept else "circle-alert", "muted", 16, self), 0, Qt.AlignmentFlag.AlignTop
        )
        column = QVBoxLayout()
        column.setSpacing(look.px(1))
        self.name = look.elided(caption(file), look.Type.BODY_MEDIUM, "text", self)
        column.addWidget(self.name)
        self.words = attachment_words(file.state, file.reason)
        if kept and risky(file.name):
            self.words = tr("This kind of file can harm the computer when it is opened.")
        if self.words:
            column.addWidget(look.Label(self.words, look.Type.SECONDARY, "late" if kept else "muted", self, wrap=True))
        self.button: look.KeyButton | None = None
        self.open_button: look.KeyButton | None = None
        self._add_buttons(row, column, wishes)
        self._row = row
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(plain_text(f"{caption(file)} {self.words}"))
        look.follow(self.retheme)

    def _add_buttons(self, row: QHBoxLayout, column: QVBoxLayout, wishes: Wishes) -> None:
        """Beside the name; the wide one about the inbox below it, so that name and reason keep their room."""
        file = self.file
        row.addLayout(column, 1)
        if file.state is AttachmentState.KEPT:
            if openable(file.name, file.mime):
                self.open_button = look.KeyButton(tr("Open…"), parent=self, icon_name="external-link")
                self.open_button.clicked.connect(lambda: wishes.document.emit(file))
                row.addWidget(self.open_button)
            self.button = look.KeyButton(tr("Save as…"), parent=self, icon_name="download")
            self.button.clicked.connect(lambda: wishes.save.emit(file))
            row.addWidget(self.button)
        elif file.state is not AttachmentState.PENDING:
            self.button = look.KeyButton(tr("Open in the platform's inbox"), parent=self, icon_name="external-link")
            self.button.clicked.connect(wishes.inbox)
            below = QWidget(self)
            Flow(below, gap=look.px(6)).addWidget(self.button)
            column.addSpacing(look.px(5))
            column.addWidget(below)

    def retheme(self) -> None:
        edge = look.px(10)
        self._row.setContentsMargins(edge, look.px(8), edge, look.px(8))
        self._row.setSpacing(look.px(look.S2))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "pane", "line")
