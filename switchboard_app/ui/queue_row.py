"""How a row of the queue is painted: mark, name and time, the beginning of what was written, chips.

What a row needs is laid out once for its width and minute and kept; painting only draws. Refuses to read anything: the
model has the row, or a placeholder is painted while it is being read. Used by `queue_view` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
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
    name: str
    name_role: look.Type
    time: str
    time_width: int
    words: str
    chips: tuple[tuple[look.Chip, int], ...]
    """Each with the width it gets."""


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
        if self.compact:
            self._paint_compact(painter, rect, self._layout(row, rect.width()))
        else:
            self._paint_row(painter, rect, self._layout(row, rect.width()))
        if self.ring and state & QStyle.StateFlag.State_HasFocus:
            look.focus_ring(painter, QRectF(rect).adjusted(1, 1, -1, -2), 4)

    # -- laying out --------------------------------------------------------------------------------------------------

    def _layout(self, row: QueueRow, width: int) -> _Laid:
        minute = self.now // MINUTE
        laid = self._laid.get(row.id)
        if laid is None or laid.row is not row or laid.width != width or laid.minute != minute:
            if len(self._laid) >= KEPT:
                self._laid.clear()
            laid = self._lay_out(row, width, minute)
            self._laid[row.id] = laid
        return laid

    def _lay_out(self, row: QueueRow, width: int, minute: int) -> _Laid:
        px = look.px
        inner = width - px(TEXT) - px(EDGE)
        time = row_time(row.last_at, self.now)
        time_width = look.text_width(time)
        role = look.Type.BODY_STRONG if row.unread else look.Type.BODY_MEDIUM
        right = Qt.TextElideMode.ElideRight
        name_room = inner - time_width - px(look.S2)
        words_room = inner
        chips = self._chips(row, inner if not self.compact else inner // 2)
        if self.compact and chips:
            words_room = inner - sum(wide for _, wide in chips) - px(look.S1) * len(chips) - px(look.S2)
        return _Laid(
            row=row,
            width=width,
            minute=minute,
            name=look.metrics(role).elidedText(row_name(row), right, name_room),
            name_role=role,
            time=time,
            time_width=time_width,
            words=look.metrics().elidedText(plain_text(row.excerpt), right, max(0, words_room)),
            chips=chips,
        )

    def _chips(self, row: QueueRow, room: int) -> tuple[tuple[look.Chip, int], ...]:
        """The chips that fit, the last one shortened."""
        made: list[tuple[look.Chip, int]] = []
        gap, least = look.px(6), look.px(40)
        for chip in queue_chips(row, self.now, self._me):
            shown = look.Chip(plain_text(chip.text), chip.tone)
            wide = min(look.chip_size(shown).width(), room)
            if wide < min(least, look.chip_size(shown).width()):
                break
            made.append((shown, wide))
            room -= wide + gap
            if self.compact and len(made) == 2:
                break
        return tuple(made)

    # -- painting ----------------------------------------------------------------------------------------------------

    def _paint_row(self, painter: QPainter, rect: QRect, laid: _Laid) -> None:
        px = look.px
        top = rect.top() + px(9)
        line = px(18)
        left = rect.left() + px(TEXT)
        self._paint_mark(painter, rect.left(), top, laid.row, px(look.MARK))
        self._paint_first_line(painter, rect, left, top, laid)
        words = QRectF(left, top + px(20), rect.right() - px(EDGE) - left, line)
        look.text(painter, words, laid.words, look.Type.BODY, "muted")
        self._paint_chips(painter, left, top + px(41), laid)

    def _paint_compact(self, painter: QPainter, rect: QRect, laid: _Laid) -> None:
        px = look.px
        top = rect.top() + px(8)
        left = rect.left() + px(TEXT)
        self._paint_mark(painter, rect.left(), top + px(1), laid.row, px(look.MARK))
        self._paint_first_line(painter, rect, left, top, laid)
        right = rect.right() - px(EDGE)
        wide = sum(each for _, each in laid.chips) + px(6) * max(0, len(laid.chips) - 1)
        words = QRectF(left, top + px(20), right - wide - px(look.S2) - left, px(18))
        look.text(painter, words, laid.words, look.Type.BODY, "muted")
        self._paint_chips(painter, right - wide, top + px(20), laid)

    def _paint_mark(self, painter: QPainter, left: int, top: int, row: QueueRow, side: int) -> None:
        if row.state is EnquiryState.DONE:
            painter.setOpacity(0.55)
        look.channel_mark(painter, QRectF(left + look.px(EDGE), top, side, side), row.channel.value)
        painter.setOpacity(1)

    def _paint_first_line(self, painter: QPainter, rect: QRect, left: int, top: int, laid: _Laid) -> None:
        right = rect.right() - look.px(EDGE)
        line = look.px(18)
        spot = QRectF(right - laid.time_width, top, laid.time_width, line)
        look.text(painter, spot, laid.time, look.Type.BODY, "muted")
        look.text(painter, QRectF(left, top, spot.left() - left, line), laid.name, laid.name_role)

    def _paint_chips(self, painter: QPainter, left: float, top: float, laid: _Laid) -> None:
        for chip, wide in laid.chips:
            look.paint_chip(painter, QRectF(left, top, wide, look.px(look.CHIP)), chip)
            left += wide + look.px(6)

    def _paint_unread_yet(self, painter: QPainter, rect: QRect) -> None:
        """Grey bars where the words of a row that is being read will be."""
        px = look.px
        left, top = rect.left() + px(TEXT), rect.top() + px(12)
        side = px(look.MARK)
        look.box(painter, QRectF(rect.left() + px(EDGE), top - px(3), side, side), "neutral_ground", radius=6)
        look.box(painter, QRectF(left, top, px(110), px(10)), "neutral_ground", radius=4)
        look.box(painter, QRectF(left, top + px(20), rect.width() - left - px(60), px(10)), "neutral_ground", radius=4)
