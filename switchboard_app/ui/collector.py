"""Looks for cycles of dead objects, in the window's thread alone.

Python's own collector runs in whichever thread happens to allocate, and deletes what it finds there. Widgets that hold
each other die in cycles, and Qt's objects may be deleted in the window's thread alone: a collection in the engine's or
the store's thread would bring the program down. Called by `app.window`.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MILLIS = 1000


class Collector(QObject):
    """From `start` on the interpreter's own collector is off, and this one takes its place by its thresholds.

    What lives at `start` is left out of every later search: it would be found to be in use each time, and the window
    stands still meanwhile.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MILLIS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        gc.disable()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Give the work back to the interpreter."""
        self._timer.stop()
        gc.enable()

    def look(self) -> None:
        """Collect as old a generation as is due; nothing when none is."""
        due = [count > threshold for count, threshold in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if due[0]:
            gc.collect(2 if all(due) else 1 if due[1] else 0)
