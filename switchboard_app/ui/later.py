"""A module that is loaded at its first use, for what the first page of the window does not need.

    if TYPE_CHECKING:
        from switchboard_app.store import desk
    else:
        desk = Later("switchboard_app.store.desk")

The type checker and the layers see the import as it is written. Called by modules that the first page needs itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module until something of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
