"""How the accounts are: what polls and sends saw becomes what is shown, with its history.

The rule is `model.health.judged`; here its standing is read and written, the same for all stations, and every change of
what is shown is kept (`health_change`, bounded) and journalled. Refuses to ask a platform. Called by `sync` for every
poll and send, by `app` and the window for reading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from switchboard_app.model import quiet
from switchboard_app.model.account import Account
from switchboard_app.model.health import (
    WELL,
    Health,
    Seen,
    Standing,
    judged,
    quiet_detail,
)
from switchboard_app.model.ids import AccountId
from switchboard_app.model.polling import AWAKE
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.store import calendar, elsewhere, journal, settings
from switchboard_app.store.ids import new_id
from switchboard_app.store.places import first_place
from switchboard_app.store.transaction import Transaction

KEPT = 200
"""So many changes are kept of an account; an account that changes more often is told so by the last ones."""
ANSWERED_BY_TOOL = 3
"""So many answers of another tool in a day are no accident."""
QUIET_EVERY = 10 * MINUTE
"""How often the weeks before are looked at; it reads a month of messages."""


@dataclass(frozen=True, slots=True)
class Change:
    """How an account was from a moment on."""

    at: Millis
    health: Health
    detail: str = ""


# -- writing ----------------------------------------------------------------------------------------------------------


def seen(tx: Transaction, account: AccountId, what: Seen, next_poll_at: Millis | None) -> Health:
    """Take note of what a poll came to and when the next one is due; returns what is shown."""
    before = _standing(tx, account)
    if before is None:
        return what.health
    after = judged(before, what, tx.now)
    _write(tx, account, before, after, went_through=what.health in WELL)
    tx.change("UPDATE account SET next_poll_at = ? WHERE id = ?", next_poll_at, account)
    return after.health


def seen_sending(tx: Transaction, account: AccountId, what: Seen) -> Health:
    """The same for a send; the next poll stays as it is."""
    before = _standing(tx, account)
    if before is None:
        return what.health
    after = judged(before, replace(what, sending=True), tx.now)
    _write(tx, account, before, after, went_through=False)
    return after.health


def put(
    tx: Transaction, account: AccountId, health: Health, detail: str = "", next_poll_at: Millis | None = None
) -> Health:
    """Say how the account is, to a person who asked just now: shown at once."""
    return seen(tx, account, Seen(health, detail, asked=True), next_poll_at)


def _standing(tx: Transaction, account: AccountId) -> Standing | None:
    row = tx.row(
        f"SELECT health, health_detail, health_since, failures, failing_since FROM account WHERE id = ?{tx.for_update}",
        account,
    )
    if row is None:
        return None
    since = None if row[4] is None else Millis(row[4])
    return Standing(Health(row[0]), row[1], Millis(row[2]), int(row[3]), since)


def _write(tx: Transaction, account: AccountId, before: Standing, after: Standing, *, went_through: bool) -> None:
    ok = ", last_ok_at = ?" if went_through else ""
    tx.change(
        "UPDATE account SET health = ?, health_detail = ?, health_since = ?, failures = ?, failing_since = ?"
        f"{ok} WHERE id = ?",
        after.health.value,
        after.detail,
        after.since,
        min(after.failures, 30_000),
        after.failing_since,
        *((tx.now,) if went_through else ()),
        account,
    )
    if before.health is not after.health:
        _remember(tx, account, after)
        journal.write(tx, "switchboard", "account_health", object_id=account, detail={"health": after.health.value})
    tx.hint("accounts")


def _remember(tx: Transaction, account: AccountId, now: Standing) -> None:
    tx.change(
        "INSERT INTO health_change (id, account_id, at, health, detail) VALUES (?, ?, ?, ?, ?)",
        new_id(),
        account,
        tx.now,
        now.health.value,
        now.detail,
    )
    tx.change(
        "DELETE FROM health_change WHERE account_id = ? AND id NOT IN (SELECT id FROM health_change"
        " WHERE account_id = ? ORDER BY at DESC, id DESC LIMIT ?)",
        account,
        account,
        KEPT,
    )


# -- reading ----------------------------------------------------------------------------------------------------------


def history(tx: Transaction, account: AccountId, limit: int = 20) -> tuple[Change, ...]:
    """The last changes, newest first."""
    rows = tx.rows(
        "SELECT at, health, detail FROM health_change WHERE account_id = ? ORDER BY at DESC, id DESC LIMIT ?",
        account,
        limit,
    )
    return tuple(Change(Millis(row[0]), Health(row[1]), row[2]) for row in rows)


def failures(tx: Transaction, account: AccountId) -> int:
    """How many polls in a row failed, on whichever station."""
    return int(tx.value("SELECT failures FROM account WHERE id = ?", account) or 0)


def last_message(tx: Transaction, account: AccountId, since: Millis) -> Millis | None:
    """When somebody last wrote or was answered on this account, not before `since`: one step on an index as a rule."""
    value = tx.value(
        "SELECT at FROM entry WHERE place >= ? AND account_id = ? AND kind = 'message' ORDER BY place DESC LIMIT 1",
        first_place(since),
        account,
    )
    return None if value is None else Millis(value)


@dataclass(frozen=True, slots=True)
class Life:
    """What the pause until the next poll goes by."""

    last_message: Millis | None
    """When somebody last wrote or was answered; None when that is long ago."""
    business: bool
    """Whether it is business time."""


def life(tx: Transaction, account: AccountId) -> Life:
    """How alive an account is now."""
    return Life(last_message(tx, account, Millis(tx.now - AWAKE)), is_business(tx.now))


def well(tx: Transaction, account: Account, *, complete: bool) -> Seen:
    """How an account is whose poll went through: all is well, or somebody should know something nevertheless."""
    if not complete:
        return Seen(Health.CATCHING_UP)
    connected = int(tx.value("SELECT created_at FROM account WHERE id = ?", account.id) or 0)
    by_tools = elsewhere.answered_by_tools(tx, account.id, Millis(max(connected, tx.now - DAY)))
    if by_tools >= ANSWERED_BY_TOOL:
        return Seen(Health.ANSWERED_ELSEWHERE)
    silent = _silence(tx, account)
    if silent is not None:
        return Seen(Health.STALE, silent)
    return Seen(Health.OK)


def is_business(now: Millis) -> bool:
    """Whether it is business time."""
    return settings.business_hours().is_open(now, calendar.is_holiday)


def _silence(tx: Transaction, account: Account) -> str | None:
    """The detail of a silence worth telling. Looked for every ten minutes; in between what was found stands."""
    if not is_business(tx.now):
        return None
    last = _last_inbound(tx, account.id, Millis(tx.now - quiet.LEAST_SILENCE))
    if last is not None:
        return None
    if account.last_ok_at is not None and account.last_ok_at // QUIET_EVERY == tx.now // QUIET_EVERY:
        return account.health_detail if account.health is Health.STALE else None
    arrivals = _arrivals(tx, account.id)
    hours = settings.business_hours()
    opened = frozenset(
        hour for hour in quiet.hours_since(tx.now) if hours.is_open(Millis(hour * HOUR), calendar.is_holiday)
    )
    found = quiet.silence(arrivals, opened, tx.now)
    return None if found is None else quiet_detail(found.silent, found.usual)


def _last_inbound(tx: Transaction, account: AccountId, since: Millis) -> Millis | None:
    value = tx.value(
        "SELECT at FROM entry WHERE place >= ? AND account_id = ? AND kind = 'message' AND direction = 'in'"
        " ORDER BY place DESC LIMIT 1",
        first_place(since),
        account,
    )
    return None if value is None else Millis(value)


def _arrivals(tx: Transaction, account: AccountId) -> quiet.Arrivals:
    since = Millis(quiet.hours_since(tx.now)[0] * HOUR)
    rows = tx.rows(
        f"SELECT at / {HOUR}, COUNT(*), MAX(at) FROM entry WHERE place >= ? AND account_id = ?"
        " AND kind = 'message' AND direction = 'in' GROUP BY 1",
        first_place(since),
        account,
    )
    last = max((Millis(row[2]) for row in rows), default=None)
    return quiet.Arrivals({int(row[0]): int(row[1]) for row in rows}, last)
