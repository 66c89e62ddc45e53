"""The open enquiry: head, timeline and composer, kept up to what the store says.

Reads everything in one transaction, again after each hint, and keeps place, focus and half-written text. What rows and
head ask for goes to the verbs and the sheets from here. Refuses to know the queue: `next_wanted` says that this enquiry
left the operator's hands. Opened by the main window.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from switchboard_app.model.channel import CAPABILITIES
from switchboard_app.model.enquiry import Enquiry
from switchboard_app.model.entry import Attachment, Entry
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import EnquiryId, OfficeId
from switchboard_app.model.language import tr
from switchboard_app.store import timeline
from switchboard_app.store.timeline import PAGE
from switchboard_app.ui import look, words
from switchboard_app.ui.attachment_view import tile_pixels
from switchboard_app.ui.bridge import Bridge, concerns
from switchboard_app.ui.composer import Composer
from switchboard_app.ui.composer_foot import ComposerFoot, height_within
from switchboard_app.ui.conversation_deeds import Deeds
from switchboard_app.ui.conversation_granting import Granting
from switchboard_app.ui.conversation_head import ConversationHead
from switchboard_app.ui.conversation_pages import NothingOpen, Skeleton, Unreadable
from switchboard_app.ui.conversation_reading import Read, read
from switchboard_app.ui.conversation_sheets import Sheets
from switchboard_app.ui.links import open_link
from switchboard_app.ui.player import Player
from switchboard_app.ui.reread import Reread
from switchboard_app.ui.thumbnails import Thumbnails, looked_at
from switchboard_app.ui.timeline_plan import Earlier, Planner
from switchboard_app.ui.timeline_row import Wishes
from switchboard_app.ui.timeline_view import TimelineView
from switchboard_app.ui.verbs import Verbs

SKELETON = 150
"""Milliseconds after which reading is shown to take a while."""
TICK = 20_000
SCARCE = 400
"""Below this height, at 100 %, buttons fold into the menu and boxes begin lower."""


class ConversationPane(look.Ground, Deeds):
    """`open(enquiry)`, `close()`, `focus_answer()`, `focus_note()`, `focus_forward()`; what `Deeds` adds acts on it."""

    closed = Signal()
    """Nothing is open any more."""
    next_wanted = Signal()
    """The enquiry was closed, put away or merged: the next one, please."""
    enquiry_wanted = Signal(int)
    """The number of another enquiry that a person wants to see."""

    def __init__(self, bridge: Bridge, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("pane", parent)
        self._bridge = bridge
        self._verbs = verbs
        self._wanted: EnquiryId | None = None
        self._read: Read | None = None
        self._limit = PAGE
        self._earlier: tuple[Entry, ...] = ()
        self.sheets = Sheets(self, bridge, verbs)
        self.wishes = Wishes(self)
        self._thumbnails = Thumbnails(bridge, tile_pixels(), self)
        self.player = Player(bridge, self)
        self._planner = Planner(self.wishes, self._thumbnails, self.player)
        self.head = ConversationHead(bridge.me, self)
        self.timeline = TimelineView(self)
        self.composer = Composer(bridge, verbs, self)
        self.nothing = NothingOpen(self)
        self.skeleton = Skeleton(self)
        self.unreadable = Unreadable(self)
        self._body = QWidget(self)
        self._foot = ComposerFoot(self.composer, self)
        self._stack = QStackedLayout(self)
        self._reread = Reread(self, bridge, "conversation", self._reading)
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(SKELETON)
        self._clock = QTimer(self)
        self._clock.setInterval(TICK)
        self._lay_out()
        self._connect()
        words.follow(self.retranslate)

    def _lay_out(self) -> None:
        for part in (self.composer, self.head):
            part.installEventFilter(self)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(look.Hairline())
        column.addWidget(self.timeline, 1)
        column.addWidget(look.Hairline())
        column.addWidget(self._foot)
        for page in (self.nothing, self._body, self.skeleton, self.unreadable):
            self._stack.addWidget(page)

    def _connect(self) -> None:
        self._bridge.changed.connect(self._hinted)
        self._waiting.timeout.connect(lambda: self._stack.setCurrentWidget(self.skeleton))
        self._clock.timeout.connect(self._tick)
        self.unreadable.retry.connect(self._reread.now)
        for wish, deed in (
            (self.head.claim, self.claim),
            (self.head.release, self.release),
            (self.head.reopen, self.reopen),
            (self.head.forward, self.focus_forward),
            (self.head.done, self.ask_done),
            (self.head.snooze, self.ask_snooze),
            (self.head.reassign, self.ask_reassign),
            (self.head.merge, self.ask_merge),
            (self.head.tags, self.ask_tags),
            (self.head.copy_number, self.copy_number),
            (self.head.inbox, self.open_inbox),
        ):
            wish.connect(deed)
        self.composer.sent.connect(self._sent)
        self.composer.stale.connect(self._reread.now)
        self.composer.show_end.connect(self.timeline.to_end)
        self.composer.reassign_wanted.connect(self.ask_reassign)
        self.composer.reopen_wanted.connect(self.reopen)
        self.sheets.finished.connect(self.next_wanted)
        self.wishes.inbox.connect(self.open_inbox)
        self.wishes.enquiry.connect(self.enquiry_wanted)
        self.wishes.more.connect(self._show_more)
        self.wishes.earlier.connect(self._show_earlier)
        self._granting = Granting(self, self._bridge, self._verbs)

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.timeline.setAccessibleName(tr("Conversation"))
        for page in (self.nothing, self.skeleton, self.unreadable, self.composer):
            page.retranslate()
        if self._read is not None:
            shown = self._read.conversation
            self.head.show_enquiry(shown.enquiry, self._bridge.clock(), shown.thread_link)
            self._plan(fresh=False)
            self.timeline.remake()
            self._reread.soon()

    # -- opening and closing ---------------------------------------------------------------------------------------

    def open(self, enquiry: EnquiryId) -> None:
        """Show this enquiry, scrolled to its end; opening the one that is open reads it again."""
        if enquiry != self._wanted:
            self._wanted = enquiry
            self._limit = PAGE
            self._earlier = ()
            self.composer.save_soon()
            self.player.pause()
            self._waiting.start()
        self._reread.now()

    def close(self) -> bool:
        """Show no enquiry; drafts are saved. (Qt's own name; the widget itself stays.)"""
        if self._wanted is not None:
            self._wanted = None
            self._forget()
            self._stack.setCurrentWidget(self.nothing)
            self.closed.emit()
        return True

    def _forget(self) -> None:
        self._read = None
        self.player.pause()
        self._waiting.stop()
        self._clock.stop()
        self.composer.let_go()
        self.timeline.clear()

    def current(self) -> EnquiryId | None:
        """What is open or being opened."""
        return self._wanted

    def pictures(self) -> tuple[Attachment, ...]:
        """The pictures of what is shown, oldest first."""
        shown = () if self._read is None else (*self._earlier, *self._read.conversation.entries)
        return tuple(file for entry in shown for file in entry.attachments if looked_at(file))

    def enquiry(self) -> Enquiry | None:
        """The open enquiry as it is shown."""
        return None if self._read is None else self._read.conversation.enquiry

    async def save_drafts(self) -> None:
        """Save everything that is being typed here; to be awaited before the program ends."""
        await self.composer.save()
        await self.sheets.save_drafts()

    # -- reading ---------------------------------------------------------------------------------------------------

    def _hinted(self, topics: frozenset[str]) -> None:
        if self._bridge.ended:
            return
        if self._wanted is not None and concerns(topics, f"enquiry:{self._wanted}"):
            self._reread.soon()
        if concerns(topics, "directory"):
            self._bridge.start("offices", self.composer.office.load())

    async def _reading(self) -> None:
        wanted = self._wanted
        if wanted is None:
            return
        await self.composer.idle(wanted)
        stamps = self.composer.stamps()
        try:
            found = await self._bridge.ask(read, wanted, self._bridge.me, self._limit)
        except UserError as problem:
            if wanted == self._wanted:
                self._fail(problem)
            return
        if wanted != self._wanted:
            return
        if self._read is None or self._read.conversation.enquiry.id != wanted:
            self._show(found)
            return
        usable = stamps is not None and stamps == self.composer.stamps()
        self._refresh(found, drafts=usable)
        if not usable:
            self._reread.soon()

    def read_again(self) -> None:
        """What is shown may be old."""
        self._reread.soon()

    def _show(self, found: Read) -> None:
        self._waiting.stop()
        self._read = found
        shown, now = found.conversation, self._bridge.clock()
        self.head.show_enquiry(shown.enquiry, now, shown.thread_link)
        self.composer.take(found)
        self._stack.setCurrentWidget(self._body)
        self._fit_composer()
        self._plan(fresh=True)
        self._clock.start()
        self._bridge.start("offices", self.composer.office.load())
        self._mark_read()

    def _refresh(self, found: Read, *, drafts: bool) -> None:
        """The same enquiry as it is now; nothing jumps, what is being typed stays."""
        assert self._read is not None
        known = {entry.id for entry in self._read.conversation.entries}
        entries = found.conversation.entries
        last = max((place for place, entry in enumerate(entries) if entry.id in known), default=-1)
        self._read = found
        self._waiting.stop()
        shown = found.conversation
        self._stack.setCurrentWidget(self._body)
        self.head.show_enquiry(shown.enquiry, self._bridge.clock(), shown.thread_link)
        self.composer.refresh(found, fresh=entries[last + 1 :], drafts=drafts)
        self._plan(fresh=False)
        self._mark_read()

    def _plan(self, *, fresh: bool) -> None:
        if self._read is not None:
            earlier = Earlier(self._read.earlier, self._earlier)
            lines = self._planner.lines(self._read.conversation, earlier, self._bridge.clock())
            self.timeline.show_lines(lines, fresh=fresh)

    def _fail(self, problem: UserError) -> None:
        self._forget()
        self.unreadable.show_problem(problem)
        self._stack.setCurrentWidget(self.unreadable)

    def _mark_read(self) -> None:
        enquiry = self.enquiry()
        if enquiry is not None and enquiry.unread and self.window().isActiveWindow():
            self._bridge.start("mark read", self._verbs.read(enquiry.id))

    def _tick(self) -> None:
        """Time went on: chips, windows, days."""
        self.head.tick(self._bridge.clock())
        self.composer.tick()
        self._plan(fresh=False)
        if not self._bridge.ended:
            self._mark_read()  # the window may be in front again

    def _show_more(self) -> None:
        self._limit += PAGE
        self._reread.now()

    def _show_earlier(self) -> None:
        self._bridge.start("earlier conversation", self._read_earlier())

    async def _read_earlier(self) -> None:
        enquiry = self.enquiry()
        if enquiry is None or enquiry.thread is None:
            return
        found = await self._bridge.ask(timeline.earlier_entries, enquiry.thread, enquiry.id)
        if enquiry.id == self._wanted:
            self._earlier = found
            self._plan(fresh=False)

    # -- acting (more of it: `Deeds`) -------------------------------------------------------------------------------

    def open_inbox(self) -> None:
        """Ask whether to open the conversation in the platform's own inbox."""
        if self._read is not None:
            shown = self._read.conversation
            link = shown.thread_link or CAPABILITIES[shown.enquiry.channel].inbox_url
            if link:
                open_link(self, link)

    def focus_answer(self) -> None:
        """Write an answer."""
        if self._read is not None:
            self.composer.focus_answer()

    def focus_note(self) -> None:
        """Write an internal note."""
        if self._read is not None:
            self.composer.focus_note()

    def focus_forward(self, office: OfficeId | None = None) -> None:
        """Forward to an office, or to this one."""
        if self._read is not None:
            self.composer.focus_forward(office)

    def _sent(self, closed: bool) -> None:
        self.timeline.to_end()
        if closed:
            self.next_wanted.emit()

    # -- keys and layout -------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or self._wanted is None:
            super().keyPressEvent(event)
        elif not self.composer.leave():
            if self.composer.has_focus():
                self.timeline.setFocus()
            else:
                self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched in (self.composer, self.head) and event.type() is QEvent.Type.LayoutRequest:
            self._fit_composer()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_composer()

    def minimumSizeHint(self) -> QSize:
        """What it holds adapts itself, so it asks for little."""
        return QSize(look.px(280), look.px(220))

    def _fit_composer(self) -> None:
        scarce = self.height() < look.px(SCARCE)
        self.head.fold(scarce)
        self.composer.make_room(scarce)
        head = height_within(self.head, self.width())
        self.head.setFixedHeight(head)
        self._foot.fit(self.height(), head, scarce=scarce)
