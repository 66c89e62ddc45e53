"""X's refusals in our words: by status, by the last step of the problem's ``type``, by old numeric codes.

Hosts in ``type`` changed over the years, so only its last step counts; an answer may also have the old shape
``{"errors": [{"code", "message"}]}``, and an unknown route answers 404 with nothing (contract dossier 1.7, with
sources). Several meanings of 403 differ in their English sentence alone: there, and nowhere else, a text decides.

It refuses to decide what happens next. Called by `x.api`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.language import mark, tr
from switchboard_app.model.times import HOUR, MINUTE, SECOND, Millis
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.json_answer import Record, record_of, rows_of, text_of, whole_of
from switchboard_app.sync.ratelimit import retry_after, windowed
from switchboard_app.sync.verdicts import CONTENT, LIMITED, NO_ROUTE, NOBODY, TEMPORARY, UNKNOWN, Verdict

DM_SCOPES: Final = "dm.read dm.write tweet.read users.read"
_WINDOW: Final = 15 * MINUTE
_MARGIN: Final = SECOND
_REFUSING: Final = frozenset({400, 401, 402, 403, 404, 413, 415, 422, 429})
"""Statuses that X answers before it acts (design note on the outbox: the definite list)."""


_SIGN_IN: Final = Verdict(
    FailureKind.AUTH,
    mark("The platform no longer accepts the sign-in."),
    Health.NEEDS_SIGN_IN,
    detail=mark("It ran out or was taken back, and nothing renews it: sign in in the browser."),
)
_SCOPE: Final = Verdict(
    FailureKind.PERMISSION, mark("The sign-in lacks a permission."), Health.PERMISSION_MISSING, HOUR, DM_SCOPES
)
_CREDITS: Final = Verdict(
    FailureKind.CREDITS, mark("The account's credits or cap at the platform are used up."), Health.OUT_OF_CREDITS, HOUR
)
_RECIPIENT: Final = Verdict(
    FailureKind.RECIPIENT, mark("This person does not accept messages from this account; use another channel.")
)
_BARRED: Final = Verdict(
    FailureKind.BLOCKED,
    mark("The platform does not let this account send for now."),
    Health.BLOCKED,
    30 * MINUTE,
)
_MEDIA: Final = Verdict(FailureKind.CONTENT, mark("The platform does not take this file in a message."))

_BY_TYPE: Final = {
    "usage-capped": _CREDITS,
    "credits": _CREDITS,
    "credits-depleted": _CREDITS,
    "unsupported-authentication": _SIGN_IN,
    "client-forbidden": _SCOPE,
    "not-authorized-for-resource": _SCOPE,
    "not-authorized-for-field": _SCOPE,
    "internal-error": TEMPORARY,
}
_BY_CODE: Final = {
    88: LIMITED,
    **dict.fromkeys((32, 89, 215), _SIGN_IN),
    **dict.fromkeys((64, 226, 326), _BARRED),
    **dict.fromkeys((108, 150, 349), _RECIPIENT),
    354: CONTENT,
}
"""Codes of the old shape; from general knowledge of API v1.1 but for 88, which the documentation shows."""

_BY_SENTENCE: Final = (
    ("permission to dm", _RECIPIENT),
    ("operation is not permitted", _BARRED),
    ("not permitted to attach", _MEDIA),
)


class XFailure(PlatformFailure):
    """A refusal by X with its status and problem: a refused field can be left out."""

    def __init__(self, failure: Failure, health: Health | None, detail: str, status: int, problem: Record) -> None:
        super().__init__(failure, health, detail)
        self.status = status
        self.problem = problem


def x_failure(
    status: int, problem: Record, headers: Mapping[str, str], *, sending: bool, has_body: bool, now: Millis
) -> XFailure:
    """What a refusal means. `has_body` tells an unknown route (404, empty) from a person who is not there."""
    verdict = _verdict(status, problem, sending=sending, has_body=has_body)
    certain = not sending or status in _REFUSING or 300 <= status < 400
    again = None if verdict.wait is None else Millis(now + verdict.wait)
    if verdict.kind is FailureKind.RATE_LIMIT:
        again = _free_at(headers, now)
    if 300 <= status < 400 and sending:
        again = None  # not followed, so nothing was accepted; asking again leads to the same place
    failure = Failure(verdict.kind, certain, tr(verdict.words), again)
    detail = tr(verdict.detail) if verdict is _SIGN_IN else verdict.detail
    return XFailure(failure, verdict.health, detail, status, problem)


def kind_of(problem: Record) -> str:
    """The last step of the problem's type: ``invalid-request``, ``usage-capped``; ``about:blank`` says nothing."""
    return text_of(problem.get("type")).rstrip("/").rpartition("/")[2].lower()


def _verdict(status: int, problem: Record, *, sending: bool, has_body: bool) -> Verdict:
    if status >= 500:
        return TEMPORARY
    if status == 401:
        return _SIGN_IN
    if status == 402 or text_of(problem.get("title")) == "UsageCapExceeded":
        return _CREDITS
    if (named := _BY_TYPE.get(kind_of(problem))) is not None:
        return named
    codes = [whole_of(record_of(entry).get("code")) for entry in rows_of(problem.get("errors"))]
    if (coded := next((_BY_CODE[code] for code in codes if code in _BY_CODE), None)) is not None:
        return coded
    if status == 403:
        return _forbidden(problem)
    return _plain(status, sending=sending, has_body=has_body)


def _forbidden(problem: Record) -> Verdict:
    sentence = text_of(problem.get("detail")).lower()
    return next((verdict for words, verdict in _BY_SENTENCE if words in sentence), _SCOPE)


def _plain(status: int, *, sending: bool, has_body: bool) -> Verdict:
    if status == 429:
        return LIMITED
    if status == 404:
        return NOBODY if sending and has_body else NO_ROUTE
    if status in (400, 413, 415, 422):
        return CONTENT if sending else UNKNOWN
    return UNKNOWN


def _free_at(headers: Mapping[str, str], now: Millis) -> Millis:
    """When a refused bucket is free: what the answer says, else a minute.

    With requests left in the window it was another limit, the one of 24 hours, whose end no header tells.
    """
    told = retry_after(headers, now)
    if told is not None:
        return told
    window = windowed(headers, now)
    if window is None:
        return Millis(now + MINUTE)
    return Millis(now + _WINDOW) if window.remaining > 0 else Millis(max(now, window.reset_at) + _MARGIN)
