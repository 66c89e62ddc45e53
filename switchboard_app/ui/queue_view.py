"""The list of enquiries: keeps its place while rows come and go, and says which enquiry was opened.

A table of one column, because Qt lays out only what of it is seen. A refresh never moves the row under the pointer:
what comes in above it goes out of sight and is announced (`news`); what cannot be taken in so waits until the pointer
has gone. Selection is kept by enquiry, not by row. Refuses to act on enquiries: the main window does.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from switchboard_app.model.ids import EnquiryId
from switchboard_app.store import queue
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.queue_model import Moved, Outlook, QueueModel
from switchboard_app.ui.queue_row import QueueRowDelegate

AWAY = 700
"""Milliseconds after the pointer left until what waits comes in."""
RESTS = 15_000
"""Milliseconds without a move after which a pointer over the list is no longer in use."""
FLICKING = 140
"""Rows that follow each other faster than this are opened only where the flicking ends."""
TICK = 20_000


class QueueView(QTableView):
    """Shows a `QueueModel`."""

    opened = Signal(str)
    """The id of the enquiry that a person went to."""
    news = Signal(int)
    """So many rows came in above what is seen, or wait; 0 when the operator has looked."""
    left_place = Signal()
    """Scrolled or selected: what `place` says is another."""

    def __init__(self, bridge: Bridge, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._model = model
        self._rows = QueueRowDelegate(model, bridge.me, self)
        self._pointer: QPoint | None = None
        self._news = 0
        self._held = False
        self._pushed = False
        self._restoring = False
        self._value = 0
        self._last_place: int | None = None
        self._awaited = False
        self._return_to: tuple[EnquiryId, int] | None = None
        self._since_opened = QElapsedTimer()
        self._opens = self._timer(FLICKING, self._open_selected)
        self._away = self._timer(AWAY, self._pointer_gone)
        self._rests = self._timer(RESTS, self._pointer_gone)
        self._set_up()
        model.serve(self._outlook, self._keeps)
        model.moving.connect(self._remember)
        model.moved.connect(self._put_back)
        model.held.connect(self._hold)
        model.dataChanged.connect(self._rows_read)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.clicked.connect(self._clicked)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK)
        self._tick.timeout.connect(self.viewport().update)
        self._tick.start()
        look.follow(self.retheme)
        words.follow(self._rows.forget)

    def _timer(self, millis: int, then: object) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(millis)
        made.timeout.connect(then)
        return made

    def _set_up(self) -> None:
        # Asked for a widget that it made itself, Qt's binding looks through all classes of widgets there are (25 ms).
        self.setViewport(QWidget(self))
        self.setModel(self._model)
        self.setItemDelegate(self._rows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setStretchLastSection(True)
        across.setMinimumSectionSize(1)
        across.hide()
        down.hide()
        down.setMinimumSectionSize(1)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def retheme(self) -> None:
        """Rows as high as scale and density want, with the same row at the top."""
        old = max(1, self.verticalHeader().defaultSectionSize())
        top, rest = divmod(self.verticalScrollBar().value(), old)
        self._rows.forget()
        height = self._rows.height()
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalScrollBar().setSingleStep(height // 2)
        self.updateGeometries()
        self.verticalScrollBar().setValue(top * height + rest * height // old)
        self.viewport().update()

    def set_compact(self, compact: bool) -> None:
        """Rows of 56 instead of 76 pixels."""
        if compact != self._rows.compact:
            self._rows.compact = compact
            self.retheme()

    # -- selection ---------------------------------------------------------------------------------------------------

    def selected(self) -> EnquiryId | None:
        """The enquiry that is open, whether the list shows it or not."""
        return self._rows.selected

    def select(self, enquiry: EnquiryId | None) -> None:
        """Mark an enquiry as the open one, without opening it and without moving the list."""
        self._rows.selected = enquiry
        self._point_at_selected()
        self.viewport().update()
        self.left_place.emit()

    def step(self, rows: int) -> None:
        """Go so many rows on from the open enquiry, or from where it was."""
        self._pointer = None
        selected = self._rows.selected
        if selected is not None and self._model.place(selected) is None and self._model.total():
            self._bridge.start("queue step", self._step_from_afar(selected, rows))
            return
        here = self._model.place(selected) if selected is not None else None
        self._go_from(here, rows)

    async def _step_from_afar(self, selected: EnquiryId, rows: int) -> None:
        """The open enquiry is far from what is loaded, or not in this list any more."""
        wanted = self._model.filter()
        here = None if wanted is None else await self._bridge.ask(queue.position, wanted, selected)
        self._go_from(here, rows)

    def _go_from(self, here: int | None, rows: int) -> None:
        if here is not None:
            target = here + rows
        elif self._last_place is None:
            target = 0
        else:  # its row has gone: the next one stands in its place
            target = self._last_place + (rows - 1 if rows > 0 else rows)
        target = min(max(target, 0), self._model.total() - 1)
        if target >= 0:
            index = self._model.index(target, 0)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _point_at_selected(self) -> None:
        """Qt's current row follows the open enquiry; nothing is opened and nothing scrolls by it."""
        was, self._restoring = self._restoring, True
        scrolls = self.hasAutoScroll()
        self.setAutoScroll(False)
        selected = self._rows.selected
        place = None if selected is None else self._model.place(selected)
        if place is not None:
            self._last_place = place
        index = QModelIndex() if place is None else self._model.index(place, 0)
        if self.currentIndex() != index:
            self.setCurrentIndex(index)
        self.setAutoScroll(scrolls)
        self._restoring = was

    def _current_changed(self, now: QModelIndex, _before: QModelIndex) -> None:
        if self._restoring or not now.isValid():
            return
        row = self._model.row(now.row())
        self._awaited = row is None
        self._last_place = now.row()
        if row is not None:
            self._go_to(row.id)

    def _clicked(self, index: QModelIndex) -> None:
        row = self._model.row(index.row())
        if row is not None and row.id != self._rows.selected:
            self._go_to(row.id)

    def _rows_read(self, first: QModelIndex, last: QModelIndex) -> None:
        """Rows came that were waited for: one of them may be where the keyboard already is."""
        here = self.currentIndex().row()
        if self._awaited and first.row() <= here <= last.row():
            self._current_changed(self.currentIndex(), QModelIndex())

    def _go_to(self, enquiry: EnquiryId) -> None:
        self._rows.selected = enquiry
        self.viewport().update()
        if self._since_opened.isValid() and self._since_opened.elapsed() < FLICKING:
            self._opens.start()
        else:
            self._open_selected()
        self._since_opened.restart()
        self.left_place.emit()

    def _open_selected(self) -> None:
        self._opens.stop()
        if self._rows.selected is not None:
            self.opened.emit(self._rows.selected)

    # -- keeping the place -------------------------------------------------------------------------------------------

    def return_to(self, enquiry: EnquiryId | None, offset: int = 0) -> None:
        """When the next list is there, show this enquiry in its first row, moved up by `offset` pixels."""
        self._return_to = None if enquiry is None else (enquiry, offset)

    def place(self) -> tuple[EnquiryId | None, int]:
        """What `return_to` wants to come back here; None at the top of the list."""
        value = self.verticalScrollBar().value()
        height = self._rows.height()
        row = self._model.row(value // height) if value > 0 else None
        return (None, 0) if row is None else (row.id, value % height)

    def to_top(self) -> None:
        """Go to the top and take in what waits there."""
        self._pointer = None
        self._settle_news()
        if self._held:
            self._held = False
            self._model.refresh()
        self.scrollToTop()

    def _outlook(self) -> Outlook:
        """What the model is told of what is looked at."""
        if self._return_to is not None and not self._model.ready():
            return Outlook(anchors=(self._return_to[0],))
        height = self._rows.height()
        value = self.verticalScrollBar().value()
        first = value // height
        last = (value + max(self.viewport().height(), height)) // height
        return Outlook(first, last, self._anchors(first, last, value))

    def _anchors(self, first: int, last: int, value: int) -> tuple[EnquiryId, ...]:
        """The row under the pointer, else the open one, else the first that is seen; none at the top of the list."""
        middle: int | None = None
        if self._pointer is not None:
            middle = (self._pointer.y() + value) // self._rows.height()
        elif value > 0:
            open_at = self._model.place(self._rows.selected) if self._rows.selected is not None else None
            middle = open_at if open_at is not None and first <= open_at <= last else first
        if middle is None:
            return ()
        near = sorted(range(first, last + 1), key=lambda place: (abs(place - middle), place))
        return tuple(row.id for place in near if (row := self._model.row(place)) is not None)

    def _keeps(self, moved: Moved) -> bool:
        """Whether the row under the pointer can stay under it; without a pointer anything may happen."""
        pointed = None if self._pointer is None else self.indexAt(self._pointer).row()
        row = None if pointed is None else self._model.row(pointed)
        if row is None or pointed is None:
            return True
        if moved.places.get(row.id) != pointed + moved.shift:
            return False
        height = self._rows.height()
        value = self.verticalScrollBar().value() + moved.shift * height
        return 0 <= value <= max(0, moved.total * height - self.viewport().height())

    def hands_on_keys(self) -> None:
        """The operator works with keys: where the pointer rests does not matter."""
        self._pointer = None

    def _remember(self) -> None:
        self._restoring = True
        self.setAutoScroll(False)
        self._value = self.verticalScrollBar().value()

    def _put_back(self, moved: Moved) -> None:
        """The anchor back to where it was on the screen, the selection back to its enquiry."""
        self.executeDelayedItemsLayout()
        self.updateGeometries()
        bar = self.verticalScrollBar()
        height = self._rows.height()
        if self._return_to is not None:
            offset = self._return_to[1]
            self._return_to = None
            bar.setValue(moved.after * height + offset if moved.anchor is not None else 0)
        elif moved.anchor is not None:
            self._pushed = self._pushed or (self._value == 0 and moved.shift > 0)
            bar.setValue(self._value + moved.shift * height)
        else:
            bar.setValue(min(self._value, bar.maximum()))
        self._point_at_selected()
        self.setAutoScroll(True)
        self._restoring = False
        self._held = False
        if moved.above and bar.value() > 0:
            self._announce(self._news + moved.above)
        self.viewport().update()
        self._model.look_at()

    def start_at_top(self) -> None:
        """Another list comes: nothing of the old one's place counts."""
        self._pointer = None
        self._value = 0
        self._last_place = None
        self._held = self._pushed = self._awaited = False
        self._announce(0)
        self._restoring = True
        self.verticalScrollBar().setValue(0)
        self._restoring = False

    def _hold(self, rows: int) -> None:
        self._held = True
        self._announce(max(self._news, rows))

    def _announce(self, rows: int) -> None:
        if rows != self._news:
            self._news = rows
            self.news.emit(rows)

    def _settle_news(self) -> None:
        self._pushed = False
        self._announce(0)

    def _scrolled(self, value: int) -> None:
        if self._restoring:
            return
        self._pushed = False
        if value == 0 and not self._held:
            self._settle_news()
        self._model.look_at()
        self.left_place.emit()

    # -- the pointer -------------------------------------------------------------------------------------------------

    def _pointer_moved(self, at: QPoint) -> None:
        self._pointer = at
        self._away.stop()
        self._rests.start()

    def _pointer_gone(self) -> None:
        """Nobody points at the list any more: what waited may come in."""
        self._pointer = None
        if self._held:
            self._held = False
            self._model.refresh()
        if self._pushed:
            self.scrollToTop()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer_moved(event.position().toPoint())
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pointer_moved(event.position().toPoint())
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._pointer_moved(event.position().toPoint())
        super().wheelEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._pointer_moved(event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._rests.stop()
        self._away.start()

    # -- Qt's events -------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._pointer = None
        super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Letters are commands here, not a search."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        by_keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
        self._rows.ring = event.reason() in by_keys
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._rows.ring and self._model.total():
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._rows.now = self._bridge.clock()
        super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._model.look_at()
