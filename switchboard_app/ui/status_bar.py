"""The line at the window's foot: how each account is, what waits to be sent, which workspace, and training.

Read from the store like everything else; the seconds go on by a slow tick while the window is seen. A press on an
account asks for the page of the accounts.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from switchboard_app.model.account import Account
from switchboard_app.model.language import ntr, tr
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.plain import plain_text, plain_tooltip
from switchboard_app.ui.reread import Reread
from switchboard_app.ui.text.health import health_tone, status_words

TICK = 5000
PAUSE = 150


class _AccountState(QAbstractButton):
    """A dot and the words of one account."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._said = ""
        self._tone = "good"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)

    def say(self, said: str, reason: str, tone: str) -> None:
        """Show other words."""
        if (said, tone) != (self._said, self._tone):
            self._said, self._tone = plain_text(said), tone
            self.setAccessibleName(self._said)
            plain_tooltip(self, reason)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(look.text_width(self._said, look.Type.SECONDARY) + look.px(8 + 9), look.px(look.STATUS_BAR))

    def minimumSizeHint(self) -> QSize:
        return QSize(look.px(40), look.px(look.STATUS_BAR))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        look.paint_dot(painter, rect, self._tone)
        look.text(painter, rect.adjusted(look.px(17), 0, 0, 0), self._said, look.Type.SECONDARY, "muted")
        if self.hasFocus():
            look.focus_ring(painter, rect.adjusted(0, 1, 0, -1), 4)


class StatusBar(look.Ground):
    """`health_wanted` when an account is pressed."""

    health_wanted = Signal()

    def __init__(self, bridge: Bridge, workspace: str, parent: QWidget | None = None) -> None:
        super().__init__("side", parent)
        self._bridge = bridge
        self._workspace = workspace
        self._accounts: list[Account] = []
        self._waiting: int | None = None
        self._states: list[_AccountState] = []
        self._outbox = look.Label("", look.Type.SECONDARY, "muted", self)
        self._place = look.elided("", look.Type.SECONDARY, "muted", self)
        self._place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._outbox)
        self._row.addWidget(self._place, 1)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK)
        self._tick.timeout.connect(self._say)
        self._again = Reread(self, bridge, "status bar", self._read, "accounts", "outbox", "queue", pause=PAUSE)
        self.retheme()
        words.follow(self.retranslate)

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_row"):
            self._row.setContentsMargins(look.px(14), 0, look.px(14), 0)
            self._row.setSpacing(look.px(look.S5))
            self.setFixedHeight(look.px(look.STATUS_BAR))

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Status"))
        self._say()

    def read(self) -> None:
        """Read for the first time."""
        self._again.now()

    async def _read(self) -> None:
        from switchboard_app.store import accounts, outbox  # read after the first page

        self._accounts = await self._bridge.ask(accounts.listed)
        self._waiting = await self._bridge.ask(outbox.waiting)
        self._say()

    def _say(self) -> None:
        now = self._bridge.clock()
        while len(self._states) > len(self._accounts):
            self._states.pop().deleteLater()
        while len(self._states) < len(self._accounts):
            state = _AccountState(self)
            state.clicked.connect(self.health_wanted)
            self._row.insertWidget(len(self._states), state)
            self._states.append(state)
        shown = (one.shown_at(now) for one in self._accounts)
        for state, account in zip(self._states, shown, strict=True):
            reason = f"{account.reason} {account.next_step}".strip()
            state.say(status_words(account, now), reason, health_tone(account.health))
        self._outbox.setText(self._outbox_words())
        place = [tr("Training: nothing leaves this program")] if self._bridge.training else []
        self._place.setText(" · ".join([*place, *([self._workspace] if self._workspace else [])]))

    def _outbox_words(self) -> str:
        if self._waiting is None:
            return ""
        if self._waiting == 0:
            return tr("Outbox empty")
        return ntr("{n} waiting to be sent", "{n} waiting to be sent", self._waiting).format(n=self._waiting)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()
