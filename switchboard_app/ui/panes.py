"""Four panes side by side: views, queue, conversation, cards; each can be resized and folded, and keeps its width.

Where the window is too narrow for all of them at the text size in use, the cards and then the views become drawers that
lie over the others, and at last queue and conversation share one place. Refuses to know what the panes hold. Called by
the main window.
"""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedLayout, QWidget

from switchboard_app.ui import look
from switchboard_app.ui.window_state import WIDTHS

LEAST = {"views": 150, "queue": 220, "conversation": 330, "side": 220}
"""Narrower than this at 100 % a pane cannot be drawn; beyond it folds."""


class Stage(IntEnum):
    """How much room there is; the numbers are the least widths at 100 % text size."""

    ONE = 0
    """Queue or conversation."""
    TWO = 640
    """Queue and conversation; views and cards are drawers."""
    THREE = 860
    """Views as well; the cards are a drawer."""
    FOUR = 1150


def stage(width: float) -> Stage:
    """The stage for a width at 100 % text size."""
    return max(one for one in Stage if width >= one)


class Place(look.Ground):
    """Where one of several pages stands; empty until the first is put in."""

    def __init__(self, ground: str, parent: QWidget | None = None) -> None:
        super().__init__(ground, parent)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(look.Ground(ground, self))

    def put(self, page: QWidget) -> None:
        """Show this page; it is kept when another takes its place."""
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    def shows(self, page: QWidget | None) -> bool:
        """Whether this page is the one that is seen."""
        return page is not None and self._pages.currentWidget() is page


class _Drawer(look.Ground):
    """Holds a pane over the others, at the left or the right edge."""

    def __init__(self, parent: QWidget, *, left: bool) -> None:
        super().__init__("side", parent)
        self._left = left
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(0)
        self.row.addWidget(look.Hairline(self, vertical=True))
        self.hide()

    def hold(self, pane: QWidget) -> None:
        """Take the pane in."""
        self.row.insertWidget(0 if self._left else 1, pane, 1)

    def place(self, within: QRect, width: int) -> None:
        """Stand at the edge of `within`."""
        width = min(width, max(1, within.width() - look.px(look.S5)))
        left = within.left() if self._left else within.right() + 1 - width
        self.setGeometry(left, within.top(), width, within.height())


