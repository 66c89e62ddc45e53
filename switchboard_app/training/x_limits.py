"""The request budgets of the simulated X account (contract dossier 1.4).

What it is for: each answer carries the three headers of its bucket, and a used-up bucket refuses. The three reads of
direct messages share one bucket, the three sends another. What it refuses to do: sleeping; the clock is given.
Called by `training.x`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from switchboard_app.model.times import DAY, MINUTE, Millis
from switchboard_app.training.platform import Clock
from switchboard_app.training.x_problems import XRefused, too_many_requests

READ: Final = "dm-read"
SEND: Final = "dm-send"
SEND_DAY: Final = "dm-send-day"
EVENT: Final = "dm-event"
DELETE: Final = "dm-delete"
ME: Final = "me"
USERS: Final = "users"
MEDIA: Final = "media"

DOCUMENTED: Final[Mapping[str, int]] = {
    READ: 15,
    SEND: 15,
    SEND_DAY: 1440,
    EVENT: 15,
    DELETE: 300,
    ME: 75,
    USERS: 900,
    MEDIA: 1875,
}
"""Requests per window and user as documented in August 2026."""

_WINDOWS: Final[Mapping[str, int]] = {SEND_DAY: DAY}
_WINDOW: Final = 15 * MINUTE


@dataclass(slots=True)
class _Bucket:
    limit: int
    window: int
    since: Millis
    used: int = 0


class Buckets:
    """How much of each budget is used. `limits` may be changed while it runs."""

    def __init__(self, clock: Clock, limits: Mapping[str, int]) -> None:
        self.limits = {**DOCUMENTED, **limits}
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, name: str) -> dict[str, str]:
        """Use one request of a bucket and say what its headers say then. Raises XRefused when none is left."""
        bucket = self._bucket(name)
        refused = bucket.used >= bucket.limit
        bucket.used = min(bucket.used + 1, bucket.limit)
        headers = self._headers(bucket)
        if refused:
            raise XRefused(too_many_requests(headers))
        if name == SEND:
            self.take(SEND_DAY)
        return headers

    def left(self, name: str) -> int:
        """How many requests a bucket has left."""
        bucket = self._bucket(name)
        return bucket.limit - bucket.used

    def _bucket(self, name: str) -> _Bucket:
        now = self._clock()
        window = _WINDOWS.get(name, _WINDOW)
        bucket = self._buckets.get(name)
        if bucket is None or now >= bucket.since + window:
            bucket = self._buckets[name] = _Bucket(self.limits[name], window, now)
        bucket.limit = self.limits[name]
        return bucket

    def _headers(self, bucket: _Bucket) -> dict[str, str]:
        return {
            "x-rate-limit-limit": str(bucket.limit),
            "x-rate-limit-remaining": str(bucket.limit - bucket.used),
            "x-rate-limit-reset": str(-(-(bucket.since + bucket.window) // 1000)),
        }
