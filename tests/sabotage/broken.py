"""A pytest plugin that loads one module of the program with one piece of its text replaced.

Read by the process that `test_sabotages` starts: ``-p tests.sabotage.broken``, with the patch in the environment. It
refuses to run when the text is not there exactly once.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


class Broken(importlib.abc.MetaPathFinder):
    """Finds the one module and gives it its other text."""

    def __init__(self, module: str, old: str, new: str) -> None:
        self.path = ROOT / module
        self.name = module.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        text = self.path.read_text()
        if text.count(old) != 1:
            raise SystemExit(f"sabotage: the text stands {text.count(old)} times in {module}: {old!r}")
        self.text = text.replace(old, new)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of the broken module; None for all others."""
        if fullname != self.name:
            return None
        del path, target
        loader = _Loader(fullname, str(self.path), self.text)
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads another text than the file's, and leaves no compiled file behind."""

    def __init__(self, fullname: str, path: str, text: str) -> None:
        super().__init__(fullname, path)
        self._text = text

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        """Compiled from the text at hand."""
        return compile(self._text, self.path, "exec", dont_inherit=True)


_patch = json.loads(os.environ.pop("SABOTAGE", "null"))
if _patch is not None:
    sys.meta_path.insert(0, Broken(*_patch))
