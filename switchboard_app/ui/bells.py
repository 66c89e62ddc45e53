"""What rings in the window and what the system shows of it: the call that comes in, and the icon in the tray.

Both are made after the first page is on the screen, and only where there is a telephone or a tray. Called by the main
window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchboard_app.ui.bridge import Bridge, Caller

if TYPE_CHECKING:
    from switchboard_app.ui.call_banner import CallBanner
    from switchboard_app.ui.main_window import MainWindow
    from switchboard_app.ui.tray import Tray


class Bells:
    """`hang()` once the window stands; `take_note()` is what F2 does."""

    def __init__(self, window: MainWindow, bridge: Bridge, *, notifications: bool) -> None:
        self._window = window
        self._bridge = bridge
        self._notifications = notifications
        self._calls: CallBanner | None = None
        self._tray: Tray | None = None

    def hang(self) -> None:
        """Make the banner of calls and the tray icon."""
        from switchboard_app.ui.tray import Tray, tray_available

        window = self._window
        if self._bridge.telephone is not None and self._calls is None:
            from switchboard_app.ui.call_banner import CallBanner

            self._calls = CallBanner(window, self._bridge)
            self._calls.accepted.connect(self._taken)
        if tray_available() and self._tray is None:
            self._tray = Tray(window, notifications=self._notifications)
            self._tray.raised.connect(window.come_forward)
            self._tray.quit_wanted.connect(window.close)
            window.views.counted.connect(self._tray.show_counts)

    def notify(self, wanted: bool) -> None:
        """Whether the tray says when something comes in."""
        self._notifications = wanted
        if self._tray is not None:
            self._tray.notify(wanted)

    def take_note(self) -> None:
        """The call that rings, if one does, else the phone note as it was left."""
        self._window.hush()
        if self._calls is None or not self._calls.accept():
            self._window.sheets.phone_note().open_for()

    def _taken(self, caller: Caller) -> None:
        self._window.hush()
        self._window.sheets.phone_note().open_for(caller.number, caller.name, caller.script)
