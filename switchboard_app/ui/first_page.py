"""The first page of the queue: when it is on the screen, and what is loaded only then.

Everything else of the window waits for it. Its modules are loaded on another thread, so that keys and clicks are taken
meanwhile. Refuses to make anything: the main window does. Called by the main window.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from switchboard_app.ui.queue_pane import QueuePane

AT_LATEST = 1000
"""Milliseconds after the rows are there: a window that nobody sees is never painted."""


class FirstPage(QObject):
    """Emits `painted` once."""

    painted = Signal()

    def __init__(self, queue: QueuePane) -> None:
        super().__init__(queue)
        self._queue = queue
        self._over = False
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._emit)
        queue.model.shown.connect(self._shown)

    def _shown(self) -> None:
        """The rows are there. An empty list has nothing to paint."""
        self._queue.model.shown.disconnect(self._shown)
        self._clock.start(AT_LATEST if self._queue.model.total() else 0)
        self._queue.view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._clock.start(0)  # the event is still to be handled
        return False

    def stop(self) -> None:
        """The window ends: nothing follows any more."""
        self._over = True
        self._clock.stop()

    def _emit(self) -> None:
        if not self._over:
            self._over = True
            self.painted.emit()


def load_the_rest() -> None:
    """Load what the window is made of besides its first page; never on the window's thread."""
    import switchboard_app.ui.conversation
    import switchboard_app.ui.palette
    import switchboard_app.ui.phone_note
    import switchboard_app.ui.side_cards
    import switchboard_app.ui.tray  # noqa: F401 - all of them: loaded here, used where they are made
