"""Opening the window: the display, the one instance, the loop. The only user of qasync besides `ui.bridge`.

Refuses to open a second window on the same workspace: the first one is raised.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

from switchboard_app.app.crash import catch_all
from switchboard_app.app.station import Station, this_station
from switchboard_app.model.errors import ExitCode, Unreachable
from switchboard_app.model.language import tr
from switchboard_app.store.location import Location

LISTEN_AFTER_MILLIS = 500
"""Later starts are listened to when the first page stands; until then they wait."""
SETTLED_AFTER_MILLIS = 3000
SWITCH_SECONDS = 0.0005
"""For how long another thread may keep the interpreter when the window wants it. Qt gives it away with every other call
of a paint, so Python's usual 5 ms make a stutter of a poll (measured: 40-90 ms became 25).
"""


def open_window(workspace: str, *, training: bool) -> int:
    """Show the window until it is closed; returns the exit code."""
    gc.disable()  # what is loaded now stays: looking for dead cycles in it costs a tenth of the start
    sys.setswitchinterval(SWITCH_SECONDS)
    _need_display()
    station = this_station()
    catch_all()
    address = "training" if training else str(station.location(workspace))
    _load_what_knows_no_qt()
    app = _application(station)
    from switchboard_app.ui.collector import Collector
    from switchboard_app.ui.single import SingleInstance, instance_name

    single = SingleInstance(instance_name(address, station.folder), station.folder)
    if single.already_running(listen=False):
        return ExitCode.DONE
    import asyncio

    from PySide6.QtCore import QTimer
    from qasync import QEventLoop

    from switchboard_app.app.life import Life

    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    life = Life(station, workspace, training=training)
    single.message.connect(life.told)
    QTimer.singleShot(LISTEN_AFTER_MILLIS, single.listen)
    collector = Collector(app)
    QTimer.singleShot(SETTLED_AFTER_MILLIS, collector.start)
    try:
        with loop:
            return int(loop.run_until_complete(life.live()))
    finally:
        _end_decoders()
        collector.stop()
        single.close()


def _end_decoders() -> None:
    """A file that is being decoded does not hold up the end of the program."""
    from switchboard_app.ui.decoding.decoder import the_decoder

    the_decoder().close()


def _load_what_knows_no_qt() -> None:
    """Load what the first page needs and Qt does not: once Qt is there, its binding reads the source of each module.

    (It looks for its own name in it, half a millisecond a module.)
    """

    import switchboard_app.app.workspace
    import switchboard_app.config
    import switchboard_app.store.accounts
    import switchboard_app.store.queue
    import switchboard_app.tasks  # noqa: F401 - loaded here, used by the window


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
