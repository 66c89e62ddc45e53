"""One window for a workspace: the second start hands over its wish, whatever the first one's end left behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication

from switchboard_app.ui.single import SingleInstance, instance_name
from tests.ui.workspace import until

SECOND = """
import sys
from PySide6.QtCore import QCoreApplication
from switchboard_app.ui.single import SingleInstance
app = QCoreApplication([])
one = SingleInstance(sys.argv[1])
print(one.already_running(*sys.argv[2:]), one.answered)
if len(sys.argv) == 2:
    import os
    os._exit(9)  # the first start dies without a word
"""


def ended(socket: QLocalSocket) -> bool:
    return socket.state() is QLocalSocket.LocalSocketState.UnconnectedState


def rights(name: str) -> int:
    """The file mode of the socket."""
    return Path(name).stat().st_mode


async def start(name: str, *wish: str) -> str:
    """Another start in a process of its own; what it says."""
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SECOND, name, *wish, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    said, _ = await made.communicate()
    return said.decode().strip()


@pytest.fixture
def name() -> Iterator[str]:
    """In a folder whose path is short enough for a socket, wherever the tests' own folders lie."""
    with tempfile.TemporaryDirectory(prefix="sb-") as folder:
        yield instance_name("sqlite:////somewhere/workspace.db", Path(folder))


async def test_the_second_start_raises_the_first(name: str, workspace: object) -> None:
    first = SingleInstance(name)
    wishes: list[str] = []
    first.message.connect(wishes.append)
    assert not first.already_running()
    assert await start(name, "raise") == "True True"
    assert await start(name, "call 061 555 01 88") == "True True"
    assert wishes == ["raise", "call 061 555 01 88"]
    first.close()
    again = SingleInstance(name)
    assert not again.already_running()
    again.close()


async def test_what_a_dead_program_left_is_cleared_away(name: str, workspace: object) -> None:
    assert await start(name) == "False False"
    one = SingleInstance(name)
    assert not one.already_running()
    assert await start(name, "raise") == "True True"
    one.close()


async def test_only_wishes_are_taken(name: str, qapp: QApplication, workspace: object) -> None:
    one = SingleInstance(name)
    wishes: list[str] = []
    one.message.connect(wishes.append)
    assert not one.already_running()
    for sent in (b"rm -rf\n", b"call 061\x1b[2J\n", b"x" * 5000, b"call \xff\xfe\n"[:3] + b"\n"):
        socket = QLocalSocket()
        socket.connectToServer(name)
        socket.write(sent)
        socket.flush()
        await until(partial(ended, socket))
    assert wishes == []
    one.close()


def test_each_workspace_has_its_own(station_home: Path) -> None:
    real = instance_name("sqlite:///a.db", station_home)
    assert real != instance_name("sqlite:///training.db", station_home)
    assert real == instance_name("sqlite:///a.db", station_home)
    deep = station_home / ("long" * 40)
    assert len(os.fsencode(instance_name("sqlite:///a.db", deep))) < 100
    assert not Path(instance_name("sqlite:///a.db", deep)).is_absolute()


async def test_nobody_else_may_speak_to_it(name: str, workspace: object) -> None:
    one = SingleInstance(name)
    assert not one.already_running()
    if sys.platform != "win32":
        assert rights(name) & 0o077 == 0
    one.close()


async def test_one_that_does_not_answer_is_still_the_first(name: str, workspace: object) -> None:
    first = SingleInstance(name)
    assert not first.already_running()
    assert first._server is not None
    first._server.close()  # alive, but deaf
    assert await start(name, "raise") == "True False"
    first.close()
