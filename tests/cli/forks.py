"""The program's command line, run some hundred times without paying for its start each time.

One process loads the program once; for every command it forks, gives the child the command's own arguments,
environment and standard streams, and lets `switchboard_app.cli.main` run to its end. What a test sees is what it would
see of ``python -m switchboard_app``; some tests start that one for real and compare.

The keyring is a file of the test (``TEST_KEYRING``), put in the place of the operating system's: the real one is met in
tests/keyring. Run as a program by `Forks`.
"""

from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


class Forks:
    """The process that has the program loaded."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="switchboard-cli-")
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"},
            text=True,
        )

    def run(
        self, arguments: Sequence[str | bytes], stdin: bytes, environment: Mapping[str, str], cwd: Path | None = None
    ) -> Done:
        """Run one command and wait for its end."""
        streams = [Path(self._folder.name, name) for name in ("in", "out", "err")]
        streams[0].write_bytes(stdin)
        wanted = {
            "arguments": [os.fsdecode(one) for one in arguments],
            "environment": dict(environment),
            "streams": [str(one) for one in streams],
            "cwd": str(cwd or ROOT),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the process that runs the commands has ended")
        return Done(json.loads(answer), *(one.read_bytes().decode() for one in streams[1:]))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._folder.cleanup()


class FileKeyring:
    """Stands in the place of the operating system's keyring: a file, or what the test says it should do instead."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _entries(self) -> dict[str, str]:
        read: dict[str, str] = json.loads(self._path.read_text()) if self._path.exists() else {}
        if "!" in read:
            import keyring.errors

            raise getattr(keyring.errors, read["!"])("the test wants it so")
        return read

    def get_password(self, service: str, username: str) -> str | None:
        """As keyring's back ends."""
        return self._entries().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """As keyring's back ends."""
        self._path.write_text(json.dumps({**self._entries(), f"{service} {username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        """As keyring's back ends."""
        entries = self._entries()
        del entries[f"{service} {username}"]
        self._path.write_text(json.dumps(entries))


def _child(wanted: dict[str, Any]) -> int:
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["cwd"])
    for number, (name, how) in enumerate(zip(wanted["streams"], (os.O_RDONLY, *(os.O_WRONLY,) * 2), strict=True)):
        os.dup2(os.open(name, how | (os.O_CREAT | os.O_TRUNC if number else 0), 0o600), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as the process
    sys.stdout, sys.stderr = _stream(1, "strict"), _stream(2, "backslashreplace")
    if "TEST_USER" in os.environ:
        import pwd

        somebody = pwd.getpwnam(os.environ["TEST_USER"])
        os.setgroups([])
        os.setgid(somebody.pw_gid)
        os.setuid(somebody.pw_uid)
    if "TEST_KEYRING" in os.environ:
        from switchboard_app import credentials

        credentials._by_platform = lambda: FileKeyring(Path(os.environ["TEST_KEYRING"]))
    from switchboard_app.cli import main

    sys.argv = ["switchboard", *wanted["arguments"]]
    try:
        code = main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _stream(number: int, errors: str) -> TextIO:
    return open(number, "w", encoding="utf-8", errors=errors, closefd=False)


def _warm_up() -> None:
    """Load, once for all commands, what they load when they are first run: a few are run here, in a scratch folder."""
    import anyio._backends._asyncio  # noqa: F401
    import keyring.errors  # noqa: F401

    from switchboard_app.cli import main

    said, given = sys.stdout, sys.stdin
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.environ.update(SWITCHBOARD_HOME=folder, SWITCHBOARD_OPERATOR="warm-up")
        Path(folder, "settings.toml").write_text('language = "en"\n', encoding="utf-8")
        sys.stdout = nowhere
        for arguments, text in (
            ("workspace init --unencrypted", b""),
            ("phone-note add", b'{"concern": "x", "caller_number": "061 555 01 88"}'),
            ("enquiry list --query x", b""),
            ("enquiry show 1 --json", b""),
            ("enquiry snooze 1 --until 2099-01-01T10:00", b""),
            ("office list", b""),
            ("office search x", b""),
            ("sync --once", b""),
        ):
            sys.stdin = io.TextIOWrapper(io.BytesIO(text))
            code = main(arguments.split())
            if code:
                raise RuntimeError(f"{arguments} ended with {code}")
        sys.stdout, sys.stdin = said, given


def _serve() -> None:
    _warm_up()
    gc.freeze()  # a collection in a child would copy every page it looks at
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = _child(json.loads(line))
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
