"""The cards beside the open enquiry: who is responsible, how that office is reached, who writes, what may be the same.

Read again after each hint, at most once a frame; a card is made anew only when what it shows is another. Refuses to
act: an office or an enquiry that is chosen goes out as a signal. Made by the main window.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.language import tr
from switchboard_app.model.office import Office, OfficeMatch
from switchboard_app.model.times import when
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge, concerns
from switchboard_app.ui.card_row import CardRow
from switchboard_app.ui.cards_reading import CardsRead, Similar, deputy_of, queries, read_cards, read_similar
from switchboard_app.ui.office_card import OfficeCard
from switchboard_app.ui.person_card import PersonCard
from switchboard_app.ui.reread import Reread
from switchboard_app.ui.text.offices import warm_holidays
from switchboard_app.ui.verbs import Verbs

TICK = 60_000


@dataclass(frozen=True, slots=True)
class _Shown:
    """What stands on the cards, to see whether anything is another. `suggested` is None while it is not known yet."""

    read: CardsRead
    suggested: tuple[OfficeMatch, ...] | None = None
    office: Office | None = None
    deputy: Office | None = None
    similar: tuple[Similar, ...] = ()
    offices: int = 0


class SideCards(look.Ground):
    """`show(enquiry)` or `show(None)`; `choose(1)` presses the first suggestion."""

    office_chosen = Signal(str)
    """The OfficeId to forward to."""
    enquiry_wanted = Signal(int)
    """The number of another enquiry to be opened."""

    def __init__(self, bridge: Bridge, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("window", parent)
        self._bridge = bridge
        self._verbs = verbs
        self._wanted: EnquiryId | None = None
        self._shown: _Shown | None = None
        self.suggestions: list[CardRow] = []
        self.similar: list[CardRow] = []
        self._inside = QWidget()
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(self._inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside.setAutoFillBackground(False)
        self._scroll.viewport().setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)
        self.responsible = look.Card("", self._inside)
        self.office = OfficeCard(self._inside)
        self.person = PersonCard(self._inside)
        self.same = look.Card("", self._inside)
        self._column = QVBoxLayout(self._inside)
        for card in (self.responsible, self.office, self.person, self.same):
            self._column.addWidget(card)
        self._column.addStretch(1)
        self.person.wanted.connect(self.enquiry_wanted)
        self._reread = Reread(self, bridge, "side cards", self._reading)
        bridge.changed.connect(self._hinted)
        self._clock = QTimer(self, interval=TICK)
        self._clock.timeout.connect(self._show_again)
        self._hide_all()
        look.follow(self.respace)
        words.follow(self.retranslate)

    def respace(self) -> None:
        """Take the distances at the text scale in use."""
        edge = look.px(15)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(look.px(look.S3))

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.setAccessibleName(tr("About this enquiry"))
        self._show_again()

    # -- what it shows ---------------------------------------------------------------------------------------------

    def show(self, *enquiry: EnquiryId | None) -> None:
        """Show the cards of this enquiry, or none for None. (Without an argument it is Qt's own.)"""
        if not enquiry:
            super().show()
            return
        self._wanted = enquiry[0]
        if self._wanted is None:
            self._shown = None
            self._clock.stop()
            self._hide_all()
            return
        self._clock.start()
        self._reread.now()

    def choose(self, place: int) -> None:
        """Press the suggestion at this place, from 1 on."""
        if 1 <= place <= len(self.suggestions):
            self.suggestions[place - 1].click()

    def _hide_all(self) -> None:
        for card in (self.responsible, self.office, self.person, self.same):
            card.hide()

    def _hinted(self, topics: frozenset[str]) -> None:
        if self._wanted is None:
            return
        person = self._shown.read.enquiry.person if self._shown is not None else ""
        if concerns(topics, f"enquiry:{self._wanted}", f"person:{person}", "directory"):
            self._reread.soon()

    async def _reading(self) -> None:
        wanted = self._wanted
        if wanted is None:
            return
        try:
            found = await self._bridge.ask(read_cards, wanted)
        except UserError:
            self._fail(wanted)  # the conversation says what happened and offers to try again
            return
        before = self._shown
        if before is None or before.read.enquiry.id != wanted:
            before = _Shown(found)
        self._show(replace(before, read=found), wanted)
        finder = await self._bridge.finder()
        suggested = finder.suggest(found.concern) if found.concern else ()
        office = found.office or (suggested[0].office if suggested else None)
        deputy = await self._bridge.ask(deputy_of, office) if office is not None else None
        await asyncio.to_thread(warm_holidays, self._bridge.clock())
        there = replace(
            before, read=found, suggested=suggested, office=office, deputy=deputy, offices=len(finder.offices)
        )
        self._show(there, wanted)
        known = frozenset(one.number for one in found.earlier)
        similar = await self._bridge.ask(read_similar, wanted, queries(found.concern, suggested), known)
        self._show(replace(there, similar=similar), wanted)

    def _fail(self, wanted: EnquiryId) -> None:
        if wanted == self._wanted:
            self._shown = None
            self._hide_all()

    # -- cards -----------------------------------------------------------------------------------------------------

    def _show_again(self) -> None:
        """In another language, or because time went on (what is open now)."""
        shown, self._shown = self._shown, None
        if shown is not None and self._wanted is not None:
            self._show(shown, self._wanted)

    def _show(self, new: _Shown, wanted: EnquiryId) -> None:
        """Show what is known by now, unless another enquiry was opened meanwhile."""
        if wanted != self._wanted:
            return
        old, self._shown = self._shown, new
        now = self._bridge.clock()
        if old is None or (old.suggested, old.offices) != (new.suggested, new.offices):
            self._show_suggestions(new)
        if old is None or (old.office, old.deputy) != (new.office, new.deputy):
            self.office.setVisible(new.office is not None)
            if new.office is not None:
                self.office.show_office(new.office, new.deputy, now)
        if old is None or old.read != new.read:
            person = new.read.person
            self.person.setVisible(person is not None)
            if person is not None:
                self.person.show_person(person, new.read.earlier, new.read.enquiry.language, now)
        if old is None or old.similar != new.similar:
            self._show_similar(new)

    def _show_suggestions(self, new: _Shown) -> None:
        card = self.responsible
        card.setVisible(new.suggested is not None)
        if new.suggested is None:
            return
        card.clear()
        card.set_title(tr("Responsible"))
        self.suggestions = []
        for place, match in enumerate(new.suggested):
            if place:
                card.add(look.Hairline(card))
            row = CardRow(match.office.name, _why(match), card, digit=str(place + 1), strong=not place)
            row.clicked.connect(lambda _checked=False, match=match: self.office_chosen.emit(match.office.id))
            self.suggestions.append(row)
            card.add(row)
        if not new.suggested:
            empty = tr("The directory is empty: import it to see who is responsible.")
            silent = tr("Nothing in the message tells an office. Find one with W.")
            text = silent if new.offices else empty
            card.add(look.Label(text, look.Type.SECONDARY, "muted", card, wrap=True))

    def _show_similar(self, new: _Shown) -> None:
        card = self.same
        card.clear()
        card.set_title(tr("Possibly the same matter"))
        self.similar = []
        now = self._bridge.clock()
        for one in new.similar:
            title = tr("Enquiry {number} · {date}").format(number=one.number, date=when(one.last_at, now))
            row = CardRow(title, one.excerpt, card)
            row.clicked.connect(lambda _checked=False, number=one.number: self.enquiry_wanted.emit(number))
            self.similar.append(row)
            card.add(row)
        card.setVisible(bool(new.similar))


def _why(match: OfficeMatch) -> str:
    """«Strassenunterhalt · «Schlagloch», «Velo gestürzt»»."""
    where = match.office.unit or match.topic or match.office.department
    told = ", ".join(f"«{word}»" for word in match.matched[:2])
    return " · ".join(part for part in (where, told) if part)
