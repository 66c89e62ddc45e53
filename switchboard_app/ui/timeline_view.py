"""The conversation as one column from old to new, scrolled to its end, that keeps its place when something comes in.

The newest rows that fit are made at once, older ones in slices of a few milliseconds as one comes near them, so that
opening a long conversation never stops the window. Rows whose line did not change stay. What arrives while one reads
further up is announced by a pill. Refuses to read the store: `conversation` hands in what to show.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look, words
from switchboard_app.ui.chip_button import ChipButton
from switchboard_app.ui.timeline_plan import Line
from switchboard_app.ui.timeline_row import Row

MEASURE = 780
"""The widest column, at 100 %: beyond it, lines would be too long to be read."""
SLICE = 0.006
"""Seconds that making rows may take at a stretch."""
LEAST_TIMELINE = 70
"""Pixels of its height that stay in sight, whatever the composer needs."""
_EDGE, _GAP = 18, 10
_AT_END = 4


class _Column(QWidget):
    """Holds the rows; asks the view to lay them out when one of them has another height."""

    def __init__(self, view: TimelineView) -> None:
        super().__init__()
        self._view = view

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._view.arrange()
        return handled


class _FocusLine(QWidget):
    """Shows that the keys scroll the timeline now."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.focus_ring(QPainter(self), QRectF(self.rect()).adjusted(1, 1, -1, -1), 4)


