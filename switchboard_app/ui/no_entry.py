"""What the window shows when the workspace is there and cannot be opened: why, and the way on.

No key or a wrong one: a field for the recovery key. No keyring, a locked one, a database that does not answer: try
again. Always: training mode. Also shown while the first answer is being waited for, with nothing to press but that. The
file is never touched from here; that is `Beginnings`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from switchboard_app.model.errors import UserError, WrongKey
from switchboard_app.model.language import tr
from switchboard_app.ui import look, words
from switchboard_app.ui.first_start import Beginnings
from switchboard_app.ui.page_scroll import PageScroll
from switchboard_app.ui.starting import Starting

_WIDEST = 560


class NoEntry(look.Ground):
    """`NoEntry(beginnings, error)`; with `waiting` it is what is waited for, and `say` ends the waiting."""

    def __init__(self, beginnings: Beginnings, problem: UserError, *, waiting: bool = False) -> None:
        super().__init__("window")
        self._beginnings = beginnings
        self._waiting = False
        self._busy = False
        self._starting = Starting(self.say)
        self._build()
        self.again.clicked.connect(self._try_again)
        self.restore.clicked.connect(self._restore)
        self.key.returnPressed.connect(self._restore)
        self.train.clicked.connect(beginnings.start_training)
        self.retheme()
        words.follow(self.retranslate)
        self.say(problem)
        if waiting:
            self._waiting = True
            self._set_busy(True)
            self._say_title()

    async def stop(self) -> None:
        """Cancel and gather what the page has begun; called when the program ends."""
        await self._starting.stop()

    def _build(self) -> None:
        self._spot = look.IconSpot("lock", "muted", 32)
        self.title = look.Label("", look.Type.HEADING, wrap=True)
        self.what = look.Paragraph("")
        self.step = look.Paragraph("", tone="muted")
        self.key = look.LineField("")
        self._key_field = look.Field("", self.key)
        self.restore = look.KeyButton("", primary=True)
        self.again = look.KeyButton("", icon_name="refresh-cw")
        self.train = look.KeyButton("", icon_name="graduation-cap")
        buttons = QHBoxLayout()
        buttons.setSpacing(look.px(look.S2))
        for button in (self.restore, self.again):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.train)
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._spot)
        for part in (self.title, self.what, self.step, self._key_field):
            column.addWidget(part)
        column.addLayout(buttons)
        column.addStretch(1)
        self._column = column
        self._page = PageScroll()
        self._page.fill(self, self._inside)

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_page"):
            edge = look.px(look.S5)
            self._page.column.setContentsMargins(edge, look.px(100), edge, edge)
            self._inside.setMaximumWidth(look.px(_WIDEST))
            self._column.setSpacing(look.px(look.S3))

    def say(self, problem: UserError) -> None:
        """What stands in the way now."""
        self._waiting = False
        self._say_title()
        wants_key = isinstance(problem, WrongKey) or (not self.key.isHidden() and bool(self.key.text()))
        self.what.set_text(problem.message)
        self.step.set_text(tr("Type the recovery key of this workspace.") if wants_key else problem.next_step)
        if wants_key and not isinstance(problem, WrongKey):
            self.step.set_text(problem.next_step)
        self._key_field.setVisible(wants_key)
        self.restore.setVisible(wants_key)
        self._set_busy(False)
        if wants_key:
            self.key.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_title(self) -> None:
        opening = tr("The workspace is being opened")
        self.title.setText(opening if self._waiting else tr("The workspace cannot be opened"))

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for button in (self.again, self.restore):
            button.setEnabled(not busy)
        self.again.set_words(tr("Asking …") if busy else tr("Try again"))

    def _try_again(self) -> None:
        self._set_busy(True)
        self._starting.begin("open the workspace", self._opening())

    async def _opening(self) -> None:
        try:
            await self._beginnings.open_workspace()
        finally:
            self._set_busy(False)

    def _restore(self) -> None:
        if self.key.text().strip():
            self._set_busy(True)
            self._starting.begin("restore the workspace", self._restoring(self.key.text()))

    async def _restoring(self, key: str) -> None:
        try:
            await self._beginnings.restore_workspace(key)
        finally:
            self._set_busy(False)
        self.key.setText("")

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self._say_title()
        self._key_field.set_label(tr("Recovery key: 14 groups of four letters and figures"))
        self.key.setAccessibleName(tr("Recovery key"))
        self.restore.set_words(tr("Open with the recovery key"))
        self.train.set_words(tr("Start training mode"))
        self._set_busy(self._busy)
