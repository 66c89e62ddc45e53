"""The desk's verbs as the window offers them: each asks the store, tells what was done with an undo, or why not.

Views, keys and the command palette call the same methods; no view talks to `store.desk` itself. A `UserError` is
emitted as `refused` and the method returns False, so that typed text stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from switchboard_app.model.enquiry import Outcome
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import EnquiryId, EntryId, ForwardingId, OfficeId, Operator, OutboxId
from switchboard_app.model.times import Millis
from switchboard_app.ui.bridge import UNDO_MILLIS, Bridge
from switchboard_app.ui.later import Later

if TYPE_CHECKING:
    from switchboard_app.model.forwarding import ForwardingState
    from switchboard_app.store import desk, timeline
    from switchboard_app.store.desk import Decision, File, PhoneNote, TakenNote
    from switchboard_app.ui.text import events
else:
    desk = Later("switchboard_app.store.desk")
    timeline = Later("switchboard_app.store.timeline")
    events = Later("switchboard_app.ui.text.events")


class Verbs(QObject):
    """Everything an operator can do to an enquiry."""

    stepped = Signal(str, str, str)
    """(what was done in words, enquiry id or "" when it cannot be undone, action): the undo bar shows it."""
    refused = Signal(object)
    """A UserError: shown as a banner with its next step."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge

    async def _step(self, action: str, enquiry: EnquiryId, verb: object, *args: object, **kwargs: object) -> bool:
        try:
            await self._bridge.run(verb, enquiry, *args, **kwargs)  # type: ignore[arg-type]  # a verb of desk
        except UserError as refusal:
            self.refused.emit(refusal)
            return False
        head = await self._bridge.ask(timeline.enquiry, enquiry)
        self.stepped.emit(
            events.step_sentence(action, head.number), "" if action in ("note", "undo") else enquiry, action
        )
        return True

    async def claim(self, enquiry: EnquiryId) -> bool:
        """Take the enquiry."""
        return await self._step("claim", enquiry, desk.claim, self._bridge.me)

    async def release(self, enquiry: EnquiryId) -> bool:
        """Put it back."""
        return await self._step("release", enquiry, desk.release, self._bridge.me)

    async def reassign(self, enquiry: EnquiryId, to: Operator, reason: str) -> bool:
        """Give it to a colleague."""
        return await self._step("reassign", enquiry, desk.reassign, to, reason, self._bridge.me)

    async def snooze(self, enquiry: EnquiryId, until: Millis) -> bool:
        """Put it away until a moment."""
        return await self._step("snooze", enquiry, desk.snooze, until, self._bridge.me)

    async def done(self, enquiry: EnquiryId, outcome: Outcome) -> bool:
        """Close it."""
        return await self._step("done", enquiry, desk.done, outcome, self._bridge.me)

    async def reopen(self, enquiry: EnquiryId) -> bool:
        """Take it up again."""
        return await self._step("reopen", enquiry, desk.reopen, self._bridge.me)

    async def merge(self, enquiry: EnquiryId, other: int) -> bool:
        """Close it because `other` is about the same matter."""
        return await self._step("merge", enquiry, desk.merge, other, self._bridge.me)

    async def note(self, enquiry: EnquiryId, text: str) -> bool:
        """Add an internal note."""
        return await self._step("note", enquiry, desk.note, text, self._bridge.me)

    async def reply(
        self,
        enquiry: EnquiryId,
        text: str,
        reply_id: OutboxId,
        *,
        version: int,
        files: Sequence[File] = (),
        outcome: Outcome | None = None,
    ) -> bool:
        """Queue an answer; it leaves after the undo time. `reply_id` is made when the composer is filled."""
        sent = await self._step(
            "reply",
            enquiry,
            desk.reply,
            text,
            self._bridge.me,
            reply_id=reply_id,
            files=tuple(files),
            expected_version=version,
            undo_millis=UNDO_MILLIS,
            outcome=outcome,
        )
        if sent:
            self._bridge.outside.look_now()
        return sent

    async def forward(self, enquiry: EnquiryId, office: OfficeId, summary: str, *, version: int | None = None) -> bool:
        """Send a summary to an office."""
        return await self._step(
            "forward",
            enquiry,
            desk.forward,
            office,
            summary,
            self._bridge.me,
            expected_version=version,
            undo_millis=UNDO_MILLIS,
        )

    async def office_word(self, forwarding: ForwardingId, word: ForwardingState, text: str) -> bool:
        """Enter what the office said."""
        return await self._quiet(desk.office_word, forwarding, word, text, self._bridge.me)

    async def decide(self, delivery: OutboxId, decision: Decision) -> bool:
        """Settle a send that nobody is sure of."""
        decided = await self._quiet(desk.decide, delivery, decision, self._bridge.me)
        if decided:
            self._bridge.outside.look_now()
        return decided

    async def withdraw(self, delivery: OutboxId) -> bool:
        """Take back an answer that has not left; its text is the draft again."""
        return await self._quiet(desk.withdraw, delivery, self._bridge.me)

    async def withdraw_forwarding(self, forwarding: ForwardingId) -> bool:
        """Stop waiting for an office."""
        return await self._quiet(desk.withdraw_forwarding, forwarding, self._bridge.me)

    async def tag(self, enquiry: EnquiryId, tags: Sequence[str]) -> bool:
        """Replace the enquiry's tags."""
        return await self._quiet(desk.set_tags, enquiry, tuple(tags), self._bridge.me)

    async def read(self, enquiry: EnquiryId) -> bool:
        """Its messages were seen."""
        return await self._quiet(desk.mark_read, enquiry)

    async def undo(self, enquiry: EnquiryId) -> bool:
        """Take back my last step on this enquiry."""
        return await self._step("undo", enquiry, desk.undo, self._bridge.me)

    async def take_note(self, note: PhoneNote, note_id: EntryId) -> TakenNote | None:
        """File a phone note; None when it was refused and stays in the form."""
        try:
            taken = await self._bridge.run(
                desk.take_note, note, self._bridge.me, note_id=note_id, undo_millis=UNDO_MILLIS
            )
        except UserError as refusal:
            self.refused.emit(refusal)
            return None
        self.stepped.emit(events.step_sentence("note", taken.number), "", "note")
        return taken

    async def _quiet(self, verb: object, *args: object) -> bool:
        try:
            await self._bridge.run(verb, *args)  # type: ignore[arg-type]  # a verb of desk
        except UserError as refusal:
            self.refused.emit(refusal)
            return False
        return True
