"""The tests bite: each sabotage of the list turns its test red."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests import tiers
from tests.sabotage.broken import ROOT
from tests.sabotage.kind import Sabotage
from tests.sabotage.sabotages import SABOTAGES

_TESTS_FAILED = 1


@pytest.mark.timeout(600)
@pytest.mark.parametrize("one", SABOTAGES, ids=lambda one: one.name.replace(" ", "-"))
def test_a_sabotage_is_noticed(one: Sabotage) -> None:
    if not (one.push or tiers.nightly):
        pytest.skip("at night")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.sabotage.broken", "-p", "no:randomly",
         "-p", "no:cacheprovider", "--tb=line", one.test],
        cwd=ROOT,
        env={**os.environ, "SABOTAGE": json.dumps([one.module, one.old, one.new]), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    said = done.stdout[-2000:] + done.stderr[-2000:]
    assert done.returncode == _TESTS_FAILED, f"«{one.name}» went unnoticed by {one.test}:\n{said}"
    assert " failed" in said or " error" in said, said


def test_every_sabotage_still_has_its_place() -> None:
    """On every push, because it is cheap: whoever rewrites a weak place says where it is now."""
    astray = [one.name for one in SABOTAGES if (ROOT / one.module).read_text().count(one.old) != 1]
    assert not astray
    missing = [one.name for one in SABOTAGES if not (ROOT / one.test.partition("::")[0]).exists()]
    assert not missing
