"""The thirty checks of the one HTTP door, counted (invariant 50); more of its promises: test_http.py, test_tls.py.

Each has a scripted server of its own and can fail: bodies are really sent, wrong certificates really shown, and where
nothing may connect, a canary listens.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.connectors import hygiene_in, hygiene_out
from tests.connectors.hygiene import CHECKS, Check, Tools


@pytest.mark.parametrize("one", CHECKS, ids=[one.__name__ for one in CHECKS])
def test_hygiene(one: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    asyncio.run(one(Tools(tmp_path, monkeypatch, caplog)))


def test_they_are_at_least_thirty() -> None:
    assert len({one.__name__ for one in CHECKS}) >= 30
    assert {one.__module__ for one in CHECKS} == {hygiene_in.__name__, hygiene_out.__name__}
