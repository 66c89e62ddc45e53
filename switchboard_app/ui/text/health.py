"""How an account is, in the few words that a side or a status bar has room for; the accounts' page says the rest."""

from __future__ import annotations

from typing import assert_never

from switchboard_app.model.account import Account
from switchboard_app.model.health import Health
from switchboard_app.model.language import tr
from switchboard_app.model.times import MINUTE, SECOND, Millis, duration


def health_short(health: Health) -> str:
    """The health in two or three words; the tone repeats them."""
    match health:
        case Health.OK:
            return tr("Connected")
        case Health.CATCHING_UP:
            return tr("Catching up")
        case Health.RATE_LIMITED:
            return tr("Waits for the limit")
        case Health.NEEDS_SIGN_IN:
            return tr("Sign in again")
        case Health.PERMISSION_MISSING:
            return tr("Permission missing")
        case Health.BLOCKED:
            return tr("Sending barred")
        case Health.OUT_OF_CREDITS:
            return tr("Credits used up")
        case Health.UNREACHABLE:
            return tr("Not reachable")
        case Health.MALFORMED:
            return tr("Not understood")
        case Health.ANSWERED_ELSEWHERE:
            return tr("Answered elsewhere")
        case Health.STALE:
            return tr("Nothing fetched")
        case _:
            assert_never(health)


def health_tone(health: Health) -> str:
    """The colour token that repeats the words."""
    match health:
        case Health.OK:
            return "good"
        case Health.CATCHING_UP | Health.RATE_LIMITED | Health.ANSWERED_ELSEWHERE | Health.UNREACHABLE | Health.STALE:
            return "late"
        case Health.NEEDS_SIGN_IN | Health.PERMISSION_MISSING | Health.BLOCKED | Health.OUT_OF_CREDITS:
            return "bad"
        case Health.MALFORMED:
            return "bad"
        case _:
            assert_never(health)


def ago(moment: Millis, now: Millis) -> str:
    """How long ago: «12 s ago», «3 min ago»."""
    since = max(0, now - moment)
    if since < MINUTE:
        return tr("{n} s ago").format(n=since // SECOND)
    return tr("{duration} ago").format(duration=duration(since))


def status_words(account: Account, now: Millis) -> str:
    """An account in the status bar: its name and when it was last fetched, or what is the matter."""
    if account.health is Health.OK and account.last_ok_at is not None:
        return tr("{account}, {ago}").format(account=account.name, ago=ago(account.last_ok_at, now))
    return tr("{account}: {health}").format(account=account.name, health=health_short(account.health))
