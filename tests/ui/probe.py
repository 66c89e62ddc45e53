"""A probe for what Qt must not do with a stranger's text: fetch something, or open a file.

Used by the tests that show markup.
"""

from __future__ import annotations

import ctypes
import http.server
import os
import struct
import sys
import threading
from pathlib import Path

from PySide6.QtGui import QColor, QImage


class Probe:
    """A web server on loopback that counts requests, and a picture that notices being opened."""

    def __init__(self, canary: Path) -> None:
        self.requests: list[str] = []
        outer = self

        class Counting(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append(self.path)
                self.send_error(404)

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Counting)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.canary = canary
        picture = QImage(40, 40, QImage.Format.Format_RGB32)
        picture.fill(QColor(255, 0, 0))
        picture.save(str(canary))
        self._inotify = self._watch()

    def _watch(self) -> int | None:
        """Ask the kernel to tell when the canary is opened (Linux only)."""
        if sys.platform != "linux":
            return None
        libc = ctypes.CDLL(None, use_errno=True)
        handle = int(libc.inotify_init1(os.O_NONBLOCK))
        libc.inotify_add_watch(handle, str(self.canary).encode(), 0x20)
        return handle

    def opened(self) -> bool:
        if self._inotify is None:
            return False
        try:
            return bool(struct.unpack_from("iI", os.read(self._inotify, 4096))[1] & 0x20)
        except BlockingIOError:
            return False

    def fill(self, text: str) -> str:
        return text.replace("{PROBE}", self.address).replace("{CANARY}", str(self.canary))

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        if self._inotify is not None:
            os.close(self._inotify)
