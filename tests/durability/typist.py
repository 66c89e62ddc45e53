"""Training mode's window with somebody typing in it: opened, a phone note by F2, a word every 60 ms; run as a program.

    python -m tests.durability.typist

Says ``ready`` when the window can be used and ``typed N`` after the N-th word. Ends only by being killed. Called by
`test_kills`.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from switchboard_app.app.window import open_window

PAUSE_MILLIS = 60


def say(line: str) -> None:
    """In one call, so that the line is said or not."""
    os.write(1, f"{line}\n".encode())


class Typist:
    """Types into the concern of the phone note until the program ends."""

    def __init__(self) -> None:
        self._words = itertools.count()
        self._clock = QTimer()
        self._clock.timeout.connect(self._tick)
        self._clock.start(PAUSE_MILLIS)
        self._opened = False

    def _tick(self) -> None:
        from switchboard_app.ui.main_window import MainWindow
        from switchboard_app.ui.phone_note import PhoneNoteSheet

        window = next((one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)), None)
        if window is None or not window.isVisible():
            return
        if not self._opened:
            self._opened = True
            say("ready")
            QTest.keyClick(window, Qt.Key.Key_F2)
            return
        sheet = window.findChild(PhoneNoteSheet)
        if sheet is None or not sheet.isVisible():
            return
        number = next(self._words)
        QTest.keyClicks(sheet.form.concern, f"w{number} ")
        say(f"typed {number}")


def begin() -> None:
    """Wait beside the window's thread until there is an application, then type in its thread."""
    while (app := QApplication.instance()) is None:
        time.sleep(0.01)
    QTimer.singleShot(0, app, lambda: typists.append(Typist()))


typists: list[Typist] = []

if __name__ == "__main__":
    threading.Thread(target=begin, daemon=True).start()
    sys.exit(open_window("", training=True))
