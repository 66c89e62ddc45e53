"""Prism (npm, @stoplight/prism-cli): a server that checks requests against X's specification and makes up answers.

Installed once into ``.cache/prism`` of the checkout with the ordinary npm client, started on loopback on a free port
and stopped by its process id. Where Node.js, npm or the specification is missing, or the installation fails, the tests
that need it are skipped and say why.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = ROOT / ".cache" / "prism"
PACKAGE = "@stoplight/prism-cli@5"
_ENTRY = HOME / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
_INSTALL_S = 400
_START_S = 60.0


def installed() -> Path:
    """Prism's entry script; installs it when it is not there. Skips the test where that cannot be."""
    if shutil.which("node") is None:
        pytest.skip("no Node.js: requests to X are not checked by Prism")
    if _ENTRY.is_file():
        return _ENTRY
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm: Prism cannot be installed")
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / ".gitignore").write_text("*\n")
    (HOME / "package.json").write_text('{"name": "prism-of-the-tests", "private": true}\n')
    command = [npm, "install", PACKAGE, "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    command += [
        "--fetch-retries=1",
        "--fetch-timeout=60000",
        "--fetch-retry-maxtimeout=5000",
    ]  # soon known to be offline
    try:
        done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=_INSTALL_S, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install {PACKAGE} in time")
    if done.returncode != 0 or not _ENTRY.is_file():
        pytest.skip(f"npm could not install {PACKAGE}")
    return _ENTRY


@contextmanager
def mocking(entry: Path, spec: Path) -> Iterator[str]:
    """Serve a specification; gives the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["node", str(entry), "mock", str(spec), "-h", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _START_S
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.skip("Prism did not start")
