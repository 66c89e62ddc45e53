"""A call that rings, said at the top of the window: «Call 061 555 01 88 – Frau Muster [Accept F2]».

Asks the telephone (training, a softphone) once a second. Lies over the search field of the top bar, above everything
and also above an open sheet, and moves nothing: it is no part of the layout. Takes no focus. The main window gives F2
to `accept` first.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge, Caller

_POLL = 1000
_STRIP = 24


class CallBanner(QWidget):
    """`CallBanner(window, bridge)`; hidden while nothing rings."""

    accepted = Signal(object)
    """The Caller who was taken: open the phone note for them."""

    def __init__(self, window: QWidget, bridge: Bridge) -> None:
        super().__init__(window)
        self._telephone = bridge.telephone
        self._training = bridge.training
        self._caller: Caller | None = None
        self._spot = look.IconSpot("phone-incoming", "accent", parent=self)
        self._words = look.elided("", look.Type.BODY_STRONG, parent=self)
        self.take = look.KeyButton("", "F2", self, primary=True)
        row = QHBoxLayout(self)
        row.addWidget(self._spot)
        row.addWidget(self._words, 1)
        row.addWidget(self.take)
        self._row = row
        self.take.clicked.connect(self.accept)
        window.installEventFilter(self)
        look.follow(self.retheme)
        words.follow(self.retranslate)
        self.hide()
        self._clock = QTimer(self)
        self._clock.setInterval(_POLL)
        self._clock.timeout.connect(self.ask)
        if self._telephone is not None:
            self._clock.start()

    def retheme(self) -> None:
        side, edge = look.px(look.S4), look.px(look.S1)
        self._row.setContentsMargins(side, edge, edge, edge)
        self._row.setSpacing(look.px(look.S3))
        self._place()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.take.set_words(tr("Accept"))
        if self._caller is not None:
            self._words.setText(self._sentence(self._caller))

    def ask(self) -> None:
        """Look whether a call rings now."""
        ringing = self._telephone.ringing() if self._telephone is not None else None
        if ringing is None:
            self._caller = None
            self.hide()
        elif self._caller is None or (ringing.number, ringing.name) != (self._caller.number, self._caller.name):
            self._caller = ringing
            self._words.setText(self._sentence(ringing))
            self.setAccessibleName(self._words.source())
            self._place()
            self.show()
            self.raise_()

    def accept(self) -> bool:
        """Take the call that rings; False when none does, or the caller has just hung up."""
        if self._telephone is None or self._caller is None:
            return False
        caller = self._telephone.accept()
        self._caller = None
        self.hide()
        if caller is None:
            return False
        self.accepted.emit(caller)
        return True

    def _sentence(self, caller: Caller) -> str:
        number = caller.number or tr("number withheld")
        if caller.name:
            return tr("Call {number} – {name}").format(number=number, name=caller.name)
        return tr("Call {number}").format(number=number)

    def _place(self) -> None:
        window = self.parentWidget()
        if window is None:
            return
        wanted = look.text_width(self._words.source(), look.Type.BODY_STRONG) + self.take.sizeHint().width()
        width = min(wanted + look.px(100), window.width() - look.px(2 * look.S4))
        height = self._row.sizeHint().height()
        top = self._strip + (look.px(look.TOP_BAR) - height) // 2
        self.setGeometry((window.width() - width) // 2, top, width, height)

    @property
    def _strip(self) -> int:
        """How far down the top bar stands: training has a strip above it."""
        return look.px(_STRIP) if self._training else 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parentWidget() and event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "accent_ground", "accent")
