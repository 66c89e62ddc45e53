"""The card below a send that did not get through for sure: what happened, what was seen, and what a person may decide.

Uncertain: it was sent, send it again, drop it. Certainly not sent: send it again, edit it, drop it. The program itself
never sends such a thing again. Used in the timeline for answers and for mails to offices.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.model.delivery import Delivery, DeliveryState
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.store.desk import Decision
from switchboard_app.ui import look
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.plain import plain_text
from switchboard_app.ui.text.deliveries import seen_lines, seen_title, story, title
from switchboard_app.ui.timeline_row import Wishes


class SeenBox(QWidget):
    """What reading back the conversation showed, beside the question: when, and our messages with their times."""

    def __init__(self, delivery: Delivery, now: Millis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = look.Label(seen_title(delivery, now), look.Type.SECONDARY, "muted", self, wrap=True)
        self.lines = [
            look.Label(line, look.Type.SECONDARY, "text", self, wrap=True) for line in seen_lines(delivery, now)
        ]
        self._column = QVBoxLayout(self)
        for label in (self.title, *self.lines):
            self._column.addWidget(label)
        self.setVisible(bool(self.title.source()))
        look.follow(self.retheme)

    def words(self) -> str:
        """All of it, for those who listen to the screen."""
        return " ".join(label.source() for label in (self.title, *self.lines) if label.source())

    def retheme(self) -> None:
        side = look.px(10)
        self._column.setContentsMargins(side, look.px(7), side, look.px(8))
        self._column.setSpacing(look.px(3))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "pane", "line")


class UnclearCard(QWidget):
    """`UnclearCard(delivery, now, wishes)`; `mail` for one that goes to an office, whose text is not edited here."""

    def __init__(
        self, delivery: Delivery, now: Millis, wishes: Wishes, parent: QWidget | None = None, *, mail: bool = False
    ) -> None:
        super().__init__(parent)
        self.delivery = delivery
        self._wishes = wishes
        unsure = delivery.state is DeliveryState.UNCERTAIN
        self._ground = "late_ground" if unsure else "bad_ground"
        tone = "late" if unsure else "bad"
        head = QHBoxLayout()
        head.setSpacing(look.px(look.S2))
        head.addWidget(look.IconSpot("circle-help" if unsure else "circle-alert", tone, 16, self))
        head.addWidget(look.Label(title(delivery), look.Type.BODY_STRONG, tone, self, wrap=True), 1)
        self.words = look.Label(story(delivery, now), look.Type.BODY, "text", self, wrap=True)
        buttons = QWidget(self)
        self._flow = Flow(buttons, gap=look.px(look.S2))
        self._column = QVBoxLayout(self)
        self._column.addLayout(head)
        self._column.addWidget(self.words)
        self.seen = SeenBox(delivery, now, self)
        self._column.addWidget(self.seen)
        self._column.addWidget(buttons)
        self.buttons: dict[str, look.KeyButton] = {}
        if unsure:
            self._add("was_sent", tr("It was sent"), Decision.WAS_SENT)
            self._add("send_again", tr("Send again"), Decision.SEND_AGAIN)
            if not mail:
                self._add("drop", tr("Drop it"), Decision.DROP)
        else:
            self._add("send_again", tr("Send again"), Decision.SEND_AGAIN)
            if not mail:
                edit = self._button("edit", tr("Edit"))
                edit.clicked.connect(lambda: wishes.edit.emit(delivery))
                self._add("drop", tr("Drop it"), Decision.DROP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(plain_text(f"{title(delivery)}. {self.words.source()} {self.seen.words()}".strip()))
        look.follow(self.retheme)

    def _button(self, name: str, words: str) -> look.KeyButton:
        button = look.KeyButton(words, parent=self)
        self._flow.addWidget(button)
        self.buttons[name] = button
        return button

    def _add(self, name: str, words: str, decision: Decision) -> None:
        button = self._button(name, words)
        button.clicked.connect(lambda: self._decide(decision))

    def _decide(self, decision: Decision) -> None:
        """One decision only; the row is made anew when the store has taken it."""
        for button in self.buttons.values():
            button.setEnabled(False)
        self._wishes.decide.emit(self.delivery, decision)

    def free(self) -> None:
        """Let a person decide again, because the decision was refused."""
        for button in self.buttons.values():
            button.setEnabled(True)

    def retheme(self) -> None:
        side = look.px(13)
        self._column.setContentsMargins(side, look.px(10), side, look.px(12))
        self._column.setSpacing(look.px(8))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), self._ground, radius=look.RADIUS)
