"""Sabotages of budgets, polling, health and proofs; see the package."""

from __future__ import annotations

from tests.sabotage.kind import Sabotage

SABOTAGES = (
    Sabotage(
        "a request is not charged",
        "switchboard_app/store/budgets.py",
        "_put(tx, account, name, old, rules.taken(old, tx.now))",
        "pass",
        "tests/store/test_budgets.py",
        push=True,
    ),
    Sabotage(
        "a window whose end nobody has told is not counted",
        "switchboard_app/model/budget.py",
        "return Budget(budget.limit, budget.limit - 1, Millis(now + WINDOW), guessed=True)",
        "return budget",
        "tests/unit/test_budget.py",
    ),
    Sabotage(
        "an answer gives back what others have spent",
        "switchboard_app/model/budget.py",
        "return Budget(limit, max(0, min(remaining, limit - used)), end)",
        "return Budget(limit, remaining, end)",
        "tests/unit/test_budget.py",
    ),
    Sabotage(
        "polls do not look at the budget",
        "switchboard_app/model/polling.py",
        "return Millis(now + spread(pause + jitter, budgets, now))",
        "return Millis(now + pause + jitter)",
        "tests/unit/test_polling.py",
    ),
    Sabotage(
        "every blip of the network is shown",
        "switchboard_app/model/health.py",
        "return failures >= tries or lasts",
        "return True",
        "tests/unit/test_health.py",
        push=True,
    ),
    Sabotage(
        "a network that fails hides a dead sign-in",
        "switchboard_app/model/health.py",
        "if before.health in _NEEDS_A_PERSON:",
        "if False:",
        "tests/unit/test_health.py",
    ),
    Sabotage(
        "a station that slept goes on storing",
        "switchboard_app/sync/poller.py",
        "raise LeadLost",
        "pass",
        "tests/sync/test_lead.py",
    ),
    Sabotage(
        "a proof moves the cursor of the polls",
        "switchboard_app/store/proof.py",
        "cursor=accounts.cursor(tx, account.id)",
        "cursor=batch.cursor",
        "tests/sync/test_proving.py",
    ),
)
