"""A run of the real store with every write and every flush of its files in order: what a power cut could leave behind.

`record` runs a scribe under ``strace`` and reads from its trace what the process did to the workspace's files, and
when it said that something was stored. `cut` turns a prefix of that into the files as a disk could hold them: what was
flushed is there, what was not is kept, dropped or torn in sectors of 512 bytes. Refuses to know what is in the files.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
_CALLS = "pwrite64,write,fsync,fdatasync,ftruncate,unlink"
_CALL = re.compile(r"^(\d+)\s+(\w+)\((.*)$")
_RESUMED = re.compile(r"^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$")
_WRITE = re.compile(r'^(\d+)<([^>]*)>, "([^"]*)"(\.\.\.)?, \d+(?:, (\d+))?\)\s+= (\d+)')
_FILE = re.compile(r"^\d+<([^>]*)>(?:, (\d+))?\)\s+= 0")
_NAME = re.compile(r'^"([^"]*)"\)\s+= 0')


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the process did: `wrote` bytes at `at`, `synced`, `cut` to a length, `gone`, or `said` a line."""

    kind: str
    file: str = ""
    at: int = 0
    content: bytes = b""


def _plain(hexed: str) -> bytes:
    return bytes.fromhex(hexed.replace("\\x", ""))


def record(command: Sequence[str], database: Path, trace: Path) -> list[Step]:
    """Run `command` and return what it did to `database` and its WAL, and the lines it wrote to standard output."""
    strace = ["strace", "-f", "-y", "-xx", "-s", "10000000", "-e", f"trace={_CALLS}", "-o", str(trace)]
    done = subprocess.run([*strace, *command], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return [step for step in _steps(trace) if step.kind == "said" or step.file.startswith(database.name)]


def _steps(trace: Path) -> Iterator[Step]:
    """The steps in the order in which they were over; a thread may be held up in the middle of a call."""
    begun: dict[str, str] = {}
    for line in trace.read_text("ascii", "replace").splitlines():
        resumed = _RESUMED.match(line)
        if resumed is not None:
            yield from _step(resumed[2], begun.pop(resumed[1]) + resumed[3])
            continue
        called = _CALL.match(line)
        if called is None:
            continue
        if called[3].endswith("<unfinished ...>"):
            begun[called[1]] = called[3].removesuffix("<unfinished ...>").rstrip()
        else:
            yield from _step(called[2], called[3])


def _step(call: str, rest: str) -> Iterator[Step]:
    if call in ("pwrite64", "write"):
        found = _WRITE.match(rest)
        if found is None:
            return
        content = _plain(found[3])
        assert found[4] is None, "the trace is cut"
        assert len(content) == int(found[6]), "a write that was not carried out whole"
        if call == "pwrite64":
            yield Step("wrote", _name(found[2]), int(found[5]), content)
        elif found[1] == "1":
            yield Step("said", content=content)
    elif call in ("fsync", "fdatasync", "ftruncate"):
        found = _FILE.match(rest)
        if found is not None:
            yield Step("cut" if found[2] else "synced", _name(found[1]), int(found[2] or 0))
    elif (found := _NAME.match(rest)) is not None:
        yield Step("gone", _name(found[1]))


def _name(hexed: str) -> str:
    return Path(_plain(hexed).decode("utf-8", "replace")).name


@dataclass(slots=True)
class _File:
    """A file on the disk: what is surely there, and what may be."""

    there: bytearray
    pending: list[Step] = field(default_factory=list)
    gone: bool = False

    def take(self, step: Step) -> None:
        if self.gone and step.kind == "wrote":  # made anew: the old one is surely gone
            self.there, self.pending, self.gone = bytearray(), [], False
        if step.kind == "gone":
            self.gone = True
        elif step.kind == "synced":
            for one in self.pending:
                _apply(self.there, one)
            self.pending.clear()
        else:
            self.pending.append(step)

    def left(self, chance: random.Random) -> bytes | None:
        """What a power cut leaves of it now."""
        if self.gone and chance.random() < 0.5:
            return None
        content = bytearray(self.there)
        keep = chance.choice((0.0, 0.3, 0.7, 1.0))
        torn = chance.choice((0.0, 0.0, 0.3))
        for one in self.pending:
            if chance.random() >= keep:
                continue
            if one.kind == "wrote" and chance.random() < torn:
                for start in range(0, len(one.content), SECTOR):
                    if chance.random() < 0.5:
                        _apply(content, Step("wrote", at=one.at + start, content=one.content[start : start + SECTOR]))
            else:
                _apply(content, one)
        return bytes(content)


def _apply(content: bytearray, step: Step) -> None:
    if step.kind == "cut":
        del content[step.at :]
        content.extend(bytes(max(0, step.at - len(content))))
        return
    content.extend(bytes(max(0, step.at - len(content))))
    content[step.at : step.at + len(step.content)] = step.content


@dataclass(frozen=True, slots=True)
class Cut:
    """The files after a power cut, by name, and the lines that the program had said before."""

    after: int
    files: dict[str, bytes]
    said: tuple[str, ...]


def cuts(before: dict[str, bytes], steps: Sequence[Step], count: int, chance: random.Random) -> Iterator[Cut]:
    """`count` power cuts at random moments of the run that began with the files `before`."""
    moments = sorted(chance.randrange(1, len(steps) + 1) for _ in range(count))
    files = {name: _File(bytearray(content)) for name, content in before.items()}
    said: list[str] = []
    done = 0
    for moment in moments:
        for step in steps[done:moment]:
            if step.kind == "said":
                said += step.content.decode().splitlines()
            else:
                files.setdefault(step.file, _File(bytearray())).take(step)
        done = moment
        left = {name: content for name, one in files.items() if (content := one.left(chance)) is not None}
        yield Cut(moment, left, tuple(said))
