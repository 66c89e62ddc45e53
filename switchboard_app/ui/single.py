"""One window for a workspace on a station: a second start hands its wish to the first and ends.

A lock file decides who is first, so that two starts at the same moment cannot both win; a local socket, open to this
user alone, carries the wish (`raise`, or `call NUMBER`). What is left of a program that died is cleared away. Called by
`app` before it opens the workspace.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Signal

from switchboard_app.log import logger

if TYPE_CHECKING:  # the lock says who is first; the network library may come after the first page
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

RAISE = "raise"
CALL = "call "
LONGEST = 200
ANSWER = b"ok\n"
PATIENCE = 2000
"""Milliseconds that a second start waits for the first one's word."""
LONGEST_PATH = 100
"""Unix refuses longer names of sockets (108 with what Qt adds)."""


def instance_name(workspace: str, folder: Path) -> str:
    """The name for `SingleInstance`: one for each workspace, in the station's own folder where only its user can write.

    `workspace` is the workspace's address, so that training and the real one run side by side.
    """
    mark = hashlib.sha256(f"{workspace}\0{folder.absolute()}".encode()).hexdigest()[:16]
    path = str(folder.absolute() / f"window-{mark}")
    if sys.platform == "win32" or len(os.fsencode(path)) > LONGEST_PATH:
        return f"switchboard-{mark}"
    return path


class SingleInstance(QObject):
    """`if one.already_running(): end`; else keep it, and `message` says what later starts wish for."""

    message = Signal(str)
    """`raise` or `call NUMBER`."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        super().__init__()
        self._name = name
        lock = Path(f"{name}.lock") if Path(name).is_absolute() else (folder or Path.home()) / f"{name}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        self._lock = QLockFile(str(lock))
        self._lock.setStaleLockTime(0)  # old is not dead: only a process that is gone gives it up
        self._server: QLocalServer | None = None
        self.answered = False
        """Whether the running program took the wish."""

    def already_running(self, wish: str = RAISE, *, listen: bool = True) -> bool:
        """Whether another start came first; then it has been told the wish. Else this one is the first.

        Without `listen` the first one must call `listen` soon: later starts wait for it a moment.
        """
        if not self._lock.tryLock(0):
            self.answered = self._hand_over(wish)
            if not self.answered:
                logger("ui").info("the running program did not answer")
            return True
        if listen:
            self.listen()
        return False

    def listen(self) -> None:
        """Take the wishes of later starts; nothing after `close`."""
        if self._server is not None or not self._lock.isLocked():
            return
        from PySide6.QtNetwork import QLocalServer

        QLocalServer.removeServer(self._name)
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._greet)
        if not server.listen(self._name):
            logger("ui").info("later starts cannot reach this one: %s", server.errorString())
        self._server = server

    def close(self) -> None:
        """Let the next start be the first."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _hand_over(self, wish: str) -> bool:
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        until = time.monotonic() + PATIENCE / 1000
        socket.connectToServer(self._name)
        while not socket.waitForConnected(PATIENCE):
            if time.monotonic() > until:
                return False
            time.sleep(0.05)  # the first one does not listen yet
            socket.connectToServer(self._name)
        socket.write(wish.encode()[:LONGEST] + b"\n")
        socket.waitForBytesWritten(PATIENCE)
        taken = socket.waitForReadyRead(PATIENCE) and bytes(socket.readAll().data()) == ANSWER
        socket.disconnectFromServer()
        return taken

    def _greet(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._listen(socket))
            socket.disconnected.connect(socket.deleteLater)
            if socket.bytesAvailable():
                self._listen(socket)

    def _listen(self, socket: QLocalSocket) -> None:
        """Take one line; anything that is no wish ends the connection."""
        if not socket.canReadLine():
            if socket.bytesAvailable() > LONGEST:
                socket.abort()
            return
        wish = bytes(socket.readLine(LONGEST + 2).data()).decode("utf-8", "replace").strip()
        if wish == RAISE or (wish.startswith(CALL) and wish.isprintable()):
            socket.write(ANSWER)
            socket.flush()
            self.message.emit(wish)
        else:
            socket.abort()
