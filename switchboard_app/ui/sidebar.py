"""The side: views with their counts, channels with their count and how they are.

An account that is ill says so in words below its name, with the reason and the next step; a click there asks for the
page of the accounts. Choosing a row only emits `chosen`: the main window shows the list. Refuses to count by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel, channel_name
from switchboard_app.model.enquiry import View, view_name
from switchboard_app.model.health import Health
from switchboard_app.model.ids import AccountId
from switchboard_app.model.language import tr
from switchboard_app.store import accounts, queue
from switchboard_app.store.queue import Counts, QueueFilter
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.plain import plain_text, plain_tooltip
from switchboard_app.ui.reread import Reread
from switchboard_app.ui.text.health import health_short, health_tone
from switchboard_app.ui.text.rows import grouped

VIEWS = (
    View.INBOX,
    View.MINE,
    View.WAITING_OFFICE,
    View.WAITING_CITIZEN,
    View.SNOOZED,
    View.OPEN,
    View.DONE,
)
PAUSE = 120
"""Milliseconds in which hints are gathered: counting is dearer than a page, and the page comes first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the queue should show: a view, or what is open of a channel or an account."""

    view: View = View.INBOX
    channel: Channel | None = None
    account: AccountId | None = None
    title: str = ""

    def filter(self, bridge: Bridge) -> QueueFilter:
        """As the store wants it."""
        return QueueFilter(self.view, bridge.me, self.channel, self.account)


class _Trouble(QAbstractButton):
    """The line below an account that is ill; a press asks for the page of the accounts."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._said = ""
        self._tone = "late"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def say(self, short: str, reason: str, step: str, tone: str) -> None:
        """Show why the account is ill; nothing when `short` is empty."""
        self._said, self._tone = short, tone
        self.setVisible(bool(short))
        self.setAccessibleName(plain_text(f"{reason} {step}".strip()))
        plain_tooltip(self, f"{reason} {step}".strip())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(look.px(80), look.px(18))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect()).adjusted(look.px(27), 0, -look.px(look.S2), 0)
        look.text(painter, rect, self._said, look.Type.SMALL, self._tone)
        if self.hasFocus():
            look.focus_ring(painter, QRectF(self.rect()), 6)


