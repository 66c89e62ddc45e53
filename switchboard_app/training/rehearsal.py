"""Trouble on the simulated platforms for training, chosen by a person: it lasts until something else is chosen.

What it is for: an operator can watch what the program does when a platform is down, slow, loses answers or ends the
sign-in. What it refuses to do: playing trouble by itself, or anywhere but on the simulated platforms. Built by
`app.training`, shown by the window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from switchboard_app.model.trouble import Trouble
from switchboard_app.training import faults
from switchboard_app.training.platform import SimulatedPlatform

SLOW_S = 6.0
_REFUSALS = {Trouble.SIGNED_OUT: "token", Trouble.LIMITED: "limit", Trouble.NO_CREDITS: "credits"}
"""What the platform answers to everything then, by the names of its own refusals."""


@dataclass(frozen=True, slots=True)
class Place:
    """One account's platform; `cut_off` takes it out of the network and back."""

    platform: SimulatedPlatform
    cut_off: Callable[[bool], None]


class Rehearsal:
    """`ui.bridge.Rehearsal` over the simulated platforms, by the names of the accounts."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._places = dict(places)
        self._played = dict.fromkeys(self._places, Trouble.NONE)

    def accounts(self) -> Sequence[str]:
        """The accounts whose platform can be troubled."""
        return tuple(self._places)

    def offers(self, account: str) -> Sequence[Trouble]:
        """What can be played on this account: a platform without credits cannot lack them."""
        platform = self._places[account].platform
        return [one for one in Trouble if one not in _REFUSALS or _knows(platform, _REFUSALS[one])]

    def now(self, account: str) -> Trouble:
        """What is being played."""
        return self._played[account]

    def play(self, account: str, trouble: Trouble) -> None:
        """Play this from now on, instead of what was played so far."""
        place = self._places[account]
        book = place.platform.faults
        book.clear()
        place.cut_off(trouble is Trouble.DOWN)
        if trouble in _REFUSALS:
            book.add("*", faults.refused(_REFUSALS[trouble]), times=None)
        elif trouble is Trouble.SLOW:
            book.add("*", faults.slow(SLOW_S), times=None)
        elif trouble in (Trouble.ANSWER_LOST, Trouble.NEVER_ARRIVES):
            accepted = trouble is Trouble.ANSWER_LOST
            book.add(place.platform.sends, faults.dropped(accepted=accepted), times=None)
        self._played[account] = trouble


def _knows(platform: SimulatedPlatform, refusal: str) -> bool:
    try:
        platform.refusal(refusal)
    except KeyError:
        return False
    return True
