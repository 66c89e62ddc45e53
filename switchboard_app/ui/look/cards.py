"""Cards of the right-hand column: a white pane with a small muted title and rows of label and value.

`Card` holds anything; `add_row` makes the grid of label and value. Values are shown as plain text. Used by the
office's, the person's and the evaluation's views.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from switchboard_app.ui.look import paint, theme
from switchboard_app.ui.look.labels import Label
from switchboard_app.ui.look.paragraph import Paragraph
from switchboard_app.ui.look.tokens import RADIUS, S1, S2, S3, Type


class Card(QFrame):
    """`card = Card(tr("Person")); card.add_row(tr("Name"), "Sandra Brodbeck", strong=True); card.add(widget)`."""

    def __init__(
        self, title: str = "", parent: QWidget | None = None, *, ground: str = "pane", line: str = "line"
    ) -> None:
        super().__init__(parent)
        self._ground = ground
        self._line = line
        self._column = QVBoxLayout(self)
        self._grid: QGridLayout | None = None
        self._title = Label(title, Type.SMALL_STRONG, "muted", self, wrap=True)
        self._title.setVisible(bool(title))
        self._column.addWidget(self._title)
        self.setAccessibleName(title)
        theme.follow(self.retheme)

    def set_title(self, title: str) -> None:
        """Change the title; none hides it."""
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self.setAccessibleName(title)

    def add(self, widget: QWidget) -> None:
        """Put a widget below what is there; rows added later begin a new grid."""
        self._grid = None
        self._column.addWidget(widget)

    def add_layout(self, layout: QLayout) -> None:
        """Put a layout below what is there."""
        self._grid = None
        self._column.addLayout(layout)

    def add_row(
        self, label: str, value: str | QWidget, extra: QWidget | None = None, *, strong: bool = False
    ) -> Paragraph | None:
        """A row of the grid: muted label, value, and at its right perhaps a chip.

        Returns the value's paragraph where it is text, to change it later with `set_text`.
        """
        grid = self._grid or self._new_grid()
        row = grid.rowCount()
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(Paragraph(label, self, tone="muted"), row, 0, top)
        text: Paragraph | None = None
        if isinstance(value, str):
            text = Paragraph(value, self, role=Type.BODY_STRONG if strong else Type.BODY)
        shown = text if text is not None else value
        assert isinstance(shown, QWidget)
        if extra is None:
            grid.addWidget(shown, row, 1)
        else:
            line = QHBoxLayout()
            line.setSpacing(theme.px(S1))
            line.addWidget(shown)
            line.addWidget(extra)
            line.addStretch(1)
            grid.addLayout(line, row, 1)
        return text

    def _new_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnMinimumWidth(0, theme.px(72))
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(theme.px(4))
        grid.setVerticalSpacing(theme.px(S1))
        self._column.addLayout(grid)
        self._grid = grid
        return grid

    def clear(self) -> None:
        """Take everything out but the title."""
        self._grid = None
        _empty(self._column, keep=self._title)

    def retheme(self) -> None:
        pad = theme.px(S3) + 1
        self._column.setContentsMargins(pad, pad, pad, pad)
        self._column.setSpacing(theme.px(S2))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint.box(QPainter(self), QRectF(self.rect()), self._ground, self._line, radius=RADIUS + 2)


def _empty(layout: QLayout, keep: QWidget | None) -> None:
    """Remove the contents of `layout` and of the layouts in it."""
    for place in reversed(range(layout.count())):
        item = layout.itemAt(place)
        if item is None or (keep is not None and item.widget() is keep):
            continue
        layout.takeAt(place)
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            _empty(inner, None)
            inner.deleteLater()
