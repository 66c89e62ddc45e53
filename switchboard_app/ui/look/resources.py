"""Where the program's own files lie: `resources/` beside the package in a checkout, `_resources` inside it once
installed, or the frozen program's folder.

Read only. Called by `fonts` and `icons`.
"""

from __future__ import annotations

import sys
from pathlib import Path


def resources() -> Path:
    """The folder `resources`. It may be absent in a half-built tree; callers then fall back."""
    frozen = getattr(sys, "_MEIPASS", None)
    if isinstance(frozen, str):
        return Path(frozen) / "resources"
    package = Path(__file__).resolve().parents[2]
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "resources"
