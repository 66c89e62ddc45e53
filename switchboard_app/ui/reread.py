"""Reading again when the store changed: at most one read a frame, never two at once, none lost.

A hint that comes while a read is under way makes one more read afterwards, however many came. Called by every view
that shows what the store says. Refuses to know what is read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, QTimer

from switchboard_app.ui.bridge import Bridge, concerns

FRAME = 30
"""Milliseconds in which hints are gathered."""


class Reread(QObject):
    """`Reread(self, bridge, "sidebar", self._read, "queue", "accounts")` calls `_read` after such hints.

    `pause` is the least time in milliseconds between a hint and its read, for reads that are dear.
    """

    def __init__(
        self,
        owner: QObject,
        bridge: Bridge,
        name: str,
        read: Callable[[], Awaitable[None]],
        *topics: str,
        pause: int = FRAME,
    ) -> None:
        super().__init__(owner)
        self._bridge = bridge
        self._name = name
        self._read = read
        self._topics = topics
        self._under_way = False
        self._again = False
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(pause)
        self._clock.timeout.connect(self.now)
        bridge.changed.connect(self._hinted)

    def _hinted(self, topics: frozenset[str]) -> None:
        if concerns(topics, *self._topics):
            self.soon()

    def soon(self) -> None:
        """Read within a frame."""
        if self._under_way:
            self._again = True
        elif not self._clock.isActive():
            self._clock.start()

    def now(self) -> None:
        """Read at once, or right after the read that is under way."""
        self._clock.stop()
        if self._bridge.ended:
            return
        if self._under_way:
            self._again = True
            return
        self._under_way = True
        self._bridge.start(self._name, self._reading())

    async def _reading(self) -> None:
        try:
            await self._read()
        finally:
            self._under_way = False
            if self._again and not self._bridge.ended:
                self._again = False
                self._soon_unless_gone()

    def _soon_unless_gone(self) -> None:
        """A view may go while it is being read: then its clock has gone with it, and nothing is to be read."""
        try:
            self.soon()
        except RuntimeError:  # Qt's object behind the clock was deleted
            self._topics = ()
