"""The sheets that open over the window, each made at its first use: what is not needed yet costs no start.

Refuses to decide when a sheet opens: the main window does. The modules of the sheets are imported here and at their
first use alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchboard_app.config import resource_folder
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.verbs import Verbs
from switchboard_app.ui.window_state import WindowSettings

if TYPE_CHECKING:
    from switchboard_app.ui.account_sheet import AccountSheet
    from switchboard_app.ui.directory_sheet import DirectorySheet
    from switchboard_app.ui.key_sheet import KeySheet
    from switchboard_app.ui.look import Toast
    from switchboard_app.ui.main_window import MainWindow
    from switchboard_app.ui.phone_note import PhoneNoteSheet
    from switchboard_app.ui.settings_sheet import SettingsSheet
    from switchboard_app.ui.support import SupportBundle
    from switchboard_app.ui.trouble_sheet import TroubleSheet


class WindowSheets:
    """One of each for a window."""

    def __init__(self, window: MainWindow, bridge: Bridge, verbs: Verbs, settings: WindowSettings) -> None:
        self._window = window
        self._bridge = bridge
        self._verbs = verbs
        self._settings = settings
        self._note: PhoneNoteSheet | None = None
        self._keys: KeySheet | None = None
        self._station: SettingsSheet | None = None
        self._directory: DirectorySheet | None = None
        self._account: AccountSheet | None = None
        self._trouble: TroubleSheet | None = None
        self.support: SupportBundle | None = None

    def phone_note(self) -> PhoneNoteSheet:
        """The phone note; made ahead of its first use, because it must open at once."""
        if self._note is None:
            from switchboard_app.ui.phone_note import PhoneNoteSheet

            self._note = PhoneNoteSheet(self._window, self._bridge, self._verbs)
        return self._note

    def keys(self) -> KeySheet:
        """The keys."""
        if self._keys is None:
            from switchboard_app.ui.key_sheet import KeySheet

            self._keys = KeySheet(self._window)
        return self._keys

    def station(self) -> SettingsSheet:
        """The settings of this station."""
        if self._station is None:
            from switchboard_app.ui.settings_sheet import SettingsSheet

            self._station = SettingsSheet(self._window, self._bridge, self._settings, self._settings.secrets)
        return self._station

    def directory(self) -> DirectorySheet:
        """The directory of offices."""
        if self._directory is None:
            from switchboard_app.ui.directory_sheet import DirectorySheet

            self._directory = DirectorySheet(self._window, self._bridge, resource_folder())
        return self._directory

    def account(self) -> AccountSheet:
        """Connecting an account."""
        if self._account is None:
            from switchboard_app.ui.account_sheet import AccountSheet

            self._account = AccountSheet(self._window, self._bridge)
        return self._account

    @property
    def can_ask_support(self) -> bool:
        """Whether a bundle can be written here."""
        return self._bridge.support is not None

    def ask_support(self, toast: Toast) -> None:
        """Save a support bundle."""
        if self._bridge.support is None:
            return
        if self.support is None:
            from switchboard_app.ui.support import SupportBundle

            self.support = SupportBundle(self._window, self._bridge, self._bridge.support, toast)
        self.support.ask()

    @property
    def can_practise(self) -> bool:
        """Whether there are simulated platforms that can be troubled."""
        return self._bridge.rehearsal is not None

    def practise(self) -> None:
        """Choose what is wrong with the simulated platforms."""
        if self._bridge.rehearsal is None:
            return
        if self._trouble is None:
            from switchboard_app.ui.trouble_sheet import TroubleSheet

            self._trouble = TroubleSheet(self._window, self._bridge.rehearsal)
            self._trouble.played.connect(self._window.training.retranslate)
        self._trouble.open()
