"""What all lines of a timeline share: a height for a width, and the wishes that go out from them.

`Row` is laid out by `timeline_view`, which gives it the column's width and asks how high it is. `Wishes` carries what a
person wants; the conversation connects it to the verbs, so that no row knows the store.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget


class Wishes(QObject):
    """What a person wants from a row."""

    link = Signal(str)
    """A web address that somebody wrote."""
    whole_text = Signal(str)
    """A text too long to be laid out within the timeline."""
    picture = Signal(object)
    """The Attachment to be looked at."""
    save = Signal(object)
    """The Attachment to be saved as a file."""
    document = Signal(object)
    """The Attachment to be opened with the system's program, after a question."""
    inbox = Signal()
    """Open the conversation in the platform's own inbox."""
    word = Signal(object, object)
    """A Forwarding, and the ForwardingState that the office's word leads to."""
    withdraw = Signal(object)
    """The Forwarding nobody should wait for any more."""
    decide = Signal(object, object)
    """A Delivery, and the Decision about it."""
    edit = Signal(object)
    """The Delivery whose text shall be a draft again."""
    enquiry = Signal(int)
    """The number of another enquiry to be opened."""
    more = Signal()
    """Older entries of this enquiry."""
    earlier = Signal()
    """Messages of the same thread from before this enquiry."""


class Row(QWidget):
    """One line of the timeline. `measure` says how high it is within a width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measured = (-1, 0)

    def measure(self, width: int) -> int:
        """Its height within `width`; rows with a layout need not say it themselves."""
        layout = self.layout()
        if layout is None:
            return self.sizeHint().height()
        return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()

    def heightForWidth(self, width: int) -> int:
        if self._measured[0] != width:
            self._measured = (width, self.measure(width))
        return self._measured[1]

    def remeasure(self) -> None:
        """Its height may be another now."""
        self._measured = (-1, 0)
        self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self.remeasure()
        return handled

    def retheme(self) -> None:
        """Lay out anew at another text scale."""
        self.remeasure()
        self.update()