class Sidebar(look.Ground):
    """`chosen` says what a person chose; `choose` marks it without saying so."""

    chosen = Signal(object)
    """A `Choice`."""
    health_wanted = Signal()
    counted = Signal(object)
    """The `Counts` just read."""
    named = Signal(str)
    """The title of what the queue shows, where it was not known yet when it was chosen."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__("side", parent)
        self._bridge = bridge
        self._counts = Counts()
        self._accounts: list[Account] = []
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._clicked)
        self._choices: dict[QAbstractButton, Choice] = {}
        self._now = Choice()
        self._awaited: Choice | None = None
        self._known = False
        self._views: dict[View, look.NavRow] = {}
        self._channels: dict[str, tuple[look.NavRow, _Trouble]] = {}
        self._inside = look.Ground("side")
        self._column = QVBoxLayout(self._inside)
        self._work_title = look.SectionTitle("", self._inside)
        self._channels_title = look.SectionTitle("", self._inside)
        self._build()
        self._again = Reread(self, bridge, "sidebar", self._read, "queue", "accounts", pause=PAUSE)
        self.retheme()
        words.follow(self.retranslate)

    def _build(self) -> None:
        self._column.addWidget(self._work_title)
        for view in VIEWS:
            row = look.NavRow("", parent=self._inside)
            self._views[view] = row
            self._add(row, Choice(view))
        self._column.addWidget(self._channels_title)
        self._place_channel("", Channel.PHONE)
        self._column.addStretch(1)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(self._inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def _add(self, row: look.NavRow, choice: Choice, at: int = -1) -> None:
        self._group.addButton(row)
        self._choices[row] = choice
        self._column.insertWidget(at if at >= 0 else self._column.count(), row)

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_column"):
            side = look.px(look.S2)
            self._column.setContentsMargins(side, look.px(look.S1), side, side)
            self._column.setSpacing(look.px(1))

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Views and channels"))
        self._work_title.setText(tr("My work"))
        self._channels_title.setText(tr("Channels"))
        for view, row in self._views.items():
            row.set_words(view_name(view))
        self._fill()

    def read(self) -> None:
        """Read the counts for the first time."""
        self._again.now()

    # -- choosing ----------------------------------------------------------------------------------------------------

    def choose(self, choice: Choice) -> Choice:
        """Mark what the queue shows; returns it with its title, or the inbox when it is not there any more."""
        for row, known in self._choices.items():
            if (known.view, known.channel, known.account) == (choice.view, choice.channel, choice.account):
                row.setChecked(True)
                self._now = known
                return self._titled(known)
        if choice.account is not None and not self._known:
            self._awaited = choice  # an account of the last time, before the accounts have been read
            return choice
        return self.choose(Choice())

    def title(self) -> str:
        """What the list that is shown is called."""
        return self._titled(self._now).title

    def _titled(self, choice: Choice) -> Choice:
        if choice.channel is None:
            title = view_name(choice.view)
        elif choice.account is None:
            title = channel_name(choice.channel)
        else:
            title = next((one.name for one in self._accounts if one.id == choice.account), "")
        return Choice(choice.view, choice.channel, choice.account, title)

    def _clicked(self, row: QAbstractButton) -> None:
        self._awaited = None
        self._now = self._choices[row]
        self.chosen.emit(self._titled(self._now))

    # -- reading -----------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        self._accounts = await self._bridge.ask(accounts.listed)
        self._counts = await self._bridge.ask(queue.counts, self._bridge.me)
        self._known = True
        self._fill()
        self._find_awaited()
        self.counted.emit(self._counts)

    def _find_awaited(self) -> None:
        """The account whose list is shown already, or the inbox when it has gone."""
        if self._awaited is None:
            return
        wanted, self._awaited = self._awaited, None
        found = self.choose(wanted)
        if found.account == wanted.account:
            self.named.emit(found.title)
        else:
            self.chosen.emit(found)

    def _fill(self) -> None:
        for view, row in self._views.items():
            row.set_count(None if view is View.DONE else grouped(self._counts.views.get(view, 0)))
        connected = {one.id for one in self._accounts}
        for gone in [key for key in self._channels if key and key not in connected]:
            self._drop_channel(gone)
        phone, _ = self._channels[""]
        phone.set_words(channel_name(Channel.PHONE))
        phone.set_count(grouped(self._counts.accounts.get("", 0)))
        now = self._bridge.clock()
        for account in (one.shown_at(now) for one in self._accounts):
            if account.id not in self._channels:
                self._place_channel(account.id, account.kind)
            row, trouble = self._channels[account.id]
            row.set_words(account.name)
            row.set_count(grouped(self._counts.accounts.get(account.id, 0)))
            well = account.health in (Health.OK, Health.CATCHING_UP)
            row.set_dot(look.channel_tone(account.kind.value) if well else health_tone(account.health))
            short = "" if well else health_short(account.health)
            trouble.say(short, account.reason, account.next_step, health_tone(account.health))

    def _place_channel(self, key: str, kind: Channel) -> None:
        """A row for the phone (no key) or an account, with the line for its trouble below, above the stretch."""
        row = look.NavRow("", parent=self._inside, dot=look.channel_tone(kind.value))
        trouble = _Trouble(self._inside)
        trouble.clicked.connect(self.health_wanted)
        self._channels[key] = (row, trouble)
        end = self._column.count() - (1 if key else 0)
        self._add(row, Choice(View.OPEN, kind, AccountId(key) if key else None), end)
        self._column.insertWidget(end + 1, trouble)

    def _drop_channel(self, key: str) -> None:
        row, trouble = self._channels.pop(key)
        choice = self._choices.pop(row)
        self._group.removeButton(row)
        for widget in (row, trouble):
            self._column.removeWidget(widget)
            widget.deleteLater()
        if choice is self._now:
            self.chosen.emit(self.choose(Choice()))
