"""The offices that a search found, as a short list below its field: name, topic, phone and opening.

Three lines a hit, a fixed number in sight, so that nothing moves while one types. Holds matches only; who searches and
who chooses is `office_field` (phone note) or `directory_sheet` (browsing). The focus never comes here: the list follows
the field's arrow keys (`follow_keys`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.model.office import OfficeMatch
from switchboard_app.model.times import Millis
from switchboard_app.ui import look, words
from switchboard_app.ui.plain import plain_text
from switchboard_app.ui.text.offices import contact_line

Index = QModelIndex | QPersistentModelIndex

ROW = 60
IN_SIGHT = 3
_PAD = 5
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -3, Qt.Key.Key_PageDown: 3}


class HitModel(QAbstractListModel):
    """The matches, best first."""

    def __init__(self, clock: Callable[[], Millis], parent: QWidget | None = None, *, browsing: bool = False) -> None:
        super().__init__(parent)
        self._clock = clock
        self.browsing = browsing
        self._matches: tuple[OfficeMatch, ...] = ()

    def show(self, matches: Sequence[OfficeMatch]) -> None:
        """Put these in the place of the old ones."""
        self.beginResetModel()
        self._matches = tuple(matches)
        self.endResetModel()

    def hit(self, row: int) -> OfficeMatch | None:
        """The match of a row."""
        return self._matches[row] if 0 <= row < len(self._matches) else None

    def lines(self, row: int) -> tuple[str, str, str]:
        """What a row shows: name, topic, phone and opening."""
        match = self._matches[row]
        office = match.office
        topic = match.topic or (office.topics[0].name if office.topics else office.department)
        contact = contact_line(office, self._clock())
        mail = "" if office.email else tr("takes no e-mail")
        if self.browsing:
            topic = " · ".join((office.department, *(one.name for one in office.topics)))
            mail = office.email or mail
        contact = " · ".join(part for part in (contact, mail) if part)
        return office.title, topic, contact

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._matches)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        return plain_text(", ".join(part for part in self.lines(index.row()) if part))


class _HitDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(look.px(120), look.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, HitModel)
        name, topic, contact = (plain_text(part) for part in model.lines(index.row()))
        rect = QRectF(option.rect)
        view = self.parent()
        chosen = isinstance(view, QListView) and view.currentIndex().row() == index.row()
        if chosen:
            look.box(painter, rect, "selected", radius=5)
        inner = rect.adjusted(look.px(look.S2), look.px(6), -look.px(look.S2), -look.px(5))
        tall, small = look.px(19), look.px(15)
        if chosen and not model.browsing:
            width = look.text_width("⏎", look.Type.BODY)
            look.text(painter, QRectF(inner.right() - width - look.px(4), inner.top(), width, tall), "⏎", tone="accent")
        role = look.Type.BODY_STRONG if chosen else look.Type.BODY
        first = QRectF(inner.left(), inner.top(), inner.width() - look.px(28), tall)
        look.text(painter, first, name, role)
        below = QRectF(inner.left(), inner.top() + tall, inner.width(), small)
        look.text(painter, below, topic, look.Type.SMALL, "muted")
        look.text(painter, below.translated(0, small), contact, look.Type.SMALL, "muted")


class OfficeHits(QWidget):
    """The box with the list. `chosen` when a person takes a row by mouse."""

    chosen = Signal(object)
    """The OfficeMatch."""
    moved = Signal()
    """The arrow keys chose another row as the current one."""

    def __init__(
        self,
        clock: Callable[[], Millis],
        parent: QWidget | None = None,
        *,
        in_sight: int = IN_SIGHT,
        browsing: bool = False,
    ) -> None:
        super().__init__(parent)
        self._in_sight = in_sight
        self.model = HitModel(clock, self, browsing=browsing)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(_HitDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerItem)
        self.list.clicked.connect(self._clicked)
        self._words = look.Label("", look.Type.SMALL, "muted", self, wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.addWidget(self.list)
        column.addWidget(self._words)
        self._column = column
        look.follow(self.retheme)
        words.follow(self.retranslate)
        self.show_matches((), "")

    def retheme(self) -> None:
        pad = look.px(_PAD)
        self._column.setContentsMargins(pad, pad, pad, pad)
        self.setFixedHeight(self._in_sight * look.px(ROW) + 2 * pad)
        self.list.doItemsLayout()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.list.setAccessibleName(tr("Offices found"))
        self.list.viewport().update()

    def show_matches(self, matches: Sequence[OfficeMatch], words: str) -> None:
        """Show these, the first one current; with none, `words` in their place."""
        self.model.show(matches)
        self.list.setVisible(bool(matches))
        self._words.setVisible(not matches)
        self._words.setText(words)
        if matches:
            self.list.setCurrentIndex(self.model.index(0))
            self.list.scrollToTop()
        self.update()

    def current(self) -> OfficeMatch | None:
        """The row that Enter would take."""
        return self.model.hit(self.list.currentIndex().row()) if self.list.isVisibleTo(self) else None

    def step(self, by: int) -> OfficeMatch | None:
        """Go up or down, and stay at the ends; returns the row's match."""
        count = self.model.rowCount()
        if not count:
            return None
        row = min(max(self.list.currentIndex().row() + by, 0), count - 1)
        self.list.setCurrentIndex(self.model.index(row))
        self.list.scrollTo(self.model.index(row))
        self.list.viewport().update()
        return self.current()

    def follow_keys(self, field: QWidget) -> None:
        """Let the arrow keys of `field` move in the list."""
        field.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        by = _STEPS.get(Qt.Key(event.key())) if plain else None
        if by is None:
            return False
        self.step(by)
        self.moved.emit()
        return True

    def _clicked(self, index: QModelIndex) -> None:
        match = self.model.hit(index.row())
        if match is not None:
            self.list.viewport().update()
            self.chosen.emit(match)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.list.isVisibleTo(self):
            look.box(QPainter(self), QRectF(self.rect()), "pane", "control_line")
