"""How an account is, in the few words that a side or a status bar has room for, and what its page says beside that:
the budget, the proof of completeness, gaps, what it was lately."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from switchboard_app.model.account import Account
from switchboard_app.model.budget import ANY, Budget, left
from switchboard_app.model.health import Health
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.proof import Proof
from switchboard_app.model.times import MINUTE, SECOND, Millis, duration
from switchboard_app.store.gaps import Gap
from switchboard_app.store.health import Change
from switchboard_app.ui.text.due import at


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
            return tr("Nothing new")
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


def since_words(account: Account, now: Millis) -> str:
    """Since when the account is as it is."""
    return tr("since {time}").format(time=at(account.health_since, now)) if account.health_since else ""


def budget_words(budgets: Mapping[str, Budget], now: Millis) -> str:
    """What is left of the platform's limits; empty while it has told none."""
    parts = [_budget(name, budget, now) for name, budget in budgets.items()]
    return ", ".join(part for part in parts if part)


def _budget(name: str, budget: Budget, now: Millis) -> str:
    if budget.refill:
        words = tr("{left} of {limit} requests a day")
        return words.format(left=left(budget, now), limit=budget.limit)
    if now >= budget.reset_at:  # a window that is over is as good as new
        return ""
    until = at(budget.reset_at, now)
    if budget.limit >= ANY:
        return tr("used up until {time}").format(time=until)
    if name.endswith("sends"):
        words = tr("{left} of {limit} sends until {time}")
    elif name.endswith("reads"):
        words = tr("{left} of {limit} reads until {time}")
    else:
        return ""
    return words.format(left=left(budget, now), limit=budget.limit, time=until)


def proof_words(proof: Proof | None, now: Millis) -> str:
    """What the last comparison with the platform came to; empty before the first."""
    if proof is None:
        return ""
    listed = ntr("{n} message listed", "{n} messages listed", proof.listed).format(n=proof.listed)
    if proof.missing:
        words = ntr("{n} was missing and has been fetched", "{n} were missing and have been fetched", proof.missing)
        found = words.format(n=proof.missing)
    else:
        found = tr("all stored")
    said = tr("{time}: {listed}, {found}").format(time=at(proof.at, now), listed=listed, found=found)
    if proof.complete or proof.since is None:
        return said
    return tr("{said} (back to {time})").format(said=said, time=at(proof.since, now))


def gap_words(gaps: Sequence[Gap], now: Millis) -> str:
    """From when to when messages may be missing that the platform no longer serves; the newest two."""
    told = [_gap(one, now) for one in gaps[:2]]
    if len(gaps) > 2:
        told.append(tr("{n} more").format(n=len(gaps) - 2))
    return "; ".join(told)


def _gap(one: Gap, now: Millis) -> str:
    until = at(one.to_at, now)
    span = tr("{since} to {until}").format(since=at(one.from_at, now), until=until) if one.from_at else ""
    span = span or tr("before {until}").format(until=until)
    return f"{span} ({one.person})" if one.person else span


def course_words(history: Iterable[Change], now: Millis) -> str:
    """How the account was lately, newest first; empty when it has always been as it is."""
    told = list(history)
    if len(told) < 2:
        return ""
    words = tr("{time} {health}")
    return " · ".join(words.format(time=at(one.at, now), health=health_short(one.health)) for one in told)
