"""The Graph API's refusals in our words: by subcode first, then by code, then by status; never by the message.

Meta localises messages and puts ids into them; the same subcode occurs under several codes (contract dossier 2.6, where
each line has its source). Whether nothing was sent is *certain* only for codes known to refuse before acting: the
temporary ones (1, 2, 5xx) are documented to occur although everything was sent (design note F12).

It refuses to decide what happens next. Called by `meta.api`.
"""

from __future__ import annotations

from typing import Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.language import mark, tr
from switchboard_app.model.times import HOUR, MINUTE, Millis
from switchboard_app.model.token_facts import ending_words
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.json_answer import Record, text_of, whole_of
from switchboard_app.sync.verdicts import RETRY_SERVER, SIGN_IN, TEMPORARY, Verdict

RETRY_LIMITED: Final = 15 * MINUTE
"""When the platform says it is limited but not for how long."""

Permissions = tuple[str, str]
"""What the sign-in must hold: named when the platform says that a permission is missing, and when it refuses to show
what was asked for."""

MESSENGER_PERMISSIONS: Final[Permissions] = ("pages_messaging", "pages_messaging, pages_read_engagement")
_LONGEST_WORDS: Final = 300


_WINDOW: Final = Verdict(FailureKind.WINDOW, mark("The platform's reply window for this conversation has closed."))
_UNAVAILABLE: Final = Verdict(
    FailureKind.RECIPIENT, mark("This person does not receive messages here; use another channel.")
)
_PERMISSION: Final = Verdict(
    FailureKind.PERMISSION,
    mark("The sign-in lacks a permission."),
    Health.PERMISSION_MISSING,
    HOUR,
)
_LIMITED: Final = Verdict(
    FailureKind.RATE_LIMIT,
    mark("The platform's limit for requests is used up."),
    Health.RATE_LIMITED,
    RETRY_LIMITED,
)
_REFUSED: Final = Verdict(FailureKind.CONTENT, mark("The platform refuses what was to be sent."))
_REFUSED_READ: Final = Verdict(
    FailureKind.PERMISSION,
    mark("The platform does not show what was asked for; often a permission is missing."),
    Health.PERMISSION_MISSING,
    HOUR,
)
_UNKNOWN: Final = Verdict(
    FailureKind.MALFORMED,
    mark("The platform refused with a code that this version does not know."),
    Health.MALFORMED,
    RETRY_SERVER,
)

_BY_SUBCODE: Final = {
    2018278: _WINDOW,
    2534022: _WINDOW,
    2018108: _UNAVAILABLE,
    1545041: _UNAVAILABLE,
    2018001: Verdict(FailureKind.RECIPIENT, mark("The platform does not know this person.")),
    2018300: Verdict(
        FailureKind.OTHER_APP,
        mark("Another tool holds this conversation; take it over in the platform's inbox or answer there."),
        Health.ANSWERED_ELSEWHERE,
    ),
    1893063: Verdict(
        FailureKind.BLOCKED,
        mark("The platform has barred this page from sending for now."),
        Health.BLOCKED,
        30 * MINUTE,
    ),
    2018047: Verdict(FailureKind.CONTENT, mark("The platform does not take a file of this type.")),
    2018109: Verdict(FailureKind.CONTENT, mark("The file is too big for the platform.")),
}
_BY_CODE: Final = {
    **dict.fromkeys((102, 104, 190), SIGN_IN),
    551: _UNAVAILABLE,
    **dict.fromkeys((4, 17, 32, 613, 80001, 80006), _LIMITED),
    368: Verdict(
        FailureKind.BLOCKED,
        mark("The platform has blocked this account for breaking a rule."),
        Health.BLOCKED,
        4 * HOUR,
    ),
    **dict.fromkeys((1, 2, 1200), TEMPORARY),
    **dict.fromkeys((3, 10, *range(200, 300)), _PERMISSION),
}
_BAD_PARAMETER: Final = frozenset({33, 100, 803})


class GraphFailure(PlatformFailure):
    """A refusal by the Graph API, with its numbers: some callers ask again in another way."""

    def __init__(self, failure: Failure, health: Health | None, detail: str, code: int, subcode: int) -> None:
        super().__init__(failure, health, detail)
        self.code = code
        self.subcode = subcode

    @property
    def asks_for_less(self) -> bool:
        """Code 1 is also "reduce the amount of data": halve the limits before believing in a breakdown."""
        return self.code == 1

    @property
    def bad_parameter(self) -> bool:
        """Something in the request was refused: a field, a cursor, an id."""
        return self.code in _BAD_PARAMETER


def graph_failure(
    status: int,
    error: Record,
    *,
    sending: bool,
    now: Millis,
    free_at: Millis | None = None,
    permissions: Permissions = MESSENGER_PERMISSIONS,
) -> GraphFailure:
    """What an ``error`` object means. `free_at` is when the headers say that a used-up limit is free again."""
    code, subcode = whole_of(error.get("code")), whole_of(error.get("error_subcode"))
    verdict = _verdict(status, code, subcode, transient=error.get("is_transient") is True, sending=sending)
    certain = not sending or verdict not in (TEMPORARY, _UNKNOWN)
    again = None if verdict.wait is None else Millis(now + verdict.wait)
    if verdict.kind is FailureKind.RATE_LIMIT and free_at is not None:
        again = free_at
    words = tr(verdict.words)
    if told := _fit_to_show(error):
        words = f"{words} {told}"
    failure = Failure(verdict.kind, certain, words, again, _trace(error))
    detail = {
        id(_PERMISSION): permissions[0],
        id(_REFUSED_READ): permissions[1],
        id(SIGN_IN): ending_words(subcode),
    }.get(id(verdict), "")
    return GraphFailure(failure, verdict.health, detail, code, subcode)


def _verdict(status: int, code: int, subcode: int, *, transient: bool, sending: bool) -> Verdict:
    if subcode in _BY_SUBCODE:
        return _BY_SUBCODE[subcode]
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code in _BAD_PARAMETER:
        return _REFUSED if sending else _REFUSED_READ
    if status >= 500 or transient:
        return TEMPORARY
    return {401: SIGN_IN, 429: _LIMITED}.get(status, _UNKNOWN)


def _fit_to_show(error: Record) -> str:
    """Meta's own sentence for people, in the account's language; `message` may hold ids and is never shown."""
    told = " ".join(text_of(error.get("error_user_msg")).split())
    return "" if "://" in told else told[:_LONGEST_WORDS]


def _trace(error: Record) -> str:
    trace = text_of(error.get("fbtrace_id"))
    return trace if trace.isascii() and len(trace) < 100 else ""
