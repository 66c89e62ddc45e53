"""What tests of the conversation stand on: a pane in an active window, enquiries to open in it, and short ways to act.

Fixture `desk` of the tests' modules is made by `Desk`; everything goes through the store's own functions.
"""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageWriter
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import Delivery, Failure
from switchboard_app.model.enquiry import Enquiry, QueueRow, View
from switchboard_app.model.ids import EnquiryId, EntryId, OfficeId, PlatformId
from switchboard_app.model.remote import Batch, RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.store import desk, drafts, intake, outbox, queue, timeline
from switchboard_app.store.intake import ToFetch
from switchboard_app.store.timeline import Conversation
from switchboard_app.ui import look
from switchboard_app.ui.conversation import ConversationPane
from switchboard_app.ui.timeline_rows import MessageRow
from tests.ui.workspace import ME, Workspace, until

ROADS = OfficeId("bvd-tiefbauamt-strassenunterhalt")
HOLE = (
    "Guten Tag, vor unserer Haustür an der Hegenheimerstrasse 112 ist seit dem Wochenende ein tiefes Schlagloch."
    " Gestern ist eine Velofahrerin gestürzt. Wem kann ich das melden?"
)


def picture(width: int = 60, height: int = 40, form: bytes = b"png") -> bytes:
    """A picture's bytes."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(120, 130, 140))
    device = QBuffer()
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(device, QByteArray(form)).write(image)
    return bytes(device.data().data())


class Desk:
    """A pane in a window, over a workspace with one account of each kind and the sample directory."""

    def __init__(self, workspace: Workspace, qtbot: QtBot, width: int = 620, height: int = 800) -> None:
        self.workspace = workspace
        self.facebook = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
        self.x = workspace.connect(Channel.X, "Kanton Basel-Stadt")
        workspace.import_directory()
        self.window = look.Ground("pane")
        self.pane = ConversationPane(workspace.bridge, workspace.verbs)
        column = QVBoxLayout(self.window)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        self.window.resize(width, height)
        qtbot.addWidget(self.window)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.told: list[object] = []
        workspace.verbs.refused.connect(self.told.append)
        workspace.bridge.failed.connect(self.told.append)

    # -- filling ---------------------------------------------------------------------------------------------------

    def row(self, person: str) -> QueueRow:
        """The newest enquiry of somebody."""
        rows = self.workspace.store.read(queue.page, queue.QueueFilter(View.ALL, ME), 0, 500)
        return max((row for row in rows if person in row.person_name), key=lambda row: row.number)

    def receive(self, person: str, text: str, account: Account | None = None) -> EnquiryId:
        """A message of a citizen; the enquiry it belongs to."""
        self.workspace.receive(account or self.facebook, person, text)
        return self.row(person).id

    def receive_files(self, person: str, text: str, *files: RemoteAttachment) -> tuple[EnquiryId, list[ToFetch]]:
        """A message with files, as the platform names them."""
        sender = RemotePerson(PlatformId(f"p-{person}"), person)
        thread = RemoteThread(PlatformId(f"t-{person}"), sender, "https://www.facebook.com/page/inbox/1/")
        made = RemoteMessage(
            PlatformId(f"f-{person}-{len(text)}"),
            thread.platform_id,
            sender,
            False,
            text,
            self.workspace.clock.now,
            tuple(files),
        )
        batch = Batch((thread,), (made,), {"at": "files"}, complete=True)
        stored = self.workspace.store.write(intake.ingest, self.facebook, batch)
        return self.row(person).id, stored.to_fetch

    def note(self, enquiry: EnquiryId, text: str) -> EntryId:
        """An internal note of mine."""
        return self.workspace.store.write(desk.note, enquiry, text, ME)

    def reply(self, enquiry: EnquiryId, text: str) -> Delivery:
        """An answer of mine, queued."""
        return self.workspace.store.write(desk.reply, enquiry, text, ME)

    def fail(self, delivery: Delivery, failure: Failure) -> None:
        """Let the sender try it, and end like this."""
        taken = self.workspace.store.write(outbox.take, delivery.id)
        assert taken is not None
        self.workspace.store.write(outbox.record_failure, taken, failure)

    def draft(self, enquiry: EnquiryId, place: str = "reply") -> str:
        """What the store holds of a draft."""
        return self.workspace.store.read(drafts.load, ME, f"{place}:{enquiry}")

    def stored(self, enquiry: EnquiryId) -> Conversation:
        """The conversation as the store has it."""
        return self.workspace.store.read(timeline.conversation, enquiry)

    # -- acting ----------------------------------------------------------------------------------------------------

    async def open(self, enquiry: EnquiryId) -> Enquiry:
        """Open it and wait until it is shown, its offices found."""
        self.pane.open(enquiry)
        await until(lambda: (shown := self.pane.enquiry()) is not None and shown.id == enquiry)
        await until(lambda: self.pane.composer.office._finder is not None)
        await self.settled()
        shown = self.pane.enquiry()
        assert shown is not None
        return shown

    async def settled(self) -> None:
        """Wait until hints were read and drafts saved."""
        await asyncio.sleep(0.06)
        await until(lambda: not self.pane._reread._under_way and not self.pane._reread._clock.isActive())
        enquiry = self.pane.enquiry()
        if enquiry is not None:
            await self.pane.composer.idle(enquiry.id)

    def messages(self) -> list[MessageRow]:
        """The rows of messages, oldest first."""
        return [row for row in self.pane.timeline.rows() if isinstance(row, MessageRow)]


def focus() -> QWidget | None:
    """What has the keyboard."""
    return QApplication.focusWidget()
