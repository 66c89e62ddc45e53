"""What rows of the timeline ask for, and who does it: the verbs, the sheets, the browser behind a question.

Refuses to decide anything itself. Used by the conversation only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from switchboard_app.model.delivery import Delivery
from switchboard_app.model.entry import Attachment
from switchboard_app.model.forwarding import Forwarding
from switchboard_app.store.desk import Decision
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.links import open_link
from switchboard_app.ui.unclear_card import UnclearCard
from switchboard_app.ui.verbs import Verbs

if TYPE_CHECKING:
    from switchboard_app.ui.conversation import ConversationPane


class Granting(QObject):
    """Connects the wishes of a pane's rows."""

    def __init__(self, pane: ConversationPane, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(pane)
        self._pane = pane
        self._bridge = bridge
        self._verbs = verbs
        wishes, sheets = pane.wishes, pane.sheets
        wishes.link.connect(self._open_link)
        wishes.whole_text.connect(sheets.whole_text)
        wishes.picture.connect(self._look_at)
        wishes.save.connect(sheets.saving.ask)
        wishes.document.connect(sheets.opening.ask)
        wishes.word.connect(sheets.word)
        wishes.withdraw.connect(self._withdraw_forwarding)
        wishes.decide.connect(self._decide)
        wishes.edit.connect(self._edit)

    def _look_at(self, file: Attachment) -> None:
        self._pane.sheets.picture(file, self._pane.pictures())

    def _open_link(self, address: str) -> None:
        open_link(self._pane, address)

    def _withdraw_forwarding(self, forwarding: Forwarding) -> None:
        self._bridge.start("withdraw forwarding", self._verbs.withdraw_forwarding(forwarding.id))

    def _decide(self, delivery: Delivery, decision: Decision) -> None:
        self._bridge.start("decide", self._deciding(delivery, decision))

    async def _deciding(self, delivery: Delivery, decision: Decision) -> None:
        if not await self._verbs.decide(delivery.id, decision):
            for card in self._pane.timeline.findChildren(UnclearCard):
                card.free()
            self._pane.read_again()

    def _edit(self, delivery: Delivery) -> None:
        """The text of an answer that was not sent becomes the draft again."""
        self._bridge.start("edit", self._editing(delivery))

    async def _editing(self, delivery: Delivery) -> None:
        await self._pane.composer.save()
        if await self._verbs.withdraw(delivery.id):
            self._pane.composer.focus_answer()
        self._pane.read_again()
