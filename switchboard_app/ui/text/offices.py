"""What is said about an office beside its name: whether it is open now, and the line of a search hit.

Opening hours that cannot be read are not guessed at: then nothing is said. Called by every view that shows an office.
"""

from __future__ import annotations

from dataclasses import dataclass

from switchboard_app.model.language import tr
from switchboard_app.model.office import Office
from switchboard_app.model.opening_hours import OpeningHoursInvalid, parse_opening_hours
from switchboard_app.model.times import Millis, from_datetime, local
from switchboard_app.store.calendar import is_holiday
from switchboard_app.ui.text.due import at


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether an office is open (None: not known), in words, and when it opens again."""

    is_open: bool | None
    words: str = ""
    again: str = ""

    @property
    def line(self) -> str:
        """Both on one line."""
        return ", ".join(part for part in (self.words, self.again) if part)


def opening(hours: str, now: Millis) -> Opening:
    """What holds at `now`.

    The first call of a year reads the canton's holidays (some 60 ms): let a thread make it, see `warm_holidays`.
    """
    try:
        known = parse_opening_hours(hours)
    except OpeningHoursInvalid:
        return Opening(None)
    if known is None:
        return Opening(None)
    here = local(now)
    if known.is_open(here, is_holiday):
        closes = known.closes_at(here, is_holiday)
        if closes is None:
            return Opening(True, tr("open day and night"))
        return Opening(True, tr("open until {time}").format(time=at(from_datetime(closes), now)))
    opens = known.next_opening(here, is_holiday)
    if opens is None:
        return Opening(False, tr("by appointment") if known.by_appointment else tr("closed"))
    return Opening(False, tr("closed"), tr("opens {time}").format(time=at(from_datetime(opens), now)))


def contact_line(office: Office, now: Millis) -> str:
    """Phone and opening: «061 555 02 44 · open until 16:00»."""
    return " · ".join(part for part in (office.phone, opening(office.hours, now).line) if part)


def warm_holidays(now: Millis) -> None:
    """Read the holidays of this year; for a thread, before the first office is shown."""
    is_holiday(local(now).date())
