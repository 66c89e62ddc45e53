"""An operator's hands for tests of the window: typing any character, pressing keys with their shortcuts.

`QtBot.keyClicks` aborts at everything beyond ASCII; these do not. (A trap beside it: `processEvents` inside a test that
is a coroutine can lose the loop's next wake-up; `await asyncio.sleep(0.01)` does what is meant.)
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def press(field: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key in a field; shortcuts see it first."""
    QTest.keyClick(field, key, modifiers)


def type_in(field: QWidget, text: str) -> None:
    """Type into a field, character by character."""
    plain = Qt.KeyboardModifier.NoModifier
    for char in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(field, QKeyEvent(kind, Qt.Key.Key_unknown, plain, char))
