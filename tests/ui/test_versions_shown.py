"""What a platform changed afterwards, as the timeline shows it: edited, taken back, reactions, what may be missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteReaction, RemoteThread, ThreadGap
from switchboard_app.model.times import HOUR, MINUTE, Millis
from switchboard_app.store import intake
from switchboard_app.ui.earlier_wording import EarlierWording, Reactions
from switchboard_app.ui.timeline_rows import DayRow, EventRow, MessageRow
from tests.ui.hands import press
from tests.ui.open_enquiry import Desk
from tests.ui.workspace import Workspace

WHO = RemotePerson(PlatformId("p_v"), "Sandra Brodbeck")
THREAD = RemoteThread(PlatformId("t_v"), WHO)


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


def says(desk: Desk, text: str) -> RemoteMessage:
    at = Millis(desk.workspace.clock() - MINUTE)
    return RemoteMessage(PlatformId("v1"), THREAD.platform_id, WHO, False, text, at, raw="{}")


def arrives(desk: Desk, message: RemoteMessage, **more: object) -> None:
    batch = replace(Batch((THREAD,), (message,), {}, complete=True), **more)  # type: ignore[arg-type]  # fields of Batch
    desk.workspace.store.write(intake.ingest, desk.facebook, batch)


async def test_an_edit_is_told_and_the_former_wording_unfolds(desk: Desk) -> None:
    message = says(desk, "Die Lampe an der Gerbergasse brennt nicht.")
    arrives(desk, message)
    desk.workspace.clock.forward(MINUTE)
    arrives(desk, replace(message, text="Die Lampe an der <b>Freien Strasse</b> brennt nicht."))
    await desk.open(desk.row("Sandra Brodbeck").id)
    (row,) = (one for one in desk.pane.timeline.rows() if isinstance(one, MessageRow))
    assert row.text is not None
    assert row.text.text() == "Die Lampe an der <b>Freien Strasse</b> brennt nicht."
    assert "edited" in row.meta()
    assert [one.words().partition(" · ")[0] for one in desk.pane.timeline.rows() if isinstance(one, EventRow)] == [
        "A message was edited at the platform"
    ]
    (folded,) = row.findChildren(EarlierWording)
    before = row.heightForWidth(500)
    press(folded.chip, Qt.Key.Key_Space)
    assert folded.former is not None
    shown = [one.text() for one in folded.former.findChildren(type(row.text))]
    assert shown == ["Die Lampe an der Gerbergasse brennt nicht."]
    row.remeasure()
    assert row.heightForWidth(500) > before
    press(folded.chip, Qt.Key.Key_Space)
    assert folded.former.isHidden()


@pytest.mark.parametrize(("told", "words"), [(True, "taken back by the person"), (False, "deleted at the platform")])
async def test_what_was_taken_back_stays_readable_and_says_so(desk: Desk, told: bool, words: str) -> None:
    message = says(desk, "Vergessen Sie es")
    arrives(desk, message)
    if told:
        arrives(desk, replace(message, text="", deleted=True))
    else:
        arrives(desk, replace(message, platform_id=PlatformId("v2"), text="danach"), vanished=(THREAD.platform_id,))
    await desk.open(desk.row("Sandra Brodbeck").id)
    row = next(one for one in desk.pane.timeline.rows() if isinstance(one, MessageRow))
    assert row.text is not None
    assert row.text.text() == "Vergessen Sie es"
    assert words in row.meta()


async def test_reactions_stand_under_the_bubble(desk: Desk) -> None:
    reactions = tuple(RemoteReaction(PlatformId(f"p{n}"), emoji) for n, emoji in enumerate("❤👍❤"))
    arrives(desk, replace(says(desk, "Danke!"), reactions=reactions))
    await desk.open(desk.row("Sandra Brodbeck").id)
    (row,) = (one for one in desk.pane.timeline.rows() if isinstance(one, MessageRow))
    (shown,) = row.findChildren(Reactions)
    assert shown.accessibleName() == "Reactions: ❤ 2, 👍"


async def test_what_may_be_missing_stands_in_its_place(desk: Desk) -> None:
    message = says(desk, "Das Neueste")
    arrives(desk, message, thread_gaps=(ThreadGap(THREAD.platform_id, Millis(0), Millis(message.at - HOUR), 12),))
    await desk.open(desk.row("Sandra Brodbeck").id)
    rows = desk.pane.timeline.rows()
    said = [one.words() for one in rows if isinstance(one, DayRow)]
    assert said[0].startswith("The platform no longer gives 12 older messages from before")
