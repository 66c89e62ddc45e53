"""What is said about a delivery that needs a person: what happened, what was seen, what to do.

For answers to citizens and for mails to offices. Called by the card of unclear deliveries.
"""

from __future__ import annotations

from typing import assert_never

from switchboard_app.model.delivery import Delivery, DeliveryState, FailureKind
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.times import Millis
from switchboard_app.ui.text.due import at

UNSURE = (DeliveryState.UNCERTAIN, DeliveryState.FAILED)


def needs_person(delivery: Delivery | None) -> bool:
    """Whether somebody must say what happens with it."""
    return delivery is not None and delivery.state in UNSURE


def title(delivery: Delivery) -> str:
    """The heading of the card."""
    if delivery.state is DeliveryState.UNCERTAIN:
        return tr("Unclear whether it arrived")
    return tr("Not sent")


def story(delivery: Delivery, now: Millis) -> str:
    """When it was tried, what happened, and what reading back the conversation showed."""
    parts = []
    if delivery.tried_at is not None:
        parts.append(tr("Tried {time}.").format(time=at(delivery.tried_at, now)))
    if delivery.failure is not None and delivery.failure.text:
        parts.append(delivery.failure.text)
    if delivery.state is DeliveryState.UNCERTAIN:
        parts.append(_what_next(delivery))
    elif delivery.failure is not None:
        parts.append(next_step(delivery.failure.kind))
    return " ".join(part for part in parts if part)


def _what_next(delivery: Delivery) -> str:
    if delivery.asked_at is None:
        return tr("The conversation is being read back; this may settle itself in a moment.")
    if delivery.repeats:
        return tr("A second copy was sent under the same number. Ask the office, then decide.")
    if not delivery.reads:
        return tr("A mail cannot be read back. Ask the office, then decide.")
    return tr("Look in the platform's inbox, then decide.")


MOST_SEEN = 4


def seen_title(delivery: Delivery, now: Millis) -> str:
    """When the conversation was read back and what it shows of ours; empty before the first time."""
    if delivery.read_at is None or not delivery.reads:
        return ""
    read = ntr("Read back {n} time, last {time}.", "Read back {n} times, last {time}.", delivery.reads).format(
        n=delivery.reads, time=at(delivery.read_at, now)
    )
    if not delivery.seen:
        nothing = tr("The platform shows no message from us since then.")
        return f"{read} {nothing}"
    shows = tr("The platform shows from us since then:")
    return f"{read} {shows}"


def seen_lines(delivery: Delivery, now: Millis) -> tuple[str, ...]:
    """The newest messages of ours that were seen, one line each: their time and their words."""
    lines = [f"{at(one.at, now)}  {' '.join(one.text.split()) or tr('(no text)')}" for one in delivery.seen]
    more = len(lines) - MOST_SEEN
    if more <= 0:
        return tuple(lines)
    earlier = ntr("and {n} earlier one", "and {n} earlier ones", more).format(n=more)
    return (*lines[-MOST_SEEN:], earlier)


def next_step(kind: FailureKind) -> str:
    """What a person can do about a delivery that was certainly not made."""
    match kind:
        case FailureKind.NETWORK | FailureKind.TIMEOUT | FailureKind.SERVER | FailureKind.CRASH:
            return tr("Send it again.")
        case FailureKind.MALFORMED:
            return tr("Look in the platform's inbox, then send it again.")
        case FailureKind.AUTH | FailureKind.PERMISSION:
            return tr("The account must be signed in again; then send it again.")
        case FailureKind.RATE_LIMIT | FailureKind.CREDITS | FailureKind.BLOCKED:
            return tr("Send it again later, or reach the person by another channel.")
        case FailureKind.WINDOW:
            return tr("Reach the person by another channel, or wait until they write again.")
        case FailureKind.RECIPIENT:
            return tr("Reach the person by another channel.")
        case FailureKind.OTHER_APP:
            return tr("Answer in the platform's inbox, or take the conversation over there first.")
        case FailureKind.CONTENT:
            return tr("Change the text, then send it again.")
        case _:
            assert_never(kind)
