"""The post of training: forwarding mails that go nowhere, and offices that answer all the same.

What it is for: `TrainingPost.send` takes the place of the mail server; a while later the simulated office takes the
matter, and then answers it or says that it is not responsible. What it refuses to do: opening a connection, writing a
file, or entering the office's word by itself: `office_words` hands it over, and the assembly lets the desk enter it.

Called by the assembly: the mail sender sends into it, a timer asks for the words.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.training.platform import Clock

Judge = Callable[[str, str, int], bool]
"""Whether an office declines: the reference, the address of the office, and how many offices had the matter before."""

_REFERENCE: Final = re.compile(r"\[[A-Z]{1,6}-\d+\]")
_TAKES_S: Final = (20, 60)
_ENDS_S: Final = (60, 180)
_DECLINES_ONE_IN: Final = 6

_TAKEN: Final = "Wir haben die Anfrage erhalten und kümmern uns darum."
_ANSWERS: Final = (
    "Danke für die Weiterleitung. Wir haben es aufgenommen und melden uns direkt bei der Person.",
    "Erledigt. Sie können der Person sagen, dass wir uns in den nächsten zwei Arbeitstagen darum kümmern.",
    "Dazu braucht es einen Termin. Die Person kann uns werktags von 8 bis 12 Uhr anrufen.",
)
_DECLINED: Final = "Dafür sind wir nicht zuständig. Bitte an die richtige Stelle weiterleiten."
"""What offices say is invented content, as the citizens' messages are: German, and not translated."""


@dataclass(frozen=True, slots=True)
class OfficeWord:
    """What an office says about a forwarding. `kind` is acknowledged, answered or declined."""

    reference: str
    kind: ForwardingState
    text: str
    office: str
    """The mail address that the forwarding went to."""


@dataclass(frozen=True, slots=True)
class _Due:
    at: Millis
    word: OfficeWord


class TrainingPost:
    """Collects mails and lets offices answer. May be used from several threads."""

    def __init__(self, clock: Clock, *, declines: Judge | None = None, pace: float = 1.0) -> None:
        """`declines` decides which offices are the wrong ones; without it about every sixth first office is."""
        self._clock = clock
        self._declines = declines or _by_chance
        self._pace = pace
        self._lock = threading.Lock()
        self._mails: list[EmailMessage] = []
        self._due: list[_Due] = []
        self._asked: dict[str, list[str]] = {}

    async def send(self, message: EmailMessage, permit: object = None) -> None:  # noqa: ARG002 - as mail servers do
        """Take a mail. A mail without a reference, or a reminder to the same office, stays without an answer."""
        with self._lock:
            self._mails.append(message)
            found = _REFERENCE.search(str(message["subject"] or ""))
            office = str(message["to"] or "")
            if found is None or office in self._asked.setdefault(found[0], []):
                return
            self._due += self._words(found[0], office, len(self._asked[found[0]]))
            self._asked[found[0]].append(office)

    @property
    def mails(self) -> tuple[EmailMessage, ...]:
        """Everything that was sent, oldest first."""
        with self._lock:
            return tuple(self._mails)

    def office_words(self, now: Millis) -> tuple[OfficeWord, ...]:
        """What offices have said up to `now` and nobody has asked for yet, in order of time."""
        with self._lock:
            said = sorted((due for due in self._due if due.at <= now), key=lambda due: due.at)
            self._due = [due for due in self._due if due.at > now]
            return tuple(due.word for due in said)

    def _words(self, reference: str, office: str, before: int) -> list[_Due]:
        dice = random.Random(f"{reference} {office}")
        takes = self._clock() + dice.randint(*_TAKES_S) * SECOND / self._pace
        ends = takes + dice.randint(*_ENDS_S) * SECOND / self._pace
        if self._declines(reference, office, before):
            return [_Due(Millis(round(takes)), OfficeWord(reference, ForwardingState.DECLINED, _DECLINED, office))]
        answer = OfficeWord(reference, ForwardingState.ANSWERED, dice.choice(_ANSWERS), office)
        taken = OfficeWord(reference, ForwardingState.ACKNOWLEDGED, _TAKEN, office)
        return [_Due(Millis(round(takes)), taken), _Due(Millis(round(ends)), answer)]


def _by_chance(reference: str, office: str, before: int) -> bool:
    """The first office is now and then the wrong one; the second never is."""
    return before == 0 and random.Random(f"{office} {reference}").randrange(_DECLINES_ONE_IN) == 0
