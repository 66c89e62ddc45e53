"""The sheets that open over the conversation, each made when it is first needed and kept.

Kept, because a sheet that was deleted while its verb runs could not say how it ended. Called by `conversation`.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from switchboard_app.model.enquiry import Enquiry
from switchboard_app.model.entry import Attachment
from switchboard_app.model.forwarding import Forwarding, ForwardingState
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.conversation_pages import WholeTextSheet
from switchboard_app.ui.done_sheet import DoneSheet
from switchboard_app.ui.merge_sheet import MergeSheet
from switchboard_app.ui.office_word_sheet import OfficeWordSheet
from switchboard_app.ui.opening import Opening
from switchboard_app.ui.picture_sheet import PictureSheet
from switchboard_app.ui.reassign_sheet import ReassignSheet
from switchboard_app.ui.saving import Saving
from switchboard_app.ui.snooze_sheet import SnoozeSheet
from switchboard_app.ui.tags_sheet import TagsSheet
from switchboard_app.ui.verbs import Verbs


class Sheets(QObject):
    """`sheets.snooze(enquiry)` and the like."""

    finished = Signal()
    """An enquiry left the operator's hands: put away, closed, merged, given to a colleague."""

    def __init__(self, over: QWidget, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(over)
        self._over = over
        self._bridge = bridge
        self._verbs = verbs
        self.saving = Saving(over, bridge)
        self.opening = Opening(over, bridge, self.saving)
        self.snooze_sheet: SnoozeSheet | None = None
        self.done_sheet: DoneSheet | None = None
        self.reassign_sheet: ReassignSheet | None = None
        self.merge_sheet: MergeSheet | None = None
        self.tags_sheet: TagsSheet | None = None
        self.word_sheet: OfficeWordSheet | None = None
        self.picture_sheet: PictureSheet | None = None
        self.text_sheet: WholeTextSheet | None = None

    def snooze(self, enquiry: Enquiry) -> None:
        """Until when?"""
        if self.snooze_sheet is None:
            self.snooze_sheet = SnoozeSheet(self._over.window(), self._bridge, self._verbs)
            self.snooze_sheet.acted.connect(self.finished)
        self.snooze_sheet.open_for(enquiry.id)

    def done(self, enquiry: Enquiry) -> None:
        """How did it end?"""
        if self.done_sheet is None:
            self.done_sheet = DoneSheet(self._over.window(), self._bridge, self._verbs)
            self.done_sheet.acted.connect(self.finished)
        self.done_sheet.open_for(enquiry.id)

    def reassign(self, enquiry: Enquiry) -> None:
        """To whom, and why?"""
        if self.reassign_sheet is None:
            self.reassign_sheet = ReassignSheet(self._over.window(), self._bridge, self._verbs)
        self.reassign_sheet.open_for(enquiry.id, enquiry.owner)

    def merge(self, enquiry: Enquiry) -> None:
        """With which?"""
        if self.merge_sheet is None:
            self.merge_sheet = MergeSheet(self._over.window(), self._bridge, self._verbs)
            self.merge_sheet.acted.connect(self.finished)
        self.merge_sheet.open_for(enquiry.id)

    def tags(self, enquiry: Enquiry) -> None:
        """Which words?"""
        if self.tags_sheet is None:
            self.tags_sheet = TagsSheet(self._over.window(), self._bridge, self._verbs)
        self.tags_sheet.open_for(enquiry.id, enquiry.tags)

    def word(self, forwarding: Forwarding, word: ForwardingState) -> None:
        """What did the office say?"""
        if self.word_sheet is None:
            self.word_sheet = OfficeWordSheet(self._over.window(), self._bridge, self._verbs)
        self.word_sheet.open_for(forwarding, word)

    def picture(self, file: Attachment, among: Sequence[Attachment] = ()) -> None:
        """Look at a picture, and at the others of the conversation."""
        if self.picture_sheet is None:
            self.picture_sheet = PictureSheet(self._over.window(), self._bridge)
            self.picture_sheet.save_wanted.connect(self.saving.ask)
        self.picture_sheet.open_for(file, among)

    def whole_text(self, text: str) -> None:
        """Read a text that is too long for the timeline."""
        if self.text_sheet is None:
            self.text_sheet = WholeTextSheet(self._over.window())
        self.text_sheet.open_for(text)

    async def save_drafts(self) -> None:
        """Save what is being typed in a sheet."""
        if self.word_sheet is not None:
            await self.word_sheet.box.save()
