"""``kill -9`` in the middle: what was acknowledged is there, nothing is sent twice, the next command just works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from switchboard_app.training import faults
from switchboard_app.training.facebook import SimulatedFacebook
from tests.cli.conftest import Station
from tests.cli.forks import ROOT
from tests.cli.test_sync import delivery, messages, report, truth

PROGRAM = (
    "import os, signal, sys\n"
    "from pathlib import Path\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background job is started deaf to Ctrl+C
    "from switchboard_app import credentials\n"
    "from tests.cli.forks import FileKeyring\n"
    "credentials._by_platform = lambda: FileKeyring(Path(os.environ['TEST_KEYRING']))\n"
    "from switchboard_app.cli import main\n"
    "sys.exit(main(sys.argv[1:]))\n"
)


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes of the test; killed at its end if they still run."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def start(station: Station, started: list[subprocess.Popen[bytes]], *arguments: str) -> subprocess.Popen[bytes]:
    """A command in a process of its own, with the test's keyring."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    started.append(
        subprocess.Popen(command, cwd=ROOT, env=station.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    )
    return started[-1]


def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 40
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def killed(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait(20)


@pytest.mark.parametrize("accepted", [True, False], ids=["arrived", "did not arrive"])
def test_in_the_middle_of_a_send(
    page: Station, facebook: SimulatedFacebook, started: list[subprocess.Popen[bytes]], accepted: bool
) -> None:
    facebook.say("p", "Frage")
    page.ok("sync", "--once")
    page.ok("enquiry", "reply", "1", "--text", "Antwort")
    facebook.faults.add("POST /messages", faults.slow(30, accepted=accepted))
    sender = start(page, started, "sync", "--once")
    until(lambda: delivery(page)["state"] == "sending" and (bool(facebook.sent_by_us()) or not accepted))
    killed(sender)
    facebook.faults.clear()
    assert report(page, "Rathaus Basel")["health"] == "ok"
    for _ in range(2):
        report(page, "Rathaus Basel")
    assert len(facebook.sent_by_us()) == int(accepted), "never a second time"
    assert delivery(page)["state"] == ("sent" if accepted else "uncertain")
    assert page.ok("workspace", "check") == {"problems": []}


def test_in_the_middle_of_a_poll(
    page: Station, facebook: SimulatedFacebook, started: list[subprocess.Popen[bytes]]
) -> None:
    """The lease of the dead process is not waited for, and what it had stored is not stored again."""
    for number in range(60):
        facebook.say(f"p{number % 20}", f"Nachricht {number}")
    facebook.faults.add("GET /", faults.slow(30), skip=4)
    poller = start(page, started, "sync", "--once")
    until(lambda: sum(one.method == "GET" for one in facebook.requests) >= 5 or facebook.faults.left == 0)
    killed(poller)
    facebook.faults.clear()
    begun = time.monotonic()
    assert report(page, "Rathaus Basel")["health"] == "ok"
    assert time.monotonic() - begun < 60, "a lease lasts 90 seconds"
    assert messages(page) == truth(facebook)


def test_two_at_once(page: Station, facebook: SimulatedFacebook, started: list[subprocess.Popen[bytes]]) -> None:
    """Two times ``sync --once`` side by side: both end well, each message and each answer once."""
    for number in range(10):
        facebook.say(f"p{number}", f"Frage {number}")
    page.ok("sync", "--once")
    for number in range(1, 11):
        page.ok("enquiry", "reply", str(number), "--text", f"Antwort {number}")
    for number in range(10):
        facebook.say(f"q{number}", f"neu {number}")
    both = [start(page, started, "sync", "--once", "--json") for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    assert messages(page) == truth(facebook)
    assert Counter(one.text for one in facebook.sent_by_us()) == Counter(f"Antwort {n}" for n in range(1, 11))


def test_interrupted_by_hand(
    page: Station, facebook: SimulatedFacebook, started: list[subprocess.Popen[bytes]]
) -> None:
    """Ctrl+C: the answer under way is finished and noted, and no traceback is shown."""
    facebook.say("p", "Frage")
    page.ok("sync", "--once")
    page.ok("enquiry", "reply", "1", "--text", "Antwort")
    facebook.faults.add("POST /messages", faults.slow(6))
    sender = start(page, started, "sync", "--once")
    until(lambda: bool(facebook.sent_by_us()))
    sender.send_signal(signal.SIGINT)
    _, said = sender.communicate(timeout=40)
    assert sender.returncode == 130
    assert b"Traceback" not in said
    assert delivery(page)["state"] == "sent"
    assert len(facebook.sent_by_us()) == 1
