"""A simulated platform served on 127.0.0.1 by uvicorn, in a thread of its own.

What it is for: tests and other processes reach the platform over a real socket, so that connections can be cut and
time-outs happen. What it refuses to do: listening anywhere else. Training itself never uses it: there the real
connectors reach the same application inside the process.

uvicorn belongs to the development tools; where it is missing a `UserError` says so. Called by `training.serve` and by
tests/platforms.py.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp

from switchboard_app.model.errors import WrongUse
from switchboard_app.model.language import tr
from switchboard_app.training.faults import FaultBook

if TYPE_CHECKING:
    import uvicorn

_START_S = 20.0
_STOP_S = 10.0


class LoopbackServer:
    """Serves one application until `close`. Use it as a context manager, or close it."""

    def __init__(self, app: ASGIApp, faults: FaultBook, port: int = 0) -> None:
        """Start serving; returns when the server answers. Port 0 takes a free one.

        Raises UserError when uvicorn is not installed or the port is taken.
        """
        self._faults = faults
        self._server = _server(app)
        self._socket = _listening(port)
        self.port: int = self._socket.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, name=f"platform-{self.port}", daemon=True)
        self._thread.start()
        pause = threading.Event()
        for _ in range(int(_START_S / 0.01)):
            if self._server.started or not self._thread.is_alive():
                break
            pause.wait(0.01)
        if not self._server.started:
            self.close()
            raise WrongUse(tr("The simulated platform did not start on port {port}.").format(port=self.port))

    def close(self) -> None:
        """Let held-back answers go, stop, and wait for the thread."""
        self._faults.closed = True
        self._server.should_exit = True
        self._thread.join(_STOP_S)
        self._socket.close()

    def __enter__(self) -> LoopbackServer:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))


def _listening(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        problem = tr("Port {port} on 127.0.0.1 is taken: {reason}.").format(port=port, reason=error.strerror)
        raise WrongUse(problem, tr("Choose another port, or 0 for a free one.")) from error
    return listening


def _server(app: ASGIApp) -> uvicorn.Server:
    try:
        import uvicorn
        from uvicorn.protocols.http.h11_impl import H11Protocol
    except ImportError as error:
        raise WrongUse(
            tr("The simulated platforms cannot be served: uvicorn is not installed."),
            tr("Install the development tools (extra «dev»), or use training mode, which needs no server."),
        ) from error

    class CuttingProtocol(H11Protocol):
        """Gives the application the means to cut its connection (see `training.faults`)."""

        def connection_made(self, transport: Any) -> None:  # uvicorn narrows the type of its base, which types forbid
            super().connection_made(transport)
            self.app_state = {**self.app_state, "abort": transport.abort}

    config = uvicorn.Config(
        app,
        http=CuttingProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)
