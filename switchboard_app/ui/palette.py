"""The palette on Ctrl+K: one field over enquiries, people, offices and commands.

Lies over the window's head; arrows choose, Enter goes there, Esc steps back. The words that matched are shown heavier,
never as markup. Only emits where to go: the main window goes.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QListView, QVBoxLayout, QWidget

from switchboard_app.model.ids import EnquiryId, PersonId
from switchboard_app.model.language import tr
from switchboard_app.store import enquiries
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.keys import Action
from switchboard_app.ui.palette_rows import FoundDelegate, FoundModel
from switchboard_app.ui.palette_search import Found, PaletteSearch, Sort

WIDTH, TALLEST = 640, 520
TOP = 7


class Palette(QWidget):
    """`palette.open()`; emits `enquiry_chosen`, `office_chosen` or `command_chosen` and closes."""

    enquiry_chosen = Signal(str)
    office_chosen = Signal(str)
    command_chosen = Signal(object)
    """An `Action`."""

    def __init__(self, window: QWidget, bridge: Bridge, available: Callable[[Action], bool]) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._came_from: QWidget | None = None
        self._person: PersonId | None = None
        self._entered = False
        """Whether Enter was pressed before the answer to what was typed came: it counts for that answer."""
        self.search = PaletteSearch(bridge, available, self)
        self.card = look.Ground("pane", self, line="line", radius=12)
        self.field = look.LineField("", self.card, height=40)
        self.model = FoundModel(self)
        self.list = QListView(self.card)
        self._empty = look.Label("", look.Type.BODY, "muted", self.card, wrap=True)
        self._foot = look.Label("", look.Type.SMALL, "muted", self.card)
        self._set_up()
        window.installEventFilter(self)
        self.hide()
        look.follow(self.retheme)
        words.follow(self.retranslate)

    def _set_up(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(FoundDelegate(self.model, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setMouseTracking(True)
        self._column = QVBoxLayout(self.card)
        self._column.addWidget(self.field)
        self._column.addWidget(self.list, 1)
        self._column.addWidget(self._empty)
        self._column.addWidget(self._foot)
        self._empty.hide()
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._typed)
        self.search.found.connect(self._show)
        self.list.clicked.connect(lambda index: self._choose(index.row()))

    def retheme(self) -> None:
        edge = look.px(look.S3)
        self._column.setContentsMargins(edge, edge, edge, look.px(look.S2))
        self._column.setSpacing(look.px(look.S2))
        self.model.relaid()
        self._place()

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Search and commands"))
        self.field.setAccessibleName(tr("Search and commands"))
        self.field.setPlaceholderText(tr("Name, number, word, office or command"))
        self.list.setAccessibleName(tr("What was found"))
        self._foot.setText(tr("↑ ↓ choose · ⏎ open · > commands only · Esc close"))

    # -- opening and closing -----------------------------------------------------------------------------------------

    def open(self, query: str = "") -> None:
        """Show it with the field ready; what was typed last time is gone."""
        if not self.isVisible():
            self._came_from = QApplication.focusWidget()
        self._person = None
        self.field.setText(query)
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._typed(query)

    def close(self) -> bool:
        """Put it away; the focus goes back to where it was."""
        self._entered = False
        if self.isVisible():
            self.hide()
            if self._came_from is not None and self._came_from.isVisible():
                self._came_from.setFocus(Qt.FocusReason.OtherFocusReason)
            self._came_from = None
        return True

    # -- finding -----------------------------------------------------------------------------------------------------

    def _typed(self, query: str) -> None:
        self._person = None
        self._entered = False
        self.search.ask(query)

    def _show(self, query: str, rows: list[Found]) -> None:
        self.model.show(rows, query)
        self._empty.setVisible(not rows)
        self.list.setVisible(bool(rows))
        if not rows:
            self._empty.setText(tr("Nothing found for «{query}».").format(query=query.strip()))
        self._point_at(self.model.next_choice(-1, 1))
        self._place()
        if self._entered and not self.search.waiting:
            self._entered = False
            self._choose(self.list.currentIndex().row())

    async def _open_person(self, person: PersonId) -> None:
        rows = await self.search.person(person)
        if person == self._person:
            self._show("", rows)

    async def _open_number(self, number: int) -> None:
        self._go(await self._bridge.ask(enquiries.find, number))

    # -- choosing ----------------------------------------------------------------------------------------------------

    def _point_at(self, row: int) -> None:
        if row >= 0:
            index = self.model.index(row, 0)
            self.list.setCurrentIndex(index)
            if row == self.model.next_choice(-1, 1):
                self.list.scrollToTop()  # with its heading
            else:
                self.list.scrollTo(index)
            self.field.setAccessibleDescription(self.model.spoken(row))

    def _choose(self, row: int) -> None:
        found = self.model.row(row)
        if found is None:
            return
        match found.sort:
            case Sort.HEADING:
                pass
            case Sort.MORE:
                self.search.ask(self.field.text(), expanded=True)
            case Sort.PERSON:
                assert found.person is not None
                self._person = found.person
                self._bridge.start("palette person", self._open_person(found.person))
            case Sort.NUMBER:
                self._bridge.start("palette number", self._open_number(found.number))
            case Sort.ENQUIRY:
                assert found.enquiry is not None
                self._go(found.enquiry)
            case Sort.OFFICE:
                self.close()
                self.office_chosen.emit(found.office)
            case Sort.COMMAND:
                self.close()
                self.command_chosen.emit(found.action)

    def _go(self, enquiry: EnquiryId) -> None:
        self.close()
        self.enquiry_chosen.emit(enquiry)

    def _step_back(self) -> None:
        if self._person is not None:
            self._typed(self.field.text())
        else:
            self.close()

    # -- events ------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parentWidget() and event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        """Keys of the list while the caret stays in the field."""
        here = self.list.currentIndex().row()
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Tab:
                self._point_at(self.model.next_choice(here, 1))
            case Qt.Key.Key_Up | Qt.Key.Key_Backtab:
                self._point_at(self.model.next_choice(here, -1))
            case Qt.Key.Key_PageDown:
                self._point_at(self.model.next_group(here, 1))
            case Qt.Key.Key_PageUp:
                self._point_at(self.model.next_group(here, -1))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._entered = self.search.waiting
                if not self._entered:
                    self._choose(here)
            case Qt.Key.Key_Escape:
                self._step_back()
            case _:
                return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.card.geometry().contains(event.position().toPoint()):
            self.close()

    def _place(self) -> None:
        window = self.parentWidget()
        if window is None:
            return
        self.setGeometry(window.rect())
        edge = look.px(look.S4)
        width = min(look.px(WIDTH), window.width() - 2 * edge)
        self.list.setFixedHeight(self.model.height(look.px(TALLEST), window.height() - look.px(TOP + 130)))
        self.card.setFixedWidth(max(1, width))
        self.card.adjustSize()
        self.card.move((window.width() - width) // 2, look.px(TOP))
        self.update()  # the shadow lies outside of the card, where moving it repaints nothing

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.color("scrim"))
        soft = QRectF(self.card.geometry()).adjusted(-3, -1, 3, 5)
        painter.setOpacity(0.10)
        look.box(painter, soft, "shadow", radius=14)
