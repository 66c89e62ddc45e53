"""``python -m bench``: everything, or what is named, as a table and as JSON. Exit code 1 when a goal is not met and
``--strict`` was asked for.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

import sqlcipher3

from bench import corpus
from bench.measure import HEAD, Figure
from bench.places import Places, default_cache

BENCHES = ("ingest", "pages", "poll", "queue_page", "search", "commits", "start", "scrolling", "loop")


def main(arguments: list[str]) -> int:
    """Measure and print."""
    asked = _asked(arguments)
    places = Places(asked.cache, asked.size, asked.seed)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(machine())
    print(f"{asked.size:,} enquiries, seed {asked.seed}\n\n{HEAD}", flush=True)
    made: list[Figure] = []
    for name in asked.only:
        began = time.monotonic()
        for figure in importlib.import_module(f"bench.{name}").figures(places):
            made.append(figure)
            print(figure.line(), flush=True)
        print(f"-- {name}: {time.monotonic() - began:.0f} s", flush=True)
    missed = [figure.name for figure in made if figure.goal is not None and not figure.goal.met(figure)]
    goals = sum(figure.goal is not None for figure in made)
    print(f"\n{goals - len(missed)} of {goals} goals met")
    if asked.json is not None:
        document = {"machine": machine(), "size": asked.size, "figures": [figure.as_json() for figure in made]}
        asked.json.write_text(json.dumps(document, indent=1, ensure_ascii=False), "utf-8")
    return 1 if missed and asked.strict else 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Switchboard against its floors.")
    parser.add_argument("--only", type=_names, default=BENCHES, metavar="NAMES", help=f"of: {', '.join(BENCHES)}")
    parser.add_argument("--size", type=int, default=100_000, help="enquiries (default: 100,000)")
    parser.add_argument("--seed", type=int, default=corpus.SEED)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where built workspaces are kept")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a goal is not met")
    return parser.parse_args(arguments)


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return names


def machine() -> str:
    """What it ran on, as docs/performance.md wants it."""
    parts = (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "",
        platform.platform(),
        f"CPython {platform.python_version()}",
        f"SQLite {sqlcipher3.sqlite_version} (SQLCipher)",
        *(f"{name} {version(name)}" for name in ("peewee", "PySide6-Essentials", "httpx")),
    )
    return ", ".join(part for part in parts if part)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
