"""The page of accounts: what it says of each, and its buttons."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import View
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.store import accounts, desk, intake, queue
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


@pytest.mark.parametrize("health", list(Health))
async def test_every_state_is_said_in_words_with_its_next_step(
    workspace: Workspace, qtbot: QtBot, health: Health
) -> None:
    account = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    workspace.store.write(accounts.set_health, account.id, health, "pages_messaging", None)
    made = await page(workspace, qtbot)
    card = made.cards[account.id]
    known = workspace.store.read(accounts.one, account.id)
    assert card.chip.chip().text
    if health is not Health.OK:
        assert card._reason.text() == known.reason
        assert card._step.text() == known.next_step
    must = health in (Health.NEEDS_SIGN_IN, Health.PERMISSION_MISSING)
    assert card.sign_in.isVisibleTo(card) is must
    assert card.sign_in_too.isVisibleTo(card) is not must


async def test_a_change_is_followed_and_the_card_stays(workspace: Workspace, qtbot: QtBot) -> None:
    account = workspace.connect(Channel.X, "Kanton Basel-Stadt")
    made = await page(workspace, qtbot)
    card = made.cards[account.id]
    later = Millis(workspace.clock.now + 5 * MINUTE)
    workspace.store.write(accounts.set_health, account.id, Health.RATE_LIMITED, "", later)
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
    workspace.store.write(accounts.set_health, account.id, Health.NEEDS_SIGN_IN)
    made = await page(workspace, qtbot)
    made.cards[account.id].sign_in.click()
    assert made._sheet is not None
    assert "Kanton Basel-Stadt" in made._sheet.title.source()
