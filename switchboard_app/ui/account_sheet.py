"""Connecting an account, or signing in to it again: kind, name, secrets, perhaps another address of the platform.

Where the platform lets people sign in on its own page, that is the first way, and tokens by hand lie under «Advanced»;
training never leaves the process, so there it is not offered. The secrets go to the keyring through `bridge.outside`,
off the window's thread; what keyring or platform says is shown in place, and what was typed stays until it worked or
the sheet is closed. No secret stays in a widget after that. Used by the page of accounts and the first start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from switchboard_app.model.account import Account
from switchboard_app.model.channel import CONNECTABLE, Channel
from switchboard_app.model.errors import UserError
from switchboard_app.model.health import Health
from switchboard_app.model.language import tr
from switchboard_app.model.sign_in import SIGN_INS
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.browser_wait import BrowserWait
from switchboard_app.ui.page_window import bring_forward
from switchboard_app.ui.secret_fields import SecretFields

_WANTS_ANOTHER = (Health.NEEDS_SIGN_IN, Health.PERMISSION_MISSING)
_SLOW = 1500
"""After so many milliseconds it is said that the keyring may be waiting for its password."""


class AccountSheet(look.Sheet):
    """`open_new()` connects an account, `open_again(account)` signs in anew."""

    connected = Signal(object)
    """The Account, as the platform answered."""

    def __init__(self, window: QWidget, bridge: Bridge) -> None:
        super().__init__(window, "", width=520)
        self._bridge = bridge
        self._again: Account | None = None
        self._task: asyncio.Task[Any] | None = None
        self._advanced = False
        self._build()
        self._choose_fields()
        self.kinds.currentIndexChanged.connect(self._kind_chosen)
        self.more.clicked.connect(self._toggle_more)
        self.save.clicked.connect(self.submit)
        self.cancel.clicked.connect(self._cancelled)
        self.secrets.submitted.connect(self.submit)
        self.by_hand.submitted.connect(self.submit)
        self.by_hand.edited.connect(self._say_way)
        self.closed.connect(self._leave)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(
                QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
            ).activated.connect(self.submit)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_SLOW)
        self._patience.timeout.connect(self._say_slow)
        words.follow(self.retranslate)

    def _build(self) -> None:
        self.notice = look.Banner("", look.Kind.BAD)
        self.notice.hide()
        self.kinds = look.ComboField("")
        self.kinds.addItems(["" for _ in CONNECTABLE])
        self._kinds_field = look.Field("", self.kinds)
        self.name = look.LineField("")
        self._name_field = look.Field("", self.name)
        self.secrets = SecretFields()
        self.waiting = BrowserWait()
        self.more = look.KeyButton("", quiet=True, menu=True)
        self.api_base = look.LineField("", placeholder="https://")
        self._base_field = look.Field("", self.api_base)
        self._base_field.hide()
        self.by_hand = SecretFields()
        self._where = look.Paragraph("", role=look.Type.SECONDARY, tone="muted")
        for part in (self.notice, self.waiting, self._kinds_field, self._name_field, self._base_field, self.secrets):
            self.body.addWidget(part)
        self.body.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.by_hand)
        self.body.addWidget(self._where)
        self.cancel = look.KeyButton("", "Esc", self.card)
        self.save = look.KeyButton("", "Ctrl ⏎", self.card, primary=True)
        self.foot.addStretch(1)
        self.foot.addWidget(self.cancel)
        self.foot.addWidget(self.save)

    # -- opening and closing ---------------------------------------------------------------------------------------

    @property
    def kind(self) -> Channel:
        """The kind of account that is chosen."""
        return self._again.kind if self._again is not None else CONNECTABLE[self.kinds.currentIndex()]

    def open_new(self, kind: Channel = Channel.FACEBOOK) -> None:
        """Connect an account."""
        self._again = None
        self.kinds.setCurrentIndex(CONNECTABLE.index(kind))
        self._begin("", self.name)

    def open_again(self, account: Account) -> None:
        """Sign in again to an account."""
        self._again = account
        self._begin(account.name, None)

    @property
    def in_browser(self) -> bool:
        """Whether pressing the main button opens the browser: unless tokens are given by hand."""
        return self._by_browser and not (self._advanced and "access_token" in self.by_hand.content())

    @property
    def _by_browser(self) -> bool:
        return SIGN_INS[self.kind].browser and not self._bridge.training

    def _begin(self, name: str, focus: QWidget | None) -> None:
        fresh = self._again is None
        self._advanced = False
        self.name.setText(name)
        self.name.setReadOnly(not fresh)
        self.name.setFocusPolicy(Qt.FocusPolicy.StrongFocus if fresh else Qt.FocusPolicy.NoFocus)
        self.api_base.setText("")
        self._choose_fields()
        self.notice.hide()
        self._set_busy(False)
        self.retranslate()
        self.open(focus or (self.save if self._by_browser else self.secrets.fields()[0]))

    def _choose_fields(self) -> None:
        """The fields of the kind: all of them, or those of the browser's way with the rest under «Advanced»."""
        fields = SIGN_INS[self.kind].fields
        apart = self._by_browser
        self.secrets.show_fields([one for one in fields if not (apart and one.by_hand)])
        self.by_hand.show_fields([one for one in fields if apart and one.by_hand])
        self._show_advanced()

    def _show_advanced(self) -> None:
        fresh, waits = self._again is None, not self.waiting.isHidden()
        self.more.setVisible((self._by_browser or (fresh and not self._needs_address)) and not waits)
        self.by_hand.setVisible(self._advanced and self._by_browser and not waits)
        self._base_field.setVisible((self._advanced or self._needs_address) and fresh and not waits)
        for part in (self._name_field, self.secrets, self._where):
            part.setVisible(not waits)
        self._kinds_field.setVisible(fresh and not waits)
        self.save.setVisible(not waits)

    def _leave(self) -> None:
        """No secret stays behind."""
        if self._task is not None:
            self._task.cancel()
        self.secrets.wipe()
        self.by_hand.wipe()

    def _cancelled(self) -> None:
        """While something is asked: stop waiting for it; else close."""
        if self._task is not None:
            self._task.cancel()
        else:
            self.close()

    def _kind_chosen(self) -> None:
        self._choose_fields()
        self.retranslate()

    def _toggle_more(self) -> None:
        self._advanced = not self._advanced
        self._show_advanced()
        self._say_way()
        if self._advanced:
            first = self.by_hand.fields()[0] if self._by_browser else self.api_base
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- connecting ------------------------------------------------------------------------------------------------

    def submit(self) -> None:
        """Keep the secret and ask the platform; a second press while it is asked does nothing."""
        if self._task is not None:
            return
        lacking = self._lacking()
        if lacking is not None:
            lacking.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._set_busy(True)
        given = {**self.secrets.content(), **(self.by_hand.content() if self._advanced else {})}
        if self.in_browser:
            work = self._connect(partial(self._ask_in_browser, given))
        else:
            self._patience.start()
            work = self._connect(partial(self._ask, given))
        self._task = self._bridge.start("connect an account", work)
        if self._task is not None:
            self._task.add_done_callback(self._over)

    def _lacking(self) -> look.LineField | None:
        unnamed = not self.name.text().strip()
        self.name.set_wrong(unnamed)
        self._name_field.set_mark(tr("What shall people call it?") if unnamed else "")
        nowhere = self._needs_address and self._again is None and not self.api_base.text().strip()
        self.api_base.set_wrong(nowhere)
        self._base_field.set_mark(tr("Where is it? It begins with https://.") if nowhere else "")
        missing = self.api_base if nowhere else self.secrets.missing()
        if missing is None and self._advanced and not self.in_browser:
            missing = self.by_hand.missing()
        return self.name if unnamed else missing

    async def _connect(self, ask: Callable[[], Coroutine[Any, Any, Account]]) -> None:
        try:
            account = await ask()
        except UserError as refusal:
            self._say(str(refusal), look.Kind.BAD)
            return
        self._task = None  # it is over: closing must not cancel it
        if account.health in _WANTS_ANOTHER:
            self._try_another(account)
        else:
            self.close()
        self.connected.emit(account)

    def _try_another(self, account: Account) -> None:
        """It is connected, and the platform says why this sign-in will not do: here is the place for a better one."""
        self._patience.stop()
        self._again = account
        self.secrets.wipe()
        self.by_hand.wipe()
        self._show_advanced()
        self.name.setReadOnly(True)
        self._set_busy(False)
        self.retranslate()
        self._say(f"{account.reason} {account.next_step}", look.Kind.LATE)
        (self.save if self._by_browser else self.secrets.fields()[0]).setFocus(Qt.FocusReason.OtherFocusReason)

    async def _ask(self, secret: dict[str, str]) -> Account:
        outside = self._bridge.outside
        if self._again is not None:
            return await outside.sign_in_again(self._again.id, secret)
        return await outside.add_account(self.kind, self.name.text().strip(), secret, self._base, {})

    async def _ask_in_browser(self, client: dict[str, str]) -> Account:
        outside = self._bridge.outside
        try:
            if self._again is not None:
                return await outside.sign_in_by_browser(self._again.id, client, self._wait)
            return await outside.add_by_browser(self.kind, self.name.text().strip(), client, self._base, self._wait)
        finally:
            self._back()

    @property
    def _base(self) -> str:
        return self.api_base.text().strip() if self._advanced or self._needs_address else ""

    @property
    def _needs_address(self) -> bool:
        """Whether this kind of account is at home in many places: then its address stands with the first fields."""
        return bool(SIGN_INS[self.kind].address)

    def _wait(self, address: str) -> None:
        """The way back is open: now the person."""
        if self._task is None:
            return  # left meanwhile
        self.notice.hide()
        self.waiting.show_address(address)
        self._show_advanced()

    def _back(self) -> None:
        """The person came back, or never will: this window is theirs again."""
        if not self.waiting.isHidden():
            self.waiting.leave()
            self._show_advanced()
            bring_forward(self.window())
            self.save.setFocus(Qt.FocusReason.OtherFocusReason)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._task = None
        self._patience.stop()
        self._set_busy(False)
        if task.cancelled() and self.isVisible():
            self._say(tr("Stopped waiting. Nothing was connected as far as is known."), look.Kind.NOTICE)

    def _set_busy(self, busy: bool) -> None:
        self.secrets.lock(busy)
        self.by_hand.lock(busy)
        self.save.setEnabled(not busy)
        if busy and not self.in_browser:
            self._say(tr("The keyring and the platform are being asked …"), look.Kind.NOTICE)

    def _say_slow(self) -> None:
        self._say(tr("The keyring is asking: look for its password window, perhaps behind this one."), look.Kind.LATE)

    def _say(self, sentence: str, kind: look.Kind) -> None:
        self.notice.say(sentence, kind)
        self.notice.show()

    # -- words -----------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        title = tr("Connect an account")
        if self._again is not None:
            title = tr("Sign in again: {account}").format(account=self._again.name)
        self.title.setText(title)
        self.setAccessibleName(title)
        self._kinds_field.set_label(tr("Kind of account"))
        self.kinds.setAccessibleName(tr("Kind of account"))
        for place, kind in enumerate(CONNECTABLE):
            self.kinds.setItemText(place, tr(SIGN_INS[kind].title))
        self._name_field.set_label(tr("Name"))
        self.name.setAccessibleName(tr("Name"))
        self.name.setPlaceholderText(SIGN_INS[self.kind].example)
        self.more.set_words(tr("Advanced"))
        sign_in = SIGN_INS[self.kind]
        address = tr(sign_in.address) if sign_in.address else tr("Address of the platform's interface")
        self._base_field.set_label(address)
        self.api_base.setAccessibleName(address)
        self.api_base.setPlaceholderText(sign_in.address_example or "https://")
        self._where.set_text(tr("Secrets are kept in this computer's keyring and nowhere else."))
        self.cancel.set_words(tr("Cancel"))
        self._say_way()

    def _say_way(self) -> None:
        """The main button says what it does."""
        by_hand = tr("Sign in") if self._again is not None else tr("Connect")
        self.save.set_words(tr("Sign in in the browser") if self.in_browser else by_hand)
