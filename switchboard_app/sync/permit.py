"""The permit of one attempt: until when its first bytes may leave.

What it is for: the sender makes it *before* it takes a row, hands it on with what is to be sent, and whoever writes to
the network asks it directly before the write. A program that slept, or was held up, in between must not send what
others may have sent meanwhile (decision 0013). It refuses to decide: `model.sending.may_write` does.
Called by the sender, the connectors, the door and the mail.
"""

from __future__ import annotations

from collections.abc import Callable

from switchboard_app.model import sending
from switchboard_app.model.sending import Moment, Terms
from switchboard_app.store.station_clock import both_clocks

Clocks = Callable[[], Moment]


class TooLate(Exception):
    """The request would be written after its last moment; nothing left."""


class Permit:
    """Made before a row is taken. Without terms of its own it is one for a text."""

    def __init__(self, clocks: Clocks = both_clocks, under: Terms = sending.TEXT, begun: Moment | None = None) -> None:
        self._clocks = clocks
        self._begun = begun if begun is not None else clocks()
        self.under = under

    def under_terms(self, under: Terms) -> Permit:
        """The same permit, begun when this one was, for another kind of send."""
        return Permit(self._clocks, under, self._begun)

    @property
    def holds(self) -> bool:
        """Whether a first byte may leave now."""
        return sending.may_write(self.under, self._begun, self._clocks())

    def check(self) -> None:
        """To be called directly before the write. Raises TooLate."""
        if not self.holds:
            raise TooLate
