"""What a platform's refusal means, in our words; and the meanings that every platform has.

Each platform's `errors` says which of its codes means what; the wording and the pause of what is the same everywhere
stand here once. Refuses to know codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.language import mark
from switchboard_app.model.times import MINUTE, SECOND

RETRY_SERVER: Final = 30 * SECOND


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a refusal means; `wait` in milliseconds until it may be tried again, None for never."""

    kind: FailureKind
    words: str
    health: Health | None = None
    wait: int | None = None
    detail: str = ""


SIGN_IN: Final = Verdict(FailureKind.AUTH, mark("The platform no longer accepts the sign-in."), Health.NEEDS_SIGN_IN)
LIMITED: Final = Verdict(
    FailureKind.RATE_LIMIT, mark("The platform's limit for requests is used up."), Health.RATE_LIMITED, MINUTE
)
NOBODY: Final = Verdict(FailureKind.RECIPIENT, mark("The platform does not know this person."))
CONTENT: Final = Verdict(FailureKind.CONTENT, mark("The platform refuses what was to be sent."))
NO_ROUTE: Final = Verdict(
    FailureKind.MALFORMED, mark("The platform does not know this address."), Health.MALFORMED, 5 * MINUTE
)
TEMPORARY: Final = Verdict(
    FailureKind.SERVER, mark("The platform has a problem of its own for now."), Health.UNREACHABLE, RETRY_SERVER
)
UNKNOWN: Final = Verdict(
    FailureKind.MALFORMED,
    mark("The platform refused in a way that this version does not know."),
    Health.MALFORMED,
    RETRY_SERVER,
)
