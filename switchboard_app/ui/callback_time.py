"""When a caller can be reached, read from the concern as an operator writes it: «erreichbar ab 14 Uhr», «bis 16.30».

Only shown and, for a time that must be kept («until»), watched; the words themselves stay the note. Refuses to guess:
an hour without «ab», «bis» or their like says nothing. Pure; called by the phone note's form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from switchboard_app.model.language import tr
from switchboard_app.model.times import ZONE, Millis, from_datetime, local
from switchboard_app.ui.text.due import at

_FROM = r"ab|nach|dès|à partir de|dalle(?: ore)?|dopo le|from|after"
_UNTIL = r"bis|vor|jusqu'à|jusqu’à|avant|entro le|fino alle|until|before|by"
_DAY = r"morgen|demain|domani|tomorrow"
_TIME = re.compile(
    rf"(?:\b(?P<day>{_DAY})\s+)?\b(?:(?P<start>{_FROM})|(?P<end>{_UNTIL}))\s+(?P<hour>[01]?\d|2[0-3])"
    r"(?:[:.h](?P<minute>[0-5]\d)\b|\s*(?:uhr|h\b|heures|o'clock))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reachable:
    """A time the caller named. `until`: it must be kept; else it is the earliest."""

    at: Millis
    until: bool

    def words(self, now: Millis) -> str:
        """«from 14:00», «until Mon 23.11., 10:00»."""
        sentence = tr("until {time}") if self.until else tr("from {time}")
        return sentence.format(time=at(self.at, now))


def reachable(concern: str, now: Millis) -> Reachable | None:
    """The last time that the concern names, today or tomorrow; None for none, or one that is over."""
    found = None
    for found in _TIME.finditer(concern[-2000:]):  # noqa: B007 - the last one counts: a caller corrects themselves
        continue
    if found is None:
        return None
    day = local(now).date() + timedelta(days=1 if found["day"] else 0)
    clock = time(int(found["hour"]), int(found["minute"] or 0))
    moment = from_datetime(datetime.combine(day, clock, ZONE))
    return Reachable(moment, until=found["end"] is not None) if moment > now else None
