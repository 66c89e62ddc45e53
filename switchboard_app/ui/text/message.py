"""The small words round a message: who, when, what became of it; and what a phone note says beside its text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import assert_never

from switchboard_app.model.delivery import DeliveryState, delivery_words
from switchboard_app.model.entry import AttachmentState, Change, Direction, Entry
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis, clock_time
from switchboard_app.store.desk import NoteAction
from switchboard_app.ui.plain import isolated, plain_text


def meta_line(entry: Entry, now: Millis) -> str:
    """«Sandra Brodbeck · 09:41 · arrived late». Holds direction marks round the name: for painters, not for labels."""
    parts = [isolated(plain_text(entry.author)) if entry.author else "", clock_time(entry.at)]
    parts += _mail_words(entry)
    if entry.elsewhere:
        parts.append(tr("sent with another tool"))
    if entry.late:
        parts.append(tr("arrived late"))
    if entry.edited:
        parts.append(tr("edited"))
    if entry.deleted:
        parts.append(_deleted_words(entry))
    delivery = entry.delivery
    if delivery is not None:
        parts.append(delivery_words(delivery.state))
        if delivery.state is DeliveryState.QUEUED and delivery.failure is not None:
            parts.append(delivery.failure.text)
            if delivery.not_before > now:
                parts.append(tr("next try {time}").format(time=clock_time(delivery.not_before)))
    return " · ".join(part for part in parts if part)


def _mail_words(entry: Entry) -> list[str]:
    """What a mail says beside its text: its subject, and whether a machine wrote it."""
    if not entry.detail.startswith("{"):
        return []
    told = json.loads(entry.detail)
    subject = plain_text(str(told.get("subject", "")))
    automatic = {
        "reply": tr("automatic message"),
        "bulk": tr("sent to a list"),
        "failure": tr("report of the mail server"),
    }.get(told.get("automatic", ""), "")
    return [part for part in (f"«{isolated(subject[:80])}»" if subject else "", automatic) if part]


def _deleted_words(entry: Entry) -> str:
    """How a message went: taken back, as the platform says, or only no longer among what it lists."""
    how = next((one.change for one in reversed(entry.versions) if one.change is not Change.EDITED), Change.GONE)
    if how is Change.GONE:
        return tr("deleted at the platform")
    return tr("taken back by the person") if entry.direction is Direction.IN else tr("taken back at the platform")


def spoken(entry: Entry) -> str:
    """How a screen reader announces the row that holds this message."""
    who = plain_text(entry.author) or tr("Anonymous")
    time = clock_time(entry.at)
    if entry.direction is Direction.IN:
        return tr("Message from {who}, {time}").format(who=who, time=time)
    return tr("Answer by {who}, {time}").format(who=who, time=time)


@dataclass(frozen=True, slots=True)
class PhoneNoteHead:
    """What a phone note holds beside its text."""

    number: str
    name: str
    action: str
    urgent: bool

    @property
    def caller(self) -> str:
        """Number and name as far as known."""
        return " · ".join(part for part in (self.number, self.name) if part) or tr("Anonymous")


def phone_note_head(entry: Entry) -> PhoneNoteHead:
    """The caller and the action of a phone note."""
    detail = json.loads(entry.detail) if entry.detail else {}
    action = detail.get("action", NoteAction.INBOX.value)
    return PhoneNoteHead(
        number=str(detail.get("number", "")),
        name=str(detail.get("name", "")),
        action=action_words(NoteAction(action)),
        urgent=bool(detail.get("urgent")),
    )


def action_words(action: NoteAction) -> str:
    """What is to happen after the call."""
    match action:
        case NoteAction.OFFICE_CALLBACK:
            return tr("The office calls back")
        case NoteAction.CONNECTED:
            return tr("Put through")
        case NoteAction.ANSWERED:
            return tr("Answered on the phone")
        case NoteAction.INBOX:
            return tr("To be done")
        case _:
            assert_never(action)


def attachment_words(state: AttachmentState, reason: str) -> str:
    """Why a file is not here, in words; "" for one that is."""
    match state:
        case AttachmentState.PENDING:
            last = tr("is being fetched; the last try: {reason}").format(reason=reason)
            return last if reason else tr("is being fetched")
        case AttachmentState.KEPT:
            return ""
        case AttachmentState.TOO_BIG:
            return tr("too big to be kept here")
        case AttachmentState.UNAVAILABLE:
            return reason or tr("not available through the platform")
        case AttachmentState.REFUSED:
            return reason or tr("not fetched: its address is not one of the platform")
        case _:
            assert_never(state)


def language_name(code: str) -> str:
    """The language of a person in words; "" while unknown."""
    return {"de": tr("German"), "fr": tr("French"), "it": tr("Italian"), "en": tr("English")}.get(code, code.upper())
