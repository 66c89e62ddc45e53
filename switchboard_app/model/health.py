"""How a connected account is: a closed vocabulary, and the rule by which what was seen becomes what is shown.

`judged` is that rule: what needs a person is shown at once, what often mends itself only when it lasts, and recovery at
once. `health_words` gives reason and next step. Pure; it refuses to remember: `store.health` keeps the standing and its
history. Called by the store for every poll and send, by everything that shows an account for the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from switchboard_app.model.language import tr
from switchboard_app.model.times import HOUR, MINUTE, Millis, duration, when


class Health(StrEnum):
    """How an account is. Each value has a reason and a next step (`health_words`)."""

    OK = "ok"
    CATCHING_UP = "catching_up"
    RATE_LIMITED = "rate_limited"
    NEEDS_SIGN_IN = "needs_sign_in"
    PERMISSION_MISSING = "permission_missing"
    BLOCKED = "blocked"
    OUT_OF_CREDITS = "out_of_credits"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    STALE = "stale"


WELL: Final = frozenset({Health.OK, Health.CATCHING_UP, Health.ANSWERED_ELSEWHERE, Health.STALE})
"""A poll that comes to one of these went through."""

_NEEDS_A_PERSON: Final = frozenset(
    {Health.NEEDS_SIGN_IN, Health.PERMISSION_MISSING, Health.OUT_OF_CREDITS, Health.BLOCKED}
)

PATIENCE: Final[Mapping[Health, tuple[int, int]]] = {
    Health.UNREACHABLE: (4, 3 * MINUTE),
    Health.MALFORMED: (4, 5 * MINUTE),
    Health.RATE_LIMITED: (3, 3 * MINUTE),
}
"""What is shown only after so many polls in a row, or once it has lasted, or will last, so long."""

BLOCKED_FOR: Final = HOUR
"""Only sending finds out that a platform bars an account: so long a poll that goes through proves nothing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account is shown since when, and the trouble behind it that may not be shown yet."""

    health: Health
    detail: str = ""
    since: Millis = Millis(0)
    failures: int = 0
    failing_since: Millis | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a poll or a send came to. `asked` by a person, who is told at once; `sending` when a send saw it; `until` is
    the moment the platform names for the end of it."""

    health: Health
    detail: str = ""
    asked: bool = False
    sending: bool = False
    until: Millis | None = None


def judged(before: Standing, seen: Seen, now: Millis) -> Standing:
    """How the account is shown after what was seen."""
    if seen.health in WELL:
        barred = before.health is Health.BLOCKED and now - before.since < BLOCKED_FOR
        if barred and not (seen.asked or seen.sending):
            return Standing(before.health, before.detail, before.since)
        return _shown(before, seen, now, 0, None)
    failures = before.failures + (0 if seen.sending else 1)
    failing_since = before.failing_since if before.failing_since is not None else now
    if seen.asked or _is_due(before, seen, now, failures, failing_since):
        return _shown(before, seen, now, failures, failing_since)
    return Standing(before.health, before.detail, before.since, failures, failing_since)


def _is_due(before: Standing, seen: Seen, now: Millis, failures: int, failing_since: Millis) -> bool:
    """Whether trouble has shown itself to be more than a blip."""
    if before.health is seen.health or seen.health not in PATIENCE:
        return True
    if before.health in _NEEDS_A_PERSON:
        return False  # a network that fails on top of it changes nothing about what a person has to do
    tries, millis = PATIENCE[seen.health]
    lasts = now - failing_since >= millis or (seen.until is not None and seen.until - now >= millis)
    return failures >= tries or lasts


def _shown(before: Standing, seen: Seen, now: Millis, failures: int, failing_since: Millis | None) -> Standing:
    since = before.since if before.health is seen.health else now
    return Standing(seen.health, seen.detail, since, failures, failing_since)


# -- details that are told in the language of whoever looks ------------------------------------------------------------

_QUIET: Final = "quiet"
_UNPOLLED: Final = "unpolled"


def quiet_detail(silent: int, usual: int) -> str:
    """As detail of STALE: nothing came for `silent` milliseconds where `usual` lie between two messages."""
    return f"{_QUIET} {silent} {usual}"


def is_quiet(health: Health, detail: str) -> bool:
    """Whether polls go through and only nothing comes."""
    return health is Health.STALE and detail.startswith(_QUIET)


def unpolled_detail(since: Millis | None, now: Millis) -> str:
    """As detail of STALE: at `now` no station has fetched since then."""
    return f"{_UNPOLLED} {since or 0} {now}"


def health_words(health: Health, detail: str = "") -> tuple[str, str]:
    """The reason and the next step in the language in use; `detail` (a scope, a time) is added to the reason."""
    kind, _, figures = detail.partition(" ")
    if health is Health.STALE and kind in (_QUIET, _UNPOLLED) and figures.replace(" ", "").isdigit():
        return _stale_words(kind, [int(one) for one in figures.split()])
    reason, step = _plain_words(health)
    return (f"{reason} {detail}".strip(), step)


def _stale_words(kind: str, figures: list[int]) -> tuple[str, str]:
    if kind == _QUIET:
        silent, usual = figures[0], figures[-1]
        words = tr("No message for {silent}; {usual} is usual at this time.")
        return (
            words.format(silent=duration(silent), usual=duration(max(usual, MINUTE))),
            tr("Look at the account in the platform's own inbox; perhaps it is only a quiet day."),
        )
    since = Millis(figures[0])
    step = tr("Check that the program that syncs this account is running.")
    if not since:
        return tr("Nothing has been fetched yet."), step
    return tr("Nothing has been fetched since {time}.").format(time=when(since, Millis(figures[-1]))), step


def _plain_words(health: Health) -> tuple[str, str]:
    match health:
        case Health.OK:
            return tr("Connected."), ""
        case Health.CATCHING_UP:
            return tr("Fetching messages that piled up."), tr("Nothing to do: it ends by itself.")
        case Health.RATE_LIMITED:
            return (
                tr("The platform's limit for requests is used up."),
                tr("Nothing to do: it goes on at the time shown."),
            )
        case Health.NEEDS_SIGN_IN:
            return (
                tr("The account has no valid sign-in."),
                tr("Sign in again; what is queued is sent afterwards."),
            )
        case Health.PERMISSION_MISSING:
            return (
                tr("The sign-in lacks a permission."),
                tr("Ask the administrator of the page or app to grant it, then sign in again."),
            )
        case Health.BLOCKED:
            return (
                tr("The platform has barred this account from sending for now."),
                tr("Check the account in the platform's own inbox; sending is tried again later."),
            )
        case Health.OUT_OF_CREDITS:
            return (
                tr("The account's credits or monthly cap at the platform are used up."),
                tr("Ask the administrator to add credits at the platform."),
            )
        case Health.UNREACHABLE:
            return (
                tr("The platform cannot be reached."),
                tr("Check the network; it is tried again by itself."),
            )
        case Health.MALFORMED:
            return (
                tr("The platform answers in a form this version does not understand."),
                tr("Check the account's address and the program's version; it is tried again by itself."),
            )
        case Health.ANSWERED_ELSEWHERE:
            return (
                tr("Another tool answers on this account."),
                tr("Agree who answers; replies made there are shown as such."),
            )
        case Health.STALE:
            return (
                tr("Nothing has been fetched for a while."),
                tr("Check that the program that syncs this account is running."),
            )
        case _:
            assert_never(health)
