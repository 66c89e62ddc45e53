"""A desktop session with a real gnome-keyring: a bus of its own, a home of its own, nothing of the user's.

``desktop`` is a session whose bus has not started; ``unlocked`` has bus and keyring, unlocked. Both are this process's
session as well. `Desktop` brings them into the states in which keyrings are found. No display is set, so no prompt can
open. Skipped, with the reason, where dbus or gnome-keyring are not installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PASSWORD = b"ci-pass"
PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  {services}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Desktop:
    """One login session of a user of the operating system."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._socket = home / "bus"
        self._bus: subprocess.Popen[bytes] | None = None
        self._keyrings: list[subprocess.Popen[bytes]] = []

    @property
    def environment(self) -> dict[str, str]:
        """What programs of this session are started with."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._socket}",
        }

    def start_bus(self, *, activation: bool = True) -> None:
        """Start the bus; with `activation` it starts a keyring's daemon by itself when somebody asks for one."""
        (self.home / "run").mkdir(mode=0o700, exist_ok=True)
        config = self.home / "bus.conf"
        services = "<standard_session_servicedirs/>" if activation else ""
        config.write_text(BUS.format(socket=self._socket, services=services))
        self._bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _until(self._socket.exists)

    def unlock(self) -> None:
        """Start the keyring's daemon and unlock (the first time: make) the login keyring."""
        self._keyrings.append(
            subprocess.Popen(
                ["gnome-keyring-daemon", "--foreground", "--replace", "--unlock", "--components=secrets"],
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        stdin = self._keyrings[-1].stdin
        assert stdin is not None
        stdin.write(PASSWORD)
        stdin.close()
        _until(lambda: self._ask("print(collection.is_locked())") == "False")

    def lock(self) -> None:
        """Lock the collection, as a screen saver may."""
        assert self._ask("collection.lock(); print(collection.is_locked())") == "True"

    def _ask(self, code: str) -> str:
        preface = "import secretstorage; collection = secretstorage.get_default_collection(secretstorage.dbus_init());"
        command = [sys.executable, "-c", preface + code]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=30)
        return done.stdout.strip()

    def end_keyring(self) -> None:
        """End the daemon at once, also one that the bus has started."""
        for daemon in self._daemons():
            os.kill(daemon, 9)
        while self._keyrings:
            self._keyrings.pop().wait(10)
        _until(lambda: not self._daemons())

    def _daemons(self) -> list[int]:
        """The keyring daemons of this session, and of no other: those that have its home in their environment."""
        mine = f"HOME={self.home}\0".encode()
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    named = b"gnome-keyring-d" in (folder / "comm").read_bytes()
                    alive = b"State:\tZ" not in (folder / "status").read_bytes()
                    if named and alive and mine in (folder / "environ").read_bytes():
                        found.append(int(folder.name))
                except OSError:
                    continue  # it ended while we looked
        return found

    def end_bus(self) -> None:
        """End the bus at once; whoever speaks on it loses its connection."""
        if self._bus is not None:
            self._bus.kill()
            self._bus.wait(10)
            self._bus = None
        self._socket.unlink(missing_ok=True)

    def close(self) -> None:
        """Log out: everything of the session ends, what is on the disk stays."""
        self.end_keyring()
        self.end_bus()


def _until(true: object, seconds: float = 60.0) -> None:
    assert callable(true)
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "the session did not come up"
        time.sleep(0.02)


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    """A session that has not begun: no bus, no keyring, an empty home."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    made = Desktop(home)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    yield made
    made.close()


@pytest.fixture
def unlocked(desktop: Desktop) -> Desktop:
    """A session with a keyring that is unlocked."""
    desktop.start_bus()
    desktop.unlock()
    return desktop
