"""The plain window around a page that stands in the way of the workspace: first start, no key, no keyring."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from switchboard_app.ui import look
from switchboard_app.ui.plain import plain_title


class PageWindow(QWidget):
    """`PageWindow(page)`; `closed` when a person closes it, not when `replace` does."""

    closed = Signal()

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.page = page
        self._replaced = False
        self.setWindowTitle(plain_title("Switchboard"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(page)
        self.resize(look.px(1024), look.px(700))

    def closeEvent(self, event: QCloseEvent) -> None:
        """A person closes it."""
        if not self._replaced:
            self.closed.emit()
        super().closeEvent(event)

    def replace(self) -> None:
        """Close it because the workspace is open now."""
        self._replaced = True
        self.close()


def bring_forward(window: QWidget) -> None:
    """Show a window that may be minimised or behind others."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()
