"""The side and the bar at the foot: counts, accounts with their health in words, and what a click asks for."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import View
from switchboard_app.model.health import Health, health_words
from switchboard_app.model.times import Millis
from switchboard_app.store import accounts, desk, enquiries, health
from switchboard_app.ui.sidebar import VIEWS, Choice, Sidebar
from switchboard_app.ui.status_bar import StatusBar
from switchboard_app.ui.text.health import ago, health_short, health_tone
from switchboard_app.ui.text.rows import grouped
from switchboard_app.ui.top_bar import initials
from tests.ui.workspace import ME, Workspace, until


@pytest.fixture
def page(workspace: Workspace) -> Account:
    """A page with three enquiries, one of them mine, and a phone note."""
    made = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    for name in ("Eins", "Zwei", "Drei"):
        workspace.receive(made, name, "Guten Tag")
    workspace.store.write(desk.take_note, desk.PhoneNote("Rückruf"), ME)
    return made


async def side(workspace: Workspace, qtbot: QtBot) -> Sidebar:
    made = Sidebar(workspace.bridge)
    qtbot.addWidget(made)
    made.resize(218, 700)
    made.show()
    seen: list[object] = []
    made.counted.connect(seen.append)
    made.read()
    await until(lambda: seen)
    return made


def count(sidebar: Sidebar, view: View) -> str:
    return sidebar._views[view]._count


async def test_views_and_channels_with_their_counts(workspace: Workspace, page: Account, qtbot: QtBot) -> None:
    sidebar = await side(workspace, qtbot)
    assert count(sidebar, View.INBOX) == "4"
    assert count(sidebar, View.MINE) == "0"
    assert count(sidebar, View.DONE) == ""
    assert [sidebar._channels[key][0]._count for key in ("", page.id)] == ["1", "3"]
    assert sidebar._views[View.INBOX].accessibleName() == "Inbox, 4"
    await workspace.verbs.claim(await workspace.bridge.ask(enquiries.find, 1))
    await until(lambda: count(sidebar, View.MINE) == "1")


async def test_a_click_says_what_to_show(workspace: Workspace, page: Account, qtbot: QtBot) -> None:
    sidebar = await side(workspace, qtbot)
    chosen: list[Choice] = []
    sidebar.chosen.connect(chosen.append)
    sidebar._views[View.SNOOZED].click()
    sidebar._channels[page.id][0].click()
    sidebar._channels[""][0].click()
    assert chosen == [
        Choice(View.SNOOZED, title="Follow-up"),
        Choice(View.OPEN, Channel.FACEBOOK, page.id, "Rathaus Basel"),
        Choice(View.OPEN, Channel.PHONE, title="Phone"),
    ]
    assert sum(row.isChecked() for row in sidebar._group.buttons()) == 1


async def test_an_account_that_is_ill_says_so_and_what_to_do(workspace: Workspace, page: Account, qtbot: QtBot) -> None:
    sidebar = await side(workspace, qtbot)
    row, trouble = sidebar._channels[page.id]
    assert trouble.isHidden()
    workspace.store.write(health.put, page.id, Health.NEEDS_SIGN_IN)
    await until(lambda: not trouble.isHidden())
    assert trouble._said == "Sign in again"
    reason, step = health_words(Health.NEEDS_SIGN_IN)
    assert trouble.accessibleName() == f"{reason} {step}"
    assert row._dot == "bad"
    wanted: list[bool] = []
    sidebar.health_wanted.connect(lambda: wanted.append(True))
    trouble.click()
    assert wanted
    workspace.store.write(health.put, page.id, Health.OK)
    await until(trouble.isHidden)
    assert row._dot == "facebook"


async def test_an_account_that_goes_takes_its_row_and_its_list(
    workspace: Workspace, page: Account, qtbot: QtBot
) -> None:
    sidebar = await side(workspace, qtbot)
    chosen: list[Choice] = []
    sidebar.chosen.connect(chosen.append)
    sidebar._channels[page.id][0].click()
    workspace.store.write(accounts.remove, page.id, ME)
    await until(lambda: page.id not in sidebar._channels)
    assert chosen[-1] == Choice(View.INBOX, title="Inbox")
    other = workspace.connect(Channel.X, "Kanton Basel-Stadt")
    await until(lambda: other.id in sidebar._channels)


async def test_a_list_that_is_gone_is_the_inbox(workspace: Workspace, page: Account, qtbot: QtBot) -> None:
    sidebar = await side(workspace, qtbot)
    assert sidebar.choose(Choice(View.OPEN, Channel.X, page.id)).view is View.INBOX
    assert [sidebar.choose(Choice(view)).view for view in VIEWS] == list(VIEWS)


async def test_the_foot_says_how_the_accounts_are(workspace: Workspace, page: Account, qtbot: QtBot) -> None:
    bar = StatusBar(workspace.bridge, "Lokal")
    qtbot.addWidget(bar)
    bar.show()
    bar.read()
    await until(lambda: bar._waiting is not None)
    assert bar._outbox.source() == "Outbox empty"
    assert bar._place.source() == "Lokal"
    workspace.store.write(health.put, page.id, Health.OK)
    workspace.clock.forward(12_000)
    await until(lambda: bar._states[0].accessibleName() == "Rathaus Basel, 12 s ago")
    workspace.store.write(health.put, page.id, Health.RATE_LIMITED, "10:15")
    await until(lambda: bar._states[0].accessibleName() == "Rathaus Basel: Waits for the limit")
    await workspace.bridge.run(desk.reply, await workspace.bridge.ask(enquiries.find, 1), "Danke", ME, undo_millis=8000)
    await until(lambda: bar._outbox.source() == "1 waiting to be sent")


@pytest.mark.parametrize("state", list(Health))
def test_every_health_has_short_words_and_a_tone(state: Health) -> None:
    assert 0 < len(health_short(state)) <= 22
    assert health_tone(state) in ("good", "late", "bad")


def test_small_words() -> None:
    assert ago(Millis(0), Millis(12_900)) == "12 s ago"
    assert ago(Millis(0), Millis(200_000)) == "3 min ago"
    assert ago(Millis(5), Millis(0)) == "0 s ago"
    assert grouped(1284) == "1’284"
    assert initials("Marco Lüthi") == "ML"
    assert initials("u.keller") == "UK"
    assert initials("") == "?"
    assert initials("Ann") == "AN"
