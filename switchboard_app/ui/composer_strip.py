"""The line above or in the place of the boxes: with whom the enquiry is, how it was closed, or whom to call back."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from switchboard_app.model.enquiry import Enquiry, outcome_name
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.ui import look
from switchboard_app.ui.conversation_reading import Matter
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.text.due import at


class Strip(QWidget):
    """Says one thing and offers what can be done about it; hidden when there is nothing to say."""

    reassign = Signal()
    reopen = Signal()
    note = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = ""
        self._icon = look.IconSpot("user-check", "muted", 16, self)
        self.words = look.Label("", look.Type.BODY_STRONG, "text", self, wrap=True)
        self.aside = look.Label("", look.Type.SECONDARY, "muted", self, wrap=True)
        self.reassign_button = look.KeyButton("", parent=self)
        self.reopen_button = look.KeyButton("", "E", self)
        self.note_button = look.KeyButton("", "N", self)
        self.copy_button = look.KeyButton("", parent=self, icon_name="copy")
        self.reassign_button.clicked.connect(self.reassign)
        self.reopen_button.clicked.connect(self.reopen)
        self.note_button.clicked.connect(self.note)
        self.copy_button.clicked.connect(self._copy)
        words = QVBoxLayout()
        words.setSpacing(look.px(1))
        words.addWidget(self.words)
        words.addWidget(self.aside)
        self._holder = QWidget(self)
        self._flow = Flow(self._holder, gap=look.px(look.S2))
        self._buttons = (self.reassign_button, self.reopen_button, self.note_button, self.copy_button)
        for button in self._buttons:
            self._flow.addWidget(button)
        head = QHBoxLayout()
        head.setSpacing(look.px(look.S2))
        head.addWidget(self._icon)
        head.addLayout(words, 1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(head)
        self._column.addWidget(self._holder)
        self.hide()
        look.follow(self.retheme)

    def retheme(self) -> None:
        side = look.px(look.S3)
        self._column.setContentsMargins(side, look.px(10), side, look.px(10))
        self._column.setSpacing(look.px(look.S2))

    def somebody_elses(self, owner: str, *, draft: bool) -> None:
        """The boxes are not there: it is with a colleague."""
        aside = tr("Your draft is kept.") if draft else ""
        words = tr("In progress: {owner}").format(owner=owner)
        self._say("user-check", words, aside, self.reassign_button, self.note_button)

    def closed(self, enquiry: Enquiry, now: Millis, *, draft: bool) -> None:
        """The boxes are not there: it is done."""
        outcome = outcome_name(enquiry.outcome) if enquiry.outcome is not None else tr("Done")
        when = at(enquiry.closed_at, now) if enquiry.closed_at is not None else ""
        words = " · ".join(part for part in (tr("Closed: {outcome}").format(outcome=outcome), when) if part)
        aside = tr("Your draft is kept.") if draft else ""
        self._say("check-check", words, aside, self.reopen_button, self.note_button)

    def call_back(self, matter: Matter) -> None:
        """It came by telephone: there is nobody to write to."""
        self._number = matter.number
        if matter.number:
            who = " · ".join(part for part in (matter.number, matter.caller) if part)
            self._say("phone", tr("Call back: {caller}").format(caller=who), "", self.copy_button)
        else:
            self._say("phone", tr("The caller left no number."), "")

    def _say(self, icon: str, words: str, aside: str, *buttons: look.KeyButton) -> None:
        self._icon.set_icon(icon, "muted")
        self.words.setText(words)
        self.aside.setText(aside)
        self.aside.setVisible(bool(aside))
        self.reassign_button.set_words(tr("Reassign"))
        self.reopen_button.set_words(tr("Reopen"))
        self.note_button.set_words(tr("Internal note"))
        self.copy_button.set_words(tr("Copy number"))
        for button in self._buttons:
            button.setVisible(button in buttons)
        self._holder.setVisible(bool(buttons))
        self.setAccessibleName(words)
        self.show()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._number)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "window", "line")
