"""The inside of a page that may be taller than its pane: then it scrolls. (Sheets scroll by themselves.)

What has the focus is brought into sight. Used by the pages of accounts and of the first start.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from switchboard_app.ui import look

_EDGE = 5
"""Room for the focus halo, which lies outside its field."""


class PageScroll(QScrollArea):
    """`page = PageScroll(); page.column.addWidget(...)`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.inside = QWidget()
        self.column = QVBoxLayout(self.inside)
        self.column.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        self.setWidget(self.inside)
        self.inside.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]
        look.follow(self.retheme)

    def fill(self, page: QWidget, inside: QWidget) -> QVBoxLayout:
        """Be all of `page`, with `inside` in the middle, as wide as it wants to be; returns the page's own column."""
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(inside, 1000)
        line.addStretch(1)
        self.column.addLayout(line)
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self)
        return whole

    def retheme(self) -> None:
        self.column.setSpacing(look.px(look.S3))

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.inside.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, look.px(look.S4))
