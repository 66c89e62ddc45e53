"""The main window: assembly only. It puts bars and panes together, says which list and which enquiry are shown, and
connects what one part wishes with the part that can do it.

First the queue, then the rest: conversation, cards and sheets are made after the first page is on the screen. What a
key does stands in `window_acts`. Refuses to read the store and to act on enquiries itself. Made by `app`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMoveEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from switchboard_app.config import StationSettings
from switchboard_app.model.ids import EnquiryId, OfficeId
from switchboard_app.model.language import tr
from switchboard_app.ui import look, words
from switchboard_app.ui.bells import Bells
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.first_page import FirstPage, load_the_rest
from switchboard_app.ui.keys import Action, KeyRing
from switchboard_app.ui.panes import Panes, Place
from switchboard_app.ui.plain import plain_title
from switchboard_app.ui.queue_pane import QueuePane
from switchboard_app.ui.sidebar import Choice, Sidebar
from switchboard_app.ui.status_bar import StatusBar
from switchboard_app.ui.tab_order import step_focus
from switchboard_app.ui.top_bar import TopBar
from switchboard_app.ui.training_bar import TrainingBar
from switchboard_app.ui.undo_bar import NoticeBar, UndoBar
from switchboard_app.ui.verbs import Verbs
from switchboard_app.ui.window_acts import Acts
from switchboard_app.ui.window_memory import WindowMemory
from switchboard_app.ui.window_sheets import WindowSheets
from switchboard_app.ui.window_state import WindowSettings

if TYPE_CHECKING:
    from switchboard_app.ui.conversation import ConversationPane
    from switchboard_app.ui.health_page import HealthPage
    from switchboard_app.ui.palette import Palette
    from switchboard_app.ui.side_cards import SideCards

LEAST = (560, 420)
STEP_SECONDS = 0.015
"""Between two things that are made after the first page: whoever types gets a turn."""
FRAME = 5
"""The striped frame of training, in pixels at 100 %."""


class MainWindow(QWidget):
    """`MainWindow(bridge, verbs, settings)`; `show()` it inside the running loop."""

    closing = Signal()
    """The operator ended the program; `app` awaits `save_typed()` and stops the rest."""

    def __init__(self, bridge: Bridge, verbs: Verbs, settings: WindowSettings) -> None:
        super().__init__()
        self._bridge = bridge
        self._verbs = verbs
        self._settings = settings
        self._memory = WindowMemory(self, bridge, settings.state_file)
        self._conversation: ConversationPane | None = None
        self._cards: SideCards | None = None
        self._health: HealthPage | None = None
        self._palette: Palette | None = None
        self.sheets = WindowSheets(self, bridge, verbs, settings)
        self.bells = Bells(self, bridge, notifications=settings.current().notifications)
        self._build()
        self.undo = UndoBar(self, bridge, verbs)
        self.notice = NoticeBar(self, bridge, verbs)
        self._connect()
        self.acts = Acts(self, self.undo)
        self._keys = KeyRing(self, self.act, self.covered)
        self._restore()
        words.follow(self.retranslate)

    # -- putting together --------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.top = TopBar(self._bridge.me, self)
        self.views = Sidebar(self._bridge, self)
        self.queue = QueuePane(self._bridge, self)
        self.status = StatusBar(self._bridge, self._settings.workspace_name, self)
        self._middle = Place("pane", self)
        self._side = Place("window", self)
        self.panes = Panes(self.views, self.queue, self._middle, self._side, self)
        self.queue.view.set_compact(self._settings.current().compact_rows)
        self.training = TrainingBar(self._bridge, self)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        parts: tuple[QWidget, ...] = (
            self.training,
            self.top,
            look.Hairline(self),
            self.panes,
            look.Hairline(self),
            self.status,
        )
        for part in parts:
            self._column.addWidget(part, int(part is self.panes))
        self.setMinimumSize(*LEAST)
        look.follow(self.retheme)

    def retheme(self) -> None:
        edge = look.px(FRAME) if self._bridge.training else 0
        self._column.setContentsMargins(edge, 0, edge, edge)
        self.update()

    def retranslate(self) -> None:
        self.setWindowTitle(plain_title("Switchboard", tr("Training") if self._bridge.training else ""))
        self.queue.rename(self.views.title())

    def _connect(self) -> None:
        self.top.search_wanted.connect(lambda: self.act(Action.PALETTE))
        self.top.note_wanted.connect(lambda: self.act(Action.PHONE_NOTE))
        self.top.cards_wanted.connect(lambda: self.act(Action.CARDS))
        self.top.views_wanted.connect(lambda: self.act(Action.VIEWS))
        self.top.back_wanted.connect(self.step_back)
        self.views.chosen.connect(self.show_list)
        self.views.named.connect(self.queue.rename)
        self.views.health_wanted.connect(lambda: self.act(Action.HEALTH))
        self.status.health_wanted.connect(lambda: self.act(Action.HEALTH))
        self.queue.opened.connect(self.open_enquiry)
        self.queue.entered.connect(lambda: self.act(Action.ANSWER))
        self.training.trouble_wanted.connect(lambda: self.act(Action.TROUBLE))
        self.first_page = FirstPage(self.queue)
        self.first_page.painted.connect(self._after_first_page)
        self.queue.view.left_place.connect(self._memory.soon)
        self.panes.rearranged.connect(self._rearranged)

    def _after_first_page(self) -> None:
        """The queue is on the screen: now the rest, one thing after the other, so that no key waits long."""
        self.views.read()
        self._bridge.start("the rest of the window", self._make_the_rest())

    async def _make_the_rest(self) -> None:
        await asyncio.to_thread(load_the_rest)
        steps: tuple[Callable[[], object], ...] = (
            self.conversation,
            self.cards,
            self._open_again,
            self.status.read,
            self.sheets.phone_note,
            self.search,
            self.bells.hang,
        )
        for step in steps:
            step()
            await asyncio.sleep(STEP_SECONDS)

    def conversation(self) -> ConversationPane:
        """The pane of the open enquiry."""
        if self._conversation is None:
            from switchboard_app.ui.conversation import ConversationPane

            made = self._conversation = ConversationPane(self._bridge, self._verbs)
            made.closed.connect(self._closed_enquiry)
            made.next_wanted.connect(lambda: self.act(Action.NEXT))
            made.enquiry_wanted.connect(self.open_number)
            self._middle.put(made)
        return self._conversation

    def cards(self) -> SideCards:
        """The cards beside the open enquiry."""
        if self._cards is None:
            from switchboard_app.ui.side_cards import SideCards

            made = self._cards = SideCards(self._bridge, self._verbs)
            made.office_chosen.connect(self._forward_to)
            made.enquiry_wanted.connect(self.open_number)
            self._side.put(made)
        return self._cards

    def search(self) -> Palette:
        """The palette on Ctrl+K."""
        if self._palette is None:
            from switchboard_app.ui.palette import Palette

            made = self._palette = Palette(self, self._bridge, self.acts.available)
            made.enquiry_chosen.connect(self.go_to)
            made.office_chosen.connect(self._office_found)
            made.command_chosen.connect(self.act)
        return self._palette

    # -- which list --------------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        """As it was left, where that still makes sense."""
        memory = self._memory
        memory.restore(self.panes, self.queue)
        self._rearranged()
        self.queue.view.setFocus()
        self.queue.select(memory.enquiry())
        self._show_choice(self.views.choose(memory.choice), memory.list_place())

    def show_list(self, choice: Choice) -> None:
        """Show a view or a channel from its top."""
        self._memory.choice = choice
        self._show_choice(choice, (None, 0))
        self.panes.leave_drawers()
        self.panes.show_conversation(False)
        self._memory.soon()

    def _show_choice(self, choice: Choice, back_to: tuple[EnquiryId | None, int]) -> None:
        self.queue.show_list(choice.filter(self._bridge), choice.title, back_to)

    # -- which enquiry -----------------------------------------------------------------------------------------------

    def open_enquiry(self, enquiry: str) -> None:
        """Show an enquiry beside the queue."""
        wanted = EnquiryId(enquiry)
        self._middle.put(self.conversation())
        self.conversation().open(wanted)
        self.cards().show(wanted)
        self.panes.show_conversation(True)
        if self.panes.only_conversation():
            self.conversation().timeline.setFocus()
        self._memory.soon()

    def go_to(self, enquiry: str) -> None:
        """Show an enquiry wherever it stands, and mark it in the queue if it is there."""
        self.queue.select(EnquiryId(enquiry))
        self.open_enquiry(enquiry)

    def open_number(self, number: int) -> None:
        """Show the enquiry with this number."""
        self._bridge.start("go to number", self._opening_number(number))

    async def _opening_number(self, number: int) -> None:
        from switchboard_app.store import enquiries

        self.go_to(await self._bridge.ask(enquiries.find, number))

    def _open_again(self) -> None:
        """The enquiry that was open when the program ended."""
        was = self._memory.enquiry()
        if was is not None and self.conversation().current() is None:
            self.open_enquiry(was)
            self.panes.show_conversation(False)

    def _closed_enquiry(self) -> None:
        self.queue.select(None)
        self.cards().show(None)
        self.panes.show_conversation(False)
        self.queue.view.setFocus()
        self._memory.soon()

    def _forward_to(self, office: str) -> None:
        self.panes.leave_drawers()
        self.conversation().focus_forward(OfficeId(office))

    def _office_found(self, office: str) -> None:
        """An office from the palette: forward the open enquiry there, or look it up."""
        if self.conversation().current() is not None:
            self._forward_to(office)
        else:
            self._bridge.start("look up office", self._look_up(OfficeId(office)))

    async def _look_up(self, office: OfficeId) -> None:
        from switchboard_app.store import directory

        found = await self._bridge.ask(directory.one, office)
        sheet = self.sheets.directory()
        sheet.open()
        sheet.search.setText(found.title)

    # -- what keys and commands do -----------------------------------------------------------------------------------

    def act(self, action: Action) -> None:
        """Do what a key or a command says."""
        self.acts.act(action)

    def show_health(self) -> None:
        """The page of the accounts, in the place of the conversation."""
        if self._health is None:
            from switchboard_app.ui.health_page import HealthPage

            self._health = HealthPage(self._bridge)
        self._middle.put(self._health)
        self.cards().show(None)
        self.panes.show_conversation(True)
        self._health.setFocus()

    def covered(self) -> bool:
        """Whether something lies over the panes that takes the letters for itself."""
        over = self.findChildren(look.Sheet, options=Qt.FindChildOption.FindDirectChildrenOnly)
        palette = self._palette is not None and self._palette.isVisible()
        return palette or any(sheet.isVisible() for sheet in over)

    def open_settings(self) -> None:
        """The settings of this station."""
        sheet = self.sheets.station()
        sheet.changed.connect(self._use_settings, Qt.ConnectionType.UniqueConnection)
        sheet.open()

    def _use_settings(self, settings: StationSettings) -> None:
        self.queue.view.set_compact(settings.compact_rows)
        self.bells.notify(settings.notifications)

    def step_back(self) -> None:
        """Esc, where nothing nearer took it."""
        if self.notice.shown():
            self.notice.hide()
        elif self._middle.shows(self._health):
            self._middle.put(self.conversation())
            self.cards().show(self.conversation().current())
            self.panes.show_conversation(False)
        elif self.panes.step_back():
            self.queue.view.setFocus()
        elif self._conversation is not None:
            self._conversation.close()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes in reading order; a drawer that is open comes where its pane would be."""
        return step_focus((self.top, self.views, self.queue, self._middle, self._side, self.status), forward=forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.step_back()
        else:
            super().keyPressEvent(event)

    # -- how it stands -----------------------------------------------------------------------------------------------

    def _rearranged(self) -> None:
        panes = self.panes
        self.top.offer(
            views=panes.drawn("views") or "views" in panes.folded,
            cards=panes.drawn("side") or "side" in panes.folded,
            back=panes.only_conversation(),
        )
        self._memory.soon()

    async def save_typed(self) -> None:
        """Everything that is being typed, on disk; awaited before the program ends."""
        if self._conversation is not None:
            await self._conversation.save_drafts()
        await self.sheets.phone_note().flush()

    def come_forward(self) -> None:
        """A second start, or the tray: show the window and give it the keyboard."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def take_call(self, number: str) -> None:
        """A call came in by another program: the phone note for this number."""
        self.come_forward()
        self.hush()
        self.sheets.phone_note().open_for(number)

    def hush(self) -> None:
        """Pause the voice message that is played: somebody is on the telephone."""
        if self._conversation is not None:
            self._conversation.player.pause()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._memory.now()
        self.first_page.stop()
        event.accept()
        self.closing.emit()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._memory.soon()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._memory.soon()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._bridge.training:
            look.paint_stripes(painter, QRectF(self.rect()))
        else:
            painter.fillRect(self.rect(), look.color("window"))
