"""What holds for every test of the window: the light theme at 100 %, and no label that would take text for markup.

`open_window` shows a widget and gives it the keyboard. Tests of views are coroutines: they run in the window's loop
(`loop`, one for the whole session, because a closed one that a thread collects leaves a dangling timer in Qt), on a
`workspace` of their own. Views' tests build what else they need beside themselves.
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import qasync
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look
from tests.ui.workspace import Workspace


@pytest.fixture(autouse=True)
def plain_window(qapp: QApplication) -> Iterator[None]:
    """Starts each test with the light theme at 100 %, and fails it when it left a label that interprets text."""
    if look.current().name != "light" or look.scale() != 1.0 or not qapp.styleSheet():
        look.prefer_bundled()
        look.apply(qapp, look.Theme.LIGHT)
    # As in the program, nothing is collected in the store's threads. (Nor in the middle of making the list below: it
    # would delete widgets that are still to come in it, and the program dies; PySide 6.11.)
    gc.disable()
    yield
    widgets = QApplication.allWidgets()
    guessing = [
        f"{type(widget).__name__} {widget.text()[:40]!r}"
        for widget in widgets
        if isinstance(widget, QLabel)
        and widget.metaObject().className() != "QTipLabel"
        and widget.textFormat() is not Qt.TextFormat.PlainText
        and widget.text()
    ]
    _delete_windows(qapp)
    gc.enable()
    assert QApplication.mouseButtons() == Qt.MouseButton.NoButton, "the next test begins with a button held"
    assert not guessing, f"labels that would interpret what they show: {guessing}"


def _delete_windows(app: QApplication) -> None:
    """What no test holds any more would else die in some later test, in pieces, and be called while it does."""
    for widget in app.topLevelWidgets():
        widget.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


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


@pytest.fixture(scope="session")
def loop(qapp: QApplication) -> Iterator[qasync.QEventLoop]:
    """The window's loop."""
    qapp.setQuitOnLastWindowClosed(False)
    made = qasync.QEventLoop(qapp)
    yield made
    made.close()
    gc.collect()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is a coroutine in the window's loop."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: value for name, value in pyfuncitem.funcargs.items() if name in wanted}
    used = pyfuncitem.funcargs.get("workspace")

    async def whole() -> None:
        """The test, and the end of what it started: Qt's timers go on after it, but no loop runs then."""
        try:
            await pyfuncitem.obj(**arguments)
        finally:
            if isinstance(used, Workspace):
                await used.rest()

    pyfuncitem._request.getfixturevalue("loop").run_until_complete(whole())
    return True


@pytest.fixture
def workspace(loop: qasync.QEventLoop, tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace with its bridge and verbs; closed after the test."""
    made = Workspace(tmp_path)
    yield made
    loop.run_until_complete(made.close())
