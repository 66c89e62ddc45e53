"""Failures that mean the same on every platform.

What it is for: one wording and one certainty for each. It refuses to know codes: each platform's `errors` does.
Called by the connectors and the meter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.sync.connector import PlatformFailure


def malformed(certain: bool, again: Millis | None) -> PlatformFailure:
    """The answer is not JSON or of another shape."""
    words = tr("The platform's answer has a form that this version does not understand.")
    return PlatformFailure(Failure(FailureKind.MALFORMED, certain, words, again), Health.MALFORMED)


def rate_limited(until: Millis) -> PlatformFailure:
    """A budget is used up; nothing was sent."""
    words = tr("The platform's limit for requests is used up.")
    return PlatformFailure(Failure(FailureKind.RATE_LIMIT, True, words, until), Health.RATE_LIMITED)


def signed_out(words: str) -> PlatformFailure:
    """There is no sign-in, or none that works; nothing was sent."""
    return PlatformFailure(Failure(FailureKind.AUTH, True, words), Health.NEEDS_SIGN_IN)


def surely(failure: PlatformFailure) -> PlatformFailure:
    """The failure of a step before the sending itself: whatever it was, no message left."""
    return PlatformFailure(replace(failure.failure, certain=True), failure.health, failure.health_detail)


def partly_sent(sent: Sequence[PlatformId], failure: PlatformFailure) -> PlatformFailure:
    """The failure of a later part of a reply: once a part was sent, nothing may be sent again by itself."""
    if not sent:
        return failure
    words = tr("A first part was sent, the rest was not: {reason}").format(reason=failure.failure.text)
    partly = replace(failure.failure, certain=False, text=words)
    return PlatformFailure(partly, failure.health, failure.health_detail)
