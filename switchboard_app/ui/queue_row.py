"""How a row of the queue is painted: mark, name and time, the beginning of what was written, chips.

What a row needs is laid out once for its width and minute and kept; painting only draws. Refuses to read anything: the
model has the row, or a placeholder is painted while it is being read. Used by `queue_view` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from switchboard_app.model.enquiry import EnquiryState, QueueRow
from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.ui import look
from switchboard_app.ui.plain import plain_text
from switchboard_app.ui.queue_model import QueueModel
from switchboard_app.ui.text.due import queue_chips
from switchboard_app.ui.text.rows import row_name, row_time

KEPT = 600
"""Rows whose layout is kept; more than are ever loaded at once."""
EDGE, TEXT = 14, 50
"""Where the mark and the words begin, in pixels at 100 %."""


@dataclass(frozen=True, slots=True)
class _Laid:
    """One row laid out for a width and a minute."""

    row: QueueRow
    width: int
    minute: int
    name: look.StillText
    time: look.StillText
    words: look.StillText
    chips: look.StillChips


class QueueRowDelegate(QStyledItemDelegate):
    """Paints rows of a `QueueModel`. `selected` is the enquiry that is open, whether its row is loaded or not."""

    def __init__(self, model: QueueModel, me: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._me = me
        self._laid: dict[EnquiryId, _Laid] = {}
        self.now = Millis(0)
        self.compact = False
        self.selected: EnquiryId | None = None
        self.ring = False
        """Whether the row in focus shows a ring: the keyboard came by Tab."""

    def forget(self) -> None:
        """Lay everything out anew: theme, scale, language or width changed."""
        self._laid.clear()

    def height(self) -> int:
        """The height of a row with the line below it."""
        return look.px(look.ROW_COMPACT if self.compact else look.ROW)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(look.px(200), self.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        row = self._model.row(index.row())
        chosen = row is not None and row.id == self.selected
        if chosen:
            painter.fillRect(rect, look.color("selected"))
            painter.fillRect(QRect(rect.left(), rect.top(), look.px(3), rect.height() - 1), look.color("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look.color("hover"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), look.color("line"))
        if row is None:
            self._paint_unread_yet(painter, rect)
            return
        self._paint_row(painter, rect, self._layout(row, rect.width()))
        if self.ring and state & QStyle.StateFlag.State_HasFocus:
            look.focus_ring(painter, QRectF(rect).adjusted(1, 1, -1, -2), 4)

    # -- laying out --------------------------------------------------------------------------------------------------

    def _layout(self, row: QueueRow, width: int) -> _Laid:
        minute = self.now // MINUTE
        laid = self._laid.get(row.id)
        same = laid is not None and (laid.row is row or laid.row == row)  # read again, it is another object
        if laid is None or not same or laid.width != width or laid.minute != minute:
            if len(self._laid) >= KEPT:
                self._laid.clear()
            laid = self._lay_out(row, width, minute)
            self._laid[row.id] = laid
        return laid

    def _lay_out(self, row: QueueRow, width: int, minute: int) -> _Laid:
        inner = width - look.px(TEXT) - look.px(EDGE)
        time = look.StillText(row_time(row.last_at, self.now))
        shown = [look.Chip(plain_text(chip.text), chip.tone) for chip in queue_chips(row, self.now, self._me)]
        if self.compact:
            chips = look.StillChips(shown, inner // 2, 2)
            room = inner - chips.width - (look.px(look.S2) if shown else 0)
        else:
            chips, room = look.StillChips(shown, inner), inner
        role = look.Type.BODY_STRONG if row.unread else look.Type.BODY_MEDIUM
        return _Laid(
            row=row,
            width=width,
            minute=minute,
            name=look.StillText(row_name(row), role, inner - time.width - look.px(look.S2)),
            time=time,
            words=look.StillText(plain_text(row.excerpt), look.Type.BODY, room),
            chips=chips,
        )

    # -- painting ----------------------------------------------------------------------------------------------------

    def _paint_row(self, painter: QPainter, rect: QRect, laid: _Laid) -> None:
        """Mark, name and time, words, chips; compact rows have their chips beside the words."""
        px = look.px
        top = rect.top() + px(8 if self.compact else 9)
        left, right = rect.left() + px(TEXT), rect.right() + 1 - px(EDGE)
        line, muted = px(18), look.color("muted")
        side = px(look.MARK)
        mark = look.still_mark(laid.row.channel.value, side, painter.device().devicePixelRatioF())
        painter.setOpacity(0.55 if laid.row.state is EnquiryState.DONE else 1)
        painter.drawPixmap(rect.left() + px(EDGE), top, mark)
        painter.setOpacity(1)
        laid.name.paint(painter, left, top, line, look.color("text"))
        laid.time.paint(painter, right - laid.time.width, top, line, muted)
        laid.words.paint(painter, left, top + px(20), line, muted)
        if self.compact:
            laid.chips.paint(painter, right - laid.chips.width, top + px(20))
        else:
            laid.chips.paint(painter, left, top + px(41))

    def _paint_unread_yet(self, painter: QPainter, rect: QRect) -> None:
        """Grey bars where the words of a row that is being read will be."""
        px = look.px
        left, top = rect.left() + px(TEXT), rect.top() + px(12)
        side = px(look.MARK)
        look.box(painter, QRectF(rect.left() + px(EDGE), top - px(3), side, side), "neutral_ground", radius=6)
        look.box(painter, QRectF(left, top, px(110), px(10)), "neutral_ground", radius=4)
        look.box(painter, QRectF(left, top + px(20), rect.width() - left - px(60), px(10)), "neutral_ground", radius=4)
