"""A program: the product's own start (``switchboard --workspace URL``), ended at its first page of the queue.

With ``--all`` it goes on until what is made after the first page stands. The probe is put in when the program itself
loads its list, so that nothing is loaded sooner or in another order than without it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from bench.probe import report_and_end, so_far

LIST = "switchboard_app.ui.queue_view"
LONG_ENOUGH = 1500
"""Milliseconds after the first page: everything stands, whatever the machine."""


class Watched(Loader):
    """Loads a module as always, then shows it to somebody."""

    def __init__(self, loader: Loader, show: Callable[[Any], None]) -> None:
        self._loader = loader
        self._show = show

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._show(module)


class WhenLoaded(MetaPathFinder):
    """Calls `show` with one module when it is loaded."""

    def __init__(self, name: str, show: Callable[[Any], None]) -> None:
        self._name = name
        self._show = show

    def find_spec(self, fullname: str, path: Any, _target: Any = None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec is not None
        assert spec.loader is not None
        spec.loader = Watched(spec.loader, self._show)
        return spec


def watch(module: Any, *, everything: bool) -> None:
    """Report when a list with rows has been painted for the first time."""
    painted = module.QueueView.paintEvent
    first: dict[str, float] = {}

    def paint(view: Any, event: Any) -> None:
        painted(view, event)
        if not first and view._model.loaded():
            first["cpu"] = 0.0
            module.QTimer.singleShot(0, first_page)

    def first_page() -> None:
        if not everything:
            report_and_end()
        first.update(so_far())
        module.QTimer.singleShot(LONG_ENOUGH, lambda: report_and_end(first=first))

    module.QueueView.paintEvent = paint


def main(arguments: list[str]) -> None:
    """Start the program as its command does."""
    everything = "--all" in arguments
    sys.meta_path.insert(0, WhenLoaded(LIST, lambda module: watch(module, everything=everything)))
    from switchboard_app.cli import main as run

    run([one for one in arguments if one != "--all"])


if __name__ == "__main__":
    main(sys.argv[1:])
