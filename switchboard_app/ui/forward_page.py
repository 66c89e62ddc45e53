"""The composer's third page: forward the enquiry to an office, with a summary in the operator's words.

The office is found while typing, or taken from the suggestions with one key; its contact says whether it is open now.
The summary begins with number, topic and the citizen's concern, and is a draft once somebody changes it. Forwarding
is the composer's business.
"""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from switchboard_app.model.ids import OfficeId
from switchboard_app.model.language import tr
from switchboard_app.model.office import Office, OfficeMatch
from switchboard_app.store.finder import Finder
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.caution import Caution
from switchboard_app.ui.choice_list import ChoiceList
from switchboard_app.ui.draft_box import DraftBox
from switchboard_app.ui.ends import Ends
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.text.offices import Opening, opening, warm_holidays

MOST_HITS = 4


class ChosenOffice(QWidget):
    """The office that was chosen, with what one needs to know before forwarding."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = look.Label("", look.Type.BODY_STRONG, "text", self, wrap=True)
        self.contact = look.Label("", look.Type.SECONDARY, "muted", self, selectable=True)
        self.note = look.Label("", look.Type.SECONDARY, "muted", self, wrap=True)
        self.other = look.KeyButton("", parent=self)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.other, 0, Qt.AlignmentFlag.AlignTop)
        reach = QWidget(self)
        flow = Flow(reach, gap=look.px(look.S2), line_gap=look.px(3))
        self.opening = look.ChipLabel("", look.Tone.GOOD, reach)
        flow.addWidget(self.opening)
        flow.addWidget(self.contact)
        self._column = QVBoxLayout(self)
        self._column.addLayout(head)
        self._column.addWidget(reach)
        self._column.addWidget(self.note)
        look.follow(self.retheme)

    def show_office(self, office: Office, opening: Opening) -> None:
        """Say what is known of it."""
        self.title.setText(office.title)
        self.opening.set_chip(opening.line, look.Tone.GOOD if opening.is_open else look.Tone.NEUTRAL)
        self.contact.setText(" · ".join(part for part in (office.phone, office.email) if part))
        notes = [office.note]
        if office.outside:
            kind = office.outside_kind or tr("another body")
            notes.insert(0, tr("Not the canton: {kind}.").format(kind=kind))
        if office.sample:
            notes.append(tr("Sample data: this address is invented."))
        words = " ".join(note for note in notes if note)
        self.note.setText(words)
        self.note.setVisible(bool(words))
        self.other.set_words(tr("Another office"))

    def retheme(self) -> None:
        side = look.px(look.S3)
        self._column.setContentsMargins(side, look.px(look.S2), look.px(look.S2), look.px(look.S2))
        self._column.setSpacing(look.px(3))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "accent_ground", radius=look.RADIUS)


class ForwardPage(QWidget):
    """`set_matter` says what it is about; `forward` when it shall go to `office`."""

    forward = Signal()
    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._finder: Finder | None = None
        self._matter: tuple[int, str, str] = (0, "", "")
        self.office: Office | None = None
        self._topic = ""
        self.line = look.LineField("", self)
        self.hits = ChoiceList((), self, cap="Alt {n}")
        self.nothing = look.Label("", look.Type.SECONDARY, "muted", self, wrap=True)
        self.chosen = ChosenOffice(self)
        self.box = DraftBox(bridge, "", self, lines=5, most=9)
        self.caution = Caution(self)
        self.trouble = look.Banner("", look.Kind.BAD, self, dismissable=True)
        self.hint = look.Label("", look.Type.BODY, "muted", self, elide=Qt.TextElideMode.ElideRight)
        self.button = look.KeyButton("", "Ctrl ⏎", self, primary=True)
        self._lay_out()
        self._connect()
        look.follow(self.retheme)

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        for part in (self.trouble, self.line, self.hits, self.nothing, self.chosen, self.box, self.caution):
            self._column.addWidget(part)
        foot = Ends(self)
        foot.left.addWidget(self.hint, 1)
        foot.right.addWidget(self.button)
        self._column.addWidget(foot)
        for hidden in (self.trouble, self.nothing, self.chosen):
            hidden.hide()

    def _connect(self) -> None:
        self.line.textEdited.connect(self._search)
        self.line.installEventFilter(self)
        self.hits.chosen.connect(self._take)
        self.chosen.other.clicked.connect(self.let_go)
        self.box.edited.connect(self._ready)
        self.box.submitted.connect(self.forward)
        self.button.clicked.connect(self.forward)
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for number in range(1, MOST_HITS + 1):
            shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self, context=within)
            shortcut.activated.connect(lambda number=number: self._take_number(number))

    def retheme(self) -> None:
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.px(look.S2))

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.line.setAccessibleName(tr("Office"))
        self.line.setPlaceholderText(tr("Find an office: name, topic or a word of the citizen …"))
        self.box.setAccessibleName(tr("Summary for the office"))
        self.box.setPlaceholderText(tr("What is it about, where, and what shall the office do?"))
        self.button.set_words(tr("Forward"))
        self._show()

    # -- what it is about ------------------------------------------------------------------------------------------

    def set_matter(self, number: int, concern: str, callback: str) -> None:
        """The enquiry's number, what the citizen wants in their own words, and whom to call back."""
        if (number, concern, callback) == self._matter:
            self.box.propose(self.proposal())
            return
        another = number != self._matter[0]
        self._matter = (number, concern, callback)
        if another:
            self.office = None
            self._topic = ""
            self.line.clear()
            self.complain("")
        self._show()

    async def load(self) -> None:
        """Fetch the directory; again whenever it changed."""
        self._finder = await self._bridge.finder()
        await asyncio.to_thread(warm_holidays, self._bridge.clock())
        if self.office is not None:
            self.office = next((one for one in self._finder.offices if one.id == self.office.id), None)
        self._show()

    def choose(self, office: OfficeId) -> None:
        """Take an office that was found elsewhere (the side cards)."""
        if self._finder is None:
            return
        found = next((one for one in self._finder.offices if one.id == office), None)
        if found is not None:
            suggested = next((match for match in self._suggested() if match.office.id == office), None)
            self._choose(found, suggested.topic if suggested else "")

    def let_go(self) -> None:
        """Look for another office."""
        self.office = None
        self._topic = ""
        self._show()
        self.line.setFocus()
        self.line.selectAll()

    def clear_choice(self) -> None:
        """It was forwarded: begin anew."""
        self.office = None
        self._topic = ""
        self.line.clear()
        self._show()

    # -- finding ---------------------------------------------------------------------------------------------------

    def _suggested(self) -> tuple[OfficeMatch, ...]:
        return self._finder.suggest(self._matter[1]) if self._finder is not None else ()

    def _search(self) -> None:
        self._show()

    def _found(self) -> tuple[OfficeMatch, ...]:
        if self._finder is None:
            return ()
        typed = self.line.text().strip()
        return self._finder.search(typed, MOST_HITS) if typed else self._suggested()

    def _show(self) -> None:
        """Everything that follows from the words, the directory and the choice."""
        open_for_search = self.office is None
        self.line.setVisible(open_for_search)
        self.chosen.setVisible(not open_for_search)
        found = self._found() if open_for_search else ()
        self.hits.offer([(match.office.title, match.topic, match) for match in found[:MOST_HITS]])
        self.hits.setVisible(bool(found))
        self.nothing.setText(self._why_nothing() if open_for_search and not found else "")
        self.nothing.setVisible(bool(self.nothing.text()))
        if self.office is not None:
            self.chosen.show_office(self.office, opening(self.office.hours, self._bridge.clock()))
        self.box.propose(self.proposal())
        self._ready()

    def _why_nothing(self) -> str:
        if self._finder is None:
            return ""
        if not self._finder.offices:
            return tr("The directory is empty: import it to find offices here.")
        if self.line.text().strip():
            return tr("No office found. Try another word.")
        return ""

    def _take(self, match: object) -> None:
        assert isinstance(match, OfficeMatch)
        self._choose(match.office, match.topic)

    def _take_number(self, number: int) -> None:
        if self.office is None and number <= len(self.hits.rows):
            self.hits.rows[number - 1].click()

    def _choose(self, office: Office, topic: str) -> None:
        self.office, self._topic = office, topic
        self._show()
        self.box.setFocus()
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down and self.hits.rows:
                self.hits.focus_first()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.hits.rows:
                self.hits.rows[0].click()
                return True
        return False

    # -- the summary -----------------------------------------------------------------------------------------------

    def proposal(self) -> str:
        """Number, topic, the citizen's concern, and whom to call back."""
        number, concern, callback = self._matter
        if not number:
            return ""
        head = " · ".join(part for part in (tr("Enquiry {number}").format(number=number), self._topic) if part)
        return "\n\n".join(part for part in (head, concern, callback) if part)

    def _ready(self) -> None:
        office = self.office
        if office is None:
            words, tone = tr("Choose an office first."), "muted"
        elif not office.email:
            words, tone = tr("Takes no e-mail: call {phone}.").format(phone=office.phone or "–"), "late"
        else:
            words, tone = tr("By e-mail to {address}").format(address=office.email), "muted"
        self.hint.setText(words)
        self.hint.set_tone(tone)
        self.caution.look_at(self.box.text())
        self.button.setEnabled(office is not None and bool(office.email) and self.box.filled())

    def complain(self, words: str) -> None:
        """Say in place what was wrong; "" takes it away."""
        self.trouble.say(words, look.Kind.BAD)
        self.trouble.setVisible(bool(words))
