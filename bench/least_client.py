"""A program: the smallest honest client. One window, a search field, the first page of the queue out of the floor's
file, painted by a delegate over a table of one column. Nothing else: no threads, no styles, no second view.
"""

from __future__ import annotations

import sys
from typing import Any

import sqlcipher3.dbapi2 as sqlite
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMainWindow,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from bench.floor import COUNT, PAGE
from bench.probe import report_and_end

Index = QModelIndex | QPersistentModelIndex


class Rows(QAbstractTableModel):
    """As many rows as there are; the delegate knows what they say."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self._total = total

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's signature
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's signature
        return 0 if parent.isValid() else 1

    def data(self, _index: Index, _role: int = 0) -> Any:
        return None


class TwoLines(QStyledItemDelegate):
    """Paints two lines; ends the program after the first paint."""

    def __init__(self, page: list[tuple[Any, ...]], parent: QWidget) -> None:
        super().__init__(parent)
        self._page = page
        self._painted = False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._page[index.row() % len(self._page)]
        rect = option.rect
        left = Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect.adjusted(12, 4, -90, -24), left, row[1])
        painter.drawText(rect.adjusted(12, 24, -8, 0), left, f"{row[2]} · {row[3]}")
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, report_and_end)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        return QSize(300, 46)


def main(path: str) -> None:
    """Show it."""
    app = QApplication([])
    db = sqlite.connect(path)
    page = db.execute(PAGE, (50, 0)).fetchall()
    rows = Rows(db.execute(COUNT).fetchone()[0])
    window, box = QMainWindow(), QWidget()
    column, view = QVBoxLayout(box), QTableView()
    column.addWidget(QLineEdit())
    column.addWidget(view)
    view.setModel(rows)
    view.setItemDelegate(TwoLines(page, view))
    view.horizontalHeader().setStretchLastSection(True)
    view.horizontalHeader().hide()
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(46)
    window.setCentralWidget(box)
    window.resize(1200, 800)
    window.show()
    app.exec()


if __name__ == "__main__":
    main(sys.argv[1])
