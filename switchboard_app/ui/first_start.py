"""What an empty window shows: three steps (workspace, account, directory) and training mode beside them.

    page = FirstStart(beginnings)        before there is a workspace: step 1 is its turn
    page.attach(bridge)                  the workspace is open: steps 2 and 3, ticked as the store says
    page.finished                        everything is there, or «Later» was pressed

Refuses to open or create anything itself: that is `Beginnings`, which the assembly brings. What stands in the way of an
existing workspace (no key, no keyring) is `no_entry`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from switchboard_app.model.errors import UserError
from switchboard_app.model.language import ntr, tr
from switchboard_app.store import accounts, directory
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui import look, words
from switchboard_app.ui.account_sheet import AccountSheet
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.directory_sheet import DirectorySheet
from switchboard_app.ui.first_step import FirstStep, StepState
from switchboard_app.ui.page_scroll import PageScroll
from switchboard_app.ui.recovery_key import RecoveryKey
from switchboard_app.ui.reread import Reread
from switchboard_app.ui.starting import Starting

_WIDEST = 640


class Beginnings(Protocol):
    """What the assembly does for the first start; each may wait for the keyring, so each is awaited off the thread."""

    async def create_workspace(self) -> str:
        """Make an encrypted workspace; returns its recovery key ("" when it needs none). May `attach` already.

        Raises UserError.
        """

    async def open_workspace(self) -> None:
        """Open the workspace that is there (again) and give it to the window. Raises UserError."""

    async def restore_workspace(self, recovery_key: str) -> None:
        """Bring its key back and open it. Raises UserError; then nothing was changed."""

    def start_training(self) -> None:
        """Open training mode, which needs neither workspace nor keyring."""


def what_is_there(tx: Transaction) -> tuple[int, int]:
    """How many accounts and how many offices the workspace has."""
    return len(accounts.listed(tx)), len(directory.listed(tx))


class FirstStart(look.Ground):
    """The page. `resources` is where the sample directory lies."""

    finished = Signal()

    def __init__(self, beginnings: Beginnings, resources: Path) -> None:
        super().__init__("window")
        self._beginnings = beginnings
        self._resources = resources
        self._bridge: Bridge | None = None
        self._there = (0, 0)
        self._key_shown = False
        self._account_sheet: AccountSheet | None = None
        self._directory_sheet: DirectorySheet | None = None
        self._starting = Starting(self._refused)
        self._build()
        self._connect()
        self.retheme()
        words.follow(self.retranslate)
        self._show()

    def _build(self) -> None:
        self.title = look.Label("", look.Type.HEADING, wrap=True)
        self.notice = look.Banner("", look.Kind.BAD)
        self.notice.hide()
        self.steps = [FirstStep(number) for number in (1, 2, 3)]
        self.make = look.KeyButton("", primary=True)
        self.key = RecoveryKey()
        self.key.hide()
        self.add_account = look.KeyButton("", primary=True)
        self.open_directory = look.KeyButton("", primary=True)
        self.take_sample = look.KeyButton("")
        self._rows(self.steps[0], self.make)
        self.steps[0].inside.addWidget(self.key)
        self._rows(self.steps[1], self.add_account)
        self._rows(self.steps[2], self.open_directory, self.take_sample)
        self.train = look.KeyButton("", icon_name="graduation-cap")
        self.later = look.KeyButton("", quiet=True)
        self._train_words = look.Paragraph("", role=look.Type.SECONDARY, tone="muted")
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self.title, self.notice, *self.steps, self._train_words):
            column.addWidget(part)
        foot = QHBoxLayout()
        foot.addWidget(self.train)
        foot.addStretch(1)
        foot.addWidget(self.later)
        column.addLayout(foot)
        column.addStretch(1)
        self._column = column
        self._page = PageScroll()
        self._page.fill(self, self._inside)

    @staticmethod
    def _rows(step: FirstStep, *buttons: look.KeyButton) -> None:
        row = QHBoxLayout()
        row.setSpacing(look.px(look.S2))
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        step.inside.addLayout(row)

    def _connect(self) -> None:
        self.make.clicked.connect(self._create)
        self.key.confirmed.connect(self._key_kept)
        self.add_account.clicked.connect(self._connect_account)
        self.open_directory.clicked.connect(self._choose_file)
        self.take_sample.clicked.connect(self._take_sample)
        self.train.clicked.connect(self._beginnings.start_training)
        self.later.clicked.connect(self.finished)

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_page"):
            edge = look.px(look.S5)
            self._page.column.setContentsMargins(edge, 2 * edge, edge, edge)
            self._inside.setMaximumWidth(look.px(_WIDEST))
            self._column.setSpacing(look.px(look.S3))

    # -- step 1: the workspace -------------------------------------------------------------------------------------

    def _create(self) -> None:
        self.make.setEnabled(False)
        self._say(tr("The keyring is being asked. It may show a window for its password."), look.Kind.NOTICE)
        self._starting.begin("create the workspace", self._creating())

    async def _creating(self) -> None:
        try:
            key = await self._beginnings.create_workspace()
        finally:
            self.make.setEnabled(True)
        self.notice.hide()
        self.make.hide()
        if key:
            self._key_shown = True
            self._show()
            self.key.show_key(key)
            self.key.show()
            self.key.kept.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._key_kept()

    def _key_kept(self) -> None:
        """Only now is the first step done: nobody gets past the key without having seen it."""
        self._key_shown = False
        self.key.wipe()
        self.key.hide()
        if self._bridge is None:
            self._starting.begin("open the workspace", self._beginnings.open_workspace())
        else:
            self._show()
            self._reread.soon()

    def _refused(self, refusal: UserError) -> None:
        self._say(str(refusal), look.Kind.BAD)

    def _say(self, sentence: str, kind: look.Kind) -> None:
        self.notice.say(sentence, kind)
        self.notice.show()

    # -- steps 2 and 3 ---------------------------------------------------------------------------------------------

    def attach(self, bridge: Bridge) -> None:
        """The workspace is open."""
        self._bridge = bridge
        self.notice.hide()
        self._reread = Reread(self, bridge, "first start", self._read, "accounts", "directory")
        self._reread.soon()
        self._show()

    async def _read(self) -> None:
        assert self._bridge is not None
        self._there = await self._bridge.ask(what_is_there)
        self._show()
        if all(self._there) and not self._key_shown:
            self.finished.emit()

    def _connect_account(self) -> None:
        if self._bridge is not None:
            self._account_sheet = self._account_sheet or AccountSheet(self.window(), self._bridge)
            self._account_sheet.open_new()

    def _offices(self) -> DirectorySheet | None:
        if self._bridge is not None and self._directory_sheet is None:
            self._directory_sheet = DirectorySheet(self.window(), self._bridge, self._resources)
        return self._directory_sheet

    def _choose_file(self) -> None:
        sheet = self._offices()
        if sheet is not None:
            sheet.open()
            sheet.choose_file()

    def _take_sample(self) -> None:
        sheet = self._offices()
        if sheet is not None:
            sheet.open()
            sheet.import_sample()

    async def stop(self) -> None:
        """Cancel and gather what the page has begun; called when the program ends."""
        await self._starting.stop()

    # -- words -----------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Which step is done, which one is its turn."""
        account_count, office_count = self._there
        done = (self._bridge is not None and not self._key_shown, account_count > 0, office_count > 0)
        turn = next((place for place, is_done in enumerate(done) if not is_done), None)
        for place, (step, is_done) in enumerate(zip(self.steps, done, strict=True)):
            mine = place == turn or (done[0] and not is_done)
            step.set_state(StepState.DONE if is_done else StepState.NOW if mine else StepState.LATER)
        self.later.setVisible(done[0])
        self._say_steps()

    def _say_steps(self) -> None:
        account_count, office_count = self._there
        self.steps[0].say(
            tr("Create the workspace"),
            tr("The workspace is open.")
            if self._bridge is not None and not self._key_shown
            else tr("One encrypted file on this computer. Its key goes to the keyring, and to you on paper."),
        )
        connected = ntr("{n} account is connected.", "{n} accounts are connected.", account_count)
        self.steps[1].say(
            tr("Connect an account"),
            connected.format(n=account_count)
            if account_count
            else tr("The Facebook page or the X account whose messages come into the queue."),
        )
        listed = ntr("{n} office is in the directory.", "{n} offices are in the directory.", office_count)
        self.steps[2].say(
            tr("Import the directory of offices"),
            listed.format(n=office_count)
            if office_count
            else tr("A CSV file with offices, topics and contacts; or the sample for Basel-Stadt, to try things out."),
        )

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.title.setText(tr("Three steps, then the switchboard is ready"))
        self.make.set_words(tr("Create the workspace"))
        self.add_account.set_words(tr("Connect an account"))
        self.open_directory.set_words(tr("Choose a file …"))
        self.take_sample.set_words(tr("Take the sample for Basel-Stadt"))
        self._train_words.set_text(
            tr("To look around first: in training mode invented citizens write and call, and nothing can leave.")
        )
        self.train.set_words(tr("Start training mode"))
        self.later.set_words(tr("Later"))
        self.key.retranslate()
        self._say_steps()