class Panes(QWidget):
    """`Panes(views, queue, conversation, side)`; `rearranged` when widths, folds or the stage are others."""

    rearranged = Signal()

    def __init__(
        self,
        views: QWidget,
        queue: QWidget,
        conversation: QWidget,
        side: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._panes = {"views": views, "queue": queue, "conversation": conversation, "side": side}
        self._names = list(self._panes)
        self.widths = dict(WIDTHS)
        self.folded: set[str] = set()
        self._stage: Stage | None = None
        self._in_conversation = False
        self._arranging = False
        self._splitter = look.Splitter(parent=self)
        self._drawers = {"views": _Drawer(self, left=True), "side": _Drawer(self, left=False)}
        for pane in self._panes.values():
            self._splitter.addWidget(pane)
        self._splitter.setStretchFactor(self._names.index("conversation"), 1)
        self._splitter.setCollapsible(self._names.index("conversation"), False)
        self._splitter.splitterMoved.connect(self._moved)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)
        look.follow(self.retheme)

    def retheme(self) -> None:
        for name, least in LEAST.items():
            self._panes[name].setMinimumWidth(look.px(least))
        self._stage = None
        self._arrange()

    # -- what is asked -----------------------------------------------------------------------------------------------

    def stage(self) -> Stage:
        """How much room there is now."""
        return stage(self.width() / look.scale())

    def restore(self, widths: dict[str, int], folded: list[str]) -> None:
        """Take widths (at 100 %) and folds from before."""
        self.widths.update(widths)
        self.folded = set(folded)
        self._stage = None
        self._arrange()

    def drawn(self, name: str) -> bool:
        """Whether a pane is a drawer at this stage."""
        now = self.stage()
        return (name == "side" and now < Stage.FOUR) or (name == "views" and now < Stage.THREE)

    def seen(self, name: str) -> bool:
        """Whether a pane can be seen now."""
        return self._drawers[name].isVisibleTo(self) if self.drawn(name) else self._panes[name].isVisibleTo(self)

    def toggle(self, name: str) -> None:
        """Fold a pane that is seen, show one that is not."""
        if self.drawn(name):
            self._open_drawer(name, not self._drawers[name].isVisibleTo(self))
        elif self.stage() is Stage.ONE:
            self.show_conversation(not self._in_conversation)
        else:
            self.folded ^= {name}
            self._stage = None
            self._arrange()
        self.rearranged.emit()

    def show_conversation(self, shown: bool) -> None:
        """Where there is room for one pane only: the conversation or the queue."""
        if shown != self._in_conversation:
            self._in_conversation = shown
            self._stage = None
            self._arrange()
            self.rearranged.emit()

    def only_conversation(self) -> bool:
        """Whether the conversation stands where the queue was."""
        return self.stage() is Stage.ONE and self._in_conversation

    def leave_drawers(self) -> None:
        """Close drawers: what was wanted from them was chosen."""
        for name, drawer in self._drawers.items():
            if drawer.isVisibleTo(self):
                self._open_drawer(name, False)

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Who goes on in the conversation wants to see it."""
        if now is not None and self._panes["conversation"].isAncestorOf(now):
            self.leave_drawers()

    def step_back(self) -> bool:
        """Close a drawer, or go from the conversation to the queue; False when there is nothing to step back from."""
        for name, drawer in self._drawers.items():
            if drawer.isVisibleTo(self):
                self._open_drawer(name, False)
                self.rearranged.emit()
                return True
        if self.only_conversation():
            self.show_conversation(False)
            return True
        return False

    # -- arranging ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._splitter.setGeometry(self.rect())
        before = self._stage
        self._arrange()
        if before is not self._stage:
            self.rearranged.emit()

    def _arrange(self) -> None:
        """Every pane to its place for the stage; only drawers move when the stage is the same."""
        now = self.stage()
        if now is not self._stage:
            self._stage = now
            for name in self._drawers:
                self._settle(name)
            self._show_panes(now)
            self._set_widths()
        for name, drawer in self._drawers.items():
            drawer.place(self.rect(), look.px(self.widths[name]))

    def _settle(self, name: str) -> None:
        """Into the drawer or back into the row."""
        pane, drawer = self._panes[name], self._drawers[name]
        if self.drawn(name) and pane.parent() is not drawer:
            drawer.hold(pane)
            pane.show()
        elif not self.drawn(name) and pane.parent() is not self._splitter:
            self._splitter.insertWidget(0 if name == "views" else self._splitter.count(), pane)
        if not self.drawn(name):
            drawer.hide()

    def _show_panes(self, now: Stage) -> None:
        for name, pane in self._panes.items():
            if self.drawn(name):
                continue
            shown = name not in self.folded
            if now is Stage.ONE:
                shown = (name == "conversation") is self._in_conversation
            pane.setVisible(shown)

    def _set_widths(self) -> None:
        self._arranging = True
        given = [look.px(self.widths[name]) if name in self.widths else 0 for name in self._in_row()]
        rest = self.width() - sum(given)
        sizes = [size or max(rest, look.px(LEAST["conversation"])) for size in given]
        self._splitter.setSizes(sizes)
        for number, name in enumerate(self._in_row()):
            self._splitter.setStretchFactor(number, int(name == "conversation"))
            self._splitter.setCollapsible(number, name != "conversation")
        self._arranging = False

    def _in_row(self) -> list[str]:
        """The names of what stands in the row, from left to right."""
        names = {id(pane): name for name, pane in self._panes.items()}
        return [names[id(self._splitter.widget(number))] for number in range(self._splitter.count())]

    def _moved(self, _place: int, _handle: int) -> None:
        """A person dragged a handle: remember the widths, and what was dragged shut."""
        if self._arranging or self.stage() is Stage.ONE:
            return
        for name, size in zip(self._in_row(), self._splitter.sizes(), strict=True):
            if name not in self.widths or not self._panes[name].isVisibleTo(self):
                continue
            if size:
                self.widths[name] = round(size / look.scale())
            else:
                self.folded.add(name)
                self._panes[name].hide()
        self.rearranged.emit()

    def _open_drawer(self, name: str, opened: bool) -> None:
        drawer = self._drawers[name]
        drawer.setVisible(opened)
        if opened:
            drawer.place(self.rect(), look.px(self.widths[name]))
            drawer.raise_()
