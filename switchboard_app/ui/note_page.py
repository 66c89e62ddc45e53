"""The composer's second page: an internal note, in the note's colours from edge to edge.

For colleagues and never sent, and the page says so. Saving is the composer's business.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.draft_box import DraftBox
from switchboard_app.ui.ends import Ends
from switchboard_app.ui.plain import plain_tooltip


class NotePage(QWidget):
    """`save` when the note shall be filed."""

    save = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = DraftBox(bridge, "", self, lines=3, most=10)
        self.box.set_ground("note_ground")
        self.hint = look.Label("", look.Type.SECONDARY, "muted", self, elide=Qt.TextElideMode.ElideRight)
        self.save_button = look.KeyButton("", "Ctrl ⏎", self)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.box)
        foot = Ends(self)
        foot.left.addWidget(self.hint, 1)
        foot.right.addWidget(self.save_button)
        self._column.addWidget(foot)
        self.setFocusProxy(self.box)
        self.box.edited.connect(self._ready)
        self.box.submitted.connect(self.save)
        self.save_button.clicked.connect(self.save)
        look.follow(self.retheme)

    def retheme(self) -> None:
        edge = look.px(10)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(look.px(look.S2))
        self.update()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.box.setAccessibleName(tr("Internal note"))
        self.box.setPlaceholderText(tr("Internal note: for colleagues, never sent …"))
        self.hint.setText(tr("Never sent to the citizen; does not count as an answer."))
        plain_tooltip(self.hint, tr("An internal note does not stop the clock: only a message to the citizen does."))
        self.save_button.set_words(tr("Save note"))
        self._ready()

    def _ready(self) -> None:
        self.save_button.setEnabled(self.box.filled())

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "note_ground", "note_line", radius=look.RADIUS + 2)
