"""A program: the product's list over a store, and the floor's list beside it, both scrolled and changed in turns.

    python -m bench.list_window FILE ROWS [--plain]

Prints one line of JSON: milliseconds of the window's thread, by what was done. The floor is a QTableView of one column
whose delegate draws three texts and a bar, as high and as wide as the product's.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from bench.places import ME
from bench.probe import memory
from bench.stage import run, until
from switchboard_app.model.enquiry import View
from switchboard_app.store.queue import QueueFilter
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.queue_model import QueueModel
from switchboard_app.ui.queue_view import QueueView

WIDE, HIGH = 420, 820
FRAMES = 150
STEP = 37
"""Pixels a frame while scrolling."""

Index = QModelIndex | QPersistentModelIndex
Spent = dict[str, list[float]]


class FloorModel(QAbstractTableModel):
    """As many rows as wanted, each the same four words."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's signature
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's signature
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.UserRole:
            return f"Anfrage {index.row()}: die Strassenlampe brennt nicht", "Marta Muster · Telefon", "vor 3 Min."
        return None


class FloorDelegate(QStyledItemDelegate):
    """Three texts and a bar."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        first, second, when = index.data(Qt.ItemDataRole.UserRole)
        rect: QRect = option.rect
        painter.fillRect(QRect(rect.x(), rect.y(), 4, rect.height()), QColor("#1976d2"))
        painter.drawText(rect.adjusted(12, 8, -90, -40), Qt.AlignmentFlag.AlignLeft, first)
        painter.drawText(rect.adjusted(12, 34, -8, 0), Qt.AlignmentFlag.AlignLeft, second)
        painter.drawText(rect.adjusted(12, 8, -8, -40), Qt.AlignmentFlag.AlignRight, when)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        return QSize(300, 77)


def floor_view(rows: int, height: int) -> QTableView:
    """The floor's list."""
    view = QTableView()
    view.setModel(FloorModel(rows))
    view.setItemDelegate(FloorDelegate(view))
    view.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    view.setShowGrid(False)
    view.horizontalHeader().setStretchLastSection(True)
    view.horizontalHeader().hide()
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(height)
    view.resize(WIDE, HIGH)
    view.show()
    return view


def thread_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds of this thread."""
    began = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - began) / 1e6


class Bench:
    """The two lists and what they took."""

    def __init__(self, bridge: Bridge, rows: int) -> None:
        self.model = QueueModel(bridge)
        self.view = QueueView(bridge, self.model)
        self.view.resize(WIDE, HIGH)
        self.view.show()
        self.floor = floor_view(rows, self.view.verticalHeader().defaultSectionSize())
        self.spent: Spent = {}

    def note(self, name: str, work: Callable[[], object]) -> None:
        """Measure."""
        self.spent.setdefault(name, []).append(thread_ms(work))

    def first(self) -> int:
        """The first row that is seen."""
        return self.view.verticalScrollBar().value() // self.view.verticalHeader().defaultSectionSize()

    def there(self) -> bool:
        """Whether all rows that are seen have been read."""
        return all(self.model.row(place) is not None for place in range(self.first(), self.first() + 5))

    async def show(self) -> None:
        """The first page, from the rows in the model to the paint."""
        self.model.show(QueueFilter(View.ALL, ME))
        await until(lambda: self.model.ready() and self.there())
        QApplication.processEvents()
        self.view._rows.forget()
        self.note("first page painted", self.view.viewport().repaint)

    async def scroll(self) -> None:
        """As a wheel does: a little further each frame."""
        for number in range(FRAMES):
            for name, view in (("product", self.view), ("floor", self.floor)):
                self.note(f"scroll {name}", partial(self._to, view, number * STEP))
            await asyncio.sleep(0)

    async def jump(self) -> None:
        """Anywhere: a frame of placeholders, then one with rows that were never laid out."""
        most = self.view.verticalScrollBar().maximum()
        for number in range(FRAMES // 3):
            value = (number * 7919 * 13 * 77) % max(1, most)
            self.note("jump floor", partial(self._to, self.floor, value))
            self.note("jump product", partial(self._to, self.view, value))
            began = time.perf_counter()
            await until(self.there)
            self.spent.setdefault("rows after a jump, wall", []).append((time.perf_counter() - began) * 1000)
            self.view._rows.forget()
            self.note("rows after a jump", self.view.viewport().repaint)

    def _to(self, view: QTableView, value: int) -> None:
        view.verticalScrollBar().setValue(value)
        view.viewport().repaint()

    async def change(self) -> None:
        """One visible row has changed."""
        for view in (self.view, self.floor):
            view.verticalScrollBar().setValue(0)
        await until(self.there)
        QApplication.processEvents()
        for _ in range(FRAMES // 3):
            for name, view in (("product", self.view), ("floor", self.floor)):
                index = view.model().index(2, 0)
                self.note(f"change {name}", partial(self._changed, view, index))
            await asyncio.sleep(0)

    @staticmethod
    def _changed(view: QTableView, index: QModelIndex) -> None:
        view.model().dataChanged.emit(index, index)
        QApplication.processEvents()


async def measure(rows: int, bridge: Bridge) -> None:
    """Everything, printed."""
    bench = Bench(bridge, rows)
    await bench.show()
    before = memory()
    await bench.scroll()
    await bench.jump()
    await bench.change()
    after = memory()
    held = bench.model.loaded()
    found = {"spent": bench.spent, "rows": bench.model.total(), "held": held, "before": before, "after": after}
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    for view in (bench.view, bench.floor):
        view.hide()
    await asyncio.sleep(0.05)


if __name__ == "__main__":
    run(partial(measure, int(sys.argv[2])), Path(sys.argv[1]), plain="--plain" in sys.argv)
