"""What a row or a header says about time: «Reply until 11:30», «With the office for 18 min», «Window 22 h 48 min».

State in words; the tone only repeats them. Absolute times, never only "in 3 h" (peers, card 3).
"""

from __future__ import annotations

from switchboard_app.model.enquiry import DueReason, Enquiry, EnquiryState, QueueRow
from switchboard_app.model.language import tr
from switchboard_app.model.times import HOUR, Millis, clock_time, duration, local, swiss_date, weekday
from switchboard_app.ui.look import Chip, Tone

SOON = 2 * HOUR


def at(moment: Millis, now: Millis) -> str:
    """«14:05» today, «Mon 23.11., 10:00» in this year, else «23.11.2025, 10:00»."""
    there, here = local(moment), local(now)
    if there.date() == here.date():
        return clock_time(moment)
    if there.year != here.year:
        return f"{swiss_date(there.date())}, {clock_time(moment)}"
    return f"{weekday(there.date())} {there.strftime('%d.%m.')}, {clock_time(moment)}"


def due_chip(state: EnquiryState, due_at: Millis | None, reason: DueReason | None, now: Millis) -> Chip | None:
    """The chip that says until when somebody must act; None when nobody must."""
    if due_at is None or reason is None:
        return None
    if due_at <= now:
        if reason is DueReason.CALLBACK and state in (EnquiryState.OPEN, EnquiryState.NEW):
            return Chip(tr("Your turn"), Tone.LATE)
        return Chip(tr("Overdue {duration}").format(duration=duration(now - due_at)), Tone.BAD)
    time = at(due_at, now)
    soon = Tone.LATE if due_at - now < SOON else Tone.NEUTRAL
    match reason:
        case DueReason.FIRST_ANSWER | DueReason.ANSWER:
            return Chip(tr("Reply until {time}").format(time=time), Tone.LATE)
        case DueReason.WINDOW:
            return Chip(tr("Window until {time}").format(time=time), soon)
        case DueReason.OFFICE:
            return Chip(tr("Office until {time}").format(time=time), soon)
        case DueReason.FOLLOW_UP:
            return Chip(tr("Follow-up {time}").format(time=time), soon)
        case DueReason.CALLBACK:
            return Chip(tr("Call back until {time}").format(time=time), Tone.LATE)


def queue_chips(row: QueueRow, now: Millis, me: str) -> list[Chip]:
    """All chips of a row of the queue, most important first."""
    chips: list[Chip] = []
    if row.delivery == "uncertain":
        chips.append(Chip(tr("Unclear whether it arrived"), Tone.BAD))
    elif row.delivery == "failed":
        chips.append(Chip(tr("Answer not sent"), Tone.BAD))
    waits = _waiting_chip(row, now)
    due = due_chip(row.state, row.due_at, row.due_reason, now)
    late = row.due_at is not None and row.due_at <= now
    if due is not None and (waits is None or late):
        chips.append(due)
    if waits is not None:
        chips.append(waits)
    if row.office_name:
        chips.append(Chip(row.office_name, Tone.NEUTRAL))
    if row.owner == me and row.state is EnquiryState.OPEN:
        chips.append(Chip(tr("Assigned to me"), Tone.ACCENT))
    elif row.owner and row.owner != me:
        chips.append(Chip(tr("With {owner}").format(owner=row.owner), Tone.NEUTRAL))
    if row.priority:
        chips.append(Chip(tr("Urgent"), Tone.BAD))
    if row.language and row.language != "de":
        chips.append(Chip(row.language.upper(), Tone.NEUTRAL))
    chips += [Chip(tag, Tone.NEUTRAL) for tag in row.tags[:2]]
    return chips


def _waiting_chip(row: QueueRow, now: Millis) -> Chip | None:
    if row.state is EnquiryState.WAITING_OFFICE and row.forwarded_at is not None:
        words = tr("With the office for {duration}").format(duration=duration(now - row.forwarded_at))
        return Chip(words, Tone.GOOD)
    if row.state is EnquiryState.WAITING_CITIZEN:
        return Chip(tr("Answered {time}").format(time=at(row.last_at, now)), Tone.GOOD)
    if row.state is EnquiryState.DONE:
        return Chip(tr("Done"), Tone.NEUTRAL)
    return None


def window_chip(enquiry: Enquiry, now: Millis) -> Chip | None:
    """How long the platform still lets us answer; None where it sets no window."""
    if enquiry.window_until is None or enquiry.extended_until is None:
        return None
    if now < enquiry.window_until:
        left = enquiry.window_until - now
        tone = Tone.LATE if left < SOON else Tone.NEUTRAL
        return Chip(tr("Reply window {duration} left").format(duration=duration(left)), tone)
    if now < enquiry.extended_until:
        words = tr("Extended reply window {duration} left")
        return Chip(words.format(duration=duration(enquiry.extended_until - now)), Tone.LATE)
    return Chip(tr("Reply window closed"), Tone.BAD)
