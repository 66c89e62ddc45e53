"""Where an operator writes: answer, internal note, forwarding. One page at a time below the timeline.

What was half written about an enquiry is there again when it is opened. An enquiry that is somebody else's or closed
has a line in the place of the boxes. Refuses to read the store (`conversation` hands in what to show) and to send
(`composer_sending` does).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import Enquiry, EnquiryState
from switchboard_app.model.entry import Direction, Entry, EntryKind
from switchboard_app.model.ids import EnquiryId, OfficeId
from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.answer_page import AnswerPage
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.composer_sending import Sending
from switchboard_app.ui.composer_strip import Strip
from switchboard_app.ui.conversation_reading import DRAFTS, Drafts, Read
from switchboard_app.ui.draft_box import DraftBox
from switchboard_app.ui.forward_page import ForwardPage
from switchboard_app.ui.note_page import NotePage
from switchboard_app.ui.plain import plain_tooltip
from switchboard_app.ui.timeline_view import MEASURE
from switchboard_app.ui.verbs import Verbs

ANSWER, NOTE, OFFICE = 0, 1, 2


class Composer(QWidget):
    """`take(read)` for another enquiry, `refresh(read, ...)` for the same one, `let_go()` for none."""

    sent = Signal(bool)
    """An answer was queued; whether the enquiry was closed with it."""
    stale = Signal()
    """A verb was refused: what is shown may be old."""
    show_end = Signal()
    """Something new should be read before sending."""
    reassign_wanted = Signal()
    reopen_wanted = Signal()

    def __init__(self, bridge: Bridge, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._verbs = verbs
        self._enquiry: Enquiry | None = None
        self._barred = False
        self.strip = Strip(self)
        self.tabs = look.Tabs(["", "", ""], self)
        self.answer = AnswerPage(bridge, self)
        self.note = NotePage(bridge, self)
        self.office = ForwardPage(bridge, self)
        self.boxes: tuple[DraftBox, DraftBox, DraftBox] = (self.answer.box, self.note.box, self.office.box)
        self._column = QVBoxLayout(self)
        for part in (self.strip, self.tabs, self.answer, self.note, self.office):
            self._column.addWidget(part)
        self.tabs.changed.connect(self._show_page)
        self._sending = Sending(self, bridge, verbs, self.answer, self.note, self.office)
        self._sending.sent.connect(self.sent)
        self._sending.stale.connect(self.stale)
        self._sending.show_end.connect(self.show_end)
        self._sending.noted.connect(self._noted)
        self._sending.forwarded.connect(self.focus_answer)
        self.strip.reassign.connect(self.reassign_wanted)
        self.strip.reopen.connect(self.reopen_wanted)
        self.strip.note.connect(self.focus_note)
        for box in self.boxes:
            box.edited.connect(self._mark_tabs)
        self.retranslate()
        self._show_page()
        look.follow(self.retheme)

    def retheme(self) -> None:
        self._column.setSpacing(look.px(look.S2))
        self._keep_measure()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_measure()

    def _keep_measure(self) -> None:
        """As wide as the timeline's column."""
        side = max(look.px(18), (self.width() - look.px(MEASURE)) // 2)
        self._column.setContentsMargins(side, look.px(10), side, look.px(14))

    def make_room(self, scarce: bool) -> None:
        """Take less height, or the usual one again."""
        for box, lines in zip(self.boxes, (2, 2, 3) if scarce else (3, 3, 5), strict=True):
            box.set_least(lines)

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        for page in (self.answer, self.note, self.office):
            page.retranslate()
        self.tabs.setAccessibleName(tr("What to write"))
        self._mark_tabs()

    # -- the enquiry -----------------------------------------------------------------------------------------------

    def take(self, read: Read) -> None:
        """Write about another enquiry; its drafts are where they were left."""
        enquiry = read.conversation.enquiry
        self._enquiry = enquiry
        self._sending.take(enquiry)
        for box, place, text in zip(self.boxes, DRAFTS, _texts(read.drafts), strict=True):
            box.release()
            box.hold(f"{place}:{enquiry.id}", text)
        self.answer.files.hold(f"reply:{enquiry.id}", read.drafts.files)
        self._barred = False
        self._apply(read)
        self.tabs.choose(self._first_page(read.drafts))
        self._show_page()

    def refresh(self, read: Read, *, fresh: Sequence[Entry], drafts: bool) -> None:
        """The same enquiry as it is now. `fresh` came in since; `drafts` says that the read drafts are not older than
        what the boxes wrote.
        """
        self._enquiry = read.conversation.enquiry
        if drafts:
            for box, text in zip(self.boxes, _texts(read.drafts), strict=True):
                box.adopt(text)
            self.answer.files.adopt(read.drafts.files)
        news = [one for one in fresh if one.kind is EntryKind.MESSAGE and not self._mine(one)]
        if news and (self.answer.box.filled() or self.answer.files.files()):
            self._sending.warn(news[-1])
        self._apply(read)
        self._show_page()

    def let_go(self) -> None:
        """Write about nothing; what was typed is saved."""
        self._enquiry = None
        self._sending.take(None)
        self.answer.files.hold("", ())
        for box in self.boxes:
            box.release()

    def tick(self) -> None:
        """Time went on: the reply window."""
        if self._enquiry is not None:
            self.answer.set_enquiry(self._enquiry, self._bridge.clock())

    def _apply(self, read: Read) -> None:
        """What follows from the enquiry's state: limits, the matter, whether somebody may write."""
        enquiry, now = read.conversation.enquiry, self._bridge.clock()
        self.answer.set_enquiry(enquiry, now)
        self.office.set_matter(enquiry.number, read.matter.concern, read.matter.callback)
        foreign = enquiry.owner is not None and enquiry.owner != self._bridge.me
        was, self._barred = self._barred, foreign or enquiry.state is EnquiryState.DONE
        self._sending.follow(None if self._barred else enquiry, note_on=enquiry)
        draft = any(box.draft() for box in self.boxes)
        if enquiry.state is EnquiryState.DONE:
            self.strip.closed(enquiry, now, draft=draft)
        elif foreign:
            self.strip.somebody_elses(str(enquiry.owner), draft=draft)
        elif enquiry.channel is Channel.PHONE:
            self.strip.call_back(read.matter)
        else:
            self.strip.hide()
        if self._barred and not was:
            self.tabs.choose(ANSWER)
        elif was and not self._barred:
            self.tabs.choose(self._first_page(read.drafts))
        self.tabs.tabs[ANSWER].setVisible(enquiry.channel is not Channel.PHONE)

    def _first_page(self, drafts: Drafts) -> int:
        """Where to begin: where something was left, else the answer; on the phone, the note."""
        phone = self._enquiry is not None and self._enquiry.channel is Channel.PHONE
        if (drafts.answer or drafts.files) and not phone:
            return ANSWER
        if drafts.note:
            return NOTE
        if drafts.office:
            return OFFICE
        return NOTE if phone else ANSWER

    def _mine(self, entry: Entry) -> bool:
        return entry.direction is Direction.OUT and entry.author == self._bridge.me and not entry.elsewhere

    def _noted(self) -> None:
        """Where there was only room for a note, it is filed now."""
        if self._barred:
            self.leave()

    # -- pages -----------------------------------------------------------------------------------------------------

    def page(self) -> int:
        """Which page is chosen: ANSWER, NOTE or OFFICE."""
        return self.tabs.chosen()

    def _show_page(self) -> None:
        place = self.tabs.chosen()
        self.tabs.setVisible(not self._barred)
        self.answer.setVisible(place == ANSWER and not self._barred)
        self.note.setVisible(place == NOTE)
        self.office.setVisible(place == OFFICE and not self._barred)
        self._mark_tabs()

    def _mark_tabs(self) -> None:
        """A dot says that something unsent stands on a page that is not seen."""
        words = (tr("Answer"), tr("Internal note"), tr("To office"))
        for place, (tab, word, box) in enumerate(zip(self.tabs.tabs, words, self.boxes, strict=True)):
            hidden = place != self.tabs.chosen() and bool(box.draft().strip())
            tab.set_words(f"{word} •" if hidden else word)
            tab.setAccessibleName(f"{word}, {tr('unsent text')}" if hidden else word)
            plain_tooltip(tab, tr("{what}: key {key}").format(what=word, key="RNW"[place]))

    def _focus(self, place: int) -> None:
        self.tabs.choose(place)
        self._show_page()
        self.boxes[place].setFocus()

    def focus_answer(self) -> None:
        """Write an answer, as far as there is somebody to write to."""
        if self._barred:
            self.strip.setFocus()
        elif self._enquiry is not None and self._enquiry.channel is Channel.PHONE:
            self._focus(NOTE)
        else:
            self._focus(ANSWER)

    def focus_note(self) -> None:
        """Write a note; that is possible on every enquiry."""
        self._focus(NOTE)

    def focus_forward(self, office: OfficeId | None = None) -> None:
        """Choose an office, or write to the one given."""
        if self._barred:
            return
        if office is not None:
            self.office.choose(office)
        self._focus(OFFICE)
        if self.office.office is None:
            self.office.line.setFocus()

    def leave(self) -> bool:
        """One step back within the composer; False when there was none."""
        if self.answer.outcomes.isVisible():
            self.answer.leave_outcomes()
            return True
        if self._barred and self.tabs.chosen() == NOTE:
            self.tabs.choose(ANSWER)
            self._show_page()
            return True
        return False

    def has_focus(self) -> bool:
        """Whether the keyboard is here."""
        now = QApplication.focusWidget()
        return now is not None and self.isAncestorOf(now)

    # -- drafts ----------------------------------------------------------------------------------------------------

    def stamps(self) -> tuple[int, ...] | None:
        """Take them before reading the store; a read is usable when they are the same after it."""
        found = [*(box.stamp() for box in self.boxes), self.answer.files.stamp()]
        return None if any(one is None for one in found) else tuple(one for one in found if one is not None)

    async def idle(self, enquiry: EnquiryId) -> None:
        """Wait until no draft about this enquiry, and no file beside one, is being saved."""
        await self.answer.files.idle(f"reply:{enquiry}")
        for box, place in zip(self.boxes, DRAFTS, strict=True):
            await box.idle(f"{place}:{enquiry}")

    def save_soon(self) -> None:
        """Save every draft in the background."""
        for box in self.boxes:
            box.save_soon()

    async def save(self) -> None:
        """Save every draft now."""
        for box in self.boxes:
            await box.save()
        await self.answer.files.idle(self.answer.files.place())


def _texts(drafts: Drafts) -> tuple[str, str, str]:
    return drafts.answer, drafts.note, drafts.office
