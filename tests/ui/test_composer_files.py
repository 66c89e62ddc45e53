"""Files in the composer: what each channel takes is said before queueing, a big picture is made smaller on request."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage, QImageWriter
from pytestqt.qtbot import QtBot

from switchboard_app.store import drafts
from tests.ui.open_enquiry import Desk, picture
from tests.ui.workspace import ME, Workspace, until

PDF = b"%PDF-1.7\n" + b"x" * 80


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


def noise(width: int, height: int) -> bytes:
    """A picture that no compression makes small."""
    device = QBuffer()
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    image = QImage(os.urandom(width * height * 4), width, height, QImage.Format.Format_RGB32)
    QImageWriter(device, QByteArray(b"png")).write(image)
    return bytes(device.data().data())


async def test_a_document_goes_out_where_the_channel_takes_one(desk: Desk, tmp_path: Path) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    assert "document" in answer.attach.accessibleName()
    assert "*.pdf" in answer.files.name_filter()
    path = tmp_path / "Merkblatt.pdf"
    path.write_bytes(PDF)
    answer.files.take_paths([str(path)])
    await until(answer.files.files)
    assert answer.files.files()[0].mime == "application/pdf"
    answer.send_button.click()
    await until(lambda: not answer.files.files())
    sent = desk.stored(anna).entries[-1]
    assert [(file.name, file.mime, file.size) for file in sent.attachments] == [
        ("Merkblatt.pdf", "application/pdf", len(PDF))
    ]
    assert desk.workspace.store.read(drafts.files, ME, f"reply:{anna}") == ()


async def test_where_it_takes_pictures_only_a_document_is_refused_with_what_it_takes(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.open(desk.receive("Anna", "Hallo", desk.x))
    answer = desk.pane.composer.answer
    assert answer.attach.accessibleName() == "Attach a picture"
    path = tmp_path / "Merkblatt.pdf"
    path.write_bytes(PDF)
    answer.files.take_paths([str(path)])
    await until(answer.trouble.isVisible)
    words = answer.trouble._text.source()
    assert "«Merkblatt.pdf»" in words
    assert "PNG, JPEG, GIF" in words
    assert not answer.files.files()


async def test_a_picture_that_is_too_big_is_made_smaller_on_request(desk: Desk, tmp_path: Path) -> None:
    await desk.open(desk.receive("Anna", "Hallo", desk.x))
    answer = desk.pane.composer.answer
    path = tmp_path / "gross.png"
    path.write_bytes(noise(1500, 1200))
    assert path.stat().st_size > 5 * 1024 * 1024
    answer.files.take_paths([str(path)])
    await until(answer.trouble._action.isVisible)
    words = answer.trouble._text.source()
    assert "5 MB" in words
    assert not answer.files.files()
    answer.trouble._action.click()
    assert not answer.trouble.isVisible()
    await until(answer.files.files)
    [small] = answer.files.files()
    assert (small.name, small.mime) == ("gross.jpg", "image/jpeg")
    assert small.size <= 5 * 1024 * 1024


async def test_files_are_beside_the_draft_before_they_are_shown_and_gone_when_removed(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    place = f"reply:{anna}"
    answer.files.take_content("a.png", picture())
    await until(answer.files.files)
    assert desk.workspace.store.read(drafts.files, ME, place) == answer.files.files()
    answer.files._picked[0].remove.click()
    await desk.settled()
    assert desk.workspace.store.read(drafts.files, ME, place) == ()
    assert desk.workspace.store.read(lambda tx: tx.value("SELECT COUNT(*) FROM blob")) == 0


async def test_a_file_that_another_window_took_away_is_not_sent(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    answer.files.take_content("a.png", picture())
    await until(answer.files.files)
    desk.workspace.store.write(drafts.forget_files, ME, f"reply:{anna}")
    answer.send_button.click()
    await until(lambda: desk.told)
    assert "not beside this draft" in str(desk.told[0])
    assert not desk.stored(anna).entries[-1].attachments


async def test_a_pasted_picture_is_taken_as_the_bytes_it_is(desk: Desk) -> None:
    """The window decodes nothing that comes from elsewhere: what is damaged stays as damaged as it is."""
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    answer = desk.pane.composer.answer
    pasted = QMimeData()
    damaged = picture()[:50] + b"\0" * 40
    pasted.setData("image/png", damaged)
    answer.box.insertFromMimeData(pasted)
    await until(answer.files.files)
    [one] = answer.files.files()
    assert desk.workspace.store.read(drafts.file_content, one.id) == damaged
