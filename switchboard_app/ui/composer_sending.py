"""How what was written leaves the composer: answers, notes and forwardings through the verbs, each once.

A box is cleared only after the store has its text, and the text is the one of the enquiry it was written about,
whatever is opened meanwhile. An answer keeps one id until it is stored, so that a double click is one answer. When
somebody wrote to or for the citizen meanwhile, sending stops until that was seen. Used by the composer only.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from switchboard_app.model.enquiry import Enquiry, Outcome
from switchboard_app.model.entry import Direction, Entry
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import OfficeId, OutboxId
from switchboard_app.model.language import tr
from switchboard_app.store.drafts import DraftFile
from switchboard_app.store.ids import new_id
from switchboard_app.ui.answer_page import AnswerPage
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.draft_box import DraftBox
from switchboard_app.ui.forward_page import ForwardPage
from switchboard_app.ui.note_page import NotePage
from switchboard_app.ui.verbs import Verbs


class Sending(QObject):
    """`take(enquiry)` for another enquiry, `follow(...)` after each refresh; the pages ask it to act."""

    sent = Signal(bool)
    """An answer was queued; whether the enquiry was closed with it."""
    noted = Signal()
    forwarded = Signal()
    stale = Signal()
    """A verb was refused: what is shown may be old."""
    show_end = Signal()
    """Something new should be read before sending."""

    def __init__(
        self, parent: QObject, bridge: Bridge, verbs: Verbs, answer: AnswerPage, note: NotePage, office: ForwardPage
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._verbs = verbs
        self._answer, self._note, self._office = answer, note, office
        self._enquiry: Enquiry | None = None
        self._note_on: Enquiry | None = None
        self._reply_id: OutboxId | None = None
        self._unseen = ""
        self._under_way = False
        answer.send.connect(self._send)
        answer.box.edited.connect(self._answer_edited)
        note.save.connect(self._save_note)
        office.forward.connect(self._forward)

    # -- what it is about ------------------------------------------------------------------------------------------

    def take(self, enquiry: Enquiry | None) -> None:
        """Another enquiry, or none."""
        self._enquiry = self._note_on = enquiry
        self._reply_id = None
        self._unseen = ""
        self._answer.announce("")
        self._answer.complain("")
        self._answer.outcomes.hide()
        self._office.complain("")

    def follow(self, enquiry: Enquiry | None, *, note_on: Enquiry) -> None:
        """The same enquiry as it is now; None when only notes may be written."""
        self._enquiry, self._note_on = enquiry, note_on

    def warn(self, entry: Entry) -> None:
        """Somebody wrote while an answer was being written: the next key press shows it, the one after sends."""
        if entry.direction is Direction.IN:
            self._unseen = tr("A new message came in while you were writing.")
        else:
            self._unseen = tr("{name} has answered while you were writing.").format(name=entry.author)
        self._answer.announce(f"{self._unseen} {tr('Read it before you send.')}")

    def _answer_edited(self) -> None:
        if self._unseen and not self._answer.box.filled() and not self._answer.files.files():
            self._unseen = ""
            self._answer.announce("")

    # -- the answer ------------------------------------------------------------------------------------------------

    def _send(self, outcome: object) -> None:
        if self._under_way or self._enquiry is None:
            return
        if not self._answer.ready():
            self._answer.complain(self._answer.why_not())
            return
        if self._unseen:
            self._unseen = ""
            self._answer.announce(tr("New message – press Ctrl+Enter again to send"))
            self.show_end.emit()
            return
        assert outcome is None or isinstance(outcome, Outcome)
        self._reply_id = self._reply_id or OutboxId(new_id())
        text, files = self._answer.box.hand_over(), self._answer.files.files()
        self._begin("send", self._sending(self._enquiry, self._reply_id, text, files, outcome))

    async def _sending(
        self, enquiry: Enquiry, reply_id: OutboxId, text: str, files: tuple[DraftFile, ...], outcome: Outcome | None
    ) -> None:
        box, done = self._answer.box, False
        await box.turn()
        try:
            with_bytes = await self._answer.files.contents(files)
            done = await self._verbs.reply(
                enquiry.id, text, reply_id, version=enquiry.version, files=with_bytes, outcome=outcome
            )
        except UserError as refusal:
            self._verbs.refused.emit(refusal)
        finally:
            self._ended(box, enquiry, done=done)
        if done and self._shows(enquiry):
            self._reply_id = None
            self._answer.files.sent(f"reply:{enquiry.id}")
            self._answer.announce("")
            self._answer.complain("")
            self.sent.emit(outcome is not None)

    # -- note and forwarding ---------------------------------------------------------------------------------------

    def _save_note(self) -> None:
        if not self._under_way and self._note_on is not None and self._note.box.filled():
            self._begin("note", self._saving_note(self._note_on, self._note.box.hand_over()))

    async def _saving_note(self, enquiry: Enquiry, text: str) -> None:
        done = False
        await self._note.box.turn()
        try:
            done = await self._verbs.note(enquiry.id, text)
        finally:
            self._ended(self._note.box, enquiry, done=done)
        if done and self._shows(enquiry):
            self.noted.emit()

    def _forward(self) -> None:
        if self._under_way or self._enquiry is None:
            return
        office = self._office.office
        if office is not None and self._office.button.isEnabled():
            self._begin("forward", self._forwarding(self._enquiry, office.id, self._office.box.hand_over()))
        else:
            self._office.complain(self._office.hint.source())

    async def _forwarding(self, enquiry: Enquiry, office: OfficeId, text: str) -> None:
        done = False
        await self._office.box.turn()
        try:
            done = await self._verbs.forward(enquiry.id, office, text, version=enquiry.version)
        finally:
            self._ended(self._office.box, enquiry, done=done)
        if done and self._shows(enquiry):
            self._office.complain("")
            self._office.clear_choice()
            self.forwarded.emit()

    # -- what all share --------------------------------------------------------------------------------------------

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._under_way = True
        self._bridge.start(name, work)

    def _ended(self, box: DraftBox, enquiry: Enquiry, *, done: bool) -> None:
        self._under_way = False
        if done:
            box.sent()
        else:
            box.kept()
            if self._shows(enquiry):
                self.stale.emit()

    def _shows(self, enquiry: Enquiry) -> bool:
        return self._note_on is not None and self._note_on.id == enquiry.id
