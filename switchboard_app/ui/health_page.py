"""The page of accounts: how each connected account is, what it means and what to do, with the button that does it.

Re-reads the store; shows nothing it hopes. Removing an account asks first, because its secret cannot be had back. Used
by the main window in the place of queue and conversation.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from switchboard_app.model.account import Account
from switchboard_app.model.channel import CAPABILITIES
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import AccountId
from switchboard_app.model.language import tr
from switchboard_app.store import accounts, budgets, gaps, health, outbox, proof, quarantine
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui import look, words
from switchboard_app.ui.account_sheet import AccountSheet
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.health_card import AccountState, HealthCard
from switchboard_app.ui.links import open_link
from switchboard_app.ui.page_scroll import PageScroll
from switchboard_app.ui.reread import Reread

_TICK = 5000
_WIDEST = 760
HISTORY = 10


def read_states(tx: Transaction) -> list[AccountState]:
    """Every account with all that its card says."""
    return [
        AccountState(
            one,
            outbox.summary(tx, one.id),
            quarantine.count(tx, one.id),
            budgets.of_account(tx, one.id),
            proof.of_account(tx, one.id),
            gaps.listed(tx, one.id),
            health.history(tx, one.id, HISTORY),
        )
        for one in accounts.listed(tx)
    ]


class HealthPage(look.Ground):
    """`HealthPage(bridge)`; it reads when it is first shown and then follows the hints."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__("window")
        self._bridge = bridge
        self._states: list[AccountState] | None = None
        self.cards: dict[AccountId, HealthCard] = {}
        self._sheet: AccountSheet | None = None
        self.asking: RemoveSheet | None = None
        self._build()
        self._reread = Reread(self, bridge, "accounts' page", self._read, "accounts", "outbox", pause=100)
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK)
        self._clock.timeout.connect(self._show)
        self._clock.start()
        self.retheme()
        words.follow(self.retranslate)
        self._reread.soon()

    def _build(self) -> None:
        self.title = look.Label("", look.Type.HEADING)
        self.add = look.KeyButton("", primary=True, icon_name="plus")
        self.add.clicked.connect(self.connect_account)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.add)
        self.notice = look.Banner("", look.Kind.BAD, dismissable=True)
        self.notice.hide()
        self._loading = look.Label("", tone="muted")
        self.empty = look.EmptyState("plug", "", "")
        self.first = self.empty.add_button(look.KeyButton("", primary=True))
        self.first.clicked.connect(self.connect_account)
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        page = PageScroll()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self._head, self.notice, self._loading):
            column.addWidget(part)
        column.addLayout(self._column)
        column.addStretch(1)
        self._inside = inside
        page.fill(self, inside).addWidget(self.empty)
        self._page = page
        self.empty.hide()

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_inside"):
            edge = look.px(look.S5)
            self._page.column.setContentsMargins(edge, edge, edge, edge)
            self._inside.setMaximumWidth(look.px(_WIDEST))
            layout = self._inside.layout()
            assert layout is not None
            layout.setSpacing(look.px(look.S3))
            self._column.setSpacing(look.px(look.S3))

    # -- reading ---------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        self._states = await self._bridge.ask(read_states)
        self._show()

    def _show(self) -> None:
        """Bring the cards in line with what was read; a card that stays keeps its place and its focus."""
        states = self._states
        self._loading.setVisible(states is None)
        if states is None:
            return
        now = self._bridge.clock()
        there = {state.account.id for state in states}
        for gone in [key for key in self.cards if key not in there]:
            card = self.cards.pop(gone)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, state in enumerate(states):
            card = self.cards.get(state.account.id) or self._new_card(state.account)
            if self._column.indexOf(card) != place:
                self._column.insertWidget(place, card)
            card.show_state(state, now)
        self.empty.setVisible(not states)
        self._page.setVisible(bool(states))

    def _new_card(self, account: Account) -> HealthCard:
        card = HealthCard(account.kind)
        card.sign_in_wanted.connect(partial(self._sign_in, account.id))
        card.check_wanted.connect(partial(self._check, account.id))
        card.remove_wanted.connect(partial(self._ask_remove, account.id))
        card.inbox_wanted.connect(partial(self._to_inbox, account.id))
        self.cards[account.id] = card
        return card

    def _account(self, wanted: AccountId) -> Account | None:
        return next((state.account for state in self._states or () if state.account.id == wanted), None)

    # -- acting ----------------------------------------------------------------------------------------------------

    def _accounts_sheet(self) -> AccountSheet:
        if self._sheet is None or self._sheet.parentWidget() is not self.window():
            self._sheet = AccountSheet(self.window(), self._bridge)
        return self._sheet

    def connect_account(self) -> None:
        """Open the form for a new account."""
        self._accounts_sheet().open_new()

    def _sign_in(self, wanted: AccountId) -> None:
        account = self._account(wanted)
        if account is not None:
            self._accounts_sheet().open_again(account)

    def _check(self, wanted: AccountId) -> None:
        self._bridge.start("check an account", self._ask_platform(wanted))

    async def _ask_platform(self, wanted: AccountId) -> None:
        card = self.cards[wanted]
        card.set_busy(True)
        self.notice.hide()
        try:
            await self._bridge.outside.check_account(wanted)
        except UserError as refusal:
            self._complain(refusal)
        finally:
            if wanted in self.cards:
                card.set_busy(False)
        self._reread.soon()

    def _ask_remove(self, wanted: AccountId) -> None:
        account = self._account(wanted)
        if account is not None:
            self.asking = RemoveSheet(self.window(), account)
            self.asking.yes.clicked.connect(partial(self._remove, wanted))
            self.asking.open(self.asking.no)

    def _remove(self, wanted: AccountId) -> None:
        if self.asking is not None:
            self.asking.close()
            self.asking = None
        self._bridge.start("remove an account", self._removing(wanted))

    async def _removing(self, wanted: AccountId) -> None:
        try:
            await self._bridge.outside.remove_account(wanted)
        except UserError as refusal:
            self._complain(refusal)
        self._reread.soon()

    def _complain(self, refusal: UserError) -> None:
        self.notice.say(str(refusal), look.Kind.BAD)
        self.notice.show()

    def _to_inbox(self, wanted: AccountId) -> None:
        account = self._account(wanted)
        if account is not None:
            open_link(self, CAPABILITIES[account.kind].inbox_url, ours=True)

    # -- words -----------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.title.setText(tr("Accounts"))
        self.add.set_words(tr("Connect an account"))
        self.first.set_words(tr("Connect an account"))
        self._loading.setText(tr("Reading the accounts …"))
        self.empty.say(
            tr("No account is connected yet"),
            tr("Connect the Facebook page or the X account whose messages shall come into the queue."),
        )
        self.setAccessibleName(tr("Accounts"))
        self._show()


class RemoveSheet(look.Sheet):
    """Asks before an account is removed."""

    def __init__(self, window: QWidget, account: Account) -> None:
        super().__init__(window, tr("Remove «{account}»?").format(account=account.name), width=480)
        self.body.addWidget(
            look.Paragraph(
                tr(
                    "Its sign-in is deleted from the keyring, and nothing more is fetched or sent. Messages and"
                    " enquiries stay. To connect it again you need its secrets."
                )
            )
        )
        self.no = look.KeyButton(tr("Cancel"), "Esc", self.card)
        self.yes = look.KeyButton(tr("Remove"), parent=self.card, danger=True)
        self.no.clicked.connect(self.close)
        self.foot.addStretch(1)
        self.foot.addWidget(self.no)
        self.foot.addWidget(self.yes)
        self.closed.connect(self.deleteLater)
