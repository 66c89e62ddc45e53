"""How the window writes a support bundle (`ui.bridge.Support`): what it needs is loaded when somebody asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from switchboard_app.store.database import Store

if TYPE_CHECKING:
    from switchboard_app.app.station import Station


class BundleOfStation:
    """Of this station and its open workspace."""

    def __init__(self, station: Station, store: Store) -> None:
        self._station = station
        self._store = store

    def name(self) -> str:
        """With the day and the time."""
        from switchboard_app.app.bundle import suggested_name

        return suggested_name()

    def write(self, file: Path) -> None:
        """Write it whole or not at all. Raises UserError."""
        from switchboard_app.app.bundle import bundle_of_window

        bundle_of_window(file, self._station, self._opened)

    @contextmanager
    def _opened(self) -> Iterator[Store]:
        yield self._store
