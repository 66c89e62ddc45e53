"""How the pictures of files are set: a conversation with a photo, a document, a voice and what is refused; the viewer.

The files are those of training. Called by `picture_views`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from switchboard_app.model.enquiry import View
from switchboard_app.model.entry import AttachmentState
from switchboard_app.model.ids import EnquiryId, PlatformId
from switchboard_app.model.remote import Batch, RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.store import attachments, intake, queue
from switchboard_app.ui.attachment_view import PictureTile
from switchboard_app.ui.picture_stage import Stage
from switchboard_app.ui.sound_line import SoundLine

T = TypeVar("T", bound=QWidget)
_REFUSED = "Die Plattform gibt diese Datei nicht heraus; im Posteingang der Plattform ansehen."


async def _until(condition: Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is about widgets, which know no asyncio.Event
            await asyncio.sleep(0.02)


def _read(stage: Stage, name: str) -> bytes:
    return (stage.prepared.resources / "training" / name).read_bytes()


def _fill(stage: Stage) -> EnquiryId:
    """A citizen's messages with files of every kind."""
    sender = RemotePerson(PlatformId("p-files"), "Claudia Oeri")
    thread = RemoteThread(PlatformId("t-files"), sender, "https://www.facebook.com/inbox/1/")
    told = (
        (
            "Guten Morgen, nach dem Sturm ist unsere Buche nicht mehr sicher. Ein Foto und das Gutachten lege ich bei.",
            9,
        ),
        ("Der Rest ist schneller gesagt als geschrieben:", 2),
        ("Und noch das.", 1),
    )
    photo, document, voice = (
        _read(stage, name) for name in ("photos/pothole.png", "files/gutachten-buche.pdf", "files/sprachnachricht.m4a")
    )
    kept = (
        (("IMG_2231.png", "image/png", photo), ("Gutachten Buche.pdf", "application/pdf", document)),
        (("audioclip-1711.m4a", "audio/mp4", voice),),
        (("offerte.pdf.exe", "", b"MZ" + bytes(2_400)), ("IMG_2232.jpg", "image/jpeg", b"")),
    )
    messages = tuple(
        RemoteMessage(
            PlatformId(f"m-files-{number}"),
            thread.platform_id,
            sender,
            False,
            text,
            Millis(stage.clock.now - ago * MINUTE),
            tuple(RemoteAttachment(PlatformId(name), name, mime, len(data)) for name, mime, data in kept[number]),
        )
        for number, (text, ago) in enumerate(told)
    )
    batch = Batch((thread,), messages, {"at": "files"}, complete=True)
    wanted = stage.store.write(intake.ingest, stage.prepared.filled.accounts["facebook"], batch).to_fetch
    for one, (_, _, data) in zip(wanted, [file for files in kept for file in files], strict=True):
        if data:
            stage.store.write(attachments.keep, one.id, data, one.enquiry)
        else:
            stage.store.write(attachments.refuse, one.id, AttachmentState.UNAVAILABLE, _REFUSED, one.enquiry)
    return next(
        row.id
        for row in stage.store.read(queue.page, queue.QueueFilter(View.ALL, stage.bridge.me), 0, 200)
        if row.person_name == sender.name
    )


async def files(stage: Stage) -> None:
    """The conversation, decoded."""
    enquiry = _fill(stage)
    stage.window.go_to(enquiry)
    pane = stage.window.conversation()
    await _until(lambda: (head := pane.enquiry()) is not None and head.id == enquiry)
    await _until(lambda: any(tile.shows() for tile in _of(pane, PictureTile)))
    await _until(lambda: any(line.bar.isEnabled() for line in _of(pane, SoundLine)))
    chosen = pane.composer.answer.files
    chosen.take_content("Merkblatt Baumschutz.pdf", _read(stage, "files/gutachten-buche.pdf"))
    await _until(chosen.files)


async def viewer(stage: Stage) -> None:
    """The photo in full."""
    pane = stage.window.conversation()
    next(tile for tile in _of(pane, PictureTile) if tile.shows()).click()
    await _until(lambda: pane.sheets.picture_sheet is not None and pane.sheets.picture_sheet.canvas.picture is not None)


def _of(pane: QWidget, kind: type[T]) -> list[T]:
    return pane.findChildren(kind)
