"""What the timeline shows, line by line, before any widget is made: from the store's values to lines with a key.

A line whose key and stamp are the same after a refresh keeps its row, so nothing jumps and marked text stays marked.
Refuses to lay out; `timeline_view` makes the rows it needs and no more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QWidget

from switchboard_app.model.entry import Entry, EntryKind, EventCode
from switchboard_app.model.forwarding import Forwarding
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis, day_title, local
from switchboard_app.store.gaps import Gap
from switchboard_app.store.timeline import Conversation
from switchboard_app.ui import earlier_wording
from switchboard_app.ui.attachment_view import AttachmentList
from switchboard_app.ui.chip_button import ChipButton
from switchboard_app.ui.forwarding_row import ForwardingRow
from switchboard_app.ui.player import Player
from switchboard_app.ui.text.deliveries import needs_person
from switchboard_app.ui.text.events import event_sentence, gap_sentence
from switchboard_app.ui.thumbnails import Thumbnails
from switchboard_app.ui.timeline_row import Row, Wishes
from switchboard_app.ui.timeline_rows import DayRow, EventRow, MessageRow, NoteRow, OfficeWordRow, PhoneNoteRow
from switchboard_app.ui.unclear_card import UnclearCard


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `make` is called when its row is needed. `news` marks what a person may have been waiting for."""

    key: str
    stamp: object
    make: Callable[[QWidget], Row]
    news: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of the time before this enquiry: whether there is something, and what was fetched of it."""

    there: bool = False
    entries: tuple[Entry, ...] = ()


class ButtonRow(Row):
    """A chip in the middle that fetches more."""

    def __init__(self, words: str, pressed: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = ChipButton(words, self)
        self._pressed = pressed
        self.button.clicked.connect(self._press)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self.button)
        row.addStretch(1)

    def _press(self) -> None:
        self.button.setEnabled(False)
        self._pressed()


class Planner:
    """Makes the lines of a conversation; holds what every row needs."""

    def __init__(self, wishes: Wishes, thumbnails: Thumbnails, player: Player) -> None:
        self._wishes = wishes
        self._thumbnails = thumbnails
        self._player = player

    def lines(self, shown: Conversation, earlier: Earlier, now: Millis) -> list[Line]:
        """All lines, oldest first."""
        return list(self._lines(shown, earlier, now))

    def _lines(self, shown: Conversation, earlier: Earlier, now: Millis) -> Iterator[Line]:
        wishes = self._wishes
        gaps = _of_what_is_shown(shown, earlier)
        if shown.more:
            yield Line("more", "", partial(ButtonRow, tr("Show older entries"), wishes.more.emit))
        elif earlier.entries:
            yield Line("earlier", "", partial(DayRow, tr("Earlier conversation")))
            yield from self._entries(earlier.entries, {}, now, "earlier:", gaps)
            begins = tr("Enquiry {number} begins here").format(number=shown.enquiry.number)
            yield Line("begins", begins, partial(DayRow, begins))
        elif earlier.there:
            words = tr("Show the earlier conversation")
            yield Line("earlier?", "", partial(ButtonRow, words, wishes.earlier.emit))
        yield from self._entries(shown.entries, {one.id: one for one in shown.forwardings}, now, "", gaps)
        yield from self._gaps(gaps, None, now)

    def _entries(
        self, entries: Iterable[Entry], forwardings: dict[str, Forwarding], now: Millis, prefix: str, gaps: list[Gap]
    ) -> Iterator[Line]:
        day: date | None = None
        for entry in entries:
            yield from self._gaps(gaps, entry.at, now)
            there = local(entry.at).date()
            if there != day:
                day = there
                title = day_title(entry.at, now)
                yield Line(f"{prefix}day:{there}", title, partial(DayRow, title))
            match entry.kind:
                case EntryKind.MESSAGE:
                    yield Line(entry.id, entry, partial(self._message, entry, now), news=True)
                case EntryKind.NOTE:
                    make = partial(self._office_word, entry) if _by_office(entry) else None
                    yield Line(entry.id, entry, make or partial(NoteRow, entry, self._wishes), news=True)
                case EntryKind.PHONE_NOTE:
                    yield Line(entry.id, entry, partial(PhoneNoteRow, entry, self._wishes), news=True)
                case EntryKind.EVENT:
                    yield from self._event(entry, forwardings, now)

    def _gaps(self, gaps: list[Gap], until: Millis | None, now: Millis) -> Iterator[Line]:
        """The gaps that end before a moment, once each."""
        while gaps and (until is None or gaps[0].to_at <= until):
            gap = gaps.pop(0)
            sentence = gap_sentence(gap, now)
            yield Line(f"gap:{gap.from_at}:{gap.to_at}", sentence, partial(DayRow, sentence))

    def _message(self, entry: Entry, now: Millis, parent: QWidget) -> Row:
        extras: list[QWidget] = []
        if entry.attachments:
            extras.append(AttachmentList(entry.attachments, self._thumbnails, self._player, self._wishes, parent))
        if needs_person(entry.delivery):
            assert entry.delivery is not None
            extras.append(UnclearCard(entry.delivery, now, self._wishes, parent))
        extras += earlier_wording.extras(entry, parent)
        return MessageRow(entry, now, self._wishes, extras, parent)

    def _office_word(self, entry: Entry, parent: QWidget) -> Row:
        files = entry.attachments
        shown = [AttachmentList(files, self._thumbnails, self._player, self._wishes, parent)] if files else []
        return OfficeWordRow(entry, self._wishes, parent, shown)

    def _event(self, entry: Entry, forwardings: dict[str, Forwarding], now: Millis) -> Iterator[Line]:
        sentence = event_sentence(entry, now)
        yield Line(entry.id, sentence, partial(EventRow, sentence, entry.at))
        if entry.event is EventCode.FORWARDED:
            one = forwardings.get(json.loads(entry.detail or "{}").get("forwarding", ""))
            if one is not None:
                stamp = (one, one.due_at is not None and one.due_at <= now, local(now).date())
                yield Line(f"forwarding:{one.id}", stamp, partial(ForwardingRow, one, now, self._wishes))
        elif entry.event is EventCode.MERGED and entry.text.isdecimal():
            number = int(entry.text)
            words = tr("Open enquiry {number}").format(number=number)
            yield Line(
                f"merged:{entry.id}", number, partial(ButtonRow, words, partial(self._wishes.enquiry.emit, number))
            )


def _of_what_is_shown(shown: Conversation, earlier: Earlier) -> list[Gap]:
    """The gaps that fall into what is shown; those before it stand where that time is shown."""
    entries = earlier.entries or shown.entries
    older = shown.more or (earlier.there and not earlier.entries)
    return [gap for gap in shown.gaps if not (older and entries and gap.to_at < entries[0].at)]


def _by_office(entry: Entry) -> bool:
    """Whether a note is the word of an office."""
    return bool(entry.detail) and "office" in json.loads(entry.detail)
