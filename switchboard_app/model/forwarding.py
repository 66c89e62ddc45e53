"""A forwarding: enquiry → office. It ends by the office's word, not by hope (product.md, rule 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from switchboard_app.model.delivery import Delivery
from switchboard_app.model.ids import ForwardingId, OfficeId
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis


class ForwardingState(StrEnum):
    """What is known of the office's word."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


PENDING = (ForwardingState.SENT, ForwardingState.ACKNOWLEDGED)


def forwarding_words(state: ForwardingState) -> str:
    """The state in words."""
    match state:
        case ForwardingState.SENT:
            return tr("with the office")
        case ForwardingState.ACKNOWLEDGED:
            return tr("taken by the office")
        case ForwardingState.ANSWERED:
            return tr("answered by the office")
        case ForwardingState.DECLINED:
            return tr("declined: wrong office")
        case ForwardingState.WITHDRAWN:
            return tr("withdrawn")
        case _:
            assert_never(state)


@dataclass(frozen=True, slots=True)
class Forwarding:
    """One forwarding of an enquiry; `reference` is the tag in the mail's subject, e.g. ``[BS-000123]``."""

    id: ForwardingId
    office: OfficeId
    office_name: str
    state: ForwardingState
    reference: str
    summary: str
    sent_at: Millis
    due_at: Millis | None
    answered_at: Millis | None = None
    reminded: int = 0
    delivery: Delivery | None = None
    by: str = ""
