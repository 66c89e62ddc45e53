"""Training time: seconds that only pass while training runs.

What it is for: the schedule of the cases goes on where it stopped, however long the program was closed or the machine
slept, and a trainer may let it pass faster or slower. What it refuses to do: sleeping; whoever plays it says what time
it is. Called by `training.director` and `training.calls`, which share one, perhaps from two threads.
"""

from __future__ import annotations

import threading
from typing import Final

from switchboard_app.model.times import SECOND, Millis
from switchboard_app.training.journal import Journal
from switchboard_app.training.platform import Clock

_LONGEST_STEP: Final = 5 * SECOND
"""More than this between two steps was sleep, not training."""

_NOTED_EVERY_S: Final = 5.0


class TrainingTime:
    """How long training has been played, in its own seconds."""

    def __init__(self, clock: Clock, *, pace: float = 1.0, journal: Journal | None = None) -> None:
        """`pace` 2.0 plays twice as fast. With a `journal` it goes on where the last run stopped."""
        if pace <= 0:
            raise ValueError("training cannot stand still or run backwards")
        self.clock = clock
        self.pace = pace
        self.opened_at = clock()
        """When this run began."""
        self.played_s = journal.played_s if journal else 0.0
        self._lock = threading.Lock()
        self._journal = journal
        self._noted_s = self.played_s
        self._last = self.opened_at

    def step(self, now: Millis) -> float:
        """Let time pass up to `now` and say how long training has been played. Going back in time is no step."""
        with self._lock:
            passed = max(0, min(now - self._last, _LONGEST_STEP))
            self._last = max(now, self._last)
            self.played_s += passed / SECOND * self.pace
            if self._journal is not None and self.played_s - self._noted_s >= _NOTED_EVERY_S:
                self._journal.note_played(self.played_s)
                self._noted_s = self.played_s
            return self.played_s

    def since(self, moment: Millis, now: Millis) -> float:
        """Training seconds from `moment` (or from the start of this run, if later) to `now`."""
        return (now - max(moment, self.opened_at)) / SECOND * self.pace
