"""The rows of the palette as Qt's model, and how they are painted: headings, two-line hits, commands with their key.

Holds what was found and nothing else. Used by `palette` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from switchboard_app.ui import look
from switchboard_app.ui.palette_search import Found, Sort, marked

Index = QModelIndex | QPersistentModelIndex

HEADING, LINE, TWO_LINES = 30, 34, 48
_ICONS = {Sort.PERSON: "user", Sort.OFFICE: "building-2", Sort.NUMBER: "message-square", Sort.MORE: "chevron-down"}


class FoundModel(QAbstractListModel):
    """What was found, in groups under headings."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Found] = []
        self.query = ""

    def show(self, rows: Sequence[Found], query: str) -> None:
        """Put these in the place of the old ones."""
        self.beginResetModel()
        self._rows = list(rows)
        self.query = query
        self.endResetModel()

    def relaid(self) -> None:
        """Sizes are others now."""
        self.layoutChanged.emit()

    def row(self, place: int) -> Found | None:
        """What stands at a place."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def next_choice(self, here: int, step: int) -> int:
        """The next row that can be chosen, going round; -1 when there is none."""
        for away in range(1, len(self._rows) + 1):
            place = (here + step * away) % len(self._rows)
            if self._rows[place].sort is not Sort.HEADING:
                return place
        return -1

    def next_group(self, here: int, step: int) -> int:
        """The first row of the next group, or of the one before."""
        firsts = [place + 1 for place, row in enumerate(self._rows) if row.sort is Sort.HEADING]
        beyond = [place for place in firsts if (place - here) * step > 0]
        if not beyond:
            return here
        return min(beyond) if step > 0 else max(beyond)

    def spoken(self, place: int) -> str:
        """A row as a screen reader speaks it."""
        row = self._rows[place]
        return ", ".join(part for part in (row.words, row.detail, row.right) if part)

    def height(self, most: int, room: int) -> int:
        """The height of all rows, within what there is."""
        return max(1, min(sum(row_height(row) for row in self._rows), most, max(room, look.px(TWO_LINES))))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        return self.spoken(index.row())

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row(index.row())
        if row is None or row.sort is Sort.HEADING:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def row_height(row: Found) -> int:
    """How tall a row is."""
    if row.sort is Sort.HEADING:
        return look.px(HEADING)
    return look.px(TWO_LINES if row.detail else LINE)


class FoundDelegate(QStyledItemDelegate):
    """Paints rows of a `FoundModel`."""

    def __init__(self, model: FoundModel, view: QListView) -> None:
        super().__init__(view)
        self._model = model
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        row = self._model.row(index.row())
        return QSize(look.px(120), row_height(row) if row is not None else 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.row(index.row())
        if row is None:
            return
        rect = QRectF(option.rect)
        if row.sort is Sort.HEADING:
            self._paint_heading(painter, rect, row)
            return
        if self._view.currentIndex() == index:
            look.box(painter, rect.adjusted(0, 1, 0, -1), "selected", radius=6)
        inner = rect.adjusted(look.px(look.S2), 0, -look.px(look.S2), 0)
        if row.sort is not Sort.COMMAND:
            self._paint_sign(painter, inner, row)
            inner.setLeft(inner.left() + look.px(34))
        inner.setRight(self._paint_right(painter, inner, row) - look.px(look.S2))
        query = self._model.query
        strong, usual = look.Type.BODY_STRONG, look.Type.BODY
        if row.detail:
            top, low = inner.top() + look.px(5), look.px(19)
            first = QRectF(inner.left(), top, inner.width(), low)
            wide = QRectF(inner.left(), top + low, rect.right() - look.px(look.S2) - inner.left(), low)
            paint_marked(painter, first, row.words, query, look.Type.BODY_MEDIUM, strong, "text")
            paint_marked(painter, wide, row.detail, query, usual, strong, "muted")
        else:
            tone = "accent" if row.sort is Sort.MORE else "text"
            paint_marked(painter, inner, row.words, query, usual, strong, tone)

    def _paint_heading(self, painter: QPainter, rect: QRectF, row: Found) -> None:
        inner = rect.adjusted(look.px(look.S2), look.px(look.S2), -look.px(look.S2), 0)
        if row.right:
            width = look.text_width(row.right, look.Type.SMALL)
            spot = QRectF(inner.right() - width, inner.top(), width, inner.height())
            look.text(painter, spot, row.right, look.Type.SMALL, "muted")
        look.text(painter, inner, row.words, look.Type.SMALL_STRONG, "muted")

    def _paint_sign(self, painter: QPainter, inner: QRectF, row: Found) -> None:
        side = look.px(look.MARK - 4)
        spot = QRectF(inner.left(), inner.center().y() - side / 2, side, side)
        if row.channel:
            look.channel_mark(painter, spot, row.channel)
            return
        small = look.px(16)
        spot = QRectF(spot.center().x() - small / 2, round(inner.center().y() - small / 2), small, small)
        look.paint_icon(painter, spot, _ICONS.get(row.sort, "search"), "muted")

    def _paint_right(self, painter: QPainter, inner: QRectF, row: Found) -> float:
        """What stands at the right; returns where it begins."""
        if not row.right:
            return inner.right()
        if row.sort is Sort.COMMAND:
            cap = look.key_cap_size(row.right)
            left = inner.right() - cap.width()
            spot = QRectF(left, inner.center().y() - cap.height() / 2, cap.width(), cap.height())
            look.paint_key_cap(painter, spot, row.right)
            return left
        width = min(look.text_width(row.right, look.Type.SECONDARY), inner.width() / 3)
        tall = look.px(19)
        top = inner.top() + look.px(5) if row.detail else inner.center().y() - tall / 2
        look.text(painter, QRectF(inner.right() - width, top, width, tall), row.right, look.Type.SECONDARY, "muted")
        return inner.right() - width


def paint_marked(
    painter: QPainter, rect: QRectF, words: str, query: str, usual: look.Type, strong: look.Type, tone: str
) -> None:
    """One line whose words that match the query are heavier; cut with "…" where the room ends."""
    at = 0
    left = rect.left()
    parts: list[tuple[str, look.Type]] = []
    for start, end in marked(words, query):
        parts += [(words[at:start], usual), (words[start:end], strong)]
        at = end
    parts.append((words[at:], usual))
    for part, role in parts:
        room = rect.right() - left
        if not part or room < look.px(look.S2):
            continue
        width = look.metrics(role).horizontalAdvance(part)
        look.text(painter, QRectF(left, rect.top(), min(width, room), rect.height()), part, role, tone)
        left += width
