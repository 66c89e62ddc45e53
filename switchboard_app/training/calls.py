"""The telephone of training: calls that ring in.

What it is for: `CallBoard` says which call rings now, so that the window can show it and F2 opens the phone note with
the number filled in. What it refuses to do: making a sound, speaking, or ringing while another call is on the line; a
second caller waits until the line is free. It is only data; the window shows it.

Called once a second by the assembly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from switchboard_app.model.times import SECOND, Millis
from switchboard_app.training.cases import Call, Cases, Ring
from switchboard_app.training.pace import TrainingTime
from switchboard_app.training.platform import Clock


@dataclass(frozen=True, slots=True)
class RingingCall:
    """A call that rings now, or is on the line. `call.number` is empty when withheld."""

    call: Call
    since: Millis
    gives_up_at: Millis
    """When the caller hangs up, as long as nobody answers."""


class CallBoard:
    """One line. Deterministic: the schedule of the cases, in training time."""

    def __init__(self, cases: Cases, clock: Clock, *, time: TrainingTime | None = None) -> None:
        """`time` is the director's, so that both go on together; calls of an earlier run do not ring again."""
        self._time = time or TrainingTime(clock)
        self._rings = _all_rings(cases)
        self._next = next(self._rings, None)
        while self._next is not None and self._next.at_s < self._time.played_s:
            self._next = next(self._rings, None)
        self._ringing: RingingCall | None = None
        self._on_line: RingingCall | None = None
        self._missed: list[RingingCall] = []

    def ringing(self, now: Millis) -> RingingCall | None:
        """The call that rings at `now`; None when none does or the line is busy."""
        played_s = self._time.step(now)
        if self._ringing is not None and now >= self._ringing.gives_up_at:
            self.miss()
        if self._ringing is None and self._on_line is None and self._next is not None and self._next.at_s <= played_s:
            call = self._next.call
            patience = round(call.gives_up_after_s * SECOND / self._time.pace)
            self._ringing = RingingCall(call, now, Millis(now + patience))
            self._next = next(self._rings, None)
        return self._ringing

    def accept(self) -> RingingCall | None:
        """Take the ringing call; it is on the line until `hang_up`. None when it has just stopped ringing."""
        self._on_line, self._ringing = self._ringing, None
        return self._on_line

    def miss(self) -> None:
        """Nobody answers: the caller hangs up."""
        if self._ringing is not None:
            self._missed.append(self._ringing)
            self._ringing = None

    def hang_up(self) -> None:
        """The call on the line is over."""
        self._on_line = None

    @property
    def on_line(self) -> RingingCall | None:
        """The call being taken."""
        return self._on_line

    @property
    def missed(self) -> tuple[RingingCall, ...]:
        """Calls of this run that nobody answered, oldest first."""
        return tuple(self._missed)


def _all_rings(cases: Cases) -> Iterator[Ring]:
    turn = 0
    while rings := cases.rings(turn):
        yield from rings
        turn += 1
