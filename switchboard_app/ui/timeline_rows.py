"""The plain lines of a conversation's timeline: day, event, message, internal note, the office's word, phone note.

They show citizens' words as plain text. Painted where that is enough, with widgets where something can be marked,
pressed or reached by Tab. Refuses to act: what a person wants goes out by `Wishes`. Made by `timeline_plan`.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.model.entry import Direction, Entry
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis, clock_time
from switchboard_app.ui import look
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.message_text import chips_below, paragraph
from switchboard_app.ui.plain import marks, plain_text
from switchboard_app.ui.quoted_part import QuotedPart, new_words, quoted_part
from switchboard_app.ui.text.message import meta_line, phone_note_head, spoken
from switchboard_app.ui.timeline_row import Row, Wishes

SIDE, TOP = 13, 9
_SHARE = 0.86
"""How much of the column a message may take, so that one sees at a glance whose it is."""


class _Centred(Row):
    """Muted words in the middle; on one line between hairlines where they fit, else wrapped."""

    def __init__(self, words: str, parent: QWidget | None = None, *, line: bool) -> None:
        super().__init__(parent)
        self._words = plain_text(words)
        self._line = line
        self._block: look.TextBlock | None = None
        self.setAccessibleName(self._words)
        look.follow(self.retheme)

    def words(self) -> str:
        """What it says."""
        return self._words

    def measure(self, width: int) -> int:
        room = width - 2 * look.px(look.S5)
        if look.text_width(self._words, look.Type.SECONDARY) + 2 * look.px(look.S3) <= room:
            self._block = None
            return look.metrics(look.Type.SECONDARY).height() + look.px(4)
        self._block = look.TextBlock(self._words, look.Type.SECONDARY, max(room, 1), centred=True)
        return round(self._block.height) + look.px(4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._block is None:
            painter.setFont(look.font(look.Type.SECONDARY))
            look.paint_event_line(painter, QRectF(self.rect()), self._words, line=self._line)
        else:
            self._block.paint(painter, QPointF(look.px(look.S5), look.px(2)), "muted")


class DayRow(_Centred):
    """The heading of a day, or of the earlier conversation."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent, line=False)


class EventRow(_Centred):
    """What happened: «Marco Lüthi took over · 09:44»."""

    def __init__(self, sentence: str, at: Millis, parent: QWidget | None = None) -> None:
        super().__init__(f"{sentence} · {clock_time(at)}", parent, line=True)


