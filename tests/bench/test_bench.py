"""The bench runs: every part measures product and floor on a small workspace. How fast is not judged here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("ingest", "pages", "queue_page", "search", "commits")


def test_every_part_measures_something_beside_its_floor(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "--only", ",".join(PARTS), "--size", "300"]
    command += ["--cache", str(tmp_path / "cache"), "--json", str(figures)]
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME")}
    done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for part in PARTS:
        assert f"-- {part}: " in done.stdout
    document = json.loads(figures.read_text("utf-8"))
    assert document["size"] == 300
    assert len(document["figures"]) > 30
    for figure in document["figures"]:
        assert figure["value"] > 0 or "rows written" in str(figure["name"]), figure
        assert figure["floor"] is None or figure["floor"] > 0, figure
