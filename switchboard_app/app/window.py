"""Opening the window: the display, the one instance, the loop. The only user of qasync besides `ui.bridge`.

Refuses to open a second window on the same workspace: the first one is raised.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from switchboard_app.app.station import Station, this_station
from switchboard_app.model.errors import ExitCode, Unreachable
from switchboard_app.model.language import tr
from switchboard_app.store.location import Location


def open_window(workspace: str, *, training: bool) -> int:
    """Show the window until it is closed; returns the exit code."""
    _need_display()
    station = this_station()
    address = "training" if training else str(station.location(workspace))
    app = _application(station)
    from switchboard_app.ui.single import SingleInstance, instance_name

    single = SingleInstance(instance_name(address, station.folder))
    if single.already_running():
        return ExitCode.DONE
    import asyncio

    from qasync import QEventLoop

    from switchboard_app.app.life import Life

    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    life = Life(station, workspace, training=training)
    single.message.connect(life.told)
    try:
        with loop:
            return int(loop.run_until_complete(life.live()))
    finally:
        single.close()


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

    app = QApplication(sys.argv[:1])
    app.setApplicationName("Switchboard")
    app.setDesktopFileName("switchboard")
    app.setQuitOnLastWindowClosed(False)  # qasync would stop its loop in the middle of the end
    look.apply(app, look.Theme(station.settings.theme), station.settings.text_scale / 100)
    return app


def tell_window(station: Station, location: Location, message: str) -> None:
    """Tell the window that is open on this workspace. Raises Unreachable when there is none."""
    from PySide6.QtCore import QCoreApplication

    from switchboard_app.ui.single import SingleInstance, instance_name

    app = QCoreApplication.instance() or QCoreApplication([])
    single = SingleInstance(instance_name(str(location), station.folder))
    there = single.already_running(message)
    single.close()
    del app
    if not (there and single.answered):
        raise Unreachable(tr("No window is open on this workspace."), tr("Start Switchboard first."))
