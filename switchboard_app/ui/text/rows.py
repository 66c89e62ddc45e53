"""What a row of the queue says besides its chips: when, and the whole row as one sentence for a screen reader."""

from __future__ import annotations

from datetime import timedelta

from switchboard_app.model.channel import channel_name
from switchboard_app.model.enquiry import QueueRow
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.times import Millis, clock_time, local, swiss_date, weekday
from switchboard_app.ui.plain import plain_text
from switchboard_app.ui.text.due import queue_chips


def row_time(moment: Millis, now: Millis) -> str:
    """The clock today, the weekday within a week, else the date: as short as a corner wants it."""
    there, here = local(moment).date(), local(now).date()
    if there == here:
        return clock_time(moment)
    if timedelta(0) < here - there < timedelta(7):
        return f"{weekday(there)} {clock_time(moment)}"
    return swiss_date(there)


def row_sentence(row: QueueRow, now: Millis, me: str) -> str:
    """The row as a screen reader speaks it: who, how, when, what is due, what they want."""
    parts = [row_name(row), channel_name(row.channel), row_time(row.last_at, now)]
    if row.unread:
        parts.append(ntr("{n} unread message", "{n} unread messages", row.unread).format(n=row.unread))
    parts += [chip.text for chip in queue_chips(row, now, me)]
    parts.append(plain_text(row.excerpt))
    return ", ".join(part for part in parts if part)


def row_name(row: QueueRow) -> str:
    """Whom the row is about."""
    return plain_text(row.person_name) or tr("Anonymous")


def grouped(n: int) -> str:
    """A count in Swiss writing: 1’284."""
    return f"{n:,}".replace(",", "’")
