"""What happened, as one line of the timeline says it, and the words of the undo bar."""

from __future__ import annotations

import json

from switchboard_app.model.enquiry import Outcome, outcome_name
from switchboard_app.model.entry import Entry, EventCode
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.times import Millis, parse_iso
from switchboard_app.store.gaps import Gap
from switchboard_app.ui.text.due import at


def event_sentence(entry: Entry, now: Millis) -> str:
    """The event in words, without its time."""
    match entry.event:
        case EventCode.FORWARDED:
            due_at = json.loads(entry.detail or "{}").get("due_at")
            words = tr("Forwarded to {office} · answer until {time}") if due_at else tr("Forwarded to {office}")
            return words.format(office=entry.text, time=at(due_at, now) if due_at else "")
        case EventCode.REASSIGNED:
            to, _, reason = entry.text.partition(": ")
            return tr("{who} reassigned it to {to}: {reason}").format(who=entry.author, to=to, reason=reason)
        case EventCode.SNOOZED:
            return tr("Follow-up on {time}").format(time=at(parse_iso(entry.text), now) if entry.text else "")
        case EventCode.DONE:
            outcome = outcome_name(Outcome(entry.text))
            return tr("{who} closed it: {outcome}").format(who=entry.author, outcome=outcome)
        case EventCode.EDITED | EventCode.DELETED:
            return _changed(entry.event, int(entry.text) if entry.text.isdecimal() else 1)
        case None:
            return entry.text
        case _:
            return _simple(entry.event).format(who=entry.author, text=entry.text)


def _changed(event: EventCode, n: int) -> str:
    if event is EventCode.EDITED:
        return ntr("A message was edited at the platform", "{n} messages were edited at the platform", n).format(n=n)
    return ntr("A message was deleted at the platform", "{n} messages were deleted at the platform", n).format(n=n)


def gap_sentence(gap: Gap, now: Millis) -> str:
    """What may be missing here, because the platform no longer gives it."""
    until = at(gap.to_at, now)
    if not gap.from_at:
        words = ntr(
            "The platform no longer gives {n} older message from before {to}",
            "The platform no longer gives {n} older messages from before {to}",
            gap.missing,
        )
        if not gap.missing:
            words = tr("The platform no longer gives older messages from before {to}")
        return words.format(n=gap.missing, to=until)
    words = tr("Messages from {begin} to {to} may be missing: the platform no longer gives them")
    return words.format(begin=at(gap.from_at, now), to=until)


def _simple(event: EventCode) -> str:
    """The sentence of an event that only names who did it or what it was about."""
    sentences = {
        EventCode.CLAIMED: tr("{who} took over"),
        EventCode.RELEASED: tr("{who} released it"),
        EventCode.FORWARDING_TAKEN: tr("{text} has taken it"),
        EventCode.FORWARDING_DECLINED: tr("{text} is not responsible"),
        EventCode.FORWARDING_ANSWERED: tr("{text} has answered"),
        EventCode.FORWARDING_WITHDRAWN: tr("Forwarding to {text} withdrawn"),
        EventCode.WOKEN: tr("Back in the queue"),
        EventCode.REOPENED: tr("Reopened"),
        EventCode.MERGED: tr("Merged with enquiry {text}"),
        EventCode.UNDONE: tr("{who} undid the last step"),
        EventCode.WITHDRAWN: tr("{who} withdrew the answer"),
    }
    return sentences[event]


def step_sentence(action: str, number: int) -> str:
    """What the undo bar says about the step that was just made."""
    sentences = {
        "claim": tr("Enquiry {number} taken over."),
        "release": tr("Enquiry {number} released."),
        "reassign": tr("Enquiry {number} reassigned."),
        "snooze": tr("Enquiry {number} put away until the follow-up."),
        "done": tr("Enquiry {number} closed."),
        "reopen": tr("Enquiry {number} reopened."),
        "merge": tr("Enquiry {number} merged."),
        "reply": tr("The answer is being sent."),
        "forward": tr("The forwarding is being sent."),
        "note": tr("Note added."),
        "undo": tr("Undone."),
    }
    return sentences[action].format(number=number)
