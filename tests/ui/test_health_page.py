"""The page of accounts: what it says of each, and its buttons."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from switchboard_app.model.account import OVERDUE
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import View
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.proof import Proof
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.store import accounts, budgets, desk, gaps, health, intake, proof, queue
from switchboard_app.ui.health_page import HealthPage
from tests.ui.workspace import ME, Workspace, until


async def page(workspace: Workspace, qtbot: QtBot) -> HealthPage:
    """The page, shown and read."""
    made = HealthPage(workspace.bridge)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    await until(lambda: made._states is not None)
    return made


async def test_without_accounts_it_teaches(workspace: Workspace, qtbot: QtBot) -> None:
    made = HealthPage(workspace.bridge)
    qtbot.addWidget(made)
    made.show()
    assert made._loading.isVisible()
    await until(made.empty.isVisible)
    made.first.click()
    assert made._sheet is not None
    assert made._sheet.isVisible()


@pytest.mark.parametrize("state", list(Health))
async def test_every_state_is_said_in_words_with_its_next_step(
    workspace: Workspace, qtbot: QtBot, state: Health
) -> None:
    account = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    workspace.store.write(health.put, account.id, state, "pages_messaging", None)
    made = await page(workspace, qtbot)
    card = made.cards[account.id]
    known = workspace.store.read(accounts.one, account.id)
    assert card.chip.chip().text
    if state is not Health.OK:
        assert card._reason.text() == known.reason
        assert card._step.text() == known.next_step
    must = state in (Health.NEEDS_SIGN_IN, Health.PERMISSION_MISSING)
    assert card.sign_in.isVisibleTo(card) is must
    assert card.sign_in_too.isVisibleTo(card) is not must


async def test_a_change_is_followed_and_the_card_stays(workspace: Workspace, qtbot: QtBot) -> None:
    account = workspace.connect(Channel.X, "Kanton Basel-Stadt")
    made = await page(workspace, qtbot)
    card = made.cards[account.id]
    later = Millis(workspace.clock.now + 5 * MINUTE)
    workspace.store.write(health.put, account.id, Health.RATE_LIMITED, "", later)
    await until(lambda: "limit" in card._reason.text())
    assert made.cards[account.id] is card
    assert card._facts["next"][1].source() == "09:53"


async def test_what_waits_and_what_could_not_be_read_is_counted(workspace: Workspace, qtbot: QtBot) -> None:
    account = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    workspace.receive(account, "Sandra Brodbeck", "Schlagloch")
    who = RemotePerson(PlatformId("p"), "x")
    odd = RemoteMessage(
        PlatformId("odd"), PlatformId("t"), who, False, "", workspace.clock.now, unreadable="a kind nobody knows"
    )
    batch = Batch((RemoteThread(PlatformId("t"), who),), (odd,), {}, complete=True)
    workspace.store.write(intake.ingest, account, batch)
    (row,) = workspace.store.read(queue.page, queue.QueueFilter(View.INBOX, ME), 0, 9)
    workspace.store.write(desk.reply, row.id, "Guten Tag", ME)
    made = await page(workspace, qtbot)
    card = made.cards[account.id]
    assert card._facts["outbox"][1].source() == "1 waits"
    assert card._facts["quarantined"][1].source().startswith("1 record")


async def test_checking_asks_the_platform_and_says_what_it_refused(workspace: Workspace, qtbot: QtBot) -> None:
    account = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    made = await page(workspace, qtbot)
    workspace.outside.refuse = Unreachable("The platform cannot be reached.", "Check the network.")
    made.cards[account.id].check.click()
    await until(made.notice.isVisible)
    assert "cannot be reached" in made.notice.accessibleName()
    assert ("check_account", account.id) in workspace.outside.calls
    assert made.cards[account.id].check.isEnabled()


async def test_a_card_says_what_is_left_what_was_compared_what_is_missing_and_how_it_was(
    workspace: Workspace, qtbot: QtBot
) -> None:
    account = workspace.connect(Channel.X, "Kanton Basel-Stadt")
    now = workspace.clock.now
    store = workspace.store
    store.write(health.put, account.id, Health.OK)
    store.write(budgets.observed, account.id, "x-reads", 15, 12, 10 * MINUTE)
    store.write(proof.keep, account.id, Proof(Millis(now - HOUR), 40, 2, Millis(now - DAY)))
    store.write(gaps.note, account.id, Millis(now - 9 * DAY), Millis(now - 8 * DAY))
    workspace.clock.now = Millis(now + MINUTE)
    store.write(health.put, account.id, Health.UNREACHABLE, "", Millis(now + 2 * MINUTE))
    made = await page(workspace, qtbot)
    card = made.cards[account.id]
    said = {key: value.source() for key, (_, value) in card._facts.items() if value.isVisibleTo(card)}
    assert said["budget"].startswith("12 of 15 reads until")
    assert "2 were missing and have been fetched" in said["proof"]
    assert "back to" in said["proof"]
    assert " to " in said["gaps"]
    assert said["course"].startswith("09:49 Not reachable")
    assert "since 09:49" in card._kind.source()
    assert card.check._primary, "what one does next stands out"
    assert not card.inbox._primary


async def test_an_account_that_nobody_polls_says_so_by_itself(workspace: Workspace, qtbot: QtBot) -> None:
    account = workspace.connect(Channel.X, "Kanton Basel-Stadt")
    workspace.store.write(health.put, account.id, Health.OK, "", workspace.clock.now)
    made = await page(workspace, qtbot)
    card = made.cards[account.id]
    assert not card._reason.isVisibleTo(card)
    workspace.clock.now = Millis(workspace.clock.now + OVERDUE + MINUTE)
    made._show()
    assert "Nothing has been fetched since 09:48" in card._reason.text()
    assert card._facts["next"][1].source().startswith("was due")


async def test_removing_asks_first(workspace: Workspace, qtbot: QtBot) -> None:
    account = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    made = await page(workspace, qtbot)
    made.cards[account.id].remove.click()
    assert made.asking is not None
    assert made.asking.isVisible()
    assert workspace.outside.calls == []
    made.asking.yes.click()
    await until(made.empty.isVisible)
    assert ("remove_account", account.id) in workspace.outside.calls
    assert made.cards == {}


async def test_signing_in_again_names_the_account(workspace: Workspace, qtbot: QtBot) -> None:
    account = workspace.connect(Channel.X, "Kanton Basel-Stadt")
    workspace.store.write(health.put, account.id, Health.NEEDS_SIGN_IN)
    made = await page(workspace, qtbot)
    made.cards[account.id].sign_in.click()
    assert made._sheet is not None
    assert "Kanton Basel-Stadt" in made._sheet.title.source()
