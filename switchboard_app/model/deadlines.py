"""When somebody must act: business hours and the due time of an enquiry (product.md, rule 2).

Pure: the holidays come in as a predicate, the moment as an argument. The due time is computed when something changes
and stored with the enquiry; nothing is computed while scrolling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from switchboard_app.model.enquiry import DueReason, EnquiryState
from switchboard_app.model.times import MINUTE, ZONE, Millis, from_datetime, local

Period = tuple[time, time]

FAR = 1 << 60
"""Sort key of what is due at no time: behind everything that is due, ahead of what is done."""

URGENT_MINUTES = 15

_DAYS_AHEAD = 60


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """The hours in which a first answer is owed: periods per weekday (0 is Monday), several a day, local time."""

    periods: Mapping[int, tuple[Period, ...]]

    def is_open(self, at: Millis, is_holiday: Callable[[date], bool]) -> bool:
        """Whether `at` lies in business time."""
        here = local(at)
        periods = () if is_holiday(here.date()) else self.periods.get(here.weekday(), ())
        return any(opens <= here.time() < closes for opens, closes in periods)

    def add(self, start: Millis, minutes: int, is_holiday: Callable[[date], bool]) -> Millis:
        """The moment `minutes` of business time after `start`.

        With no business hours in the coming 60 days the clock of the wall is used.
        """
        left = minutes * MINUTE
        try:
            first = local(start).date()
            for ahead in range(_DAYS_AHEAD):
                day = first + timedelta(days=ahead)
                if is_holiday(day):
                    continue
                for opens, closes in self.periods.get(day.weekday(), ()):
                    # compared as instants: a day with a change of the clock has 23 or 25 hours
                    here = max(from_datetime(datetime.combine(day, opens, ZONE)), start)
                    available = from_datetime(datetime.combine(day, closes, ZONE)) - here
                    if available > 0 and left <= available:
                        return Millis(here + left)
                    left -= max(available, 0)
        except (OverflowError, ValueError):  # a moment beyond what a calendar knows, from a platform gone wild
            return Millis(start + minutes * MINUTE)
        return Millis(start + minutes * MINUTE)


_MORNING = (time(8, 0), time(12, 0))
_AFTERNOON = (time(13, 30), time(17, 0))
OFFICE_HOURS = BusinessHours(dict.fromkeys(range(5), (_MORNING, _AFTERNOON)))
"""The switchboard's own hours until the workspace sets others: Monday to Friday, 8–12 and 13.30–17."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What runs for an enquiry. All moments may be None: that clock does not run."""

    state: EnquiryState
    waiting_since: Millis | None = None
    """The first message of the citizen that nobody has answered."""
    answered_before: bool = False
    answer_due_at: Millis | None = None
    window_until: Millis | None = None
    extended_until: Millis | None = None
    callback_at: Millis | None = None
    office_due_at: Millis | None = None
    """When the office's word is due; set as long as a forwarding is pending."""
    snoozed_until: Millis | None = None
    """When somebody wants to look at it again: while it is put away, and once it is back until somebody acts."""


def due(clocks: Clocks, now: Millis) -> tuple[Millis | None, DueReason | None]:
    """The earliest time at which something is lost or late, and what; (None, None) when nobody must act."""
    if clocks.state is EnquiryState.DONE:
        return None, None
    candidates: list[tuple[Millis, DueReason]] = []
    if clocks.office_due_at is not None:  # an office is watched until its word, whatever happens meanwhile (rule 6)
        candidates.append((clocks.office_due_at, DueReason.OFFICE))
    if clocks.callback_at is not None:
        candidates.append((clocks.callback_at, DueReason.CALLBACK))
    if clocks.snoozed_until is not None:
        candidates.append((clocks.snoozed_until, DueReason.FOLLOW_UP))
    if clocks.waiting_since is not None and clocks.state is not EnquiryState.WAITING_CITIZEN:
        if clocks.state in (EnquiryState.NEW, EnquiryState.OPEN) and clocks.answer_due_at is not None:
            reason = DueReason.ANSWER if clocks.answered_before else DueReason.FIRST_ANSWER
            candidates.append((clocks.answer_due_at, reason))
        window = next_window_end(clocks.window_until, clocks.extended_until, now)
        if window is not None:
            candidates.append((window, DueReason.WINDOW))
    return min(candidates, default=(None, None))


def next_window_end(window_until: Millis | None, extended_until: Millis | None, now: Millis) -> Millis | None:
    """The next moment at which a way to answer closes; None where no window runs or all are closed."""
    for end in (window_until, extended_until):
        if end is not None and end > now:
            return end
    return None


def sort_key(state: EnquiryState, due_at: Millis | None, opened_at: Millis, closed_at: Millis | None) -> int:
    """Where the enquiry stands in every list: most urgent first, then what waits, then what is done, newest first."""
    if state is EnquiryState.DONE:
        return 2 * FAR - (closed_at or opened_at)
    if due_at is None:
        return FAR + opened_at
    return int(due_at)
