"""The window's side of one decoder process: started on demand, kept warm, killed when it is slow, started anew.

Everything here blocks and runs on a thread that `decoder` lends. What comes back is checked like anything that a
stranger sent: sizes, kinds and lengths. Refuses to decode anything itself.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from switchboard_app.log import logger
from switchboard_app.ui.decoding.frames import MOST_BODY, Broken, Head, read_frame, write_frame

START_SECONDS = 20.0
"""For how long a start may take on a machine that is busy with something else."""
USES = 2_000
"""After so many files a fresh process: what libraries forget to give back goes with the old one."""
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "LD_LIBRARY_PATH")
"""What the decoder may know of the environment; not the proxy, not the display, nothing of the session."""
_BEGIN = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from switchboard_app.__main__ import main; main()"  # hidden verb
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the decoder said: `kind` is picture, sound, file, or none with `why` in one word."""

    kind: str
    head: Head
    body: bytes
    why: str = ""


NOTHING = Answer("none", {}, b"", "died")
"""The decoder died over the file, or was killed because it took too long."""


def command(what: str) -> list[str]:
    """How this very program is started as a decoder: from a bundle, an installation, or a checkout."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "decoder", what]
    # -E -P: neither the environment nor the folder one stands in has a say in what is loaded
    root = str(Path(__file__).resolve().parents[3])
    return [sys.executable, "-E", "-P", "-B", "-c", _BEGIN, root, "decoder", what]


class DecoderProcess:
    """One decoder. `ask` is called by one thread at a time; `kill` and `close` by any."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._process: subprocess.Popen[bytes] | None = None
        self._one = threading.Lock()
        self._used = 0
        self._closed = False

    @property
    def pid(self) -> int:
        """Of the running process, 0 when none runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else 0

    def ask(self, head: Head, content: bytes, seconds: float) -> Answer:
        """Have one file decoded within `seconds`. Never raises: what goes wrong is an answer without a file."""
        with self._one:
            if self._closed:
                return NOTHING
            for attempt in (1, 2):
                fresh = self.pid == 0
                if fresh and not self._start():
                    return NOTHING
                answer = self._exchange(head, content, seconds)
                if answer is not None:
                    return answer
                self.kill()
                if fresh or attempt == 2:
                    break  # a warm one may have died of an earlier file; a fresh one died of this
            return NOTHING

    def _exchange(self, head: Head, content: bytes, seconds: float) -> Answer | None:
        """One question; None when the process ended, was killed, or said something odd."""
        process = self._process
        assert process is not None
        alarm = threading.Timer(seconds, process.kill)
        alarm.daemon = True
        alarm.start()
        try:
            write_frame(_stream(process.stdin), head, content)
            told, body = read_frame(_stream(process.stdout), MOST_BODY)
        except (Broken, OSError, ValueError):
            return None
        finally:
            alarm.cancel()
        self._used += 1
        if self._used >= USES:
            self.kill()
        return Answer(str(told.get("is")), told, body, str(told.get("why", ""))[:20])

    def _start(self) -> bool:
        """Start it and wait for its first word."""
        self.kill()  # what is left of one that died
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # one heap: each further one would reserve a quarter of the memory it may have
        environment |= {"MALLOC_ARENA_MAX": "1", "QT_LOGGING_RULES": "*=false"}
        try:
            process = subprocess.Popen(
                command(self._what),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=environment,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as problem:
            logger("ui").error("the decoder for %s could not be started: %s", self._what, problem.strerror)
            return False
        self._process, self._used = process, 0
        alarm = threading.Timer(START_SECONDS, process.kill)
        alarm.daemon = True
        alarm.start()
        try:
            ready = read_frame(_stream(process.stdout), 0)[0].get("is") == "ready"
        except (Broken, OSError):
            ready = False
        finally:
            alarm.cancel()
        if not ready:
            logger("ui").error("the decoder for %s ended at its start", self._what)
            self.kill()
        return ready

    def kill(self) -> None:
        """End the process at once; the next question starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    _stream(stream).close()
            process.wait()

    def close(self) -> None:
        """End it for good."""
        self._closed = True
        self.kill()


def _stream(stream: IO[bytes] | None) -> BinaryIO:
    assert stream is not None
    return cast(BinaryIO, stream)
