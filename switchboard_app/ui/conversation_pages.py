"""What the conversation's pane shows while there is no conversation to show: nothing open, loading, not readable."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from switchboard_app.model.errors import UserError
from switchboard_app.model.language import tr
from switchboard_app.ui import look


class Skeleton(QWidget):
    """Grey shapes of messages, shown when reading takes longer than a moment."""

    _SHAPES = ((False, 0.62, 62), (False, 0.40, 44), (True, 0.58, 62), (False, 0.52, 44))

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.retranslate()
        look.follow(self.update)

    def retranslate(self) -> None:
        """Say it to a screen reader."""
        self.setAccessibleName(tr("The conversation is being read …"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        edge = look.px(18)
        width = min(self.width() - 2 * edge, look.px(780))
        look.box(painter, QRectF(edge, edge, width * 0.3, look.px(18)), "neutral_ground", radius=6)
        look.box(painter, QRectF(edge, edge + look.px(28), width * 0.5, look.px(14)), "neutral_ground", radius=6)
        y = edge + look.px(76)
        for out, share, tall in self._SHAPES:
            wide = width * share
            left = edge + width - wide if out else edge
            look.bubble(painter, QRectF(left, y, wide, look.px(tall)), out=out, ground="neutral_ground")
            y += look.px(tall) + look.px(20)


class NothingOpen(look.EmptyState):
    """Nothing is open: says how to begin."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("message-square", "", "", parent)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the language in use."""
        self.say(
            tr("No enquiry is open"),
            tr("Choose one in the queue with J and K, or write a phone note with F2. F1 shows all keys."),
        )


class Unreadable(look.EmptyState):
    """Reading failed: what happened, what to do, and a button that tries again."""

    retry = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("circle-alert", "", "", parent)
        self.button = self.add_button(look.KeyButton("", primary=True))
        self.button.clicked.connect(self.retry)
        self.retranslate()

    def show_problem(self, problem: UserError) -> None:
        """Say what happened and the next step."""
        self.say(problem.message, problem.next_step)

    def retranslate(self) -> None:
        """Say it in the language in use."""
        self.button.set_words(tr("Try again"))


class WholeTextSheet(look.Sheet):
    """A text that is too long for the timeline, to be read, marked and copied."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "", width=820)
        self.box = look.TextField("", lines=12, most=24)
        self.box.setReadOnly(True)
        self.button = look.KeyButton("", "Esc")
        self.button.clicked.connect(self.close)
        self.body.addWidget(self.box)
        self.foot.addStretch(1)
        self.foot.addWidget(self.button)

    def open_for(self, text: str) -> None:
        """Show it."""
        self.title.setText(tr("The whole text"))
        self.box.setAccessibleName(tr("The whole text"))
        self.box.setPlainText(text)
        self.button.set_words(tr("Close"))
        self.open(self.box)
