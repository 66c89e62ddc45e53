"""The bar at the window's head: name, the field that opens the palette, the phone note, who works here.

Only emits what was wanted; the main window acts. Two more buttons appear when panes are folded into drawers.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from switchboard_app.model.ids import Operator
from switchboard_app.model.language import tr
from switchboard_app.ui import look, words
from switchboard_app.ui.plain import plain_text, plain_tooltip


class _SearchButton(QAbstractButton):
    """Looks like a field and opens the palette."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._said = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, said: str) -> None:
        """Other words."""
        self._said = said
        self.setAccessibleName(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(look.px(520), look.px(32))

    def minimumSizeHint(self) -> QSize:
        return QSize(look.px(120), look.px(32))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        look.box(painter, rect, "pane", "control_line")
        if self.hasFocus():
            look.focus_ring(painter, rect)
        cap = look.key_cap_size("Ctrl K")
        spot = QRectF(
            rect.right() - look.px(9) - cap.width(), (rect.height() - cap.height()) / 2, cap.width(), cap.height()
        )
        look.paint_key_cap(painter, spot, "Ctrl K")
        inner = QRectF(rect.left() + look.px(10), 0, spot.left() - rect.left() - look.px(18), rect.height())
        look.text(painter, inner, self._said, look.Type.BODY, "muted")


class _Initials(QWidget):
    """Who works here, as a round sign with initials."""

    def __init__(self, who: Operator, parent: QWidget) -> None:
        super().__init__(parent)
        self._letters = initials(who)
        self.setAccessibleName(plain_text(who))
        plain_tooltip(self, who)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.follow(self.retheme)

    def retheme(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(look.px(26), look.px(26))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        look.box(painter, rect, "accent_ground", radius=13)
        centre = Qt.AlignmentFlag.AlignCenter
        look.text(painter, rect, self._letters, look.Type.SMALL_STRONG, "accent", align=centre)


def initials(who: str) -> str:
    """At most two letters: of the first and the last word."""
    parts = [part for part in plain_text(who).replace(".", " ").split() if part[0].isalnum()]
    letters = [parts[0][0], parts[-1][0]] if len(parts) > 1 else [part[:2] for part in parts]
    return "".join(letters).upper() or "?"


class TopBar(look.Ground):
    """What is wanted is emitted."""

    search_wanted = Signal()
    note_wanted = Signal()
    cards_wanted = Signal()
    views_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, who: Operator, parent: QWidget | None = None) -> None:
        super().__init__("side", parent)
        self._views = look.IconButton("list", "–", self)
        self._back = look.IconButton("chevron-left", "–", self)
        self._name = look.Label("Switchboard", look.Type.BODY_STRONG, parent=self)
        self.search = _SearchButton(self)
        self.note = look.KeyButton("", "F2", self, primary=True)
        self._cards = look.IconButton("panel-right", "–", self)
        self._row = QHBoxLayout(self)
        self._left, self._right = QWidget(self), QWidget(self)
        left, right = QHBoxLayout(self._left), QHBoxLayout(self._right)
        for row in (left, right):
            row.setContentsMargins(0, 0, 0, 0)
        left_side: tuple[QWidget, ...] = (self._views, self._back, self._name)
        right_side: tuple[QWidget, ...] = (self.note, self._cards, _Initials(who, self))
        for widget in left_side:
            left.addWidget(widget)
        left.addStretch(1)
        right.addStretch(1)
        for widget in right_side:
            right.addWidget(widget)
        self._row.addWidget(self._left, 1)
        self._row.addWidget(self.search, 4)
        self._row.addWidget(self._right, 1)
        self.search.clicked.connect(self.search_wanted)
        self.note.clicked.connect(self.note_wanted)
        self._cards.clicked.connect(self.cards_wanted)
        self._views.clicked.connect(self.views_wanted)
        self._back.clicked.connect(self.back_wanted)
        self.offer(views=False, cards=False, back=False)
        self.retheme()
        words.follow(self.retranslate)

    def offer(self, *, views: bool, cards: bool, back: bool) -> None:
        """Which panes are out of sight and need a button here; `back` leads from the conversation to the queue."""
        self._views.setVisible(views)
        self._cards.setVisible(cards)
        self._back.setVisible(back)
        self._name.setVisible(not back)

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_row"):
            self._row.setContentsMargins(look.px(14), 0, look.px(14), 0)
            self._row.setSpacing(look.px(look.S4))
            for side in (self._left, self._right):
                layout = side.layout()
                assert layout is not None
                layout.setSpacing(look.px(look.S3))
            self.search.setMaximumWidth(look.px(520))
            self.setFixedHeight(look.px(look.TOP_BAR))

    def retranslate(self) -> None:
        self.search.say(tr("Search enquiries, people, offices, or run a command"))
        self.note.set_words(tr("Phone note"))
        self._cards.set_words(tr("Fold or show the cards (I)"))
        self._views.set_words(tr("Fold or show the views (Ctrl 1)"))
        self._back.set_words(tr("Back to the queue (Esc)"))