class MessageRow(Row):
    """A message of the citizen (left) or to the citizen (right).

    `extras` stand between the bubble and the small line: attachments, a card about the delivery. Those that expand
    take as much room as a message may.
    """

    def __init__(
        self, entry: Entry, now: Millis, wishes: Wishes, extras: Sequence[QWidget] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.entry = entry
        self._out = entry.direction is not Direction.IN
        self._meta = meta_line(entry, now)
        self._meta_block: tuple[int, look.TextBlock] | None = None
        self._meta_at = QPointF()
        self._bubble = QRectF()
        self._natural = -1
        self.text: look.Paragraph | None = None
        self.quoted: QuotedPart | None = None
        self._parts: list[QWidget] = []
        if entry.text:
            words = new_words(entry)
            self.text = paragraph(words, self, "bubble_out_text" if self._out else "bubble_in_text")
            chips = chips_below(self.text, words, wishes, self)
            self.quoted = quoted_part(entry, self.text, self._text_changed, self)
            self._parts += [part for part in (chips, self.quoted) if part is not None]
        for extra in extras:
            extra.setParent(self)
            self._parts.append(extra)
        odd = not self._out and marks(entry.author)
        self._odd = look.ChipLabel(tr("Look twice at this name"), look.Tone.LATE, self) if odd else None
        self.setAccessibleName(spoken(entry))
        look.follow(self.retheme)

    def meta(self) -> str:
        """The small line below."""
        return self._meta

    def retheme(self) -> None:
        self._natural = -1
        self._meta_block = None
        super().retheme()

    def _text_changed(self) -> None:
        self._natural = -1
        self.remeasure()
        self._arrange(self.width(), move=True)
        self.update()

    def measure(self, width: int) -> int:
        return self._arrange(width, move=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width(), move=True)

    def _arrange(self, width: int, *, move: bool) -> int:
        """Put bubble, parts and the small line below each other; returns the height."""
        most = min(round(width * _SHARE), look.px(look.READABLE + 2 * SIDE))
        y = self._arrange_text(width, most, move=move)
        for part in self._parts:
            expands = part.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Expanding
            wide = most if expands else min(part.sizeHint().width(), most)
            tall = part.heightForWidth(wide) if part.hasHeightForWidth() else part.sizeHint().height()
            y += look.px(6) if y else 0
            if move:
                part.setGeometry(width - wide if self._out else 0, y, wide, tall)
            y += tall
        return self._arrange_meta(width, y + look.px(5), move=move)

    def _arrange_text(self, width: int, most: int, *, move: bool) -> int:
        if self.text is None:
            return 0
        side, top = look.px(SIDE), look.px(TOP)
        if self._natural < 0:
            self._natural = _natural_width(self.text.text(), most)
        wide = min(self._natural + 2 * side, most)
        tall = self.text.heightForWidth(wide - 2 * side)
        left = width - wide if self._out else 0
        if move:
            self._bubble = QRectF(left, 0, wide, tall + 2 * top)
            self.text.setGeometry(left + side, top, wide - 2 * side, tall)
        return tall + 2 * top

    def _arrange_meta(self, width: int, y: int, *, move: bool) -> int:
        """The small line; the mark of an odd name stands before it."""
        left, tall = 0, 0
        if self._odd is not None:
            size = self._odd.sizeHint()
            left, tall = min(size.width() + look.px(6), width // 2), size.height()
            if move:
                self._odd.setGeometry(0, y, left - look.px(6), tall)
        if self._meta_block is None or self._meta_block[0] != width:
            self._meta_block = width, look.TextBlock(self._meta, look.Type.SMALL, max(1, width - left))
        block = self._meta_block[1]
        if move:
            self._meta_at = QPointF(width - block.natural_width if self._out else left, y)
        return y + max(round(block.height), tall)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._bubble.isEmpty():
            look.bubble(painter, self._bubble, out=self._out)
        if self._meta_block is not None:
            self._meta_block[1].paint(painter, self._meta_at, "muted")


def _natural_width(text: str, most: int) -> int:
    """How wide the text is on unbroken lines, as far as it matters."""
    widest = 0
    for line in text.split("\n"):
        widest = max(widest, look.text_width(line[:400]) + 2)
        if widest > most:
            break
    return widest


class BoxRow(Row):
    """A box across the whole column: a small heading, the words, perhaps more in `column`."""

    def __init__(
        self, ground: str, line: str, heading: str, text: str, wishes: Wishes, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._ground, self._line = ground, line
        self.column = QVBoxLayout(self)
        self.heading = look.Label(heading, look.Type.SMALL, "muted", self, wrap=True)
        self.column.addWidget(self.heading)
        self.text = paragraph(text, self, "text")
        self.column.addWidget(self.text)
        chips = chips_below(self.text, text, wishes, self)
        if chips is not None:
            self.column.addWidget(chips)
        self.setAccessibleName(plain_text(heading))
        look.follow(self.retheme)

    def retheme(self) -> None:
        side, top = look.px(SIDE), look.px(TOP)
        self.column.setContentsMargins(side, top, side, top)
        self.column.setSpacing(look.px(3))
        super().retheme()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), self._ground, self._line)


class NoteRow(BoxRow):
    """An internal note: full width and in the note's colours, so that nobody takes it for an answer."""

    def __init__(self, entry: Entry, wishes: Wishes, parent: QWidget | None = None) -> None:
        heading = tr("Internal note · {name} · {time}").format(name=entry.author, time=clock_time(entry.at))
        super().__init__("note_ground", "note_line", heading, entry.text, wishes, parent)


class OfficeWordRow(BoxRow):
    """What an office said, as somebody here entered it or as it came by mail, then with its files in `extras`."""

    def __init__(
        self, entry: Entry, wishes: Wishes, parent: QWidget | None = None, extras: Sequence[QWidget] = ()
    ) -> None:
        heading = tr("Word of the office · {name} · {time}").format(name=entry.author, time=clock_time(entry.at))
        super().__init__("accent_ground", "line", heading, new_words(entry), wishes, parent)
        self.quoted = quoted_part(entry, self.text, self.remeasure, self)
        if self.quoted is not None:
            self.column.addWidget(self.quoted, 0, Qt.AlignmentFlag.AlignLeft)
        for extra in extras:
            self.column.addWidget(extra)


class PhoneNoteRow(BoxRow):
    """What was said in a call: caller, the concern, what is to be done, how urgent."""

    def __init__(self, entry: Entry, wishes: Wishes, parent: QWidget | None = None) -> None:
        head = phone_note_head(entry)
        heading = tr("Phone note · {name} · {time}").format(name=entry.author, time=clock_time(entry.at))
        super().__init__("window", "line", heading, entry.text, wishes, parent)
        self.caller = look.Label(head.caller, look.Type.BODY_STRONG, "text", self, wrap=True, selectable=True)
        self.column.insertWidget(1, self.caller)
        chips = QWidget(self)
        flow = Flow(chips, gap=look.px(6), line_gap=look.px(4))
        flow.addWidget(look.ChipLabel(head.action, look.Tone.NEUTRAL, chips))
        if head.urgent:
            flow.addWidget(look.ChipLabel(tr("Urgent"), look.Tone.BAD, chips))
        self.column.addWidget(chips, 0, Qt.AlignmentFlag.AlignLeft)
        self.setAccessibleName(plain_text(f"{heading}, {head.caller}"))
