"""A program: an empty QMainWindow, painted. What Qt and Python cost on this machine, whatever one builds with them."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from bench.probe import report_and_end


class Bare(QMainWindow):
    """Ends the program after its first paint."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        QTimer.singleShot(0, report_and_end)


def main() -> None:
    """Show it."""
    app = QApplication([])
    window = Bare()
    window.resize(1200, 800)
    window.show()
    app.exec()


if __name__ == "__main__":
    main()
