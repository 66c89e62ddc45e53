"""One step of the first start: its number or tick, title, a sentence, and what belongs to it."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look

_SIDE = 28


class StepState(StrEnum):
    """How far a step is."""

    LATER = "later"
    NOW = "now"
    DONE = "done"


class _Tick(QWidget):
    """A round sign: the number, or a tick."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = str(number)
        self.state = StepState.LATER
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.follow(self.retheme)

    def retheme(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(look.px(_SIDE), look.px(_SIDE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.state is StepState.DONE:
            look.box(painter, rect, "good_ground", radius=_SIDE / 2)
            edge = look.px(7)
            look.paint_icon(painter, rect.adjusted(edge, edge, -edge, -edge), "check", "good")
            return
        now = self.state is StepState.NOW
        look.box(painter, rect, "accent" if now else "neutral_ground", radius=_SIDE / 2)
        tone = "on_accent" if now else "muted"
        look.text(painter, rect, self._number, look.Type.BODY_STRONG, tone, align=Qt.AlignmentFlag.AlignCenter)


class FirstStep(look.Card):
    """`step.inside` is the column for buttons and forms, seen while it is this step's turn."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._tick = _Tick(number)
        self._title_words = ""
        self.heading = look.Label("", look.Type.TITLE, wrap=True)
        self.sentence = look.Paragraph("", tone="muted")
        self.within = QWidget()
        self.inside = QVBoxLayout(self.within)
        self.inside.setContentsMargins(0, look.px(look.S2), 0, 0)
        words = QVBoxLayout()
        words.addWidget(self.heading)
        words.addWidget(self.sentence)
        words.addWidget(self.within)
        row = QHBoxLayout()
        row.addWidget(self._tick, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.setSpacing(look.px(look.S3))
        words.setSpacing(look.px(look.S1))
        self.inside.setSpacing(look.px(look.S2))
        self.add_layout(row)

    @property
    def state(self) -> StepState:
        """How far it is."""
        return self._tick.state

    def set_state(self, state: StepState) -> None:
        """Take another state; a step that is not yet its turn shows no buttons."""
        self._tick.state = state
        self._tick.update()
        self.within.setVisible(state is StepState.NOW)
        self.heading.set_tone("muted" if state is StepState.LATER else "text")
        self._speak()

    def say(self, title: str, sentence: str) -> None:
        """Its words."""
        self._title_words = title
        self.heading.setText(title)
        self.sentence.set_text(sentence)
        self._speak()

    def _speak(self) -> None:
        words = {StepState.LATER: tr("later"), StepState.NOW: tr("now"), StepState.DONE: tr("done")}
        self.setAccessibleName(f"{self._title_words}, {words[self.state]}")
