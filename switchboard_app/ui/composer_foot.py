"""Where the composer stands below a conversation: as high as its page needs, while something can still be read.

Where height is scarce (a small window, text at 200 %) the timeline has the greater part until the keyboard is in the
composer: people read before they write. Refuses to know what the composer holds. Used by `conversation`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget

from switchboard_app.ui import look
from switchboard_app.ui.composer import Composer
from switchboard_app.ui.timeline_view import LEAST_TIMELINE

_SHARE = 0.62
"""The most of the pane's height that the composer takes; beyond it scrolls."""
_AT_REST = 0.36
"""What it takes of the height below the head where that is scarce and nobody writes."""
_LEAST, _LEAST_AT_REST = 110, 56
"""Pixels at 100 %."""
_SETTLE = 60
"""Milliseconds until it follows the focus; longer while a button of the mouse is held: what was pressed must still be
under it when it is let go."""
_PATIENCE = 60
"""So often it waits for that: of a button that was let go elsewhere Qt may never hear."""


class ComposerFoot(QScrollArea):
    """`fit(…)` whenever the pane or what is in it has another size; it follows the focus by itself."""

    def __init__(self, composer: Composer, parent: QWidget) -> None:
        super().__init__(parent)
        self._composer = composer
        self._pane, self._head, self._scarce = 0, 0, False
        self._writing = False
        self._waited = 0
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._settle.timeout.connect(self._follow_focus)
        self.setWidget(composer)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        composer.setAutoFillBackground(False)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]

    def fit(self, pane: int, head: int, *, scarce: bool) -> None:
        """Take the height that is right in a pane of this height whose head takes so much of it."""
        self._pane, self._head, self._scarce = pane, head, scarce
        needed = height_within(self._composer, self.viewport().width())
        if scarce and not self._writing:
            least, room = look.px(_LEAST_AT_REST), round((pane - head) * _AT_REST)
            self.verticalScrollBar().setValue(0)
        else:
            least, room = look.px(_LEAST), min(round(pane * _SHARE), pane - head - LEAST_TIMELINE)
        self.setFixedHeight(min(needed, max(least, room)))

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self._writing is not self.isAncestorOf(new):
            self._settle.start()

    def _follow_focus(self) -> None:
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton and self._waited < _PATIENCE:
            self._waited += 1
            self._settle.start()
            return
        self._waited = 0
        self._writing = self._composer.has_focus()
        self.fit(self._pane, self._head, scarce=self._scarce)
        writes = QApplication.focusWidget()
        if self._writing and writes is not None:
            self.ensureWidgetVisible(writes)


def height_within(widget: QWidget, width: int) -> int:
    """What its layout needs within `width`."""
    layout = widget.layout()
    assert layout is not None
    return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
