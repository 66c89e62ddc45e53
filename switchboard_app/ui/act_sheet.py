"""What the sheets that do something to an enquiry share: the verb's refusal is shown within the sheet, text stays.

A sheet stays open until its verb was done; a second press while it is under way does nothing. Refuses to know verbs.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from switchboard_app.model.errors import UserError
from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.verbs import Verbs


class ActSheet(look.Sheet):
    """Subclasses put their fields into `body` and call `act(name, verb)`."""

    acted = Signal()
    """The verb was done; the sheet is closed."""

    def __init__(self, window: QWidget, bridge: Bridge, verbs: Verbs, *, width: int = 460) -> None:
        super().__init__(window, "", width=width)
        self._bridge = bridge
        self._verbs = verbs
        self._under_way = False
        self.trouble = look.Banner("", look.Kind.BAD)
        self.trouble.hide()
        self.body.addWidget(self.trouble)
        self.cancel_button = look.KeyButton("", "Esc")
        self.cancel_button.clicked.connect(self.close)
        verbs.refused.connect(self._refused)

    def begin(self, title: str) -> None:
        """Prepare for being opened anew."""
        self.title.setText(title)
        self.setAccessibleName(title)
        self.cancel_button.set_words(tr("Cancel"))
        self.complain("")

    def complain(self, words: str) -> None:
        """Say within the sheet what was wrong; "" takes it away."""
        self.trouble.say(words, look.Kind.BAD)
        self.trouble.setVisible(bool(words))

    def act(self, name: str, verb: Coroutine[Any, Any, bool]) -> None:
        """Run the verb; close when it was done."""
        if self._under_way:
            verb.close()
            return
        self._under_way = True
        self._bridge.start(name, self._acting(verb))

    async def _acting(self, verb: Coroutine[Any, Any, bool]) -> None:
        try:
            done = await verb
        finally:
            self._under_way = False
        if done:
            self.close()
            self.acted.emit()

    def _refused(self, refusal: object) -> None:
        if self.isVisible() and self._under_way and isinstance(refusal, UserError):
            self.complain(str(refusal))
