"""The platforms as a program of their own: one line of addresses, and an end that nobody has to bring about."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(*options: str, stdin: int | None = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "switchboard_app.training.serve", *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def serving() -> Iterator[subprocess.Popen[str]]:
    process = start("--control", "--citizens", "resources/training", "--seconds", "60")
    with process:
        yield process
        process.kill()


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    record: dict[str, Any] = json.loads(process.stdout.readline())
    return record


def test_it_says_where_it_serves_and_stops_when_the_pipe_is_closed(serving: subprocess.Popen[str]) -> None:
    where = told(serving)
    with httpx.Client(trust_env=False, timeout=10) as client:
        page = client.get(
            f"{where['facebook']}/v26.0/me", headers={"Authorization": f"Bearer {where['facebook_token']}"}
        )
        assert page.json()["id"] == where["facebook_page_id"]
        account = client.get(f"{where['x']}/2/dm_events", headers={"Authorization": f"Bearer {where['x_token']}"})
        assert account.json()["meta"]["result_count"] > 0
        for base in (where["facebook"], where["x"]):
            assert len(client.get(f"{base}/_control/truth").json()["messages"]) > 3
    assert serving.stdin is not None
    serving.stdin.close()
    assert serving.wait(20) == 0


def test_it_stops_when_told_to_and_needs_no_input() -> None:
    with start("--seconds", "60", stdin=subprocess.DEVNULL) as process:
        assert set(told(process)) >= {"facebook", "x"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_it_stops_by_itself() -> None:
    with start("--seconds", "0.2") as process:
        told(process)
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_taken_port_is_told_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with start("--port", str(taken.getsockname()[1])) as process:
            assert process.wait(20) == 2
            assert process.stderr is not None
            assert "taken" in process.stderr.read()
