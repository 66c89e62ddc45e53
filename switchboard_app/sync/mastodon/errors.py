"""Mastodon's refusals in our words: by status and by Doorkeeper's header, because the sentence in ``error`` is written
in the account's language.

One exception: the sentence for a missing permission is fixed English in the server's source and stands beside a header
that not every version sends (contract dossier, section 3). Refuses to decide what happens next. Called by
`mastodon.api`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.language import mark, tr
from switchboard_app.model.times import HOUR, MINUTE, SECOND, Millis, parse_iso
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.json_answer import Record, text_of
from switchboard_app.sync.ratelimit import retry_after
from switchboard_app.sync.verdicts import CONTENT, LIMITED, NO_ROUTE, NOBODY, SIGN_IN, TEMPORARY, UNKNOWN, Verdict

SCOPES: Final = "read:accounts read:statuses read:notifications write:statuses write:media"
_MARGIN: Final = SECOND
_LONGEST_WINDOW: Final = 3 * HOUR
"""Posts are limited for three hours (dossier 3); a reset further ahead is a wrong clock."""
_REFUSING: Final = frozenset({400, 401, 403, 404, 405, 406, 410, 413, 415, 422, 429})
"""Statuses that are answered before a post is made."""


_SCOPE: Final = Verdict(
    FailureKind.PERMISSION, mark("The sign-in lacks a permission."), Health.PERMISSION_MISSING, HOUR, SCOPES
)
_BARRED: Final = Verdict(
    FailureKind.BLOCKED, mark("The instance does not let this account in for now."), Health.BLOCKED, 30 * MINUTE
)


class MastodonFailure(PlatformFailure):
    """A refusal with its status: a post that is gone, or a post to answer to that is gone, has a way out."""

    def __init__(self, failure: Failure, health: Health | None, detail: str, status: int) -> None:
        super().__init__(failure, health, detail)
        self.status = status


def mastodon_failure(
    status: int, problem: Record, headers: Mapping[str, str], *, sending: bool, now: Millis
) -> MastodonFailure:
    """What a refusal means. `problem` is empty when the answer was no JSON object (a proxy's page, an old route)."""
    verdict = _verdict(status, problem, headers, sending=sending)
    again = None if verdict.wait is None else Millis(now + verdict.wait)
    if verdict.kind is FailureKind.RATE_LIMIT:
        again = free_at(headers, now)
    if 300 <= status < 400 and sending:
        again = None  # not followed, so nothing was accepted; asking again leads to the same place
    certain = not sending or status in _REFUSING or 300 <= status < 400
    failure = Failure(verdict.kind, certain, tr(verdict.words), again, headers.get("x-request-id", "")[:64])
    return MastodonFailure(failure, verdict.health, verdict.detail, status)


def _verdict(status: int, problem: Record, headers: Mapping[str, str], *, sending: bool) -> Verdict:
    if status >= 500:
        return TEMPORARY
    if status == 401:
        return SIGN_IN
    if status == 403:
        return _SCOPE if _lacks_scope(problem, headers) else _BARRED
    if status == 429:
        return LIMITED
    if status in (404, 410):
        return NOBODY if sending and problem else NO_ROUTE
    if status in (400, 413, 415, 422):
        return CONTENT if sending else UNKNOWN
    return UNKNOWN


def _lacks_scope(problem: Record, headers: Mapping[str, str]) -> bool:
    told = headers.get("www-authenticate", "").lower()
    return "scope" in told or "authorized scopes" in text_of(problem.get("error")).lower()


def free_at(headers: Mapping[str, str], now: Millis) -> Millis:
    """When a used-up limit is free again: what the answer says, else a minute."""
    told = retry_after(headers, now) or reset_of(headers, now)
    return Millis(now + MINUTE) if told is None else Millis(max(now, told) + _MARGIN)


def reset_of(headers: Mapping[str, str], now: Millis) -> Millis | None:
    """``X-RateLimit-Reset``: ISO 8601 with microseconds, or seconds since the epoch on other servers (dossier 3)."""
    text = headers.get("x-ratelimit-reset", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 12:
        moment = int(text) * SECOND
    else:
        try:
            moment = parse_iso(text)
        except ValueError:
            return None
    return Millis(min(moment, now + _LONGEST_WINDOW))
