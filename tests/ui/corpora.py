"""The shared corpora as parameters of tests, which are skipped, with the reason, where there are none.

They lie in ../shared beside the checkout and are only read.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"


def corpus(*parts: str) -> list[dict[str, object]]:
    """The cases of a shared corpus; none where it does not lie beside the checkout."""
    path = SHARED.joinpath(*parts)
    if not path.is_file():
        return []
    read = json.loads(path.read_text(encoding="utf-8"))
    return read["cases"] if isinstance(read, dict) else [{"id": f"b{i}", "text": text} for i, text in enumerate(read)]


def cases(*parts: str) -> list[object]:
    """Parameters from a shared corpus; one that skips, with its reason, where there is none."""
    found: list[object] = [pytest.param(case, id=str(case["id"])) for case in corpus(*parts)]
    reason = f"no ../shared/corpora/{'/'.join(parts)} beside this checkout"
    return found or [pytest.param({}, id="absent", marks=pytest.mark.skip(reason=reason))]
