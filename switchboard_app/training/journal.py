"""What happened on the simulated platforms, one JSON line each, so that training goes on after a crash.

What it is for: the embedded workspace of training survives ``kill -9``; without this file the platforms would have
forgotten what the workspace remembers, and a reply whose fate is unknown could not be read back. What it refuses to
do: it is no archive; a line that was cut off in the middle of writing is dropped, and a power cut may lose the last
lines (nothing is forced to the disk). It holds invented people only.

Called by `training.platform`; the assembly names the file and its life is the training workspace's.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from switchboard_app.model.errors import UserError
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.training.truth import Deleted, Edited, SimulatedFile, SimulatedMessage, SimulatedPerson

Happening = SimulatedPerson | SimulatedMessage | Edited | Deleted

_KINDS = {"person": SimulatedPerson, "edited": Edited, "deleted": Deleted}


class Journal:
    """One file for all platforms. Raises UserError where it holds something else, OSError where it cannot be opened."""

    def __init__(self, path: Path, started_at: Millis) -> None:
        """Open the file, or begin it with `started_at`, the moment training started."""
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        whole = [line for line in lines if line.endswith(b"\n")]
        self._path = path
        self._told: list[dict[str, Any]] = [self._opened(number, line) for number, line in enumerate(whole, 1)]
        self._file = path.open("ab")
        self._file.truncate(sum(map(len, whole)))
        if not self._told:
            self._told = [{"started_at": started_at}]
            self._write(self._told[0])
        self.started_at = Millis(self._told[0].get("started_at", started_at))
        """When training was started for the first time."""
        self.played_s = max((float(line["played_s"]) for line in self._told if "played_s" in line), default=0.0)
        """Training seconds played in earlier runs."""

    def happenings(self, platform: str) -> Iterator[Happening]:
        """What was written about one platform in earlier runs, in order."""
        for line in self._told:
            if line.get("on") == platform:
                try:
                    yield _read(line)
                except (KeyError, TypeError, ValueError) as error:
                    raise self._unreadable(type(error).__name__) from error

    def append(self, platform: str, happening: Happening) -> None:
        """Write one line; it is with the operating system when this returns."""
        name = "message" if isinstance(happening, SimulatedMessage) else type(happening).__name__.lower()
        name = name.removeprefix("simulated")
        values = asdict(happening)
        for file in values.get("files", ()):
            file["content"] = base64.b64encode(file["content"]).decode("ascii")
        self._write({"on": platform, "what": name, "values": values})

    def note_played(self, seconds: float) -> None:
        """Write down how many training seconds have been played."""
        self._write({"played_s": round(seconds, 1)})

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _opened(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            told = json.loads(line)
        except ValueError as error:
            raise self._unreadable(tr("line {line}").format(line=number)) from error
        if not isinstance(told, dict):
            raise self._unreadable(tr("line {line}").format(line=number))
        return told

    def _unreadable(self, where: str) -> UserError:
        return UserError(
            tr("The record of training cannot be read: {file}, {where}.").format(file=self._path, where=where),
            tr("Delete the folder it lies in: training then starts anew."),
        )

    def _write(self, line: dict[str, Any]) -> None:
        # ASCII only: a citizen's text may hold half a surrogate pair, which UTF-8 refuses.
        with self._lock:
            self._file.write(json.dumps(line).encode("ascii") + b"\n")
            self._file.flush()


def _read(line: dict[str, Any]) -> Happening:
    values = line["values"]
    if line["what"] != "message":
        happening: Happening = _KINDS[line["what"]](**values)
        return happening
    files = tuple(
        SimulatedFile(**{**file, "content": base64.b64decode(file["content"])}) for file in values.pop("files")
    )
    return SimulatedMessage(**values, files=files)
