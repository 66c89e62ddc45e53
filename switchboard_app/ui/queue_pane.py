"""The queue with its head: which list, how many, in which order; and what it says while it is empty.

Called by the main window, which says what to show; refuses to know where the choice came from.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from switchboard_app.model.enquiry import View, view_name
from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.language import ntr, tr
from switchboard_app.store.queue import QueueFilter
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.plain import plain_text
from switchboard_app.ui.queue_model import QueueModel
from switchboard_app.ui.queue_view import QueueView
from switchboard_app.ui.text.rows import grouped

HEAD = 43


class QueuePane(look.Ground):
    """`show_list(filter, title)`; the list itself is `view`."""

    opened = Signal(str)
    """The id of the enquiry that a person went to."""
    entered = Signal()
    """Enter on the open enquiry: on to its answer."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__("pane", parent)
        self._title = ""
        self._view_kind = View.INBOX
        self.model = QueueModel(bridge)
        self.view = QueueView(bridge, self.model, self)
        self._name = look.elided("", look.Type.TITLE, parent=self)
        self._count = look.Label("", look.Type.SMALL, "muted", self)
        self._order = look.ChipLabel("", parent=self)
        self._head = QWidget(self)
        self._body = QWidget(self)
        self._empty = look.EmptyState("inbox", "", "", self._body)
        self._news = look.KeyButton("", "T", self.view, primary=True, icon_name="arrow-up")
        self._news.hide()
        self._lay_out()
        self.view.opened.connect(self.opened)
        self.view.activated.connect(self.entered)
        self.view.news.connect(self._announce)
        self.view.installEventFilter(self)
        self._news.clicked.connect(self.view.to_top)
        for signal in (self.model.shown, self.model.moved, self.model.modelReset):
            signal.connect(self._counted)
        self.retheme()
        words.follow(self.retranslate)

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self._head)
        self._row.addWidget(self._name, 1000)
        self._row.addWidget(self._count)
        self._row.addStretch(1)
        self._row.addWidget(self._order)
        self._stack = QStackedLayout(self._body)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(look.Hairline(self))
        column.addWidget(self._body, 1)

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_row"):
            self._row.setContentsMargins(look.px(14), 0, look.px(14), 0)
            self._row.setSpacing(look.px(5))
            self._head.setFixedHeight(look.px(HEAD))
            self._say_name(self._title)
            self._place_news()

    def retranslate(self) -> None:
        self._order.set_chip(
            tr("Newest first") if self._view_kind is View.DONE else tr("Most urgent first"), look.Tone.NEUTRAL
        )
        self.view.setAccessibleName(self._title or view_name(self._view_kind))
        self._counted()
        self._say_empty()

    # -- what is shown -----------------------------------------------------------------------------------------------

    def show_list(self, wanted: QueueFilter, title: str, back_to: tuple[EnquiryId | None, int] = (None, 0)) -> None:
        """Show a view or a channel; `back_to` is a place as `QueueView.place` gave it."""
        self._title, self._view_kind = title, wanted.view
        self._say_name(title)
        self.view.start_at_top()
        self.view.return_to(*back_to)
        self.model.show(wanted)
        self.retranslate()

    def rename(self, title: str) -> None:
        """Say the title of the same list in another language."""
        self._title = title
        self._say_name(title)
        self.retranslate()

    def _say_name(self, title: str) -> None:
        """The name takes its own width and no more, and less where there is less."""
        self._name.setText(title)
        self._name.setMaximumWidth(look.text_width(plain_text(title), look.Type.TITLE) + 2)

    def select(self, enquiry: EnquiryId | None) -> None:
        """Mark an enquiry as the open one."""
        self.view.select(enquiry)

    def _counted(self) -> None:
        total = self.model.total()
        if not self.model.ready():
            self._count.setText("")
            return
        if self._view_kind is View.DONE:
            sentence = ntr("{n} enquiry", "{n} enquiries", total)
        else:
            sentence = ntr("{n} open", "{n} open", total)
        self._count.setText(sentence.format(n=grouped(total)))
        self._stack.setCurrentWidget(self._empty if total == 0 else self.view)

    def _say_empty(self) -> None:
        match self._view_kind:
            case View.INBOX:
                title, sentence = (
                    tr("Everything is answered"),
                    tr("New enquiries appear here by themselves. F2 takes down a call."),
                )
            case View.MINE:
                title, sentence = (
                    tr("Nothing is assigned to you"),
                    tr("Take an enquiry from the inbox with A and it appears here."),
                )
            case View.DONE:
                title, sentence = tr("Nothing is done yet"), tr("What you close with E is kept here.")
            case _:
                title, sentence = tr("Nothing here"), tr("No enquiry is in this list at the moment.")
        self._empty.say(title, sentence)

    # -- what is new -------------------------------------------------------------------------------------------------

    def _announce(self, rows: int) -> None:
        """Say how many came in above, also to a screen reader; the focus stays where it is."""
        self._news.setVisible(rows > 0)
        if rows:
            said = plain_text(ntr("{n} new", "{n} new", rows).format(n=rows))
            self._news.set_words(said)
            self._place_news()
            if QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.view, said))

    def _place_news(self) -> None:
        self._news.adjustSize()
        self._news.move((self.view.viewport().width() - self._news.width()) // 2, look.px(look.S2))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.view and event.type() is QEvent.Type.Resize:
            self._place_news()
        return super().eventFilter(watched, event)
