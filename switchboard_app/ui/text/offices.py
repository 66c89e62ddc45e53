"""What is said about an office beside its name: whether it is open now, and the line of a search hit.

Opening hours that cannot be read are not guessed at: then nothing is said. Called by every view that shows an office.
"""

from __future__ import annotations

from switchboard_app.model.language import tr
from switchboard_app.model.office import Office
from switchboard_app.model.opening_hours import OpeningHoursInvalid, parse_opening_hours
from switchboard_app.model.times import Millis, from_datetime, local
from switchboard_app.store.calendar import is_holiday
from switchboard_app.ui.text.due import at


def opening_words(hours: str, now: Millis) -> tuple[bool | None, str]:
    """Whether it is open at `now`, and until when or from when; (None, "") when nothing is known.

    The first call of a year reads the canton's holidays (some 60 ms): let a thread make it, see `warm_holidays`.
    """
    try:
        known = parse_opening_hours(hours)
    except OpeningHoursInvalid:
        return None, ""
    if known is None:
        return None, ""
    here = local(now)
    if known.is_open(here, is_holiday):
        closes = known.closes_at(here, is_holiday)
        if closes is None:
            return True, tr("open day and night")
        return True, tr("open until {time}").format(time=at(from_datetime(closes), now))
    opens = known.next_opening(here, is_holiday)
    if opens is None:
        return False, tr("by appointment") if known.by_appointment else tr("closed")
    return False, tr("closed, opens {time}").format(time=at(from_datetime(opens), now))


def contact_line(office: Office, now: Millis) -> str:
    """Phone and opening: «061 555 02 44 · open until 16:00»."""
    return " · ".join(part for part in (office.phone, opening_words(office.hours, now)[1]) if part)


def warm_holidays(now: Millis) -> None:
    """Read the holidays of this year; for a thread, before the first office is shown."""
    is_holiday(local(now).date())
