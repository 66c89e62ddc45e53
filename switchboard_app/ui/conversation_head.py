"""The head of the conversation: who, by which channel, until when, and what can be done, each with its key.

The buttons follow the enquiry's state and move below the name where the pane is narrow. Refuses to act: it emits.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QWidget

from switchboard_app.model.channel import Channel, channel_name
from switchboard_app.model.enquiry import DueReason, Enquiry, EnquiryState, state_name
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.ui import look
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.plain import add_plain_action, marks, plain_tooltip
from switchboard_app.ui.text.due import due_chip, window_chip
from switchboard_app.ui.text.message import language_name

_NAME = 120
"""The least room for a longer name beside the buttons, at 100 %."""


class ConversationHead(QWidget):
    """`show_enquiry(enquiry, now)`; the signals say what a person pressed."""

    claim = Signal()
    release = Signal()
    reassign = Signal()
    forward = Signal()
    done = Signal()
    reopen = Signal()
    snooze = Signal()
    merge = Signal()
    tags = Signal()
    copy_number = Signal()
    inbox = Signal()

    def __init__(self, me: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._me = me
        self._enquiry: Enquiry | None = None
        self._link = ""
        self._stacked = False
        self._folded = False
        self.menu: QMenu | None = None
        self.name = look.elided("", look.Type.TITLE, "text", self)
        self.where = look.Label("", look.Type.BODY, "muted", self, selectable=True)
        self._chips = QWidget(self)
        self._flow = Flow(self._chips, gap=look.px(look.S2), line_gap=look.px(4))
        self._flow.addWidget(self.where)
        self._chip_labels: list[look.ChipLabel] = []
        self.owner_button = look.KeyButton("", "A", self)
        self.forward_button = look.KeyButton("", "W", self)
        self.done_button = look.KeyButton("", "E", self)
        self.more_button = look.KeyButton("⋯", parent=self)
        self._actions = QWidget(self)
        self._row = Flow(self._actions)
        for button in (self.owner_button, self.forward_button, self.done_button):
            self._row.addWidget(button)
        self._grid = QGridLayout(self)
        self._grid.addWidget(self.name, 0, 0)
        self._grid.addWidget(self._actions, 0, 1, Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(self.more_button, 0, 2)
        self._grid.addWidget(self._chips, 1, 0, 1, 3)
        self._grid.setColumnStretch(0, 1)
        self.owner_button.clicked.connect(self._owner_pressed)
        self.forward_button.clicked.connect(self.forward)
        self.done_button.clicked.connect(self._done_pressed)
        self.more_button.clicked.connect(self.open_menu)
        look.follow(self.retheme)

    def retheme(self) -> None:
        self._grid.setContentsMargins(look.px(18), look.px(12), look.px(18), look.px(12))
        self._grid.setHorizontalSpacing(look.px(look.S2))
        self._grid.setVerticalSpacing(look.px(4))
        self._row.set_gap(look.px(look.S2))
        self._flow.set_gap(look.px(look.S2), look.px(4))
        self._fit()

    # -- what it shows ---------------------------------------------------------------------------------------------

    def show_enquiry(self, enquiry: Enquiry, now: Millis, link: str = "") -> None:
        """Show this enquiry; `link` leads to the platform's own inbox."""
        self._enquiry = enquiry
        self._link = link
        self.name.setText(enquiry.person_name or tr("Anonymous"))
        parts = [channel_name(enquiry.channel), enquiry.account_name]
        parts.append(tr("Enquiry {number}").format(number=enquiry.number))
        self.where.setText(" · ".join(part for part in parts if part))
        self._show_chips(self.chips(enquiry, now))
        self._show_buttons(enquiry)
        self._fit()

    def tick(self, now: Millis) -> None:
        """Time went on."""
        if self._enquiry is not None:
            self._show_chips(self.chips(self._enquiry, now))

    def chips(self, enquiry: Enquiry, now: Millis) -> list[look.Chip]:
        """What matters most, in words."""
        found: list[look.Chip] = []
        due = due_chip(enquiry.state, enquiry.due_at, enquiry.due_reason, now)
        if enquiry.state not in (EnquiryState.NEW, EnquiryState.OPEN) and due is None:
            found.append(look.Chip(state_name(enquiry.state), look.Tone.GOOD))
        window = window_chip(enquiry, now) if enquiry.state is not EnquiryState.DONE else None
        if enquiry.due_reason is DueReason.WINDOW and enquiry.due_at is not None and enquiry.due_at > now:
            due = None  # both would say the same until it is over
        found += [chip for chip in (due, window) if chip is not None]
        if enquiry.priority:
            found.append(look.Chip(tr("Urgent"), look.Tone.BAD))
        if enquiry.owner and enquiry.owner != self._me:
            found.append(look.Chip(tr("With {owner}").format(owner=enquiry.owner), look.Tone.NEUTRAL))
        if enquiry.language and enquiry.language != "de":
            found.append(look.Chip(language_name(enquiry.language)))
        if marks(enquiry.person_name):
            found.append(look.Chip(tr("Look twice at this name"), look.Tone.LATE))
        return found + [look.Chip(tag) for tag in enquiry.tags]

    def _show_chips(self, chips: list[look.Chip]) -> None:
        if [label.chip() for label in self._chip_labels] == chips:
            return
        for label in self._chip_labels:
            self._flow.removeWidget(label)
            label.hide()
            label.deleteLater()
        self._chip_labels = [look.ChipLabel(chip.text, chip.tone, self._chips) for chip in chips]
        for label in self._chip_labels:
            self._flow.addWidget(label)
            label.show()

    def _show_buttons(self, enquiry: Enquiry) -> None:
        done = enquiry.state is EnquiryState.DONE
        foreign = enquiry.owner is not None and enquiry.owner != self._me and not done
        if foreign:
            self.owner_button.set_words(tr("Reassign"))
        else:
            self.owner_button.set_words(tr("Release") if enquiry.owner == self._me else tr("Take over"))
        self.owner_button.set_key("" if foreign or enquiry.owner == self._me else "A")
        self.owner_button.setVisible(not done and not self._folded)
        self.forward_button.set_words(tr("Forward"))
        self.forward_button.setVisible(not done and not foreign and not self._folded)
        self.done_button.set_words(tr("Reopen") if done else tr("Mark done"))
        self.done_button.setVisible((done or not foreign) and not self._folded)
        self.more_button.setAccessibleName(tr("More actions"))
        plain_tooltip(self.more_button, tr("More actions"))

    # -- pressing --------------------------------------------------------------------------------------------------

    def _owner_pressed(self) -> None:
        if self._enquiry is None:
            return
        if self._enquiry.owner is None:
            self.claim.emit()
        elif self._enquiry.owner == self._me:
            self.release.emit()
        else:
            self.reassign.emit()

    def _done_pressed(self) -> None:
        if self._enquiry is not None and self._enquiry.state is EnquiryState.DONE:
            self.reopen.emit()
        else:
            self.done.emit()

    def open_menu(self) -> QMenu:
        """Everything that is done less often."""
        menu = QMenu(self)
        done = self._enquiry is not None and self._enquiry.state is EnquiryState.DONE
        phone = self._enquiry is not None and self._enquiry.channel is Channel.PHONE
        entries = self._folded_entries() if self._folded else []
        if not done:
            entries += [
                (tr("Put away until …"), "S", self.snooze),
                (tr("Reassign …"), "", self.reassign),
                (tr("Merge with …"), "", self.merge),
            ]
        entries += [(tr("Tags …"), "", self.tags), (tr("Copy number"), "", self.copy_number)]
        if not phone:
            entries.append((tr("Open in the platform's inbox"), "", self.inbox))
        for words, key, signal in entries:
            action = add_plain_action(menu, words)
            if key:
                action.setShortcut(QKeySequence(key))  # only to be shown: a menu that is closed hears no key
                action.setShortcutVisibleInContextMenu(True)
            action.triggered.connect(signal)
        menu.aboutToHide.connect(menu.deleteLater)
        self.menu = menu
        menu.popup(self.more_button.mapToGlobal(QPoint(0, self.more_button.height())))
        return menu

    def _folded_entries(self) -> list[tuple[str, str, SignalInstance]]:
        """What the folded buttons would do."""
        enquiry = self._enquiry
        if enquiry is None:
            return []
        if enquiry.state is EnquiryState.DONE:
            return [(tr("Reopen"), "E", self.reopen)]
        if enquiry.owner is not None and enquiry.owner != self._me:
            return []
        mine = enquiry.owner is not None
        owner = (tr("Release"), "", self.release) if mine else (tr("Take over"), "A", self.claim)
        return [owner, (tr("Forward"), "W", self.forward), (tr("Mark done"), "E", self.done)]

    # -- layout ----------------------------------------------------------------------------------------------------

    def fold(self, folded: bool) -> None:
        """Put the buttons into the menu, where height is scarce."""
        if folded != self._folded:
            self._folded = folded
            if self._enquiry is not None:
                self._show_buttons(self._enquiry)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Buttons beside the name where there is room, else below everything; the menu stays beside the name."""
        buttons = self._actions.sizeHint().width() + self.more_button.sizeHint().width()
        name = min(look.px(_NAME), look.text_width(self.name.source(), look.Type.TITLE))
        needed = buttons + name + 2 * look.px(18) + 2 * look.px(look.S2)
        stacked = self.width() < needed
        if stacked == self._stacked:
            return
        self._stacked = stacked
        self._grid.removeWidget(self._actions)
        if stacked:
            self._grid.addWidget(self._actions, 2, 0, 1, 3)
        else:
            self._grid.addWidget(self._actions, 0, 1, Qt.AlignmentFlag.AlignRight)
