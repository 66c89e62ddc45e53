"""How the accounts are, in the workspace: one standing for all stations, with its history, bounded."""

from __future__ import annotations

from switchboard_app.model.account import OVERDUE
from switchboard_app.model.health import Health, Seen
from switchboard_app.model.ids import AccountId
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis
from switchboard_app.store import accounts, health
from tests.store.town import Town, zurich


def see(town: Town, what: Health, **more: object) -> Health:
    """What is shown after a poll came to that."""
    return town.store.write(health.seen, town.account.id, Seen(what, **more), None)  # type: ignore[arg-type]


def test_a_blip_is_counted_but_not_shown(town: Town) -> None:
    see(town, Health.OK)
    assert see(town, Health.UNREACHABLE) is Health.OK
    assert town.store.read(health.failures, town.account.id) == 1
    for _ in range(3):
        town.clock.forward(20 * SECOND)
        see(town, Health.UNREACHABLE)
    now = town.store.read(accounts.one, town.account.id)
    assert (now.health, now.health_since) == (Health.UNREACHABLE, town.clock.now)
    assert town.store.read(health.failures, town.account.id) == 4
    assert see(town, Health.OK) is Health.OK
    assert [one.health for one in town.store.read(health.history, town.account.id)] == [
        Health.OK,
        Health.UNREACHABLE,
        Health.OK,
    ]


def test_the_history_is_bounded(town: Town) -> None:
    for _ in range(health.KEPT + 20):
        town.clock.forward(SECOND)
        see(town, Health.OK)
        see(town, Health.NEEDS_SIGN_IN)
    assert town.store.read(lambda tx: tx.value("SELECT COUNT(*) FROM health_change")) == health.KEPT
    newest = town.store.read(health.history, town.account.id, 1)
    assert newest == (health.Change(town.clock.now, Health.NEEDS_SIGN_IN),)


def test_an_account_nobody_polls_is_stale_for_whoever_looks(town: Town) -> None:
    due = Millis(town.clock.now + MINUTE)
    town.store.write(health.seen, town.account.id, Seen(Health.OK), due)
    polled = town.store.read(accounts.one, town.account.id)
    assert polled.shown_at(Millis(due + OVERDUE)).health is Health.OK
    later = polled.shown_at(Millis(due + OVERDUE + 1))
    assert (later.health, later.health_since) == (Health.STALE, due)
    assert "09:00" in later.reason
    town.store.write(health.seen, town.account.id, Seen(Health.NEEDS_SIGN_IN), due)
    ill = town.store.read(accounts.one, town.account.id)
    assert ill.shown_at(Millis(due + DAY)).health is Health.NEEDS_SIGN_IN, "that is what a person has to do"


def test_an_account_that_is_gone_has_nothing_to_say(town: Town) -> None:
    gone = AccountId("none")
    assert town.store.write(health.seen, gone, Seen(Health.BLOCKED), None) is Health.BLOCKED
    assert town.store.write(health.seen_sending, gone, Seen(Health.BLOCKED)) is Health.BLOCKED
    assert town.store.read(health.history, gone) == ()


def test_sending_leaves_the_next_poll_alone(town: Town) -> None:
    due = Millis(town.clock.now + MINUTE)
    town.store.write(health.seen, town.account.id, Seen(Health.OK), due)
    town.store.write(health.seen_sending, town.account.id, Seen(Health.BLOCKED))
    now = town.store.read(accounts.one, town.account.id)
    assert (now.health, now.next_poll_at) == (Health.BLOCKED, due)
    assert see(town, Health.OK) is Health.BLOCKED
    town.store.write(health.seen_sending, town.account.id, Seen(Health.OK))
    assert town.store.read(accounts.one, town.account.id).health is Health.OK


def shown(town: Town, *, complete: bool = True) -> Seen:
    """What a poll that went through comes to."""
    account = town.store.read(accounts.one, town.account.id)
    return town.store.read(health.well, account, complete=complete)


def test_a_sweep_that_did_not_end_is_catching_up(town: Town) -> None:
    assert shown(town, complete=False).health is Health.CATCHING_UP
    assert shown(town).health is Health.OK


def test_a_silence_in_business_hours_is_found_in_the_accounts_own_history(town: Town) -> None:
    """Four weeks with a message every quarter of an hour; today nothing since eight."""
    for week in range(1, 5):
        for quarter in range(16):
            at = Millis(zurich(2026, 11, 24, 8, 0) - week * 7 * DAY + quarter * 15 * MINUTE)
            town.arrives(town.says("Frage", f"p{week}{quarter}", at=at))
    town.clock.now = zurich(2026, 11, 24, 11, 30)
    town.arrives(town.says("heute", "today", at=zurich(2026, 11, 24, 7, 59)))
    found = shown(town)
    assert found.health is Health.STALE
    town.store.write(health.seen, town.account.id, found, None)
    reason = town.store.read(accounts.one, town.account.id).reason
    assert "3 h 30 min" in reason
    town.clock.forward(MINUTE)
    assert shown(town).health is Health.STALE, "in between it stands"
    town.arrives(town.says("endlich", "late"))
    assert shown(town).health is Health.OK
    town.clock.now = Millis(zurich(2026, 11, 24, 11, 30) + 8 * HOUR)
    assert shown(town).health is Health.OK, "nobody expects anything in the evening"
