"""The window and what lives beside it: opening, the first page, the engine, closing. The only user of qasync besides
`ui.bridge`.

The workspace is opened off the window's thread (its key may wait behind the keyring's prompt); what stands in the way
is shown as the first-start page with its next step. Refuses to open a second window on the same workspace: the first
one is raised.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from switchboard_app.app.station import Station, this_station
from switchboard_app.app.windows_of import Life
from switchboard_app.model.errors import ExitCode, Unreachable
from switchboard_app.model.language import tr
from switchboard_app.store.location import Location


def open_window(workspace: str, *, training: bool) -> int:
    """Show the window until it is closed; returns the exit code."""
    _need_display()
    station = this_station()
    from switchboard_app.ui.single import SingleInstance  # Qt is loaded from here on

    app = _application(station)
    name = "training" if training else str(station.location(workspace))
    single = SingleInstance(name)
    if single.already_running("raise"):
        return ExitCode.DONE
    from qasync import QEventLoop

    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    life = Life(station, workspace, training=training)
    single.message.connect(life.told)
    with loop:
        return int(loop.run_until_complete(life.live()))


def _need_display() -> None:
    """Say so in words where Qt would only abort."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Unreachable(
            tr("There is no display to open the window on."),
            tr("Log in to a desktop, or use: xvfb-run -a switchboard --training, or QT_QPA_PLATFORM=offscreen."),
        )


def _application(station: Station) -> Any:
    from PySide6.QtWidgets import QApplication

    from switchboard_app.ui import look

    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("Switchboard")
    app.setQuitOnLastWindowClosed(False)  # type: ignore[attr-defined]  # QApplication's
    look.apply(app, look.Theme(station.settings.theme), station.settings.text_scale / 100)  # type: ignore[arg-type]  # it is a QApplication
    return app


def tell_window(location: Location, message: str) -> None:
    """Tell the window that is open on this workspace. Raises Unreachable when there is none."""
    from PySide6.QtCore import QCoreApplication

    from switchboard_app.ui.single import SingleInstance

    app = QCoreApplication.instance() or QCoreApplication([])
    told = SingleInstance(str(location)).already_running(message)
    del app
    if not told:
        raise Unreachable(tr("No window is open on this workspace."), tr("Start Switchboard first."))


Work = Callable[[], Coroutine[Any, Any, None]]
