"""What the window remembers from one start to the next, gathered from its parts and written in the background.

The file and its form are `window_state`. Called by the main window.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject, QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import View
from switchboard_app.model.ids import AccountId, EnquiryId
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.panes import Panes
from switchboard_app.ui.queue_pane import QueuePane
from switchboard_app.ui.sidebar import Choice
from switchboard_app.ui.window_state import WindowState, load_state, save_state

USUAL = (1440, 900)
PAUSE = 1000
"""Milliseconds after the last change until it is written down."""


class WindowMemory(QObject):
    """`soon()` after every change, `now()` at the end; `place`, `choice` and the like give back what was."""

    def __init__(self, window: QWidget, bridge: Bridge, file: Path) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._file = file
        self._panes: Panes | None = None
        self._queue: QueuePane | None = None
        self.state = load_state(file)
        self.choice = _choice_of(self.state)
        """What the queue shows."""
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(PAUSE)
        self._clock.timeout.connect(self._write)

    def restore(self, panes: Panes, queue: QueuePane) -> None:
        """Bring window and panes back to where they were, and remember them from now on."""
        self._panes, self._queue = panes, queue
        self._window.setGeometry(_place_of(self.state))
        if self.state.maximised:
            self._window.setWindowState(self._window.windowState() | Qt.WindowState.WindowMaximized)
        panes.restore(self.state.widths, self.state.folded)

    def list_place(self) -> tuple[EnquiryId | None, int]:
        """Where the list stood, as `QueuePane.show_list` wants it."""
        return (EnquiryId(self.state.top) if self.state.top else None), self.state.top_offset

    def enquiry(self) -> EnquiryId | None:
        """Which enquiry was open."""
        return EnquiryId(self.state.enquiry) if self.state.enquiry else None

    def soon(self) -> None:
        """Something is another: write it down when it has settled."""
        self._clock.start()

    def now(self) -> None:
        """Write it down at once: the window closes."""
        self._clock.stop()
        save_state(self._file, self._gathered())

    def _write(self) -> None:
        now = self._gathered()
        if now != self.state and not self._bridge.ended:
            self.state = now
            self._bridge.start("window state", asyncio.to_thread(save_state, self._file, now))

    def _gathered(self) -> WindowState:
        assert self._panes is not None
        assert self._queue is not None
        full = self._window.isMaximized()
        here = self._window.normalGeometry() if full else self._window.geometry()
        top, offset = self._queue.view.place()
        return WindowState(
            place=[here.x(), here.y(), here.width(), here.height()],
            maximised=full,
            widths=dict(self._panes.widths),
            folded=sorted(self._panes.folded),
            view=self.choice.view.value,
            channel=self.choice.channel.value if self.choice.channel is not None else "",
            account=self.choice.account or "",
            enquiry=self._queue.view.selected() or "",
            top=top or "",
            top_offset=offset,
        )


def _choice_of(state: WindowState) -> Choice:
    channel = Channel(state.channel) if state.channel in tuple(Channel) else None
    return Choice(View(state.view), channel, AccountId(state.account) if state.account else None)


def _place_of(state: WindowState) -> QRect:
    """Where the window stood, or the usual size in the middle when it was on a screen that is gone."""
    if state.place:
        wanted = QRect(*state.place)
        if any(screen.availableGeometry().intersects(wanted) for screen in QApplication.screens()):
            return wanted
    here = QApplication.primaryScreen().availableGeometry()
    width, height = min(USUAL[0], here.width()), min(USUAL[1], here.height())
    return QRect(here.left() + (here.width() - width) // 2, here.top() + (here.height() - height) // 2, width, height)
