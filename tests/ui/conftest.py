"""What holds for every test of the window: the light theme at 100 %, and no label that would take text for markup.

`open_window` shows a widget and gives it the keyboard. Views' tests build what else they need beside themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look


@pytest.fixture(autouse=True)
def plain_window(qapp: QApplication) -> Iterator[None]:
    """Starts each test with the light theme at 100 %, and fails it when it left a label that interprets text."""
    if look.current().name != "light" or look.scale() != 1.0 or not qapp.styleSheet():
        look.prefer_bundled()
        look.apply(qapp, look.Theme.LIGHT)
    yield
    guessing = [
        f"{type(widget).__name__} {widget.text()[:40]!r}"
        for widget in QApplication.allWidgets()
        if isinstance(widget, QLabel)
        and widget.metaObject().className() != "QTipLabel"
        and widget.textFormat() is not Qt.TextFormat.PlainText
        and widget.text()
    ]
    assert not guessing, f"labels that would interpret what they show: {guessing}"


@pytest.fixture
def open_window(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Shows a widget as the active window; closed after the test."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()
        return widget

    return show
