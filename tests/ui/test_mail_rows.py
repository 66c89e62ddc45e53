"""Mails in the timeline: new words first, the rest folded, the subject and the machine named in the small line."""

from __future__ import annotations

import json

import pytest
from pytestqt.qtbot import QtBot

from switchboard_app.model.entry import Direction, EntryKind
from switchboard_app.model.ids import EnquiryId, PlatformId
from switchboard_app.model.remote import Automatic, Batch, Letter, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.store import intake
from switchboard_app.store.enquiries import add_entry
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.timeline_rows import OfficeWordRow
from tests.ui.open_enquiry import Desk
from tests.ui.workspace import Workspace

NEW = "Grüezi mitenand\n\nDas Loch ist vor Nummer 112, seit letzter Woche.\n\nFreundliche Grüsse\nSandra Brodbeck"
QUOTE = (
    "Am 21.11.2026 um 14:05 schrieb Telefonzentrale <telefonzentrale@example.ch>:\n"
    "> Guten Tag Frau Brodbeck\n>\n> Wo genau ist das Schlagloch?"
)


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


def receive(desk: Desk, text: str, subject: str = "Schlagloch", automatic: Automatic | None = None) -> EnquiryId:
    """A mail of Sandra Brodbeck."""
    sender = RemotePerson(PlatformId("sandra@example.net"), "Sandra Brodbeck")
    thread = RemoteThread(PlatformId("t|sandra@example.net"), sender)
    desk.workspace.clock.forward(1000)
    now = desk.workspace.clock.now
    made = RemoteMessage(
        PlatformId(f"m{now}"), thread.platform_id, sender, False, text, now, letter=Letter(subject, automatic=automatic)
    )
    desk.workspace.store.write(intake.ingest, desk.facebook, Batch((thread,), (made,), {}, complete=True))
    return desk.row("Brodbeck").id


async def test_what_a_mail_repeats_is_folded_and_comes_back_at_a_press(desk: Desk) -> None:
    await desk.open(receive(desk, f"{NEW}\n\n{QUOTE}\n"))
    [row] = desk.messages()
    assert row.text is not None
    assert row.quoted is not None
    assert row.text.text() == NEW
    assert row.quoted.words() == "Earlier mail"
    folded = row.height()
    row.quoted.click()
    await desk.settled()
    assert "Wo genau ist das Schlagloch?" in row.text.text()
    assert row.height() > folded
    assert row.quoted.words() == "Fold again"
    row.quoted.click()
    await desk.settled()
    assert (row.text.text(), row.height()) == (NEW, folded)


async def test_the_subject_and_the_machine_stand_in_the_small_line(desk: Desk) -> None:
    receive(desk, "Frage", "Schlagloch <b>")
    await desk.open(receive(desk, "Ich bin abwesend.", "Abwesend", Automatic.REPLY))
    first, second = desk.messages()
    assert "Schlagloch <b>" in first.meta()
    assert first.quoted is None
    assert "automatic message" in second.meta()


async def test_a_chat_with_such_lines_is_not_folded(desk: Desk) -> None:
    await desk.open(desk.receive("Sandra Brodbeck", f"{NEW}\n\n{QUOTE}"))
    [row] = desk.messages()
    assert row.quoted is None
    assert row.text is not None
    assert "Wo genau" in row.text.text()


async def test_an_offices_mail_is_folded_too(desk: Desk) -> None:
    enquiry = receive(desk, "Frage")

    def word(tx: Transaction) -> None:
        detail = json.dumps({"office": "Tiefbauamt", "subject": "AW: Anfrage"})
        text = f"Wir kommen am Montag.\n\n{QUOTE}"
        add_entry(tx, enquiry, EntryKind.NOTE, Direction.INTERNAL, "Tiefbauamt", text, detail=detail)

    desk.workspace.store.write(word)
    await desk.open(enquiry)
    [row] = [one for one in desk.pane.timeline.rows() if isinstance(one, OfficeWordRow)]
    assert row.text.text() == "Wir kommen am Montag."
    assert row.quoted is not None
    row.quoted.click()
    assert "Wo genau" in row.text.text()
    await desk.settled()