class TimelineView(QScrollArea):
    """`show_lines(lines, fresh=True)` for another conversation, without `fresh` for a refresh of the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._rows: dict[str, tuple[object, Row]] = {}
        self._at_end = True
        self._to_top = False
        """Home was pressed: stay at the top while the older rows are made."""
        self._arranging = False
        self._column = _Column(self)
        self.setWidget(self._column)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self.pill = ChipButton("", self)
        self.pill.clicked.connect(self.to_end)
        self.pill.hide()
        self._focus_line = _FocusLine(self)
        self._focus_line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._focus_line.hide()
        self._slices = QTimer(self)
        self._slices.setSingleShot(True)
        self._slices.setInterval(0)
        self._slices.timeout.connect(self._make_older)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        look.follow(self.retheme)
        words.follow(self.retranslate)

    # -- what it shows ---------------------------------------------------------------------------------------------

    def show_lines(self, lines: Sequence[Line], *, fresh: bool) -> None:
        """Show these; `fresh` begins at the end, else the place is kept and what is new at the end is announced."""
        known = {line.key for line in self._lines}
        anchor = None if fresh else self._anchor()
        last = self._last_known(lines, known)
        news = not fresh and any(line.news and line.key not in known for line in lines[last + 1 :])
        self._lines = list(lines)
        if fresh:
            self._at_end = True
            self.pill.hide()
        self._drop_old({line.key: line for line in lines})
        self._make_needed(None if fresh else last)
        self._arrange(anchor)
        if news and not self._at_end:
            self._announce()

    def clear(self) -> None:
        """Show nothing."""
        self.show_lines([], fresh=True)

    def remake(self) -> None:
        """Make all rows anew, for instance because the language is another one; the place is kept."""
        anchor = self._anchor()
        self._drop_old({})
        self._make_needed(0)
        self._arrange(anchor)

    def rows(self) -> list[Row]:
        """The rows that were made, oldest first."""
        return [self._rows[line.key][1] for line in self._lines if line.key in self._rows]

    def row(self, key: str) -> Row | None:
        """The row of a line, None while it was not made."""
        made = self._rows.get(key)
        return None if made is None else made[1]

    def complete(self) -> bool:
        """Whether all rows were made."""
        return len(self._rows) == len(self._lines)

    @staticmethod
    def _last_known(lines: Sequence[Line], known: set[str]) -> int:
        """The place of the last line that was there before; what follows it is new at the end."""
        return max((place for place, line in enumerate(lines) if line.key in known), default=-1)

    def _drop_old(self, wanted: dict[str, Line]) -> None:
        for key, (stamp, row) in list(self._rows.items()):
            line = wanted.get(key)
            if line is None or line.stamp != stamp:
                del self._rows[key]
                row.hide()
                row.deleteLater()

    # -- making rows -----------------------------------------------------------------------------------------------

    def _make_needed(self, last: int | None) -> None:
        """Make what will be in sight, and what is new at the end or changed among what was made; the rest later."""
        if last is not None:
            oldest = next((place for place, line in enumerate(self._lines) if line.key in self._rows), last)
            for line in self._lines[oldest:]:
                self._make(line)
        room = max(self.viewport().height(), look.px(400))
        width = self._inner_width()
        tall = 0
        for line in reversed(self._lines):
            tall += self._make(line).heightForWidth(width) + look.px(_GAP)
            if tall > room and last is None:
                break
            if tall > 3 * room:
                break
        self._go_on_making()

    def _go_on_making(self) -> None:
        """Go on with older rows as long as one could soon scroll to them."""
        near = self.verticalScrollBar().value() < 2 * self.viewport().height()
        if not self.complete() and (near or self._little_made() or self._to_top):
            self._slices.start()

    def _little_made(self) -> bool:
        """Whether what was made would not fill the view three times."""
        return self._column.height() < 3 * self.viewport().height()

    def _make(self, line: Line) -> Row:
        made = self._rows.get(line.key)
        if made is not None:
            return made[1]
        row = line.make(self._column)
        self._rows[line.key] = (line.stamp, row)
        width = self._inner_width()
        row.resize(width, row.heightForWidth(width))  # before it is shown, or it is laid out twice
        row.show()
        return row

    def _make_older(self) -> None:
        """One slice of the rows above."""
        anchor = self._anchor()
        end = time.perf_counter() + SLICE
        for line in reversed(self._lines):
            if line.key not in self._rows:
                self._make(line)
                if time.perf_counter() > end:
                    break
        self._arrange(anchor)
        self._go_on_making()
        self._to_top = self._to_top and not self.complete()

    # -- layout ----------------------------------------------------------------------------------------------------

    def _inner_width(self) -> int:
        """The width of the rows. Counted from the whole view, so that the scroll bar stands in the margin."""
        return max(look.px(120), min(self.width() - 2 * look.px(_EDGE), look.px(MEASURE)))

    def arrange(self) -> None:
        """Lay the rows out, keeping the end in sight, or else what stands at the top of the view."""
        if not self._arranging:
            self._arrange(self._anchor())

    def _arrange(self, anchor: tuple[str, int] | None) -> None:
        self._arranging = True
        bar = self.verticalScrollBar()
        width = self._inner_width()
        left = max(look.px(_EDGE), (self.width() - width) // 2)
        y = look.px(14)
        stop, passed = None, anchor is None
        for line in self._lines:
            passed = passed or (anchor is not None and line.key == anchor[0])
            made = self._rows.get(line.key)
            if made is None:
                continue
            row = made[1]
            tall = row.heightForWidth(width)
            row.setGeometry(QRect(left, y, width, tall))
            if passed and stop is None:  # the anchor's row, or the next one when it is gone
                stop = y
            y += tall + look.px(_GAP)
        self._column.resize(self.viewport().width(), max(y + look.px(4), 1))
        if self._to_top:
            bar.setValue(0)
        elif self._at_end or anchor is None:
            bar.setValue(bar.maximum())
        elif stop is not None:
            bar.setValue(stop + anchor[1])
        self._arranging = False
        self._place_pill()

    def _anchor(self) -> tuple[str, int] | None:
        """The line at the top of the view, and how far the top lies below its beginning; None at the end."""
        if self._at_end:
            return None
        top = self.verticalScrollBar().value()
        for line in self._lines:
            made = self._rows.get(line.key)
            if made is not None and made[1].geometry().bottom() >= top:
                return line.key, top - made[1].y()
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._focus_line.setGeometry(self.rect())
        self.arrange()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._focus_line.setVisible(by_key)
        self._focus_line.raise_()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._focus_line.hide()

    def retheme(self) -> None:
        """Lay out anew after a change of text scale."""
        self.retranslate()
        self.arrange()

    def retranslate(self) -> None:
        """Say everything in the language in use; the rows are made anew by who fills the view."""
        self.pill.set_words(tr("New message ↓"))

    def minimumSizeHint(self) -> QSize:
        return QSize(look.px(160), LEAST_TIMELINE)

    # -- scrolling -------------------------------------------------------------------------------------------------

    def _scrolled(self, value: int) -> None:
        if self._arranging:
            return
        self._at_end = value >= self.verticalScrollBar().maximum() - look.px(_AT_END)
        self._to_top = False
        if self._at_end:
            self.pill.hide()
        self._go_on_making()

    def at_end(self) -> bool:
        """Whether the newest entry is in sight."""
        return self._at_end

    def to_end(self) -> None:
        """Show the newest entry."""
        self._at_end = True
        self.pill.hide()
        self.arrange()

    def _announce(self) -> None:
        self.pill.show()
        self.pill.raise_()
        self._place_pill()

    def _place_pill(self) -> None:
        size = self.pill.sizeHint()
        top = self.viewport().height() - size.height() - look.px(look.S3)
        self.pill.setGeometry((self.viewport().width() - size.width()) // 2, top, size.width(), size.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Home and not event.modifiers():
            self.verticalScrollBar().setValue(0)
            self._to_top = True
            self._go_on_making()
        elif event.key() == Qt.Key.Key_End and not event.modifiers():
            self.to_end()
        else:
            super().keyPressEvent(event)
