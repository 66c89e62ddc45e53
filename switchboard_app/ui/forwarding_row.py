"""A forwarding in the timeline: to whom, until when, how it stands, and the office's word to be entered.

A forwarding ends by the office's word and not by hope: while it is pending, the buttons for that word stay in sight.
Made by `timeline_plan`; the sheet that asks for the office's text is `office_word_sheet`.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from switchboard_app.model.delivery import DeliveryState, delivery_words
from switchboard_app.model.forwarding import PENDING, Forwarding, ForwardingState, forwarding_words
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.ui import look
from switchboard_app.ui.chip_button import ChipButton
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.message_text import paragraph
from switchboard_app.ui.plain import plain_text
from switchboard_app.ui.text.deliveries import needs_person
from switchboard_app.ui.text.due import at
from switchboard_app.ui.timeline_row import Row, Wishes
from switchboard_app.ui.timeline_rows import SIDE, TOP
from switchboard_app.ui.unclear_card import UnclearCard


def _tone(one: Forwarding, now: Millis) -> look.Tone:
    if one.state in PENDING:
        return look.Tone.LATE if one.due_at is not None and one.due_at <= now else look.Tone.GOOD
    return look.Tone.LATE if one.state is ForwardingState.DECLINED else look.Tone.NEUTRAL


class ForwardingRow(Row):
    """The box below the line «Forwarded to …»."""

    def __init__(self, one: Forwarding, now: Millis, wishes: Wishes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.forwarding = one
        self._wishes = wishes
        self.buttons: dict[str, ChipButton] = {}
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._chips(one, now))
        self.summary = paragraph(one.summary, self, "text")
        self.summary.hide()
        self._column.addWidget(self.summary)
        if needs_person(one.delivery):
            assert one.delivery is not None
            self._column.addWidget(UnclearCard(one.delivery, now, wishes, self, mail=True))
        self._column.addWidget(self._words_of_the_office(one))
        self.setAccessibleName(plain_text(f"{one.office_name}: {forwarding_words(one.state)}"))
        look.follow(self.retheme)

    def _chips(self, one: Forwarding, now: Millis) -> QWidget:
        holder = QWidget(self)
        flow = Flow(holder, gap=look.px(6), line_gap=look.px(4))
        flow.addWidget(look.ChipLabel(forwarding_words(one.state), _tone(one, now), holder))
        if one.state in PENDING and one.due_at is not None and one.due_at <= now:
            words = tr("was due {time}").format(time=at(one.due_at, now))
            flow.addWidget(look.ChipLabel(words, look.Tone.BAD, holder))
        if one.delivery is not None and one.delivery.state is not DeliveryState.SENT:
            words = tr("mail: {state}").format(state=delivery_words(one.delivery.state))
            flow.addWidget(look.ChipLabel(words, look.Tone.NEUTRAL, holder))
        if one.delivery is not None and one.delivery.repeats:
            flow.addWidget(look.ChipLabel(tr("mail possibly sent twice"), look.Tone.LATE, holder))
        flow.addWidget(look.ChipLabel(one.reference, look.Tone.NEUTRAL, holder))
        self.fold = ChipButton(tr("Show what was sent"), holder, tone="muted", ground="pane")
        self.fold.clicked.connect(self._fold)
        flow.addWidget(self.fold)
        return holder

    def _words_of_the_office(self, one: Forwarding) -> QWidget:
        holder = QWidget(self)
        flow = Flow(holder, gap=look.px(6), line_gap=look.px(4))
        state = ForwardingState
        if one.state is state.SENT:
            self._add(flow, "taken", tr("Office has taken it"), state.ACKNOWLEDGED)
        if one.state in PENDING:
            self._add(flow, "answered", tr("Office has answered"), state.ANSWERED)
            self._add(flow, "declined", tr("Not responsible"), state.DECLINED)
            withdraw = ChipButton(tr("Withdraw"), self, tone="muted", ground="neutral_ground")
            withdraw.clicked.connect(lambda: self._wishes.withdraw.emit(one))
            self.buttons["withdraw"] = withdraw
            flow.addWidget(withdraw)
        holder.setVisible(bool(self.buttons))
        return holder

    def _add(self, flow: Flow, name: str, words: str, word: ForwardingState) -> None:
        button = ChipButton(words, self)
        button.clicked.connect(lambda: self._wishes.word.emit(self.forwarding, word))
        self.buttons[name] = button
        flow.addWidget(button)

    def _fold(self) -> None:
        shown = self.summary.isHidden()
        self.summary.setVisible(shown)
        self.fold.set_words(tr("Hide what was sent") if shown else tr("Show what was sent"))

    def retheme(self) -> None:
        side, top = look.px(SIDE), look.px(TOP)
        self._column.setContentsMargins(side, top, side, top + look.px(2))
        self._column.setSpacing(look.px(6))
        super().retheme()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "pane", "line")
