"""What a fresh process says of itself when its first page is painted: one line of JSON, then it ends at once.

Used by the programs that `start` runs. Imports nothing but the standard library, so that it costs nothing.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

BEGAN = "SWITCHBOARD_BENCH_BEGAN"
"""The environment variable with the moment at which the parent started the process, in seconds."""


def memory() -> tuple[float, float]:
    """Resident and proportional memory of this process in MiB; 0 where the system does not say."""
    return _field("/proc/self/status", "VmRSS:"), _field("/proc/self/smaps_rollup", "Pss:")


def _field(file: str, name: str) -> float:
    try:
        lines = Path(file).read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


def so_far() -> dict[str, float]:
    """CPU and wall milliseconds since the start of the process, and its memory."""
    cpu = time.process_time() * 1000
    resident, proportional = memory()
    began = float(os.environ.get(BEGAN, "0"))
    return {"cpu": cpu, "wall": (time.time() - began) * 1000 if began else 0.0, "rss": resident, "pss": proportional}


def report_and_end(**more: object) -> None:
    """Say it and end without a goodbye: what ending costs is not asked."""
    sys.stdout.write(json.dumps({**so_far(), **more}) + "\n")
    sys.stdout.flush()
    os._exit(0)
